//! A room: who is in it, and who came and went just now.

use super::id::ClientId;
use super::movements::Movements;

/// One room. Members stand in no particular order; each knows their place, so that leaving costs nothing.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) members: Vec<ClientId>,
    pub(super) movements: Movements,
}

impl Room {
    /// Adds a member and gives their place.
    pub(super) fn enter(&mut self, id: ClientId) -> u32 {
        self.members.push(id);
        u32::try_from(self.members.len() - 1).expect("fewer members than slots")
    }

    /// Takes the member out of `place`; gives whoever stands there now.
    pub(super) fn leave(&mut self, place: u32) -> Option<ClientId> {
        self.members.swap_remove(place as usize);
        let moved = self.members.get(place as usize).copied();
        if self.members.is_empty() {
            self.members = Vec::new();
        }
        moved
    }
}
