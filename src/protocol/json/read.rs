//! Messages of a client to commands.
//!
//! Invariant: a message that is not understood gives an answer that says what is wrong, and loses nothing else.

use serde::Deserialize;
use serde_json::Value;

use super::object::Reference;
use super::session;
use crate::chat::{
    Command, Language, MessageFault, MessageId, Password, PasswordError, Question, Text, Trouble,
};
use crate::limits::{EXPULSION_MINUTES_MAX, LINE_MAX_BYTES};
use crate::protocol::line::{clean, parse, unless_secret, verbs};

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub struct JsonMessage {
    /// What it asks for, or what is wrong with it.
    pub command: Command,
    /// What its answer is to be known by.
    pub reference: Option<Reference>,
}

/// The messages that there are, each with its fields. Those that are not known are ignored.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire {
    Name {
        name: String,
    },
    Password {
        password: String,
    },
    Resume {
        token: String,
        after: Option<String>,
    },
    Say {
        room: Option<String>,
        text: String,
        #[serde(default)]
        action: bool,
    },
    Message {
        to: String,
        text: String,
    },
    Reply {
        text: String,
    },
    Join {
        room: String,
        key: Option<String>,
    },
    Leave {
        room: Option<String>,
    },
    Topic {
        room: Option<String>,
        #[serde(default, deserialize_with = "present")]
        topic: Option<Option<String>>,
    },
    Who {
        room: Option<String>,
    },
    Rooms {},
    History {
        room: Option<String>,
        limit: Option<usize>,
        before: Option<String>,
    },
    Search {
        words: String,
    },
    Nick {
        name: String,
    },
    Away {
        reason: Option<String>,
    },
    Ignore {
        name: Option<String>,
    },
    Key {
        room: Option<String>,
        key: Option<String>,
    },
    Invite {
        room: Option<String>,
        name: String,
    },
    Kick {
        room: Option<String>,
        name: String,
        reason: Option<String>,
    },
    Ban {
        room: Option<String>,
        name: String,
    },
    Unban {
        room: Option<String>,
        name: String,
    },
    Bans {
        room: Option<String>,
    },
    Mute {
        room: Option<String>,
        name: Option<String>,
    },
    Op {
        room: Option<String>,
        name: String,
    },
    Expel {
        who: String,
        minutes: Option<u32>,
        reason: Option<String>,
    },
    Readmit {
        who: String,
    },
    Expelled {},
    Nodes {},
    Register {},
    Login {
        name: String,
    },
    ChangePassword {},
    Language {
        lang: String,
    },
    Help {
        command: Option<String>,
    },
    Line {
        room: Option<String>,
        text: String,
    },
    Ping {},
    Quit {
        text: Option<String>,
    },
    #[serde(other)]
    Unknown,
}

/// Reads one message. `question`: what was asked for last and has not been answered.
pub fn read(message: &str, question: Option<Question>) -> JsonMessage {
    let mut value: Value = match serde_json::from_str(message) {
        Ok(value) => value,
        Err(error) => return faulty(MessageFault::NoJson(Text::clean(&error.to_string())), None),
    };
    let Some(object) = value.as_object_mut() else {
        return faulty(MessageFault::NoJson(Text::clean("not an object")), None);
    };
    let reference = object.get("ref").and_then(Reference::of);
    // No field has a list or an object; thousands of them would be copied below.
    for field in object.values_mut().filter(|field| field.is_array() || field.is_object()) {
        *field = Value::Array(Vec::new());
    }
    let Some(kind) = value.get("type").and_then(Value::as_str) else {
        return faulty(MessageFault::Field(Text::clean("type")), reference);
    };
    let command = match Wire::deserialize(&value) {
        Ok(Wire::Unknown) => unclear(MessageFault::UnknownType(Text::clean(kind).cut(LINE_MAX_BYTES))),
        Ok(wire) => command(wire, question),
        Err(error) => {
            Command::Unclear(Trouble::Message(MessageFault::Field(Text::clean(&error.to_string()))))
        }
    };
    JsonMessage { command, reference }
}

fn faulty(fault: MessageFault, reference: Option<Reference>) -> JsonMessage {
    JsonMessage { command: Command::Unclear(Trouble::Message(fault)), reference }
}

fn command(wire: Wire, question: Option<Question>) -> Command {
    match (wire, question) {
        (Wire::Password { password }, Some(_)) => Command::Secret(secret(&password)),
        (Wire::Password { .. }, None) => unclear(MessageFault::NothingAsked),
        (Wire::Quit { text }, _) => {
            unless_secret(Command::Quit(text.map(|text| clean(text.trim())).filter(|text| !text.is_blank())))
        }
        (_, Some(_)) => unclear(MessageFault::PasswordAsked),
        // A line looks after that itself.
        (Wire::Line { room, text }, None) => typed(&text, room).unwrap_or_else(Command::Unclear),
        (wire, None) => asked(wire).map_or_else(Command::Unclear, unless_secret),
    }
}

