//! What the thread that writes the history needs of a file; beside the real one there is one that the simulation breaks.

use std::time::Instant;

use rusqlite::Result;

use super::affair::{Affair, Outcome};
use super::job::{Change, Row};
use super::ledger::{Gaps, Missing};
use super::store::{FileNews, Writer};
use crate::locale::FileFault;

/// Affairs, each with the time since which it waits.
pub(super) type Waiting = Vec<(Instant, Affair)>;

/// A file with a history in it.
pub(super) trait Disk: Sized {
    /// Does all of `work` or, when something fails, nothing.
    fn transaction<T>(&mut self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T>;
    /// Writes a row behind all others.
    fn append(&self, row: &Row) -> Result<()>;
    /// Writes a change, at `at`.
    fn change(&self, change: &Change, at: i64) -> Result<()>;
    /// See [`Writer::settle`].
    fn settle(&mut self, affairs: Waiting, at: i64) -> (Vec<Outcome>, Waiting, Option<FileFault>);
    /// Writes down beside the file how many lines are missing in each room, if the file is in its place.
    fn leave_gaps(&mut self, gaps: Gaps);
    /// See [`Writer::last_line`].
    fn last_line(&self) -> Option<i64>;
    /// See [`Writer::look_after`].
    fn look_after(&mut self) -> Vec<FileNews>;
    /// See [`Writer::shorten_wal`].
    fn shorten_wal(&mut self) -> bool;
    /// See [`Writer::was_spoken_between`].
    fn was_spoken_between(&self, since: i64, until: i64) -> Result<bool>;
    /// See [`Writer::begins_before`].
    fn begins_before(&self, before: i64) -> Result<bool>;
    /// See [`Writer::expire`].
    fn expire(&self, before: i64, after: i64) -> Result<Option<i64>>;
    /// See [`Writer::reindex`].
    fn reindex(&self) -> Result<bool>;
    /// See [`Writer::keep_days`].
    fn keep_days(&self) -> Option<u32>;
}

impl Disk for Writer {
    fn transaction<T>(&mut self, work: impl FnOnce(&Writer) -> Result<T>) -> Result<T> {
        Writer::transaction(self, work)
    }

    fn append(&self, row: &Row) -> Result<()> {
        Writer::append(self, row)
    }

    fn change(&self, change: &Change, at: i64) -> Result<()> {
        Writer::change(self, change, at)
    }

    fn settle(&mut self, affairs: Waiting, at: i64) -> (Vec<Outcome>, Waiting, Option<FileFault>) {
        Writer::settle(self, affairs, at)
    }

    fn leave_gaps(&mut self, gaps: Gaps) {
        if self.is_in_place() {
            // What is there by now may be another server's otherwise.
            let missing = Missing { certain: gaps, doubtful: None };
            self.gaps_file().into_iter().for_each(|file| file.write(&missing));
        }
    }

    fn last_line(&self) -> Option<i64> {
        Writer::last_line(self)
    }

    fn look_after(&mut self) -> Vec<FileNews> {
        Writer::look_after(self)
    }

    fn shorten_wal(&mut self) -> bool {
        Writer::shorten_wal(self)
    }

    fn was_spoken_between(&self, since: i64, until: i64) -> Result<bool> {
        Writer::was_spoken_between(self, since, until)
    }

    fn begins_before(&self, before: i64) -> Result<bool> {
        Writer::begins_before(self, before)
    }

    fn expire(&self, before: i64, after: i64) -> Result<Option<i64>> {
        Writer::expire(self, before, after)
    }

    fn reindex(&self) -> Result<bool> {
        Writer::reindex(self)
    }

    fn keep_days(&self) -> Option<u32> {
        Writer::keep_days(self)
    }
}
