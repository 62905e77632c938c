//! A room: who is in it, who came and went just now, and what its operators decided.

use std::collections::HashSet;

use super::account::AccountKey;
use super::holdings::HolderId;
use super::id::ClientId;
use super::key_guard::KeyGuard;
use super::line::RoomKey;
use super::movements::Movements;
use super::name::{KeptName, Likeness, Name};
use super::record::{RoomFact, RoomList, RoomRecord};
use super::text::Text;
use crate::limits::DECISIONS_PER_ROOM;

/// One room. Members stand in no particular order; each knows their place, so that leaving costs nothing.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: Name,
    pub(super) key: RoomKey,
    pub(super) members: Vec<ClientId>,
    pub(super) movements: Movements,
    pub(super) topic: Option<Text>,
    /// Whether anything was ever said here.
    pub(super) spoken: bool,
    pub(super) rules: Rules,
    /// From where it was made, if that is known.
    pub(super) holder: Option<HolderId>,
}

/// What the operators of a room decided.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Those who decide, for as long as they are in the room.
    pub(super) operators: Vec<ClientId>,
    /// Those who decide whenever they come back, for their name is registered.
    pub(super) owners: Vec<AccountKey>,
    /// What one has to know to enter.
    pub(super) key: Option<Text>,
    /// Those who may enter once without the key.
    pub(super) invited: Vec<ClientId>,
    /// Those who may not be here.
    pub(super) banned: Vec<Marked>,
    /// Those who may not speak here.
    pub(super) muted: Vec<Marked>,
    /// Only operators may speak.
    pub(super) hushed: bool,
    /// Who has tried wrong keys.
    pub(super) key_guard: Option<Box<KeyGuard>>,
}

/// Somebody against whom something was decided: under another name or on another connection it is still them, though
/// not under another name on another connection.
#[derive(Debug)]
pub(super) struct Marked {
    who: KeptName,
    id: Option<ClientId>,
}

impl Marked {
    pub(super) fn new(name: Name, id: Option<ClientId>) -> Marked {
        Marked { who: KeptName::new(name), id }
    }

    pub(super) fn name(&self) -> &Name {
        &self.who.name
    }

    /// Whether a mark against somebody of that name on that connection would say nothing more.
    pub(super) fn covers(&self, id: Option<ClientId>, likeness: &Likeness) -> bool {
        (id.is_none() || self.id == id) && self.who.clashes(likeness)
    }

    pub(super) fn is(&self, id: Option<ClientId>, likeness: &Likeness) -> bool {
        self.id.is_some() && self.id == id || self.who.clashes(likeness)
    }
}

