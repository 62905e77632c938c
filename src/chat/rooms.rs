//! All rooms: which there are, what they are called, where movements wait to be told, and who has how many for good.
//!
//! Invariants: the index of names has the name of each room, and no other; a room is among the restless while movements wait
//! there, at the time at which they are due; an account is counted once for each room that has it among its owners; the numbers
//! of rooms that are no more are given again, the least first, and their keys never.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use super::account::AccountKey;
use super::account_index::AccountIndex;
use super::effect::RoomId;
use super::join_part_batch::{Arrived, Departed, JoinPartBatch, Threshold};
use super::member::Membership;
use super::member_id::MemberId;
use super::message::MessageId;
use super::mono_time::MonoTime;
use super::name::{Name, Skeleton};
use super::name_index::NameIndex;
use super::record::{RoomFact, RoomRecord};
use super::room::{Room, push_bounded};
use super::room_key::RoomKey;
use super::snapshot_error::SnapshotError;
use crate::limits::ROOMS_MAX;

/// All rooms. Indexed by the number of a room that is there; [`get`](Self::get) asks whether it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct Rooms {
    rooms: Vec<Option<Room>>,
    /// Numbers of rooms that are no more, to be given again.
    #[serde(skip_serializing)]
    free: BTreeSet<RoomId>,
    #[serde(skip_serializing)]
    names: NameIndex,
    /// Rooms in which movements wait to be told, and when: of thousands, those few are looked at.
    #[serde(skip_serializing)]
    restless: BTreeSet<(MonoTime, RoomId)>,
    /// Of how many rooms each account is an operator for good.
    #[serde(skip_serializing)]
    owned: BTreeMap<AccountKey, usize>,
    /// Rooms that a node has left empty, each until it is no more.
    emptied: VecDeque<(MonoTime, RoomId, RoomKey)>,
    /// What the next room that is made is called by its history.
    next_key: u64,
}

/// What is stored of [`Rooms`].
#[derive(Deserialize)]
struct Stored {
    rooms: Vec<Option<Room>>,
    emptied: VecDeque<(MonoTime, RoomId, RoomKey)>,
    next_key: u64,
}

impl TryFrom<Stored> for Rooms {
    type Error = SnapshotError;

    fn try_from(Stored { rooms, emptied, next_key }: Stored) -> Result<Rooms, SnapshotError> {
        if rooms.len() > ROOMS_MAX || rooms.first().is_none_or(Option::is_none) {
            return Err(SnapshotError::Broken("which rooms there are"));
        }
        let mut all = Rooms { emptied, next_key, ..Rooms::default() };
        for (number, room) in rooms.into_iter().enumerate() {
            let id = RoomId::at(number);
            match &room {
                None => drop(all.free.insert(id)),
                Some(room) if !room.is_sound() => {
                    return Err(SnapshotError::Broken("who is in a room"));
                }
                Some(room) => {
                    all.names.insert(&room.name.skeleton(), number as u32);
                    all.restless.extend(room.movements.due().map(|due| (due, id)));
                    room.modes.owners.iter().for_each(|&owner| all.count_owner(owner));
                }
            }
            all.rooms.push(room);
        }
        Ok(all)
    }
}

impl Rooms {
    /// Makes an empty room, if there may be one more.
    pub(super) fn make(&mut self, name: Name) -> Option<RoomId> {
        let room = self.place(Room::new(name, RoomKey(self.next_key)))?;
        self.next_key += 1;
        Some(room)
    }

    /// Goes on with a room that there was before, if there may be one more.
    pub(super) fn restore(
        &mut self,
        record: RoomRecord,
        account_index: Option<&AccountIndex>,
    ) -> Option<RoomId> {
        let known = (record.key == RoomKey(0)).then_some(RoomId::FIRST);
        let id = match known {
            Some(id) => id,
            None => self.place(Room::new(record.name.clone(), record.key))?,
        };
        record.owners.iter().for_each(|&owner| self.count_owner(owner));
        self[id].restore(record, account_index);
        Some(id)
    }

    /// No room that is made from now on gets a key below this.
    pub(super) fn reserve_keys(&mut self, below: u64) {
        self.next_key = self.next_key.max(below);
    }

