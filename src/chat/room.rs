//! A room: who is in it, who came and went just now, and what its operators decided.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::account::AccountKey;
use super::account_index::AccountIndex;
use super::ban_list::BanList;
use super::holdings::HolderId;
use super::join_part_batch::JoinPartBatch;
use super::key_guard::KeyGuard;
use super::member_id::MemberId;
use super::message::MessageId;
use super::name::Name;
use super::record::{RoomFact, RoomList, RoomRecord};
use super::room_key::RoomKey;
use super::slots::SlotSet;
use super::text::Text;
use crate::limits::DECISIONS_PER_ROOM;

/// One room. Members stand in no particular order; each knows their place, so that leaving costs nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Room {
    pub(super) name: Name,
    pub(super) key: RoomKey,
    pub(super) members: Vec<MemberId>,
    /// Their slots: who is in one of several large rooms is found 64 at a time.
    pub(super) slots: SlotSet,
    pub(super) movements: JoinPartBatch,
    pub(super) topic: Option<Text>,
    /// Whether anything was ever said here.
    pub(super) spoken: bool,
    /// The last message that was said here; none's, if that is not known.
    pub(super) last_message: MessageId,
    pub(super) modes: RoomModes,
    /// From where it was made, if that is known.
    pub(super) holder: Option<HolderId>,
}

/// What the operators of a room decided.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct RoomModes {
    /// Its operators, for as long as they are in the room.
    pub(super) operators: Vec<MemberId>,
    /// The accounts of operators who are so whenever they come back.
    pub(super) owners: Vec<AccountKey>,
    /// What one has to know to enter.
    pub(super) key: Option<Text>,
    /// Members who may enter once without the key.
    pub(super) invited: Vec<MemberId>,
    /// Who may not be here.
    pub(super) banned: BanList,
    /// Who may not speak here.
    pub(super) muted: BanList,
    /// Only operators may speak.
    pub(super) moderated: bool,
    /// Who has tried wrong keys.
    pub(super) key_guard: Option<Box<KeyGuard>>,
}

impl RoomModes {
    fn list(&mut self, list: RoomList) -> &mut BanList {
        match list {
            RoomList::Bans => &mut self.banned,
            RoomList::Mutes => &mut self.muted,
        }
    }
}

/// Adds a decision; gives the oldest one of too many, which is forgotten.
pub(super) fn push_bounded<T>(decisions: &mut Vec<T>, decision: T) -> Option<T> {
    let oldest = (decisions.len() >= DECISIONS_PER_ROOM).then(|| decisions.remove(0));
    decisions.push(decision);
    oldest
}

/// What there is to remember of names that are on a list from now on, or not any more.
fn listed(list: RoomList, changes: Vec<(Name, bool)>) -> Vec<RoomFact> {
    changes.into_iter().map(|(name, is_on)| RoomFact::Listed(list, name, is_on)).collect()
}

impl Room {
    pub(super) fn new(name: Name, key: RoomKey) -> Room {
        Room {
            name,
            key,
            members: Vec::new(),
            slots: SlotSet::default(),
            movements: JoinPartBatch::default(),
            topic: None,
            spoken: false,
            last_message: MessageId::default(),
            modes: RoomModes::default(),
            holder: None,
        }
    }

    /// Whether each member is one once, and in the set of slots.
    pub(super) fn is_sound(&self) -> bool {
        let slots: BTreeSet<u32> = self.members.iter().map(|id| id.place()).collect();
        slots.len() == self.members.len() && self.slots.is_of(&slots)
    }

    /// Adds a member and gives their place.
    pub(super) fn enter(&mut self, id: MemberId) -> u32 {
        self.members.push(id);
        self.slots.insert(id.place());
        self.modes.invited.retain(|&invited| invited != id);
        u32::try_from(self.members.len() - 1).expect("fewer members than slots")
    }

    /// Takes the member out of `place`; gives the one who stands there now.
    pub(super) fn leave(&mut self, place: u32) -> Option<MemberId> {
        let id = self.members.swap_remove(place as usize);
        self.slots.remove(id.place());
        self.modes.operators.retain(|&operator| operator != id);
        if self.members.is_empty() {
            (self.members, self.slots) = (Vec::new(), SlotSet::default());
        }
        self.members.get(place as usize).copied()
    }

    pub(super) fn is_operator(&self, id: MemberId, account: Option<AccountKey>) -> bool {
        self.modes.operators.contains(&id) || account.is_some_and(|key| self.modes.owners.contains(&key))
    }

    /// Whether it stays when nobody is in it: an account owns it, and there is something to come back to.
    pub(super) fn is_worth_keeping(&self) -> bool {
        let modes = &self.modes;
        let decided =
            modes.key.is_some() || modes.moderated || !modes.banned.is_empty() || !modes.muted.is_empty();
        !modes.owners.is_empty() && (self.spoken || self.topic.is_some() || decided)
    }

