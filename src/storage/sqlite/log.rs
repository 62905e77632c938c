//! What the file has because it belongs to the log of several nodes, in SQL.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Result, params};

use super::database::Database;
use super::values::{account, name, origin, words};
use crate::chat::{AccountKey, Letter, MessageId, OfflineMessage, Retained, RoomKey, UnixMillis};
use crate::storage::log_membership::LogMembership;
use crate::storage::row::account_key;

impl Database {
    /// Whose the file is, and how far it goes.
    pub(super) fn membership(&self) -> Result<LogMembership> {
        const PAST: &str = "SELECT EXISTS (SELECT 1 FROM line) OR EXISTS (SELECT 1 FROM account)
            OR EXISTS (SELECT 1 FROM expulsion) OR EXISTS (SELECT 1 FROM room WHERE key <> 0)";
        const LAST: &str = "SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'line'), 0),
            ifnull((SELECT max(id) FROM line), 0))";
        let log: Option<String> =
            self.connection.query_row("SELECT incarnation FROM log", [], |row| row.get(0)).optional()?;
        Ok(LogMembership {
            // What is no number is no log of ours either: no node has that one.
            log: log.map(|log| u64::from_str_radix(&log, 16).unwrap_or(0)),
            has_past: self.connection.query_row(PAST, [], |row| row.get(0))?,
            last_message: MessageId(self.connection.query_row(LAST, [], |row| row.get(0))?),
        })
    }

    /// The file belongs to that log from now on; none: to no log.
    pub(in crate::storage) fn join_log(&self, log: Option<u64>) -> Result<()> {
        self.connection.execute("DELETE FROM log", [])?;
        if let Some(log) = log {
            self.connection.execute("INSERT INTO log (incarnation) VALUES (?1)", [format!("{log:016x}")])?;
        }
        Ok(())
    }

    /// Writes a letter that all nodes have.
    pub(super) fn write_letter(&self, letter: &Letter) -> Result<()> {
        let Letter { to, message: OfflineMessage { id, from: who, sender, at, text }, from } = letter;
        self.cached(
            "INSERT OR REPLACE INTO letter (id, account, at, who, sender, text, address)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![id, to, at, who, sender, text, from])?;
        Ok(())
    }

    /// All letters, those of each account in the order in which they were written.
    pub(super) fn letters(&self) -> Result<Vec<Letter>> {
        let all = "SELECT id, account, at, who, sender, text, address FROM letter ORDER BY account, id";
        let mut all = self.connection.prepare(all)?;
        let mut all = all.query([])?;
        let mut letters = Vec::new();
        while let Some(row) = all.next()? {
            let (to, who, text) = (account(row, 1)?, name(row, 3)?, words(row, 5, usize::MAX)?);
            if let (Some(to), Some(from), Some(text)) = (to, who, text) {
                let (id, at, sender) = (MessageId(row.get(0)?), UnixMillis(row.get(2)?), account(row, 4)?);
                let message = OfflineMessage { id, from, sender, at, text };
                letters.push(Letter { to, message, from: origin(row, 6)? });
            }
        }
        Ok(letters)
    }

    /// The last message of each room.
    pub(super) fn last_messages(&self) -> Result<Vec<(RoomKey, MessageId)>> {
        let mut last = self.connection.prepare("SELECT room, max(id) FROM line GROUP BY room")?;
        let last = last.query_map([], |row| Ok((RoomKey(row.get(0)?), MessageId(row.get(1)?))))?;
        last.collect()
    }

    /// Deletes what is not in this; rooms are gone at `at`.
    pub(super) fn retain(&self, retained: &Retained, at: i64) -> Result<()> {
        let Retained { accounts, rooms, expulsions, letters } = retained;
        let keys = |sql| -> Result<Vec<u64>> {
            self.connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
        };
        let stay: BTreeSet<AccountKey> = accounts.iter().copied().collect();
        for key in keys("SELECT key FROM account")? {
            if let Some(key) = u32::try_from(key).ok().and_then(account_key).filter(|key| !stay.contains(key))
            {
                self.remove_account(key)?;
            }
        }
        let stay: BTreeSet<RoomKey> = rooms.iter().copied().collect();
        for key in keys("SELECT key FROM room WHERE gone_at IS NULL AND key <> 0")?.into_iter().map(RoomKey) {
            if !stay.contains(&key) {
                self.end_room(key, at)?;
            }
        }
        let stay: BTreeSet<u64> = expulsions.iter().copied().collect();
        for number in keys("SELECT number FROM expulsion")? {
            if !stay.contains(&number) {
                self.delete_expulsion(number)?;
            }
        }
        let stay: BTreeSet<MessageId> = letters.iter().copied().collect();
        for id in keys("SELECT id FROM letter")? {
            if !stay.contains(&MessageId(id)) {
                self.cached("DELETE FROM letter WHERE id = ?1")?.execute([id])?;
            }
        }
        Ok(())
    }
}
