//! All connections and the hub between them: what is read becomes commands, what the hub says becomes bytes.
//!
//! Invariants: no call waits, but the very last and the one before an upgrade; nothing is freed in the middle of handling, but swept at the end of the turn, or
//! before one more is let in; one write per
//! connection and turn, however many lines the turn carried; a turn does only so much, and what is left comes first in
//! the next. Sockets and their readiness belong to the caller.

mod administering;
mod admitting;
mod answering;
mod by_origin;
mod closing;
mod connections;
mod counts;
mod delivering;
mod egress;
mod ingress;
mod log;
mod log_end;
mod metering;
mod opening;
mod opening_connections;
mod order_kind;
mod restore_error;
mod sealing;
mod serving;
mod source;
mod stored;
mod unanswered;
mod writing;

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::time::Duration;

use self::connections::Connections;
use self::egress::Egress;
use self::ingress::Ingress;
use self::log_end::LogEnd;
use self::order_kind::OrderKind;
pub use self::restore_error::RestoreError;
use self::source::{ConnectionSource, Proxies};
pub use self::stored::ServerState;
use super::rate_limit::Rate;
use super::stream::Stream;
use crate::chat::{
    ChatConfig, ClientId, CloseReason, Effect, Hub, Input, Language, MonoTime, Request, Text, Time,
    UnixMillis, Work,
};
use crate::clock::Zone;
use crate::config::{Config, Share};
use crate::control::{AccountReply, ControlRefusal};
use crate::protocol::http::{FILES, HostNames, Site};
use crate::protocol::metrics::Logins;
use crate::storage::Storage;
use crate::tls::Tls;

/// The chat on streams of kind `S`.
#[derive(Debug)]
pub struct Server<S> {
    connections: Connections<S>,
    ingress: Ingress,
    hub: Hub,
    egress: Egress,
    storage: Storage,
    /// What browsers are shown.
    site: Site,
    /// What both clocks said at the beginning of the turn.
    clocks: Time,
    /// Where those come from whose arrival the console has not told, or who have not arrived.
    sources: HashMap<ClientId, ConnectionSource>,
    /// Those that are believed about where their clients come from.
    proxies: Proxies,
    /// Of connections in TLS, where there is any.
    tls: Option<Tls>,
    /// Whether no password is taken from elsewhere but in TLS.
    tls_required: bool,
    /// Takes in turn what the hub wants done.
    effects: Vec<Effect>,
    /// Orders of the administrator that are under way, by their tickets.
    orders: BTreeMap<u64, OrderKind>,
    /// How many requests the storage has been given.
    requests: u64,
    /// Those to which no reply has come, by their numbers.
    asked: BTreeMap<u64, (ClientId, Request)>,
    /// What came of orders about the accounts, by their tickets.
    account_replies: Vec<(u64, AccountReply)>,
    /// The same of orders about the chat.
    chat_replies: Vec<(u64, Result<String, ControlRefusal>)>,
    /// Steps of work done here.
    steps: u64,
    /// What was said in rooms.
    said: u64,
    logins: Logins,
    /// Where several servers are one chat.
    log_end: Option<Box<LogEnd>>,
    /// The console's, and that of new connections.
    language: Language,
    connections_max: usize,
    share: Share,
}

impl<S: Stream> Server<S> {
    /// A server without connections, whose history lives as long as it does.
    pub fn new(config: Config) -> Server<S> {
        Server::remembering(config, Storage::default())
    }

    /// A server without connections that goes on with `storage`.
    pub fn remembering(mut config: Config, mut storage: Storage) -> Server<S> {
        let chat = ChatConfig {
            next_key: storage.next_key(),
            next_message: storage.next_message(),
            next_account: storage.next_account(),
            accounts: storage.accounts(),
            account_addresses: storage.account_addresses(),
            operator_password: storage.has_operator(),
            rooms: storage.take_rooms(),
            expulsions: storage.take_expulsions(),
            ..mem::take(&mut config.chat)
        };
        let Config {
            language, connections_max, share, rate_limit, zone, queues_max_bytes, web, proxies, ..
        } = config;
        Server {
            connections: Connections::new(Rate::new(rate_limit)),
            ingress: Ingress::default(),
            hub: Hub::new(chat),
            egress: Egress::new(zone, queues_max_bytes),
            storage,
            site: Site::new(&FILES, HostNames::new(web.host_names), web.allow_origins),
            clocks: Time::default(),
            sources: HashMap::new(),
            proxies: Proxies::new(proxies),
            tls: None,
            tls_required: config.tls.required,
            effects: Vec::new(),
            orders: BTreeMap::new(),
            requests: 0,
            asked: BTreeMap::new(),
            account_replies: Vec::new(),
            chat_replies: Vec::new(),
            steps: 0,
            said: 0,
            logins: Logins::default(),
            log_end: None,
            language,
            connections_max,
            share,
        }
    }

    /// The wall clock says `wall` at `now`. To be told once a turn, before anything else.
    pub fn set_wall_clock(&mut self, wall: UnixMillis, now: MonoTime) {
        self.clocks = Time { mono: now, wall };
    }

    /// Times are shown as the clocks of this zone show them.
    pub fn set_zone(&mut self, zone: Zone) {
        self.egress.set_zone(zone);
    }

    /// Connections that come from now on may go on in TLS, with this key and certificate.
    pub fn set_tls(&mut self, tls: Tls) {
        self.tls = Some(tls);
    }

    /// Everybody who comes from now on is told this.
    pub fn set_motd(&mut self, motd: Vec<Text>) {
        self.hub.apply(self.clocks, Input::Motd(motd));
    }

