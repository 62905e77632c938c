//! Accounts in the file, in SQL.
//!
//! Invariant: no name is added that looks like one in it, whichever program writes: the look is compared in the transaction. Those that
//! were there before their likes clashed stay.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Result, params};

use super::database::Database;
use super::values::{account, name, origin};
use crate::chat::{Account, AccountKey, AccountRecord, AuthResult, Name, Origin, UnixMillis};
use crate::control::Registered;
use crate::limits::{ACCOUNTS_MAX, TRUSTED_ADDRESSES};
use crate::storage::row::{AccountRow, account_key};

impl Database {
    /// All accounts, as many as there may be. Rows of another program that are none are passed over.
    pub(in crate::storage) fn accounts(&self) -> Result<Vec<AccountRow>> {
        let mut trusted: BTreeMap<AccountKey, Vec<Origin>> = BTreeMap::new();
        let mut addresses =
            self.cached("SELECT account, address FROM account_address ORDER BY account, at DESC, address")?;
        let mut addresses = addresses.query([])?;
        while let Some(row) = addresses.next()? {
            if let (Some(account), Some(origin)) = (account(row, 0)?, origin(row, 1)?) {
                trusted.entry(account).or_default().push(origin);
            }
        }
        let mut all =
            self.cached("SELECT key, name, password, address FROM account ORDER BY key LIMIT ?1")?;
        let mut all = all.query([ACCOUNTS_MAX])?;
        let mut rows = Vec::new();
        while let Some(row) = all.next()? {
            if let (Some(key), Some(name)) = (account(row, 0)?, name(row, 1)?) {
                let trusted = trusted.remove(&key).unwrap_or_default();
                let (hash, made_from) = (row.get(2)?, origin(row, 3)?);
                rows.push(AccountRow { key, name, hash, made_from, trusted });
            }
        }
        Ok(rows)
    }

    /// When each account was made.
    pub(super) fn accounts_made(&self) -> Result<BTreeMap<AccountKey, UnixMillis>> {
        let mut all = self.cached("SELECT key, made_at FROM account")?;
        let made = all.query_map([], |row| Ok(account(row, 0)?.zip(Some(UnixMillis(row.get(1)?)))))?;
        made.filter_map(Result::transpose).collect()
    }

