//! All connections: which one is in which slot, when each has to be looked at, and what all together hold.
//!
//! Invariants: the id of an earlier tenant of a slot finds nothing; a connection is freed when it is swept, never while it is
//! handled; the totals are right because buffers change inside [`with_queue`](Connections::with_queue),
//! [`with_input`](Connections::with_input) and [`with_both`](Connections::with_both) only.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use slab::Slab;

use super::closing::Closing;
use super::counts::Counts;
use super::opening_connections::OpeningConnections;
use crate::chat::{ClientId, CloseReason, Command, MonoTime, Origin};
use crate::limits;
use crate::net::broadcast::Broadcast;
use crate::net::connection::{Carrier, Conn, HubStanding, Pause, StoredConn};
use crate::net::deadlines::Deadlines;
use crate::net::handover::HandoverError;
use crate::net::rate_limit::Rate;
use crate::net::stream::Stream;
use crate::protocol::Protocol;

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Connections<S> {
    slots: Slab<Conn<S>>,
    /// Those that the hub does not know yet, and that may be waited for.
    opening: OpeningConnections,
    /// That of the connection that came last.
    generation: u32,
    deadlines: Deadlines,
    /// To be swept.
    dead: VecDeque<ClientId>,
    /// Those that the chat has let go.
    closing: Closing,
    /// Bytes of memory that queues of readers' own hold, all together.
    queued: usize,
    /// Bytes held by input that is no command yet, all together; those of records are not in it.
    input: usize,
    /// Bytes held by records of TLS that have not come whole, all together.
    records: usize,
    counts: Counts,
    rate: Rate,
}

/// [`Connections`] as they are written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredConnections {
    /// By their slots, in ascending order.
    slots: Vec<(u32, StoredConn)>,
    /// Those that have not shown what they speak, oldest first.
    openings: Vec<ClientId>,
    generation: u32,
    dead: VecDeque<ClientId>,
    closing: Closing,
    counts: Counts,
}

impl StoredConnections {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Those that end with the program that has made this.
    pub(super) fn sealed(&self) -> Vec<ClientId> {
        let sealed = self.slots.iter().filter(|(_, conn)| conn.is_sealed());
        sealed.map(|(slot, conn)| conn.id(*slot)).collect()
    }

    /// Those of which the hub knows.
    pub(super) fn in_chat(&self) -> impl Iterator<Item = ClientId> {
        self.slots.iter().filter(|(_, conn)| conn.is_in_chat()).map(|(slot, conn)| conn.id(*slot))
    }
}

impl<S: Stream> Connections<S> {
    pub(super) fn new(rate: Rate) -> Connections<S> {
        Connections {
            slots: Slab::new(),
            opening: OpeningConnections::default(),
            generation: 0,
            deadlines: Deadlines::default(),
            dead: VecDeque::new(),
            closing: Closing::default(),
            queued: 0,
            input: 0,
            records: 0,
            counts: Counts::default(),
            rate,
        }
    }

    /// Takes a new one in, of which the hub knows nothing yet.
    pub(super) fn insert(&mut self, stream: S, protocol: Protocol) -> ClientId {
        self.generation = self.generation.wrapping_add(1).max(1);
        let slot = self.slots.insert(Conn::new(self.generation, stream, protocol));
        let conn = &self.slots[slot];
        self.input += conn.input_held();
        self.counts.come(conn.kind());
        conn.id(slot)
    }

    /// A connection from `origin` has to show what it speaks.
    pub(super) fn note_opening(&mut self, id: ClientId, origin: Origin) {
        if self.get(id).is_some_and(Conn::is_opening) {
            self.opening.opens(id, origin);
        }
    }

    /// A connection comes from `origin`, as a proxy tells.
    pub(super) fn move_opening(&mut self, id: ClientId, origin: Origin) {
        self.opening.moves(id, origin);
    }

    /// A connection from `origin` has to shake hands.
    pub(super) fn note_handshake(&mut self, id: ClientId, origin: Origin) {
        if self.get(id).is_some_and(Conn::is_opening) {
            self.opening.begins_handshake(id, origin);
        }
    }

    /// A connection has shown what it speaks, and is in the chat or will never be.
    pub(super) fn set_standing(&mut self, id: ClientId, standing: HubStanding) {
        if let Some(conn) = self.get_mut(id) {
            conn.standing = standing;
            self.opening.leave(id);
        }
    }

    /// Takes out the opening that is waited for no longer, if there are too many.
    pub(super) fn take_opening_beyond_max(&mut self) -> Option<ClientId> {
        let id = self.opening.opening_beyond_max()?;
        self.opening.leave(id);
        Some(id)
    }

