//! The server as it is written down: all of it but its sockets, its history and its options.
//!
//! Invariant: a server restored from that, with the same sockets, does what this one would have done. Each field is named here in
//! both directions, so none can be forgotten. What follows from the rest (deadlines, totals) is worked out.

use std::collections::BTreeMap;
use std::mem;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::Server;
use super::connections::StoredConnections;
use super::egress::StoredEgress;
use super::ingress::StoredIngress;
use super::log_end::{LogEnd, StoredLogEnd};
use super::order_kind::OrderKind;
use super::source::ConnectionSource;
use crate::chat::{
    ChatConfig, ClientId, CloseReason, Hub, HubSnapshot, Input, MonoTime, NodeName, Origin, Request, Time,
};
use crate::cluster::{LOG_VERSION, NodeConfig};
use crate::config::Config;
use crate::limits::UPGRADE_TURNS;
use crate::net::handover::HandoverError;
use crate::net::stream::Stream;
use crate::protocol::metrics::Logins;
use crate::storage::{LockFiles, RequestId, Storage, StorageState};

/// What a server knows. It holds secrets: see [`HubSnapshot`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServerState {
    clocks: Time,
    hub: HubSnapshot,
    connections: StoredConnections,
    ingress: StoredIngress,
    egress: StoredEgress,
    sources: Vec<(ClientId, ConnectionSource)>,
    requests: u64,
    asked: BTreeMap<u64, (ClientId, Request)>,
    orders: BTreeMap<u64, OrderKind>,
    log_end: Option<StoredLogEnd>,
    steps: u64,
    said: u64,
    logins: Logins,
}

