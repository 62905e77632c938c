//! The thread that reads: the log, over and over, and snapshots when one is asked for.
//!
//! Invariants: only the last order is followed; behind each read comes a look at the entry that it began from, on the same connection, so
//! that the node knows whether something is missing between; and the log is trimmed only right behind such a look.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::checks::type_of;
use super::connection::Connection;
use super::fault::Fault;
use super::keys::{ENTRY_FIELD, Keys, SNAPSHOT_FIELD};
use super::link::{End, Note, Notes, Pauses, Place, Side, Work};
use super::{EngineTrouble, State, reply};
use crate::cluster::{EntryId, LogSnapshot, Read};
use crate::limits::{LOG_BLOCK, LOG_PATIENCE, LOG_READ_LINES};

/// What is asked of it. The number is for what comes of it.
pub(super) enum Order {
    Load(u64, Option<EntryId>),
    Read(u64, EntryId),
    Trim(EntryId),
}

/// What it does.
#[derive(Clone, Copy)]
enum Task {
    Nothing,
    Load(u64, Option<EntryId>),
    Read(u64, EntryId),
}

pub(super) struct Reader<S: State> {
    place: Arc<Place>,
    /// Few: one for each time that a node begins to read, and one for each trim.
    orders: Receiver<Order>,
    notes: Notes<S>,
    task: Task,
    /// The hash of the last line that was read since it was told where to read from.
    last: Option<u64>,
    trim: Option<EntryId>,
}

impl<S: State> Work<S> for Reader<S> {
    const SIDE: Side = Side::Reader;
    type Order = Order;

    fn open(&self) -> Result<Connection, Fault> {
        let mut connection = Connection::open(&self.place.address, LOG_BLOCK + LOG_PATIENCE)?;
        // One that is still loading, or has lost the one that it follows, says so here and not at each read.
        type_of(&mut connection, &self.place.keys.log)?;
        Ok(connection)
    }

    fn serve(&mut self, mut connection: Connection, _: u64, pauses: &mut Pauses) -> End {
        loop {
            if let Err(end) = self.go_on(&mut connection) {
                return end;
            }
            pauses.reset();
        }
    }

    fn put_off(&mut self, order: Order) {
        self.take(order);
    }

    fn orders(&self) -> &Receiver<Order> {
        &self.orders
    }
}

impl<S: State> Reader<S> {
    pub(super) fn new(place: Arc<Place>, orders: Receiver<Order>, notes: Notes<S>) -> Reader<S> {
        Reader { place, orders, notes, task: Task::Nothing, last: None, trim: None }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Load(number, before) => {
                (self.task, self.last, self.trim) = (Task::Load(number, before), None, None);
            }
            Order::Read(number, after) => (self.task, self.last) = (Task::Read(number, after), None),
            Order::Trim(bound) => self.trim = Some(bound),
        }
    }

    /// Does one thing; waits for an order where there is nothing to be done.
    fn go_on(&mut self, connection: &mut Connection) -> Result<(), End> {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.take(order),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(End::Gone),
            }
        }
        match self.task {
            Task::Nothing => self.take(self.orders.recv().map_err(|_| End::Gone)?),
            Task::Load(number, before) => {
                let snapshot = load_snapshot(connection, &self.place.keys, &self.notes, before)?;
                self.task = Task::Nothing;
                self.notes.send(Note::Snapshot(number, snapshot))?;
            }
            Task::Read(number, after) => self.read(connection, number, after)?,
        }
        Ok(())
    }

    fn read(&mut self, connection: &mut Connection, number: u64, after: EntryId) -> Result<(), End> {
        let keys = &self.place.keys;
        let commands = [keys.read_on(after, LOG_READ_LINES, LOG_BLOCK), keys.read_at(after)];
        let [read, anchor] = connection.ask(commands)?;
        let (entries, anchor) = (reply::read_on(read, ENTRY_FIELD)?, reply::digest(anchor)?);
        let lines = reply::lines::<S::Change>(entries, self.place.newest);
        let end = lines.len() < LOG_READ_LINES;
        // The node that reads this begins again: what stands behind is nothing to it.
        let is_other = self.last.is_some() && self.last != anchor;
        let is_same = self.last.is_some() && self.last == anchor;
        if let Some(bound) = self.trim.take_if(|_| is_same) {
            connection.ask([keys.trim(bound)])?;
        }
        if let Some(last) = lines.last() {
            (self.task, self.last) = (Task::Read(number, last.id), Some(last.digest));
        }
        if is_other {
            self.task = Task::Nothing;
        }
        self.notes.send(Note::Read(number, Read { after, anchor, lines, end }))?;
        Ok(())
    }
}

/// The newest snapshot that can be read, before an entry or at all.
pub(super) fn load_snapshot<S: State>(
    connection: &mut Connection,
    keys: &Keys,
    notes: &Notes<S>,
    mut before: Option<EntryId>,
) -> Result<Option<Box<LogSnapshot<S>>>, End> {
    loop {
        let [answer] = connection.ask([keys.read_snapshot(before)])?;
        let Some((id, bytes)) = reply::range(answer, SNAPSHOT_FIELD)?.pop() else { return Ok(None) };
        let snapshot: Option<LogSnapshot<S>> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(snapshot) = snapshot.filter(|snapshot| snapshot.replica.at() == id) {
            return Ok(Some(Box::new(snapshot)));
        }
        notes.send(Note::Trouble(EngineTrouble::Unreadable(id)))?;
        before = Some(id);
    }
}
