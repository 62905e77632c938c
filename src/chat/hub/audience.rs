//! Who hears an event.

use super::{Audience, Hub, Name, Work};
use crate::chat::id::ClientId;

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
    fn each_of(&self, to: &Audience, mut hear: impl FnMut(ClientId, bool)) -> usize {
        match to {
            Audience::One(id) => {
                hear(*id, true);
                1
            }
            Audience::Several { clients, from } => {
                let likeness = (self.hiding > 0).then(|| from.likeness());
                for client in clients.iter().filter_map(|&id| self.client(id)) {
                    if likeness.as_ref().is_none_or(|likeness| !client.hides(likeness)) {
                        hear(client.id, true);
                    }
                }
                clients.len()
            }
            Audience::Room { room, except, from, beyond } => {
                let Some(members) = self.room(*room).map(|room| &room.members) else { return 0 };
                let hidden = from.as_ref().filter(|_| self.hiding > 0).map(Name::likeness);
                for &id in members {
                    if Some(id) == *except {
                        continue;
                    }
                    let client = self.client(id).expect("members are clients");
                    let hides = hidden.as_ref().is_some_and(|likeness| client.hides(likeness));
                    if !hides && beyond.is_none_or(|beyond| client.seat(beyond).is_none()) {
                        hear(id, client.current == Some(*room));
                    }
                }
                members.len()
            }
        }
    }
}
