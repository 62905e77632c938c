//! Letting connections in: whether one more may be accepted, and what it gets.
//!
//! Invariant: a connection that gets no place is told so; for that, others that are being closed may have to end at once.

use std::net::SocketAddr;

use log::debug;

use super::Server;
use crate::chat::{ClientId, CloseReason, Input, MonoTime, Origin};
use crate::limits::{CLOSING_MAX, READS_PER_TURN, REFUSED_AT_ONCE};
use crate::net::connection::{Conn, Standing};
use crate::net::stream::Stream;

impl<S: Stream> Server<S> {
    /// Takes a new connection in, which the server [accepts](Self::accepts). If it gets no place it is told so and closed.
    pub fn admit(&mut self, stream: S, peer: SocketAddr, now: MonoTime) -> ClientId {
        self.make_way(now);
        let (origin, has_room) = (Origin::of(peer.ip()), self.hub.has_room(now));
        let id = self.connections.insert(stream, self.language);
        self.hub.apply(self.clocks.at(now), Input::Connected(id, origin));
        let is_in = self.hub.origin(id).is_some();
        let conn = self.connections.get_mut(id).expect("it has just come");
        if is_in {
            debug!("{peer} -> {id:?}");
            self.pending_addrs.insert(id, peer);
            conn.standing = Standing::InChat;
        } else {
            conn.standing = Standing::Refused;
            if !has_room {
                self.connections.refused(id, origin);
            }
        }
        self.perform(now);
        id
    }

    /// Whether one more connection may be accepted now: there is a descriptor for it, or one that is being closed gives up its
    /// own; and it gets a place, or can be told that there is none. Otherwise it waits in the listen backlog.
    pub fn accepts(&mut self, now: MonoTime) -> bool {
        let is_told = self.hub.has_room(now)
            || self.connections.count_refused() < REFUSED_AT_ONCE
            || self.connections.refused_giving_way().is_some();
        is_told
            && (self.connections.len() < self.connections_max || self.connections.oldest_closing().is_some())
    }

    /// Ends connections that are being closed, if the one that comes would be one too many.
    fn make_way(&mut self, now: MonoTime) {
        let closing = self.connections.len().saturating_sub(self.hub.clients());
        if (self.connections.len() >= self.connections_max || closing >= CLOSING_MAX)
            && let Some(id) = self.connections.oldest_closing()
        {
            self.end_early(id, now);
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
