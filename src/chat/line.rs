//! Which room's history a line belongs to, and when it was said.

use serde::{Deserialize, Serialize};

/// Names one room for as long as its history lives: a room that is made again under the same name is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomKey(pub u64);

/// A point in time as calendars know it: milliseconds since 1970-01-01, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);
