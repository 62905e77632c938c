//! All connections and the hub between them: what is read becomes commands, what the hub says becomes bytes.
//!
//! Invariants: no call waits, but the very last; nothing is freed in the middle of handling, but swept at the end of the turn, or
//! before one more is let in; one write per
//! connection and turn, however many lines the turn carried; a turn does only so much, and what is left comes first in
//! the next. Sockets and their readiness belong to the caller.

mod administering;
mod closing;
mod delivering;
mod serving;
mod writing;

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::net::SocketAddr;
use std::time::Duration;

use log::debug;
use slab::Slab;

use super::broadcast::Broadcast;
use super::conn::{Conn, Standing};
use super::deadlines::Deadlines;
use super::rate_limit::Rate;
use super::stream::Stream;
use crate::chat::{
    AdminReply, ChatConfig, ClientId, CloseReason, Effect, Hub, Input, MonoTime, Origin, Text, Time,
    UnixMillis, Work,
};
use crate::clock::Zone;
use crate::config::Config;
use crate::control::AccountReply;
use crate::limits;
use crate::protocol::EncodeCache;
use crate::storage::Storage;

/// The chat on streams of kind `S`.
#[derive(Debug)]
pub struct Server<S> {
    hub: Hub,
    /// What both clocks said at the beginning of the turn.
    clocks: Time,
    conns: Slab<Conn<S>>,
    generation: u32,
    /// Where those come from whose arrival the console has not told.
    pending_addrs: HashMap<ClientId, SocketAddr>,
    deadlines: Deadlines,
    /// The slots of those who have lines of a room to be written, and stand in line for it. Not ids: everybody is
    /// here at times, and the connection itself says whether it is.
    dirty: VecDeque<u32>,
    /// Have an answer to be written: it does not wait until a whole room has been written to.
    urgent: VecDeque<ClientId>,
    /// Have input that no readiness will announce again, or that it has just announced.
    ready: VecDeque<ClientId>,
    /// Had their share of this turn and have more: those who come in the next one go before them.
    going_on: VecDeque<ClientId>,
    /// When others had lines beside those who go on.
    others_served: Option<MonoTime>,
    /// When those who go on were served last, or the first of them began to wait.
    went_on: MonoTime,
    /// To be swept.
    dead: VecDeque<ClientId>,
    /// Those that the chat has let go.
    closing: closing::Closing,
    /// Takes in turn what the hub wants done.
    effects: Vec<Effect>,
    /// What came of the administrator's last order, until it is told.
    admin_reply: Option<AdminReply>,
    encode_cache: EncodeCache,
    history: Storage,
    broadcast: Broadcast,
    /// Steps of work done here, beside the hub's.
    steps: u64,
    /// Bytes of memory that queues of readers' own hold, all together.
    queued: usize,
    /// Bytes held by input that is no command yet, all together.
    input: usize,
    /// How many requests the storage has been given.
    requests: u64,
    /// What came of orders about the accounts, by their tickets.
    account_replies: Vec<(u64, AccountReply)>,
    /// What telnet wants back while one piece of input is taken in.
    answers: Vec<u8>,
    scratch: Box<[u8]>,
    rate: Rate,
    config: Config,
}

impl<S: Stream> Server<S> {
    /// A server without connections, whose history lives as long as it does.
    pub fn new(config: Config) -> Server<S> {
        Server::remembering(config, Storage::default())
    }

    /// A server without connections that goes on with `history`.
    pub fn remembering(mut config: Config, mut history: Storage) -> Server<S> {
        let chat = ChatConfig {
            next_key: history.next_key(),
            accounts: history.accounts(),
            account_addresses: history.account_addresses(),
            operator_password: history.has_operator(),
            rooms: history.take_rooms(),
            expulsions: history.take_expulsions(),
            ..mem::take(&mut config.chat)
        };
        Server {
            hub: Hub::new(chat),
            clocks: Time::default(),
            conns: Slab::new(),
            generation: 0,
            pending_addrs: HashMap::new(),
            deadlines: Deadlines::default(),
            dirty: VecDeque::new(),
            urgent: VecDeque::new(),
            ready: VecDeque::new(),
            going_on: VecDeque::new(),
            others_served: None,
            went_on: MonoTime::START,
            dead: VecDeque::new(),
            closing: closing::Closing::default(),
            effects: Vec::new(),
            admin_reply: None,
            encode_cache: EncodeCache::new(config.zone.clone()),
            history,
            broadcast: Broadcast::default(),
            steps: 0,
            queued: 0,
            input: 0,
            requests: 0,
            account_replies: Vec::new(),
            answers: Vec::new(),
            scratch: vec![0; limits::READ_BYTES].into_boxed_slice(),
            rate: Rate::new(config.rate_limit),
            config,
        }
    }

