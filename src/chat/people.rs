//! All members of the chat: who is here, what they are called, and where they come from.
//!
//! Invariants: a member stands in the slot of its id; the index of names has the name of each member, and no other; the slots of
//! those who left are given again, the least first.

use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use super::correspondent::Correspondent;
use super::holdings::{HolderId, Holding, Holdings};
use super::member::Member;
use super::member_id::MemberId;
use super::mono_time::MonoTime;
use super::name::{Name, Skeleton};
use super::name_index::NameIndex;
use super::origin::Origin;
use super::snapshot_error::SnapshotError;

/// All members. Indexed by the id of one who is here; [`get`](Self::get) asks whether they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct People {
    members: Vec<Option<Member>>,
    /// Slots in which nobody is.
    #[serde(skip_serializing)]
    free: BTreeSet<u32>,
    #[serde(skip_serializing)]
    names: NameIndex,
    /// How many have come since the chat was founded; of very many it begins again.
    came: u32,
    /// What each address has: members, and the rooms that were made from there.
    holdings: Holdings,
}

/// What is stored of [`People`].
#[derive(Deserialize)]
struct Stored {
    members: Vec<Option<Member>>,
    came: u32,
    holdings: Holdings,
}

impl TryFrom<Stored> for People {
    type Error = SnapshotError;

    fn try_from(Stored { members, came, holdings }: Stored) -> Result<People, SnapshotError> {
        let mut people = People { members, came, holdings, ..People::default() };
        for (slot, member) in (0..).zip(&people.members) {
            match member {
                Some(member) => people.names.insert(&member.name.skeleton(), slot),
                None => drop(people.free.insert(slot)),
            }
        }
        Ok(people)
    }
}

impl People {
    /// Whether what addresses have is what these members have, and rooms with these holders.
    pub(super) fn agree_about_holdings(&self, rooms: impl Iterator<Item = HolderId>) -> bool {
        self.holdings.agree(self.iter().map(|(_, member)| member.holder), rooms)
    }

    /// What is known of the senders of private messages.
    pub(super) fn correspondents(&mut self) -> impl Iterator<Item = &mut Correspondent> {
        self.members.iter_mut().flatten().flat_map(Member::correspondents)
    }

    /// A member has come, under a name that is free; gives who they are from now on.
    pub(super) fn add(&mut self, name: Name, origin: Origin, now: MonoTime) -> MemberId {
        self.came = self.came.wrapping_add(1);
        let slot = self.free.pop_first().unwrap_or_else(|| {
            self.members.push(None);
            u32::try_from(self.members.len() - 1).expect("fewer members than slots")
        });
        self.names.insert(&name.skeleton(), slot);
        let holder = self.holdings.take_place(origin);
        self.members[slot as usize] = Some(Member::new(self.came, name, holder, now));
        MemberId::new(slot, self.came)
    }

    /// A member has this name from now on, instead of the one before.
    pub(super) fn set_name(&mut self, id: MemberId, name: Name) {
        let member = &mut self[id];
        let old = std::mem::replace(&mut member.name, name.clone());
        member.update_contact(id);
        self.names.remove(&old.skeleton(), id.place());
        self.names.insert(&name.skeleton(), id.place());
    }

    /// A member comes from there now.
    pub(super) fn set_origin(&mut self, id: MemberId, origin: Origin) {
        let holder = self.holdings.take_place(origin);
        let before = std::mem::replace(&mut self[id].holder, holder);
        self.holdings.leave_place(before);
    }

    /// A member has left.
    pub(super) fn remove(&mut self, id: MemberId) -> Option<Member> {
        let member = self.members.get_mut(id.slot())?.take_if(|member| member.serial == id.serial())?;
        self.free.insert(id.place());
        self.holdings.leave_place(member.holder);
        self.names.remove(&member.name.skeleton(), id.place());
        Some(member)
    }

    /// Frees the memory of the members from that slot on. To be called when the chat has stopped.
    pub(super) fn free_from(&mut self, slot: usize) {
        self.members.truncate(slot);
    }

    /// Notes that a room was made from an address.
    pub(super) fn take_room(&mut self, origin: Origin) -> HolderId {
        self.holdings.take_room(origin)
    }

    /// Notes that a room that was made from there is no more.
    pub(super) fn leave_room(&mut self, holder: HolderId) {
        self.holdings.leave_room(holder);
    }

    pub(super) fn get_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        self.members.get_mut(id.slot())?.as_mut().filter(|member| member.serial == id.serial())
    }

    pub(super) fn get(&self, id: MemberId) -> Option<&Member> {
        self.members.get(id.slot())?.as_ref().filter(|member| member.serial == id.serial())
    }

    /// Who is in that slot.
    pub(super) fn in_slot(&self, slot: u32) -> Option<MemberId> {
        self.members.get(slot as usize)?.as_ref().map(|member| MemberId::new(slot, member.serial))
    }

    /// All members, by slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (MemberId, &Member)> {
        let slots = (0..).zip(&self.members);
        slots.filter_map(|(slot, member)| {
            let member = member.as_ref()?;
            Some((MemberId::new(slot, member.serial), member))
        })
    }

    /// How many slots there are, taken or not.
    pub(super) fn slots(&self) -> usize {
        self.members.len()
    }

    /// How many members there are.
    pub(super) fn count(&self) -> usize {
        self.members.len() - self.free.len()
    }

    /// The members whose names clash with a name that looks like this: one, but where names were registered before their
    /// likes clashed. Each perhaps twice.
    pub(super) fn alike(&self, skeleton: &Skeleton) -> impl Iterator<Item = (MemberId, &Name)> {
        let members = self.names.candidates(skeleton).filter_map(|slot| self.in_slot(slot));
        let named = members.map(|id| (id, &self[id].name));
        named.filter(move |(_, name)| name.skeleton().clashes(skeleton))
    }

    /// Where a member comes from.
    pub(super) fn origin(&self, id: MemberId) -> Option<Origin> {
        self.get(id).map(|member| self.holding(member).origin)
    }

    /// What the address has that a member comes from.
    pub(super) fn holding(&self, member: &Member) -> Holding {
        self.holdings.of(member.holder)
    }

    /// How many members come from there.
    pub(super) fn count_from(&self, origin: Origin) -> usize {
        self.holdings.places(origin) as usize
    }

    /// How many places each address has, by its [`HolderId`], where so many more are held from these.
    pub(super) fn places_with(&self, more: impl Iterator<Item = (Origin, usize)>) -> Vec<usize> {
        self.holdings.places_with(more)
    }

    /// Whether nothing is left of anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0 && self.names.is_empty() && self.holdings.is_empty()
    }
}

impl Index<MemberId> for People {
    type Output = Member;

    fn index(&self, id: MemberId) -> &Member {
        self.get(id).expect("a member who is here")
    }
}

impl IndexMut<MemberId> for People {
    fn index_mut(&mut self, id: MemberId) -> &mut Member {
        self.get_mut(id).expect("a member who is here")
    }
}
