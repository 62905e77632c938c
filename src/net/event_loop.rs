//! The loop: waits for the system to say who is ready, and gives each their turn. The only place that waits.
//!
//! One turn, in this order: (1) hand over the log, and sleep until something is ready or due, (2) read both clocks, once, (3) take what is
//! ready, (4) let newcomers in, (5) serve who has input, those first who had more than their share last time, (6) do
//! what is due, (7) write and sweep. Polling is edge-triggered, for reading and writing at once and for good: a connection costs
//! one `epoll_ctl` in its life, and an edge is never asked for twice.

mod following;
mod upgrading;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use log::{debug, info, warn};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;

use super::acceptor::Acceptor;
use super::bind::Listening;
use super::control::{self as orders, Control, Wish};
use super::handover::{Checking, Program, system_clock};
use super::manager::ServiceManager;
use super::metrics::{self, Metrics};
use super::nodes::{ClusterNode, NodeEnd};
use super::server::Server;
use super::signals::{SignalRequest, Signals};
use crate::chat::{ClientId, Language, MonoTime};
use crate::clock::{Clock, wall_clock};
use crate::config::{Config, Door};
use crate::control;
use crate::limits;
use crate::locale::reason;
use crate::protocol::console;
use crate::storage::{Storage, Store};
use crate::tls::Tls;

/// Tokens of clients are their ids, whose generation is never 0; below that there is room for our own.
const SIGNALS: Token = Token(u32::MAX as usize);

/// The threads of the storage, or of the log that several nodes have, have something to say.
const STORAGE: Token = Token(u32::MAX as usize - 1);

/// Listeners of the chat are numbered from 0; whatever there may be of each kind, no two have one token.
const _: () = {
    assert!(usize::BITS >= 64, "a token holds a slot and its generation");
    assert!(limits::DESCRIPTORS_MAX as usize <= metrics::TOKENS.start);
    assert!(metrics::TOKENS.end <= orders::TOKENS.start);
    assert!(orders::TOKENS.end <= STORAGE.0 && STORAGE.0 < SIGNALS.0 && SIGNALS.0 < 1 << 32);
};

/// Why the server has ended without being asked to.
#[derive(Debug, Error)]
pub enum RunError {
    /// The system refuses what every server needs.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The node cannot go on.
    #[error("{0:?}")]
    Node(NodeEnd),
}

/// The server on sockets.
pub struct EventLoop {
    poll: Poll,
    signals: Signals,
    acceptors: Vec<(TcpListener, Door, Acceptor)>,
    /// Which of them lets people in first, this time.
    first_door: usize,
    server: Server<TcpStream>,
    /// With a history in a file only: it is in the same directory.
    control: Option<Control>,
    /// What has started us, if it wants to be told.
    manager: Option<ServiceManager>,
    metrics: Option<Metrics>,
    /// Where several servers are one chat: this one of them.
    node: Option<ClusterNode>,
    /// How that has ended.
    end: Option<NodeEnd>,
    clock: Clock,
    /// The console's.
    language: Language,
    /// Asked to stop: until when queues may empty.
    stopping: Option<MonoTime>,
    /// A signal to stop has come; the next one stops at once.
    told: bool,
    /// Wakes the loop from other threads.
    waker: Arc<Waker>,
    /// What goes on when an upgrade is asked for.
    program: Option<Program>,
    /// One is under way.
    upgrade: Option<Checking>,
    /// The version of the program before this one, and when it stopped serving; until that is told.
    taken_over: Option<(String, MonoTime)>,
}

impl EventLoop {
    /// Takes over the listeners and the signals. What is said is remembered in `store`, or in memory.
    pub fn new(
        listeners: Vec<Listening>,
        mut signals: Signals,
        config: Config,
        store: Option<Store>,
    ) -> io::Result<EventLoop> {
        let (poll, language) = (Poll::new()?, config.language);
        signals.register(poll.registry(), SIGNALS)?;
        let mut acceptors = Vec::new();
        for (index, listening) in listeners.into_iter().enumerate() {
            let mut listener = listening.listener;
            poll.registry().register(&mut listener, Token(index), Interest::READABLE)?;
            acceptors.push((listener, listening.door, Acceptor::default()));
        }
        let control = store.as_ref().and_then(|store| listen_for_orders(store.dir(), &poll, language));
        let waker = Arc::new(Waker::new(poll.registry(), STORAGE)?);
        let storage = open_storage(store, &config, &waker)?;
        let server = Server::remembering(config, storage);
        let mut event_loop = EventLoop::of(poll, signals, server, (waker, Clock::start(), language));
        (event_loop.acceptors, event_loop.control) = (acceptors, control);
        Ok(event_loop)
    }

