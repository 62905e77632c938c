//! What few connections have at the same time, so that the others do not pay for it.

use serde::{Deserialize, Serialize};

use super::transport::Transport;
use crate::chat::{Command, MonoTime};
use crate::protocol::Answering;

/// The reply for which commands wait.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::net) struct Awaited {
    /// The number of the request that it answers.
    pub(in crate::net) request: u64,
    /// From then on it is waited for no longer.
    pub(in crate::net) until: MonoTime,
}

/// A command that was taken and has to wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ParkedCommand {
    pub(super) command: Command,
    pub(super) answering: Option<Answering>,
}

/// What few connections have at the same time.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// What the next commands wait for: replies come in the order of the questions, and before the end of a client that asked
    /// and left.
    pub(super) awaited: Option<Awaited>,
    /// The next commands wait for the log as well, whatever is replied.
    pub(super) awaits_log: bool,
    /// The first of these, if it was taken already.
    pub(super) parked: Option<Box<ParkedCommand>>,
    /// Of one that is spoken to in TLS.
    pub(super) transport: Option<Transport>,
}

impl Beside {
    /// Whether a connection can do without it.
    pub(super) fn is_empty(&self) -> bool {
        let Beside { awaited, awaits_log, parked, transport } = self;
        awaited.is_none() && !awaits_log && parked.is_none() && transport.is_none()
    }
}
