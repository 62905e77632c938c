//! One connection: a socket with its buffers and its dialect, from the first byte to an orderly end.
//!
//! Invariants: nothing is freed here and nothing is decided here about people; closing has one way forward: open,
//! draining, lingering, dead.

mod beside;
mod opening;
mod outbox;
mod phase;
mod sealing;
mod stored;
#[cfg(test)]
mod tests;
mod transport;
mod waiting;
mod write_buffer;

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(super) use self::beside::Awaited;
use self::beside::Beside;
use self::outbox::Outbox;
pub(super) use self::outbox::SentCounts;
use self::phase::ConnPhase;
pub(super) use self::sealing::{Carrier, ConnKind};
pub(super) use self::stored::StoredConn;
use super::broadcast::{Broadcast, Span};
use super::rate_limit::{Rate, RateLimiter};
use super::stream::Stream;
use crate::chat::{ClientId, CloseReason, Command, Language, MonoTime, Question};
use crate::limits;
use crate::protocol::http::Parsed;
use crate::protocol::{Encoding, ForeignProtocol, Format, Front, Protocol};

/// What the hub knows of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum HubStanding {
    /// Nothing yet: it has not shown what it speaks, or its request has not come.
    Opening,
    /// Nothing, yet or any more.
    Unknown,
    /// It is one of its clients.
    InChat,
    /// Nothing, and never will: no place was left.
    Refused,
}

/// Why [`Conn::next_command`] gave no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// No complete line waits.
    NoLine,
    /// Too many messages for now, or answers that have to come or be read first.
    Later,
    /// They are leaving.
    Closing,
    /// This is spoken, and not our protocol.
    Foreign(ForeignProtocol),
    /// It comes through a proxy, and this stands in front of it.
    Fronted(Front),
    /// It has shown that it can be let in now.
    Opened,
    /// It has sent a request, or something in its place.
    Request(Box<Parsed>),
    /// It goes on in TLS.
    Sealed,
    /// Its TLS has failed: nothing more comes.
    Failed,
}

/// What a read gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// So many bytes, and perhaps more.
    Some(usize),
    /// Nothing for now; readiness will tell.
    Drained,
    /// The peer has ended its side.
    Ended,
    /// The connection is broken.
    Broken,
}

/// One connection. Kept small: there may be 20,000 of them, mostly silent.
#[derive(Debug)]
pub(super) struct Conn<S> {
    pub(super) stream: S,
    /// Which tenant of the slot this is.
    generation: u32,
    protocol: Protocol,
    outbox: Outbox,
    phase: ConnPhase,
    /// Mostly nothing: nobody pays for what few have.
    beside: Option<Box<Beside>>,
    /// Whether the last thing that they were sent is a prompt, behind which nothing else may stand.
    at_prompt: bool,
    /// The due time that the server keeps for this connection.
    pub(super) scheduled: Option<MonoTime>,
    /// Whether the person is read later, having sent too much.
    paced: bool,
    pub(super) standing: HubStanding,
    /// Whether this is among those whom the server has something to write to: urgently, or in their turn.
    pub(super) urgent: bool,
    pub(super) dirty: bool,
    /// Whether this is among the server's ready.
    pub(super) ready: bool,
    /// Whether there may be something to read: set by readiness, cleared by `WouldBlock`.
    pub(super) readable: bool,
    /// Whether the peer has ended its side.
    pub(super) ended: bool,
}

impl<S: Stream> Conn<S> {
    pub(super) fn new(generation: u32, stream: S, protocol: Protocol) -> Conn<S> {
        Conn {
            stream,
            generation,
            protocol,
            outbox: Outbox::default(),
            phase: ConnPhase::Open(RateLimiter::default()),
            beside: None,
            at_prompt: false,
            scheduled: None,
            paced: false,
            standing: HubStanding::Opening,
            urgent: false,
            dirty: false,
            ready: false,
            readable: false,
            ended: false,
        }
    }

