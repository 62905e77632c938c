//! What a node that joins goes on from: the place in the log, and the chat as it was there.

use serde::{Deserialize, Serialize};

use super::replica::Replica;

/// Changes when a field of a snapshot does.
pub const SNAPSHOT_VERSION: u32 = 1;

/// One snapshot; `S` is the state of the chat. In whatever format of `serde` one likes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSnapshot<S> {
    version: SnapshotVersion,
    /// Where in the log.
    pub replica: Replica,
    /// The chat at that place.
    pub state: S,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct SnapshotVersion;

/// A snapshot of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a snapshot of version {0}")]
pub struct OtherVersion(u32);

impl TryFrom<u32> for SnapshotVersion {
    type Error = OtherVersion;

    fn try_from(version: u32) -> Result<SnapshotVersion, OtherVersion> {
        if version == SNAPSHOT_VERSION { Ok(SnapshotVersion) } else { Err(OtherVersion(version)) }
    }
}

impl<S> LogSnapshot<S> {
    /// The same with the state as another type has it.
    pub fn map<T>(self, state: impl FnOnce(S) -> T) -> LogSnapshot<T> {
        LogSnapshot { version: self.version, replica: self.replica, state: state(self.state) }
    }
}

impl From<SnapshotVersion> for u32 {
    fn from(_: SnapshotVersion) -> u32 {
        SNAPSHOT_VERSION
    }
}

impl<S> LogSnapshot<S> {
    /// The state of the chat at the place of `replica`, all of which is applied to it.
    pub fn new(replica: Replica, state: S) -> LogSnapshot<S> {
        assert!(replica.is_settled(), "a snapshot is made between two entries");
        LogSnapshot { version: SnapshotVersion, replica, state }
    }
}
