//! Going on in another program, without letting go of any connection.
//!
//! 1. A child of the new program looks at a copy of the state, while this one serves.
//! 2. If it takes it, nobody is served any more: what waits is written, to people and to the disk, and the state is written down again.
//! 3. The new program takes the place of this one, and goes on.
//!
//! Invariant: whatever fails is told, and this program goes on as if nothing had been. That is so up to the call that replaces the
//! program (`execve`), before which those in TLS are told that their connections end: if it fails, they have to come again.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Instant;

use log::{info, warn};
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Poll, Token, Waker};

use super::{Control, EventLoop, SIGNALS, STORAGE, open_storage, told, watch};
use crate::chat::MonoTime;
use crate::clock::{Clock, wall_clock};
use crate::config::{Config, Door};
use crate::control::Socket;
use crate::limits::{UPGRADE_DISK_PATIENCE, UPGRADE_TURNS};
use crate::locale::reason;
use crate::net::acceptor::Acceptor;
use crate::net::handover::{
    Checking, Handed, Handover, HandoverError, Packed, Program, ProgramFile, UpgradeRefused, system_clock,
};
use crate::net::metrics::Metrics;
use crate::net::server::Server;
use crate::net::signals::{SignalRequest, Signals, hang_up_again};
use crate::protocol::console;
use crate::storage::{LockFiles, Store};

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl EventLoop {
    /// Lets `program` take the place of this one when that is asked for.
    #[must_use]
    pub fn upgrading_to(mut self, program: Program) -> EventLoop {
        self.program = Some(program);
        self
    }

    /// Goes on with what another program has handed over.
    ///
    /// # Errors
    ///
    /// The state contradicts itself, or the system has no room.
    pub fn take_over(
        handed: Handed,
        mut signals: Signals,
        config: Config,
        store: Option<Store>,
    ) -> Result<EventLoop, HandoverError> {
        let Handed { state, control, listeners, metrics, streams, lock: _ } = handed;
        let Handover { program, paused, system, server, storage, doors, control: stored, .. } = state;
        let clock = Clock::resume(paused, system_clock().saturating_sub(system));
        let (poll, language) = (Poll::new().map_err(broken)?, config.language);
        let waker = Arc::new(Waker::new(poll.registry(), STORAGE).map_err(broken)?);
        signals.register(poll.registry(), SIGNALS).map_err(broken)?;
        let control = match (control, stored, store.as_ref()) {
            (Some((listener, sessions)), Some(stored), Some(store)) => {
                let name = Socket::of(store.dir(), stored.file);
                let called = stored.sessions.into_iter().zip(sessions).collect();
                let control = Control::new(listener, name, poll.registry(), language);
                let control = control
                    .and_then(|control| control.resumed(called, stored.orders, poll.registry(), clock.now()));
                told(control, store.dir(), language)
            }
            _ => None,
        };
        let storage = open_storage(store, &config, &waker).map_err(broken)?.restored(storage);
        let streams = streams.into_iter().map(TcpStream::from_std).collect();
        let sealed = server.sealed();
        let mut server = Server::restore(config, storage, server, streams)?;
        let mut acceptors = Vec::new();
        for (index, (listener, door)) in listeners.into_iter().zip(doors).enumerate() {
            let mut listener = TcpListener::from_std(listener);
            poll.registry().register(&mut listener, Token(index), Interest::READABLE).map_err(broken)?;
            acceptors.push((listener, door, Acceptor::default()));
        }
        for id in server.ids() {
            watch(poll.registry(), &mut server, id);
        }
        let now = clock.now();
        server.set_wall_clock(wall_clock(), now);
        server.ask_again(now);
        server.lose(&sealed, now);
        let mut event_loop = EventLoop::of(poll, signals, server, (waker, clock, language));
        (event_loop.acceptors, event_loop.control) = (acceptors, control);
        event_loop.taken_over = Some((program, paused));
        // The chat is as good without.
        if let Err(error) = event_loop.serve_metrics(metrics.into_iter().map(TcpListener::from_std).collect())
        {
            warn!("--metrics: {}", reason(&error, language));
        }
        Ok(event_loop)
    }

    /// Tells that the upgrade is made: to the log, and to the client that has asked for it.
    pub(super) fn tell_upgraded(&mut self) {
        let Some((before, paused)) = self.taken_over.take() else { return };
        let now = self.clock.now();
        let (people, pause) = (self.server.connections(), now.since(paused).as_millis() as u64);
        let words = |language| console::upgraded(&before, VERSION, people, pause, language);
        info!("{}", words(self.language));
        self.control.iter_mut().for_each(|control| control.upgraded((true, words), now));
    }

    /// Begins an upgrade. Who asks while one is under way hears what comes of that.
    pub(super) fn begin_upgrade(&mut self, now: MonoTime) {
        if self.upgrade.is_some() {
            return;
        }
        match self.begin_check(now) {
            Ok(checking) => {
                info!("{}", console::upgrading(self.language));
                self.upgrade = Some(checking);
            }
            Err(why) => self.refuse_upgrade(&why, now),
        }
    }

    fn begin_check(&mut self, now: MonoTime) -> Result<Checking, UpgradeRefused> {
        let program = self.program.as_ref().filter(|_| self.stopping.is_none());
        let program = program.ok_or(UpgradeRefused::Stopping)?.clone();
        self.finish_entry(now);
        // What all of a room have still to be written is there once, and would be in the state once for each of them.
        self.write(now);
        let state = self.handover(now, 0).write()?;
        let waker = Arc::clone(&self.waker);
        program.check(state, move || drop(waker.wake()))
    }

    /// Goes on with an upgrade that is under way, if the new program has looked at the state. To be called between two turns.
    pub(super) fn go_on_upgrading(&mut self, now: MonoTime, settle_log: &mut impl FnMut()) {
        let Some(result) = self.upgrade.as_ref().and_then(Checking::result) else { return };
        self.upgrade = None;
        let why = match result {
            Ok(checked) => self.hand_over(checked, now, settle_log),
            Err(why) => why,
        };
        self.refuse_upgrade(&why, now);
    }

    fn refuse_upgrade(&mut self, why: &UpgradeRefused, now: MonoTime) {
        warn!("{}", console::upgrade_refused(&why.describe(self.language), self.language));
        let words = |language| why.describe(language);
        self.control.iter_mut().for_each(|control| control.upgraded((false, words), now));
    }

    /// Hands everything over to the program that was `checked`. Comes back only if that fails.
    fn hand_over(
        &mut self,
        checked: ProgramFile,
        now: MonoTime,
        settle_log: &mut impl FnMut(),
    ) -> UpgradeRefused {
        if self.stopping.is_some() {
            return UpgradeRefused::Stopping;
        }
        self.finish_entry(now);
        // What the node has to tell is told by this program: the next one does not know of it.
        if let Some(node) = &mut self.node {
            node.perform(&mut self.server, now);
            if node.end(now).is_some() {
                return UpgradeRefused::Stopping;
            }
        }
        let Some(lock) = self.settle(now) else { return UpgradeRefused::History };
        let lock: Vec<_> =
            lock.into_iter().flat_map(|LockFiles { file, dir }| [Some(file), dir]).flatten().collect();
        let text = match self.handover(now, lock.len()).write() {
            Ok(text) => text,
            Err(error) => return error.into(),
        };
        log::logger().flush();
        settle_log();
        let EventLoop { signals, acceptors, server, control, metrics, program, .. } = self;
        let Some(program) = program else { return UpgradeRefused::Stopping };
        let mut files: Vec<BorrowedFd<'_>> = lock.iter().map(AsFd::as_fd).collect();
        files.extend(control.iter().flat_map(Control::files));
        files.extend(acceptors.iter().map(|(listener, ..)| listener.as_fd()));
        files.extend(metrics.iter().flat_map(Metrics::files));
        files.extend(server.streams().map(AsFd::as_fd));
        let packed = match Packed::new(&text, &files) {
            Ok(packed) => packed,
            Err(error) => return error.into(),
        };
        let (mut stops, mut sealed) = (false, Vec::new());
        // What came since this turn began is asked of the new program, or again of this one. Another upgrade is under way as it is.
        let may = || {
            let asked = signals.asked();
            stops = asked.iter().any(|asked| matches!(asked, SignalRequest::Stop | SignalRequest::HangUp));
            if asked.contains(&SignalRequest::Reread) {
                hang_up_again();
            }
            !stops
        };
        let why = packed.replace(program, checked, may, || sealed = server.take_leave_of_sealed(now));
        server.lose(&sealed, now);
        if stops {
            self.told = true;
            self.stop(now);
        }
        why
    }

    /// Applies the entry of the log to its end that the server is in the middle of, and tells what came of orders by it.
    fn finish_entry(&mut self, now: MonoTime) {
        self.server.finish_entry(now);
        self.tell_settled(now);
    }

    /// Tells what came of orders.
    fn tell_settled(&mut self, now: MonoTime) {
        self.control.iter_mut().for_each(|control| control.tell_settled(&mut self.server, now));
    }

    /// Has written what waits, to people and to the disk. Gives the lock on the directory, if there is one; none: the disk does not
    /// take it in time.
    fn settle(&mut self, now: MonoTime) -> Option<Option<LockFiles>> {
        let deadline = Instant::now() + UPGRADE_DISK_PATIENCE;
        // What people are told may bring something for the disk, and what the disk has something for people.
        while Instant::now() < deadline {
            self.write(now);
            let lock = self.server.settle_history(deadline, now)?;
            self.tell_settled(now);
            self.server.finish_turn(now);
            if self.server.is_settled() {
                self.server.tell_complaints();
                return Some(lock);
            }
        }
        None
    }

    /// Writes what waits for people, as far as they take it.
    fn write(&mut self, now: MonoTime) {
        for _ in 0..UPGRADE_TURNS {
            let ended = self.server.finish_turn(now);
            if ended > 0 {
                self.acceptors.iter_mut().for_each(|(_, _, acceptor)| acceptor.freed());
            } else if !self.server.has_unwritten() {
                break;
            }
        }
    }

    /// All that is handed over beside the open files, of which `lock` are those of the lock on the directory.
    fn handover(&self, now: MonoTime, lock: usize) -> Handover {
        // Since this turn has begun nobody else was served.
        let since = self.clock.now().since(now);
        let system = system_clock().saturating_sub(since);
        let doors: Vec<Door> = self.acceptors.iter().map(|(_, door, _)| *door).collect();
        let control = self.control.as_ref().map(Control::store);
        let log = self.node.as_ref().map(|node| node.place().clone());
        let server = (self.server.state(), self.server.storage_state(), log);
        let metrics = self.metrics.iter().flat_map(Metrics::files).count();
        Handover::new((now, system), server, (doors, metrics), (lock, control))
    }
}

fn broken(error: io::Error) -> HandoverError {
    HandoverError::Files(error.to_string())
}
