//! How far the file is behind what was said, in numbers, for who watches over the server. Asked without waiting for anybody.

use super::handle::{HistoryFile, Storage};
use super::row::Gap;
use crate::chat::UnixMillis;

/// How far the file is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Lines handed over to the history's thread that are not written yet.
    pub unwritten_lines: u64,
    /// Bytes that wait, roughly.
    pub queue_bytes: usize,
    /// Lines that found no place or could not be written, since the start.
    pub missing_lines: u64,
    /// Rooms with lines missing that are not marked as missing yet.
    pub gaps: u64,
    /// When the oldest of all these was said.
    pub oldest: Option<UnixMillis>,
    /// Whether the files are not in their places.
    pub displaced: bool,
}

impl Storage {
    /// How far the file is behind; nothing without one.
    pub fn backlog(&self) -> Backlog {
        self.file.as_ref().map(HistoryFile::backlog).unwrap_or_default()
    }
}

impl HistoryFile {
    fn backlog(&self) -> Backlog {
        let settled = self.progress.settled().saturating_sub(self.sent_before);
        let unwritten = (self.sent.len() as u64).saturating_sub(settled);
        let first = self.sent.get(usize::try_from(settled).unwrap_or(usize::MAX));
        let (marked_later, oldest_there) = self.progress.gaps();
        let here = self.gaps.values().map(|gap: &Gap| gap.at).min();
        let (in_hand, pending) = self.unwritten_bytes();
        Backlog {
            unwritten_lines: unwritten,
            queue_bytes: in_hand + pending,
            missing_lines: self.missing,
            gaps: marked_later + self.gaps.len() as u64,
            oldest: [first.map(|(_, gap)| gap.at), oldest_there, here].into_iter().flatten().min(),
            displaced: self.is_displaced(),
        }
    }
}