    /// One that lets nobody in yet.
    fn of(
        poll: Poll,
        signals: Signals,
        server: Server<TcpStream>,
        (waker, clock, language): (Arc<Waker>, Clock, Language),
    ) -> EventLoop {
        EventLoop {
            poll,
            signals,
            acceptors: Vec::new(),
            first_door: 0,
            server,
            control: None,
            manager: None,
            metrics: None,
            node: None,
            end: None,
            clock,
            language,
            stopping: None,
            told: false,
            waker,
            program: None,
            upgrade: None,
            taken_over: None,
        }
    }

    /// Has the service manager told from now on how the server is.
    pub fn tell(&mut self, manager: Option<ServiceManager>) {
        self.manager = manager;
    }

    /// Tells programs that watch over the server, at these places, how it is.
    ///
    /// # Errors
    ///
    /// The system cannot tell who comes there.
    pub fn serve_metrics(&mut self, listeners: Vec<TcpListener>) -> io::Result<()> {
        if !listeners.is_empty() {
            self.metrics = Some(Metrics::new(listeners, wall_clock(), self.poll.registry())?);
        }
        Ok(())
    }

    /// Connections that come may go on in TLS.
    pub fn set_tls(&mut self, tls: Tls) {
        self.server.set_tls(tls);
    }