fn asked(wire: Wire) -> Result<Command, Trouble> {
    Ok(match wire {
        Wire::Name { name } | Wire::Nick { name } => Command::Nick(words(&name)?),
        Wire::Say { room, text, action } => {
            let (room, text) = (optional(room)?, words(&text)?);
            if action { Command::Act { room, text } } else { Command::Say { room, text } }
        }
        Wire::Message { to, text } => Command::Message { to: words(&to)?, text: words(&text)? },
        Wire::Reply { text } => Command::Reply(words(&text)?),
        Wire::Join { room, key } => Command::Join { room: words(&room)?, key: optional(key)? },
        Wire::Leave { room } => Command::Leave(optional(room)?),
        Wire::Topic { room, topic } => {
            let topic = topic.map(|topic| words(topic.as_deref().unwrap_or("-"))).transpose()?;
            Command::Topic { room: optional(room)?, topic }
        }
        Wire::Who { room } => Command::Who(optional(room)?),
        Wire::Rooms {} => Command::Rooms,
        Wire::History { room, limit, before } => {
            let before = before.map(|id| id.parse().map(MessageId)).transpose();
            let before = before.map_err(|_| Trouble::Message(MessageFault::Field(Text::clean("before"))))?;
            Command::History { room: optional(room)?, lines: limit.map(|most| most.max(1)), before }
        }
        Wire::Search { words: sought } => Command::Search(words(&sought)?),
        Wire::Away { reason } => Command::Away(optional(reason)?),
        Wire::Ignore { name } => Command::Ignore(optional(name)?),
        Wire::Key { room, key } => Command::Key { room: optional(room)?, key: optional(key)? },
        Wire::Invite { room, name } => Command::Invite { room: optional(room)?, whom: words(&name)? },
        Wire::Kick { room, name, reason } => {
            Command::Kick { room: optional(room)?, whom: words(&name)?, reason: optional(reason)? }
        }
        Wire::Ban { room, name } => Command::Ban { room: optional(room)?, whom: words(&name)? },
        Wire::Unban { room, name } => Command::Unban { room: optional(room)?, whom: words(&name)? },
        Wire::Bans { room } => Command::Bans { room: optional(room)? },
        Wire::Mute { room, name } => Command::Mute { room: optional(room)?, whom: optional(name)? },
        Wire::Op { room, name } => Command::Op { room: optional(room)?, whom: words(&name)? },
        Wire::Expel { who, minutes, reason } => {
            if minutes.is_some_and(|minutes| !(1..=EXPULSION_MINUTES_MAX).contains(&minutes)) {
                return Err(Trouble::Message(MessageFault::Field(Text::clean("minutes"))));
            }
            Command::Expel { whom: words(&who)?, minutes, reason: optional(reason)? }
        }
        Wire::Readmit { who } => Command::Readmit(words(&who)?),
        Wire::Expelled {} => Command::Expelled,
        Wire::Nodes {} => Command::Nodes,
        Wire::Register {} => Command::Register,
        Wire::Login { name } => Command::Login(words(&name)?),
        Wire::ChangePassword {} => Command::ChangePassword,
        Wire::Language { lang } => match lang.as_str() {
            "es" => Command::Language(Some(Language::Spanish)),
            "en" => Command::Language(Some(Language::English)),
            _ => return Err(Trouble::Message(MessageFault::Field(Text::clean("lang")))),
        },
        Wire::Help { command: None } => Command::Help(None),
        Wire::Help { command: Some(word) } => match verbs::find(&word) {
            Some(verb) => Command::Help(Some(verb)),
            None => {
                let nearest = verbs::nearest(&word);
                return Err(Trouble::NoSuchCommand { word: words(&word)?, nearest });
            }
        },
        Wire::Resume { token, after } => session::resume(&token, after)?,
        Wire::Ping {} => Command::Ping,
        Wire::Password { .. } | Wire::Quit { .. } | Wire::Line { .. } | Wire::Unknown => {
            unreachable!("seen to before")
        }
    })
}

fn unclear(fault: MessageFault) -> Command {
    Command::Unclear(Trouble::Message(fault))
}

/// Words as the line protocol would have them: one line, of no more bytes than a line may have.
fn words(typed: &str) -> Result<Text, Trouble> {
    if typed.len() > LINE_MAX_BYTES { Err(Trouble::TooLong) } else { Ok(clean(typed.trim())) }
}

/// A line as it would be typed in the line protocol; what names no room itself is about this one.
fn typed(line: &str, room: Option<String>) -> Result<Command, Trouble> {
    let mut command = parse(words(line)?);
    if let Some(room) = optional(room)? {
        command.be_about(room);
    }
    Ok(command)
}

/// Words that may be left out. Blank ones are as good as none.
fn optional(typed: Option<String>) -> Result<Option<Text>, Trouble> {
    let words = typed.as_deref().map(words).transpose()?;
    Ok(words.filter(|words| !words.is_blank()))
}

/// A password is taken as it is. An empty one gives up, as an empty line does.
fn secret(typed: &str) -> Result<Password, PasswordError> {
    Password::new(typed)
}

/// Tells a field that is `null` from one that is not there.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
