//! The bytes that wait for one reader.
//!
//! Invariant: memory is held only while bytes wait.

use std::io::{self, Write};

use crate::limits::QUEUE_MAX_BYTES;

/// A queue of bytes: written at the end, sent from the front.
#[derive(Debug, Default)]
pub(super) struct WriteBuffer {
    bytes: Vec<u8>,
    /// How much of the front has been sent.
    sent: u32,
}

impl WriteBuffer {
    /// A queue of what waits.
    pub(super) fn of(bytes: Vec<u8>) -> WriteBuffer {
        WriteBuffer { bytes, sent: 0 }
    }

    /// What waits.
    pub(super) fn waiting(&self) -> &[u8] {
        &self.bytes[self.sent as usize..]
    }

    /// Adds bytes to the end.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.bytes.capacity() {
            self.make_room(bytes.len());
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Sends no more than `most` bytes off the front: see [`write_all`].
    pub(super) fn drain_into(&mut self, most: usize, sink: &mut impl Write) -> (usize, io::Result<()>) {
        let (taken, result) = write_all(sink, &self.waiting()[..most]);
        self.advance(taken);
        (taken, result)
    }

    /// Takes so many bytes off the front: they have been sent, or turned into others.
    pub(super) fn advance(&mut self, count: usize) {
        self.sent += u32::try_from(count).expect("queues are small");
        self.shrink();
    }

    /// Puts bytes in front of the one that has so many before it.
    pub(super) fn insert(&mut self, at: usize, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.bytes.capacity() {
            self.make_room(bytes.len());
        }
        let at = self.sent as usize + at;
        self.bytes.splice(at..at, bytes.iter().copied());
    }

    /// Keeps so many bytes at the front.
    pub(super) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(self.sent as usize + length);
        self.shrink();
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.sent as usize
    }

    /// Whether none wait.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory held.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Forgets what has been sent, and grows by doubling, but not beyond what a queue may hold.
    fn make_room(&mut self, more: usize) {
        self.bytes.drain(..self.sent as usize);
        self.sent = 0;
        let needed = self.bytes.len() + more;
        if needed > self.bytes.capacity() {
            let doubled = (2 * self.bytes.capacity()).min(QUEUE_MAX_BYTES);
            self.bytes.reserve_exact(needed.max(doubled) - self.bytes.len());
        }
    }

    fn shrink(&mut self) {
        if self.is_empty() {
            self.bytes = Vec::new();
        } else if self.sent as usize > self.bytes.len() / 2 {
            self.bytes.drain(..self.sent as usize);
            self.bytes.shrink_to_fit();
        } else {
            return;
        }
        self.sent = 0;
    }
}

/// Writes until nothing is left or `sink` takes no more; says how many bytes it took and, if those are not all, why. `WouldBlock` means
/// that readiness will tell.
pub(super) fn write_all(sink: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut sent = 0;
    while sent < bytes.len() {
        match sink.write(&bytes[sent..]) {
            Ok(0) => return (sent, Err(io::ErrorKind::WriteZero.into())),
            Ok(taken) => sent += taken,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (sent, Err(error)),
        }
    }
    (sent, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_memory_that_is_held_only_while_bytes_wait() {
        let mut buffer = WriteBuffer::default();
        assert_eq!(buffer.capacity(), 0);
        buffer.push(&[b'x'; 100]);
        assert!(buffer.capacity() >= 100, "{} bytes", buffer.capacity());
        let (taken, result) = buffer.drain_into(100, &mut io::sink());
        assert_eq!((taken, result.is_ok(), buffer.capacity()), (100, true, 0));
    }
}
