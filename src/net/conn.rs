//! One connection: a socket with its buffers and its dialect, from the first byte to an orderly end.
//!
//! Laws: nothing is freed here and nothing is decided here about people; closing has one way forward: open,
//! draining, lingering, dead.

use std::io;
use std::net::SocketAddr;

use super::pace::{Pace, Rate};
use super::stream::Stream;
use super::write_buffer::WriteBuffer;
use crate::chat::{ClientId, CloseReason, Command, Language, Moment};
use crate::limits;
use crate::proto::{Codec, Kind};

/// How far the end of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// In use.
    Open,
    /// Not read any more; what is queued still leaves, until then at most.
    Draining(Moment),
    /// Our side has ended; what still comes is read and ignored, until then, and so many bytes, at most. Closing
    /// a socket with unread input would make the kernel throw away what the peer has not read yet.
    Lingering(Moment, u32),
    /// To be swept.
    Dead,
}

/// Why [`Conn::next_command`] gave no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// No complete line waits.
    NoLine,
    /// Too many messages for now, or answers that have to come or be read first.
    Later,
    /// They are leaving.
    Closing,
}

/// What a read gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// Bytes, and perhaps more.
    Some,
    /// Nothing for now; readiness will tell.
    Drained,
    /// The peer has ended its side.
    Ended,
    /// The connection is broken.
    Broken,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Conn<S> {
    pub(super) id: ClientId,
    pub(super) stream: S,
    pub(super) peer: SocketAddr,
    codec: Codec,
    queue: WriteBuffer,
    pace: Pace,
    phase: Phase,
    /// When the peer last took a byte, or something began to wait for it.
    progress: Moment,
    /// Until when the person is read later, having sent too much.
    paced: Option<Moment>,
    /// Until when their next commands wait for what they asked for before: answers come in the order of the questions,
    /// and before the end of those who asked and left.
    pub(super) awaiting: Option<Moment>,
    /// The due time that the server keeps for this connection.
    pub(super) scheduled: Option<Moment>,
    /// Lines of the room that passed by since the queue was full.
    skipped: u32,
    /// Whether commands wait until more of the queue has been read.
    held_back: bool,
    /// Whether the hub knows this client.
    pub(super) in_chat: bool,
    /// Whether this is among the server's dirty.
    pub(super) dirty: bool,
    /// Whether this is among the server's ready.
    pub(super) ready: bool,
    /// Whether there may be something to read: set by readiness, cleared by `WouldBlock`.
    pub(super) readable: bool,
    /// Whether the socket took no more: cleared by readiness.
    blocked: bool,
    /// Whether the peer has ended its side.
    pub(super) ended: bool,
    /// Why the connection died, if it did by itself.
    pub(super) cause: CloseReason,
}

impl<S: Stream> Conn<S> {
    pub(super) fn new(id: ClientId, stream: S, peer: SocketAddr, language: Language) -> Conn<S> {
        Conn {
            id,
            stream,
            peer,
            codec: Codec::new(language),
            queue: WriteBuffer::default(),
            pace: Pace::default(),
            phase: Phase::Open,
            progress: Moment::START,
            paced: None,
            awaiting: None,
            scheduled: None,
            skipped: 0,
            held_back: false,
            in_chat: false,
            dirty: false,
            ready: false,
            readable: false,
            blocked: false,
            ended: false,
            cause: CloseReason::Lost,
        }
    }

    /// Reads once through `scratch`; what came is the codec's, or nobody's while the connection is closing.
    pub(super) fn fill(&mut self, scratch: &mut [u8], answers: &mut Vec<u8>) -> Filled {
        let filled = loop {
            match self.stream.read(scratch) {
                Ok(0) => break Filled::Ended,
                Ok(length) => {
                    match &mut self.phase {
                        Phase::Open => self.codec.push(&scratch[..length], answers),
                        Phase::Lingering(_, left) => match left.checked_sub(length as u32) {
                            Some(rest) => *left = rest,
                            None => break Filled::Broken,
                        },
                        Phase::Draining(_) | Phase::Dead => {}
                    }
                    return Filled::Some;
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => break Filled::Drained,
                    _ => break Filled::Broken,
                },
            }
        };
        self.readable = false;
        if filled == Filled::Ended && !self.ended {
            self.ended = true;
            self.codec.finish();
        }
        filled
    }

    /// Takes the next command out, if one may be taken.
    pub(super) fn next_command(&mut self, rate: Rate, now: Moment) -> Result<Command, Pause> {
        if self.phase != Phase::Open {
            return Err(Pause::Closing);
        }
        self.awaiting = self.awaiting.filter(|&until| now < until);
        if self.awaiting.is_some() {
            return Err(Pause::Later);
        }
        // First of all: telnet is answered while it is read, whether or not a line comes of it.
        if self.queue.len() >= limits::QUEUE_MAX_BYTES {
            self.held_back = true;
            return Err(Pause::Later);
        }
        if !self.codec.has_unseen() {
            self.codec.give_back();
            return Err(Pause::NoLine);
        }
        self.paced = self.pace.due(rate, now);
        if self.paced.is_some() {
            return Err(Pause::Later);
        }
        let command = self.codec.next_command().ok_or(Pause::NoLine)?;
        self.pace.charge(rate, now);
        Ok(command)
    }

    /// Queues an answer: whatever is waiting, it comes.
    pub(super) fn answer(&mut self, bytes: &[u8], now: Moment) {
        if matches!(self.phase, Phase::Open) {
            self.queue_bytes(bytes, now);
        }
    }

