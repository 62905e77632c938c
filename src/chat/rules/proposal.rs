//! A change on its way through a log that several nodes read.

use std::io;

use serde::{Deserialize, Serialize};

use super::Change;

/// A change that a node wants made. What is in it is the chat's business; as what it is written is part of the log's version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proposal(pub(in crate::chat) Change);

impl Proposal {
    /// Bytes of it as JSON.
    pub fn bytes(&self) -> usize {
        let mut count = ByteCount(0);
        serde_json::to_writer(&mut count, self).expect("a change can be written");
        count.0
    }
}

/// Counts what is written.
struct ByteCount(usize);

impl io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
