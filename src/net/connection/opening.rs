//! What only connections of programs and browsers have: a request before anything else, references, and a farewell.

use super::{Conn, HubStanding};
use crate::chat::{CloseReason, MonoTime};
use crate::net::broadcast::Broadcast;
use crate::net::stream::Stream;
use crate::protocol::Format;
use crate::protocol::json::Reference;
use crate::protocol::{Answering, Front, Granted, OpeningDeadlines};

impl<S: Stream> Conn<S> {
    /// Whether the client speaks JSON.
    pub(in crate::net) fn is_program(&self) -> bool {
        matches!(self.format(), Format::Json { .. })
    }

    /// What the answers to the command that is being carried out are to be known by.
    pub(in crate::net) fn reference(&mut self) -> Option<&Reference> {
        self.protocol.reference()
    }

    /// See [`Protocol::ending`].
    pub(in crate::net) fn ending(&self) -> CloseReason {
        self.protocol.ending()
    }

    /// See [`Protocol::take_unanswered`].
    pub(in crate::net) fn take_unanswered(&mut self) -> Option<Reference> {
        self.protocol.take_unanswered()
    }

    /// See [`Protocol::answer_as`].
    pub(in crate::net) fn answer_as(&mut self, answering: Option<Answering>) -> Option<Answering> {
        self.protocol.answer_as(answering)
    }

    /// Queues what the client gets last.
    pub(in crate::net) fn farewell(&mut self, reason: CloseReason, broadcast: &Broadcast, now: MonoTime) {
        let last = self.protocol.farewell(reason);
        if !last.is_empty() {
            self.signal(&last, broadcast, now);
        }
    }

    /// Goes on as a WebSocket, behind the answer to its request.
    pub(in crate::net) fn upgrade(
        &mut self,
        granted: Granted,
        answer: &[u8],
        broadcast: &Broadcast,
        now: MonoTime,
    ) {
        let mut answers = answer.to_vec();
        self.protocol.upgrade(granted, &mut answers);
        self.ended |= self.protocol.has_left_off();
        self.signal(&answers, broadcast, now);
    }

    /// See [`Protocol::front`].
    pub(in crate::net) fn front(&self) -> Option<Front> {
        self.protocol.front().filter(|_| self.is_opening())
    }

    /// See [`Protocol::take_front`].
    pub(in crate::net) fn take_front(
        &mut self,
        deadlines: Option<OpeningDeadlines>,
        broadcast: &Broadcast,
        now: MonoTime,
    ) {
        let mut answers = Vec::new();
        self.protocol.take_front(deadlines, &mut answers);
        if self.ended {
            self.protocol.finish();
        }
        if !answers.is_empty() {
            self.signal(&answers, broadcast, now);
        }
    }

    /// See [`Protocol::forget_request`].
    pub(in crate::net) fn forget_request(&mut self) {
        self.protocol.forget_request();
    }

    /// It is not waited for any longer that the client shows what it speaks. Says whether it can be served now: it cannot while a
    /// request is coming.
    pub(in crate::net) fn stop_waiting(&mut self) -> bool {
        self.protocol.stop_waiting();
        self.protocol.is_decided() || self.protocol.request().is_some()
    }

    /// Whether the hub does not know it yet.
    pub(in crate::net) fn is_opening(&self) -> bool {
        self.standing == HubStanding::Opening && self.is_open()
    }
}