    /// Queues a line of the room, or counts it as skipped if too much waits already.
    pub(super) fn hear(&mut self, bytes: &[u8], now: Moment) {
        let fits = |queue: &WriteBuffer| queue.len() + bytes.len() <= limits::QUEUE_MAX_BYTES;
        if self.phase == Phase::Open && self.skipped == 0 && !fits(&self.queue) {
            // One turn may carry more than a queue holds; that is not the reader's fault.
            self.flush(now);
        }
        if self.phase != Phase::Open {
            return;
        }
        if self.skipped > 0 || !fits(&self.queue) {
            self.skipped = self.skipped.saturating_add(1);
        } else {
            self.queue_bytes(bytes, now);
        }
    }

    /// Sends what waits, and ends our side when that was the last.
    pub(super) fn flush(&mut self, now: Moment) {
        if self.blocked || self.phase == Phase::Dead {
            return;
        }
        if !self.queue.is_empty() {
            let (taken, result) = self.queue.drain_into(&mut self.stream);
            if taken > 0 {
                self.progress = now;
            }
            match result {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.blocked = true,
                Err(_) => return self.die(CloseReason::Lost),
            }
        }
        if self.queue.is_empty() && matches!(self.phase, Phase::Draining(_)) {
            self.end_writing(now);
        }
    }

    /// The number of lines skipped, if the reader has to be told now: they have caught up, or this is their `last`
    /// chance to hear of it. Forgets it.
    pub(super) fn take_skipped(&mut self, last: bool) -> Option<u32> {
        let told = self.skipped > 0
            && self.phase == Phase::Open
            && (last || self.queue.len() <= limits::QUEUE_LOW_BYTES);
        told.then(|| std::mem::take(&mut self.skipped))
    }

    /// Whether to go on reading now that has been written: commands waited for it, or the peer's end does.
    pub(super) fn take_release(&mut self) -> bool {
        match self.phase {
            Phase::Open if self.queue.len() <= limits::QUEUE_LOW_BYTES => std::mem::take(&mut self.held_back),
            Phase::Lingering(..) => self.readable,
            _ => false,
        }
    }

    /// Begins the orderly end: no more input, what is queued leaves, then our side ends.
    pub(super) fn begin_close(&mut self, now: Moment) {
        self.in_chat = false;
        if self.phase == Phase::Open {
            self.phase = Phase::Draining(now + limits::DRAIN_TIMEOUT);
            self.paced = None;
        }
    }

    /// The end, without further ceremony.
    pub(super) fn die(&mut self, cause: CloseReason) {
        if self.phase != Phase::Dead {
            self.phase = Phase::Dead;
            self.cause = cause;
        }
    }

    /// The socket may take bytes again.
    pub(super) fn unblock(&mut self) {
        self.blocked = false;
    }

    /// Speaks another language.
    pub(super) fn speak(&mut self, language: Language) {
        self.codec.speak(language);
    }

    /// Looks at what is due by now: a stalled reader and overlong endings die. Call when readiness has been heard:
    /// who can be written to again is not stalled, however late we come to it.
    pub(super) fn expire(&mut self, now: Moment) {
        match self.phase {
            Phase::Draining(until) if now >= until && self.blocked => self.die(CloseReason::Lost),
            Phase::Lingering(until, _) if now >= until => self.die(CloseReason::Lost),
            Phase::Open if self.blocked && self.stalled_at().is_some_and(|at| now >= at) => {
                self.die(CloseReason::Stalled);
            }
            _ => {}
        }
    }

    /// When this connection has to be looked at without an event.
    pub(super) fn due(&self) -> Option<Moment> {
        match self.phase {
            Phase::Open => [self.paced, self.awaiting, self.stalled_at()].into_iter().flatten().min(),
            Phase::Draining(until) | Phase::Lingering(until, _) => Some(until),
            Phase::Dead => None,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.codec.kind()
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    pub(super) fn is_dead(&self) -> bool {
        self.phase == Phase::Dead
    }

    /// Whether to read: there may be input, and it is not the time to write our last words first.
    pub(super) fn may_read(&self) -> bool {
        self.readable && matches!(self.phase, Phase::Open | Phase::Lingering(..))
    }

    /// Whether there is something for [`flush`](Self::flush) to do.
    pub(super) fn wants_flush(&self) -> bool {
        !self.blocked && (!self.queue.is_empty() || matches!(self.phase, Phase::Draining(_)))
    }

    /// Bytes that wait for the peer.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Bytes of memory held by the buffers.
    pub(super) fn held(&self) -> usize {
        self.queue.capacity() + self.codec.held()
    }

    fn queue_bytes(&mut self, bytes: &[u8], now: Moment) {
        if self.queue.is_empty() {
            self.progress = now;
        }
        self.queue.push(bytes);
    }

    fn end_writing(&mut self, now: Moment) {
        // A peer that has ended too has nothing more to say; a refused end means that it is gone.
        if self.stream.end_writing().is_err() || self.ended {
            return self.die(CloseReason::Lost);
        }
        self.phase = Phase::Lingering(now + limits::LINGER_TIMEOUT, limits::LINGER_MAX_BYTES as u32);
    }

    fn stalled_at(&self) -> Option<Moment> {
        (!self.queue.is_empty()).then(|| self.progress + limits::STALL_TIMEOUT)
    }
}
