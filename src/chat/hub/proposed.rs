//! A change on its way from a hub to the log.

use serde::{Deserialize, Serialize};

use crate::chat::id::ClientId;
use crate::chat::rules::Proposal;

/// A change that is to go into the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The client whose next commands may [have to wait](super::Hub::has_to_wait) until it has come back, if it is a client's.
    pub client: Option<ClientId>,
    /// The number of the command of that client that it is the first change of, if it is one's: what is told when it comes back answers
    /// that. Later commands have larger numbers; one that is [handled anew](crate::chat::Effect::HandledAnew) has the same.
    pub command: Option<u64>,
    /// The change.
    pub proposal: Proposal,
}