    /// What was decided about a member is about their name alone from now on.
    pub(super) fn forget_member(&mut self, member: MemberId) {
        let RoomModes { invited, banned, muted, .. } = &mut self.modes;
        [banned, muted].into_iter().for_each(|list| list.forget_member(member));
        invited.retain(|&invited| invited != member);
    }

    /// What was decided about a member is about another one from now on; says whether anything was.
    pub(super) fn pass_on_decisions(&mut self, from: MemberId, to: MemberId) -> bool {
        let RoomModes { banned, muted, .. } = &mut self.modes;
        let passed_on = [banned, muted].map(|list| list.pass_on(from, to));
        passed_on.contains(&true)
    }

    /// Puts a person on a list; gives what there is to remember of that.
    pub(super) fn enlist(
        &mut self,
        list: RoomList,
        name: &Name,
        member: Option<MemberId>,
        account_index: Option<&AccountIndex>,
    ) -> Vec<RoomFact> {
        listed(list, self.modes.list(list).add(name, member, account_index))
    }

    /// Takes a person off a list; gives what there is to remember of that. None: they were not on it.
    pub(super) fn strike(
        &mut self,
        list: RoomList,
        member: Option<MemberId>,
        name: &Name,
        account_index: Option<&AccountIndex>,
    ) -> Option<Vec<RoomFact>> {
        self.modes.list(list).lift(member, name, account_index).map(|changes| listed(list, changes))
    }

    /// An account decides here no more; gives what there is to remember of that, if it did.
    pub(super) fn disown(&mut self, account: AccountKey) -> Option<RoomFact> {
        let at = self.modes.owners.iter().position(|&owner| owner == account)?;
        self.modes.owners.remove(at);
        Some(RoomFact::Operator(account, false))
    }

    /// A member who is on lists has proved that `name` is theirs for good: that name is on them as well from now on. Gives
    /// what there is to remember of that.
    pub(super) fn enlist_account(
        &mut self,
        name: &Name,
        member: MemberId,
        account_index: Option<&AccountIndex>,
    ) -> Vec<RoomFact> {
        let mut facts = Vec::new();
        for which in [RoomList::Bans, RoomList::Mutes] {
            let list = self.modes.list(which);
            if list.holds_member(member) {
                facts.extend(listed(which, list.add(name, Some(member), account_index)));
            }
        }
        facts
    }

    /// Bans, mutes and invitations.
    pub(super) fn decisions(&self) -> usize {
        self.modes.banned.len() + self.modes.muted.len() + self.modes.invited.len()
    }

    /// Steps of work that it takes at most to look for a member on all the lists of people about whom something was decided.
    pub(super) fn decision_steps(&self) -> usize {
        self.decisions() + self.office_steps()
    }

    /// Steps of work that it takes to look for a member among the operators, and among the invited: 64 bytes each.
    pub(super) fn office_steps(&self) -> usize {
        1 + (self.modes.operators.len() + self.modes.owners.len() + self.modes.invited.len()) / 8
    }

    /// Forgets the oldest of the decisions of which there are most; gives what there is to remember of that.
    pub(super) fn forget_oldest(&mut self) -> Vec<RoomFact> {
        let RoomModes { banned, muted, invited, .. } = &mut self.modes;
        // Where there are as many, the last of these gives way.
        let kinds = [
            (invited.len(), None),
            (muted.len(), Some(RoomList::Mutes)),
            (banned.len(), Some(RoomList::Bans)),
        ];
        match kinds.into_iter().max_by_key(|(count, _)| *count) {
            Some((_, Some(list))) => listed(list, self.modes.list(list).forget_oldest()),
            _ => {
                invited.remove(0);
                Vec::new()
            }
        }
    }

    /// What there is to remember of it.
    pub(super) fn record(&self) -> RoomRecord {
        let names = |list: &BanList| {
            let mut names: Vec<Name> = list.names().cloned().collect();
            names.reverse();
            names
        };
        RoomRecord {
            key: self.key,
            name: self.name.clone(),
            topic: self.topic.clone(),
            lock: self.modes.key.clone(),
            moderated: self.modes.moderated,
            owners: self.modes.owners.clone(),
            banned: names(&self.modes.banned),
            muted: names(&self.modes.muted),
        }
    }

    /// Takes on what was remembered of it.
    pub(super) fn restore(&mut self, record: RoomRecord, account_index: Option<&AccountIndex>) {
        self.topic = record.topic;
        // It would not have been remembered for nothing.
        self.spoken = true;
        self.modes = RoomModes {
            owners: record.owners,
            key: record.lock,
            moderated: record.moderated,
            banned: BanList::of(&record.banned, account_index),
            muted: BanList::of(&record.muted, account_index),
            ..RoomModes::default()
        };
    }
}
