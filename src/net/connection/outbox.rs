//! What waits to be sent to one reader.
//!
//! A reader who keeps up has no queue: their lines lie in the [`Broadcast`], and all that is kept here is which of
//! them. Bytes are copied into a queue of their own when the socket does not take them all, when an answer comes in
//! between, and when they do not hear what others hear.
//!
//! Invariants: what is shared comes after nothing of one's own; memory is held only while something waits.

use std::io;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::write_buffer::{WriteBuffer, write_all};
use crate::chat::MonoTime;
use crate::limits;
use crate::net::broadcast::{Broadcast, Span};
use crate::net::stream::Stream;
use crate::protocol::stored_bytes;
use crate::tls::Session;

/// What waits for one reader.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    own: Option<Box<Own>>,
    /// Not empty only while there is nothing of one's own.
    shared: Span,
    /// Whether the socket took no more: cleared by readiness.
    pub(super) blocked: bool,
    /// Whether the reader's commands wait until more of this has been read.
    pub(super) held_back: bool,
}

/// The queue of a reader who needs one.
#[derive(Debug)]
struct Own {
    bytes: WriteBuffer,
    /// Of these, as many at the front are sealed: they are sent as they are.
    sealed: usize,
    /// When the peer last took a byte, or something began to wait for it.
    progress: MonoTime,
    /// Lines of the room that passed by since the queue was full.
    skipped: u32,
}

/// An [`Outbox`] as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredOutbox {
    own: Option<StoredOwn>,
    blocked: bool,
    held_back: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredOwn {
    #[serde(with = "stored_bytes")]
    bytes: Vec<u8>,
    progress: MonoTime,
    skipped: u32,
}

/// What was put into queues and written out of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::net) struct SentCounts {
    /// Events that wait for a reader, or have been written: each as often as it has readers.
    pub(in crate::net) messages: u64,
    /// Lines of rooms that passed readers by who were behind.
    pub(in crate::net) skipped: u64,
    /// Bytes that sockets took.
    pub(in crate::net) bytes: u64,
}

impl AddAssign for SentCounts {
    fn add_assign(&mut self, more: SentCounts) {
        self.messages += more.messages;
        self.skipped += more.skipped;
        self.bytes += more.bytes;
    }
}

impl Outbox {
    /// Adds bytes, whatever waits already.
    pub(super) fn push(&mut self, bytes: &[u8], broadcast: &Broadcast, now: MonoTime) {
        self.keep_shared(broadcast, now);
        self.own(now).bytes.push(bytes);
    }