    /// Serves until asked to stop, by SIGTERM, by Ctrl-C or because the terminal is gone; then until all queues are
    /// empty, or a second SIGTERM or Ctrl-C. Without a terminal SIGHUP calls `reread`. Before another program takes the place of this one,
    /// `settle_log` is called, to wait a moment until the log is written.
    pub fn run(
        &mut self,
        mut reread: impl FnMut(&mut Server<TcpStream>),
        mut settle_log: impl FnMut(),
    ) -> Result<(), RunError> {
        self.signals.started();
        self.tell_upgraded();
        let mut events = Events::with_capacity(limits::EVENTS_PER_TURN);
        let mut now = self.clock.now();
        self.tell_ready(now);
        // When the turn was over, where that is asked.
        let mut over = None;
        loop {
            // 1: sleep; what this turn has logged goes first
            log::logger().flush();
            let patience = self.patience(now, over);
            match self.poll.poll(&mut events, patience) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
                Err(_) => events.clear(),
                Ok(()) => {}
            }
            // 2: the clocks
            now = self.clock.now();
            self.server.set_wall_clock(wall_clock(), now);
            // 3: what is ready
            for event in &events {
                match event.token() {
                    SIGNALS => {
                        if self.signalled(now, &mut reread) {
                            return self.ended();
                        }
                    }
                    STORAGE => self.server.storage_ready(now),
                    token if self.control.as_mut().is_some_and(|control| control.ready(token)) => {}
                    token if self.metrics.as_mut().is_some_and(|metrics| metrics.ready(token)) => {}
                    Token(index) if index < self.acceptors.len() => self.acceptors[index].2.mark_ready(),
                    Token(bits) => {
                        let id = ClientId::from_bits(bits as u64);
                        if event.is_writable() {
                            self.server.writable(id);
                        }
                        if event.is_readable() || event.is_read_closed() || event.is_error() {
                            self.server.readable(id);
                        }
                    }
                }
            }
            // 4: newcomers
            self.admit(now);
            // 5: who has input
            self.server.serve_ready(now);
            // 6: what is due
            self.follow_nodes(now);
            self.server.tick(now);
            self.take_orders(now);
            if let Some(metrics) = &mut self.metrics {
                metrics.turn(self.poll.registry(), &self.server, now);
            }
            // 7: write and sweep
            if self.server.finish_turn(now) > 0 {
                self.acceptors.iter_mut().for_each(|(_, _, acceptor)| acceptor.freed());
            }
            self.end_turn_of_nodes(now);
            if let Some(manager) = &mut self.manager {
                manager.connected(self.server.hub().clients(), now);
            }
            over = self.note_turn(now);
            if let Some(until) = self.stopping
                && (now >= until || self.is_done())
            {
                self.finish_history(until.since(now));
                return self.ended();
            }
            self.go_on_upgrading(now, &mut settle_log);
        }
    }

    /// How long to sleep: not at all while there is work, for ever while nothing will be due.
    fn patience(&mut self, now: MonoTime, over: Option<MonoTime>) -> Option<Duration> {
        let (control, metrics) = (self.control.as_ref(), self.metrics.as_ref());
        let has_work = control.is_some_and(Control::has_work)
            || metrics.is_some_and(Metrics::has_work)
            || self.node.as_ref().is_some_and(ClusterNode::has_work);
        if self.server.has_work() || has_work {
            return Some(Duration::ZERO);
        }
        let (orders, visits) = (control.and_then(Control::due), metrics.and_then(Metrics::due));
        let status = self.manager.as_ref().and_then(ServiceManager::due);
        // While no connection can be let in, one that waits is no reason to wake up: another one has to end first.
        let acceptors = match self.server.accepts(now) {
            true => self.acceptors.iter().filter_map(|(_, _, acceptor)| acceptor.due(now)).min(),
            false => None,
        };
        let node = self.node.as_ref().and_then(ClusterNode::due);
        let due = [self.server.next_due(), acceptors, orders, visits, status, node, self.stopping]
            .into_iter()
            .flatten()
            .min()?;
        Some(due.since(over.unwrap_or_else(|| self.clock.now())))
    }

    /// Notes how long the turn took that began at `now`, where that is asked; gives when it was over. The clock is read once more for it.
    fn note_turn(&mut self, now: MonoTime) -> Option<MonoTime> {
        let metrics = self.metrics.as_mut()?;
        let over = self.clock.now();
        metrics.note_turn(over.since(now));
        Some(over)
    }

    /// Lets the history be written to its end, in what is left of the time to stop.
    fn finish_history(&mut self, left: Duration) {
        // Behind this the directory may be another server's.
        self.control.iter_mut().for_each(Control::leave);
        let written = self.server.close_history(left.max(limits::HISTORY_FLUSH_TIMEOUT));
        if !written {
            warn!("{}", console::history_unfinished(self.language));
        }
        self.control.iter_mut().for_each(|control| control.stopped(written));
    }

    fn admit(&mut self, now: MonoTime) {
        let EventLoop { poll, acceptors, server, first_door, .. } = self;
        // Each door is the first in its turn: where places are rare, one must not take them all.
        let first = *first_door % acceptors.len().max(1);
        *first_door = first + 1;
        let (before, after) = acceptors.split_at_mut(first);
        for (listener, door, acceptor) in after.iter_mut().chain(before) {
            if !server.accepts(now) {
                return;
            }
            acceptor.admit(
                now,
                || listener.accept(),
                |stream, peer| {
                    let id = server.admit_through(*door, stream, peer, now);
                    register(poll.registry(), server, id);
                    server.accepts(now)
                },
            );
        }
    }

    /// Does what signals ask for; says whether to stop at once.
    fn signalled(&mut self, now: MonoTime, reread: &mut impl FnMut(&mut Server<TcpStream>)) -> bool {
        for asked in self.signals.asked() {
            match asked {
                SignalRequest::Stop if self.told => return true,
                SignalRequest::Stop => {
                    self.told = true;
                    self.stop(now);
                }
                SignalRequest::HangUp => self.stop(now),
                SignalRequest::Reread => {
                    self.manager.iter_mut().for_each(|manager| manager.reloading(system_clock()));
                    reread(&mut self.server);
                    self.server.reload_accounts();
                    self.tell_ready(now);
                }
                SignalRequest::Upgrade => self.begin_upgrade(now),
                SignalRequest::Nothing(signal) => info!("{}", console::unused(signal, self.language)),
            }
        }
        false
    }

    /// Has the service manager told that the server does what it is there for.
    fn tell_ready(&mut self, now: MonoTime) {
        let clients = self.server.hub().clients();
        self.manager.iter_mut().for_each(|manager| manager.ready(clients, now));
    }

    /// Begins to stop, unless that has begun.
    fn stop(&mut self, now: MonoTime) {
        if self.stopping.is_none() {
            info!("{}", console::stopping(self.language));
            self.manager.iter_mut().for_each(ServiceManager::stopping);
            self.acceptors.clear();
            self.stopping = Some(now + limits::STOP_TIMEOUT);
            match self.node.as_mut().filter(|_| self.end.is_none()) {
                // Behind what its people have said, and all of them at one place. Their connections end when that is read.
                Some(node) => node.leave(now),
                None => self.server.stop(now),
            }
        }
    }

    /// Does what the administrator wants.
    fn take_orders(&mut self, now: MonoTime) {
        let stopping = self.stopping.is_some();
        let Some(control) = &mut self.control else { return };
        let Wish { stop, upgrade } = control.turn(self.poll.registry(), &mut self.server, stopping, now);
        if upgrade {
            self.begin_upgrade(now);
        }
        if stop {
            self.stop(now);
        }
    }

    /// Whether all connections have ended and no order waits for the history's thread.
    fn is_done(&self) -> bool {
        let is_leaving = self.node.is_some() && self.end.is_none();
        self.server.connections() == 0
            && !is_leaving
            && !self.control.as_ref().is_some_and(Control::awaits_history)
    }
}