    /// The wall clock says `wall` at `now`. To be told once a turn, before anything else.
    pub fn set_wall_clock(&mut self, wall: UnixMillis, now: MonoTime) {
        self.clocks = Time { mono: now, wall };
    }

    /// Times are shown as the clocks of this zone show them.
    pub fn set_zone(&mut self, zone: Zone) {
        self.encode_cache.set_zone(zone);
    }

    /// Everybody who comes from now on is told this.
    pub fn set_motd(&mut self, motd: Vec<Text>) {
        self.hub.apply(self.clocks, Input::Motd(motd));
    }

    /// Takes a new connection in, which the server [accepts](Self::accepts). If it gets no place it is told so and closed.
    pub fn admit(&mut self, stream: S, peer: SocketAddr, now: MonoTime) -> ClientId {
        self.make_way(now);
        let (origin, has_room) = (Origin::of(peer.ip()), self.hub.has_room(now));
        self.generation = self.generation.wrapping_add(1).max(1);
        let entry = self.conns.vacant_entry();
        let slot = u32::try_from(entry.key()).expect("fewer connections than descriptors");
        let id = ClientId::new(slot, self.generation);
        let conn = entry.insert(Conn::new(self.generation, stream, self.config.language));
        self.hub.apply(self.clocks.at(now), Input::Connected(id, origin));
        if self.hub.origin(id).is_some() {
            debug!("{peer} -> {id:?}");
            self.pending_addrs.insert(id, peer);
            conn.standing = Standing::InChat;
        } else {
            conn.standing = Standing::Refused;
            if !has_room {
                self.closing.refused(id, origin);
            }
        }
        self.perform(now);
        id
    }

    /// The stream of a connection, to register it for readiness.
    pub fn stream_mut(&mut self, id: ClientId) -> Option<&mut S> {
        self.conn_mut(id).map(|conn| &mut conn.stream)
    }

