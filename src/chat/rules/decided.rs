//! In which rooms something was decided about a member: there it follows them to an account.
//!
//! Invariant: what follows a member costs as much as was decided about them, however many rooms and decisions there are.

use super::{AccountKey, Chat, MemberId, Name, RoomId};
use crate::chat::room::Room;
use crate::chat::room_key::RoomKey;
use crate::limits::DECISIONS_PER_CLIENT;

impl Chat {
    /// Remembers that something was decided about a member in a room. Of too many rooms, in the oldest one it is about
    /// their name alone from then on.
    pub(super) fn note_decision(&mut self, member: MemberId, room: RoomId) {
        let Some(key) = self.room(room).map(|room| room.key) else { return };
        let rooms = self.decided.rooms.entry(member).or_default();
        if rooms.contains(&(room, key)) {
            return;
        }
        rooms.push((room, key));
        if rooms.len() > DECISIONS_PER_CLIENT {
            let (oldest, key) = rooms.remove(0);
            if let Some(room) = self.room_mut(oldest).filter(|room| room.key == key) {
                room.forget_member(member);
            }
        }
    }

    /// A member has proved that `name` is theirs for good: bans and mutes against the member are against that name too,
    /// so that they cannot be shaken off by coming in again.
    /// Where they are banned the account decides no more.
    pub(super) fn bind_decisions(&mut self, member: MemberId, (account, name): (AccountKey, &Name)) {
        let rooms = self.decided.rooms.get(&member).cloned().unwrap_or_default();
        let mut added = 0;
        for (number, key) in rooms {
            let room = self.rooms.get_mut(number).filter(|room| room.key == key);
            let Some(room) = room else { continue };
            let mut facts = room.enlist_account(name, member, self.account_index.as_ref());
            added += facts.len();
            if room.modes.banned.holds_member(member) {
                facts.extend(self.rooms.disown(number, account));
            }
            self.persist(number, facts);
        }
        self.bound_decisions(added);
    }

    /// What was decided about a member that is none any more is about this one, which is the same person.
    pub(super) fn pass_on_decisions(&mut self, from: MemberId, to: MemberId, decided: &[(RoomId, RoomKey)]) {
        // Behind another state of the chat that number may be another person's.
        if self.member(from).is_some() {
            return;
        }
        for &(number, key) in decided.iter().take(DECISIONS_PER_CLIENT) {
            self.spend(self.room(number).map_or(0, Room::decision_steps));
            let room = self.room_mut(number).filter(|room| room.key == key);
            if room.is_some_and(|room| room.pass_on_decisions(from, to)) {
                self.note_decision(to, number);
            }
        }
    }

    /// A member has left. Who they were is still known by name, but an invitation was theirs alone.
    pub(super) fn forget_decisions(&mut self, member: MemberId) {
        for (room, key) in self.decided.rooms.remove(&member).unwrap_or_default() {
            self.spend(self.room(room).map_or(0, Room::office_steps));
            if let Some(room) = self.room_mut(room).filter(|room| room.key == key) {
                room.modes.invited.retain(|&invited| invited != member);
            }
        }
    }
}
