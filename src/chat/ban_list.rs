//! People against whom one thing was decided in a room: that they may not enter it, or not speak there.
//!
//! Invariant: whether a person is among them is looked up by member and by name, and never takes a walk over all of
//! them: up to [`DECISIONS_PER_ROOM`] stand here, and a room asks for every line.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::account_index::AccountIndex;
use super::member_id::MemberId;
use super::name::{Name, Skeleton};
use super::snapshot_error::SnapshotError;
use crate::limits::{DECISIONS_PER_ROOM, NAMES_PER_DECISION};

/// Steps of work that it takes to take out one entry: from four trees, and what is told and kept of it.
pub(super) const LIFTED_STEPS: usize = 32;

/// Those people, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct BanList {
    entries: BTreeMap<u64, BanEntry>,
    /// What their names look like, as [`looks`] gives it, each with the number of the entry.
    #[serde(skip_serializing)]
    by_look: BTreeSet<(u64, u64)>,
    #[serde(skip_serializing)]
    by_member: BTreeSet<(MemberId, u64)>,
    next: u64,
}

/// A person is known by a name, and by the member who had it then: under another name on the same connection, and
/// under the same name on another connection, it is still them. A name that looks the same is theirs as well, unless both are
/// registered: `account_index` tells those apart, which are from before their likes clashed.
#[derive(Clone, Debug, Serialize)]
struct BanEntry {
    name: Name,
    #[serde(skip_serializing)]
    looks: [u64; 2],
    member: Option<MemberId>,
}

/// What is stored of a [`BanList`].
#[derive(Deserialize)]
struct Stored {
    entries: BTreeMap<u64, StoredEntry>,
    next: u64,
}

/// What is stored of a [`BanEntry`].
#[derive(Deserialize)]
struct StoredEntry {
    name: Name,
    member: Option<MemberId>,
}

impl TryFrom<Stored> for BanList {
    type Error = SnapshotError;

    fn try_from(Stored { entries, next }: Stored) -> Result<BanList, SnapshotError> {
        if entries.last_key_value().is_some_and(|(&last, _)| last >= next) {
            return Err(SnapshotError::Broken("the numbers of bans"));
        }
        let mut list = BanList { next, ..BanList::default() };
        for (number, StoredEntry { name, member }) in entries {
            list.insert(number, name, member);
        }
        Ok(list)
    }
}

/// A name with the two numbers by which lists find it: worked out once, it is looked for in many lists.
#[derive(Clone, Debug)]
pub(super) struct NameKey {
    name: Name,
    looks: [u64; 2],
}

impl NameKey {
    pub(super) fn of(name: Name) -> NameKey {
        let looks = looks(&name.skeleton());
        NameKey { name, looks }
    }
}

impl BanList {
    /// The people of whom nothing but these names is known.
    pub(super) fn of(names: &[Name], account_index: Option<&AccountIndex>) -> BanList {
        let mut list = BanList::default();
        names.iter().for_each(|name| drop(list.add(name, None, account_index)));
        list
    }

    /// Adds a person, unless they stand here already; the oldest entry of too many is dropped, of too many for one member the
    /// oldest but the first. Gives the names that are
    /// on the list from now on, or not any more.
    pub(super) fn add(
        &mut self,
        name: &Name,
        member: Option<MemberId>,
        account_index: Option<&AccountIndex>,
    ) -> Vec<(Name, bool)> {
        let stands = |number| member.is_none() || self.entries[&number].member == member;
        if self.called(name, account_index).any(stands) {
            return Vec::new();
        }
        let mut changes = match member.and_then(|member| self.of_member(member).nth(NAMES_PER_DECISION - 1)) {
            // One person with many names pushes out nobody else.
            Some(_) => self.remove_all(member.and_then(|member| self.of_member(member).nth(1))),
            None if self.entries.len() >= DECISIONS_PER_ROOM => self.forget_oldest(),
            None => Vec::new(),
        };
        let number = self.next;
        self.next += 1;
        self.insert(number, name.clone(), member);
        changes.push((name.clone(), true));
        changes
    }

    /// Takes a person out: under this name, as this member, and under all names that members so found had. Gives the
    /// names that are not on the list any more; none: they did not stand here.
    pub(super) fn lift(
        &mut self,
        member: Option<MemberId>,
        name: &Name,
        account_index: Option<&AccountIndex>,
    ) -> Option<Vec<(Name, bool)>> {
        let mut found: BTreeSet<u64> = self.called(name, account_index).collect();
        found.extend(member.into_iter().flat_map(|member| self.of_member(member)));
        let members: BTreeSet<MemberId> =
            found.iter().filter_map(|number| self.entries[number].member).collect();
        found.extend(members.into_iter().flat_map(|member| self.of_member(member)));
        (!found.is_empty()).then(|| self.remove_all(found))
    }

