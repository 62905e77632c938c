//! What goes out: an event becomes bytes once for each format, waits for its readers, and is written once a turn.
//!
//! Invariants: a connection with something to be written is on a list, so that the loop does not sleep over it. Answers do not
//! stand in line behind a room.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::connections::Connections;
use crate::chat::{Audience, ClientId, CloseReason, Event, Hub, MonoTime, Name, Question};
use crate::clock::Zone;
use crate::limits::BYTES_PER_STEP;
use crate::net::broadcast::Broadcast;
use crate::net::connection::{Conn, SentCounts};
use crate::net::stream::Stream;
use crate::protocol::json;
use crate::protocol::{Encoder, Encoding, Format, Granted, OpeningDeadlines};

/// What is on its way to readers.
#[derive(Debug)]
pub(super) struct Egress {
    encoder: Encoder,
    broadcast: Broadcast,
    /// The slots of connections that have lines of a room to be written, and stand in line for it. Not ids: everybody is
    /// here at times, and the connection itself says whether it is.
    dirty: VecDeque<u32>,
    /// Have an answer to be written: it does not wait until a whole room has been written to.
    urgent: VecDeque<ClientId>,
    /// Bytes that may wait for all readers together.
    queues_max_bytes: usize,
    /// Steps of work done here.
    steps: u64,
    sent: SentCounts,
}

/// An [`Egress`] as it is written down: what is on its way to readers, their connections have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredEgress {
    dirty: VecDeque<u32>,
    urgent: VecDeque<ClientId>,
    steps: u64,
    sent: SentCounts,
}

/// What came of writing to a connection.
#[derive(Debug)]
pub(super) enum Flushed {
    /// There was nothing to be written.
    Nothing,
    /// It was written to.
    Written {
        /// Whether to go on reading there.
        release: bool,
    },
}

/// What came of writing the lines of a room to the next one in line.
#[derive(Debug)]
pub(super) enum LinesFlushed {
    /// They are written.
    Written,
    /// There is more to do for that connection than to write them.
    Waiting(ClientId),
}

impl Egress {
    pub(super) fn new(zone: Zone, queues_max_bytes: usize) -> Egress {
        Egress {
            encoder: Encoder::new(zone),
            broadcast: Broadcast::default(),
            dirty: VecDeque::new(),
            urgent: VecDeque::new(),
            queues_max_bytes,
            steps: 0,
            sent: SentCounts::default(),
        }
    }

    /// What is being told to rooms.
    pub(super) fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    /// All of it as it is written down, without the places in line of connections that are gone.
    pub(super) fn store<S: Stream>(&self, connections: &Connections<S>) -> StoredEgress {
        let Egress { encoder: _, broadcast: _, dirty, urgent, queues_max_bytes: _, steps, sent } = self;
        let is_dirty = |slot: &&u32| connections.in_slot(**slot as usize).is_some_and(|conn| conn.dirty);
        let is_urgent = |id: &&ClientId| connections.get(**id).is_some_and(|conn| conn.urgent);
        StoredEgress {
            dirty: dirty.iter().filter(is_dirty).copied().collect(),
            urgent: urgent.iter().filter(is_urgent).copied().collect(),
            steps: *steps,
            sent: *sent,
        }
    }

    /// Goes on with what was written down.
    pub(super) fn restore<S: Stream>(&mut self, stored: StoredEgress, connections: &mut Connections<S>) {
        let StoredEgress { dirty, urgent, steps, sent } = stored;
        for slot in dirty {
            if let Some(conn) = connections.in_slot_mut(slot as usize).filter(|conn| !conn.dirty) {
                conn.dirty = true;
                self.dirty.push_back(slot);
            }
        }
        for id in urgent {
            if let Some(conn) = connections.get_mut(id).filter(|conn| !conn.urgent) {
                conn.urgent = true;
                self.urgent.push_back(id);
            }
        }
        (self.steps, self.sent) = (steps, sent);
    }

    /// Times are shown as the clocks of this zone show them.
    pub(super) fn set_zone(&mut self, zone: Zone) {
        self.encoder.set_zone(zone);
    }

    /// `event` for one reader.
    pub(super) fn encode(&mut self, event: &Event, format: Format) -> &[u8] {
        self.encoder.encode(event, format, true).bytes
    }

    /// Steps of work done here.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// What went out since the start.
    pub(super) fn sent(&self) -> SentCounts {
        self.sent
    }

    /// Whether something is to be written.
    pub(super) fn has_work(&self) -> bool {
        !self.urgent.is_empty() || !self.dirty.is_empty()
    }

