//! Everything that is written to the file or read from it, in SQL.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, ErrorCode, Result, params};

use super::names::Names;
use super::paths::with_end;
use super::schema;
use super::values::{GAP, columns};
use super::watch::FileWatch;
use crate::chat::{Message, RoomKey};
use crate::limits::{HISTORY_EXPIRY_BYTES, HISTORY_EXPIRY_ROWS, HISTORY_WAL_BYTES};
use crate::storage::lock_files::LockFiles;
use crate::storage::reply::FileNews;
use crate::storage::words::{fold, indexed};

/// The open file.
#[derive(Debug)]
pub(in crate::storage) struct Database {
    pub(super) connection: Connection,
    keep_days: Option<u32>,
    /// Behind the connection, which is closed first.
    watch: FileWatch,
    /// What the names of the accounts look like.
    pub(super) names: RefCell<Names>,
}

impl Database {
    pub(super) fn new(connection: Connection, keep_days: Option<u32>, watch: FileWatch) -> Database {
        Database { connection, keep_days, watch, names: RefCell::default() }
    }

    /// The version of the file.
    pub(super) fn version(&self) -> Result<i32> {
        self.connection.pragma_query_value(None, "user_version", |row| row.get(0))
    }

    /// Brings a file of an earlier version up to ours; the version is looked at here, for another program may have done so.
    pub(super) fn upgrade(&self) -> Result<()> {
        let version = self.version()?;
        if version < schema::VERSION {
            let known = usize::try_from(version - 1).unwrap_or(0);
            schema::STEPS[known..].iter().try_for_each(|(step, _)| self.connection.execute_batch(step))?;
            self.connection.pragma_update(None, "user_version", schema::VERSION)?;
        }
        Ok(())
    }

    /// For how many days lines stay; for ever without.
    pub(in crate::storage) fn keep_days(&self) -> Option<u32> {
        self.keep_days
    }

    /// Writes what changes nothing: that shows whether the disk takes more.
    pub(in crate::storage) fn prove(&self) -> Result<()> {
        self.connection.pragma_update(None, "user_version", schema::VERSION)
    }

    /// The lock on the directory, to be handed over.
    pub(in crate::storage) fn lock_files(&self) -> Option<LockFiles> {
        self.watch.lock_files()
    }

    /// Watches over all files from here on.
    pub(super) fn watch_all(&mut self) {
        self.watch.settle();
    }

    /// Whether the files are in their places.
    pub(in crate::storage) fn is_in_place(&mut self) -> bool {
        self.watch.check().is_ok()
    }

    /// Looks whether the files are in their places, and gives what has happened to them since this was asked last.
    pub(in crate::storage) fn look_after(&mut self) -> Vec<FileNews> {
        // The error is in the news, too.
        let _ = self.watch.check();
        self.watch.take_news()
    }

