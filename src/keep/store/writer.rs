//! Everything that is written to the file or read from it, in SQL.

use std::fs::File;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, params};

use crate::keep::job::{Kind, Query, RoomChange, Row};
use crate::keep::words::fold;
use crate::limits::ANSWER_MAX_BYTES;

/// What a line costs an answer beside its words, roughly.
const ROW_OVERHEAD_BYTES: usize = 128;

/// The open file.
#[derive(Debug)]
pub(in crate::keep) struct Writer {
    connection: Connection,
    keep_days: Option<u32>,
    /// Given back when the file is closed.
    _lock: File,
}

impl Writer {
    pub(super) fn new(connection: Connection, keep_days: Option<u32>, lock: File) -> Writer {
        Writer { connection, keep_days, _lock: lock }
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
        }
        result
    }

    /// Begins a new life of the server: the rooms of the last one are gone. Gives the next free key, and what the first
    /// room is about.
    pub(super) fn begin(&self) -> Result<(u64, Option<String>)> {
        // SQLite remembers the highest key that was ever in `room`; and a line may be of a room whose row was lost.
        const NEXT: &str = "SELECT 1 + max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'room'), 0),
                                           ifnull((SELECT max(room) FROM line), 0))";
        self.connection.execute(
            "UPDATE room SET gone_at = ifnull((SELECT at FROM line ORDER BY id DESC LIMIT 1), made_at)
             WHERE gone_at IS NULL AND key <> 0",
            [],
        )?;
        let next = self.connection.query_row(NEXT, [], |row| row.get(0))?;
        let mut topic = self.connection.prepare("SELECT topic FROM room WHERE key = 0")?;
        let topic = topic.query_row([], |row| row.get(0)).optional()?;
        Ok((next, topic.flatten()))
    }

    /// Writes a change of a room, at `at`. A room that goes without a line of its own leaves nothing.
    pub(in crate::keep) fn change(&self, change: &RoomChange, at: i64) -> Result<()> {
        match change {
            RoomChange::Is { key, name, topic } => self
                .cached(
                    "INSERT INTO room (key, name, topic, made_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (key) DO UPDATE SET name = excluded.name, topic = excluded.topic",
                )?
                .execute(params![key, name, topic, at])?,
            RoomChange::Gone { key } => {
                self.cached("UPDATE room SET gone_at = ?2 WHERE key = ?1")?.execute(params![key, at])?;
                self.cached(
                    "DELETE FROM room WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM line WHERE room = ?1)",
                )?
                .execute([key])?
            }
        };
        Ok(())
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
    pub(in crate::keep) fn find(&self, query: &Query) -> Result<Vec<Row>> {
        match query {
            Query::Last(room, count) => self.newest(
                "SELECT room, at, kind, who, text FROM line WHERE room = ?1 ORDER BY id DESC LIMIT ?2",
                room,
                *count,
            ),
            Query::Search(rooms, words, count) => match expression(rooms, words) {
                None => Ok(Vec::new()),
                Some(expression) => self.newest(
                    "SELECT line.room, at, kind, who, line.text FROM words JOIN line ON line.id = words.rowid
                     WHERE words MATCH ?1 ORDER BY words.rowid DESC LIMIT ?2",
                    &expression,
                    *count,
                ),
            },
        }
    }

    /// Deletes lines from before `before`, at most `rows` of the oldest; says whether there may be more. Rooms
    /// that are gone go with their last line.
    pub(in crate::keep) fn expire(&self, before: i64, rows: usize) -> Result<bool> {
        let mut oldest = self.cached("SELECT id, at, kind, room, text FROM line ORDER BY id LIMIT ?1")?;
        let mut oldest = oldest.query([rows])?;
        let mut deleted = 0;
        let mut seen = Vec::new();
        while let Some(row) = oldest.next()? {
            let (id, at, kind): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if at < before {
                seen.push((id, kind, row.get::<_, u64>(3)?, row.get::<_, String>(4)?));
            }
        }
        drop(oldest);
        for (id, kind, room, text) in seen {
            if kind != Kind::Gap as i64 {
                // An index without text of its own has to be told what it forgets.
                self.cached("INSERT INTO words (words, rowid, room, text) VALUES ('delete', ?1, ?2, ?3)")?
                    .execute(params![id, room_word(room), fold(&text)])?;
            }
            deleted += self.cached("DELETE FROM line WHERE id = ?1")?.execute([id])?;
        }
        if deleted < rows {
            let empty = "DELETE FROM room WHERE gone_at IS NOT NULL
                         AND NOT EXISTS (SELECT 1 FROM line WHERE line.room = room.key)";
            self.connection.execute(empty, [])?;
        }
        Ok(deleted == rows)
    }

    /// Reads rows that come newest first; gives them oldest first.
    fn newest(&self, sql: &str, first: &dyn ToSql, count: usize) -> Result<Vec<Row>> {
        let mut statement = self.cached(sql)?;
        let mut newest = statement.query(params![first, i64::try_from(count).unwrap_or(i64::MAX)])?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = newest.next()? {
            let kind = match row.get(2)? {
                0 => Kind::Said,
                1 => Kind::Acted,
                _ => Kind::Gap,
            };
            let row = Row { room: row.get(0)?, at: row.get(1)?, kind, who: row.get(3)?, text: row.get(4)? };
            bytes += row.text.len() + ROW_OVERHEAD_BYTES;
            if bytes > ANSWER_MAX_BYTES {
                break;
            }
            rows.push(row);
        }
        rows.reverse();
        Ok(rows)
    }

    fn cached(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }
}

/// How a room is called in the index of words.
fn room_word(room: u64) -> String {
    format!("r{room}")
}

/// What to ask the index for: lines of one of these rooms in which each of these words begins a word. Quoted words of
/// letters and digits only: nothing that anybody types is part of the language of FTS5.
fn expression(rooms: &[u64], words: &str) -> Option<String> {
    let words = fold(words);
    let words: Vec<String> = words.split_whitespace().map(|word| format!("text : \"{word}\" *")).collect();
    let rooms: Vec<String> = rooms.iter().map(|&room| format!("room : {}", room_word(room))).collect();
    if words.is_empty() || rooms.is_empty() {
        return None;
    }
    Some(format!("({}) AND {}", rooms.join(" OR "), words.join(" AND ")))
}
