//! What is remembered of a conversation, and how it is asked for.

use serde::{Deserialize, Serialize};

use super::name::Name;
use super::text::Text;

/// Names one room for as long as its history lives: a room that is made again under the same name is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomKey(pub u64);

/// A point in time as calendars know it: milliseconds since 1970-01-01, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);

/// Something said or done in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where.
    pub room: RoomKey,
    /// When.
    pub at: UnixMillis,
    /// By whom, as they were called then.
    pub from: Name,
    /// Whether it was done rather than said.
    pub acted: bool,
    /// What.
    pub text: Text,
}

impl Line {
    /// Says that `lines` of a room are missing in its history here. No person has the name it is from.
    pub fn gap(room: RoomKey, at: UnixMillis, lines: u64) -> Line {
        Line { room, at, from: Name::server(), acted: true, text: Text::clean(&lines.to_string()) }
    }

    /// How many lines are missing here, if this is a [`gap`](Self::gap).
    pub fn missing(&self) -> Option<u64> {
        (self.from == Name::server()).then(|| self.text.as_str().parse().unwrap_or(0))
    }
}

/// What somebody wants to see again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// The last lines of a room, on entering it.
    Entering(RoomKey, usize),
    /// The last lines of a room.
    Last(RoomKey, usize),
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
    /// The lines.
    pub lines: Vec<Line>,
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
