//! What the history hands over to the program that goes on with it: what is in memory only.
//!
//! Invariants: before that all is on the disk that has to be there, and it has been tried that more can be written; the lock on the directory is
//! never let go, for it belongs to files that are handed over open.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::accounts::StoredAccounts;
use super::handle::{HistoryFile, Storage};
use super::lock_files::LockFiles;
use super::reply::{StorageEvent, WorkerEvent};
use super::request::Job;
use crate::chat::{Message, MonoTime};

/// How often it is tried to find a place in a full queue.
const AGAIN: Duration = Duration::from_millis(5);

/// What a history has in memory. It holds the hash of the operators' password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StorageState {
    /// In the order of their numbers.
    lines: Vec<Message>,
    accounts: Option<StoredAccounts>,
    searched: u64,
    /// Messages that found no place in the file or could not be written, since the start.
    missing: u64,
}

impl Storage {
    /// What is in memory only.
    pub fn state(&self) -> StorageState {
        StorageState {
            lines: self.memory.all(),
            accounts: self.accounts.as_ref().map(|accounts| accounts.store(self.file.is_some())),
            searched: self.searched,
            missing: self.file.as_ref().map_or(0, |file| file.missing),
        }
    }

    /// Goes on with what was in memory; to be called before anything else.
    #[must_use]
    pub fn restored(mut self, state: StorageState) -> Storage {
        let StorageState { lines, accounts, searched, missing } = state;
        lines.into_iter().for_each(|line| self.memory.keep(line));
        if let (Some(own), Some(stored)) = (&mut self.accounts, accounts) {
            own.restore(stored);
        }
        self.searched = searched;
        if let Some(file) = &mut self.file {
            file.missing = missing;
        }
        self
    }

    /// Whether accounts are being taken in, or what came behind them is.
    pub fn has_reload(&self) -> bool {
        self.is_reloading() || !self.behind_reload.is_empty()
    }

    /// Waits until all that was handed over is written and answered, until `deadline` at most. Gives what was heard meanwhile, and the lock on
    /// the directory, if there is one; None: it cannot be written now.
    pub fn settle(
        &mut self,
        deadline: Instant,
        now: MonoTime,
    ) -> (Vec<StorageEvent>, Option<Option<LockFiles>>) {
        let Some(file) = &mut self.file else { return (self.replies(now), Some(None)) };
        let (words, lock) = file.wait_until_settled(deadline);
        let mut events = self.hear(words);
        events.extend(self.replies(now));
        (events, lock.map(Some))
    }
}

impl HistoryFile {
    fn wait_until_settled(&mut self, deadline: Instant) -> (Vec<WorkerEvent>, Option<LockFiles>) {
        let mut words = Vec::new();
        while !self.is_displaced() && Instant::now() < deadline {
            // Where the queue is full there is soon a place.
            self.settles += 1;
            let is_asked = self.push(Job::Settle(self.settles)).is_ok();
            let is_all = is_asked && !self.owes();
            let until = if is_asked { deadline } else { deadline.min(Instant::now() + AGAIN) };
            match self.wait_for_word(until, &mut words) {
                Some(lock) if is_all => return (words, lock),
                Some(None) => break,
                _ => {}
            }
        }
        (words, None)
    }

    /// Waits for the word that all is settled, until then at most; notes what comes before it. What was asked for before, and not waited
    /// for any longer, is answered as well.
    fn wait_for_word(&self, until: Instant, words: &mut Vec<WorkerEvent>) -> Option<Option<LockFiles>> {
        loop {
            match self.words().recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(WorkerEvent::Settled(number, lock)) if number == self.settles => return Some(lock),
                Ok(WorkerEvent::Settled(..)) => {}
                Ok(word) => words.push(word),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::thread;

    use super::*;
    use crate::storage::pending::Load;
    use crate::storage::write_progress::WriteProgress;

    #[test]
    fn answer_that_came_too_late_is_not_taken_for_the_next_one() {
        let (jobs, theirs) = mpsc::sync_channel(10);
        let (ours, words) = mpsc::channel();
        let load = Arc::new(Load::of(1 << 20));
        let mut file = HistoryFile::new((jobs, words), load, Arc::new(WriteProgress::default()), None, None);
        let soon = Instant::now() + Duration::from_millis(10);
        assert!(file.wait_until_settled(soon).1.is_none(), "nobody answers");
        let lock = |path| LockFiles { file: std::fs::File::open(path).unwrap(), dir: None };
        let later = Instant::now() + Duration::from_secs(60);
        thread::scope(|scope| {
            scope.spawn(move || {
                while let Ok(Job::Settle(number)) = theirs.recv() {
                    // The disk has come back behind the first.
                    let settled = (number > 1).then(|| lock("/dev/null"));
                    ours.send(WorkerEvent::Settled(number, settled)).unwrap();
                }
            });
            assert!(file.wait_until_settled(later).1.is_some());
            drop(file);
        });
    }
}