    /// Whether lines of rooms are to be written.
    pub(super) fn has_lines(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Bytes that one reader can have waiting among what is told to rooms.
    pub(super) fn longest(&self) -> usize {
        self.broadcast.longest()
    }

    /// Queues `event` for everyone it is for, encoded once for each format; then lets those with the largest queues go if all
    /// hold too much.
    pub(super) fn deliver<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        hub: &Hub,
        (to, event): (&Audience, &Event),
        now: MonoTime,
    ) {
        match to {
            Audience::One(id) => self.answer(connections, *id, event, now),
            _ => self.tell_all(connections, hub, (to, event), now),
        }
        self.relieve(connections);
    }

    fn answer<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        event: &Event,
        now: MonoTime,
    ) {
        let Egress { encoder, broadcast, steps, sent, .. } = self;
        connections.with_queue(id, |conn| {
            let format = conn.format();
            // One that tells something else leaves the command without an answer.
            let reference = if json::answers(event) { conn.reference() } else { None };
            let answer = encoder.encode_answer(event, format, reference);
            *steps += (answer.bytes.len() / BYTES_PER_STEP) as u64;
            sent.messages += 1;
            conn.answer(answer, broadcast, now);
        });
        self.mark_urgent(connections, id);
    }

    fn tell_all<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        hub: &Hub,
        (to, event): (&Audience, &Event),
        now: MonoTime,
    ) {
        let Egress { encoder, broadcast, dirty, queues_max_bytes, sent, .. } = self;
        broadcast.begin_line();
        hub.audience(to, |id, here| {
            let Some(conn) = connections.get_mut(id) else { return };
            let format = conn.format();
            let line = broadcast.line(format, here, || encoder.encode(event, format, here));
            let waiting = if conn.share_line(line) {
                sent.messages += 1;
                Some(conn)
            } else {
                // Else a line could cost each of thousands who do not read a copy, before any of them is let go.
                let may_grow = connections.queued() <= *queues_max_bytes;
                let queued =
                    connections.with_queue(id, |conn| conn.enqueue_line(line, may_grow, broadcast, now));
                *sent += queued.unwrap_or_default();
                connections.get_mut(id).filter(|conn| conn.wants_flush())
            };
            if let Some(conn) = waiting.filter(|conn| !conn.dirty) {
                conn.dirty = true;
                dirty.push_back(id.slot() as u32);
            }
        });
        // Programs hear their own words as well, by which they learn the message's number.
        if let (Event::Message { .. }, Audience::Room { except: Some(id), .. }) = (event, to)
            && connections.get(*id).is_some_and(Conn::is_program)
        {
            self.answer(connections, *id, event, now);
        }
    }

    /// A command has been carried out: a program that wants to know it is told, if nothing has told it so.
    pub(super) fn finish_command<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        let Egress { encoder, broadcast, .. } = self;
        connections.with_both(id, |conn| {
            if let Some(reference) = conn.take_unanswered() {
                conn.answer(encoder.encode_ok(&reference), broadcast, now);
            }
        });
        self.mark_urgent(connections, id);
    }

    /// Gives a client that is being let go what it gets last.
    pub(super) fn farewell<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        reason: CloseReason,
        now: MonoTime,
    ) {
        connections.with_both(id, |conn| conn.farewell(reason, &self.broadcast, now));
    }

    /// Grants a request: a WebSocket follows.
    pub(super) fn upgrade<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        granted: Granted,
        answer: &[u8],
        now: MonoTime,
    ) {
        connections.with_both(id, |conn| conn.upgrade(granted, answer, &self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// What stood in front of a connection from a proxy has been taken: it goes on behind that.
    pub(super) fn take_front<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        deadlines: Option<OpeningDeadlines>,
        now: MonoTime,
    ) {
        connections.with_both(id, |conn| conn.take_front(deadlines, &self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// Answers a connection in bytes that are the same in all formats.
    pub(super) fn answer_raw<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        bytes: &[u8],
        now: MonoTime,
    ) {
        connections.with_queue(id, |conn| conn.answer(Encoding::whole(bytes), &self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// Gives telnet what it wants back.
    pub(super) fn signal<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        bytes: &[u8],
        now: MonoTime,
    ) {
        connections.with_queue(id, |conn| conn.signal(bytes, &self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// Queues what TLS itself has to say to a connection that was read.
    pub(super) fn queue_replies<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        if connections.with_queue(id, |conn| conn.queue_replies(&self.broadcast, now)) == Some(true) {
            self.mark_urgent(connections, id);
        }
    }

    /// Asks a client for a password. What it has sent ahead is forgotten.
    pub(super) fn ask<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        (question, whose): (Question, Option<Name>),
        now: MonoTime,
    ) {
        connections.with_both(id, |conn| {
            let (format, prompt) = (conn.format(), Event::PasswordPrompt(question, whose));
            let prompt = self.encoder.encode_answer(&prompt, format, conn.reference());
            conn.ask(question, prompt, &self.broadcast, now);
        });
        self.mark_urgent(connections, id);
    }

    /// A password has been typed: what is typed may be seen again.
    pub(super) fn reveal<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        connections.with_queue(id, |conn| conn.reveal(&self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// Nothing is asked any more: what is typed may be seen again.
    pub(super) fn end_question<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        connections.with_both(id, |conn| conn.end_question(&self.broadcast, now));
        self.mark_urgent(connections, id);
    }

    /// Tells a reader that is being let go how many lines passed by, if any did.
    pub(super) fn report_last_skipped<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        connections.with_queue(id, |conn| self.report_skipped(conn, true, now));
    }

    /// Remembers that `id` has something to be written without standing in line.
    pub(super) fn mark_urgent<S: Stream>(&mut self, connections: &mut Connections<S>, id: ClientId) {
        if let Some(conn) = connections.get_mut(id)
            && !conn.urgent
            && conn.wants_flush()
        {
            conn.urgent = true;
            self.urgent.push_back(id);
        }
    }

    /// Takes out the next one that has an answer to be written.
    pub(super) fn next_urgent<S: Stream>(&mut self, connections: &mut Connections<S>) -> Option<ClientId> {
        loop {
            let id = self.urgent.pop_front()?;
            if let Some(conn) = connections.get_mut(id) {
                conn.urgent = false;
                return Some(id);
            }
        }
    }

    /// Takes out the next one that has lines of a room to be written, and writes them if that is all there is to do.
    pub(super) fn write_next_dirty<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
    ) -> Option<LinesFlushed> {
        loop {
            let slot = self.dirty.pop_front()? as usize;
            // Another tenant of the slot may stand in line by now as well: they come earlier, and once.
            if let Some(conn) = connections.in_slot_mut(slot).filter(|conn| conn.dirty) {
                conn.dirty = false;
                let (bytes, all) = conn.flush_lines(&self.broadcast);
                self.sent.bytes += bytes as u64;
                return Some(if all { LinesFlushed::Written } else { LinesFlushed::Waiting(conn.id(slot)) });
            }
        }
    }

    /// Writes what waits for one connection.
    pub(super) fn flush<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) -> Flushed {
        let written = connections.with_queue(id, |conn| {
            if !conn.wants_flush() {
                return None;
            }
            self.ask_again(conn, now);
            let mut bytes = conn.flush(&self.broadcast, now);
            if self.report_skipped(conn, false, now) {
                self.ask_again(conn, now);
                bytes += conn.flush(&self.broadcast, now);
            }
            self.sent.bytes += bytes as u64;
            Some((conn.is_dead(), conn.is_lingering(), conn.take_release()))
        });
        let Some((dead, lingers, release)) = written.flatten() else { return Flushed::Nothing };
        if lingers {
            connections.lingers(id);
        }
        if dead {
            connections.note_dead(id);
        }
        Flushed::Written { release: release && !dead }
    }

    /// Lets those with the largest queues go when all queues together hold too much.
    pub(super) fn relieve<S: Stream>(&mut self, connections: &mut Connections<S>) {
        self.steps += connections.relieve(self.queues_max_bytes) as u64;
    }

    /// Forgets the lines of rooms, if all of them have been written.
    pub(super) fn forget_written<S: Stream>(&mut self, connections: &Connections<S>) {
        if !self.has_work() {
            debug_assert!(
                connections.iter().all(|(_, conn)| !conn.shares()),
                "a connection with something to be written is on a list"
            );
            self.broadcast.forget();
        }
    }

    /// Tells a reader how many lines passed by, when it is time to; says whether it did.
    fn report_skipped<S: Stream>(&mut self, conn: &mut Conn<S>, last: bool, now: MonoTime) -> bool {
        let skipped = conn.take_skipped(last);
        if let Some(lines) = skipped {
            let notice = self.encoder.encode(&Event::Skipped(lines.into()), conn.format(), true);
            conn.answer(notice, &self.broadcast, now);
        }
        skipped.is_some()
    }

    /// Asks again for a password if something came between; in lines, where the prompt does not say whose.
    fn ask_again<S: Stream>(&mut self, conn: &mut Conn<S>, now: MonoTime) {
        if let Some(question) = conn.overtaken() {
            let (format, prompt) = (conn.format(), Event::PasswordPrompt(question, None));
            let prompt = self.encoder.encode_answer(&prompt, format, conn.reference());
            conn.answer(prompt, &self.broadcast, now);
        }
    }
}
