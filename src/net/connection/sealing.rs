//! TLS between the socket and the protocol of a connection, where there is any: nothing else knows of it.
//!
//! Invariants: what cannot be read or written any more is not read or written; an end that the peer has not sealed is none.

use std::io;
use std::time::Duration;

use super::transport::Transport;
use super::{Conn, Filled, HubStanding, Pause};
use crate::chat::{CloseReason, MonoTime};
use crate::limits;
use crate::net::broadcast::Broadcast;
use crate::net::stream::Stream;
use crate::protocol::{Family, OpeningDeadlines};
use crate::tls::{Session, TlsReceived};

/// What carries what is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum Carrier {
    /// The socket.
    Plain,
    /// TLS, of which the handshake is not over.
    Handshake,
    /// TLS.
    Tls,
}

/// What is spoken, as far as it is known, and what carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct ConnKind {
    pub(in crate::net) family: Family,
    pub(in crate::net) carrier: Carrier,
}

impl<S: Stream> Conn<S> {
    /// What is spoken, and what carries it.
    pub(in crate::net) fn kind(&self) -> ConnKind {
        let carrier = match self.transport() {
            None => Carrier::Plain,
            Some(transport) if transport.session.is_handshaking() => Carrier::Handshake,
            Some(_) => Carrier::Tls,
        };
        ConnKind { family: self.protocol.family(), carrier }
    }

    /// Goes on in TLS. Behind the handshake it is waited for so long, until the client shows what it speaks.
    pub(in crate::net) fn seal(&mut self, session: Session, opening_wait: Duration, now: MonoTime) {
        let transport = Transport {
            session,
            begun: self.protocol.take_seal(),
            replies: Vec::new(),
            until: now + limits::HANDSHAKE_TIMEOUT,
            held_since: now,
            work: 0,
            opening_wait,
            failed: false,
            ended: false,
        };
        // Who speaks first is looked at, and who has begun.
        self.readable = true;
        self.beside.get_or_insert_default().transport = Some(transport);
    }

    /// Whether it is spoken in TLS.
    pub(in crate::net) fn is_sealed(&self) -> bool {
        self.transport().is_some()
    }

    /// Whether it goes on in TLS, and has not begun to.
    pub(in crate::net) fn wants_seal(&self) -> bool {
        self.is_opening() && self.protocol.is_sealed()
    }

    /// Whether no other program can go on with it, and it has not ended: it is in TLS, or has begun to be.
    pub(in crate::net) fn ends_with_program(&self) -> bool {
        (self.is_sealed() || self.wants_seal()) && !self.is_dead()
    }

    /// Whether nothing can be said yet.
    pub(in crate::net) fn is_handshaking(&self) -> bool {
        self.transport().is_some_and(|transport| transport.session.is_handshaking() && !transport.failed)
    }

    /// Queues what TLS itself has to say; says whether that is something.
    pub(in crate::net) fn queue_replies(&mut self, broadcast: &Broadcast, now: MonoTime) -> bool {
        let replies = self.transport_mut().map(|transport| std::mem::take(&mut transport.replies));
        let Some(replies) = replies.filter(|replies| !replies.is_empty()) else { return false };
        if self.phase.is_open() {
            self.outbox.push_sealed(&replies, broadcast, now);
        }
        true
    }

    /// Begins the end of a connection that has failed: of what waits only that leaves which is sealed.
    pub(in crate::net) fn fail(&mut self, now: MonoTime) {
        self.outbox.drop_unsealed();
        self.phase.drain(CloseReason::Lost, now);
    }

    /// Takes out the steps of work that TLS took since it was last asked.
    pub(in crate::net) fn take_work(&mut self) -> u64 {
        self.transport_mut().map_or(0, |transport| std::mem::take(&mut transport.work))
    }

    /// Bytes of memory held by a record of TLS that has not come whole.
    pub(in crate::net) fn record_held(&self) -> usize {
        self.transport().map_or(0, Transport::held)
    }

    /// When that record began to come, if there is one.
    pub(in crate::net) fn record_since(&self) -> Option<MonoTime> {
        self.transport().filter(|transport| transport.held() > 0).map(|transport| transport.held_since)
    }

    /// Forgets that record, and so all that would come behind it.
    pub(in crate::net) fn forget_record(&mut self) {
        if let Some(transport) = self.transport_mut() {
            transport.forget();
            transport.failed = true;
        }
    }

    pub(super) fn transport(&self) -> Option<&Transport> {
        self.beside.as_ref()?.transport.as_ref()
    }

    fn transport_mut(&mut self) -> Option<&mut Transport> {
        self.beside.as_mut()?.transport.as_mut()
    }

    /// Takes in what came before there was a session; says whether anything did.
    pub(super) fn take_begun(&mut self, answers: &mut Vec<u8>, now: MonoTime) -> bool {
        let begun = self.transport_mut().map(|transport| std::mem::take(&mut transport.begun));
        let Some(mut begun) = begun.filter(|begun| !begun.is_empty()) else { return false };
        self.take_in(&mut begun, answers, now);
        true
    }

