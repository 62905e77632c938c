//! Keys to rooms: a wrong one costs time, and the operators of the room hear of it.

use super::{Audience, Chat, Event, Fact, Name, RoomId, RoomRefusal};
use crate::chat::effect::LogEntry;
use crate::chat::member_id::MemberId;
use crate::chat::origin::Origin;
use crate::chat::text::Text;
use crate::limits::KEY_ALARM_EARS;

impl Chat {
    /// A member who is not invited tries a key. During a wait it is not looked at, right or wrong: otherwise the wait would
    /// keep nobody from guessing on.
    pub(super) fn try_key(
        &mut self,
        id: MemberId,
        name: &Name,
        number: RoomId,
        key: &Text,
    ) -> Result<(), RoomRefusal> {
        let now = self.now();
        let origin = self.origin(id).unwrap_or(Origin::UNKNOWN);
        let room = &mut self.rooms[number];
        let rest = room.modes.key_guard.as_ref().and_then(|guard| guard.rest(origin, now));
        if rest.is_none() && room.modes.key.as_ref() == Some(key) {
            return Ok(());
        }
        let refusal = match rest {
            Some(rest) => RoomRefusal::KeyWait(room.name.clone(), rest),
            None => RoomRefusal::WrongKey(room.name.clone()),
        };
        let guard = room.modes.key_guard.get_or_insert_default();
        if rest.is_none() {
            guard.wrong(origin, now);
        }
        if let Some(tries) = guard.alarm(now) {
            self.tell_operators(number, tries, name);
        }
        Err(refusal)
    }

    /// Tells those of a room's operators who are there that keys are being tried, the last one by `name`.
    fn tell_operators(&mut self, number: RoomId, tries: u32, name: &Name) {
        let room = &self.rooms[number];
        let owners = room.modes.owners.iter().filter_map(|&owner| self.holder_of(owner));
        let owners = owners
            .filter(|&owner| self.member(owner).is_some_and(|member| member.membership(number).is_some()));
        let operators = room.modes.operators.iter().copied().take(KEY_ALARM_EARS);
        let mut recipients: Vec<MemberId> = operators.chain(owners.take(KEY_ALARM_EARS)).collect();
        recipients.sort_unstable();
        recipients.dedup();
        let (room, by) = (room.name.clone(), name.clone());
        self.facts.push(Fact::Log(LogEntry::KeysTried(room.clone(), tries, by.clone())));
        let to = Audience::Several { recipients, from: Name::server() };
        self.facts.push(Fact::Deliver { to, event: Event::KeysTried { room, tries, by } });
    }
}