    /// The number of the next entry.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Drops the oldest entry; gives its name, if that is not on the list any more.
    pub(super) fn forget_oldest(&mut self) -> Vec<(Name, bool)> {
        let oldest = self.entries.first_key_value().map(|(&oldest, _)| oldest);
        self.remove_all(oldest)
    }

    /// Whether a person of that name stands here.
    pub(super) fn holds_name(&self, key: &NameKey, account_index: Option<&AccountIndex>) -> bool {
        self.of_name(&key.name, key.looks, account_index).next().is_some()
    }

    /// Whether a member stands here, under whatever name.
    pub(super) fn holds_member(&self, member: MemberId) -> bool {
        self.of_member(member).next().is_some()
    }

    /// The name under which a person stands here who is called like this.
    pub(super) fn name_like(&self, name: &Name, account_index: Option<&AccountIndex>) -> Option<&Name> {
        self.called(name, account_index).next().map(|number| &self.entries[&number].name)
    }

    /// What is said of a member is said of their names alone from now on.
    pub(super) fn forget_member(&mut self, member: MemberId) {
        let numbers: Vec<u64> = self.of_member(member).collect();
        for number in numbers {
            self.by_member.remove(&(member, number));
            self.entries.get_mut(&number).expect("what is indexed is there").member = None;
        }
    }

    /// What was decided about a member is about another one from now on, which is the same person; says whether anything was.
    pub(super) fn pass_on(&mut self, from: MemberId, to: MemberId) -> bool {
        let numbers: Vec<u64> = self.of_member(from).collect();
        for &number in &numbers {
            self.by_member.remove(&(from, number));
            self.by_member.insert((to, number));
            self.entries.get_mut(&number).expect("what is indexed is there").member = Some(to);
        }
        !numbers.is_empty()
    }

    /// Their names, each once, those first that were added last.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        let mut seen = BTreeSet::new();
        self.entries.values().rev().map(|entry| &entry.name).filter(move |name| seen.insert(name.as_str()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Removes entries; gives the names that are on none of the others.
    fn remove_all(&mut self, numbers: impl IntoIterator<Item = u64>) -> Vec<(Name, bool)> {
        let gone: Vec<BanEntry> = numbers.into_iter().filter_map(|number| self.remove(number)).collect();
        let mut seen = BTreeSet::new();
        let gone = gone.iter().filter(|entry| seen.insert(entry.name.as_str()) && !self.has(entry));
        gone.map(|entry| (entry.name.clone(), false)).collect()
    }

    fn insert(&mut self, number: u64, name: Name, member: Option<MemberId>) {
        let looks = looks(&name.skeleton());
        self.by_look.extend(looks.map(|look| (look, number)));
        self.by_member.extend(member.map(|member| (member, number)));
        self.entries.insert(number, BanEntry { name, looks, member });
    }

    fn remove(&mut self, number: u64) -> Option<BanEntry> {
        let entry = self.entries.remove(&number)?;
        for look in entry.looks {
            self.by_look.remove(&(look, number));
        }
        if let Some(member) = entry.member {
            self.by_member.remove(&(member, number));
        }
        Some(entry)
    }

    /// Whether an entry has the very name of this one.
    fn has(&self, like: &BanEntry) -> bool {
        self.looking_like(like.looks).any(|number| self.entries[&number].name == like.name)
    }

    /// The entries that are about the person of that name.
    fn called<'a>(
        &'a self,
        name: &'a Name,
        account_index: Option<&'a AccountIndex>,
    ) -> impl Iterator<Item = u64> + 'a {
        self.of_name(name, looks(&name.skeleton()), account_index)
    }

    fn of_name<'a>(
        &'a self,
        name: &'a Name,
        looks: [u64; 2],
        account_index: Option<&'a AccountIndex>,
    ) -> impl Iterator<Item = u64> + 'a {
        let apart = move |other: &Name| {
            account_index.is_some_and(|account_index| account_index.tells_apart(name, other))
        };
        self.looking_like(looks).filter(move |number| !apart(&self.entries[number].name))
    }

    /// The entries whose names clash with one that looks like this.
    fn looking_like(&self, looks: [u64; 2]) -> impl Iterator<Item = u64> {
        let entries = |look| self.by_look.range((look, 0)..=(look, u64::MAX));
        looks.into_iter().flat_map(entries).map(|&(_, number)| number)
    }

    fn of_member(&self, member: MemberId) -> impl Iterator<Item = u64> {
        self.by_member.range((member, 0)..=(member, u64::MAX)).map(|&(_, number)| number)
    }
}

/// What a name looks like in each of two ways, as numbers; equal numbers of 64 bits are taken for equal looks. The second
/// is inverted, so as not to be taken for the first.
fn looks(skeleton: &Skeleton) -> [u64; 2] {
    let [folded, drawn] = skeleton.hashes();
    [folded, !drawn]
}
