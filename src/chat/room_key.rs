//! Which room's history a line belongs to.

use serde::{Deserialize, Serialize};

/// Names one room for as long as its history lives: a room that is made again under the same name is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomKey(pub u64);
