//! Who hears an event.

use super::{Audience, Hub, Work};
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
        let (seats, lost) = (&self.sessions.seats, &self.sessions.lost);
        match to {
            Audience::One(id) => {
                hear(*id, true);
                1
            }
            Audience::Several { recipients, from } => {
                let reached = self.chat.reached(from);
                let seated = recipients.iter().filter(|&&id| seats.slot(id).is_some_and(&reached));
                seated.filter(|&&id| !lost.is_lost(id)).for_each(|&id| hear(id, true));
                recipients.len()
            }
            Audience::Room { room, except, from, beyond } => {
                let except = except.and_then(|id| self.member(id));
                // The chat may not have heard yet that a session goes on.
                let has_returned = |member| seats.client(member).is_some_and(|id| !lost.is_lost(id));
                self.chat.each_in(*room, except, (from.as_ref(), *beyond), has_returned, |member, here| {
                    seats.client(member).into_iter().for_each(|id| hear(id, here));
                })
            }
        }
    }
}
