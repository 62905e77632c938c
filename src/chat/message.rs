//! What is said in a room: one value for its recipients, for the history and for the log.

use serde::{Deserialize, Serialize};

use super::name::Name;
use super::room_key::RoomKey;
use super::text::Text;
use super::time::UnixMillis;

/// Names a message for ever. Of two messages the one with the higher number was said later, also over a stop of the server, if
/// it has a file. 0 is none's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub u64);

impl MessageId {
    /// The number behind this one.
    pub fn next(self) -> MessageId {
        MessageId(self.0 + 1)
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageKind {
    /// Words.
    Said,
    /// Something done (`/me`).
    Acted,
    /// A mark in the history: so many messages are missing here; with 0, nobody knows how many.
    Missing(u64),
}

/// Something said or done in a room, or a mark in its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The room.
    pub room: RoomKey,
    /// When, in milliseconds since 1970.
    pub at: UnixMillis,
    /// The sender, by the name of that time; the server's name for a mark.
    pub from: Name,
    /// What it is.
    pub kind: MessageKind,
    /// The words; none for a mark.
    pub text: Text,
}

impl Message {
    /// A mark: `count` messages of a room, the first of which was said at `at`, are missing in its history. It has the number
    /// of one of them.
    pub fn gap(id: MessageId, room: RoomKey, at: UnixMillis, count: u64) -> Message {
        let (from, text) = (Name::server(), Text::clean(""));
        Message { id, room, at, from, kind: MessageKind::Missing(count), text }
    }

    /// How many messages it stands for: itself, or those that are missing.
    pub fn count(&self) -> u64 {
        self.missing().unwrap_or(1)
    }

    /// How many messages are missing here, if it is a mark of that.
    pub fn missing(&self) -> Option<u64> {
        if let MessageKind::Missing(count) = self.kind { Some(count) } else { None }
    }
}
