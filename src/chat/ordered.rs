//! What comes out of a log that several nodes read: each thing at its turn, with the time of its entry.

use serde::{Deserialize, Serialize};

use super::node_name::NodeName;
use super::rules::Proposal;
use super::time::UnixMillis;

/// One thing that has come to its turn, the same on every node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The time of its entry.
    pub at: UnixMillis,
    /// What it is.
    pub turn: Turn,
}

/// What comes to its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
    /// A node is there from now on, with nobody.
    Joined(NodeName),
    /// A node is there no more; its members leave before anything else comes to its turn.
    Gone(NodeName),
    /// Of these, as many leave as a turn of the loop bears. To be given as long as any [have yet to](crate::chat::Hub::has_stranded).
    LeaveWithNode,
    /// A change is made.
    Change {
        /// By that node.
        node: NodeName,
        /// Whether it is this node's, by this process, which waits for what comes of it.
        own: bool,
        /// The change.
        proposal: Proposal,
    },
    /// The entry is over: what is due by its time is done.
    Over,
}
