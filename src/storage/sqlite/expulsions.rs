//! Expulsions in the file, in SQL.

use rusqlite::{Result, params};

use super::database::Database;
use crate::limits::EXPULSIONS_MAX;
use crate::storage::expulsions::ExpulsionRow;

impl Database {
    /// All expulsions, in the order in which it was decided.
    pub(super) fn expulsions(&self) -> Result<Vec<ExpulsionRow>> {
        let mut all = self.connection.prepare(
            "SELECT number, account, name, address, until, reason, operator, at FROM (
                 SELECT * FROM expulsion ORDER BY number DESC LIMIT ?1) ORDER BY number",
        )?;
        let all = all.query_map([EXPULSIONS_MAX], |row| {
            Ok(ExpulsionRow {
                number: row.get(0)?,
                account: row.get(1)?,
                name: row.get(2)?,
                address: row.get(3)?,
                until: row.get(4)?,
                reason: row.get(5)?,
                operator: row.get(6)?,
                at: row.get(7)?,
            })
        })?;
        all.collect()
    }

    /// Writes an expulsion.
    pub(super) fn write_expulsion(&self, row: &ExpulsionRow) -> Result<()> {
        let ExpulsionRow { number, account, name, address, until, reason, operator, at } = row;
        self.cached(
            "INSERT OR REPLACE INTO expulsion (number, account, name, address, until, reason, operator, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![number, account, name, address, until, reason, operator, at])?;
        Ok(())
    }

    /// Forgets an expulsion.
    pub(super) fn delete_expulsion(&self, number: u64) -> Result<()> {
        self.cached("DELETE FROM expulsion WHERE number = ?1")?.execute([number])?;
        Ok(())
    }
}