    /// Reads once through `scratch`; what came is the decoder's, or nobody's while the connection is closing.
    pub(super) fn fill(&mut self, scratch: &mut [u8], answers: &mut Vec<u8>, now: MonoTime) -> Filled {
        if self.phase.is_open() && self.take_begun(answers, now) {
            return Filled::Some(0);
        }
        let filled = loop {
            match self.stream.read(scratch) {
                Ok(0) => break Filled::Ended,
                Ok(length) => {
                    if self.phase.is_open() {
                        self.take_in(&mut scratch[..length], answers, now);
                    } else if !self.phase.ignore(length) {
                        break Filled::Broken;
                    }
                    return Filled::Some(length);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => break Filled::Drained,
                    _ => break Filled::Broken,
                },
            }
        };
        self.readable = false;
        let filled = self.found(filled, answers, now);
        if filled == Filled::Ended && !self.ended {
            self.ended = true;
            self.protocol.finish();
        }
        filled
    }

    /// The farewell among what a lost connection has sent and nobody has read, if there is one: who closes with something
    /// unread resets the connection, and a write may find that before a read does. All else is lost with it. Adds the bytes to those `read`.
    pub(super) fn last_words(
        &mut self,
        scratch: &mut [u8],
        read: &mut u64,
        now: MonoTime,
    ) -> Option<Command> {
        if let Some(parked @ Command::Quit(_)) = self.take_parked() {
            return Some(parked);
        }
        for _ in 0..limits::READS_PER_TURN {
            match self.stream.read(scratch) {
                Ok(length @ 1..) => {
                    *read += length as u64;
                    self.take_in(&mut scratch[..length], &mut Vec::new(), now);
                }
                _ => break,
            }
            while let Some(command) = self.protocol.next_command() {
                if let Command::Quit(_) = command {
                    return Some(command);
                }
            }
        }
        if self.protocol.has_piece() && !self.is_sealed() {
            self.protocol.finish();
        }
        self.protocol.next_command().filter(|command| matches!(command, Command::Quit(_)))
    }

    /// Takes the next command out, if one may be taken.
    pub(super) fn next_command(&mut self, rate: Rate, now: MonoTime) -> Result<Command, Pause> {
        if let Some(pause) = self.transport_pause() {
            return Err(pause);
        }
        if self.phase.is_open() && self.beside.is_some() && self.standing != HubStanding::Opening {
            self.take_awaited(|awaited| now >= awaited.until);
            if self.waits() {
                return Err(Pause::Later);
            }
            if self.outbox.len() < limits::QUEUE_MAX_BYTES
                && let Some(parked) = self.take_parked()
            {
                return Ok(parked);
            }
        }
        let Some(rate_limiter) = self.phase.rate_limiter() else {
            return Err(Pause::Closing);
        };
        if self.standing == HubStanding::Opening {
            if self.protocol.is_sealed() {
                return Err(Pause::Sealed);
            }
            if let Some(front) = self.front() {
                return Err(Pause::Fronted(front));
            }
            // Before it is greeted: an alert of TLS has nothing in front of it.
            if let Some(foreign) = self.protocol.foreign() {
                return Err(Pause::Foreign(foreign));
            }
            let request = self.protocol.request().map(|request| Pause::Request(Box::new(request)));
            let opened = self.protocol.is_decided().then_some(Pause::Opened);
            return Err(request.or(opened).unwrap_or(Pause::NoLine));
        }
        // First of all: telnet is answered while it is read, whether or not a line comes of it.
        if self.outbox.len() >= limits::QUEUE_MAX_BYTES {
            self.outbox.held_back = true;
            return Err(Pause::Later);
        }
        if !self.protocol.has_unseen() {
            self.protocol.shrink();
            return Err(Pause::NoLine);
        }
        self.paced = rate_limiter.due(rate) > now;
        if self.paced {
            return Err(Pause::Later);
        }
        let command = self.protocol.next_command();
        // A question for a password stands until it is answered.
        let stands = command.is_none() && self.protocol.foreign().is_none();
        self.at_prompt &= stands || self.protocol.question().is_some();
        let command = command.ok_or_else(|| self.protocol.foreign().map_or(Pause::NoLine, Pause::Foreign))?;
        rate_limiter.charge(rate, now);
        Ok(command)
    }

