//! How a node ends.

use crate::cluster::StopReason;
use crate::net::server::RestoreError;

/// Why the node cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEnd {
    /// As the log says.
    Stopped(StopReason),
    /// The state of the chat that it is to go on from cannot be taken.
    Restore(RestoreError),
}

impl NodeEnd {
    /// Whether it was asked for.
    pub(in crate::net) fn is_wanted(&self) -> bool {
        *self == NodeEnd::Stopped(StopReason::Left)
    }
}
