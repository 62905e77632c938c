//! What each address has of what there is only so much of: members and rooms.
//!
//! Invariant: an address that has nothing is not remembered.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::origin::Origin;
use super::snapshot_error::SnapshotError;

/// Names an address for as long as it has something. Half the size of an [`Origin`]: each member has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HolderId(u32);

impl HolderId {
    /// Its place in a list of all holders.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an address has.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Holding {
    pub(super) origin: Origin,
    /// Members who are here.
    pub(super) places: u32,
    /// Rooms that were made from there.
    pub(super) rooms: u32,
}

/// All addresses that have something.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct Holdings {
    #[serde(skip_serializing)]
    numbers: HashMap<Origin, u32>,
    /// By number; of no use where there are no places and no rooms.
    holdings: Vec<Holding>,
    unused: Vec<u32>,
}

/// What is stored of [`Holdings`].
#[derive(Deserialize)]
struct Stored {
    holdings: Vec<Holding>,
    unused: Vec<u32>,
}

impl TryFrom<Stored> for Holdings {
    type Error = SnapshotError;

    fn try_from(Stored { holdings, unused }: Stored) -> Result<Holdings, SnapshotError> {
        let not_used: HashSet<u32> = unused.iter().copied().collect();
        let numbered = (0..).zip(&holdings).filter(|(number, _)| !not_used.contains(number));
        let numbers: HashMap<Origin, u32> =
            numbered.map(|(number, holding)| (holding.origin, number)).collect();
        // Each number is one address's, or is unused, once.
        if not_used.len() < unused.len() || numbers.len() + unused.len() != holdings.len() {
            return Err(SnapshotError::Broken("what addresses have"));
        }
        Ok(Holdings { numbers, holdings, unused })
    }
}

impl Holdings {
    /// Whether these are the holders of all places, and of all rooms.
    pub(super) fn agree(
        &self,
        places: impl Iterator<Item = HolderId>,
        rooms: impl Iterator<Item = HolderId>,
    ) -> bool {
        let mut left: Vec<(u32, u32)> = self.holdings.iter().map(|it| (it.places, it.rooms)).collect();
        let mut known = true;
        let mut take = |holder: HolderId, count: fn(&mut (u32, u32)) -> &mut u32| {
            let left = left.get_mut(holder.index()).map(count);
            let fewer = left.and_then(|left| left.checked_sub(1).map(|fewer| *left = fewer));
            known &= fewer.is_some();
        };
        places.for_each(|holder| take(holder, |(places, _)| places));
        rooms.for_each(|holder| take(holder, |(_, rooms)| rooms));
        let used =
            |number: &u32| self.holdings.get(*number as usize).is_some_and(|it| it.places + it.rooms > 0);
        known && left.iter().all(|left| *left == (0, 0)) && self.numbers.values().all(used)
    }

    /// Notes that a member has come from `origin`.
    pub(super) fn take_place(&mut self, origin: Origin) -> HolderId {
        let holder = self.holder(origin);
        self.holdings[holder.index()].places += 1;
        holder
    }

    /// Notes that a member who came from there has gone.
    pub(super) fn leave_place(&mut self, holder: HolderId) {
        self.holdings[holder.index()].places -= 1;
        self.forget_if_empty(holder);
    }

    /// Notes that a room was made from `origin`.
    pub(super) fn take_room(&mut self, origin: Origin) -> HolderId {
        let holder = self.holder(origin);
        self.holdings[holder.index()].rooms += 1;
        holder
    }

    /// Notes that a room that was made from there is no more.
    pub(super) fn leave_room(&mut self, holder: HolderId) {
        self.holdings[holder.index()].rooms -= 1;
        self.forget_if_empty(holder);
    }

    /// What an address has.
    pub(super) fn of(&self, holder: HolderId) -> Holding {
        self.holdings[holder.index()]
    }

    /// How many places an address has.
    pub(super) fn places(&self, origin: Origin) -> u32 {
        self.numbers.get(&origin).map_or(0, |&number| self.holdings[number as usize].places)
    }

    /// How many places each holder has, by its number, where so many more are held from these addresses.
    pub(super) fn places_with(&self, more: impl Iterator<Item = (Origin, usize)>) -> Vec<usize> {
        let mut places: Vec<usize> = self.holdings.iter().map(|holding| holding.places as usize).collect();
        for (origin, count) in more {
            if let Some(&number) = self.numbers.get(&origin) {
                places[number as usize] += count;
            }
        }
        places
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    fn holder(&mut self, origin: Origin) -> HolderId {
        let Holdings { numbers, holdings, unused } = self;
        let number = *numbers.entry(origin).or_insert_with(|| {
            let none = Holding { origin, places: 0, rooms: 0 };
            match unused.pop() {
                Some(number) => {
                    holdings[number as usize] = none;
                    number
                }
                None => {
                    holdings.push(none);
                    u32::try_from(holdings.len() - 1).expect("fewer addresses than members and rooms")
                }
            }
        });
        HolderId(number)
    }

    fn forget_if_empty(&mut self, holder: HolderId) {
        let Holding { origin, places, rooms } = self.of(holder);
        if places > 0 || rooms > 0 {
            return;
        }
        self.numbers.remove(&origin);
        self.unused.push(holder.0);
        if self.numbers.is_empty() {
            *self = Holdings::default();
        }
    }
}
