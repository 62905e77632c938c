//! Why a node cannot go on.

use thiserror::Error;

use crate::chat::SnapshotError;
use crate::storage::ForeignDirectory;

/// Why a node cannot go on from a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RestoreError {
    #[error(transparent)]
    /// It contradicts itself.
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    /// What is kept here is of another log.
    Directory(#[from] ForeignDirectory),
}
