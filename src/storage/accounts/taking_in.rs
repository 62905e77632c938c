//! Taking in the accounts as the file has them, after another hand has changed them: some in each turn.
//!
//! Invariant: what has not changed costs a comparison; first those go that are no more, so that their names are free.

use std::collections::{BTreeSet, VecDeque};

use super::reload::Reload;
use super::{Accounts, Known};
use crate::chat::{Account, AccountChange, AccountKey, AccountRecord};
use crate::limits::TRUSTED_ADDRESSES;
use crate::storage::row::{AccountRow, account_key};

/// Accounts that are compared in one turn of the loop.
const ROWS_PER_TURN: usize = 1024;

/// So many of these one counts for that differs: what its name looks like has to be found out anew, some 20 µs.
const CHANGE_ROWS: usize = 16;

impl Accounts {
    /// Compares some accounts with the rows of the file, and takes in what differs. Gives what that is, and whether it is
    /// all.
    pub(super) fn take_some_in(&mut self, reload: &mut Reload) -> (Vec<AccountChange>, bool) {
        let (mut changes, mut budget) = (Vec::new(), ROWS_PER_TURN);
        let cost = |changed: bool| if changed { CHANGE_ROWS } else { 1 };
        while budget > 0
            && let Some(from) = reload.going
        {
            let next =
                self.known.range(from..).next().map(|(&key, known)| (key, stays(known, key, &reload.rows)));
            reload.going = next.and_then(|(key, _)| account_key(key.0.get().checked_add(1)?));
            let Some((key, stays)) = next else { break };
            if !stays {
                self.forget(key);
                changes.push(AccountChange::Removed(key));
            }
            budget = budget.saturating_sub(cost(!stays));
        }
        while budget > 0
            && let Some(row) = reload.rows.pop_front()
        {
            let change = self.take_in(row);
            budget = budget.saturating_sub(cost(change.is_some()));
            changes.extend(change);
        }
        (changes, reload.going.is_none() && reload.rows.is_empty())
    }

    /// Takes a row for what the account is now; gives what is different.
    pub(super) fn take_in(&mut self, row: AccountRow) -> Option<AccountChange> {
        let AccountRow { key, name, hash, made_from, mut trusted } = row;
        trusted.truncate(TRUSTED_ADDRESSES);
        if let Some(known) = self.known.get_mut(&key) {
            known.trusted = trusted;
            let renewed = known.hash != hash;
            known.hash = hash;
            return renewed.then_some(AccountChange::Renewed(key));
        }
        // All of them, also those whose names look alike, or could not be had today: they were there before.
        let known = Known { name: name.clone(), hash, made_from, trusted };
        self.learn(key, known).then_some(AccountChange::Added(Account { key, name }))
    }

    /// Takes an account as several nodes have it; says whether anything is different. One of the same name under another number is none
    /// of theirs, and goes.
    pub(in crate::storage) fn take_shared(&mut self, record: &AccountRecord) -> bool {
        let AccountRecord { account: Account { key, name }, password, made_from, .. } = record;
        let before = self.known.get(key).filter(|known| known.name == *name);
        if before.is_some_and(|known| known.hash == password.as_str()) {
            return false;
        }
        let made_from = made_from.or(before.and_then(|known| known.made_from));
        let alike = self.skeletons.clashing(name).into_iter().filter_map(account_key);
        let called = alike.filter(|other| self.known.get(other).is_some_and(|known| known.name == *name));
        let replaced: Vec<AccountKey> = called.chain([*key]).collect();
        replaced.into_iter().for_each(|other| self.forget(other));
        let (hash, trusted) = (password.as_str().to_owned(), Vec::new());
        self.learn(*key, Known { name: name.clone(), hash, made_from, trusted })
    }

    /// Forgets the accounts that are not among these.
    pub(in crate::storage) fn retain(&mut self, keys: &[AccountKey]) {
        let stay: BTreeSet<AccountKey> = keys.iter().copied().collect();
        let gone: Vec<AccountKey> = self.known.keys().copied().filter(|key| !stay.contains(key)).collect();
        gone.into_iter().for_each(|key| self.forget(key));
    }

    /// An account is no more.
    pub(in crate::storage) fn forget(&mut self, key: AccountKey) {
        let Some(Known { name, made_from, .. }) = self.known.remove(&key) else { return };
        self.skeletons.remove(&name, key.0.get());
        if let Some(origin) = made_from
            && let Some(made) = self.made.get_mut(&origin)
        {
            *made -= 1;
            if *made == 0 {
                self.made.remove(&origin);
            }
        }
    }
}

/// Whether an account is among the rows, under the name that it has.
fn stays(known: &Known, key: AccountKey, rows: &VecDeque<AccountRow>) -> bool {
    rows.binary_search_by_key(&key, |row| row.key).is_ok_and(|at| rows[at].name == known.name)
}
