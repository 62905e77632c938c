//! What the log says of a node of the chat.

use serde::{Deserialize, Serialize};

use super::node_name::NodeName;
use super::time::UnixMillis;

/// How one node stands. Times are those of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Its name.
    pub name: NodeName,
    /// Whether it is there.
    pub living: bool,
    /// When it has written its last entry.
    pub heard: UnixMillis,
    /// When the last entry was written that it said to have read.
    pub reached: UnixMillis,
    /// Whether it is the node that is asked.
    pub own: bool,
}
