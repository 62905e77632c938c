//! The registered names, and whose each is.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountKey, AccountRecord, Credential, CredentialVersion, PasswordHash};
use super::name::{Name, Skeleton};
use super::name_index::NameIndex;
use super::origin::Origin;
use super::time::UnixMillis;

/// All accounts, as far as the core has to know them: no password is here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(super) struct AccountIndex {
    #[serde(skip_serializing)]
    names: NameIndex,
    accounts: BTreeMap<AccountKey, Name>,
    /// Those that were given another password since they are known here.
    renewed: BTreeMap<AccountKey, CredentialVersion>,
    /// What came through the log of several nodes.
    shared: BTreeMap<AccountKey, SharedAccount>,
}

/// What came of an account through the log of several nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SharedAccount {
    password: PasswordHash,
    /// From where it was registered, if that is known.
    made_from: Option<Origin>,
    made_at: UnixMillis,
}

/// What is stored of an [`AccountIndex`].
#[derive(Deserialize)]
struct Stored {
    accounts: BTreeMap<AccountKey, Name>,
    renewed: BTreeMap<AccountKey, CredentialVersion>,
    shared: BTreeMap<AccountKey, SharedAccount>,
}

impl From<Stored> for AccountIndex {
    fn from(Stored { accounts, renewed, shared }: Stored) -> AccountIndex {
        let accounts = accounts.into_iter().map(|(key, name)| Account { key, name });
        AccountIndex { renewed, shared, ..AccountIndex::new(accounts) }
    }
}

impl AccountIndex {
    pub(super) fn new(accounts: impl IntoIterator<Item = Account>) -> AccountIndex {
        let mut account_index = AccountIndex::default();
        accounts.into_iter().for_each(|account| account_index.insert(account));
        account_index
    }

    pub(super) fn insert(&mut self, Account { key, name }: Account) {
        self.names.insert(&name.skeleton(), key.0.get());
        self.accounts.insert(key, name);
    }

    /// Forgets an account; gives the name that it had.
    pub(super) fn remove(&mut self, key: AccountKey) -> Option<Name> {
        let name = self.accounts.remove(&key)?;
        self.renewed.remove(&key);
        self.shared.remove(&key);
        self.names.remove(&name.skeleton(), key.0.get());
        Some(name)
    }

    /// An account has another password from now on.
    pub(super) fn renew(&mut self, key: AccountKey) {
        if self.accounts.contains_key(&key) {
            let version = self.renewed.entry(key).or_default();
            *version = version.next();
        }
    }

    /// An account has this password, which came through the log at that time; what each node keeps of it. None: there is no such
    /// account.
    pub(super) fn set_password(
        &mut self,
        key: AccountKey,
        password: PasswordHash,
        (made_from, at): (Option<Origin>, UnixMillis),
    ) -> Option<AccountRecord> {
        let name = self.accounts.get(&key)?.clone();
        let known = self.shared.get(&key);
        let made_from = made_from.or(known.and_then(|known| known.made_from));
        let made_at = known.map_or(at, |known| known.made_at);
        self.shared.insert(key, SharedAccount { password: password.clone(), made_from, made_at });
        Some(AccountRecord { account: Account { key, name }, password, made_from, made_at })
    }

    /// An account has a password that did not come through the log: the one that did is to be given to nobody any more.
    pub(super) fn forget_password(&mut self, key: AccountKey) {
        self.shared.remove(&key);
    }

    /// All accounts whose passwords came through the log.
    pub(super) fn records(&self) -> impl Iterator<Item = AccountRecord> {
        self.shared.iter().filter_map(|(&key, shared)| {
            let account = Account { key, name: self.accounts.get(&key)?.clone() };
            let SharedAccount { password, made_from, made_at } = shared.clone();
            Some(AccountRecord { account, password, made_from, made_at })
        })
    }

    /// All of them.
    pub(super) fn keys(&self) -> impl Iterator<Item = AccountKey> {
        self.accounts.keys().copied()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.accounts.len()
    }

    /// What a client shows that gives the password that an account has now.
    pub(super) fn credential(&self, account: AccountKey) -> Credential {
        Credential { account, version: self.renewed.get(&account).copied().unwrap_or_default() }
    }

    /// Whether that is a password which an account still has.
    pub(super) fn is_current(&self, credential: Credential) -> bool {
        self.accounts.contains_key(&credential.account) && self.credential(credential.account) == credential
    }

    /// The account that is meant by `wanted`.
    pub(super) fn find(&self, wanted: &Name) -> Option<AccountKey> {
        self.find_alike(wanted, &wanted.skeleton())
    }

    /// The same, where it is known what `wanted` looks like.
    pub(super) fn find_alike(&self, wanted: &Name, skeleton: &Skeleton) -> Option<AccountKey> {
        wanted.meant(self.alike(skeleton))
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
    pub(super) fn called(&self, name: &Name) -> Option<AccountKey> {
        self.alike(&name.skeleton()).find(|(_, known)| *known == name).map(|(key, _)| key)
    }

    /// Whether nobody can register a name that looks like this any more.
    pub(super) fn is_taken(&self, skeleton: &Skeleton) -> bool {
        self.alike(skeleton).next().is_some()
    }

    /// A name that is registered, and looks like this one; this one itself, if it is.
    pub(super) fn alike_name(&self, name: &Name) -> Option<&Name> {
        self.alike(&name.skeleton()).map(|(_, known)| known).min_by_key(|known| *known != name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(super) fn name(&self, key: AccountKey) -> Option<&Name> {
        self.accounts.get(&key)
    }

    /// The accounts whose names clash with a name that looks like this: one, but where names were registered before
    /// their likes clashed. Each perhaps twice.
    fn alike(&self, skeleton: &Skeleton) -> impl Iterator<Item = (AccountKey, &Name)> {
        let keys = self.names.candidates(skeleton).filter_map(NonZeroU32::new).map(AccountKey);
        let named = keys.filter_map(|key| Some((key, self.accounts.get(&key)?)));
        named.filter(move |(_, name)| name.skeleton().clashes(skeleton))
    }
}
