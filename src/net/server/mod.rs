//! All connections and the hub between them: what is read becomes commands, what the hub says becomes bytes.
//!
//! Laws: no call waits, but the very last; nothing is freed in the middle of handling, but swept at the end of the turn; one write per
//! connection and turn, however many lines the turn carried. Sockets and their readiness belong to the caller.

mod delivering;
mod serving;

use std::net::SocketAddr;
use std::time::Duration;

use log::debug;
use slab::Slab;

use super::conn::Conn;
use super::deadlines::Deadlines;
use super::pace::Rate;
use super::stream::Stream;
use crate::chat::{ClientId, CloseReason, Event, Hub, Language, Moment, Output, Rules, Stamp, Text};
use crate::keep::Archive;
use crate::limits;
use crate::proto::{Encodings, Zone};

/// What the server is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language spoken to whoever has not chosen one, and on the console.
    pub language: Language,
    /// People who may be connected at once.
    pub max_clients: usize,
    /// How long a connection may stay without a name.
    pub login_timeout: Option<Duration>,
    /// Messages per second and person; 0: as many as come.
    pub rate_limit: u32,
    /// Lines told again to who enters a room.
    pub replay: usize,
    /// What everybody is told who comes.
    pub motd: Vec<Text>,
    /// What calendars said at [`Moment::START`].
    pub started: Stamp,
    /// Whose clocks people look at.
    pub zone: Zone,
}

/// The chat on streams of kind `S`.
#[derive(Debug)]
pub struct Server<S> {
    hub: Hub,
    conns: Slab<Conn<S>>,
    /// Connections that the hub knows.
    admitted: usize,
    generation: u32,
    deadlines: Deadlines,
    /// Have bytes to write this turn.
    dirty: Vec<ClientId>,
    /// Have input that no readiness will announce again.
    ready: Vec<ClientId>,
    /// To be swept.
    dead: Vec<ClientId>,
    outputs: Vec<Output>,
    encodings: Encodings,
    history: Archive,
    /// What telnet wants back while one piece of input is taken in.
    answers: Vec<u8>,
    scratch: Box<[u8]>,
    rate: Rate,
    settings: Settings,
}

impl<S: Stream> Server<S> {
    /// A server without connections, whose history lives as long as it does.
    pub fn new(settings: Settings) -> Server<S> {
        Server::remembering(settings, Archive::default())
    }

    /// A server without connections that goes on with `history`.
    pub fn remembering(settings: Settings, history: Archive) -> Server<S> {
        let rules = Rules {
            next_key: history.next_key(),
            topic: history.topic(),
            login_timeout: settings.login_timeout,
            replay: settings.replay,
            motd: settings.motd.clone(),
            started: settings.started,
        };
        Server {
            hub: Hub::new(rules),
            conns: Slab::new(),
            admitted: 0,
            generation: 0,
            deadlines: Deadlines::default(),
            dirty: Vec::new(),
            ready: Vec::new(),
            dead: Vec::new(),
            outputs: Vec::new(),
            encodings: Encodings::new(settings.zone),
            history,
            answers: Vec::new(),
            scratch: vec![0; limits::READ_BYTES].into_boxed_slice(),
            rate: Rate::new(settings.rate_limit),
            settings,
        }
    }

    /// Takes a new connection in. When all places are taken it is told so and closed; without an answer the
    /// connection was dropped, because too many are being told so already.
    pub fn admit(&mut self, stream: S, peer: SocketAddr, now: Moment) -> Option<ClientId> {
        if self.admitted >= self.settings.max_clients {
            self.hub.make_room(now, &mut self.outputs);
            self.perform(now);
        }
        let full = self.admitted >= self.settings.max_clients;
        if full && self.conns.len() >= self.settings.max_clients + limits::REFUSED_AT_ONCE {
            return None;
        }
        self.generation = self.generation.wrapping_add(1).max(1);
        let entry = self.conns.vacant_entry();
        let slot = u32::try_from(entry.key()).expect("fewer connections than descriptors");
        let id = ClientId::new(slot, self.generation);
        let conn = entry.insert(Conn::new(id, stream, peer, self.settings.language));
        if full {
            conn.answer(self.encodings.once(&Event::Full(self.settings.max_clients), conn.kind()), now);
            self.close(id, now);
        } else {
            debug!("{peer} -> {id:?}");
            conn.in_chat = true;
            self.admitted += 1;
            self.hub.connect(id, now, &mut self.outputs);
            self.perform(now);
        }
        Some(id)
    }

    /// The stream of a connection, to register it for readiness.
    pub fn stream_mut(&mut self, id: ClientId) -> Option<&mut S> {
        self.conn_mut(id).map(|conn| &mut conn.stream)
    }

    /// Readiness says that there may be something to read.
    pub fn readable(&mut self, id: ClientId, now: Moment) {
        if let Some(conn) = self.conn_mut(id) {
            conn.readable = true;
            self.serve(id, now);
        }
    }

