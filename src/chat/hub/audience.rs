//! Who hears an event.

use super::{Audience, Hub, Work};
use crate::chat::id::ClientId;
use crate::chat::slots::SlotSet;

impl Hub {
    /// Calls `hear` with everyone whom `to` means, each once, and whether it is about their current room.
    pub fn audience(&self, to: &Audience, mut hear: impl FnMut(ClientId, bool)) {
        let mut heard = 0;
        let asked = self.each_of(to, |id, here| {
            heard += 1;
            hear(id, here);
        });
        self.count(Work { steps: (asked - heard) as u64, heard: heard as u64 });
    }

    /// Does the work of [`audience`](Hub::audience); gives how many were asked.
    pub(super) fn each_of(&self, to: &Audience, mut hear: impl FnMut(ClientId, bool)) -> usize {
        match to {
            Audience::One(id) => {
                hear(*id, true);
                1
            }
            Audience::Several { clients, from } => {
                let hiders = self.hiding.hiders(from);
                let lost = self.lost.slots();
                for client in clients.iter().filter_map(|&id| self.client(id)) {
                    if lost.is_some_and(|lost| lost.contains(client.id.place())) {
                        continue;
                    }
                    if hiders.is_none_or(|hiders| !hiders.contains(client.id.place())) {
                        hear(client.id, true);
                    }
                }
                clients.len()
            }
            Audience::Room { room, except, from, beyond } => {
                let Some(members) = self.room(*room).map(|room| &room.members) else { return 0 };
                let hiders = from.as_ref().and_then(|from| self.hiding.hiders(from));
                let beyond = beyond.and_then(|beyond| self.room(beyond)).map(|beyond| &beyond.slots);
                // Who does not hear it is not looked at: a bit says so.
                let is_in =
                    |set: Option<&SlotSet>, id: ClientId| set.is_some_and(|set| set.contains(id.place()));
                let lost = self.lost.slots();
                for &id in members {
                    if Some(id) == *except || is_in(hiders, id) || is_in(beyond, id) || is_in(lost, id) {
                        continue;
                    }
                    let client = &self.people[id];
                    hear(id, client.current == Some(*room));
                }
                members.len()
            }
        }
    }
}
