//! What a node has to tell its people and its administrator.

use std::time::Duration;

use super::delivery::EpochEnd;
use super::entry_id::EntryId;
use crate::chat::NodeName;

/// One thing to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// To all people of this node: the log does not answer, and nothing typed is lost.
    Away,
    /// To all people of this node: it is over.
    Back,
    /// To all people of this node: what was said last may be missing for others, or with them, because the log has lost it.
    Gap,
    /// This node is there, or there again.
    Living(EntryId),
    /// The others hold this node for dead; it comes in again, and its people with it.
    HeldForDead,
    /// Another node is there no more.
    NodeGone(NodeName, EpochEnd),
    /// A node has made something else of the same log than most others.
    Differs(NodeName),
    /// Something stands in the log that no node has written.
    Garbage(EntryId),
    /// There were so many more of that kind.
    MoreGarbage(u64),
    /// The engine's clock is not this machine's.
    ClocksApart {
        /// So far from it.
        by: Duration,
        /// It is ahead.
        ahead: bool,
    },
}

/// Why a node cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Another process has this node's name.
    Replaced,
    /// It has left, as it was asked to.
    Left,
    /// The log is another one than this node's data belong to.
    AnotherLog,
    /// The log is empty, or has lost what its snapshots go on from: it has to be founded again.
    NoLog,
    /// The nodes have agreed on a version that this release does not know.
    TooOld(u32),
    /// The nodes have agreed on a version that this release does not know any more.
    TooNew(u32),
    /// An option that decides is another one with the others.
    Option(String),
    /// The log knows [`NODES_MAX`](crate::limits::NODES_MAX) names already.
    TooManyNodes,
    /// This node has made something else of the log than most others, twice.
    Differs,
}
