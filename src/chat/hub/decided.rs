//! In which rooms something was decided about a client: there it follows them to another connection, and to an account.
//!
//! Invariant: what follows a client costs as much as was decided about them, however many rooms and decisions there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccountKey, ClientId, Hub, Name, RoomId};
use crate::chat::line::RoomKey;
use crate::chat::room::Room;
use crate::limits::DECISIONS_PER_CLIENT;

/// For clients about whom something was decided, the rooms in which it was, oldest first. Some of these rooms may be
/// gone, and some decisions lifted: that is seen when they are looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Decided(BTreeMap<ClientId, Vec<(RoomId, RoomKey)>>);

impl Decided {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Hub {
    /// Remembers that something was decided about a client in a room. Of too many rooms, in the oldest one it is about
    /// their name alone from then on.
    pub(super) fn note_decision(&mut self, client: ClientId, room: RoomId) {
        let Some(key) = self.room(room).map(|room| room.key) else { return };
        let rooms = self.decided.0.entry(client).or_default();
        if rooms.contains(&(room, key)) {
            return;
        }
        rooms.push((room, key));
        if rooms.len() > DECISIONS_PER_CLIENT {
            let (oldest, key) = rooms.remove(0);
            if let Some(room) = self.room_mut(oldest).filter(|room| room.key == key) {
                room.follow_decisions(client, None);
            }
        }
    }

    /// What was decided about a client is about another one from now on.
    pub(super) fn follow_decisions(&mut self, old: ClientId, new: ClientId) {
        let Some(rooms) = self.decided.0.remove(&old) else { return };
        for &(room, key) in &rooms {
            self.spend(self.room(room).map_or(0, Room::office_steps));
            if let Some(room) = self.room_mut(room).filter(|room| room.key == key) {
                room.follow_decisions(old, Some(new));
            }
        }
        self.decided.0.insert(new, rooms);
    }

    /// A client has proved that `name` is theirs for good: bans and mutes against the client are against that name too,
    /// so that they cannot be shaken off by coming in again.
    /// Where they are banned the account decides no more.
    pub(super) fn bind_decisions(&mut self, client: ClientId, (account, name): (AccountKey, &Name)) {
        let rooms = self.decided.0.get(&client).cloned().unwrap_or_default();
        let mut added = 0;
        for (number, key) in rooms {
            let room = self.rooms.get_mut(number).filter(|room| room.key == key);
            let Some(room) = room else { continue };
            let mut facts = room.enlist_account(name, client, self.account_index.as_ref());
            added += facts.len();
            if room.modes.banned.holds_client(client) {
                facts.extend(self.rooms.disown(number, account));
            }
            self.persist(number, facts);
        }
        self.bound_decisions(added);
    }

    /// A client has left. Who they were is still known by name, but an invitation was theirs alone.
    pub(super) fn forget_decisions(&mut self, client: ClientId) {
        for (room, key) in self.decided.0.remove(&client).unwrap_or_default() {
            self.spend(self.room(room).map_or(0, Room::office_steps));
            if let Some(room) = self.room_mut(room).filter(|room| room.key == key) {
                room.modes.invited.retain(|&invited| invited != client);
            }
        }
    }
}
