//! Letters in the file, in SQL: they wait for an account until they are handed over.

use rusqlite::{Result, params};

use super::database::Database;
use super::values::{account, name, words};
use crate::chat::{AccountKey, MessageId, OfflineMessage, Origin, Posted, UnixMillis};
use crate::limits::{OFFLINE_MESSAGES_MAX, OFFLINE_MESSAGES_MAX_BYTES, is_over_share};

impl Database {
    /// Lets a letter from `address` wait for an account, if there is one and it has room: what is left when it is nearly full
    /// is not for an address that has filled more than half of it.
    pub(in crate::storage) fn post(
        &self,
        to: AccountKey,
        offline_message: &OfflineMessage,
        from: Origin,
    ) -> Result<Posted> {
        const ROOM: &str = "SELECT count(*), ifnull(sum(octet_length(text)), 0),
                                   EXISTS (SELECT 1 FROM account WHERE key = ?1),
                                   count(*) FILTER (WHERE address = ?2),
                                   ifnull(sum(octet_length(text)) FILTER (WHERE address = ?2), 0)
                            FROM letter WHERE account = ?1";
        let (offline_messages, bytes, there, own, own_bytes): (usize, usize, bool, usize, usize) =
            self.cached(ROOM)?.query_row(params![to, from], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
        if !there {
            return Ok(Posted::Failed);
        }
        if offline_messages >= OFFLINE_MESSAGES_MAX
            || bytes + offline_message.text.as_str().len() > OFFLINE_MESSAGES_MAX_BYTES
        {
            return Ok(Posted::Full);
        }
        let free_bytes = OFFLINE_MESSAGES_MAX_BYTES.saturating_sub(bytes);
        if is_over_share(own, OFFLINE_MESSAGES_MAX - offline_messages, OFFLINE_MESSAGES_MAX)
            || is_over_share(own_bytes, free_bytes, OFFLINE_MESSAGES_MAX_BYTES)
        {
            return Ok(Posted::OverShare);
        }
        // A row of another program may have taken its number.
        let kept = self
            .cached(
                "INSERT OR IGNORE INTO letter (id, account, at, who, sender, text, address)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                offline_message.id,
                to,
                offline_message.at,
                offline_message.from,
                offline_message.sender,
                offline_message.text,
                from
            ])?;
        Ok(if kept > 0 { Posted::Kept } else { Posted::Failed })
    }

    /// The letters of an account, oldest first. One that another program has written, and that is from nobody, is passed over.
    pub(in crate::storage) fn offline_messages(&self, of: AccountKey) -> Result<Vec<OfflineMessage>> {
        let mut waiting = self
            .cached("SELECT id, at, who, sender, text FROM letter WHERE account = ?1 ORDER BY id LIMIT ?2")?;
        let mut waiting = waiting.query(params![of, OFFLINE_MESSAGES_MAX])?;
        let mut offline_messages = Vec::new();
        while let Some(row) = waiting.next()? {
            if let (Some(from), Some(text)) = (name(row, 2)?, words(row, 4, usize::MAX)?) {
                let (id, at, sender) = (MessageId(row.get(0)?), UnixMillis(row.get(1)?), account(row, 3)?);
                offline_messages.push(OfflineMessage { id, from, sender, at, text });
            }
        }
        Ok(offline_messages)
    }

    /// Forgets the letters of an account, up to this one.
    pub(super) fn delete_offline_messages(&self, account: AccountKey, up_to: MessageId) -> Result<()> {
        self.cached("DELETE FROM letter WHERE account = ?1 AND id <= ?2")?
            .execute(params![account, up_to])?;
        Ok(())
    }
}
