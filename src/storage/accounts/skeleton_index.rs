//! Which registered names a name would be taken for, without comparing it with each.

use std::collections::BTreeSet;

use crate::chat::Name;

/// What names look like, in hashes, and which account each is. Several accounts may look the same: they were made before
/// their likes clashed.
#[derive(Debug, Default)]
pub(in crate::storage) struct SkeletonIndex {
    folded: BTreeSet<(u64, u32)>,
    drawn: BTreeSet<(u64, u32)>,
}

impl SkeletonIndex {
    /// Remembers what `name` looks like.
    pub(in crate::storage) fn insert(&mut self, name: &Name, account: u32) {
        let [folded, drawn] = name.skeleton().hashes();
        self.folded.insert((folded, account));
        self.drawn.insert((drawn, account));
    }

    /// Forgets what `name` looks like.
    pub(in crate::storage) fn remove(&mut self, name: &Name, account: u32) {
        let [folded, drawn] = name.skeleton().hashes();
        self.folded.remove(&(folded, account));
        self.drawn.remove(&(drawn, account));
    }

    /// Accounts whose names look like `name`, by number.
    pub(in crate::storage) fn clashing(&self, name: &Name) -> BTreeSet<u32> {
        let [folded, drawn] = name.skeleton().hashes();
        let of = |all: &BTreeSet<(u64, u32)>, hash| {
            all.range((hash, 0)..=(hash, u32::MAX)).map(|&(_, account)| account).collect()
        };
        let (folded, drawn): (BTreeSet<u32>, BTreeSet<u32>) =
            (of(&self.folded, folded), of(&self.drawn, drawn));
        &folded | &drawn
    }

    /// Whether `name` looks like that of an account.
    pub(in crate::storage) fn clash(&self, name: &Name) -> bool {
        !self.clashing(name).is_empty()
    }
}