    /// Notes which message is the last of each of these rooms.
    pub(super) fn note_last_messages(&mut self, last: &BTreeMap<RoomKey, MessageId>) {
        for room in self.rooms.iter_mut().flatten() {
            room.last_message = last.get(&room.key).copied().unwrap_or_default();
        }
    }

    /// What the next room that is made is called by its history.
    pub(super) fn next_key(&self) -> u64 {
        self.next_key
    }

    /// A room is no more.
    pub(super) fn remove(&mut self, id: RoomId) -> Option<Room> {
        let gone = self.rooms.get_mut(id.index())?.take()?;
        self.names.remove(&gone.name.skeleton(), id.index() as u32);
        self.free.insert(id);
        gone.modes.owners.iter().for_each(|&owner| self.discount_owner(owner));
        if let Some(due) = gone.movements.due() {
            self.restless.remove(&(due, id));
        }
        Some(gone)
    }

    /// A member has arrived who is told of later.
    pub(super) fn arrive_later(&mut self, id: RoomId, threshold: Threshold, member: MemberId) {
        self[id].movements.arrived.push((threshold, member));
        self.note_movement(id);
    }

    /// A member has left who is told of later: to those who are in the room `beyond` as well, there.
    pub(super) fn depart_later(
        &mut self,
        id: RoomId,
        threshold: Threshold,
        beyond: Option<RoomId>,
        name: Name,
    ) {
        self[id].movements.depart(threshold, beyond, name);
        self.note_movement(id);
    }

    /// Takes a member's seat away; gives who stands in that place now.
    pub(super) fn leave(&mut self, membership: Membership) -> Option<MemberId> {
        self[membership.room].leave(membership.place())
    }

    /// It was not told that a member came, and will not be.
    pub(super) fn forget_arrival(&mut self, id: RoomId, member: MemberId) {
        self.forget_movements(id, |movements| movements.forget_arrival(member));
    }

    /// It will not be told that these came, of all whose arrival waits: one look at each, however many they are.
    pub(super) fn forget_arrivals(&mut self, id: RoomId, is_gone: impl Fn(MemberId) -> bool) {
        self.forget_movements(id, |movements| movements.arrived.retain(|&(_, member)| !is_gone(member)));
    }

    fn forget_movements(&mut self, id: RoomId, forget: impl FnOnce(&mut JoinPartBatch)) {
        let movements = &mut self[id].movements;
        let due = movements.due();
        forget(movements);
        if let Some(due) = due.filter(|_| movements.due().is_none()) {
            self.restless.remove(&(due, id));
        }
    }

    /// Takes what waits to be told of a room: who left, and who came. None: nothing does.
    pub(super) fn take_movements(&mut self, id: RoomId) -> Option<(Vec<Departed>, Vec<Arrived>)> {
        let movements = &mut self.get_mut(id)?.movements;
        let due = movements.due()?;
        let taken = (std::mem::take(&mut movements.departed), std::mem::take(&mut movements.arrived));
        self.restless.remove(&(due, id));
        Some(taken)
    }

    /// The room in which movements have waited longest, and when they are due.
    pub(super) fn first_restless(&self) -> Option<(MonoTime, RoomId)> {
        self.restless.first().copied()
    }

    /// A room that is empty is kept until then.
    pub(super) fn keep_empty(&mut self, id: RoomId, until: MonoTime) {
        self.emptied.push_back((until, id, self[id].key));
    }

    /// Takes a room out that was kept empty until now; it may have members again.
    pub(super) fn take_emptied(&mut self, now: MonoTime) -> Option<RoomId> {
        while let Some(&(_, id, key)) = self.emptied.front().filter(|(until, ..)| now >= *until) {
            self.emptied.pop_front();
            if self.get(id).is_some_and(|room| room.key == key) {
                return Some(id);
            }
        }
        None
    }

    /// An account is an operator of a room for good from now on, of which it is none; gives the one that is not any more, for
    /// there are too many.
    pub(super) fn add_owner(&mut self, id: RoomId, account: AccountKey) -> Option<AccountKey> {
        let forgotten = push_bounded(&mut self[id].modes.owners, account);
        self.count_owner(account);
        forgotten.into_iter().for_each(|oldest| self.discount_owner(oldest));
        forgotten
    }

