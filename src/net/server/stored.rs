//! The server as it is written down: all of it but its sockets, its history and its options.
//!
//! Invariant: a server restored from that, with the same sockets, does what this one would have done. Each field is named here in
//! both directions, so none can be forgotten. What follows from the rest (deadlines, totals) is worked out.

use std::mem;

use serde::{Deserialize, Serialize};

use super::Server;
use super::connections::StoredConnections;
use super::egress::StoredEgress;
use super::ingress::StoredIngress;
use super::source::Source;
use crate::chat::{ChatConfig, ClientId, Hub, Snapshot, Time};
use crate::config::Config;
use crate::net::handover::HandoverError;
use crate::net::stream::Stream;
use crate::protocol::metrics::Logins;
use crate::storage::Storage;

/// What a server knows. It holds secrets: see [`Snapshot`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServerState {
    clocks: Time,
    hub: Snapshot,
    connections: StoredConnections,
    ingress: StoredIngress,
    egress: StoredEgress,
    sources: Vec<(ClientId, Source)>,
    requests: u64,
    steps: u64,
    said: u64,
    logins: Logins,
}

impl ServerState {
    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What the clocks said when it was made.
    pub fn clocks(&self) -> Time {
        self.clocks
    }
}

impl<S: Stream> Server<S> {
    /// All that there is to know, between two turns.
    pub fn state(&self) -> ServerState {
        let Server {
            connections,
            ingress,
            hub,
            egress,
            history: _,
            site: _,
            clocks,
            sources,
            proxies: _,
            tls: _,
            effects,
            admin_reply,
            requests,
            account_replies: _,
            steps,
            said,
            logins,
            language: _,
            connections_max: _,
            share: _,
        } = self;
        debug_assert!(effects.is_empty() && admin_reply.is_none(), "a turn leaves none");
        ServerState {
            clocks: *clocks,
            hub: hub.snapshot(),
            connections: connections.store(egress.broadcast(), clocks.mono),
            ingress: ingress.store(),
            egress: egress.store(),
            sources: sources.iter().map(|(id, source)| (*id, *source)).collect(),
            requests: *requests,
            steps: *steps,
            said: *said,
            logins: *logins,
        }
    }

    /// The sockets, in the order in which a [`restore`](Self::restore) needs them.
    pub fn streams(&self) -> impl Iterator<Item = &S> {
        self.connections.iter().map(|(_, conn)| &conn.stream)
    }

    /// Takes the server apart: its sockets in that order, and its history.
    pub fn into_parts(self) -> (Vec<S>, Storage) {
        (self.connections.into_streams(), self.history)
    }

    /// Goes on from a state with the sockets of its connections. The rules of the chat are those of the state, all else is as `config`
    /// says.
    ///
    /// # Errors
    ///
    /// The state contradicts itself, or they are not so many sockets.
    pub fn restore(
        mut config: Config,
        history: Storage,
        state: ServerState,
        streams: Vec<S>,
    ) -> Result<Server<S>, HandoverError> {
        config.chat = ChatConfig::default();
        let mut server = Server::remembering(config, history);
        let ServerState { clocks, hub, connections, ingress, egress, sources, requests, steps, said, logins } =
            state;
        let hub = Hub::restore(hub)?;
        let here = connections.in_chat().filter(|id| hub.origin(*id).is_some()).count();
        if (here, connections.in_chat().count()) != (hub.clients(), hub.clients()) {
            return Err(HandoverError::Broken("who is in the chat"));
        }
        server.connections.restore(connections, streams)?;
        server.ingress.restore(ingress, &mut server.connections);
        server.egress.restore(egress, &mut server.connections);
        let before = mem::replace(&mut server.hub, hub);
        debug_assert_eq!(before.clients(), 0, "nobody was there");
        (server.clocks, server.requests, server.steps) = (clocks, requests, steps);
        (server.said, server.logins) = (said, logins);
        server.sources = sources.into_iter().collect();
        Ok(server)
    }
}
