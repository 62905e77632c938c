//! Which name is whose, and whether a name looks like one in use.
//!
//! Keeps hashes of likenesses, not the likenesses: sixteen bytes a name, and the rare equal hash is settled by
//! looking at the names themselves.

use std::collections::BTreeSet;

use super::id::ClientId;
use super::name::Likeness;

/// The names in use.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: BTreeSet<(u64, ClientId)>,
}

impl Roster {
    pub(super) fn insert(&mut self, likeness: &Likeness, id: ClientId) {
        for hash in likeness.hashes() {
            self.entries.insert((hash, id));
        }
    }

    pub(super) fn remove(&mut self, likeness: &Likeness, id: ClientId) {
        for hash in likeness.hashes() {
            self.entries.remove(&(hash, id));
        }
    }

    /// Those whose name may clash with `likeness`, each perhaps twice; the caller compares the names.
    pub(super) fn candidates(&self, likeness: &Likeness) -> impl Iterator<Item = ClientId> {
        let least = ClientId::from_bits(0);
        let most = ClientId::from_bits(u64::MAX);
        likeness
            .hashes()
            .into_iter()
            .flat_map(move |hash| self.entries.range((hash, least)..=(hash, most)).map(|&(_, id)| id))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
