//! Which name is whose, and whether a name looks like one in use: of people, and of rooms.
//!
//! Keeps half of the hashes of skeletons, not the skeletons: eight bytes a name, and the rare equal hash is settled
//! by looking at the names themselves.

use std::collections::BTreeSet;

use super::name::Skeleton;

/// The names in use.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex {
    /// Hashes, each with the number (a slot, a room's number) of whoever is called so.
    entries: BTreeSet<(u32, u32)>,
}

impl NameIndex {
    pub(super) fn insert(&mut self, skeleton: &Skeleton, holder: u32) {
        for hash in skeleton.hashes() {
            self.entries.insert((hash as u32, holder));
        }
    }

    pub(super) fn remove(&mut self, skeleton: &Skeleton, holder: u32) {
        for hash in skeleton.hashes() {
            self.entries.remove(&(hash as u32, holder));
        }
    }

    /// Those whose name may clash with `skeleton`, each perhaps twice; the caller compares the names.
    pub(super) fn candidates(&self, skeleton: &Skeleton) -> impl Iterator<Item = u32> + use<'_> {
        let entries = |hash| self.entries.range((hash as u32, 0)..=(hash as u32, u32::MAX));
        skeleton.hashes().into_iter().flat_map(entries).map(|&(_, holder)| holder)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether no name is anybody's but the holder's.
    pub(super) fn is_only(&self, holder: u32) -> bool {
        self.entries.iter().all(|&(_, other)| other == holder)
    }
}
