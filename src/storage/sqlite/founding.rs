//! A directory as the log of several nodes begins with it, and as it leaves that.

use super::error::StoreCause;
use super::{FILE, Store, StoreError};
use crate::chat::{Account, AccountRecord, ChatConfig, PasswordHash};

impl Store {
    /// What is in it, for a log to begin with.
    ///
    /// # Errors
    ///
    /// It belongs to a log already, or cannot be read.
    pub fn chat(&self) -> Result<ChatConfig, StoreError> {
        if self.is_of_log() {
            return Err(self.failed(StoreCause::OfLog));
        }
        let account = |row: &super::AccountRow| Account { key: row.key, name: row.name.clone() };
        let made = self.writer.accounts_made().map_err(|error| self.failed(error.into()))?;
        let passwords = self.found.accounts.iter().map(|row| AccountRecord {
            account: account(row),
            password: PasswordHash::new(row.hash.clone()),
            made_from: row.made_from,
            made_at: made.get(&row.key).copied().unwrap_or_default(),
        });
        let letters = self.writer.letters().map_err(|error| self.failed(error.into()))?;
        let last_messages = self.writer.last_messages().map_err(|error| self.failed(error.into()))?;
        Ok(ChatConfig {
            next_key: self.next_key,
            next_message: self.next_message,
            next_account: Some(self.next_account),
            accounts: Some(self.found.accounts.iter().map(account).collect()),
            account_addresses: self
                .found
                .accounts
                .iter()
                .filter_map(|row| Some((row.key, row.made_from?)))
                .collect(),
            rooms: self.found.rooms.clone(),
            expulsions: self.found.expulsions.clone(),
            passwords: passwords.collect(),
            letters,
            last_messages: last_messages.into_iter().collect(),
            ..ChatConfig::default()
        })
    }

    /// It belongs to the log that was founded with that number from now on; none: to no log any more.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn set_log(&mut self, log: Option<u64>) -> Result<(), StoreError> {
        self.writer.transaction(|file| file.join_log(log)).map_err(|error| self.failed(error.into()))
    }

    /// Whether a server can have it that is one of several, as far as that is known before it has read their log, or one that is alone.
    ///
    /// # Errors
    ///
    /// It is for the other kind.
    pub fn is_for(&self, node: bool) -> Result<(), StoreError> {
        match node {
            true if self.membership.check().is_err() => Err(self.failed(StoreCause::OwnPast)),
            false if self.is_of_log() => Err(self.failed(StoreCause::OfLog)),
            _ => Ok(()),
        }
    }

    fn failed(&self, cause: StoreCause) -> StoreError {
        StoreError { path: self.dir.join(FILE), cause }
    }
}