    /// Does all of `work` or, when something fails, nothing.
    pub(in crate::storage) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Database) -> Result<T>,
    ) -> Result<T> {
        self.watch.check()?;
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        // Again: from here on no other program writes.
        let checked = self.watch.check();
        let result = checked
            .and_then(|()| work(self))
            .and_then(|value| self.connection.execute_batch("COMMIT").map(|()| value));
        if result.is_err() && !self.connection.is_autocommit() {
            // Whatever this says, the next BEGIN tells whether it worked.
            let _ = self.connection.execute_batch("ROLLBACK");
            // Their numbers will be given to others.
            self.names.take();
        }
        result
    }

    /// Writes a message. A row of another program that has taken its number gives way: the message is promised.
    pub(in crate::storage) fn append(&self, message: &Message) -> Result<()> {
        let (Message { id, room, at, .. }, (kind, who, text)) = (message, columns(message));
        self.cached(
            "INSERT OR REPLACE INTO line (id, room, at, kind, who, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id, room, at, kind, who, text])?;
        if kind != GAP {
            self.index(*id, *room, &indexed(&fold(&text)))?;
        }
        Ok(())
    }

    /// Lets what is written ahead begin anew when it has grown: where questions overlap all the time, SQLite finds no
    /// moment for it by itself. Waits for those that are being answered, [`HISTORY_BUSY_STEP`] at most; false: that was not
    /// enough. As long as nothing is written, each try gets further: who asks next reads what is newest, and is not waited for.
    pub(in crate::storage) fn shorten_wal(&mut self) -> bool {
        let Some(path) = self.connection.path() else { return true };
        let ahead = fs::metadata(with_end(Path::new(path), "-wal")).map_or(0, |ahead| ahead.len());
        if ahead < HISTORY_WAL_BYTES as u64 / 2 || self.watch.check().is_err() {
            return true;
        }
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        busy != Ok(1)
    }

    /// Whether people have spoken by this clock for a while: a line was said before `until`, but not before `since`.
    pub(in crate::storage) fn was_spoken_between(&self, since: i64, until: i64) -> Result<bool> {
        let mut at = self.cached("SELECT at FROM line WHERE id >= ?1 ORDER BY id LIMIT 1")?;
        let ends = "SELECT ifnull(min(id), 0), ifnull(max(id), -1) FROM line";
        let (mut low, mut high) =
            self.connection.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut middle: i64 = high;
        // Nearly all lines stand in the order of their times, so what is looked through is halved each time.
        while low <= high {
            let at: i64 = at.query_row([middle], |row| row.get(0))?;
            match at {
                _ if at < since => low = middle + 1,
                _ if at < until => return Ok(true),
                _ => high = middle - 1,
            }
            middle = low + (high - low) / 2;
        }
        Ok(false)
    }

    /// Whether the first line of all was said before `before`.
    pub(in crate::storage) fn begins_before(&self, before: i64) -> Result<bool> {
        let first = "SELECT ifnull((SELECT at < ?1 FROM line ORDER BY id LIMIT 1), 0)";
        self.connection.query_row(first, [before], |row| row.get(0))
    }

    /// Looks at lines behind the one with the number `after`, and deletes those from before `before`: each by its own time,
    /// for another clock may have stamped its neighbours. Looks at [`HISTORY_EXPIRY_ROWS`] and deletes
    /// [`HISTORY_EXPIRY_BYTES`] at most. Gives the number of the last one; none behind the last of all, where rooms that
    /// are gone and of which nothing is left go too.
    pub(in crate::storage) fn expire(&self, before: i64, after: i64) -> Result<Option<i64>> {
        let mut lines = self.cached(
            "SELECT id, at < ?1, kind, room, iif(at < ?1, text, '') FROM line WHERE id > ?2 ORDER BY id LIMIT ?3",
        )?;
        let mut lines = lines.query(params![before, after, HISTORY_EXPIRY_ROWS])?;
        let (mut last, mut looked_at, mut bytes) = (after, 0, 0);
        let mut old = Vec::new();
        while bytes < HISTORY_EXPIRY_BYTES
            && let Some(row) = lines.next()?
        {
            (last, looked_at) = (row.get(0)?, looked_at + 1);
            if row.get(1)? {
                let (kind, room, text): (i64, u64, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
                bytes += text.len();
                old.push((last, kind, room, text));
            }
        }
        drop(lines);
        for (id, kind, room, text) in old {
            if kind != GAP {
                self.unindex_line(id, RoomKey(room), &text)?;
            }
            self.cached("DELETE FROM line WHERE id = ?1")?.execute([id])?;
        }
        let more = looked_at == HISTORY_EXPIRY_ROWS || bytes >= HISTORY_EXPIRY_BYTES;
        if !more {
            let empty = "DELETE FROM room WHERE gone_at IS NOT NULL
                         AND NOT EXISTS (SELECT 1 FROM line WHERE line.room = room.key)";
            self.connection.execute(empty, [])?;
        }
        Ok(more.then_some(last))
    }

    pub(super) fn cached(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }
}

/// Whether another program was writing.
pub(in crate::storage) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.watch.check().is_err() {
            // What was written ahead goes into the file that is open, wherever that is; and nothing is deleted by its name,
            // which may be that of another server's file.
            if self.watch.cut_off().is_none() {
                let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            }
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

/// How a room is called in the index of words.
pub(super) fn room_word(room: RoomKey) -> String {
    format!("r{}", room.0)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;
    use crate::storage::Store;

    #[test]
    fn line_of_the_first_moment_counts_as_spoken_between_and_that_of_the_last_does_not() {
        let dir = env::temp_dir().join(format!("tertulia-spoken-{}", process::id()));
        let (file, reader, _) = Store::open(&dir, None).unwrap().into_parts();
        let line = "INSERT INTO line (room, at, kind, who, text) VALUES (0, 5, 0, 'Ana', 'hola')";
        file.connection.execute(line, []).unwrap();
        let spoken = [(4, 5), (5, 6), (6, 7)].map(|(since, until)| file.was_spoken_between(since, until));
        assert_eq!(spoken.map(Result::unwrap), [false, true, false]);
        drop((file, reader));
        fs::remove_dir_all(&dir).unwrap();
    }
}