    /// What they asked for took so much time: see [`RateLimiter::charge_cost`].
    pub(super) fn charge_cost(&mut self, rate: Rate, cost: Duration, share: u32, now: MonoTime) {
        if let Some(rate_limiter) = self.phase.rate_limiter() {
            rate_limiter.charge_cost(rate, cost, share, now);
        }
    }

    /// Queues an answer: whatever is waiting, it comes.
    pub(super) fn answer(&mut self, answer: Encoding<'_>, broadcast: &Broadcast, now: MonoTime) {
        if self.phase.is_open() {
            self.leave_prompt(broadcast, now);
            self.outbox.push(answer.bytes, broadcast, now);
            self.at_prompt = answer.is_prompt;
        }
    }

    /// Queues what is no text: a telnet's answers.
    pub(super) fn signal(&mut self, bytes: &[u8], broadcast: &Broadcast, now: MonoTime) {
        if self.phase.is_open() {
            self.outbox.push(bytes, broadcast, now);
        }
    }

    /// Asks for a password in the words of `prompt`; the next line is the answer.
    pub(super) fn ask(
        &mut self,
        question: Question,
        prompt: Encoding<'_>,
        broadcast: &Broadcast,
        now: MonoTime,
    ) {
        if let Some(hide) = self.protocol.expect_answer(question) {
            self.signal(&hide, broadcast, now);
        }
        self.answer(prompt, broadcast, now);
    }

    /// What comes next answers no question.
    pub(super) fn end_question(&mut self, broadcast: &Broadcast, now: MonoTime) {
        self.protocol.end_question();
        self.reveal(broadcast, now);
    }

    /// See [`Protocol::disregard`].
    pub(super) fn disregard(&mut self, lines: u8) {
        if self.phase.is_open() {
            self.protocol.disregard(lines);
        }
    }

    /// Whether it matters what was sent before that which waits was written.
    pub(super) fn awaits_writing(&self) -> bool {
        self.phase.is_open() && self.protocol.awaits_writing()
    }

    /// How much more may be read to know that.
    pub(super) fn room_before_writing(&mut self) -> usize {
        if !self.awaits_writing() || !self.may_read() {
            return 0;
        }
        self.protocol.shrink();
        limits::READ_BYTES.saturating_sub(self.protocol.untaken())
    }

    /// Tells the decoder when nothing waits any more: see [`Protocol::answer_written`].
    pub(super) fn note_written(&mut self) {
        if self.outbox.is_empty() {
            self.protocol.answer_written();
        }
    }

    /// The password has been typed: what is typed may be seen again.
    pub(super) fn reveal(&mut self, broadcast: &Broadcast, now: MonoTime) {
        if let Some(show) = self.protocol.reveal() {
            self.signal(show, broadcast, now);
        }
    }

    /// The question that has to be asked again, because something else came behind it.
    pub(super) fn overtaken(&self) -> Option<Question> {
        self.protocol.question().filter(|_| !self.at_prompt && self.phase.is_open())
    }

    /// What comes now begins on a line of its own.
    fn leave_prompt(&mut self, broadcast: &Broadcast, now: MonoTime) {
        if std::mem::take(&mut self.at_prompt) {
            self.outbox.push(self.protocol.format().line_end(), broadcast, now);
        }
    }

    /// Queues a line of the room for a reader who keeps up, as most do; says whether it did. If not, nothing has changed, and
    /// [`enqueue_line`](Self::enqueue_line) decides.
    pub(super) fn share_line(&mut self, line: Span) -> bool {
        self.phase.is_open() && !self.at_prompt && self.outbox.share(line)
    }

    /// Sends lines of rooms where nothing else has to be done before or after it; says how many bytes were taken, and whether
    /// that was all. If not, [`flush`](Self::flush) does the rest. When this has to be looked at next does not change by it.
    pub(super) fn flush_lines(&mut self, broadcast: &Broadcast) -> (usize, bool) {
        let plain = self.phase.is_open() && !self.is_sealed();
        if !plain || self.protocol.question().is_some() || self.protocol.awaits_writing() {
            return (0, false);
        }
        self.outbox.send_only_shared(&mut self.stream, broadcast)
    }

