//! Why there is no going on with what was handed over.

use thiserror::Error;

use crate::chat::SnapshotError;

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
    /// What it says cannot be: one part of it disagrees with another.
    #[error("the state contradicts itself: {0}")]
    Broken(&'static str),
}
