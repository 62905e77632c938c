//! Accounts in the file, in SQL.
//!
//! Law: two names that look alike are never both in it, whoever writes: the look is compared in the transaction.

use rusqlite::{OptionalExtension, Result, params};

use super::writer::Writer;
use crate::chat::{Name, Stamp};
use crate::control::Registered;
use crate::keep::accounts::Likenesses;
use crate::keep::affair::{AccountRow, Registration};
use crate::limits::ACCOUNTS_MAX;

/// What names of accounts look like, up to some number: others may write to the file as well.
#[derive(Debug, Default)]
pub(super) struct Names {
    last: u32,
    likenesses: Likenesses,
}

impl Writer {
    /// All accounts, as many as there may be.
    pub(in crate::keep) fn accounts(&self) -> Result<Vec<AccountRow>> {
        let mut all = self.cached("SELECT key, name, password FROM account ORDER BY key LIMIT ?1")?;
        let all = all.query_map([ACCOUNTS_MAX], |row| {
            Ok(AccountRow { key: row.get(0)?, name: row.get(1)?, password: row.get(2)? })
        })?;
        all.collect()
    }

    /// Writes a new account, made at `at`.
    pub(in crate::keep) fn register(&self, name: &str, password: &str, at: i64) -> Result<Registration> {
        let Ok(wanted) = Name::new(name) else { return Ok(Registration::Failed) };
        if self.account_like(&wanted)?.is_some() {
            return Ok(Registration::Taken);
        }
        if self.cached("SELECT count(*) FROM account")?.query_row([], |row| row.get::<_, usize>(0))?
            >= ACCOUNTS_MAX
        {
            return Ok(Registration::NoneLeft);
        }
        self.cached("INSERT INTO account (name, password, made_at) VALUES (?1, ?2, ?3)")?
            .execute(params![name, password, at])?;
        // The core has 32 bits for it, which nobody will use up.
        Ok(u32::try_from(self.connection.last_insert_rowid())
            .map_or(Registration::Failed, Registration::Made))
    }

    /// Writes another password; says whether there is such an account.
    pub(in crate::keep) fn change_password(&self, account: u32, password: &str) -> Result<bool> {
        let changed = self
            .cached("UPDATE account SET password = ?2 WHERE key = ?1")?
            .execute(params![account, password])?;
        Ok(changed > 0)
    }

    /// Notes that somebody has given their password, at `at`.
    pub(in crate::keep) fn seen(&self, account: u32, at: i64) -> Result<()> {
        self.cached("UPDATE account SET seen_at = ?2 WHERE key = ?1")?.execute(params![account, at])?;
        Ok(())
    }

    /// Deletes an account, and what there is only because of it.
    pub(super) fn remove_account(&self, account: u32) -> Result<()> {
        for all in [
            "DELETE FROM letter WHERE account = ?1",
            "DELETE FROM room_operator WHERE account = ?1",
            "DELETE FROM account WHERE key = ?1",
        ] {
            self.cached(all)?.execute([account])?;
        }
        Ok(())
    }

    /// The account whose name looks like `wanted`, and its name.
    pub(super) fn account_like(&self, wanted: &Name) -> Result<Option<(u32, String)>> {
        let names = &mut *self.names.borrow_mut();
        let mut new = self.cached("SELECT key, name FROM account WHERE key > ?1 ORDER BY key")?;
        let mut new = new.query([names.last])?;
        while let Some(row) = new.next()? {
            names.last = row.get(0)?;
            if let Ok(name) = Name::new(row.get_ref(1)?.as_str()?) {
                names.likenesses.insert(&name, names.last);
            }
        }
        // Those that were deleted since are still among them.
        let mut there = self.cached("SELECT name FROM account WHERE key = ?1")?;
        for key in names.likenesses.clashing(wanted).into_iter().flatten() {
            if let Some(name) = there.query_row([key], |row| row.get(0)).optional()? {
                return Ok(Some((key, name)));
            }
        }
        Ok(None)
    }

    /// The account of exactly this name.
    pub(super) fn account_called(&self, name: &Name) -> Result<Option<u32>> {
        let mut called = self.cached("SELECT key FROM account WHERE name = ?1 ORDER BY key LIMIT 1")?;
        called.query_row([name.as_str()], |row| row.get(0)).optional()
    }

    /// All accounts, by name, with what is told of them.
    pub(super) fn registered(&self) -> Result<Vec<Registered>> {
        let mut all = self.cached("SELECT name, made_at, seen_at FROM account ORDER BY name, key")?;
        let all = all.query_map([], |row| {
            let (name, made_at) = (row.get(0)?, Stamp(row.get(1)?));
            Ok(Registered { name, made_at, seen_at: row.get::<_, Option<i64>>(2)?.map(Stamp) })
        })?;
        all.collect()
    }
}
