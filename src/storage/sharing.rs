//! The storage of one of several nodes: what they share comes from their log, and a directory belongs to one log.
//!
//! Invariant: what is here at the start may be of another place of the log, so the first state of the chat replaces it; messages alone are
//! added to, by their numbers.

use super::accounts::Accounts;
use super::handle::Storage;
use super::log_membership::ForeignDirectory;
use super::request::FileChange;
use crate::chat::{AccountKey, AccountRecord, Letter, MessageId, Retained};

impl Storage {
    /// Several nodes have the same accounts from now on: the chat decides about them, and they come from there.
    pub fn share_accounts(&mut self) {
        self.accounts.iter_mut().for_each(Accounts::share);
    }

    /// Has the directory, if there is one, belong to the log that was founded with that number.
    ///
    /// # Errors
    ///
    /// It belongs to another one, or holds a chat of its own.
    pub fn join_log(&mut self, log: u64) -> Result<(), ForeignDirectory> {
        self.membership.check()?;
        match self.membership.log {
            Some(other) if other != log => return Err(ForeignDirectory::OtherLog),
            Some(_) => {}
            None => {
                self.membership.log = Some(log);
                self.owe(FileChange::JoinLog(log));
            }
        }
        Ok(())
    }

    /// The last message that was in the file when it was opened, or ever before.
    pub fn last_message(&self) -> MessageId {
        self.membership.last_message
    }

    /// Remembers an account as it came from the chat, if it is not remembered so already.
    pub fn account(&mut self, record: Box<AccountRecord>) {
        if self.accounts.as_mut().is_some_and(|accounts| accounts.take_shared(&record)) {
            self.owe(FileChange::Account(record));
        }
    }

    /// Forgets an account, and what there is only because of it.
    pub fn account_gone(&mut self, key: AccountKey) {
        self.accounts.iter_mut().for_each(|accounts| accounts.forget(key));
        self.owe(FileChange::AccountGone { key });
    }

    /// Remembers a private message for an absent person.
    pub fn letter(&mut self, letter: Box<Letter>) {
        self.owe(FileChange::Letter(letter));
    }

    /// Forgets what is not in this, but for what was said in rooms that are gone.
    pub fn retain(&mut self, retained: Box<Retained>) {
        self.accounts.iter_mut().for_each(|accounts| accounts.retain(&retained.accounts));
        self.memory.retain(&retained.rooms);
        self.owe(FileChange::Retain(retained));
    }

    fn owe(&mut self, change: FileChange) {
        self.file.iter_mut().for_each(|file| file.owe(change.clone()));
    }
}
