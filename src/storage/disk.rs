//! What the thread that writes the history needs of a file; beside the real one there is one that the simulation breaks.

use std::time::Instant;

use rusqlite::Result;

use super::lock_files::LockFiles;
use super::reply::{DiskReply, FileNews};
use super::request::{DiskRequest, FileChange};
use super::row::Gaps;
use super::sqlite::Database;
use super::write_progress::Missing;
use crate::chat::Message;
use crate::locale::FileFault;

/// Requests, each with the time since which it waits.
pub(super) type WaitingRequests = Vec<(Instant, DiskRequest)>;

/// A file with a history in it.
pub(super) trait Disk: Sized {
    /// Does all of `work` or, when something fails, nothing.
    fn transaction<T>(&mut self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T>;
    /// Writes a message behind all others.
    fn append(&self, message: &Message) -> Result<()>;
    /// Writes a change, at `at`.
    fn change(&self, change: &FileChange, at: i64) -> Result<()>;
    /// See [`Database::settle`].
    fn settle(
        &mut self,
        requests: WaitingRequests,
        at: i64,
    ) -> (Vec<DiskReply>, WaitingRequests, Option<FileFault>);
    /// Writes down beside the file how many lines are missing in each room, if the file is in its place.
    fn leave_gaps(&mut self, gaps: Gaps);
    /// See [`Database::last_line`].
    fn last_line(&self) -> Option<i64>;
    /// See [`Database::look_after`].
    fn look_after(&mut self) -> Vec<FileNews>;
    /// See [`Database::shorten_wal`].
    fn shorten_wal(&mut self) -> bool;
    /// See [`Database::was_spoken_between`].
    fn was_spoken_between(&self, since: i64, until: i64) -> Result<bool>;
    /// See [`Database::begins_before`].
    fn begins_before(&self, before: i64) -> Result<bool>;
    /// See [`Database::expire`].
    fn expire(&self, before: i64, after: i64) -> Result<Option<i64>>;
    /// See [`Database::reindex`].
    fn reindex(&self) -> Result<bool>;
    /// See [`Database::prove`].
    fn prove(&self) -> Result<()>;
    /// See [`Database::lock_files`].
    fn lock_files(&self) -> Option<LockFiles>;
}

impl Disk for Database {
    fn transaction<T>(&mut self, work: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        Database::transaction(self, work)
    }

    fn append(&self, message: &Message) -> Result<()> {
        Database::append(self, message)
    }

    fn change(&self, change: &FileChange, at: i64) -> Result<()> {
        Database::change(self, change, at)
    }

    fn settle(
        &mut self,
        requests: WaitingRequests,
        at: i64,
    ) -> (Vec<DiskReply>, WaitingRequests, Option<FileFault>) {
        Database::settle(self, requests, at)
    }

    fn leave_gaps(&mut self, gaps: Gaps) {
        if self.is_in_place() {
            // What is there by now may be another server's otherwise.
            let missing = Missing { certain: gaps, doubtful: None };
            self.gaps_file().into_iter().for_each(|file| file.write(&missing));
        }
    }

    fn last_line(&self) -> Option<i64> {
        Database::last_line(self)
    }

    fn look_after(&mut self) -> Vec<FileNews> {
        Database::look_after(self)
    }

    fn shorten_wal(&mut self) -> bool {
        Database::shorten_wal(self)
    }

    fn was_spoken_between(&self, since: i64, until: i64) -> Result<bool> {
        Database::was_spoken_between(self, since, until)
    }

    fn begins_before(&self, before: i64) -> Result<bool> {
        Database::begins_before(self, before)
    }

    fn expire(&self, before: i64, after: i64) -> Result<Option<i64>> {
        Database::expire(self, before, after)
    }

    fn reindex(&self) -> Result<bool> {
        Database::reindex(self)
    }

    fn prove(&self) -> Result<()> {
        Database::prove(self)
    }

    fn lock_files(&self) -> Option<LockFiles> {
        Database::lock_files(self)
    }
}
