//! Rows of the answers to "who is here", "which rooms are there" and "which nodes are there".

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::name::Name;
use super::node_name::NodeName;
use super::text::Text;

/// One row of the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomListing {
    /// Its name.
    pub name: Name,
    /// How many are there.
    pub people: usize,
    /// What it is about; not told to those outside a closed room.
    pub topic: Option<Text>,
    /// Whether one has to know a key.
    pub keyed: bool,
    /// Whether you are there.
    pub member: bool,
    /// Whether your words go there.
    pub current: bool,
}

/// What a member may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Office {
    /// What concerns the room.
    Room,
    /// Everything, everywhere.
    Server,
}

/// One row of the answer to "who is here".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    pub name: Name,
    /// How long ago they last sent a line.
    pub idle: Duration,
    /// Why they are away, if they are.
    pub away: Option<Text>,
    /// Whether they are the one who asked.
    pub you: bool,
    /// What they may decide, if anything.
    pub office: Option<Office>,
}

/// One row of the answer to "which nodes are there".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeListing {
    /// Its name.
    pub name: NodeName,
    /// How many are in the chat through it; none: it is not there.
    pub people: Option<usize>,
    /// How long ago it has written its last entry, by the log's clock.
    pub heard: Duration,
    /// How old the last entry was that it had read when it said so: less than two seconds if it reads all.
    pub behind: Duration,
    /// Whether you are there through it.
    pub own: bool,
}
