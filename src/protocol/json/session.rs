//! Sessions that go on after a lost connection: tokens as they are written, and the rooms in which one is still.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

use crate::chat::{Command, MessageFault, MessageId, Name, ResumedRoom, TOKEN_BYTES, Text, Token, Trouble};

pub(super) fn written(Token(token): &Token) -> String {
    Base64UrlUnpadded::encode_string(token)
}

pub(super) fn resume(token: &str, after: Option<String>) -> Result<Command, Trouble> {
    let after = after.map(|after| after.parse().map(MessageId)).transpose();
    let after = after.map_err(|_| Trouble::Message(MessageFault::Field(Text::clean("after"))))?;
    Ok(Command::Resume { token: read(token), after })
}

/// What cannot have been given is as good as a wrong one.
fn read(typed: &str) -> Option<Token> {
    let mut token = [0; TOKEN_BYTES];
    let read = Base64UrlUnpadded::decode(typed, &mut token).ok()?;
    (read.len() == TOKEN_BYTES).then_some(Token(token))
}

/// A room in which one is still.
#[derive(Serialize)]
pub(super) struct Inside<'a> {
    room: &'a str,
    names: Vec<&'a str>,
    /// How many others are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
}

impl<'a> Inside<'a> {
    pub(super) fn of(ResumedRoom { room, topic, people, names: told }: &'a ResumedRoom) -> Inside<'a> {
        let (more, topic) = (people - told.len(), topic.as_ref().map(Text::as_str));
        Inside {
            room: room.as_str(),
            names: told.iter().map(Name::as_str).collect(),
            more: (more > 0).then_some(more),
            topic,
        }
    }
}
