//! Letters in the file, in SQL: they wait for an account until they are handed over.

use rusqlite::{Result, params};

use super::writer::Writer;
use crate::chat::Posted;
use crate::keep::affair::LetterRow;
use crate::limits::{LETTERS_MAX, LETTERS_MAX_BYTES};

impl Writer {
    /// Lets a letter wait for an account, if there is one and it has room.
    pub(in crate::keep) fn post(&self, to: u32, letter: &LetterRow) -> Result<Posted> {
        const ROOM: &str = "SELECT count(*), ifnull(sum(octet_length(text)), 0),
                                   EXISTS (SELECT 1 FROM account WHERE key = ?1)
                            FROM letter WHERE account = ?1";
        let (letters, bytes, there): (usize, usize, bool) =
            self.cached(ROOM)?.query_row([to], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if !there {
            return Ok(Posted::Failed);
        }
        if letters >= LETTERS_MAX || bytes + letter.text.len() > LETTERS_MAX_BYTES {
            return Ok(Posted::Full);
        }
        self.cached("INSERT INTO letter (account, at, who, text) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![to, letter.at, letter.who, letter.text])?;
        Ok(Posted::Kept)
    }

    /// The letters of an account, oldest first, and the number of the last one.
    pub(in crate::keep) fn letters(&self, account: u32) -> Result<(Vec<LetterRow>, u64)> {
        let mut waiting =
            self.cached("SELECT id, at, who, text FROM letter WHERE account = ?1 ORDER BY id LIMIT ?2")?;
        let mut waiting = waiting.query(params![account, LETTERS_MAX])?;
        let (mut letters, mut last) = (Vec::new(), 0);
        while let Some(row) = waiting.next()? {
            last = row.get(0)?;
            letters.push(LetterRow { at: row.get(1)?, who: row.get(2)?, text: row.get(3)? });
        }
        Ok((letters, last))
    }

    /// Forgets the letters of an account, up to this one.
    pub(super) fn delete_letters(&self, account: u32, up_to: u64) -> Result<()> {
        self.cached("DELETE FROM letter WHERE account = ?1 AND id <= ?2")?
            .execute(params![account, up_to])?;
        Ok(())
    }
}