    /// Readiness says that there may be something to read.
    pub fn readable(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id) {
            conn.readable = true;
            self.later(id);
        }
    }

    /// Readiness says that there may be room to write.
    pub fn writable(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id) {
            conn.unblock();
            self.mark_urgent(id);
        }
    }

    /// The connection broke outside of reading and writing.
    pub fn broken(&mut self, id: ClientId) {
        self.mark_dead(id, CloseReason::Lost);
    }

    /// Does what has come due in the chat and in its history, and some of what takes longer than a turn.
    pub fn tick(&mut self, now: MonoTime) {
        // Before those who asked go on without: they are told so.
        for reply in self.history.overdue(now) {
            self.recall(reply, now);
            self.perform(now);
        }
        if let Some(reply) = self.history.work() {
            self.recall(reply, now);
            self.perform(now);
        }
        for reply in self.history.take_accounts_in() {
            self.recall(reply, now);
            self.perform(now);
        }
        if self.hub.next_due().is_some_and(|due| now >= due) {
            self.apply(Input::Tick, now);
        }
        self.complain(now);
    }

    /// Takes what the history has found. Call when it wakes the loop.
    pub fn answers(&mut self, now: MonoTime) {
        for reply in self.history.replies(now) {
            self.recall(reply, now);
            // What a room hears of one of them is for those who are there now, not for whom the next one lets in.
            self.perform(now);
        }
        self.write_stale_rooms(false);
    }

    /// Hands rooms over as a whole of which too much has changed while the disk was busy.
    fn write_stale_rooms(&mut self, at_once: bool) {
        while let Some(key) = self.history.next_stale_room(at_once) {
            if let Some(record) = self.hub.room_record(key) {
                self.history.room(&record);
            }
        }
    }

    /// Somebody changed the accounts in the file.
    pub fn reload_accounts(&mut self) {
        self.history.reload_accounts();
    }

    /// Waits until the history is written, at most for `patience`; says whether it is. For the end: it is the one call
    /// that waits.
    pub fn close_history(&mut self, patience: Duration) -> bool {
        let untold = self.history.last_complaint();
        untold.into_iter().for_each(|complaint| self.note_complaint(complaint));
        self.history.close(patience)
    }

    /// Tells everybody that the server stops, and begins to close all connections.
    pub fn stop(&mut self, now: MonoTime) {
        self.write_stale_rooms(true);
        self.apply(Input::Stop, now);
    }

    /// Whether there is something to do now, without waiting for anything.
    pub fn has_work(&self) -> bool {
        let waiting =
            [&self.ready, &self.going_on, &self.urgent, &self.dead].into_iter().any(|list| !list.is_empty());
        waiting || !self.dirty.is_empty() || self.history.has_work()
    }

    /// When [`tick`](Self::tick) has something to do; never while nothing waits.
    pub fn next_due(&mut self) -> Option<MonoTime> {
        [self.deadlines.next(), self.hub.next_due(), self.history.next_due()].into_iter().flatten().min()
    }

    /// How many connections there are, closing ones included.
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    /// What has been done since the start.
    pub fn work(&self) -> Work {
        let Work { steps, heard } = self.hub.work();
        Work { steps: steps + self.steps, heard }
    }

    /// The people and their rooms.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Lines of the history that are in memory, and bytes that they take, roughly.
    pub fn remembered(&self) -> (usize, usize) {
        self.history.remembered()
    }

    /// Bytes of memory that queues of readers' own hold, all together.
    pub fn queued_bytes(&self) -> usize {
        self.queued
    }

    /// Bytes held by input that is no command yet, all together.
    pub fn input_bytes(&self) -> usize {
        self.input
    }

    /// Bytes that wait for the file of the history: in its thread's hands, and for a place there.
    pub fn unwritten_bytes(&self) -> (usize, usize) {
        self.history.unwritten_bytes()
    }

    /// Bytes that wait for each connection's peer, and bytes of memory that its buffers hold.
    pub fn buffers(&self) -> impl Iterator<Item = (ClientId, usize, usize)> {
        self.conns.iter().map(|(slot, conn)| (conn.id(slot), conn.waiting(), conn.held()))
    }

    /// Begins the orderly end of a connection that the hub has forgotten.
    fn close(&mut self, id: ClientId, now: MonoTime) {
        let Server { conns, encode_cache, broadcast, queued, .. } = self;
        let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
        conn.counted(queued, |conn| writing::report_skipped(encode_cache, broadcast, conn, true, now));
        conn.begin_close(now);
        let awaits = conn.awaiting.is_some();
        self.closing.drains(id, conns);
        if awaits {
            self.history.leave(id);
        }
        self.mark_urgent(id);
        self.reschedule(id);
    }

    /// Where `id` came from, if that has not been asked before.
    fn take_origin(&mut self, id: ClientId) -> Option<SocketAddr> {
        let origin = self.pending_addrs.remove(&id);
        if self.pending_addrs.is_empty() {
            self.pending_addrs = HashMap::new();
        }
        origin
    }

    fn mark_dead(&mut self, id: ClientId, cause: CloseReason) {
        let Server { conns, queued, .. } = self;
        if let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) {
            conn.counted(queued, |conn| conn.die(cause));
            self.dead.push_back(id);
        }
    }

    /// Remembers that `id` has something to be written without standing in line.
    fn mark_urgent(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id)
            && !conn.urgent
            && conn.wants_flush()
        {
            conn.urgent = true;
            self.urgent.push_back(id);
        }
    }

    /// Remembers that `id` has input.
    fn later(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id)
            && !conn.ready
        {
            conn.ready = true;
            self.ready.push_back(id);
        }
    }

    fn reschedule(&mut self, id: ClientId) {
        let Some(conn) = self.conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
        let due = conn.due(self.rate);
        if conn.scheduled != due {
            self.deadlines.set(id, conn.scheduled, due);
            conn.scheduled = due;
        }
    }

    fn conn_mut(&mut self, id: ClientId) -> Option<&mut Conn<S>> {
        self.conns.get_mut(id.slot()).filter(|conn| conn.is(id))
    }
}
