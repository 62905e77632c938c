//! Connections in TLS: where it begins, and where it fails.

use std::net::{IpAddr, Ipv4Addr};

use log::debug;

use super::Server;
use super::admitting::opening_wait;
use crate::chat::{ClientId, CloseReason, Input, MonoTime, Origin};
use crate::net::stream::Stream;

impl<S: Stream> Server<S> {
    /// A connection goes on in TLS: its handshake is worked at in its turn.
    pub(super) fn begin_seal(&mut self, id: ClientId, now: MonoTime) {
        let Some(session) = self.tls.as_ref().and_then(|tls| tls.session()) else {
            return self.close(id, CloseReason::Foreign, now);
        };
        let address = self.sources.get(&id).map(|source| source.address.ip());
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let wait = opening_wait(address);
        self.connections.with_input(id, |conn| conn.seal(session, wait, now));
        self.connections.note_handshake(id, Origin::of(address));
        while let Some(id) = self.connections.handshake_beyond_max() {
            self.give_up_handshake(id);
        }
        self.ingress.mark_ready(&mut self.connections, id);
        self.connections.reschedule(id);
    }

    /// Ends a handshake for others; to be swept. Nothing can be said to its client yet.
    pub(super) fn give_up_handshake(&mut self, id: ClientId) {
        debug!("{id:?}: a handshake too many");
        self.connections.mark_dead(id, CloseReason::Foreign);
    }

    /// The TLS of a connection has failed: the peer is told why, and it ends.
    pub(super) fn end_failed(&mut self, id: ClientId, now: MonoTime) {
        debug!("{id:?}: TLS");
        self.apply(Input::Disconnected(id, CloseReason::Lost), now);
        self.connections.with_queue(id, |conn| conn.fail(now));
        self.close(id, CloseReason::Lost, now);
    }
}
