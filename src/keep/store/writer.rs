//! Everything that is written to the file or read from it, in SQL.

use std::cell::RefCell;

use rusqlite::{CachedStatement, Connection, Result, params};

use super::accounts::Names;
use super::lock::Lock;
use super::schema;
use crate::keep::job::{Kind, Query, Row, Sought};
use crate::keep::words::fold;
use crate::limits::{ANSWER_MAX_BYTES, HISTORY_EXPIRY_BYTES, HISTORY_EXPIRY_ROWS};

/// What a line costs an answer beside its words, roughly.
const ROW_OVERHEAD_BYTES: usize = 128;

/// The open file.
#[derive(Debug)]
pub(in crate::keep) struct Writer {
    pub(super) connection: Connection,
    keep_days: Option<u32>,
    /// Given back when the file is closed.
    _lock: Option<Lock>,
    /// What the names of the accounts look like.
    pub(super) names: RefCell<Names>,
}

impl Writer {
    pub(super) fn new(connection: Connection, keep_days: Option<u32>, lock: Option<Lock>) -> Writer {
        Writer { connection, keep_days, _lock: lock, names: RefCell::default() }
    }

    /// Brings a file of an earlier version up to ours; the version is looked at here, for another program may have done so.
    pub(super) fn upgrade(&self) -> Result<()> {
        let version: i32 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version < schema::VERSION {
            let known = usize::try_from(version - 1).unwrap_or(0);
            schema::STEPS[known..].iter().try_for_each(|(step, _)| self.connection.execute_batch(step))?;
            self.connection.pragma_update(None, "user_version", schema::VERSION)?;
        }
        Ok(())
    }

    /// For how many days lines stay; for ever without.
    pub(in crate::keep) fn keep_days(&self) -> Option<u32> {
        self.keep_days
    }

    /// Does all of `work` or, when something fails, nothing.
    pub(in crate::keep) fn transaction<T>(&mut self, work: impl FnOnce(&Writer) -> Result<T>) -> Result<T> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let result = work(self).and_then(|value| self.connection.execute_batch("COMMIT").map(|()| value));
        if result.is_err() && !self.connection.is_autocommit() {
            // Whatever this says, the next BEGIN tells whether it worked.
            let _ = self.connection.execute_batch("ROLLBACK");
            // Their numbers will be given to others.
            self.names.take();
        }
        result
    }

    /// Writes a row behind all others.
    pub(in crate::keep) fn append(&self, row: &Row) -> Result<()> {
        self.cached("INSERT INTO line (room, at, kind, who, text) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![row.room, row.at, row.kind as i64, row.who, row.text])?;
        if row.kind != Kind::Gap {
            let id = self.connection.last_insert_rowid();
            self.cached("INSERT INTO words (rowid, room, text) VALUES (?1, ?2, ?3)")?.execute(params![
                id,
                room_word(row.room),
                fold(&row.text)
            ])?;
        }
        Ok(())
    }

    /// Finds rows, oldest first, at most as many as one answer bears.
    pub(in crate::keep) fn find(&self, query: &Query) -> Result<Sought> {
        match query {
            Query::Last(room, count) => {
                let rows = self.last(*room, *count)?.into_iter().map(|(_, row)| row).collect();
                Ok(Sought { rows, ..Sought::default() })
            }
            Query::Search(rooms, words, count) => self.search(rooms, words, *count),
        }
    }

    /// What was said last in a room, oldest first, each with its number.
    pub(super) fn last(&self, room: u64, count: usize) -> Result<Vec<(i64, Row)>> {
        let mut last = self.cached(
            "SELECT id, room, at, kind, who, text FROM line WHERE room = ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Writer::fitting(last.query_and_then(params![room, count], Writer::row)?)
    }

    /// Looks at lines behind the one with the number `after`, and deletes those from before `before`: each by its own time,
    /// for another clock may have stamped its neighbours. Looks at [`HISTORY_EXPIRY_ROWS`] and deletes
    /// [`HISTORY_EXPIRY_BYTES`] at most. Gives the number of the last one; none behind the last of all, where rooms that
    /// are gone and of which nothing is left go too.
    pub(in crate::keep) fn expire(&self, before: i64, after: i64) -> Result<Option<i64>> {
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
            if kind != Kind::Gap as i64 {
                // An index without text of its own has to be told what it forgets.
                self.cached("INSERT INTO words (words, rowid, room, text) VALUES ('delete', ?1, ?2, ?3)")?
                    .execute(params![id, room_word(room), fold(&text)])?;
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

    /// A row with its number, from columns in the order that all who read lines ask for.
    pub(super) fn row(row: &rusqlite::Row<'_>) -> Result<(i64, Row)> {
        let kind = match row.get(3)? {
            0 => Kind::Said,
            1 => Kind::Acted,
            _ => Kind::Gap,
        };
        let (room, at, who, text) = (row.get(1)?, row.get(2)?, row.get(4)?, row.get(5)?);
        Ok((row.get(0)?, Row { room, at, kind, who, text }))
    }

    /// As many rows, which come newest first, as one answer bears; oldest first. No more than that are read.
    pub(super) fn fitting(newest: impl Iterator<Item = Result<(i64, Row)>>) -> Result<Vec<(i64, Row)>> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for row in newest {
            let row = row?;
            bytes += row.1.text.len() + ROW_OVERHEAD_BYTES;
            if bytes > ANSWER_MAX_BYTES {
                break;
            }
            rows.push(row);
        }
        rows.reverse();
        Ok(rows)
    }

    pub(super) fn cached(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }
}

/// How a room is called in the index of words.
pub(super) fn room_word(room: u64) -> String {
    format!("r{room}")
}