    /// The handshake that is given up, if there are too many.
    pub(super) fn handshake_beyond_max(&self) -> Option<ClientId> {
        self.opening.handshake_beyond_max()
    }

    /// The handshake that is given up where descriptors are short.
    pub(super) fn handshake_giving_way(&self) -> Option<ClientId> {
        self.opening.handshake_giving_way()
    }

    /// A connection may have said something; says whether it shakes hands and waits for its turn now.
    pub(super) fn join_line(&mut self, id: ClientId) -> bool {
        self.opening.joins_line(id)
    }

    /// Takes out the handshake that has its turn.
    pub(super) fn next_handshake(&mut self) -> Option<ClientId> {
        self.opening.next_in_line()
    }

    /// Whether a handshake waits for its turn.
    pub(super) fn has_handshakes_in_line(&self) -> bool {
        self.opening.has_line()
    }

    /// How many the hub does not know yet.
    pub(super) fn count_opening(&self) -> usize {
        self.opening.len()
    }

    pub(super) fn get(&self, id: ClientId) -> Option<&Conn<S>> {
        self.slots.get(id.slot()).filter(|conn| conn.is(id))
    }

    pub(super) fn get_mut(&mut self, id: ClientId) -> Option<&mut Conn<S>> {
        self.slots.get_mut(id.slot()).filter(|conn| conn.is(id))
    }

    pub(super) fn in_slot(&self, slot: usize) -> Option<&Conn<S>> {
        self.slots.get(slot)
    }

    pub(super) fn in_slot_mut(&mut self, slot: usize) -> Option<&mut Conn<S>> {
        self.slots.get_mut(slot)
    }

    /// Does something with the queue of a connection.
    pub(super) fn with_queue<R>(&mut self, id: ClientId, work: impl FnOnce(&mut Conn<S>) -> R) -> Option<R> {
        let conn = self.slots.get_mut(id.slot()).filter(|conn| conn.is(id))?;
        let before = conn.queued();
        let result = work(conn);
        self.queued = self.queued + conn.queued() - before;
        Some(result)
    }

    /// Does something with the input of a connection.
    pub(super) fn with_input<R>(&mut self, id: ClientId, work: impl FnOnce(&mut Conn<S>) -> R) -> Option<R> {
        let conn = self.slots.get_mut(id.slot()).filter(|conn| conn.is(id))?;
        let (input, records, kind) = (conn.input_held(), conn.record_held(), conn.kind());
        let result = work(conn);
        self.input = self.input + conn.input_held() - input;
        self.records = self.records + conn.record_held() - records;
        self.counts.change(kind, conn.kind());
        if (kind.carrier, conn.kind().carrier) == (Carrier::Handshake, Carrier::Tls) {
            self.opening.ends_handshake(id);
        }
        Some(result)
    }

    /// Does something with the queue and the input of a connection.
    pub(super) fn with_both<R>(&mut self, id: ClientId, work: impl FnOnce(&mut Conn<S>) -> R) -> Option<R> {
        let queued = self.get(id)?.queued();
        let result = self.with_input(id, work);
        // It is in its place still: what is dead is swept later.
        let conn = &self.slots[id.slot()];
        self.queued = self.queued + conn.queued() - queued;
        result
    }

    /// Takes the next command of a connection out, if it is there and one may be taken.
    pub(super) fn next_command(&mut self, id: ClientId, now: MonoTime) -> Option<Result<Command, Pause>> {
        let rate = self.rate;
        self.with_input(id, |conn| conn.next_command(rate, now))
    }

    /// Charges a client for time that was spent for it: see [`Conn::charge_cost`].
    pub(super) fn charge(&mut self, id: ClientId, cost: Duration, share: u32, now: MonoTime) {
        let rate = self.rate;
        if let Some(conn) = self.get_mut(id) {
            conn.charge_cost(rate, cost, share, now);
        }
    }

    /// Notes when a connection has to be looked at without an event.
    pub(super) fn reschedule(&mut self, id: ClientId) {
        let Some(conn) = self.slots.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
        let due = conn.due(self.rate);
        if conn.scheduled != due {
            self.deadlines.set(id, conn.scheduled, due);
            conn.scheduled = due;
        }
    }