    /// Queues a line of the room, or counts it as skipped if too much waits already: here or, where no queue `may_grow`, for
    /// all together.
    pub(super) fn enqueue_line(
        &mut self,
        line: Span,
        may_grow: bool,
        broadcast: &Broadcast,
        now: MonoTime,
    ) -> SentCounts {
        let mut sent = SentCounts::default();
        if !self.phase.is_open() {
            return sent;
        }
        self.leave_prompt(broadcast, now);
        if self.outbox.enqueue_line(line, may_grow, broadcast, now) {
            sent.messages = 1;
            return sent;
        }
        if self.outbox.skipped() == 0 {
            // One turn may carry more than a queue holds; that is not the reader's fault.
            sent.bytes = self.flush(broadcast, now) as u64;
            if !self.phase.is_open() {
                return sent;
            }
            if self.outbox.enqueue_line(line, may_grow, broadcast, now) {
                sent.messages = 1;
                return sent;
            }
        }
        self.outbox.skip(now);
        sent.skipped = 1;
        sent
    }

    /// Sends what waits, and ends our side when that was the last. Says how many bytes the socket took.
    pub(super) fn flush(&mut self, broadcast: &Broadcast, now: MonoTime) -> usize {
        if self.outbox.blocked || self.is_dead() {
            return 0;
        }
        let mut taken = 0;
        if !self.outbox.is_empty() {
            let (bytes, result) = self.send(broadcast, now);
            taken = bytes;
            if result.is_err() {
                self.die(CloseReason::Lost);
                return taken;
            }
        }
        if self.outbox.is_empty() && self.phase.is_draining() && self.seal_end(broadcast, &mut taken, now) {
            self.end_writing(now);
        }
        taken
    }

    /// The number of lines skipped, if the reader has to be told now: they have caught up, or this is their `last`
    /// chance to hear of it. Forgets it.
    pub(super) fn take_skipped(&mut self, last: bool) -> Option<u32> {
        let told = self.phase.is_open()
            && self.outbox.skipped() > 0
            && (last || self.outbox.len() <= limits::QUEUE_LOW_BYTES);
        told.then(|| self.outbox.take_skipped())
    }

    /// Whether to go on reading now that has been written: commands waited for it, or the peer's end does.
    pub(super) fn take_release(&mut self) -> bool {
        match self.phase {
            ConnPhase::Open(_) if self.outbox.len() <= limits::QUEUE_LOW_BYTES => {
                std::mem::take(&mut self.outbox.held_back)
            }
            ConnPhase::Lingering(..) => self.readable,
            _ => false,
        }
    }

    /// Begins the orderly end, for this reason: no more input, what is queued leaves, then our side ends.
    pub(super) fn begin_close(&mut self, reason: CloseReason, now: MonoTime) {
        if matches!(self.standing, HubStanding::InChat | HubStanding::Opening) {
            self.standing = HubStanding::Unknown;
        }
        if self.phase.drain(reason, now) {
            self.paced = false;
        }
    }

    /// The end, without further ceremony.
    pub(super) fn die(&mut self, cause: CloseReason) {
        if self.phase.die(cause) {
            self.outbox.clear();
        }
    }

    /// The socket may take bytes again.
    pub(super) fn unblock(&mut self) {
        self.outbox.blocked = false;
    }

    /// Speaks another language.
    pub(super) fn speak(&mut self, language: Language) {
        self.protocol.speak(language);
    }

    /// Looks at what is due by now: a stalled reader and overlong endings die. Call when readiness has been heard:
    /// who can be written to again is not stalled, however late we come to it.
    pub(super) fn expire(&mut self, now: MonoTime) {
        match self.phase {
            ConnPhase::Draining(until, _) if now >= until && self.outbox.blocked => {
                self.die(CloseReason::Lost)
            }
            ConnPhase::Lingering(until, ..) if now >= until => self.die(CloseReason::Lost),
            ConnPhase::Open(_)
                if self.outbox.blocked && self.outbox.stalled_at().is_some_and(|at| now >= at) =>
            {
                self.die(CloseReason::Stalled);
            }
            // As far as readiness has told it was quiet; a last read makes sure.
            ConnPhase::Open(_) if self.input_due().is_some_and(|at| now >= at) => self.readable = true,
            _ => {}
        }
    }

