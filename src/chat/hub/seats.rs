//! Which connection is whose: the members of the chat that are here, and their clients.
//!
//! Kept small: twelve bytes for each connection.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ClientId, MemberId};
use crate::chat::snapshot_error::SnapshotError;

/// What stands where nobody sits: no client has generation 0.
const NOBODY: ClientId = ClientId::from_bits(0);

/// No process has so many connections: a snapshot that says so is none.
const CLIENT_SLOTS_MAX: usize = 1 << 24;

/// By members and by clients.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<ClientId>", into = "Vec<ClientId>")]
pub(super) struct Seats {
    /// The client of the member in each slot; of one whose connection was lost, the one that it was.
    clients: Vec<ClientId>,
    /// The slot of the member whose each client is, by the slot of that; older than what the other says of it.
    slots: Vec<u32>,
    taken: usize,
}

impl TryFrom<Vec<ClientId>> for Seats {
    type Error = SnapshotError;

    fn try_from(clients: Vec<ClientId>) -> Result<Seats, SnapshotError> {
        if clients.iter().any(|id| id.slot() > CLIENT_SLOTS_MAX) {
            return Err(SnapshotError::Broken("which connection is whose"));
        }
        let taken = clients.iter().filter(|&&id| id != NOBODY).count();
        let mut seats = Seats { clients, slots: Vec::new(), taken };
        // Of two that had the same slot the older one has lost its connection.
        let mut known: Vec<(u32, ClientId)> = (0..).zip(seats.clients.iter().copied()).collect();
        known.retain(|&(_, id)| id != NOBODY);
        known.sort_by_key(|&(_, id)| id.generation());
        known.into_iter().for_each(|(slot, id)| seats.note(id, slot));
        Ok(seats)
    }
}

impl From<Seats> for Vec<ClientId> {
    fn from(seats: Seats) -> Vec<ClientId> {
        seats.clients
    }
}

impl Seats {
    /// A member goes on under this client from now on.
    pub(super) fn sit(&mut self, member: MemberId, client: ClientId) {
        if self.clients.len() <= member.slot() {
            self.clients.resize(member.slot() + 1, NOBODY);
        }
        let before = std::mem::replace(&mut self.clients[member.slot()], client);
        self.taken += usize::from(before == NOBODY);
        self.note(client, member.place());
    }

    /// A member has no client any more.
    pub(super) fn rise(&mut self, member: MemberId) {
        if let Some(client) = self.clients.get_mut(member.slot()).filter(|client| **client != NOBODY) {
            *client = NOBODY;
            self.taken -= 1;
        }
    }

    /// The client of the member in that slot.
    pub(super) fn client_in(&self, slot: u32) -> Option<ClientId> {
        self.clients.get(slot as usize).copied().filter(|&client| client != NOBODY)
    }

    /// The client of a member.
    pub(super) fn client(&self, member: MemberId) -> Option<ClientId> {
        self.client_in(member.place())
    }

    /// The slot of the member whose client this is: of one that has a connection.
    pub(super) fn slot(&self, client: ClientId) -> Option<u32> {
        let slot = *self.slots.get(client.slot())?;
        (self.clients.get(slot as usize) == Some(&client)).then_some(slot)
    }

    /// All clients of members, each with the slot of its member.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, ClientId)> {
        (0..).zip(self.clients.iter().copied()).filter(|&(_, client)| client != NOBODY)
    }

    /// How many members have one.
    pub(super) fn count(&self) -> usize {
        self.taken
    }

    /// Whether each client is one member's.
    pub(super) fn is_sound(&self) -> bool {
        let each: BTreeSet<ClientId> = self.iter().map(|(_, client)| client).collect();
        each.len() == self.taken
    }

    fn note(&mut self, client: ClientId, slot: u32) {
        if self.slots.len() <= client.slot() {
            self.slots.resize(client.slot() + 1, 0);
        }
        self.slots[client.slot()] = slot;
    }
}