impl Rules {
    fn list(&mut self, list: RoomList) -> &mut Vec<Marked> {
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

/// That the names of those who are `gone` from a list are on it no more, but those that another one on it has too.
fn unlisted(list: RoomList, left: &[Marked], gone: impl IntoIterator<Item = Marked>) -> Vec<RoomFact> {
    let mut names: Vec<Name> = Vec::new();
    for marked in gone {
        let name = marked.name();
        if !names.contains(name) && left.iter().all(|other| other.name() != name) {
            names.push(name.clone());
        }
    }
    names.into_iter().map(|name| RoomFact::Listed(list, name, false)).collect()
}

impl Room {
    pub(super) fn new(name: Name, key: RoomKey) -> Room {
        Room {
            name,
            key,
            members: Vec::new(),
            movements: Movements::default(),
            topic: None,
            spoken: false,
            rules: Rules::default(),
            holder: None,
        }
    }

    /// Adds a member and gives their place.
    pub(super) fn enter(&mut self, id: ClientId) -> u32 {
        self.members.push(id);
        self.rules.invited.retain(|&invited| invited != id);
        u32::try_from(self.members.len() - 1).expect("fewer members than slots")
    }

    /// Takes the member out of `place`; gives whoever stands there now.
    pub(super) fn leave(&mut self, place: u32) -> Option<ClientId> {
        let id = self.members.swap_remove(place as usize);
        self.rules.operators.retain(|&operator| operator != id);
        if self.members.is_empty() {
            self.members = Vec::new();
        }
        self.members.get(place as usize).copied()
    }

    pub(super) fn is_operator(&self, id: ClientId, account: Option<AccountKey>) -> bool {
        self.rules.operators.contains(&id) || account.is_some_and(|key| self.rules.owners.contains(&key))
    }

    /// Whether a member who is no operator, and has the name that `likeness` is of, may speak.
    pub(super) fn may_speak(&self, id: ClientId, likeness: impl FnOnce() -> Likeness) -> bool {
        let rules = &self.rules;
        if !rules.hushed && rules.muted.is_empty() {
            return true;
        }
        let likeness = likeness();
        !rules.hushed && !rules.muted.iter().any(|marked| marked.is(Some(id), &likeness))
    }

    /// Whether it stays when nobody is in it: somebody has it for good, and there is something to come back to.
    pub(super) fn is_worth_keeping(&self) -> bool {
        let rules = &self.rules;
        let decided =
            rules.key.is_some() || rules.hushed || !rules.banned.is_empty() || !rules.muted.is_empty();
        !rules.owners.is_empty() && (self.spoken || self.topic.is_some() || decided)
    }

    /// Somebody goes on under another connection.
    pub(super) fn follow(&mut self, old: ClientId, new: ClientId) {
        let Rules { operators, invited, banned, muted, .. } = &mut self.rules;
        let marks = banned.iter_mut().chain(muted).filter_map(|marked| marked.id.as_mut());
        let arrived = self.movements.arrived.iter_mut().map(|(_, id)| id);
        let all = self.members.iter_mut().chain(operators).chain(invited).chain(marks).chain(arrived);
        all.filter(|id| **id == old).for_each(|id| *id = new);
    }

    /// Puts somebody on a list; gives what there is to remember of that.
    pub(super) fn enlist(&mut self, list: RoomList, entry: Marked) -> Vec<RoomFact> {
        let name = entry.name().clone();
        let entries = self.rules.list(list);
        let forgotten = push_bounded(entries, entry);
        let unlisted = unlisted(list, entries, forgotten);
        unlisted.into_iter().chain([RoomFact::Listed(list, name, true)]).collect()
    }

    /// Takes those off a list for whom `is_gone`; gives what there is to remember of that.
    pub(super) fn strike(&mut self, list: RoomList, is_gone: impl Fn(&Marked) -> bool) -> Vec<RoomFact> {
        let entries = self.rules.list(list);
        let (gone, stay) = std::mem::take(entries).into_iter().partition(is_gone);
        *entries = stay;
        unlisted(list, entries, gone)
    }

    /// Bans, mutes and invitations.
    pub(super) fn decisions(&self) -> usize {
        self.rules.banned.len() + self.rules.muted.len() + self.rules.invited.len()
    }

    /// Forgets the oldest of the decisions of which there are most; gives what there is to remember of that.
    pub(super) fn forget_oldest(&mut self) -> Vec<RoomFact> {
        let Rules { banned, muted, invited, .. } = &mut self.rules;
        if invited.len() > banned.len().max(muted.len()) {
            invited.remove(0);
            return Vec::new();
        }
        let list = if muted.len() > banned.len() { RoomList::Mutes } else { RoomList::Bans };
        let entries = self.rules.list(list);
        let oldest = (!entries.is_empty()).then(|| entries.remove(0));
        unlisted(list, entries, oldest)
    }

    /// What there is to remember of it.
    pub(super) fn record(&self) -> RoomRecord {
        // Two who had the same name one after the other are one name to remember, and the last of them counts.
        let names = |marks: &[Marked]| {
            let mut seen = HashSet::new();
            let newest = marks.iter().rev().map(Marked::name);
            let mut names: Vec<Name> = newest.filter(|name| seen.insert(name.as_str())).cloned().collect();
            names.reverse();
            names
        };
        RoomRecord {
            key: self.key,
            name: self.name.clone(),
            topic: self.topic.clone(),
            lock: self.rules.key.clone(),
            hushed: self.rules.hushed,
            owners: self.rules.owners.clone(),
            banned: names(&self.rules.banned),
            muted: names(&self.rules.muted),
        }
    }

    /// Takes on what was remembered of it.
    pub(super) fn restore(&mut self, record: RoomRecord) {
        let marks = |names: Vec<Name>| names.into_iter().map(|name| Marked::new(name, None)).collect();
        self.topic = record.topic;
        // It would not have been remembered for nothing.
        self.spoken = true;
        self.rules = Rules {
            owners: record.owners,
            key: record.lock,
            hushed: record.hushed,
            banned: marks(record.banned),
            muted: marks(record.muted),
            ..Rules::default()
        };
    }
}
