//! How a thread keeps its connection, and what it tells the loop.
//!
//! Invariant: of each loss the loop hears once, and once more for each other kind of fault; and of each connection behind one.

use std::io;
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::address::EngineAddress;
use super::connection::RedisConnection;
use super::fault::EngineFault;
use super::keys::Keys;
use super::sealing::Sealing;
use super::{EngineConfig, EngineTrouble, LogState};
use crate::cluster::{EntryId, LogSnapshot, Read};
use crate::limits::{LOG_RETRY_FIRST, LOG_RETRY_LAST};

/// What all threads know.
pub(super) struct LogLocation {
    pub(super) address: EngineAddress,
    pub(super) keys: Keys,
    pub(super) sealing: Arc<Sealing>,
    /// The newest version of entries that this release knows.
    pub(super) newest: u32,
}

impl LogLocation {
    pub(super) fn of(config: &EngineConfig) -> io::Result<LogLocation> {
        Ok(LogLocation {
            address: config.address.clone(),
            keys: Keys::new(&config.prefix),
            sealing: Arc::new(Sealing::new(config.key.as_ref(), &config.prefix)?),
            newest: config.newest,
        })
    }
}

/// Which of the two connections that are always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Writer,
    Reader,
}

/// What a thread tells the loop.
pub(super) enum Note<S: LogState> {
    /// A connection is lost.
    Lost(Side, EngineFault),
    /// It is lost still, and now this is what is wrong.
    StillLost(EngineFault),
    /// It is there again; how many there were by now.
    Back(Side, u64),
    /// What the order of that number asked for.
    Read(u64, Read<S::Change>),
    Snapshot(u64, Option<Box<LogSnapshot<S>>>),
    /// What became of the snapshot of that number: where it stands, if there was one to be written.
    Written(u64, Result<Option<EntryId>, Failed>),
    Trouble(EngineTrouble),
}

/// A snapshot could not be made, and could not be made at once again.
#[derive(Clone, Copy)]
pub(super) struct Failed;

/// Nobody listens any more: the thread is to end.
pub(super) struct Gone;

/// Where a thread tells the loop something. It waits there while the loop has not taken what it was told before.
pub(super) struct Notes<S: LogState> {
    pub(super) sender: SyncSender<Note<S>>,
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
}

impl<S: LogState> Clone for Notes<S> {
    fn clone(&self) -> Notes<S> {
        Notes { sender: self.sender.clone(), wake: Arc::clone(&self.wake) }
    }
}

impl<S: LogState> Notes<S> {
    pub(super) fn send(&self, note: Note<S>) -> Result<(), Gone> {
        self.sender.send(note).map_err(|_| Gone)?;
        (self.wake)();
        Ok(())
    }
}

/// Why a thread does not go on with a connection.
pub(super) enum LinkEnd {
    /// It is to end.
    Gone,
    /// The connection is of no use any more.
    Lost(EngineFault),
}

impl From<Gone> for LinkEnd {
    fn from(Gone: Gone) -> LinkEnd {
        LinkEnd::Gone
    }
}

impl From<EngineFault> for LinkEnd {
    fn from(fault: EngineFault) -> LinkEnd {
        LinkEnd::Lost(fault)
    }
}

/// What a thread does with a connection that it keeps.
pub(super) trait LinkTask<S: LogState> {
    const SIDE: Side;
    /// What is asked of it.
    type Order;

    /// Opens a connection that will do.
    fn open(&self) -> Result<RedisConnection, EngineFault>;

    /// Works until it is to end, or the connection is lost. `connections` is how many there were; what goes well makes the next try soon.
    fn serve(&mut self, connection: RedisConnection, connections: u64, pauses: &mut Pauses) -> LinkEnd;

    /// Takes an order while there is no connection.
    fn put_off(&mut self, order: Self::Order);

    fn orders(&self) -> &Receiver<Self::Order>;
}

/// Works until nobody can order anything any more. Where the loop takes the connection for lost, it hears of the first one.
pub(super) fn keep<S: LogState, T: LinkTask<S>>(
    mut task: T,
    notes: &Notes<S>,
    is_lost: bool,
) -> Result<(), Gone> {
    let (mut connections, mut pauses) = (0, Pauses::default());
    // The kinds of what has been told since the connection was lost; none: it is not.
    let mut told = is_lost.then(Vec::new);
    loop {
        let end = match task.open() {
            Ok(connection) => {
                connections += 1;
                if told.take().is_some() {
                    notes.send(Note::Back(T::SIDE, connections))?;
                }
                task.serve(connection, connections, &mut pauses)
            }
            Err(fault) => LinkEnd::Lost(fault),
        };
        let LinkEnd::Lost(fault) = end else { return Ok(()) };
        let kind = mem::discriminant(&fault);
        let told = told.get_or_insert_default();
        if told.is_empty() {
            notes.send(Note::Lost(T::SIDE, fault))?;
        } else if !told.contains(&kind) {
            notes.send(Note::StillLost(fault))?;
        }
        if !told.contains(&kind) {
            told.push(kind);
        }
        let until = Instant::now() + pauses.next();
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match task.orders().recv_timeout(left) {
                Ok(order) => task.put_off(order),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }
}

/// How long to wait for the next try.
pub(super) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses(LOG_RETRY_FIRST)
    }
}

impl Pauses {
    /// Something went well: the next loss is another one.
    pub(super) fn reset(&mut self) {
        *self = Pauses::default();
    }

    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LOG_RETRY_LAST);
        pause
    }
}
