//! Why there is no going on from a snapshot.

use thiserror::Error;

/// The version of the snapshots that are made and taken here. It goes up whenever a field of the state changes.
pub const SNAPSHOT_VERSION: u32 = 12;

/// Why a snapshot is not taken. A text that is no snapshot at all, is one of another version or is cut off, is an error of
/// its format before it comes to this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// What it says cannot be: one part of it disagrees with another.
    #[error("the snapshot contradicts itself: {0}")]
    Broken(&'static str),
    /// An option that decides what becomes of a change is another one here.
    #[error("the option {0} is another one here")]
    Option(&'static str),
}
