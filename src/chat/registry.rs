//! The registered names, and whose each is.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::account::{Account, AccountKey};
use super::name::{Likeness, Name};
use super::roster::Roster;

/// All accounts, as far as the core has to know them: no password is here.
#[derive(Debug, Default)]
pub(super) struct Registry {
    names: Roster,
    accounts: BTreeMap<AccountKey, Name>,
}

impl Registry {
    pub(super) fn new(accounts: impl IntoIterator<Item = Account>) -> Registry {
        let mut registry = Registry::default();
        accounts.into_iter().for_each(|account| registry.insert(account));
        registry
    }

    pub(super) fn insert(&mut self, Account { key, name }: Account) {
        self.names.insert(&name.likeness(), key.0.get());
        self.accounts.insert(key, name);
    }

    /// The account whose name `likeness` is of, or looks like.
    pub(super) fn find(&self, likeness: &Likeness) -> Option<AccountKey> {
        let keys = self.names.candidates(likeness).filter_map(NonZeroU32::new).map(AccountKey);
        let mut named = keys.filter_map(|key| Some((key, self.accounts.get(&key)?)));
        named.find(|(_, name)| name.likeness().clashes(likeness)).map(|(key, _)| key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(super) fn name(&self, key: AccountKey) -> Option<&Name> {
        self.accounts.get(&key)
    }
}
