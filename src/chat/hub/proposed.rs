//! A change on its way from a hub to the log.

use serde::{Deserialize, Serialize};

use crate::chat::id::ClientId;
use crate::chat::rules::Proposal;

/// A change that is to go into the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The client whose next commands have to wait until it has come back, if it is a client's.
    pub client: Option<ClientId>,
    /// The change.
    pub proposal: Proposal,
}
