//! What few connections have at the same time, so that the others do not pay for it.

use serde::{Deserialize, Serialize};

use super::transport::Transport;
use crate::chat::MonoTime;

/// The reply for which commands wait.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::net) struct Awaited {
    /// The number of the request that it answers.
    pub(in crate::net) request: u64,
    /// From then on it is waited for no longer.
    pub(in crate::net) until: MonoTime,
}

/// What few connections have at the same time.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// What the next commands wait for: replies come in the order of the questions, and before the end of a client that asked
    /// and left.
    pub(super) awaited: Option<Awaited>,
    /// The next commands wait for the log as well, whatever is replied.
    pub(super) awaits_log: bool,
    /// Of one that is spoken to in TLS.
    pub(super) transport: Option<Transport>,
}

impl Beside {
    /// Whether a connection can do without it.
    pub(super) fn is_empty(&self) -> bool {
        let Beside { awaited, awaits_log, transport } = self;
        awaited.is_none() && !awaits_log && transport.is_none()
    }
}
