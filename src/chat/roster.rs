//! Which name is whose, and whether a name looks like one in use.
//!
//! Keeps half of the hashes of likenesses, not the likenesses: eight bytes a name, and the rare equal hash is settled
//! by looking at the names themselves.

use std::collections::BTreeSet;

use super::id::ClientId;
use super::name::Likeness;

/// The names in use.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// Hashes, each with the slot of whoever is called so.
    entries: BTreeSet<(u32, u32)>,
}

impl Roster {
    pub(super) fn insert(&mut self, likeness: &Likeness, id: ClientId) {
        for hash in likeness.hashes() {
            self.entries.insert((hash as u32, id.slot() as u32));
        }
    }

    pub(super) fn remove(&mut self, likeness: &Likeness, id: ClientId) {
        for hash in likeness.hashes() {
            self.entries.remove(&(hash as u32, id.slot() as u32));
        }
    }

    /// The slots of those whose name may clash with `likeness`, each perhaps twice; the caller compares the names.
    pub(super) fn candidates(&self, likeness: &Likeness) -> impl Iterator<Item = usize> {
        let entries = |hash| self.entries.range((hash as u32, 0)..=(hash as u32, u32::MAX));
        likeness.hashes().into_iter().flat_map(entries).map(|&(_, slot)| slot as usize)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
