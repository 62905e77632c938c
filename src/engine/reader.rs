//! The thread that reads: the log, over and over, and snapshots when one is asked for.
//!
//! Invariants: only the last order is followed; behind each read comes a look at the entry that it began from, on the same connection, so
//! that the node knows whether something is missing between; and the log is trimmed only right behind such a look.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::checks::type_of;
use super::connection::RedisConnection;
use super::fault::EngineFault;
use super::keys::{ENTRY_FIELD, Keys, SNAPSHOT_FIELD};
use super::link::{LinkEnd, LinkTask, LogLocation, Note, Notes, Pauses, Side};
use super::read_size::ReadSize;
use super::sealing::{Opener, SealedKind};
use super::{EngineTrouble, LogState, reply};
use crate::cluster::{EntryId, LogSnapshot, Read};
use crate::limits::{LOG_BLOCK, LOG_PATIENCE};

/// What is asked of it. The number is for what comes of it.
pub(super) enum ReaderOrder {
    Load(u64, Option<EntryId>),
    Read(u64, EntryId),
    Trim(EntryId),
}

/// What it does.
#[derive(Clone, Copy)]
enum ReaderTask {
    Nothing,
    Load(u64, Option<EntryId>),
    Read(u64, EntryId),
}

pub(super) struct LogReader<S: LogState> {
    location: Arc<LogLocation>,
    opener: Opener,
    /// Few: one for each time that a node begins to read, and one for each trim.
    orders: Receiver<ReaderOrder>,
    notes: Notes<S>,
    task: ReaderTask,
    /// The hash of the last line that was read since it was told where to read from.
    last: Option<u64>,
    trim: Option<EntryId>,
    size: ReadSize,
}

impl<S: LogState> LinkTask<S> for LogReader<S> {
    const SIDE: Side = Side::Reader;
    type Order = ReaderOrder;

    fn open(&self) -> Result<RedisConnection, EngineFault> {
        let mut connection = RedisConnection::open(&self.location.address, LOG_BLOCK + LOG_PATIENCE)?;
        // One that is still loading, or has lost the one that it follows, says so here and not at each read.
        type_of(&mut connection, &self.location.keys.log)?;
        Ok(connection)
    }

    fn serve(&mut self, mut connection: RedisConnection, _: u64, pauses: &mut Pauses) -> LinkEnd {
        loop {
            if let Err(end) = self.go_on(&mut connection) {
                return end;
            }
            pauses.reset();
        }
    }

    fn put_off(&mut self, order: ReaderOrder) {
        self.take(order);
    }

    fn orders(&self) -> &Receiver<ReaderOrder> {
        &self.orders
    }
}

impl<S: LogState> LogReader<S> {
    pub(super) fn new(
        location: Arc<LogLocation>,
        orders: Receiver<ReaderOrder>,
        notes: Notes<S>,
    ) -> LogReader<S> {
        let opener = Opener::new(&location.sealing);
        let (task, size) = (ReaderTask::Nothing, ReadSize::default());
        LogReader { location, opener, orders, notes, task, last: None, trim: None, size }
    }

    fn take(&mut self, order: ReaderOrder) {
        match order {
            ReaderOrder::Load(number, before) => {
                (self.task, self.last, self.trim) = (ReaderTask::Load(number, before), None, None);
            }
            ReaderOrder::Read(number, after) => {
                (self.task, self.last) = (ReaderTask::Read(number, after), None)
            }
            ReaderOrder::Trim(bound) => self.trim = Some(bound),
        }
    }

    /// Does one thing; waits for an order where there is nothing to be done.
    fn go_on(&mut self, connection: &mut RedisConnection) -> Result<(), LinkEnd> {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.take(order),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(LinkEnd::Gone),
            }
        }
        match self.task {
            ReaderTask::Nothing => self.take(self.orders.recv().map_err(|_| LinkEnd::Gone)?),
            ReaderTask::Load(number, before) => {
                let snapshot =
                    load_snapshot(connection, &self.location.keys, (&mut self.opener, &self.notes), before)?;
                self.task = ReaderTask::Nothing;
                self.notes.send(Note::Snapshot(number, snapshot))?;
            }
            ReaderTask::Read(number, after) => self.read(connection, number, after)?,
        }
        Ok(())
    }

    fn read(&mut self, connection: &mut RedisConnection, number: u64, after: EntryId) -> Result<(), LinkEnd> {
        let keys = &self.location.keys;
        let most = self.size.lines();
        let commands = [keys.read_on(after, most, LOG_BLOCK), keys.read_at(after)];
        let [read, anchor] = connection.ask(commands)?;
        let (entries, anchor) = (reply::read_on(read, ENTRY_FIELD)?, reply::digest(anchor)?);
        let lines = reply::lines::<S::Change>(entries, &mut self.opener, self.location.newest);
        let end = lines.len() < most;
        self.size.note(&lines);
        // The node that reads this begins again: what stands behind is nothing to it.
        let is_other = self.last.is_some() && self.last != anchor;
        let is_same = self.last.is_some() && self.last == anchor;
        if let Some(bound) = self.trim.take_if(|_| is_same) {
            connection.ask([keys.trim(bound)])?;
        }
        if let Some(last) = lines.last() {
            (self.task, self.last) = (ReaderTask::Read(number, last.id), Some(last.digest));
        }
        if is_other {
            self.task = ReaderTask::Nothing;
        }
        self.notes.send(Note::Read(number, Read { after, anchor, lines, end }))?;
        Ok(())
    }
}

/// The newest snapshot that can be read, before an entry or at all.
pub(super) fn load_snapshot<S: LogState>(
    connection: &mut RedisConnection,
    keys: &Keys,
    (opener, notes): (&mut Opener, &Notes<S>),
    mut before: Option<EntryId>,
) -> Result<Option<Box<LogSnapshot<S>>>, LinkEnd> {
    loop {
        let [answer] = connection.ask([keys.read_snapshot(before)])?;
        let Some((id, bytes)) = reply::range(answer, SNAPSHOT_FIELD)?.pop() else { return Ok(None) };
        let bytes = bytes.and_then(|bytes| opener.open(SealedKind::Snapshot, bytes).ok());
        let snapshot: Option<LogSnapshot<S>> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(snapshot) = snapshot.filter(|snapshot| snapshot.replica.at() == id) {
            return Ok(Some(Box::new(snapshot)));
        }
        notes.send(Note::Trouble(EngineTrouble::Unreadable(id)))?;
        before = Some(id);
    }
}
