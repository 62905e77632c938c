//! The engine as the loop sees it.
//!
//! Invariant: the loop waits for a thread only in [`Engine::stop`], and only so long.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::checks::{check_engine, check_log, check_sealing, check_way};
use super::connection::RedisConnection;
use super::error::{EngineCause, EngineError, EngineWarning};
use super::link::{self, LogLocation, Note, Notes, Side};
use super::reader::{LogReader, ReaderOrder};
use super::snapshots::SnapshotWriter;
use super::writer::{Append, LogWriter};
use super::{EngineConfig, EngineTrouble, Happened, LogState};
use crate::cluster::{NodeInput, NodeOutput};
use crate::limits::{LOG_BLOCK, LOG_PATIENCE, LOG_READS_IN_HAND, SNAPSHOT_RETRY};
use crate::threads;

/// The loop's end of the threads that know the engine. When it is dropped they end by themselves.
pub struct Engine<S: LogState> {
    location: Arc<LogLocation>,
    appends: Sender<Append>,
    orders: Sender<ReaderOrder>,
    notes: Receiver<Note<S>>,
    /// For threads that are started later.
    sender: Notes<S>,
    running: Sender<Infallible>,
    /// Ends when no thread has the other end any more.
    ended: Receiver<Infallible>,
    /// The last connection of the writer of which the loop knows.
    connection: u64,
    /// Which connections are lost, as far as the loop knows.
    lost: Vec<Side>,
    /// Why they are is not told yet.
    untold: bool,
    /// The last order to the reader that is to be answered.
    order: u64,
    /// How often it had to begin from a snapshot.
    loads: u64,
    /// A snapshot is being made: what becomes of it is going to be told.
    writing: bool,
    /// None is made: that is to be told.
    unwritten: bool,
    /// Before this none is tried.
    next_snapshot: Option<Instant>,
    stopping: Arc<AtomicBool>,
}

