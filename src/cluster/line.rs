//! What was read at one place of the log.
//!
//! Invariant: all nodes make the same of it: what is longer than an entry may be is none, and is not even looked at.

use serde::de::DeserializeOwned;

use super::entry::{Entry, NoEntry};
use super::entry_id::EntryId;
use crate::chat::Digest;
use crate::limits::LOG_ENTRY_MAX_BYTES;

/// One line of the log. It can be made of bytes on any thread.
#[derive(Clone, Debug)]
pub struct LogLine<C> {
    /// Where it stands.
    pub id: EntryId,
    /// The hash of its bytes, as they stand there: by it the same line is known again.
    pub digest: u64,
    /// How many bytes these are.
    pub bytes: usize,
    /// What is written there.
    pub content: LineContent<C>,
}

/// What is written in a line.
#[derive(Clone, Debug)]
pub enum LineContent<C> {
    /// An entry.
    Entry(Entry<C>),
    /// An entry of a version that this release does not know.
    Later(u32),
    /// Something else.
    Garbage,
}

impl<C: DeserializeOwned> LogLine<C> {
    /// The line at `id` that has these bytes; none: what stands there has not the one field that entries have. `newest` is the newest
    /// version that this release knows.
    pub fn read(id: EntryId, bytes: Option<&[u8]>, newest: u32) -> LogLine<C> {
        LogLine::opened(id, bytes.map(<[u8]>::to_vec), newest, Some)
    }

    /// The same of a line that stands there sealed; `open` gives what was sealed, none where that cannot be known.
    pub fn opened(
        id: EntryId,
        bytes: Option<Vec<u8>>,
        newest: u32,
        open: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
    ) -> LogLine<C> {
        let stands = bytes.as_deref().unwrap_or_default();
        let (digest, length) = (Digest::of(stands), stands.len());
        let opened = bytes.filter(|_| length <= LOG_ENTRY_MAX_BYTES).and_then(open);
        let content = match opened.map(|opened| Entry::from_bytes(&opened, newest)) {
            Some(Ok(entry)) => LineContent::Entry(entry),
            Some(Err(NoEntry::Later(version))) => LineContent::Later(version),
            Some(Err(NoEntry::Garbage)) | None => LineContent::Garbage,
        };
        LogLine { id, digest, bytes: length, content }
    }
}
