//! Letting connections in: whether one more may be accepted, and what it gets.
//!
//! Invariant: a connection that gets no place is told so; for that, others that are being closed may have to end at once.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Server;
use super::source::ConnectionSource;
use crate::chat::{ClientId, CloseReason, MonoTime, Origin};
use crate::config::Door;
use crate::limits::{
    CLOSING_MAX, OPENING_WAIT, OPENING_WAIT_FAR, READS_PER_TURN, REFUSED_AT_ONCE, REQUEST_TIMEOUT,
};
use crate::net::connection::Conn;
use crate::net::reach::is_near;
use crate::net::stream::Stream;
use crate::protocol::{OpeningDeadlines, Protocol};

impl<S: Stream> Server<S> {
    /// Takes a new connection of lines in, which the server [accepts](Self::accepts). If it gets no place it is told so and
    /// closed.
    pub fn admit(&mut self, stream: S, peer: SocketAddr, now: MonoTime) -> ClientId {
        self.admit_through(Door::Line, stream, peer, now)
    }

    /// Takes a new connection in that came through `door`. The hub hears of it when it has shown what it speaks.
    pub fn admit_through(&mut self, door: Door, stream: S, peer: SocketAddr, now: MonoTime) -> ClientId {
        self.make_way(now);
        let source = ConnectionSource { address: peer, behind_proxy: self.proxies.trust(peer.ip()) };
        let deadlines = opening_deadlines(peer.ip(), now);
        let protocol = match door {
            Door::Any if self.tls.is_some() => Protocol::undecided_or_sealed(self.language, deadlines),
            Door::Any => Protocol::undecided(self.language, deadlines),
            Door::Line => Protocol::lines(self.language),
            Door::Http => Protocol::request_until(deadlines.request),
            Door::Tls => Protocol::lines(self.language).sealed(),
            Door::Https => Protocol::request_until(deadlines.request).sealed(),
        };
        let protocol = if source.behind_proxy { protocol.behind_proxy(deadlines) } else { protocol };
        let id = self.connections.insert(stream, protocol);
        self.sources.insert(id, source);
        if door == Door::Line && !source.behind_proxy {
            self.arrive(id, now);
        } else {
            self.connections.note_opening(id, Origin::of(peer.ip()));
            if door.is_sealed() && !source.behind_proxy {
                self.begin_seal(id, now);
            }
            self.hurry_openings(now);
            self.connections.reschedule(id);
        }
        id
    }

    /// Whether one more connection may be accepted now: there is a descriptor for it, or one that is being closed or shakes hands gives
    /// up its own; and it gets a place, or can be told that there is none; and a node of several has been there. Otherwise it waits in the listen backlog.
    pub fn accepts(&mut self, now: MonoTime) -> bool {
        if !self.is_opened() {
            return false;
        }
        let is_told = self.hub.has_room(now)
            || self.connections.count_refused() < REFUSED_AT_ONCE
            || self.connections.refused_giving_way().is_some();
        is_told
            && (self.connections.len() < self.connections_max
                || self.connections.oldest_closing().is_some()
                || self.connections.handshake_giving_way().is_some())
    }

    /// Ends connections that are being closed, or a handshake, if the one that comes would be one too many.
    fn make_way(&mut self, now: MonoTime) {
        let known = self.hub.clients() + self.connections.count_opening();
        let closing = self.connections.len().saturating_sub(known);
        let is_full = self.connections.len() >= self.connections_max;
        if (is_full || closing >= CLOSING_MAX)
            && let Some(id) = self.connections.oldest_closing()
        {
            self.end_early(id, now);
        } else if is_full && let Some(id) = self.connections.handshake_giving_way() {
            self.give_up_handshake(id);
            self.sweep(now);
        }
        if self.connections.count_refused() >= REFUSED_AT_ONCE
            && !self.hub.has_room(now)
            && let Some(id) = self.connections.refused_giving_way()
        {
            self.end_early(id, now);
        }
    }

    /// Ends a connection now that is being closed. What has come is read: the system would throw away what the peer has
    /// not read yet.
    fn end_early(&mut self, id: ClientId, now: MonoTime) {
        let Server { connections, ingress, egress, .. } = self;
        connections.get_mut(id).expect("it is there").readable = true;
        let mut reads = READS_PER_TURN;
        while reads > 0
            && connections.get(id).is_some_and(Conn::may_read)
            && ingress.read(connections, egress, id, now)
        {
            reads -= 1;
        }
        connections.mark_dead(id, CloseReason::Lost);
        self.sweep(now);
    }
}

/// How long a connection from there may take to show what it speaks.
pub(super) fn opening_deadlines(address: IpAddr, now: MonoTime) -> OpeningDeadlines {
    OpeningDeadlines { line: now + opening_wait(address), request: now + REQUEST_TIMEOUT }
}

/// How long it is waited for a client from there to send something, before it is greeted.
pub(super) fn opening_wait(address: IpAddr) -> Duration {
    // Where hardly a segment is lost it need not be long.
    if is_near(address) { OPENING_WAIT } else { OPENING_WAIT_FAR }
}
