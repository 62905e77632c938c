//! What is left of a chat that has stopped.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ClientId;
use crate::chat::people::People;
use crate::chat::rooms::Rooms;

/// What there was when the chat stopped, as far as it is not over.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stopped {
    /// Clients that have not been told, the next one last.
    pub(super) clients: Vec<ClientId>,
    /// Those of them of whom something may never be said.
    pub(super) unsaid: BTreeSet<ClientId>,
    /// How many rooms have not been freed, and how many members.
    pub(super) rooms: usize,
    pub(super) members: usize,
    /// The memory that is freed bit by bit. Nothing is asked of it any more.
    #[serde(skip)]
    pub(super) memory: Option<(People, Rooms)>,
}

impl Clone for Stopped {
    /// Without the memory.
    fn clone(&self) -> Stopped {
        let Stopped { clients, unsaid, rooms, members, memory: _ } = self;
        let (clients, unsaid) = (clients.clone(), unsaid.clone());
        Stopped { clients, unsaid, rooms: *rooms, members: *members, memory: None }
    }
}
