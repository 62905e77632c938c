//! Why there is no going on with what was handed over.

use thiserror::Error;

use crate::chat::SnapshotError;
use crate::cluster::NodeRefused;

/// Why a state is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HandoverError {
    /// What the core knows is not taken.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Another number of sockets came than there are connections.
    #[error("{expected} sockets belong to the state, and {found} came with it")]
    Sockets {
        /// Connections.
        expected: usize,
        /// Sockets.
        found: usize,
    },
    /// It is no state that is known here; why, in English.
    #[error("{0}")]
    Text(String),
    /// What was handed over cannot be taken.
    #[error("{0}")]
    Files(String),
    /// It is one of several nodes, and this program cannot be that one.
    #[error(transparent)]
    Node(#[from] NodeRefused),
    /// It is alone, and is to be one of several nodes.
    #[error("the server is none of several nodes, and --node makes it one: that takes a restart")]
    WasAlone,
    /// It is one of several nodes, and is to be alone.
    #[error("the server is one of several nodes, and has no --node here or no feature `cluster`")]
    WasNode,
    /// The log of the nodes is somewhere else.
    #[error("the log is {0}, and --cluster leads to {1}: that takes a restart")]
    OtherLog(String, String),
    /// The key of the log is another one, or none.
    #[error("--cluster-key-file has not the key of the log")]
    OtherKey,
    /// What it says cannot be: one part of it disagrees with another.
    #[error("the state contradicts itself: {0}")]
    Broken(&'static str),
}