    /// Adds a line of the room if all that waits may be that much, and, where no queue may grow, if it need not be copied
    /// into one; says whether it did.
    pub(super) fn enqueue_line(
        &mut self,
        line: Span,
        may_grow: bool,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> bool {
        let waits = self.own.is_some() || self.blocked;
        if self.skipped() > 0 || self.len() + line.len() > limits::QUEUE_MAX_BYTES || waits && !may_grow {
            return false;
        }
        if self.own.is_some() || !self.shared.extend(line) {
            self.push(broadcast.bytes(line), broadcast, now);
        }
        true
    }

    /// Adds a line of the room for a reader who keeps up; says whether it did. If not, nothing has changed, and
    /// [`enqueue_line`](Self::enqueue_line) decides.
    pub(super) fn share(&mut self, line: Span) -> bool {
        let keeps_up = self.own.is_none() && !self.blocked;
        keeps_up && self.shared.len() + line.len() <= limits::QUEUE_MAX_BYTES && self.shared.extend(line)
    }

    /// A line of the room passes by.
    pub(super) fn skip(&mut self, now: MonoTime) {
        let own = self.own(now);
        own.skipped = own.skipped.saturating_add(1);
    }

    /// Forgets how many lines passed by.
    pub(super) fn take_skipped(&mut self) -> u32 {
        let skipped = self.own.as_mut().map_or(0, |own| std::mem::take(&mut own.skipped));
        self.shrink();
        skipped
    }

    /// Sends what waits, of which there is something, until nothing waits or the socket takes no more; says how many bytes it took. An
    /// error means that the connection is broken.
    pub(super) fn send<S: Stream>(
        &mut self,
        stream: &mut S,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> (usize, io::Result<()>) {
        debug_assert!(!self.is_empty(), "a stream that takes nothing is taken for broken");
        let (taken, result) = match &mut self.own {
            Some(own) => own.bytes.drain_into(own.bytes.len(), stream),
            None => self.send_shared(stream, broadcast),
        };
        (taken, self.sent(taken, result, broadcast, now))
    }

    /// Sends what is shared to a reader for whom nothing else waits, and nothing waits for them; says how many bytes were taken,
    /// and whether that was all. If not, [`send`](Self::send) does the rest.
    pub(super) fn send_only_shared<S: Stream>(
        &mut self,
        stream: &mut S,
        broadcast: &Broadcast,
    ) -> (usize, bool) {
        if self.own.is_some() || self.blocked || self.held_back || self.shared.is_empty() {
            return (0, false);
        }
        let (taken, result) = self.send_shared(stream, broadcast);
        (taken, result.is_ok())
    }

    /// Adds bytes that TLS itself wants to have sent, behind what is sealed already.
    pub(super) fn push_sealed(&mut self, bytes: &[u8], broadcast: &Broadcast, now: MonoTime) {
        if !bytes.is_empty() {
            self.keep_shared(broadcast, now);
            let own = self.own(now);
            own.bytes.insert(own.sealed, bytes);
            own.sealed += bytes.len();
        }
    }

    /// Drops what nobody can read.
    pub(super) fn drop_unsealed(&mut self) {
        self.shared = Span::default();
        if let Some(own) = &mut self.own {
            own.bytes.truncate(own.sealed);
            own.skipped = 0;
        }
        self.shrink();
    }

    /// Sends what waits in TLS, like [`send`](Self::send). It is sealed as it is sent: sealed words are kept only when the socket did not
    /// take them all.
    pub(super) fn send_sealed<S: Stream>(
        &mut self,
        stream: &mut S,
        session: &mut Session,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> (usize, io::Result<()>) {
        let (mut scratch, mut taken) = (broadcast.scratch.take(), 0);
        let result = self.send_records(stream, session, &mut scratch, &mut taken, broadcast, now);
        broadcast.scratch.replace(scratch);
        (taken, self.sent(taken, result, broadcast, now))
    }

    /// Adds the bytes that the socket took to those `taken`.
    fn send_records<S: Stream>(
        &mut self,
        stream: &mut S,
        session: &mut Session,
        scratch: &mut Vec<u8>,
        taken: &mut usize,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> io::Result<()> {
        if let Some(own) = &mut self.own {
            let (written, result) = own.bytes.drain_into(own.sealed, stream);
            own.sealed -= written;
            *taken += written;
            result?;
        }
        if session.is_handshaking() {
            self.drop_unsealed();
        }
        while !self.is_empty() {
            let own = self.own.as_mut().filter(|own| !own.bytes.is_empty());
            let words = own.as_ref().map_or_else(|| broadcast.bytes(self.shared), |own| own.bytes.waiting());
            let count = words.len().min(limits::SEALED_AT_ONCE_BYTES);
            let length = session.seal(&words[..count], scratch).map_err(|_| io::ErrorKind::BrokenPipe)?;
            match own {
                Some(own) => own.bytes.advance(count),
                None => self.shared.advance(count),
            }
            let (written, result) = write_all(stream, &scratch[..length]);
            *taken += written;
            if result.is_err() {
                let own = self.own(now);
                own.bytes.insert(0, &scratch[written..length]);
                own.sealed = length - written;
            }
            result?;
        }
        Ok(())
    }

    /// The socket took so many bytes, and then all was sent or this happened.
    fn sent(
        &mut self,
        taken: usize,
        result: io::Result<()>,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> io::Result<()> {
        if let Some(own) = self.own.as_mut().filter(|_| taken > 0) {
            own.progress = now;
        }
        match result {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.blocked = true;
                self.keep_shared(broadcast, now);
            }
            result => result?,
        }
        self.shrink();
        Ok(())
    }

    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.queued() + self.shared.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Of the bytes that wait, those in a queue of one's own.
    fn queued(&self) -> usize {
        self.own.as_ref().map_or(0, |own| own.bytes.len())
    }

    /// Whether some of what waits lies in the broadcast.
    pub(super) fn shares(&self) -> bool {
        !self.shared.is_empty()
    }

    /// Bytes of memory that the queue of one's own holds, however few of them wait.
    pub(super) fn held(&self) -> usize {
        self.own.as_ref().map_or(0, |own| size_of::<Own>() + own.bytes.capacity())
    }

    /// Lines of the room that passed by.
    pub(super) fn skipped(&self) -> u32 {
        self.own.as_ref().map_or(0, |own| own.skipped)
    }

    /// When the reader is one who takes nothing, if they take nothing until then.
    pub(super) fn stalled_at(&self) -> Option<MonoTime> {
        let own = self.own.as_ref().filter(|own| !own.bytes.is_empty())?;
        Some(own.progress + limits::STALL_TIMEOUT)
    }

    /// What waits at `now`, as it is written down: all of it as bytes of one's own.
    pub(super) fn store(&self, broadcast: &Broadcast, now: MonoTime) -> StoredOutbox {
        let Outbox { own, shared, blocked, held_back } = self;
        let own = own.as_ref().map(|own| {
            // Of those in TLS nothing is written down.
            let Own { bytes, sealed: _, progress, skipped } = &**own;
            StoredOwn { bytes: bytes.waiting().to_vec(), progress: *progress, skipped: *skipped }
        });
        let shared = (!shared.is_empty()).then(|| broadcast.bytes(*shared).to_vec());
        let shared = shared.map(|bytes| StoredOwn { bytes, progress: now, skipped: 0 });
        StoredOutbox { own: own.or(shared), blocked: *blocked, held_back: *held_back }
    }

    /// What waited.
    pub(super) fn restore(stored: StoredOutbox) -> Outbox {
        let StoredOutbox { own, blocked, held_back } = stored;
        let own = own.map(|StoredOwn { bytes, progress, skipped }| {
            Box::new(Own { bytes: WriteBuffer::of(bytes), sealed: 0, progress, skipped })
        });
        Outbox { own, shared: Span::default(), blocked, held_back }
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.own = None;
        self.shared = Span::default();
    }

    fn send_shared<S: Stream>(&mut self, stream: &mut S, broadcast: &Broadcast) -> (usize, io::Result<()>) {
        let (taken, result) = write_all(stream, broadcast.bytes(self.shared));
        self.shared.advance(taken);
        (taken, result)
    }

    /// Copies what is shared into a queue of one's own.
    fn keep_shared(&mut self, broadcast: &Broadcast, now: MonoTime) {
        let shared = std::mem::take(&mut self.shared);
        if !shared.is_empty() {
            self.own(now).bytes.push(broadcast.bytes(shared));
        }
    }

    /// The queue of one's own; what begins to wait in it begins to wait now.
    fn own(&mut self, now: MonoTime) -> &mut Own {
        let new = || Box::new(Own { bytes: WriteBuffer::default(), sealed: 0, progress: now, skipped: 0 });
        let own = self.own.get_or_insert_with(new);
        if own.bytes.is_empty() {
            own.progress = now;
        }
        own
    }

    fn shrink(&mut self) {
        if self.own.as_ref().is_some_and(|own| own.bytes.is_empty() && own.skipped == 0) {
            self.own = None;
        }
    }
}