/// What is in `store`, or a history in memory; its threads wake the loop.
fn open_storage(store: Option<Store>, config: &Config, waker: &Arc<Waker>) -> io::Result<Storage> {
    let waker = Arc::clone(waker);
    // A poll that cannot be woken is broken, and its own errors say so.
    let wake = move || drop(waker.wake());
    let storage = match store {
        Some(store) => Storage::in_file(store, wake)?,
        None if config.operator_password.is_some() || config.is_node() => Storage::in_memory(wake)?,
        None => Storage::default(),
    };
    Ok(match config.operator_password.clone() {
        Some(password) => storage.with_operator(password),
        None => storage,
    })
}

/// Takes the administrator's commands in `dir`. Without the socket the chat is as good as with it.
fn listen_for_orders(dir: &Path, poll: &Poll, language: Language) -> Option<Control> {
    let listening = control::bind(dir)
        .and_then(|(listener, name)| Control::new(listener, name, poll.registry(), language));
    told(listening, dir, language)
}

/// What takes the administrator's commands in `dir`; a warning where it cannot be had.
fn told(control: io::Result<Control>, dir: &Path, language: Language) -> Option<Control> {
    control
        .inspect_err(|error| {
            let path = dir.join(control::SOCKET);
            warn!("{}", console::no_control(&path.display().to_string(), &reason(error, language), language));
        })
        .ok()
}

/// Watches over a new connection; one of which the system cannot tell when it is ready breaks.
fn register(registry: &Registry, server: &mut Server<TcpStream>, id: ClientId) {
    let Some(stream) = server.stream_mut(id) else { return };
    // All else is inherited from the listener. A system that refuses this probes everybody at once.
    let spread = Duration::from_secs(id.slot() as u64 % limits::KEEPALIVE_SPREAD.as_secs());
    let keepalive = TcpKeepalive::new().with_time(limits::KEEPALIVE_IDLE + spread);
    if let Err(error) = SockRef::from(&*stream).set_tcp_keepalive(&keepalive) {
        debug!("{id:?}: {error}");
    }
    watch(registry, server, id);
}

/// The same for a connection that has all else already.
fn watch(registry: &Registry, server: &mut Server<TcpStream>, id: ClientId) {
    let Some(stream) = server.stream_mut(id) else { return };
    let token = Token(id.to_bits() as usize);
    if let Err(error) = registry.register(stream, token, Interest::READABLE | Interest::WRITABLE) {
        debug!("{id:?}: {error}");
        server.broken(id);
    }
}
