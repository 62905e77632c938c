//! What has to be applied to the chat because of one entry.

use super::entry_id::EntryId;
use crate::chat::NodeName;

/// What follows from one entry that counts, at every node alike. Its time is that of its id, and that it has passed may be all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery<C> {
    /// The entry.
    pub id: EntryId,
    /// What follows, in order.
    pub happenings: Vec<Happening<C>>,
    /// The number of the entry, if it is this node's own and what came of it is waited for.
    pub own: Option<u64>,
}

/// One thing that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening<C> {
    /// A node is there from now on, with nobody.
    Joined(NodeName),
    /// A node is there no more: its people leave.
    Gone(NodeName, EpochEnd),
    /// Changes that a node has made.
    Changes(NodeName, Vec<C>),
}

/// How an epoch of a node ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochEnd {
    /// Nothing was heard of it for too long.
    Dead,
    /// The node came in again.
    Replaced,
    /// It has left.
    Left,
}
