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
    Refused(Refusal),
}

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("refused: {self:?}")]
pub enum Refusal {
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
    /// The server is stopping.
    Stopping,
    /// The server has stopped, but what was said last may not be on the disk.
    Unfinished,
}

impl Refusal {
    /// The last line of an answer, with its end.
    pub fn encode(&self) -> String {
        let fault;
        let (code, detail) = match self {
            Refusal::Unclear => ("unclear", ""),
            Refusal::Taken(name) => ("taken", name.as_str()),
            Refusal::Unknown => ("unknown", ""),
            Refusal::NoneLeft => ("none-left", ""),
            Refusal::Failed(why) => {
                fault = why.code();
                ("failed", fault.as_str())
            }
            Refusal::Busy => ("busy", ""),
            Refusal::NoSuchPerson => ("no-such-person", ""),
            Refusal::NoSuchRoom => ("no-such-room", ""),
            Refusal::NotThere => ("not-there", ""),
            Refusal::Explained(words) => ("explained", words.as_str()),
            Refusal::Stopping => ("stopping", ""),
            Refusal::Unfinished => ("unfinished", ""),
        };
        format!("no\t{code}\t{}\n", field(detail))
    }

    fn decode(code: &str, detail: &str) -> Refusal {
        match code {
            "taken" => Refusal::Taken(detail.into()),
            "unknown" => Refusal::Unknown,
            "none-left" => Refusal::NoneLeft,
            "failed" => Refusal::Failed(FileFault::of_code(detail)),
            "busy" => Refusal::Busy,
            "no-such-person" => Refusal::NoSuchPerson,
            "no-such-room" => Refusal::NoSuchRoom,
            "not-there" => Refusal::NotThere,
            "explained" => Refusal::Explained(detail.into()),
            "stopping" => Refusal::Stopping,
            "unfinished" => Refusal::Unfinished,
            _ => Refusal::Unclear,
        }
    }
}

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// One of several of the same kind.
    Row(Vec<String>),
    /// The last: it is done.
    Ok,
    /// The last: it is not.
    No(Refusal),
}

impl Line {
    /// What a line without its end says. None: nothing that this version knows.
    pub(super) fn decode(line: &str) -> Option<Line> {
        if let Some(row) = line.strip_prefix(ROW) {
            return Some(Line::Row(row.split('\t').map(field).collect()));
        }
        let mut fields = line.split('\t');
        match (fields.next()?, fields.next(), fields.next()) {
            ("ok", None, None) => Some(Line::Ok),
            ("no", Some(code), Some(detail)) => Some(Line::No(Refusal::decode(code, detail))),
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
