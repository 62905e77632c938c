//! Connections by the address from which they come: where there are too many, one of the address that has most gives way.
//!
//! Invariant: the counts change by one where a connection comes or goes, so that nobody has to look at all of them.

use std::collections::{BTreeMap, HashMap};

use crate::chat::{ClientId, Origin};

/// Connections that wait for the same, in the order in which they came.
#[derive(Debug)]
pub(super) struct ByOrigin {
    gives_way: GivesWay,
    /// From where each comes, and its number among all that ever came.
    places: HashMap<ClientId, (Origin, u64)>,
    /// Those of each origin by that number. None is empty.
    origins: HashMap<Origin, BTreeMap<u64, ClientId>>,
    /// All origins by their [`Rank`]s: the last has most.
    ranks: BTreeMap<Rank, Origin>,
    /// How many ever came.
    came: u64,
}

/// Which of the connections of one origin gives way; where several origins have as many, which of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivesWay {
    Oldest,
    Newest,
}

/// How many connections an origin has, and a number that no other origin has: the higher, the sooner one of them gives way.
type Rank = (usize, u64);

impl ByOrigin {
    pub(super) fn new(gives_way: GivesWay) -> ByOrigin {
        let (places, origins, ranks) = (HashMap::new(), HashMap::new(), BTreeMap::new());
        ByOrigin { gives_way, places, origins, ranks, came: 0 }
    }

    /// Takes in one that is not there.
    pub(super) fn insert(&mut self, id: ClientId, origin: Origin) {
        let number = self.came;
        self.came += 1;
        let before = self.places.insert(id, (origin, number));
        debug_assert!(before.is_none(), "{id:?} is there");
        let held = self.origins.entry(origin).or_default();
        if let Some(rank) = rank(held, self.gives_way) {
            self.ranks.remove(&rank);
        }
        held.insert(number, id);
        self.ranks.extend(rank(held, self.gives_way).map(|rank| (rank, origin)));
    }

    /// Takes one out; says where it came from, if it was there.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Origin> {
        let (origin, number) = self.places.remove(&id)?;
        let held = self.origins.get_mut(&origin)?;
        if let Some(rank) = rank(held, self.gives_way) {
            self.ranks.remove(&rank);
        }
        held.remove(&number);
        match rank(held, self.gives_way) {
            Some(rank) => drop(self.ranks.insert(rank, origin)),
            None => drop(self.origins.remove(&origin)),
        }
        Some(origin)
    }

    /// The oldest from `origin`.
    pub(super) fn oldest_of(&self, origin: Origin) -> Option<ClientId> {
        self.origins.get(&origin)?.first_key_value().map(|(_, id)| *id)
    }

    /// Whether one from `origin` is there.
    pub(super) fn has_any_of(&self, origin: Origin) -> bool {
        self.origins.contains_key(&origin)
    }

    /// How many the origin has that has most.
    pub(super) fn most_of_one(&self) -> usize {
        self.ranks.last_key_value().map_or(0, |((held, _), _)| *held)
    }

    /// The one that gives way for others, of the origin that has most. It stays.
    pub(super) fn giving_way(&self) -> Option<ClientId> {
        let (_, origin) = self.ranks.last_key_value()?;
        let held = self.origins.get(origin)?;
        let end = match self.gives_way {
            GivesWay::Oldest => held.first_key_value(),
            GivesWay::Newest => held.last_key_value(),
        };
        end.map(|(_, id)| *id)
    }

    /// All of them, in the order in which they came.
    pub(super) fn in_order(&self) -> Vec<ClientId> {
        let mut all: Vec<(u64, ClientId)> =
            self.places.iter().map(|(id, (_, number))| (*number, *id)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

/// Of what an origin has; none if that is nothing.
fn rank(held: &BTreeMap<u64, ClientId>, gives_way: GivesWay) -> Option<Rank> {
    let (oldest, newest) = (held.first_key_value()?.0, held.last_key_value()?.0);
    let last = match gives_way {
        GivesWay::Oldest => u64::MAX - oldest,
        GivesWay::Newest => *newest,
    };
    Some((held.len(), last))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn origin(number: u8) -> Origin {
        Origin::of(Ipv4Addr::new(192, 0, 2, number).into())
    }

    /// The same, looked for among all of them, in the order in which they came.
    fn sought(all: &[(ClientId, Origin)], gives_way: GivesWay) -> Option<ClientId> {
        let count = |origin: Origin| all.iter().filter(|(_, other)| *other == origin).count();
        let most = all.iter().map(|(_, origin)| count(*origin)).max()?;
        let mut largest = all.iter().filter(|(_, origin)| count(*origin) == most);
        let found = match gives_way {
            GivesWay::Oldest => largest.next(),
            GivesWay::Newest => largest.next_back(),
        };
        found.map(|(id, _)| *id)
    }

    proptest! {
        #[test]
        fn one_of_the_origin_that_has_most_gives_way(
            steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>(), any::<bool>()), 1..60)
        ) {
            for gives_way in [GivesWay::Oldest, GivesWay::Newest] {
                let (mut connections, mut all) = (ByOrigin::new(gives_way), Vec::new());
                for (number, (from, at, goes)) in steps.iter().enumerate() {
                    if *goes && !all.is_empty() {
                        let (id, origin) = all.remove(at.index(all.len()));
                        prop_assert_eq!(connections.remove(id), Some(origin));
                        prop_assert_eq!(connections.remove(id), None);
                    } else {
                        let id = ClientId::new(number as u32, 1);
                        connections.insert(id, origin(*from));
                        all.push((id, origin(*from)));
                    }
                    prop_assert_eq!(connections.giving_way(), sought(&all, gives_way));
                    let count = |from| all.iter().filter(|(_, other)| *other == from).count();
                    prop_assert_eq!(connections.most_of_one(), (0..4).map(|from| count(origin(from))).max().unwrap_or(0));
                    prop_assert_eq!(connections.len(), all.len());
                    let order: Vec<ClientId> = all.iter().map(|(id, _)| *id).collect();
                    prop_assert_eq!(connections.in_order(), order);
                    let oldest = |from| all.iter().find(|(_, other)| *other == from).map(|(id, _)| *id);
                    for from in (0..4).map(origin) {
                        prop_assert_eq!(connections.oldest_of(from), oldest(from));
                        prop_assert_eq!(connections.has_any_of(from), oldest(from).is_some());
                    }
                }
            }
        }
    }
}
