//! Who hides whom.
//!
//! A person whom any member hides has one entry, however many hide them: the set of these members. It goes with them from
//! name to name; when they leave it stays under their name, for the next one of that name. So to be heard, to take
//! another name and to leave cost the same whether no member hides a person or all do.
//!
//! Invariants: of the entries of people who left no two could be taken for each other, nor for a member who is here; an entry
//! is there only while a member hides its person.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::message::MessageId;
use super::name::{Name, Skeleton};
use super::name_index::NameIndex;
use super::slots::SlotSet;
use super::snapshot_error::SnapshotError;
use crate::limits::{HIDDEN_GONE_MAX, HIDDEN_LINES};

/// Whom a member hides, as their list has it. Two of them can come to mean the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HiddenId(u32);

/// The hidden, and for each the slots of the members who hide them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct Hiding {
    /// By [`HiddenId`].
    ids: Vec<Id>,
    free_ids: Vec<u32>,
    people: Vec<Option<Hidden>>,
    free_people: Vec<u32>,
    /// Each by the name that they have, or left with.
    #[serde(skip_serializing)]
    by_name: BTreeMap<Name, u32>,
    /// The hidden who left, by what their names look like.
    #[serde(skip_serializing)]
    gone: NameIndex,
    /// The same, in the order in which they left.
    #[serde(skip_serializing)]
    departed: BTreeMap<u64, u32>,
    departures: u64,
    /// The last lines of persons who were hidden then, oldest first: they may have another name by now.
    lines: VecDeque<(MessageId, HiddenId)>,
}

/// What a [`HiddenId`] stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Id {
    /// None: they left so long ago that they are forgotten.
    person: Option<u32>,
    /// Where it stands among the ids of that person.
    place: u32,
    /// How many lists have it.
    lists: u32,
    /// The last of the lines that were said before it stood for this person: those are not theirs.
    since: Option<MessageId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Hidden {
    name: Name,
    /// They left, as the so-manieth of all.
    departure: Option<u64>,
    hiders: SlotSet,
    ids: Vec<HiddenId>,
}

/// What is stored of [`Hiding`].
#[derive(Deserialize)]
struct Stored {
    ids: Vec<Id>,
    free_ids: Vec<u32>,
    people: Vec<Option<Hidden>>,
    free_people: Vec<u32>,
    departures: u64,
    lines: VecDeque<(MessageId, HiddenId)>,
}

impl TryFrom<Stored> for Hiding {
    type Error = SnapshotError;

    fn try_from(stored: Stored) -> Result<Hiding, SnapshotError> {
        let Stored { ids, free_ids, people, free_people, departures, lines } = stored;
        let mut hiding =
            Hiding { ids, free_ids, people, free_people, departures, lines, ..Hiding::default() };
        let numbered =
            (0..).zip(&hiding.people).filter_map(|(number, hidden)| Some((number, hidden.as_ref()?)));
        let mut count = 0;
        for (number, hidden) in numbered {
            hiding.by_name.insert(hidden.name.clone(), number);
            if let Some(departure) = hidden.departure {
                hiding.gone.insert(&hidden.name.skeleton(), number);
                hiding.departed.insert(departure, number);
            }
            count += 1;
        }
        let is_sound = hiding.by_name.len() == count && hiding.is_sound();
        if is_sound { Ok(hiding) } else { Err(SnapshotError::Broken("who hides whom")) }
    }
}

impl Hiding {
    /// Whether ids and people refer to each other, and what is free is not in use.
    fn is_sound(&self) -> bool {
        let stands = |person: u32, place: u32| {
            self.people.get(person as usize)?.as_ref()?.ids.get(place as usize).copied()
        };
        let known = |(number, id): (u32, &Id)| match id.person {
            Some(person) => id.lists > 0 && stands(person, id.place) == Some(HiddenId(number)),
            None => true,
        };
        let of_people: usize = self.people.iter().flatten().map(|hidden| hidden.ids.len()).sum();
        let free_ids: BTreeSet<u32> = self.free_ids.iter().copied().collect();
        let free_people: BTreeSet<u32> = self.free_people.iter().copied().collect();
        let unused =
            |id: &u32| self.ids.get(*id as usize).is_some_and(|id| id.person.is_none() && id.lists == 0);
        let nobody = |person: &u32| self.people.get(*person as usize).is_some_and(Option::is_none);
        (0..).zip(&self.ids).all(known)
            && of_people == self.ids.iter().filter(|id| id.person.is_some()).count()
            && self.people.iter().flatten().all(|hidden| !hidden.hiders.is_empty() && !hidden.ids.is_empty())
            && free_ids.len() == self.ids.iter().filter(|id| id.lists == 0).count()
            && free_ids.len() == self.free_ids.len()
            && free_ids.iter().all(unused)
            && free_people.len() == self.people.iter().filter(|person| person.is_none()).count()
            && free_people.len() == self.free_people.len()
            && free_people.iter().all(nobody)
            && self.lines.iter().all(|(_, id)| (id.0 as usize) < self.ids.len())
            && self.lines.iter().is_sorted_by(|(one, _), (other, _)| one < other)
            && self.departed.len() == self.people.iter().flatten().filter(|it| it.departure.is_some()).count()
            && self.departed.last_key_value().is_none_or(|(&last, _)| last <= self.departures)
    }