    /// Takes in what came in one read.
    pub(super) fn take_in(&mut self, input: &mut [u8], answers: &mut Vec<u8>, now: MonoTime) {
        let Conn { beside, protocol, .. } = self;
        let Some(transport) = beside.as_mut().and_then(|beside| beside.transport.as_mut()) else {
            protocol.push(input, answers);
            self.ended |= protocol.has_left_off();
            return;
        };
        if transport.failed {
            return;
        }
        let handshaking = transport.session.is_handshaking();
        let (held, answers_before) = (transport.session.held(), transport.replies.len());
        let said = |words: &[u8]| protocol.push(words, answers);
        let (records, received) = transport.session.receive(input, said, &mut transport.replies);
        transport.failed = received == TlsReceived::Failed;
        // Else it is longer by what came.
        let went_on = transport.session.held() != held + input.len();
        if went_on || held == 0 {
            transport.held_since = now;
        }
        let handshake = match handshaking && went_on {
            false => 0,
            true if transport.replies.len() > answers_before => {
                // It may have waited for its turn; now its client has the next word.
                transport.until = now + limits::HANDSHAKE_TIMEOUT;
                transport.session.handshake_steps()
            }
            true => limits::HANDSHAKE_STEPS,
        };
        transport.work += records as u64 * limits::RECORD_STEPS + handshake;
        if handshaking && !transport.session.is_handshaking() {
            let line = now + transport.opening_wait;
            protocol.set_deadlines(OpeningDeadlines { line, request: now + limits::REQUEST_TIMEOUT });
        }
        self.ended |= protocol.has_left_off();
        if received == TlsReceived::End && !self.ended {
            self.ended = true;
            self.protocol.finish();
        }
    }

    /// What it means that a read has found this.
    pub(super) fn found(&mut self, filled: Filled, answers: &mut Vec<u8>, now: MonoTime) -> Filled {
        let handshaking = self.is_handshaking();
        match filled {
            Filled::Drained if self.phase.is_open() && !handshaking => {
                self.protocol.found_nothing(now, answers);
            }
            Filled::Drained if handshaking => {
                if let Some(transport) = self.transport_mut() {
                    transport.failed = now >= transport.until;
                }
            }
            // Another holder of the socket may have cut it off.
            Filled::Ended if self.phase.is_open() && self.is_sealed() && !self.ended => {
                return Filled::Broken;
            }
            // Who closes with something unread resets the connection; what came before that in one piece counts.
            Filled::Broken if self.phase.is_open() && self.protocol.has_piece() && !self.is_sealed() => {
                return Filled::Ended;
            }
            _ => {}
        }
        filled
    }

    /// Why nothing is to be taken from the protocol yet, or any more.
    pub(super) fn transport_pause(&self) -> Option<Pause> {
        let transport = self.transport().filter(|_| self.phase.is_open())?;
        let untaken = self.standing != HubStanding::Opening && self.protocol.has_unseen();
        if transport.failed && !untaken {
            return Some(Pause::Failed);
        }
        transport.session.is_handshaking().then_some(Pause::NoLine)
    }

    /// When the connection is to be asked for input once more, if nothing comes until then.
    pub(super) fn input_due(&self) -> Option<MonoTime> {
        match self.transport().filter(|_| self.is_handshaking()) {
            Some(transport) => Some(transport.until),
            None => self.protocol.piece_due(),
        }
    }

    /// Sends what waits; says how many bytes the socket took.
    pub(super) fn send(&mut self, broadcast: &Broadcast, now: MonoTime) -> (usize, io::Result<()>) {
        let Conn { beside, outbox, stream, .. } = self;
        match beside.as_mut().and_then(|beside| beside.transport.as_mut()) {
            None => outbox.send(stream, broadcast, now),
            Some(transport) => outbox.send_sealed(stream, &mut transport.session, broadcast, now),
        }
    }

    /// Seals the end of our side, where it has to be, and sends it; adds the bytes that the socket took to those `sent`. Says whether all has
    /// been sent.
    pub(super) fn seal_end(&mut self, broadcast: &Broadcast, sent: &mut usize, now: MonoTime) -> bool {
        let Some(transport) = self.transport_mut().filter(|transport| !transport.ended) else { return true };
        transport.ended = true;
        if transport.failed {
            return true;
        }
        let mut scratch = broadcast.scratch.take();
        let length = transport.session.seal_end(&mut scratch);
        self.outbox.push_sealed(&scratch[..length], broadcast, now);
        broadcast.scratch.replace(scratch);
        if !self.outbox.is_empty() {
            let (taken, result) = self.send(broadcast, now);
            *sent += taken;
            if result.is_err() {
                self.die(CloseReason::Lost);
            }
        }
        self.outbox.is_empty() && !self.is_dead()
    }
}