    /// The stream of a connection, to register it for readiness.
    pub fn stream_mut(&mut self, id: ClientId) -> Option<&mut S> {
        self.connections.get_mut(id).map(|conn| &mut conn.stream)
    }

    /// Readiness says that there may be something to read.
    pub fn readable(&mut self, id: ClientId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.readable = true;
            self.ingress.mark_ready(&mut self.connections, id);
        }
    }

    /// Readiness says that there may be room to write.
    pub fn writable(&mut self, id: ClientId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.unblock();
            self.egress.mark_urgent(&mut self.connections, id);
        }
    }

    /// The connection broke outside of reading and writing.
    pub fn broken(&mut self, id: ClientId) {
        self.connections.mark_dead(id, CloseReason::Lost);
    }

    /// Does what has come due in the chat and in its history, and some of what takes longer than a turn.
    pub fn tick(&mut self, now: MonoTime) {
        if let Some(reply) = self.storage.work() {
            self.recall(reply, now);
            self.perform(now);
        }
        for reply in self.storage.take_accounts_in() {
            self.recall(reply, now);
            self.perform(now);
        }
        if self.hub.next_due().is_some_and(|due| now >= due) {
            self.apply(Input::Tick, now);
        }
        self.follow_log(now);
        self.complain(now);
    }

    /// Takes the replies of the storage: what was found, and what came of passwords. Call when it wakes the loop.
    pub fn storage_ready(&mut self, now: MonoTime) {
        for reply in self.storage.replies(now) {
            self.recall(reply, now);
            // What a room hears of one of them is for its members now, not for whom the next one lets in.
            self.perform(now);
        }
        self.write_stale_rooms(false);
    }

    /// Hands rooms over as a whole of which too much has changed while the disk was busy.
    fn write_stale_rooms(&mut self, at_once: bool) {
        while let Some(key) = self.storage.next_stale_room(at_once) {
            if let Some(record) = self.hub.room_record(key) {
                self.storage.room(&record);
            }
        }
    }

    /// Another program changed the accounts in the file.
    pub fn reload_accounts(&mut self) {
        self.storage.reload_accounts();
    }

    /// Waits until the history is written, at most for `patience`; says whether it is. For the end: no
    /// other call waits but [`Server::settle_history`].
    pub fn close_history(&mut self, patience: Duration) -> bool {
        let untold = self.storage.last_complaint();
        untold.into_iter().for_each(|complaint| self.note_complaint(complaint));
        self.storage.close(patience)
    }

    /// Tells everybody that the server stops, and begins to close all connections.
    pub fn stop(&mut self, now: MonoTime) {
        self.write_stale_rooms(true);
        self.close_openings(now);
        let held = self.held();
        self.apply(Input::Stop(held), now);
    }

    /// Whether there is something to do now, without waiting for anything.
    pub fn has_work(&self) -> bool {
        self.ingress.has_work()
            || self.connections.has_handshakes_in_line()
            || self.egress.has_work()
            || self.connections.has_dead()
            || self.storage.has_work()
            || self.log_end.as_ref().is_some_and(|log| log.has_work())
    }

    /// When [`tick`](Self::tick) has something to do; never while nothing waits.
    pub fn next_due(&mut self) -> Option<MonoTime> {
        let log = self.log_end.as_ref().and_then(|log| log.next_due());
        [self.connections.next_due(), self.hub.next_due(), self.storage.next_due(), log]
            .into_iter()
            .flatten()
            .min()
    }

    /// How many connections there are, closing ones included.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What has been done since the start.
    pub fn work(&self) -> Work {
        let Work { steps, heard } = self.hub.work();
        Work { steps: steps + self.steps + self.ingress.steps() + self.egress.steps(), heard }
    }

    /// The people and their rooms.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Lines of the history that are in memory.
    pub fn remembered(&self) -> usize {
        self.storage.remembered()
    }

    /// Bytes of memory that queues of readers' own hold, all together.
    pub fn queued_bytes(&self) -> usize {
        self.connections.queued()
    }

    /// Bytes held by input that is no command yet, all together.
    pub fn input_bytes(&self) -> usize {
        self.connections.input() + self.connections.records()
    }

    /// Bytes that wait for the file of the history: in its thread's hands, and for a place there.
    pub fn unwritten_bytes(&self) -> (usize, usize) {
        self.storage.unwritten_bytes()
    }

    /// Bytes that wait for each connection's peer, and bytes of memory that its buffers hold.
    pub fn buffers(&self) -> impl Iterator<Item = (ClientId, usize, usize)> {
        self.connections.iter().map(|(id, conn)| (id, conn.waiting(), conn.held()))
    }

    /// Begins the orderly end of a connection that the hub has forgotten.
    fn close(&mut self, id: ClientId, reason: CloseReason, now: MonoTime) {
        let Server { connections, egress, .. } = self;
        let Some(conn) = connections.get(id) else { return };
        let awaits = conn.awaits_reply();
        egress.report_last_skipped(connections, id, now);
        egress.farewell(connections, id, reason, now);
        connections.begin_close(id, reason, now);
        egress.mark_urgent(connections, id);
        connections.reschedule(id);
        if awaits {
            self.leave_requests(id);
        }
        self.forget_unanswered(id);
    }

    /// Waits for no reply any more on behalf of a client.
    fn leave_requests(&mut self, id: ClientId) {
        self.storage.leave(id);
        self.asked.retain(|_, (client, _)| *client != id);
    }

    /// Where `id` came from, if that has not been asked before.
    fn take_source(&mut self, id: ClientId) -> Option<ConnectionSource> {
        let source = self.sources.remove(&id);
        if self.sources.is_empty() {
            self.sources = HashMap::new();
        }
        source
    }
}
