//! Connections that are over and not yet gone: where room is short, some of them end before their time.
//!
//! Invariants: a connection ends early only for another one that comes; first those to which all has been written, the oldest of
//! them; and of those that found no place, one of the address that has most of them, and more than one.

use std::cmp::Reverse;
use std::collections::VecDeque;

use slab::Slab;

use super::Server;
use crate::chat::{ClientId, CloseReason, MonoTime, Origin};
use crate::limits::{CLOSING_MAX, READS_PER_TURN, REFUSED_AT_ONCE};
use crate::net::conn::Conn;
use crate::net::stream::Stream;

/// Connections that are being closed.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// Those to which something may have to be written, oldest first. Some have gone on since.
    draining: VecDeque<ClientId>,
    /// Those that are only read any more, oldest first. Some are gone.
    lingering: VecDeque<ClientId>,
    /// Those that found no place, oldest first, and from where.
    refused: Vec<(ClientId, Origin)>,
}

impl Closing {
    pub(super) fn drains<S: Stream>(&mut self, id: ClientId, conns: &Slab<Conn<S>>) {
        note(&mut self.draining, id, conns, Conn::is_draining);
    }

    pub(super) fn lingers<S: Stream>(&mut self, id: ClientId, conns: &Slab<Conn<S>>) {
        note(&mut self.lingering, id, conns, Conn::is_lingering);
    }

    pub(super) fn refused(&mut self, id: ClientId, origin: Origin) {
        self.refused.push((id, origin));
    }

    /// One that found no place is gone.
    pub(super) fn gone(&mut self, id: ClientId) {
        self.refused.retain(|&(refused, _)| refused != id);
    }

    /// The one that can be missed most.
    fn oldest<S: Stream>(&mut self, conns: &Slab<Conn<S>>) -> Option<ClientId> {
        first(&mut self.lingering, conns, Conn::is_lingering)
            .or_else(|| first(&mut self.draining, conns, Conn::is_draining))
    }

    /// Of those that found no place, at the address with most of them, the oldest to which the reason has been written.
    fn refused_giving_way<S: Stream>(&self, conns: &Slab<Conn<S>>) -> Option<ClientId> {
        let held = |origin| self.refused.iter().filter(|&&(_, other)| other == origin).count();
        let told = self.refused.iter().filter(|&&(id, _)| is(id, conns, Conn::is_lingering));
        let &(id, origin) = told.min_by_key(|&&(_, origin)| Reverse(held(origin)))?;
        (held(origin) > 1).then_some(id)
    }
}

/// Whether `id` is still there, and as far as that.
fn is<S: Stream>(id: ClientId, conns: &Slab<Conn<S>>, phase: impl Fn(&Conn<S>) -> bool) -> bool {
    conns.get(id.slot()).is_some_and(|conn| conn.is(id) && phase(conn))
}

/// Puts `id` behind all others. Those who are not there any more are forgotten before they are most of all.
fn note<S: Stream>(
    queue: &mut VecDeque<ClientId>,
    id: ClientId,
    conns: &Slab<Conn<S>>,
    phase: impl Fn(&Conn<S>) -> bool + Copy,
) {
    if queue.len() > 2 * conns.len() {
        queue.retain(|&id| is(id, conns, phase));
    }
    queue.push_back(id);
}

/// The first that is still there, which stays.
fn first<S: Stream>(
    queue: &mut VecDeque<ClientId>,
    conns: &Slab<Conn<S>>,
    phase: impl Fn(&Conn<S>) -> bool + Copy,
) -> Option<ClientId> {
    while queue.front().is_some_and(|&id| !is(id, conns, phase)) {
        queue.pop_front();
    }
    queue.front().copied()
}

impl<S: Stream> Server<S> {
    /// Whether one more connection may be accepted now: there is a descriptor for it, or one that is being closed gives up its
    /// own; and it gets a place, or can be told that there is none. Otherwise it waits in the listen backlog.
    pub fn accepts(&mut self, now: MonoTime) -> bool {
        let is_told = self.hub.has_room(now)
            || self.closing.refused.len() < REFUSED_AT_ONCE
            || self.closing.refused_giving_way(&self.conns).is_some();
        is_told
            && (self.conns.len() < self.config.connections_max || self.closing.oldest(&self.conns).is_some())
    }

    /// Ends connections that are being closed, if the one that comes would be one too many.
    pub(super) fn make_way(&mut self, now: MonoTime) {
        let closing = self.conns.len().saturating_sub(self.hub.clients());
        if (self.conns.len() >= self.config.connections_max || closing >= CLOSING_MAX)
            && let Some(id) = self.closing.oldest(&self.conns)
        {
            self.end_early(id, now);
        }
        if self.closing.refused.len() >= REFUSED_AT_ONCE
            && !self.hub.has_room(now)
            && let Some(id) = self.closing.refused_giving_way(&self.conns)
        {
            self.end_early(id, now);
        }
    }

    /// Ends a connection now that is being closed. What has come is read: the system would throw away what the peer has
    /// not read yet.
    fn end_early(&mut self, id: ClientId, now: MonoTime) {
        self.conn_mut(id).expect("it is there").readable = true;
        let mut reads = READS_PER_TURN;
        while reads > 0 && self.conn_mut(id).is_some_and(|conn| conn.may_read()) && self.read(id, now) {
            reads -= 1;
        }
        self.mark_dead(id, CloseReason::Lost);
        self.sweep(now);
    }
}
