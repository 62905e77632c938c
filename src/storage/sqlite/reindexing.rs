//! The index of words of a file that an earlier version has made: brought up to date line by line, while the server runs.
//!
//! Invariant: how far it is stands in the file, and changes in the transaction that changes the index. Whenever the process
//! ends, the next one goes on there.

use caseless::Caseless;
use rusqlite::{OptionalExtension, Result, params};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::database::{Database, room_word};
use super::values::GAP;
use crate::chat::{MessageId, RoomKey};
use crate::limits::{HISTORY_BATCH_BYTES, HISTORY_EXPIRY_BYTES, HISTORY_EXPIRY_ROWS};
use crate::storage::words::{fold, indexed};

impl Database {
    /// Brings some more lines up to date, at most as many as are looked at for being too old; says whether there may be
    /// more.
    pub(in crate::storage) fn reindex(&self) -> Result<bool> {
        let Some((next, last)) = self.not_reindexed()? else { return Ok(false) };
        let mut lines = self.cached(
            "SELECT id, room, text, kind FROM line WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
        )?;
        let mut lines = lines.query(params![next, last, HISTORY_EXPIRY_ROWS])?;
        let (mut done, mut seen, mut bytes, mut changed) = (None, 0, 0, Vec::new());
        while bytes < HISTORY_EXPIRY_BYTES
            && seen < HISTORY_BATCH_BYTES
            && let Some(line) = lines.next()?
        {
            let (id, text): (i64, String) = (line.get(0)?, line.get(2)?);
            let room = RoomKey(line.get(1)?);
            done = Some(id);
            seen += text.len();
            let (before, now) = (fold_before_3(&text), fold(&text));
            if line.get::<_, i64>(3)? != GAP && before != now {
                bytes += text.len();
                changed.push((id, room, before, now));
            }
        }
        drop(lines);
        for (id, room, before, now) in changed {
            self.unindex(id, room, &before)?;
            self.index(MessageId(id.cast_unsigned()), room, &indexed(&now))?;
        }
        match done {
            Some(done) => self.cached("UPDATE reindex SET next = ?1")?.execute([done + 1])?,
            None => self.cached("DELETE FROM reindex")?.execute([])?,
        };
        Ok(done.is_some())
    }

    /// Puts words into the index.
    pub(super) fn index(&self, id: MessageId, room: RoomKey, words: &str) -> Result<()> {
        self.cached("INSERT INTO words (rowid, room, text) VALUES (?1, ?2, ?3)")?.execute(params![
            id,
            room_word(room),
            words
        ])?;
        Ok(())
    }

    /// Takes them out: an index without text of its own has to be told what it forgets.
    fn unindex(&self, id: i64, room: RoomKey, words: &str) -> Result<()> {
        self.cached("INSERT INTO words (words, rowid, room, text) VALUES ('delete', ?1, ?2, ?3)")?
            .execute(params![id, room_word(room), words])?;
        Ok(())
    }

    /// Takes a line out of the index, as it stands there.
    pub(super) fn unindex_line(&self, id: i64, room: RoomKey, text: &str) -> Result<()> {
        match self.not_reindexed()? {
            Some((next, last)) if (next..=last).contains(&id) => self.unindex(id, room, &fold_before_3(text)),
            _ => self.unindex(id, room, &indexed(&fold(text))),
        }
    }

    /// The first and the last line that stand in the index as an earlier version has put them there.
    fn not_reindexed(&self) -> Result<Option<(i64, i64)>> {
        self.cached("SELECT next, last FROM reindex")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }
}

/// What stood in the index before version 3: all marks were taken away, and runs were words.
fn fold_before_3(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 1);
    let mut between = true;
    for c in text.nfd().filter(|&c| !is_combining_mark(c)).default_case_fold() {
        if !c.is_alphanumeric() {
            between = true;
            continue;
        }
        if std::mem::take(&mut between) {
            words.push(' ');
        }
        words.push(c);
    }
    words
}
