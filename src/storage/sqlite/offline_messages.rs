//! Letters in the file, in SQL: they wait for an account until they are handed over.

use rusqlite::{Result, params};

use super::database::Database;
use super::values::{account, name, words};
use crate::chat::{AccountKey, Mailbox, MessageId, OfflineMessage, Origin, Posted, UnixMillis};
use crate::limits::OFFLINE_MESSAGES_MAX;

impl Database {
    /// Lets a letter from an address wait for an account, if there is one and it has [room](Mailbox::takes).
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
        let (mailbox, there) = self.cached(ROOM)?.query_row(params![to, from], |row| {
            let (messages, bytes, own, own_bytes) = (row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?);
            Ok((Mailbox { messages, bytes, own, own_bytes }, row.get::<_, bool>(2)?))
        })?;
        if !there {
            return Ok(Posted::Failed);
        }
        let posted = mailbox.takes(offline_message.text.as_str().len());
        if posted != Posted::Kept {
            return Ok(posted);
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