    /// An account decides in a room no more; gives what there is to remember of that, if it did.
    pub(super) fn disown(&mut self, id: RoomId, account: AccountKey) -> Option<RoomFact> {
        let disowned = self[id].disown(account)?;
        self.discount_owner(account);
        Some(disowned)
    }

    /// These accounts decide nowhere any more; gives where they did.
    pub(super) fn disown_everywhere(&mut self, accounts: &BTreeSet<AccountKey>) -> Vec<RoomId> {
        self.owned.retain(|account, _| !accounts.contains(account));
        let mut left = Vec::new();
        for (number, room) in self.rooms.iter_mut().enumerate() {
            let Some(owners) = room.as_mut().map(|room| &mut room.modes.owners) else { continue };
            let before = owners.len();
            owners.retain(|key| !accounts.contains(key));
            left.extend((owners.len() < before).then_some(RoomId::at(number)));
        }
        left
    }

    pub(super) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(id.index())?.as_mut()
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(id.index())?.as_ref()
    }

    /// All rooms, by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        let numbered = self.rooms.iter().enumerate();
        numbered.filter_map(|(number, room)| Some((RoomId::at(number), room.as_ref()?)))
    }

    /// How many numbers there are, taken or not.
    pub(super) fn numbers(&self) -> usize {
        self.rooms.len()
    }

    /// How many rooms there are.
    pub(super) fn count(&self) -> usize {
        self.rooms.len() - self.free.len()
    }

    /// Rooms whose names clash with a name that looks like this: one, but where rooms were made before their likes
    /// clashed. Each perhaps twice.
    pub(super) fn alike(&self, skeleton: &Skeleton) -> impl Iterator<Item = (RoomId, &Name)> {
        let rooms = self.names.candidates(skeleton).map(|number| RoomId::at(number as usize));
        let named = rooms.filter_map(|room| Some((room, &self.get(room)?.name)));
        named.filter(move |(_, name)| name.skeleton().clashes(skeleton))
    }

    /// Of how many rooms an account is an operator for good.
    pub(super) fn owned_by(&self, account: AccountKey) -> usize {
        self.owned.get(&account).copied().unwrap_or(0)
    }

    /// Whether there is only the first room, with nobody in it, and nothing waits to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.count() == 1
            && self.names.is_only(RoomId::FIRST.index() as u32)
            && self.restless.is_empty()
            && self.emptied.is_empty()
            && self.iter().all(|(_, room)| room.members.is_empty() && room.movements.due().is_none())
    }

    /// Frees the memory of the rooms from that number on. To be called when the chat has stopped.
    pub(super) fn free_from(&mut self, number: usize) {
        self.rooms.truncate(number);
    }

    fn place(&mut self, room: Room) -> Option<RoomId> {
        let id = self.free.first().copied().unwrap_or(RoomId::at(self.rooms.len()));
        if id.index() >= ROOMS_MAX {
            return None;
        }
        self.names.insert(&room.name.skeleton(), id.index() as u32);
        if self.free.remove(&id) {
            self.rooms[id.index()] = Some(room);
        } else {
            self.rooms.push(Some(room));
        }
        Some(id)
    }

    /// Something waits to be told of a room when its second is over.
    fn note_movement(&mut self, id: RoomId) {
        self.restless.extend(self.get(id).and_then(|room| room.movements.due()).map(|due| (due, id)));
    }

    fn count_owner(&mut self, account: AccountKey) {
        *self.owned.entry(account).or_default() += 1;
    }

    fn discount_owner(&mut self, account: AccountKey) {
        if let Some(rooms) = self.owned.get_mut(&account) {
            *rooms -= 1;
            if *rooms == 0 {
                self.owned.remove(&account);
            }
        }
    }
}

impl Index<RoomId> for Rooms {
    type Output = Room;

    fn index(&self, id: RoomId) -> &Room {
        self.get(id).expect("a room that is there")
    }
}

impl IndexMut<RoomId> for Rooms {
    fn index_mut(&mut self, id: RoomId) -> &mut Room {
        self.get_mut(id).expect("a room that is there")
    }
}
