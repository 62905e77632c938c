//! Which registered name a name would be taken for, without comparing it with each.

use std::collections::HashMap;

use crate::chat::Name;

/// What names look like, in hashes, and which account each is.
#[derive(Debug, Default)]
pub(in crate::keep) struct Likenesses {
    folded: HashMap<u64, u32>,
    drawn: HashMap<u64, u32>,
}

impl Likenesses {
    /// Remembers what `name` looks like.
    pub(in crate::keep) fn insert(&mut self, name: &Name, account: u32) {
        let [folded, drawn] = name.likeness().hashes();
        self.folded.insert(folded, account);
        self.drawn.insert(drawn, account);
    }

    /// Accounts whose names look like `name`; the same one twice, as a rule.
    pub(in crate::keep) fn clashing(&self, name: &Name) -> [Option<u32>; 2] {
        let [folded, drawn] = name.likeness().hashes();
        [self.folded.get(&folded).copied(), self.drawn.get(&drawn).copied()]
    }

    /// Whether `name` looks like that of an account.
    pub(in crate::keep) fn clash(&self, name: &Name) -> bool {
        self.clashing(name) != [None, None]
    }
}