    /// The number behind that of the last account that was ever in the file.
    pub(in crate::storage) fn next_account(&self) -> Result<AccountKey> {
        // SQLite remembers the highest one, also if it was deleted.
        const LAST: &str = "SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'account'), 0),
            ifnull((SELECT max(key) FROM account), 0))";
        let last: i64 = self.connection.query_row(LAST, [], |row| row.get(0))?;
        // The core has 32 bits for it, which nobody will use up.
        Ok(u32::try_from(last + 1)
            .ok()
            .and_then(account_key)
            .unwrap_or(AccountKey(std::num::NonZeroU32::MAX)))
    }

    /// Writes a new account, under the number that it was given unless that is another's, made at `at`, and from there, if it was made in the chat.
    pub(in crate::storage) fn register(
        &self,
        key: AccountKey,
        (name, hash): (&Name, &str),
        from: Option<Origin>,
        at: i64,
    ) -> Result<AuthResult> {
        if !self.accounts_like(name)?.is_empty() {
            return Ok(AuthResult::Wrong);
        }
        if self.cached("SELECT count(*) FROM account")?.query_row([], |row| row.get::<_, usize>(0))?
            >= ACCOUNTS_MAX
        {
            return Ok(AuthResult::NoneLeft);
        }
        // Another hand has written an account of this number meanwhile: the chat learns the other one by the answer.
        let taken = self.cached("SELECT 1 FROM account WHERE key = ?1")?.exists([key])?;
        let key = if taken { self.next_account()? } else { key };
        self.insert_account(key, (name, hash), from, at)?;
        Ok(AuthResult::Granted(key))
    }

    fn insert_account(
        &self,
        key: AccountKey,
        (name, hash): (&Name, &str),
        from: Option<Origin>,
        at: i64,
    ) -> Result<()> {
        self.cached(
            "INSERT INTO account (key, name, password, made_at, address) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![key, name, hash, at, from])?;
        let names = &mut *self.names.borrow_mut();
        // Numbers are written in another order than they were given.
        if key.0.get() <= names.last {
            names.skeletons.insert(name, key.0.get());
        }
        from.map_or(Ok(()), |from| self.trust(key, from, at))
    }

    /// Writes an account that several nodes have, as it is now. One of the same name under another number is none of theirs, and goes.
    pub(in crate::storage) fn write_account(&self, record: &AccountRecord) -> Result<()> {
        let AccountRecord { account: Account { key, name }, password, made_from, made_at } = record;
        for (other, like) in self.accounts_like(name)? {
            if let Some(other) = account_key(other).filter(|other| other != key && like == *name) {
                self.remove_account(other)?;
            }
        }
        if self.has_password(*key, password.as_str())? {
            return Ok(());
        }
        if !self.change_password(*key, password.as_str(), None)? {
            self.insert_account(*key, (name, password.as_str()), *made_from, made_at.0)?;
        }
        Ok(())
    }

    /// Whether an account has this hash for its password: the administrator may have given it another one meanwhile.
    pub(super) fn has_password(&self, account: AccountKey, hash: &str) -> Result<bool> {
        self.cached("SELECT 1 FROM account WHERE key = ?1 AND password = ?2")?.exists(params![account, hash])
    }

    /// Writes another password; says whether there is such an account. From where its owner logged in counts no more, but
    /// for where they are now, if that is known, and since when.
    pub(in crate::storage) fn change_password(
        &self,
        account: AccountKey,
        hash: &str,
        here: Option<(Origin, i64)>,
    ) -> Result<bool> {
        let changed = self
            .cached("UPDATE account SET password = ?2 WHERE key = ?1")?
            .execute(params![account, hash])?;
        self.cached("DELETE FROM account_address WHERE account = ?1")?.execute([account])?;
        if let Some((from, at)) = here.filter(|_| changed > 0) {
            self.trust(account, from, at)?;
        }
        Ok(changed > 0)
    }

    /// Notes that the owner of an account has given their password, at `at`, and from where.
    pub(in crate::storage) fn seen(&self, account: AccountKey, from: Origin, at: i64) -> Result<()> {
        self.cached("UPDATE account SET seen_at = ?2 WHERE key = ?1")?.execute(params![account, at])?;
        self.trust(account, from, at)
    }

    /// Notes from where the owner of an account has logged in; only so many are remembered.
    fn trust(&self, account: AccountKey, from: Origin, at: i64) -> Result<()> {
        self.cached("INSERT OR REPLACE INTO account_address (account, address, at) VALUES (?1, ?2, ?3)")?
            .execute(params![account, from, at])?;
        self.cached(
            "DELETE FROM account_address WHERE account = ?1 AND address NOT IN (
                 SELECT address FROM account_address WHERE account = ?1 ORDER BY at DESC, address LIMIT ?2)",
        )?
        .execute(params![account, TRUSTED_ADDRESSES])?;
        Ok(())
    }

    /// Deletes an account, and what there is only because of it.
    pub(super) fn remove_account(&self, account: AccountKey) -> Result<()> {
        for all in [
            "DELETE FROM letter WHERE account = ?1",
            "DELETE FROM room_operator WHERE account = ?1",
            "DELETE FROM account_address WHERE account = ?1",
            "DELETE FROM account WHERE key = ?1",
        ] {
            self.cached(all)?.execute([account])?;
        }
        Ok(())
    }

    /// The accounts whose names look like `wanted`: more than one only if they were made before their likes clashed.
    pub(super) fn accounts_like(&self, wanted: &Name) -> Result<Vec<(u32, Name)>> {
        let names = &mut *self.names.borrow_mut();
        let mut new = self.cached("SELECT key, name FROM account WHERE key > ?1 ORDER BY key")?;
        let mut new = new.query([names.last])?;
        while let Some(row) = new.next()? {
            names.last = row.get(0)?;
            if let Ok(name) = Name::known(row.get_ref(1)?.as_str()?) {
                names.skeletons.insert(&name, names.last);
            }
        }
        // Those that were deleted since are still among them.
        let mut there = self.cached("SELECT name FROM account WHERE key = ?1")?;
        let mut alike = Vec::new();
        for key in names.skeletons.clashing(wanted) {
            let name: Option<String> = there.query_row([key], |row| row.get(0)).optional()?;
            alike.extend(name.and_then(|name| Some((key, Name::known(&name).ok()?))));
        }
        Ok(alike)
    }

    /// The name of the account that `wanted` is, or is taken for.
    pub(super) fn account_named_like(&self, wanted: &Name) -> Result<Option<String>> {
        let alike = self.accounts_like(wanted)?.into_iter().map(|(_, name)| name);
        Ok(alike.min_by_key(|name| name != wanted).map(|name| name.as_str().to_owned()))
    }

    /// The account of exactly this name.
    pub(super) fn account_called(&self, name: &Name) -> Result<Option<AccountKey>> {
        let mut called = self.cached("SELECT key FROM account WHERE name = ?1 ORDER BY key LIMIT 1")?;
        Ok(called.query_row([name], |row| account(row, 0)).optional()?.flatten())
    }

    /// All accounts, by name, with what is told of them.
    pub(super) fn registered(&self) -> Result<Vec<Registered>> {
        let mut all = self.cached("SELECT name, made_at, seen_at FROM account ORDER BY name, key")?;
        let all = all.query_map([], |row| {
            let (name, made_at) = (row.get(0)?, UnixMillis(row.get(1)?));
            Ok(Registered { name, made_at, seen_at: row.get::<_, Option<i64>>(2)?.map(UnixMillis) })
        })?;
        all.collect()
    }
}
