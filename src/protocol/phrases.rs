//! Phrases that both languages build alike, from each language's own little words.

use std::fmt::{Result, Write};
use std::time::Duration;

use crate::chat::{
    Crowd, Expulsion, Message, MessageKind, Name, NameList, Office, OfflineMessage, Person, Text, UnixMillis,
};
use crate::clock::Zone;
use crate::limits::{BANS_LISTED, NAMES_SPELLED};

/// The little words of one language.
pub(super) struct Phrases {
    /// The "and" before a word.
    pub(super) and: fn(&str) -> &'static str,
    pub(super) more: &'static str,
    /// A number with its thousands apart.
    pub(super) number: fn(usize) -> String,
    /// So many people, none of them named.
    pub(super) people: fn(usize) -> String,
    pub(super) you: &'static str,
    pub(super) ago: fn(String) -> String,
    pub(super) away: &'static str,
    pub(super) private: &'static str,
    pub(super) operator: &'static str,
    pub(super) server_operator: &'static str,
    /// What stands where so many lines are missing.
    pub(super) missing: fn(u64) -> String,
}

impl Phrases {
    /// `Ana`, `Ana y Luis`, `Ana, Luis y 37 más`; `39 personas` for a reader who hides those names.
    pub(super) fn crowd(&self, crowd: &Crowd) -> String {
        self.shortened(crowd.named(), crowd.count())
    }

    /// The same of a list that is shown in one line.
    pub(super) fn names(&self, list: &NameList) -> String {
        self.shortened(list.names.iter(), list.total)
    }

    /// `total` people in one line, of whom these come first: one more than is spelled out is spelled out too.
    fn shortened<'a>(&self, names: impl Iterator<Item = &'a Name>, total: usize) -> String {
        let spelled = if total > NAMES_SPELLED + 1 { NAMES_SPELLED } else { total };
        let names: Vec<&str> = names.take(spelled).map(Name::as_str).collect();
        match total - names.len() {
            0 => self.joined(&names),
            more if names.is_empty() => (self.people)(more),
            more => {
                let more = format!("{} {}", (self.number)(more), self.more);
                format!("{} {} {more}", names.join(", "), (self.and)(&more))
            }
        }
    }

    /// `Ana`, `Ana y Luis`, `Ana, Luis e Inés`.
    pub(super) fn list(&self, names: &[Name]) -> String {
        let names: Vec<&str> = names.iter().map(Name::as_str).collect();
        self.joined(&names)
    }

    fn joined(&self, names: &[&str]) -> String {
        match names {
            [first @ .., last] if !first.is_empty() => {
                format!("{} {} {last}", first.join(", "), (self.and)(last))
            }
            _ => names.concat(),
        }
    }

    /// A line that was said before: `[12:03] Juan: Hola`, `#cocina [12:03] * Juan saluda`, `[12:03] [… faltan 3 mensajes]`.
    pub(super) fn recalled(
        &self,
        lines: &[(Option<Name>, Message)],
        now: UnixMillis,
        zone: &Zone,
        out: &mut String,
    ) -> Result {
        lines.iter().try_for_each(|(room, message)| {
            if let Some(room) = room {
                write!(out, "#{room} ")?;
            }
            write!(out, "[{}] ", zone.brief(message.at, now))?;
            self.message(message, out)
        })
    }

    /// `Juan: Hola`, `* Juan saluda`, `[… faltan 3 mensajes]`.
    pub(super) fn message(&self, Message { from, kind, text, .. }: &Message, out: &mut String) -> Result {
        match kind {
            MessageKind::Said => writeln!(out, "{from}: {text}"),
            MessageKind::Acted => writeln!(out, "* {from} {text}"),
            MessageKind::Missing(count) => writeln!(out, "[… {}]", (self.missing)(*count)),
        }
    }

    /// Private words said before, each like a line that was said before.
    pub(super) fn offline_messages(
        &self,
        messages: &[OfflineMessage],
        now: UnixMillis,
        zone: &Zone,
        out: &mut String,
    ) -> Result {
        messages.iter().try_for_each(|OfflineMessage { from, at, text, .. }| {
            writeln!(out, "[{}] [{}] {from}: {text}", zone.brief(*at, now), self.private)
        })
    }

    /// `Ana (hace 5 min; operador; ausente: café)`, `Juan (tú)`.
    pub(super) fn person(&self, person: &Person) -> String {
        let seen = if person.you { self.you.to_owned() } else { (self.ago)(span(person.idle)) };
        let office = match person.office {
            None => String::new(),
            Some(Office::Room) => format!("; {}", self.operator),
            Some(Office::Server) => format!("; {}", self.server_operator),
        };
        let away =
            person.away.as_ref().map(|reason| format!("; {}: {reason}", self.away)).unwrap_or_default();
        format!("{} ({seen}{office}{away})", person.name)
    }

    /// Names, of which the last one decided about comes first: the first of them in order, one a line, and what is said of the
    /// rest.
    pub(super) fn newest(names: &[Name], rest: impl Fn(usize) -> String, out: &mut String) -> Result {
        let (shown, others) = names.split_at(names.len().min(BANS_LISTED));
        let mut shown: Vec<&str> = shown.iter().map(Name::as_str).collect();
        shown.sort_by_cached_key(|name| name.to_lowercase());
        shown.into_iter().try_for_each(|name| writeln!(out, "  {name}"))?;
        if others.is_empty() { Ok(()) } else { writeln!(out, "  {}", rest(others.len())) }
    }
}

/// `#general, #cocina`.
pub(super) fn rooms(names: &[Name]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("#{name}")).collect();
    names.join(", ")
}

/// How long to wait, rounded up: who comes back then has waited long enough.
pub(super) fn wait(rest: Duration) -> String {
    span(Duration::from_secs(rest.as_millis().div_ceil(1000) as u64))
}

/// How long, in the two largest units that say something: `12 s`, `5 min`, `2 h 5 min`, `3 d 4 h`.
pub(super) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) if minutes % 60 == 0 => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ if hours % 24 == 0 => format!("{days} d"),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// The person, the address or both that an expulsion is about: `Pepe y 203.0.113.7`.
pub(super) fn whom(expulsion: &Expulsion, and: &str) -> String {
    match (&expulsion.name, expulsion.origin) {
        (Some(name), Some(origin)) => format!("{name} {and} {origin}"),
        (Some(name), None) => name.to_string(),
        (None, origin) => origin.map(|origin| origin.to_string()).unwrap_or_default(),
    }
}

/// A reason at the end of a sentence: `: insultos`.
pub(super) fn because(reason: Option<&Text>) -> Option<String> {
    reason.map(|reason| format!(": {reason}"))
}

/// Who has decided something: a person's name, or the words of one language for the `server`.
pub(super) fn decider<'a>(by: &'a Name, server: &'a str) -> &'a str {
    if *by == Name::server() { server } else { by.as_str() }
}