    /// Readiness says that there may be room to write.
    pub fn writable(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id) {
            conn.unblock();
            self.mark_dirty(id);
        }
    }

    /// The connection broke outside of reading and writing.
    pub fn broken(&mut self, id: ClientId) {
        self.bury(id, CloseReason::Lost);
    }

    /// Serves those who had more input than their share of the last turn.
    pub fn resume(&mut self, now: Moment) {
        for id in std::mem::take(&mut self.ready) {
            if let Some(conn) = self.conn_mut(id) {
                conn.ready = false;
                self.serve(id, now);
            }
        }
    }

    /// Does what has come due.
    pub fn tick(&mut self, now: Moment) {
        for id in self.deadlines.take_due(now) {
            let Some(conn) = self.conn_mut(id) else { continue };
            conn.scheduled = None;
            conn.expire(now);
            if conn.is_dead() {
                self.dead.push(id);
            } else {
                self.serve(id, now);
            }
        }
        if self.hub.next_due().is_some_and(|due| now >= due) {
            self.hub.tick(now, &mut self.outputs);
            self.perform(now);
        }
        self.complain(now);
    }

    /// Takes what the history has found. Call when it wakes the loop.
    pub fn answers(&mut self, now: Moment) {
        for answer in self.history.answers() {
            self.recall(answer, now);
        }
        self.perform(now);
    }

    /// Waits until the history is written, at most for `patience`; says whether it is. For the end: it is the one call
    /// that waits.
    pub fn close_history(&mut self, patience: Duration) -> bool {
        self.history.close(patience)
    }

    /// Ends the turn: writes what was queued, then sweeps who is dead, then writes what the others are told of it.
    /// Says how many connections were freed.
    pub fn finish_turn(&mut self, now: Moment) -> usize {
        self.flush(now);
        let freed = self.sweep(now);
        self.flush(now);
        freed
    }

    /// Tells everybody that the server stops, and begins to close all connections.
    pub fn stop(&mut self, now: Moment) {
        self.hub.stop(&mut self.outputs);
        self.perform(now);
    }

    /// Whether there is something to do now, without waiting for anything.
    pub fn has_work(&self) -> bool {
        !self.ready.is_empty() || !self.dirty.is_empty() || !self.dead.is_empty()
    }

    /// When [`tick`](Self::tick) has something to do; never while nothing waits.
    pub fn next_due(&mut self) -> Option<Moment> {
        [self.deadlines.next(), self.hub.next_due(), self.history.next_due()].into_iter().flatten().min()
    }

    /// How many connections there are, closing ones included.
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    /// The people and their rooms.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Bytes that wait for each connection's peer, and bytes of memory that its buffers hold.
    pub fn buffers(&self) -> impl Iterator<Item = (ClientId, usize, usize)> {
        self.conns.iter().map(|(_, conn)| (conn.id, conn.queued(), conn.held()))
    }

    /// Frees who is dead, and tells the hub of those who left without its doing.
    fn sweep(&mut self, now: Moment) -> usize {
        let mut freed = 0;
        for id in std::mem::take(&mut self.dead) {
            let Some(conn) = self.conn_mut(id) else { continue };
            let (scheduled, in_chat, cause) = (conn.scheduled, conn.in_chat, conn.cause);
            self.deadlines.set(id, scheduled, None);
            self.conns.remove(id.slot());
            freed += 1;
            if in_chat {
                self.admitted -= 1;
                debug!("{id:?}: {cause:?}");
                self.hub.disconnect(id, cause, now, &mut self.outputs);
                self.perform(now);
            }
        }
        if self.conns.is_empty() {
            self.conns.shrink_to_fit();
        }
        freed
    }

    /// Begins the orderly end of a connection that the hub has forgotten.
    fn close(&mut self, id: ClientId, now: Moment) {
        let Some(conn) = self.conns.get_mut(id.slot()).filter(|conn| conn.id == id) else { return };
        let was_in_chat = std::mem::take(&mut conn.in_chat);
        delivering::own_up(&mut self.encodings, conn, true, now);
        conn.begin_close(now);
        self.admitted -= usize::from(was_in_chat);
        self.mark_dirty(id);
        self.reschedule(id);
    }

    fn bury(&mut self, id: ClientId, cause: CloseReason) {
        if let Some(conn) = self.conn_mut(id) {
            conn.die(cause);
            self.dead.push(id);
        }
    }

    fn mark_dirty(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id)
            && !conn.dirty
            && conn.wants_flush()
        {
            conn.dirty = true;
            self.dirty.push(id);
        }
    }

    /// Remembers that `id` has input left for the next turn.
    fn later(&mut self, id: ClientId) {
        if let Some(conn) = self.conn_mut(id)
            && !conn.ready
        {
            conn.ready = true;
            self.ready.push(id);
        }
    }

    fn reschedule(&mut self, id: ClientId) {
        let Some(conn) = self.conns.get_mut(id.slot()).filter(|conn| conn.id == id) else { return };
        let due = conn.due();
        if conn.scheduled != due {
            self.deadlines.set(id, conn.scheduled, due);
            conn.scheduled = due;
        }
    }

    fn conn_mut(&mut self, id: ClientId) -> Option<&mut Conn<S>> {
        self.conns.get_mut(id.slot()).filter(|conn| conn.id == id)
    }
}
