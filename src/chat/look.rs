//! How what was said before is asked for, and what is found.

use serde::{Deserialize, Serialize};

use super::message::{Message, MessageId};
use super::room_key::RoomKey;
use super::text::Text;

/// What a client wants to see again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// The last lines of a room, on entering it.
    Entering(RoomKey, usize),
    /// The last lines of a room.
    Last(RoomKey, usize),
    /// The last lines of a room before the message of this number.
    Before(RoomKey, usize, MessageId),
    /// The lines of these rooms behind this one, from memory; of more than one answer bears the last ones, and marks instead of
    /// the others. To be answered before anything more is said.
    Missed(Vec<RoomKey>, MessageId),
    /// The newest lines of these rooms in which all these words begin a word; case and accents do not matter.
    Search(Vec<RoomKey>, Text, usize),
}

impl Look {
    /// Whether words are looked for.
    pub fn is_search(&self) -> bool {
        matches!(self, Look::Search(..))
    }
}

/// What was found, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What was looked for.
    pub look: Look,
    /// What was said.
    pub lines: Vec<Message>,
    /// Whether the room has older lines; of a search it is not known.
    pub more: bool,
    /// How far was looked.
    pub reach: Reach,
}

/// How far was looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// All that was asked for was looked for everywhere.
    #[default]
    All,
    /// Only the first [`SEARCH_WORDS_MAX`](crate::limits::SEARCH_WORDS_MAX) words count.
    FirstWords,
    /// It took too long: of older lines than those that were looked at, nothing is known.
    Newest,
    /// The server's files have gone from their place: what was said since then is not kept, nor looked for.
    Displaced,
}
