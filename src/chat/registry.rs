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

    /// Forgets an account; gives the name that it had.
    pub(super) fn remove(&mut self, key: AccountKey) -> Option<Name> {
        let name = self.accounts.remove(&key)?;
        self.names.remove(&name.likeness(), key.0.get());
        Some(name)
    }

    /// The account that is meant by whoever types `wanted`.
    pub(super) fn find(&self, wanted: &Name) -> Option<AccountKey> {
        let likeness = wanted.likeness();
        wanted.meant(self.alike(&likeness))
    }

    /// Whether two names are of two people, though they may look alike: each is that of an account.
    pub(super) fn tells_apart(&self, one: &Name, other: &Name) -> bool {
        if one == other {
            return false;
        }
        match (self.called(one), self.called(other)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    }

    /// The account of exactly that name.
    fn called(&self, name: &Name) -> Option<AccountKey> {
        self.alike(&name.likeness()).find(|(_, known)| *known == name).map(|(key, _)| key)
    }

    /// Whether nobody can register a name that looks like this any more.
    pub(super) fn is_taken(&self, likeness: &Likeness) -> bool {
        self.alike(likeness).next().is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(super) fn name(&self, key: AccountKey) -> Option<&Name> {
        self.accounts.get(&key)
    }

    /// The accounts whose names clash with a name that looks like this: one, but where names were registered before
    /// their likes clashed. Each perhaps twice.
    fn alike(&self, likeness: &Likeness) -> impl Iterator<Item = (AccountKey, &Name)> {
        let keys = self.names.candidates(likeness).filter_map(NonZeroU32::new).map(AccountKey);
        let named = keys.filter_map(|key| Some((key, self.accounts.get(&key)?)));
        named.filter(move |(_, name)| name.likeness().clashes(likeness))
    }
}
