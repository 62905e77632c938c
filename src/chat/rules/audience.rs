//! Who hears an event.

use super::{Chat, MemberId};
use crate::chat::effect::RoomId;
use crate::chat::member::Member;
use crate::chat::name::Name;
use crate::chat::slots::SlotSet;

impl Chat {
    /// Calls `hear` with every member of a room whom an event reaches, each once, and whether it is their current room: all
    /// but one, members who hide `from`, who are in `beyond` as well, or who have no connection; of those it is asked whether
    /// they have one again by now. Gives how many were asked.
    pub(in crate::chat) fn each_in(
        &self,
        room: RoomId,
        except: Option<MemberId>,
        (from, beyond): (Option<&Name>, Option<RoomId>),
        has_returned: impl Fn(MemberId) -> bool,
        mut hear: impl FnMut(MemberId, bool),
    ) -> usize {
        let Some(members) = self.room(room).map(|room| &room.members) else { return 0 };
        let hiders = from.and_then(|from| self.hiding.hiders(from));
        let beyond = beyond.and_then(|beyond| self.room(beyond)).map(|beyond| &beyond.slots);
        let detached = (!self.detached.is_empty()).then_some(&self.detached);
        // Who does not hear it is not looked at: a bit says so.
        let is_in = |set: Option<&SlotSet>, id: MemberId| set.is_some_and(|set| set.contains(id.place()));
        for &id in members {
            if Some(id) == except || is_in(hiders, id) || is_in(beyond, id) {
                continue;
            }
            if is_in(detached, id) && !has_returned(id) {
                continue;
            }
            let member: &Member = &self.people[id];
            hear(id, member.current == Some(room));
        }
        members.len()
    }

    /// Tells of the slot of a member whether they do not hide `from`.
    pub(in crate::chat) fn reached(&self, from: &Name) -> impl Fn(u32) -> bool {
        let hiders = self.hiding.hiders(from);
        move |slot| hiders.is_none_or(|hiders| !hiders.contains(slot))
    }
}