    /// Whether these are all lists of hidden people, each with the slot of whose it is.
    pub(super) fn agrees<'a>(&self, lists: impl Iterator<Item = (u32, &'a [HiddenId])>) -> bool {
        let mut counts: Vec<u32> = self.ids.iter().map(|id| id.lists).collect();
        let mut hiders: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (slot, list) in lists {
            for id in list {
                let Some(count) = counts.get_mut(id.0 as usize).filter(|count| **count > 0) else {
                    return false;
                };
                *count -= 1;
                if let Some(person) = self.ids[id.0 as usize].person {
                    hiders.entry(person).or_default().insert(slot);
                }
            }
        }
        let hidden = (0..).zip(&self.people).filter_map(|(number, hidden)| Some((number, hidden.as_ref()?)));
        counts.iter().all(|&count| count == 0)
            && hidden
                .into_iter()
                .all(|(number, hidden)| hiders.get(&number).is_some_and(|slots| hidden.hiders.is_of(slots)))
    }

    /// How many hidden people have left.
    pub(super) fn departures(&self) -> u64 {
        self.departures
    }

    /// Whether nobody hides anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The slots of the members who hide the person who has this name, or left with it. None: there are none.
    pub(super) fn hiders(&self, name: &Name) -> Option<&SlotSet> {
        self.by_name.get(name).map(|&person| &self.person(person).hiders)
    }

    /// The person who has this name said something.
    pub(super) fn said(&mut self, line: MessageId, name: &Name) {
        if let Some(&person) = self.by_name.get(name) {
            let id = self.person(person).ids[0];
            if self.lines.len() >= HIDDEN_LINES {
                self.lines.pop_front();
            }
            self.lines.push_back((line, id));
        }
    }

    /// Whether `hider` hides the person who said something, under that name. Of lines that were too many, by their names now.
    pub(super) fn hides_line(&self, hider: u32, line: MessageId, from: &Name) -> bool {
        match self.lines.binary_search_by_key(&line, |&(line, _)| line) {
            Ok(at) => {
                let known = &self.ids[self.lines[at].1.0 as usize];
                let person = known.person.filter(|_| Some(line) > known.since);
                person.is_some_and(|person| self.person(person).hiders.contains(hider))
            }
            Err(0) if self.lines.len() >= HIDDEN_LINES => {
                self.hiders(from).is_some_and(|hiders| hiders.contains(hider))
            }
            Err(_) => false,
        }
    }

    /// What the person is called who is hidden under `id`. None: they are forgotten.
    pub(super) fn name(&self, id: HiddenId) -> Option<&Name> {
        self.ids[id.0 as usize].person.map(|person| &self.person(person).name)
    }

    /// The ids on `list` under which a person is hidden who has the name `here`, or who left under a name like this.
    pub(super) fn called(&self, list: &[HiddenId], here: Option<&Name>, like: &Skeleton) -> Vec<HiddenId> {
        let here = here.and_then(|name| self.by_name.get(name).copied());
        let meant: Vec<u32> = here.into_iter().chain(self.gone_like(like)).collect();
        let is_meant =
            |id: &HiddenId| self.ids[id.0 as usize].person.is_some_and(|person| meant.contains(&person));
        list.iter().copied().filter(is_meant).collect()
    }

    /// Lets `hider` hide the person who has this name, whom they do not hide yet; gives what their list needs.
    pub(super) fn hide(&mut self, hider: u32, name: &Name) -> HiddenId {
        let person = match self.by_name.get(name) {
            Some(&person) => person,
            None => self.add(name),
        };
        let hidden = self.person_mut(person);
        hidden.hiders.insert(hider);
        let id = hidden.ids[0];
        self.ids[id.0 as usize].lists += 1;
        id
    }

    /// Lets `hider`, on whose list `id` is, show that person again. To be called for each id of theirs on the list.
    pub(super) fn show(&mut self, hider: u32, id: HiddenId) {
        if let Some(person) = self.ids[id.0 as usize].person {
            let hidden = self.person_mut(person);
            hidden.hiders.remove(hider);
            if hidden.hiders.is_empty() {
                self.forget(person);
            }
        }
        self.release(id);
    }

    /// A member has this name now, of this skeleton, and had `old` before if they had one. Who left under such a name
    /// was them.
    pub(super) fn took_name(&mut self, old: Option<&Name>, new: &Name, skeleton: &Skeleton) {
        let mut own = old.and_then(|old| self.by_name.remove(old));
        // Each once, though found by both of its looks.
        let gone: BTreeSet<u32> = self.gone_like(skeleton).collect();
        for person in gone {
            self.misplace(person);
            own = Some(own.map_or(person, |own| self.merge(own, person)));
        }
        if let Some(own) = own {
            let hidden = self.person_mut(own);
            (hidden.name, hidden.departure) = (new.clone(), None);
            self.by_name.insert(new.clone(), own);
        }
    }

    /// The person who had this name left.
    pub(super) fn left(&mut self, name: &Name) {
        let Some(&person) = self.by_name.get(name) else { return };
        self.departures += 1;
        let departure = self.departures;
        self.person_mut(person).departure = Some(departure);
        self.gone.insert(&name.skeleton(), person);
        self.departed.insert(departure, person);
        if self.departed.len() > HIDDEN_GONE_MAX
            && let Some((_, &oldest)) = self.departed.first_key_value()
        {
            self.forget(oldest);
        }
    }

    /// Shortens a list to what it says: each person once, and nobody who is forgotten.
    pub(super) fn tidy(&mut self, list: &mut Vec<HiddenId>) {
        let mut seen = Vec::new();
        list.retain(|&id| {
            let person = self.ids[id.0 as usize].person;
            let says_more = person.is_some() && !seen.contains(&person);
            seen.push(person);
            if !says_more {
                self.release(id);
            }
            says_more
        });
    }

    /// The hidden who left under a name that could be taken for this one.
    fn gone_like(&self, skeleton: &Skeleton) -> impl Iterator<Item = u32> {
        let looks = self.gone.candidates(skeleton);
        looks.filter(|&person| self.person(person).name.skeleton().clashes(skeleton))
    }

    /// A person is hidden, for the first time.
    fn add(&mut self, name: &Name) -> u32 {
        let person = self.free_people.pop().unwrap_or_else(|| {
            self.people.push(None);
            number(self.people.len() - 1)
        });
        let id = self.free_ids.pop().unwrap_or_else(|| {
            self.ids.push(Id { person: None, place: 0, lists: 0, since: None });
            number(self.ids.len() - 1)
        });
        let since = self.lines.back().map(|&(line, _)| line);
        self.ids[id as usize] = Id { person: Some(person), place: 0, lists: 0, since };
        let (name, hiders) = (name.clone(), SlotSet::default());
        self.by_name.insert(name.clone(), person);
        self.people[person as usize] =
            Some(Hidden { name, departure: None, hiders, ids: vec![HiddenId(id)] });
        person
    }

    /// Two who are hidden are one person; gives which of the two numbers is theirs.
    fn merge(&mut self, one: u32, other: u32) -> u32 {
        // The one with fewer ids goes: so none is changed more often than there are doublings.
        let (stays, goes) = match self.person(one).ids.len() < self.person(other).ids.len() {
            true => (other, one),
            false => (one, other),
        };
        let Hidden { hiders, ids, .. } = self.take(goes);
        for &id in &ids {
            self.attach(id, stays);
        }
        self.person_mut(stays).hiders.unite(&hiders);
        stays
    }

    fn attach(&mut self, id: HiddenId, person: u32) {
        let ids = &mut self.person_mut(person).ids;
        ids.push(id);
        let place = number(ids.len() - 1);
        let known = &mut self.ids[id.0 as usize];
        (known.person, known.place) = (Some(person), place);
    }

    /// Forgets a person, whom some may still have on their lists.
    fn forget(&mut self, person: u32) {
        self.misplace(person);
        for id in self.take(person).ids {
            self.ids[id.0 as usize].person = None;
        }
    }

    /// Takes a person out of where they are looked for.
    fn misplace(&mut self, person: u32) {
        let Hidden { name, departure, .. } = self.person(person);
        let (name, departure) = (name.clone(), *departure);
        self.by_name.remove(&name);
        if let Some(departure) = departure {
            self.gone.remove(&name.skeleton(), person);
            self.departed.remove(&departure);
        }
    }

    /// One list fewer has this id.
    fn release(&mut self, id: HiddenId) {
        let known = &mut self.ids[id.0 as usize];
        known.lists -= 1;
        if known.lists > 0 {
            return;
        }
        let (person, place) = (known.person.take(), known.place);
        self.free_ids.push(id.0);
        let Some(person) = person else { return };
        let ids = &mut self.person_mut(person).ids;
        ids.swap_remove(place as usize);
        if let Some(&moved) = ids.get(place as usize) {
            self.ids[moved.0 as usize].place = place;
        }
    }

    fn take(&mut self, person: u32) -> Hidden {
        self.free_people.push(person);
        self.people[person as usize].take().expect("who is hidden is there")
    }

    fn person(&self, person: u32) -> &Hidden {
        self.people[person as usize].as_ref().expect("who is hidden is there")
    }

    fn person_mut(&mut self, person: u32) -> &mut Hidden {
        self.people[person as usize].as_mut().expect("who is hidden is there")
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than all lists have places")
}