    /// When this connection has to be looked at without an event.
    pub(super) fn due(&self, rate: Rate) -> Option<MonoTime> {
        match self.phase {
            ConnPhase::Open(rate_limiter) => {
                let paced = self.paced.then(|| rate_limiter.due(rate));
                // Nothing ends by quiet that has not been read.
                let piece = self.input_due().filter(|_| !self.readable);
                let awaited = self.beside.as_ref().and_then(|beside| beside.awaited.as_ref());
                let awaited = awaited.map(|awaited| awaited.until);
                [paced, awaited, self.outbox.stalled_at(), piece].into_iter().flatten().min()
            }
            ConnPhase::Draining(until, _) | ConnPhase::Lingering(until, ..) => Some(until),
            ConnPhase::Dead(_) => None,
        }
    }

    /// Whether this is `id`, and not another tenant of its slot.
    pub(super) fn is(&self, id: ClientId) -> bool {
        self.generation == id.generation()
    }

    /// Who is in this `slot`.
    pub(super) fn id(&self, slot: usize) -> ClientId {
        ClientId::new(u32::try_from(slot).expect("slots are numbered in 32 bits"), self.generation)
    }

    pub(super) fn format(&self) -> Format {
        self.protocol.format()
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase.is_open()
    }

    /// Whether this is being closed, and something may have to be written.
    pub(super) fn is_draining(&self) -> bool {
        self.phase.is_draining()
    }

    /// Whether our side has ended, and the peer's has not.
    pub(super) fn is_lingering(&self) -> bool {
        self.phase.is_lingering()
    }

    pub(super) fn is_dead(&self) -> bool {
        self.phase.is_dead()
    }

    /// Why this has ended, if it has.
    pub(super) fn cause(&self) -> Option<CloseReason> {
        self.phase.cause()
    }

    /// Whether it may have a command without more input.
    pub(super) fn has_unseen(&self) -> bool {
        self.protocol.has_unseen()
    }

    /// Whether to read: there may be input, and it is not the time to write our last words first.
    pub(super) fn may_read(&self) -> bool {
        self.readable && self.phase.reads()
    }

    /// Whether the end of a turn has something to do here: bytes to send, or its end, which came while more was queued.
    pub(super) fn wants_flush(&self) -> bool {
        match self.phase {
            ConnPhase::Dead(_) => true,
            ConnPhase::Draining(..) => !self.outbox.blocked,
            _ => !self.outbox.blocked && !self.outbox.is_empty(),
        }
    }

    /// Bytes that wait for the peer.
    pub(super) fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Bytes of memory that this connection has of its own for what waits.
    pub(super) fn queued(&self) -> usize {
        self.outbox.held()
    }

    /// Whether some of what waits lies in the broadcast.
    pub(super) fn shares(&self) -> bool {
        self.outbox.shares()
    }

    /// Bytes of memory held by input that is no command yet.
    pub(super) fn input_held(&self) -> usize {
        self.protocol.held()
    }

    /// Bytes of memory held by the buffers.
    pub(super) fn held(&self) -> usize {
        self.outbox.held() + self.input_held() + self.record_held()
    }

    fn end_writing(&mut self, now: MonoTime) {
        // A peer that has ended too has nothing more to say; a refused end means that it is gone.
        if self.stream.end_writing().is_err() || self.ended {
            return self.die(CloseReason::Lost);
        }
        let linger = match self.standing {
            HubStanding::Refused => limits::REFUSED_LINGER,
            HubStanding::Opening | HubStanding::Unknown | HubStanding::InChat => limits::LINGER_TIMEOUT,
        };
        self.phase.linger(now + linger);
    }
}
