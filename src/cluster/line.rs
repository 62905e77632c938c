//! What was read at one place of the log.

use serde::de::DeserializeOwned;

use super::entry::{Entry, NoEntry};
use super::entry_id::EntryId;
use crate::chat::Digest;

/// One line of the log. It can be made of bytes on any thread.
#[derive(Clone, Debug)]
pub struct Line<C> {
    /// Where it stands.
    pub id: EntryId,
    /// The hash of its bytes: by it the same line is known again.
    pub digest: u64,
    /// What is written there.
    pub written: Written<C>,
}

/// What is written in a line.
#[derive(Clone, Debug)]
pub enum Written<C> {
    /// An entry.
    Entry(Entry<C>),
    /// An entry of a version that this release does not know.
    Later(u32),
    /// Something else.
    Garbage,
}

impl<C: DeserializeOwned> Line<C> {
    /// The line at `id` that has these bytes; none: what stands there has not the one field that entries have. `newest` is the newest
    /// version that this release knows.
    pub fn read(id: EntryId, bytes: Option<&[u8]>, newest: u32) -> Line<C> {
        let written = match bytes.map(|bytes| Entry::from_bytes(bytes, newest)) {
            Some(Ok(entry)) => Written::Entry(entry),
            Some(Err(NoEntry::Later(version))) => Written::Later(version),
            Some(Err(NoEntry::Garbage)) | None => Written::Garbage,
        };
        Line { id, digest: Digest::of(bytes.unwrap_or_default()), written }
    }
}
