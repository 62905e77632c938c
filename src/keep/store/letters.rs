//! Letters in the file, in SQL: they wait for an account until they are handed over.

use rusqlite::{Result, params};

use super::writer::Writer;
use crate::chat::Posted;
use crate::keep::affair::LetterRow;
use crate::limits::{LETTERS_MAX, LETTERS_MAX_BYTES, is_over_share};

impl Writer {
    /// Lets a letter from `address` wait for an account, if there is one and it has room: what is left when it is nearly full
    /// is not for an address that has filled more than half of it. Gives the number of one that is kept.
    pub(in crate::keep) fn post(
        &self,
        to: u32,
        letter: &LetterRow,
        address: &str,
    ) -> Result<(Posted, Option<u64>)> {
        const ROOM: &str = "SELECT count(*), ifnull(sum(octet_length(text)), 0),
                                   EXISTS (SELECT 1 FROM account WHERE key = ?1),
                                   count(*) FILTER (WHERE address = ?2),
                                   ifnull(sum(octet_length(text)) FILTER (WHERE address = ?2), 0)
                            FROM letter WHERE account = ?1";
        let (letters, bytes, there, own, own_bytes): (usize, usize, bool, usize, usize) =
            self.cached(ROOM)?.query_row(params![to, address], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
        if !there {
            return Ok((Posted::Failed, None));
        }
        if letters >= LETTERS_MAX || bytes + letter.text.len() > LETTERS_MAX_BYTES {
            return Ok((Posted::Full, None));
        }
        let free_bytes = LETTERS_MAX_BYTES.saturating_sub(bytes);
        if is_over_share(own, LETTERS_MAX - letters, LETTERS_MAX)
            || is_over_share(own_bytes, free_bytes, LETTERS_MAX_BYTES)
        {
            return Ok((Posted::OverShare, None));
        }
        self.cached(
            "INSERT INTO letter (account, at, who, sender, text, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![to, letter.at, letter.who, letter.sender, letter.text, address])?;
        Ok((Posted::Kept, u64::try_from(self.connection.last_insert_rowid()).ok()))
    }

    /// The letters of an account, oldest first, and the number of the last one.
    pub(in crate::keep) fn letters(&self, account: u32) -> Result<(Vec<LetterRow>, u64)> {
        let mut waiting = self
            .cached("SELECT id, at, who, sender, text FROM letter WHERE account = ?1 ORDER BY id LIMIT ?2")?;
        let mut waiting = waiting.query(params![account, LETTERS_MAX])?;
        let (mut letters, mut last) = (Vec::new(), 0);
        while let Some(row) = waiting.next()? {
            last = row.get(0)?;
            // Whatever another program wrote there.
            let sender = row.get::<_, Option<i64>>(3)?.and_then(|sender| u32::try_from(sender).ok());
            letters.push(LetterRow { at: row.get(1)?, who: row.get(2)?, sender, text: row.get(4)? });
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
