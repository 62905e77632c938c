//! Expulsions in the file, in SQL.

use rusqlite::{Result, params};

use super::database::Database;
use super::values::{account, name, origin, words};
use crate::chat::{Expulsion, Name, UnixMillis};
use crate::limits::{EXPULSION_REASON_CHARS, EXPULSIONS_MAX};

impl Database {
    /// The expulsions, in the order in which they were decided. One that another program has written, and that is about nobody,
    /// is passed over.
    pub(super) fn expulsions(&self) -> Result<Vec<Expulsion>> {
        let mut all = self.connection.prepare(
            "SELECT number, account, name, address, until, reason, operator, at FROM (
                 SELECT * FROM expulsion ORDER BY number DESC LIMIT ?1) ORDER BY number",
        )?;
        let mut all = all.query([EXPULSIONS_MAX])?;
        let mut expulsions = Vec::new();
        while let Some(row) = all.next()? {
            let expulsion = Expulsion {
                number: row.get(0)?,
                account: account(row, 1)?,
                name: name(row, 2)?,
                origin: origin(row, 3)?,
                until: row.get::<_, Option<i64>>(4)?.map(UnixMillis),
                reason: words(row, 5, 4 * EXPULSION_REASON_CHARS)?,
                // On the console the server itself decides, whose name nobody can have.
                by: name(row, 6)?.unwrap_or_else(Name::server),
                at: UnixMillis(row.get(7)?),
            };
            let Expulsion { account, name, origin, .. } = &expulsion;
            if account.is_some() || name.is_some() || origin.is_some() {
                expulsions.push(expulsion);
            }
        }
        Ok(expulsions)
    }

    /// Writes an expulsion.
    pub(super) fn write_expulsion(&self, expulsion: &Expulsion) -> Result<()> {
        let Expulsion { number, account, name, origin, until, reason, by, at } = expulsion;
        self.cached(
            "INSERT OR REPLACE INTO expulsion (number, account, name, address, until, reason, operator, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![number, account, name, origin, until, reason, by, at])?;
        Ok(())
    }

    /// Forgets an expulsion.
    pub(super) fn delete_expulsion(&self, number: u64) -> Result<()> {
        self.cached("DELETE FROM expulsion WHERE number = ?1")?.execute([number])?;
        Ok(())
    }
}
