//! Why a node cannot begin with an engine, or a log cannot be founded or mended there.

use thiserror::Error;

use super::address::EngineAddress;
use super::fault::EngineFault;
use super::sealing::SealingError;
use crate::cluster::EntryId;

/// What is wrong, and where. [`describe`](EngineError::describe) says it to the person who typed the command.
#[derive(Debug, Error)]
#[error("{address}: {cause}")]
pub struct EngineError {
    /// The engine, as its [`EngineAddress`] is shown.
    pub address: String,
    /// What is wrong.
    pub cause: EngineCause,
}

/// What is wrong with an engine, or with what it has.
#[derive(Debug, Error)]
pub enum EngineCause {
    /// It does not do what it is asked.
    #[error(transparent)]
    Fault(#[from] EngineFault),
    /// It is neither Redis nor Valkey, as far as it says what it is.
    #[error("neither Redis nor Valkey")]
    OtherSoftware,
    /// It is of a version that lacks what is needed.
    #[error("version {0}")]
    TooOld(String),
    /// It is one of several that have a part of the keys each.
    #[error("a cluster with slots")]
    Sharded,
    /// What is said would pass over a network where it can be read, and written.
    #[error("in the clear")]
    InTheClear,
    /// It forgets all when it ends.
    #[error("keeps nothing on its disk")]
    Forgetful,
    /// It gives up what it has when memory is short.
    #[error("evicts: {0}")]
    Evicting(String),
    /// Something else has one of the keys.
    #[error("{key} is a {kind}")]
    OtherType {
        /// That key.
        key: String,
        /// What it is.
        kind: String,
    },
    /// There is no log.
    #[error("no log at {0}")]
    NotFounded(String),
    /// There is a log, and nothing that a node could begin from.
    #[error("no snapshot at {0}")]
    NoSnapshot(String),
    /// There is something already.
    #[error("{0} is there")]
    Founded(String),
    /// There is no such entry.
    #[error("no entry {0}")]
    NoEntry(EntryId),
    /// A snapshot has been made behind that entry, so it has been applied.
    #[error("{0} has been applied")]
    Applied(EntryId),
    /// Nodes are running.
    #[error("nodes are there")]
    Running,
    /// What stands there does not open with the key that was given, or was not.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The system refuses a thread, or random numbers.
    #[error(transparent)]
    System(std::io::Error),
}

/// What is not as it should be, and was let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineWarning {
    /// See [`EngineCause::InTheClear`].
    InTheClear,
    /// See [`EngineCause::Forgetful`].
    Forgetful,
    /// See [`EngineCause::Evicting`].
    Evicting(String),
}

impl EngineCause {
    /// With where it is.
    pub(super) fn at(self, address: &EngineAddress) -> EngineError {
        EngineError { address: address.to_string(), cause: self }
    }
}