impl ServerState {
    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Those in TLS, whose keys have not come along: they are to be [lost](Server::lose).
    pub fn sealed(&self) -> Vec<ClientId> {
        self.connections.sealed()
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
            storage: _,
            site: _,
            clocks,
            sources,
            proxies: _,
            tls: _,
            tls_required: _,
            effects,
            orders,
            requests,
            asked,
            account_replies: _,
            chat_replies,
            steps,
            said,
            logins,
            log_end,
            language: _,
            connections_max: _,
            share: _,
        } = self;
        debug_assert!(effects.is_empty() && chat_replies.is_empty(), "a turn leaves none");
        ServerState {
            clocks: *clocks,
            hub: hub.snapshot(),
            connections: connections.store(egress.broadcast(), clocks.mono),
            ingress: ingress.store(connections),
            egress: egress.store(connections),
            sources: sources.iter().map(|(id, source)| (*id, *source)).collect(),
            requests: *requests,
            asked: asked.clone(),
            orders: orders.clone(),
            log_end: log_end.as_ref().map(|log| log.store()),
            steps: *steps,
            said: *said,
            logins: *logins,
        }
    }

    /// The sockets, in the order in which a [`restore`](Self::restore) needs them.
    pub fn streams(&self) -> impl Iterator<Item = &S> {
        self.connections.iter().map(|(_, conn)| &conn.stream)
    }

    /// The connections, in that order.
    pub fn ids(&self) -> Vec<ClientId> {
        self.connections.iter().map(|(id, _)| id).collect()
    }

    /// What the history has in memory only.
    pub fn storage_state(&self) -> StorageState {
        self.storage.state()
    }

    /// Waits, until `deadline` at most, until all that was said is on the disk, and what came of promises is told, which may bring
    /// [something else](Self::is_settled) to be written. Gives the lock on the directory, if there is one. None: that cannot be had now.
    pub fn settle_history(&mut self, deadline: Instant, now: MonoTime) -> Option<Option<LockFiles>> {
        let (events, settled) = self.storage.settle(deadline, now);
        for event in events {
            self.recall(event, now);
            self.perform(now);
        }
        settled
    }

    /// Whether the history has nothing that is not on the disk.
    pub fn is_settled(&self) -> bool {
        self.storage.unwritten_bytes() == (0, 0) && !self.storage.has_reload()
    }

    /// Tells those in TLS, and nobody else, that their connections end: no other program has their keys. Gives them; the hub does not
    /// know yet that they are [lost](Self::lose).
    pub fn take_leave_of_sealed(&mut self, now: MonoTime) -> Vec<ClientId> {
        let sealed: Vec<ClientId> =
            self.connections.iter().filter(|(_, conn)| conn.ends_with_program()).map(|(id, _)| id).collect();
        for &id in &sealed {
            self.close(id, CloseReason::ServerStops, now);
            for _ in 0..UPGRADE_TURNS {
                if !self.write_to(id, now) {
                    break;
                }
            }
        }
        sealed
    }

    /// Ends the connections of these, who have been told: they reconnect, and programs take their sessions up again.
    pub fn lose(&mut self, ids: &[ClientId], now: MonoTime) {
        for &id in ids {
            self.apply(Input::Disconnected(id, CloseReason::Lost), now);
            self.connections.begin_close(id, CloseReason::ServerStops, now);
            self.connections.mark_dead(id, CloseReason::ServerStops);
        }
    }

    /// Whether something waits to be written to a connection that may take it.
    pub fn has_unwritten(&self) -> bool {
        self.egress.has_work()
    }

    /// Says on the console what the history lacks, though something was said a moment ago.
    pub fn tell_complaints(&mut self) {
        let untold = self.storage.last_complaint();
        untold.into_iter().for_each(|complaint| self.note_complaint(complaint));
    }

    /// Asks the history again for what was asked of the one before. To be called once, behind a [`restore`](Self::restore).
    pub fn ask_again(&mut self, now: MonoTime) {
        for (number, (client, request)) in self.asked.clone() {
            let from = self.hub.origin(client).unwrap_or(Origin::UNKNOWN);
            let events = self.storage.request(RequestId { client, number }, from, request, now);
            for event in events {
                self.recall(event, now);
                self.perform(now);
            }
        }
    }

    /// Takes the server apart: its sockets in that order, and its history.
    pub fn into_parts(self) -> (Vec<S>, Storage) {
        (self.connections.into_streams(), self.storage)
    }

    /// Goes on from a state with the sockets of its connections. The rules of the chat are those of the state, all else is as `config`
    /// says.
    ///
    /// # Errors
    ///
    /// The state contradicts itself, or they are not so many sockets.
    pub fn restore(
        mut config: Config,
        storage: Storage,
        state: ServerState,
        streams: Vec<S>,
    ) -> Result<Server<S>, HandoverError> {
        config.chat = ChatConfig::default();
        let node = config.node_name().cloned();
        let mut server = Server::remembering(config, storage);
        let ServerState {
            clocks,
            hub,
            connections,
            ingress,
            egress,
            sources,
            requests,
            asked,
            orders,
            log_end,
            steps,
            said,
            logins,
        } = state;
        let log_end = log_end_of(node, log_end, clocks)?;
        let hub = Hub::restore(hub)?;
        if hub.under_way() != log_end.as_ref().map(LogEnd::under_way) {
            return Err(HandoverError::Broken("what is under way"));
        }
        let here = connections.in_chat().filter(|id| hub.origin(*id).is_some()).count();
        if (here, connections.in_chat().count()) != (hub.clients(), hub.clients()) {
            return Err(HandoverError::Broken("who is in the chat"));
        }
        server.sources = sources.into_iter().collect();
        let sources = &server.sources;
        let origin = |id| sources.get(&id).map_or(Origin::UNKNOWN, |source| Origin::of(source.address.ip()));
        server.connections.restore(connections, streams, origin)?;
        server.ingress.restore(ingress, &mut server.connections);
        server.egress.restore(egress, &mut server.connections);
        let before = mem::replace(&mut server.hub, hub);
        debug_assert_eq!(before.clients(), 0, "nobody was there");
        (server.clocks, server.requests, server.steps) = (clocks, requests, steps);
        (server.said, server.logins) = (said, logins);
        (server.asked, server.orders) = (asked, orders);
        server.log_end = log_end.map(Box::new);
        Ok(server)
    }
}

/// The end of the log that a server has which goes on as `node`, if it is one of several.
fn log_end_of(
    node: Option<NodeName>,
    stored: Option<StoredLogEnd>,
    now: Time,
) -> Result<Option<LogEnd>, HandoverError> {
    match (node, stored) {
        (None, None) => Ok(None),
        // Its number is in what is stored.
        (Some(name), Some(stored)) => {
            LogEnd::restore(NodeConfig::new(name, 0, LOG_VERSION), stored, now).map(Some)
        }
        (Some(_), None) => Err(HandoverError::WasAlone),
        (None, Some(_)) => Err(HandoverError::WasNode),
    }
}
