//! The engine of several nodes: the threads that connect a [`Node`](crate::cluster::Node) with the Redis or Valkey that has the log.
//!
//! Invariants: what a node says is done in its order, or thrown away as a whole with [`NodeInput::Lost`]; what was asked for before the last
//! [`ReadFrom`](crate::cluster::NodeOutput::ReadFrom) or [`LoadSnapshot`](crate::cluster::NodeOutput::LoadSnapshot) is not given; the loop never waits, but at its end; and no password is ever told.
//!
//! ```text
//!                 Engine::perform                                    Engine::happened
//! Node ──► Append ──────────────► writer ──► XADD ──► Redis
//!          ReadFrom, LoadSnapshot, Trim ──► reader ◄── XREAD, XRANGE ──┴──► Read, Snapshot ──► Node
//!          WriteSnapshot ──► a thread for it: last snapshot + what stands behind it = next snapshot
//! ```
//!
//! Writer and threads of snapshots seal, where there is a key; who reads opens (`sealing.rs`). What a log is compared by are the bytes in the engine.
//!
//! What the log is about is a [`LogState`]: the engine knows how to restore one, to apply what follows from an entry, and to write it down. [`found`]
//! begins a log, [`skip`] takes one entry out of it.

mod address;
mod chat_copy;
mod checks;
mod connection;
mod error;
mod fault;
mod founding;
mod handle;
mod keys;
mod link;
mod read_size;
mod reader;
mod reply;
mod sealing;
mod snapshots;
mod words;
mod writer;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use address::{EngineAddress, EngineAddressError};
pub use chat_copy::ChatCopy;
pub use error::{EngineCause, EngineError, EngineWarning};
pub use fault::EngineFault;
pub use founding::{found, skip};
pub use handle::Engine;
pub use sealing::{LogKey, LogKeyError, SealingError};

use crate::cluster::{Delivery, EntryId, LogSnapshot, NodeInput};

/// Where a log is, and what is asked of the engine that has it.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The engine.
    pub address: EngineAddress,
    /// What its keys begin with: `PREFIX:log` and `PREFIX:snap`.
    pub prefix: String,
    /// With what entries and snapshots are sealed there; none: they are not.
    pub key: Option<LogKey>,
    /// An engine that may lose what it has is good enough.
    pub unsafe_too: bool,
    /// The newest version of entries that this release knows.
    pub newest: u32,
}

/// What the log is about, at one place of it. What is read of a snapshot is to be checked where it is deserialised: what cannot be is an
/// error there, and the snapshot before it is used.
pub trait LogState: Serialize + DeserializeOwned + Send + 'static {
    /// A change of it.
    type Change: Serialize + DeserializeOwned + Send + 'static;

    /// Does what follows from an entry. Gives the hash of what came of it: the same at every node.
    fn apply(&mut self, delivery: Delivery<Self::Change>) -> u64;
}

/// Something that has happened at the engine.
pub enum Happened<S: LogState> {
    /// To be given to the node.
    Input(NodeInput<S::Change>),
    /// [`NodeInput::Lost`], and why.
    Lost(EngineFault),
    /// [`NodeInput::Snapshot`]: the state is to be restored before its replica is given to the node. None: there is none.
    Snapshot(Option<Box<LogSnapshot<S>>>),
    /// To be told to the administrator; nothing is to be done.
    Trouble(EngineTrouble),
}

impl<S: LogState> fmt::Debug for Happened<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Happened::Input(NodeInput::Read(read)) => {
                write!(f, "Read({} lines behind {})", read.lines.len(), read.after)
            }
            Happened::Input(NodeInput::Written(at)) => write!(f, "Written({at:?})"),
            Happened::Input(NodeInput::Back) => f.write_str("Back"),
            Happened::Input(_) => f.write_str("Input"),
            Happened::Lost(fault) => write!(f, "Lost({fault})"),
            Happened::Snapshot(snapshot) => {
                write!(f, "Snapshot({:?})", snapshot.as_ref().map(|it| it.replica.at()))
            }
            Happened::Trouble(trouble) => write!(f, "Trouble({trouble:?})"),
        }
    }
}

/// What did not go well, and keeps nobody from anything for now.
#[derive(Debug)]
pub enum EngineTrouble {
    /// The engine is away still, for this reason.
    StillLost(EngineFault),
    /// What stands at this place of the snapshots is none that this release can read.
    Unreadable(EntryId),
    /// No snapshot could be written.
    NotWritten(EngineFault),
    /// No snapshot could be made: of those that are there none is of a place where the log goes on.
    NothingToGoOnFrom,
    /// No snapshot can be written, for there is one of a place that the log has not reached, which no node has written.
    Blocked(EntryId),
    /// No snapshot could be made: the nodes write in a version that this release does not know.
    Later(u32),
}
