//! Answers to orders, as values and as lines of text.

use thiserror::Error;

use super::order::field;
use crate::chat::UnixMillis;
use crate::locale::FileFault;

/// What begins a row of an answer.
const ROW: &str = "+\t";

/// An account as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Whose it is. Not a [`Name`](crate::chat::Name): it is what the file says.
    pub name: String,
    /// When it was made.
    pub made_at: UnixMillis,
    /// When its password was last given, if ever.
    pub seen_at: Option<UnixMillis>,
}

/// What came of an [`AccountOrder`](super::AccountOrder).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountReply {
    /// It is done, and on the disk.
    Done,
    /// The account of that name, or of one that looks like it.
    Found(Option<String>),
    /// All accounts.
    Listed(Vec<Registered>),
    /// It was not done.
    Refused(ControlRefusal),
}

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("refused: {self:?}")]
pub enum ControlRefusal {
    /// It is of another version of the program, or nonsense.
    Unclear,
    /// This account has the name already, or one that looks like it.
    Taken(String),
    /// There is no such account.
    Unknown,
    /// There are as many accounts as there may be.
    NoneLeft,
    /// It could not be written; why.
    Failed(FileFault),
    /// Too much waits already.
    Busy,
    /// Nobody there has that name.
    NoSuchPerson,
    /// There is no such room.
    NoSuchRoom,
    /// That person is not in that room.
    NotThere,
    /// Why not, in the language that the order asked for.
    Explained(String),
    /// Whether it is done nobody can know: the log of several servers was lost.
    Uncertain,
    /// The server is stopping.
    Stopping,
    /// The server has stopped, but what was said last may not be on the disk.
    Unfinished,
}

impl ControlRefusal {
    /// The last line of an answer, with its end.
    pub fn encode(&self) -> String {
        let fault;
        let (code, detail) = match self {
            ControlRefusal::Unclear => ("unclear", ""),
            ControlRefusal::Taken(name) => ("taken", name.as_str()),
            ControlRefusal::Unknown => ("unknown", ""),
            ControlRefusal::NoneLeft => ("none-left", ""),
            ControlRefusal::Failed(why) => {
                fault = why.code();
                ("failed", fault.as_str())
            }
            ControlRefusal::Busy => ("busy", ""),
            ControlRefusal::NoSuchPerson => ("no-such-person", ""),
            ControlRefusal::NoSuchRoom => ("no-such-room", ""),
            ControlRefusal::NotThere => ("not-there", ""),
            ControlRefusal::Explained(words) => ("explained", words.as_str()),
            ControlRefusal::Uncertain => ("uncertain", ""),
            ControlRefusal::Stopping => ("stopping", ""),
            ControlRefusal::Unfinished => ("unfinished", ""),
        };
        format!("no\t{code}\t{}\n", field(detail))
    }

    fn decode(code: &str, detail: &str) -> ControlRefusal {
        match code {
            "taken" => ControlRefusal::Taken(detail.into()),
            "unknown" => ControlRefusal::Unknown,
            "none-left" => ControlRefusal::NoneLeft,
            "failed" => ControlRefusal::Failed(FileFault::of_code(detail)),
            "busy" => ControlRefusal::Busy,
            "no-such-person" => ControlRefusal::NoSuchPerson,
            "no-such-room" => ControlRefusal::NoSuchRoom,
            "not-there" => ControlRefusal::NotThere,
            "explained" => ControlRefusal::Explained(detail.into()),
            "uncertain" => ControlRefusal::Uncertain,
            "stopping" => ControlRefusal::Stopping,
            "unfinished" => ControlRefusal::Unfinished,
            _ => ControlRefusal::Unclear,
        }
    }
}

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReplyLine {
    /// One of several of the same kind.
    Row(Vec<String>),
    /// The last: it is done.
    Ok,
    /// The last: it is not.
    No(ControlRefusal),
}

impl ReplyLine {
    /// What a line without its end says. None: nothing that this version knows.
    pub(super) fn decode(line: &str) -> Option<ReplyLine> {
        if let Some(row) = line.strip_prefix(ROW) {
            return Some(ReplyLine::Row(row.split('\t').map(field).collect()));
        }
        let mut fields = line.split('\t');
        match (fields.next()?, fields.next(), fields.next()) {
            ("ok", None, None) => Some(ReplyLine::Ok),
            ("no", Some(code), Some(detail)) => Some(ReplyLine::No(ControlRefusal::decode(code, detail))),
            _ => None,
        }
    }
}

/// A row of an answer, with its end.
pub fn row<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let fields: Vec<String> = fields.into_iter().map(field).collect();
    format!("{ROW}{}\n", fields.join("\t"))
}

/// The last line of the answer to an order that was carried out, with its end.
pub const OK: &str = "ok\n";

impl Registered {
    /// Its row in an answer.
    pub fn encode(&self) -> String {
        let (made, seen) = (self.made_at.0.to_string(), self.seen_at.map(|at| at.0.to_string()));
        row([self.name.as_str(), &made, seen.as_deref().unwrap_or_default()])
    }

    /// What a row says.
    pub fn decode(row: &[String]) -> Option<Registered> {
        let [name, made, seen] = row else { return None };
        let seen_at = if seen.is_empty() { None } else { Some(UnixMillis(seen.parse().ok()?)) };
        Some(Registered { name: name.clone(), made_at: UnixMillis(made.parse().ok()?), seen_at })
    }
}