    /// Takes out those that have to be looked at now, as many as one turn bears. What is over is ended; gives the others.
    pub(super) fn take_due(&mut self, now: MonoTime) -> Vec<ClientId> {
        let mut due = self.deadlines.take_due(now, limits::DUE_PER_TURN);
        due.retain(|&id| {
            let dead = self.with_queue(id, |conn| {
                conn.scheduled = None;
                conn.expire(now);
                conn.is_dead()
            });
            if dead == Some(true) {
                self.dead.push_back(id);
            }
            dead == Some(false)
        });
        due
    }

    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.deadlines.next()
    }

    /// Begins the orderly end of a connection.
    pub(super) fn begin_close(&mut self, id: ClientId, reason: CloseReason, now: MonoTime) {
        if let Some(conn) = self.get_mut(id) {
            conn.begin_close(reason, now);
            self.opening.leave(id);
            self.closing.drains(id, &self.slots);
        }
    }

    /// What a connection had to be told has been written, and our side has ended.
    pub(super) fn lingers(&mut self, id: ClientId) {
        self.closing.lingers(id, &self.slots);
    }

    /// A connection from `origin` found no place.
    pub(super) fn refused(&mut self, id: ClientId, origin: Origin) {
        self.closing.refused(id, origin);
    }

    /// How many connections that found no place are still open.
    pub(super) fn count_refused(&self) -> usize {
        self.closing.count_refused()
    }

    /// Of all that are being closed, the one that can be missed most.
    pub(super) fn oldest_closing(&mut self) -> Option<ClientId> {
        self.closing.oldest(&self.slots)
    }

    /// Of those that found no place, the one to end first.
    pub(super) fn refused_giving_way(&self) -> Option<ClientId> {
        self.closing.refused_giving_way(&self.slots)
    }

    /// Ends a connection, to be swept.
    pub(super) fn mark_dead(&mut self, id: ClientId, cause: CloseReason) {
        if self.with_queue(id, |conn| conn.die(cause)).is_some() {
            self.opening.leave(id);
            self.dead.push_back(id);
        }
    }

    /// Notes that a connection has died, to be swept.
    pub(super) fn note_dead(&mut self, id: ClientId) {
        self.dead.push_back(id);
    }

    /// Lets those with the largest queues go if all queues together hold more than `most` bytes; says how many were looked at.
    /// That makes room for an eighth of all that may wait, so that it is not asked for again for long.
    pub(super) fn relieve(&mut self, most: usize) -> usize {
        if self.queued <= most {
            return 0;
        }
        let holding = self.slots.iter().filter(|(_, conn)| conn.queued() > 0);
        // A heap: mostly a few of very many are taken out.
        let mut queues: BinaryHeap<(usize, ClientId)> =
            holding.map(|(slot, conn)| (conn.queued(), conn.id(slot))).collect();
        while self.queued > most - most / 8
            && let Some((_, id)) = queues.pop()
        {
            self.mark_dead(id, CloseReason::Stalled);
        }
        self.slots.len()
    }

    /// Lets those go whose records of TLS have been on their way for longest if all records that have not come whole hold more than
    /// `most` bytes; says how many connections were looked at. Who only sends slowly has sent the whole of a record soon; who holds many
    /// back has held them for long. It makes room as [`relieve`](Self::relieve) does.
    pub(super) fn relieve_records(&mut self, most: usize) -> usize {
        if self.records <= most {
            return 0;
        }
        let since = |(slot, conn): (usize, &Conn<S>)| Some(Reverse((conn.record_since()?, conn.id(slot))));
        let mut begun: BinaryHeap<Reverse<(MonoTime, ClientId)>> =
            self.slots.iter().filter_map(since).collect();
        while self.records > most - most / 8
            && let Some(Reverse((_, id))) = begun.pop()
        {
            self.with_input(id, Conn::forget_record);
            self.mark_dead(id, CloseReason::Stalled);
        }
        self.slots.len()
    }

    /// Whether some are to be swept.
    pub(super) fn has_dead(&self) -> bool {
        !self.dead.is_empty()
    }

    /// Frees the slot of the next one that is to be swept. None: no more are.
    pub(super) fn remove_dead(&mut self) -> Option<(ClientId, Conn<S>, CloseReason)> {
        while let Some(id) = self.dead.pop_front() {
            let Some(cause) = self.get(id).and_then(Conn::cause) else { continue };
            let gone = self.slots.remove(id.slot());
            if gone.standing == HubStanding::Opening {
                self.opening.leave(id);
            }
            if gone.standing == HubStanding::Refused {
                self.closing.gone(id);
            }
            self.deadlines.set(id, gone.scheduled, None);
            self.input -= gone.input_held();
            self.records -= gone.record_held();
            self.counts.go(gone.kind());
            return Some((id, gone, cause));
        }
        None
    }

    /// Gives memory back if there is none left.
    pub(super) fn shrink(&mut self) {
        if self.slots.is_empty() {
            self.slots.shrink_to_fit();
        }
    }

    /// All of them as they are written down at `now`.
    pub(super) fn store(&self, broadcast: &Broadcast, now: MonoTime) -> StoredConnections {
        // What they hold together is counted anew, and the deadlines are those that the connections say.
        let Connections {
            slots,
            opening,
            generation,
            deadlines: _,
            dead,
            closing,
            queued: _,
            input: _,
            records: _,
            counts,
            rate: _,
        } = self;
        let slots =
            slots.iter().map(|(slot, conn)| (conn.id(slot).slot() as u32, conn.store(broadcast, now)));
        let (slots, openings, dead) = (slots.collect(), opening.openings(), dead.clone());
        let (generation, closing, counts) = (*generation, closing.clone(), counts.clone());
        StoredConnections { slots, openings, generation, dead, closing, counts }
    }

    /// Their sockets, by slots.
    pub(super) fn into_streams(self) -> Vec<S> {
        self.slots.into_iter().map(|(_, conn)| conn.stream).collect()
    }

    /// Goes on with what was written down and the sockets that belong to it. `origin` says from where a connection comes that the hub
    /// does not know.
    pub(super) fn restore(
        &mut self,
        stored: StoredConnections,
        streams: Vec<S>,
        origin: impl Fn(ClientId) -> Origin,
    ) -> Result<(), HandoverError> {
        let StoredConnections { slots, openings, generation, dead, closing, counts } = stored;
        if slots.len() != streams.len() {
            return Err(HandoverError::Sockets { expected: slots.len(), found: streams.len() });
        }
        let in_order = slots.is_sorted_by(|(one, _), (next, _)| one < next);
        let most = limits::DESCRIPTORS_MAX as usize;
        if !in_order || slots.last().is_some_and(|(slot, _)| *slot as usize >= most) {
            return Err(HandoverError::Broken("which slots are taken"));
        }
        if !slots.iter().all(|(_, conn)| conn.is_sound()) {
            return Err(HandoverError::Broken("what a connection has sent"));
        }
        let restored = slots.into_iter().zip(streams);
        self.slots =
            restored.map(|((slot, stored), stream)| (slot as usize, Conn::restore(stored, stream))).collect();
        for (slot, conn) in &self.slots {
            self.deadlines.set(conn.id(slot), None, conn.scheduled);
        }
        openings.into_iter().for_each(|id| self.note_opening(id, origin(id)));
        (self.generation, self.dead) = (generation, dead);
        self.closing = Closing::restore(closing);
        self.queued = self.slots.iter().map(|(_, conn)| conn.queued()).sum();
        self.input = self.slots.iter().map(|(_, conn)| conn.input_held()).sum();
        self.records = self.slots.iter().map(|(_, conn)| conn.record_held()).sum();
        self.counts = counts.with(self.slots.iter().map(|(_, conn)| conn.kind()));
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// All slots are below this.
    pub(super) fn slots(&self) -> usize {
        self.slots.capacity()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ClientId, &Conn<S>)> {
        self.slots.iter().map(|(slot, conn)| (conn.id(slot), conn))
    }

    /// Bytes of memory that queues of readers' own hold, all together.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Bytes held by input that is no command yet, all together; those of records are not in it.
    pub(super) fn input(&self) -> usize {
        self.input
    }

    /// Bytes held by records of TLS that have not come whole, all together.
    pub(super) fn records(&self) -> usize {
        self.records
    }

    /// Who came, who is here, and why others are gone.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// One that was removed has ended for this reason.
    pub(super) fn note_ended(&mut self, gone: &Conn<S>, reason: CloseReason) {
        self.counts.end(gone.kind(), reason);
    }

    /// Whether the totals are the sums that they should be, and who is noted as opening is. Looks at every connection.
    pub(super) fn are_counted(&self) -> bool {
        let sum = |held: fn(&Conn<S>) -> usize| self.iter().map(|(_, conn)| held(conn)).sum::<usize>();
        let here = self.counts.clone().with(self.iter().map(|(_, conn)| conn.kind())).here();
        (self.queued, self.input, self.records)
            == (sum(Conn::queued), sum(Conn::input_held), sum(Conn::record_held))
            && self.counts.here() == here
            && self.opening.all().all(|id| self.get(id).is_some_and(Conn::is_opening))
    }
}
