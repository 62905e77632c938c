//! A node's own entries that have not come back from the log.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::entry_id::EntryId;
use super::entry_text;
use crate::chat::MonoTime;
use crate::limits::LOG_ENTRY_MAX_BYTES;

/// Those entries, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct SentEntries {
    entries: VecDeque<SentEntry>,
    bytes: usize,
}

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SentEntry {
    pub(super) epoch: EntryId,
    pub(super) number: u64,
    #[serde(with = "entry_text")]
    pub(super) bytes: Arc<[u8]>,
    /// When it was made.
    pub(super) since: MonoTime,
    /// Whether it is of changes, of which somebody waits to hear.
    pub(super) awaited: bool,
}

impl SentEntries {
    /// These, the oldest first.
    pub(super) fn of(entries: Vec<SentEntry>) -> SentEntries {
        let bytes = entries.iter().map(|sent| sent.bytes.len()).sum();
        SentEntries { entries: entries.into(), bytes }
    }

    /// # Panics
    ///
    /// It is so long that no node would look at it, so that none behind it would count either.
    pub(super) fn push(&mut self, sent: SentEntry) {
        // Sealed it is longer by some bytes.
        assert!(sent.bytes.len() <= LOG_ENTRY_MAX_BYTES / 2, "no change is as long as that");
        self.bytes += sent.bytes.len();
        self.entries.push_back(sent);
    }

    /// An entry has come back, and counts. Gives it, if it was under way.
    pub(super) fn came_back(&mut self, epoch: EntryId, number: u64) -> Option<SentEntry> {
        let first = self.entries.front()?;
        if (first.epoch, first.number) != (epoch, number) {
            return None;
        }
        let sent = self.entries.pop_front()?;
        self.bytes -= sent.bytes.len();
        Some(sent)
    }

    /// Takes those out of which a snapshot has taken the place: `epoch` was the last one there, and `next` the number of its next entry.
    /// Gives the numbers of those that are awaited.
    pub(super) fn lose_sight(&mut self, epoch: EntryId, next: u64) -> Vec<u64> {
        let mut unseen = Vec::new();
        while let Some(sent) = self.entries.front()
            && (sent.epoch < epoch || sent.epoch == epoch && sent.number < next)
        {
            unseen.extend(sent.awaited.then_some(sent.number));
            self.bytes -= sent.bytes.len();
            self.entries.pop_front();
        }
        unseen
    }

    /// Takes all of them out: they will not count any more. Gives the numbers of those that are awaited.
    pub(super) fn give_up(&mut self) -> Vec<u64> {
        self.bytes = 0;
        self.entries.drain(..).filter(|sent| sent.awaited).map(|sent| sent.number).collect()
    }

    /// All of them, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &SentEntry> {
        self.entries.iter()
    }

    /// Since when the oldest is under way.
    pub(super) fn since(&self) -> Option<MonoTime> {
        self.entries.front().map(|sent| sent.since)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