impl<S: LogState> Engine<S> {
    /// Looks whether the engine and the log will do, and starts the threads, which call `wake` when there is [something](Self::happened).
    ///
    /// # Errors
    ///
    /// They will not do, or the system refuses what it takes.
    pub fn start(
        config: &EngineConfig,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<(Engine<S>, Vec<EngineWarning>), EngineError> {
        let at = |cause: EngineCause| cause.at(&config.address);
        let location = LogLocation::of(config).map_err(|error| at(EngineCause::System(error)))?;
        let warnings = check(config, &location).map_err(at)?;
        let engine = Engine::spawn(Arc::new(location), Arc::new(wake), &[]);
        Ok((engine.map_err(|error| at(EngineCause::System(error)))?, warnings))
    }

    /// Starts the threads for a node that another program has handed over. Nothing is asked before: that program has, and the engine may be away
    /// now. For the node the connections are lost until they are there.
    ///
    /// # Errors
    ///
    /// The system refuses what it takes.
    pub fn go_on(
        config: &EngineConfig,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Engine<S>, EngineError> {
        let engine = LogLocation::of(config).and_then(|location| {
            Engine::spawn(Arc::new(location), Arc::new(wake), &[Side::Writer, Side::Reader])
        });
        engine.map_err(|error| EngineCause::System(error).at(&config.address))
    }

    fn spawn(
        location: Arc<LogLocation>,
        wake: Arc<dyn Fn() + Send + Sync>,
        lost: &[Side],
    ) -> std::io::Result<Engine<S>> {
        let (appends, to_append) = mpsc::channel();
        let (orders, ordered) = mpsc::channel();
        let (sender, notes) = mpsc::sync_channel(LOG_READS_IN_HAND);
        let (running, ended) = mpsc::channel();
        let sender = Notes { sender, wake };
        let writer = LogWriter { location: Arc::clone(&location), appends: to_append };
        let reader = LogReader::new(Arc::clone(&location), ordered, sender.clone());
        let is_lost = !lost.is_empty();
        let (told, runs) = (sender.clone(), running.clone());
        threads::spawn("log-writer", move || {
            let _runs = runs;
            let _ = link::keep(writer, &told, is_lost);
        })?;
        let (told, runs) = (sender.clone(), running.clone());
        threads::spawn("log-reader", move || {
            let _runs = runs;
            let _ = link::keep(reader, &told, is_lost);
        })?;
        Ok(Engine {
            location,
            appends,
            orders,
            notes,
            sender,
            running,
            ended,
            connection: 1,
            lost: lost.to_vec(),
            untold: is_lost,
            order: 0,
            loads: 0,
            writing: false,
            unwritten: false,
            next_snapshot: None,
            stopping: Arc::default(),
        })
    }

    /// Of something that the system refuses.
    pub fn cannot(&self, error: std::io::Error) -> EngineError {
        EngineCause::System(error).at(&self.location.address)
    }

    /// Does what a node wants done. Gives it back where it is not the engine's.
    pub fn perform(&mut self, output: NodeOutput) -> Option<NodeOutput> {
        // A thread that is not there any more has told why, or the loop is at its end.
        match output {
            NodeOutput::Append(entry) => drop(self.appends.send((self.connection, entry))),
            NodeOutput::LoadSnapshot(before) => {
                (self.order, self.loads) = (self.order + 1, self.loads + 1);
                drop(self.orders.send(ReaderOrder::Load(self.order, before)));
            }
            NodeOutput::ReadFrom(after) => {
                self.order += 1;
                drop(self.orders.send(ReaderOrder::Read(self.order, after)));
            }
            NodeOutput::Trim(bound) => drop(self.orders.send(ReaderOrder::Trim(bound))),
            NodeOutput::WriteSnapshot => self.write_snapshot(),
            other => return Some(other),
        }
        None
    }

    /// What has happened next, if something has.
    pub fn happened(&mut self) -> Option<Happened<S>> {
        if std::mem::take(&mut self.unwritten) {
            return Some(Happened::Input(NodeInput::Written(None)));
        }
        loop {
            let happened = match self.notes.try_recv().ok()? {
                Note::Lost(side, fault) => {
                    self.untold |= self.lost.is_empty();
                    if !self.lost.contains(&side) {
                        self.lost.push(side);
                    }
                    Some(match std::mem::take(&mut self.untold) {
                        true => Happened::Lost(fault),
                        false => Happened::Trouble(EngineTrouble::StillLost(fault)),
                    })
                }
                Note::StillLost(fault) => Some(Happened::Trouble(EngineTrouble::StillLost(fault))),
                Note::Back(side, connections) => {
                    self.lost.retain(|lost| *lost != side);
                    if side == Side::Writer {
                        self.connection = connections;
                    }
                    let is_back = self.lost.is_empty();
                    self.untold &= !is_back;
                    is_back.then_some(Happened::Input(NodeInput::Back))
                }
                Note::Read(order, read) => {
                    (order == self.order).then_some(Happened::Input(NodeInput::Read(read)))
                }
                Note::Snapshot(order, snapshot) => {
                    (order == self.order).then_some(Happened::Snapshot(snapshot))
                }
                // One that was made of a log that is another one by now is not to be told of.
                Note::Written(loads, at) => {
                    self.writing = false;
                    self.next_snapshot = at.is_err().then(|| Instant::now() + SNAPSHOT_RETRY);
                    let at = at.ok().flatten().filter(|_| loads == self.loads);
                    Some(Happened::Input(NodeInput::Written(at)))
                }
                Note::Trouble(trouble) => Some(Happened::Trouble(trouble)),
            };
            if happened.is_some() {
                return happened;
            }
        }
    }

    /// Ends the threads; what was to be appended is, if that takes no longer than `patience`. Says whether all of them have ended.
    pub fn stop(self, patience: Duration) -> bool {
        let Engine { appends, orders, notes, sender, running, ended, stopping, .. } = self;
        stopping.store(true, Ordering::Relaxed);
        drop((appends, orders, notes, sender, running));
        ended.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected)
    }

    fn write_snapshot(&mut self) {
        if self.writing {
            // The connections were lost meanwhile, and the node does not count on that one any more.
            return;
        }
        let waits = self.next_snapshot.is_some_and(|at| Instant::now() < at);
        self.writing = !waits && self.start_snapshot().is_ok();
        if !self.writing {
            self.unwritten = true;
            (self.sender.wake)();
        }
    }

    fn start_snapshot(&self) -> std::io::Result<()> {
        let (location, notes) = (Arc::clone(&self.location), self.sender.clone());
        let (number, stopping) = (self.loads, Arc::clone(&self.stopping));
        let (writer, runs) = (SnapshotWriter { location, notes, number, stopping }, self.running.clone());
        threads::spawn("log-snapshot", move || {
            let _runs = runs;
            threads::yield_to_the_loop();
            writer.run();
        })
        .map(drop)
    }
}

fn check(config: &EngineConfig, location: &LogLocation) -> Result<Vec<EngineWarning>, EngineCause> {
    let exposed = check_way(config)?;
    let mut connection = RedisConnection::open(&location.address, LOG_BLOCK + LOG_PATIENCE)?;
    let warnings = check_engine(&mut connection, config.unsafe_too)?;
    check_log(&mut connection, &location.keys)?;
    check_sealing(&mut connection, location)?;
    Ok(exposed.into_iter().chain(warnings).collect())
}
