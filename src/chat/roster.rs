//! Which name is whose, and whether a name looks like one in use: of people, and of rooms.
//!
//! Keeps hashes of likenesses, not the likenesses: sixteen bytes a name, and the rare equal hash is settled by
//! looking at the names themselves.

use std::collections::BTreeSet;

use super::name::Likeness;

/// The names in use, and the number of whoever has each.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: BTreeSet<(u64, u64)>,
}

impl Roster {
    pub(super) fn insert(&mut self, likeness: &Likeness, holder: u64) {
        for hash in likeness.hashes() {
            self.entries.insert((hash, holder));
        }
    }

    pub(super) fn remove(&mut self, likeness: &Likeness, holder: u64) {
        for hash in likeness.hashes() {
            self.entries.remove(&(hash, holder));
        }
    }

    /// Those whose name may clash with `likeness`, each perhaps twice; the caller compares the names.
    pub(super) fn candidates(&self, likeness: &Likeness) -> impl Iterator<Item = u64> {
        let hashes = likeness.hashes().into_iter();
        hashes.flat_map(|hash| self.entries.range((hash, 0)..=(hash, u64::MAX)).map(|&(_, holder)| holder))
    }

    /// Whether no name is anybody's but the holder's.
    pub(super) fn is_only(&self, holder: u64) -> bool {
        self.entries.iter().all(|&(_, other)| other == holder)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
