//! How a snapshot is made: what stands in the log behind the last one is applied to it. No copy of the state is kept between two of them.
//!
//! Invariant: it is written right behind a look at the log that shows that the entry of its place is there, and the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::connection::RedisConnection;
use super::fault::EngineFault;
use super::keys::{ENTRY_FIELD, SNAPSHOT_FIELD};
use super::link::{Failed, LinkEnd, LogLocation, Note, Notes};
use super::read_size::ReadSize;
use super::reader::load_snapshot;
use super::sealing::{Opener, SealedKind};
use super::{EngineTrouble, LogState, reply};
use crate::cluster::{EntryId, LogSnapshot, Replica};
use crate::limits::LOG_PATIENCE;

/// What makes one.
pub(super) struct SnapshotWriter<S: LogState> {
    pub(super) location: Arc<LogLocation>,
    pub(super) notes: Notes<S>,
    /// For what comes of it.
    pub(super) number: u64,
    /// It is to give up.
    pub(super) stopping: Arc<AtomicBool>,
}

impl<S: LogState> SnapshotWriter<S> {
    /// Makes one, and says what became of it.
    pub(super) fn run(self) {
        // It is told also where an entry cannot be applied: then the loop cannot apply it either.
        let mut outcome = Report { notes: &self.notes, number: self.number, at: Err(Failed) };
        match self.write() {
            Ok(at) => outcome.at = Ok(at),
            Err(Unmade::Gone | Unmade::Raced) => {}
            // If nobody listens any more there is nothing to be told.
            Err(Unmade::Told(trouble)) => drop(self.notes.send(Note::Trouble(trouble))),
        }
    }

    /// Gives the place of the snapshot; none: there is nothing to be written, or another node has written one.
    fn write(&self) -> Result<Option<EntryId>, Unmade> {
        let keys = &self.location.keys;
        let mut connection = RedisConnection::open(&self.location.address, LOG_PATIENCE)?;
        let [last] = connection.ask([keys.read_last()])?;
        let Some((last, _)) = reply::range(last, ENTRY_FIELD)?.pop() else { return Ok(None) };
        let mut opener = Opener::new(&self.location.sealing);
        let found = self.newest(&mut connection, &mut opener)?;
        let found = found.ok_or(Unmade::Told(EngineTrouble::NothingToGoOnFrom))?;
        let LogSnapshot { mut replica, mut state, .. } = *found;
        let (began, mut size) = (replica.at(), ReadSize::default());
        while replica.at() < last {
            if self.stopping.load(Ordering::Relaxed) {
                return Err(Unmade::Gone);
            }
            self.follow(&mut connection, (&mut opener, &mut size), (&mut replica, &mut state))?;
        }
        let (at, digest) = (replica.at(), replica.digest());
        if at == began {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&LogSnapshot::new(replica, state)).map_err(|_| EngineFault::Shape)?;
        let [anchor] = connection.ask([keys.read_at(at)])?;
        if reply::digest(anchor)? != Some(digest) {
            return Err(Unmade::Raced);
        }
        let bytes = self.location.sealing.seal(SealedKind::Snapshot, &bytes);
        match connection.ask([keys.write_snapshot(at, &bytes)]) {
            Ok(_) => Ok(Some(at)),
            Err(EngineFault::Other(_)) => self.outdone(&mut connection, last),
            Err(fault) => Err(fault.into()),
        }
    }

    /// There is a newer snapshot already. Another node was first, unless it is of a place that the log has not reached: then none is ever
    /// taken again.
    fn outdone(&self, connection: &mut RedisConnection, last: EntryId) -> Result<Option<EntryId>, Unmade> {
        let [newest] = connection.ask([self.location.keys.read_snapshot(None)])?;
        match reply::range(newest, SNAPSHOT_FIELD)?.pop() {
            Some((id, _)) if id > last => {
                let [reached] = connection.ask([self.location.keys.read_last()])?;
                let reached = reply::range(reached, ENTRY_FIELD)?.pop();
                if reached.is_none_or(|(reached, _)| id > reached) {
                    return Err(Unmade::Told(EngineTrouble::Blocked(id)));
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The newest snapshot that is of this log.
    fn newest(
        &self,
        connection: &mut RedisConnection,
        opener: &mut Opener,
    ) -> Result<Option<Box<LogSnapshot<S>>>, LinkEnd> {
        let (keys, mut before) = (&self.location.keys, None);
        loop {
            let Some(snapshot) = load_snapshot(connection, keys, (opener, &self.notes), before)? else {
                return Ok(None);
            };
            let at = snapshot.replica.at();
            let [anchor] = connection.ask([keys.read_at(at)])?;
            if reply::digest(anchor)? == Some(snapshot.replica.digest()) {
                return Ok(Some(snapshot));
            }
            before = Some(at);
        }
    }

    /// Applies what stands next, if nothing is missing before it.
    fn follow(
        &self,
        connection: &mut RedisConnection,
        (opener, size): (&mut Opener, &mut ReadSize),
        (replica, state): (&mut Replica, &mut S),
    ) -> Result<(), Unmade> {
        let (keys, at) = (&self.location.keys, replica.at());
        let [read, anchor] = connection.ask([keys.read_behind(at, size.lines()), keys.read_at(at)])?;
        let entries = reply::range(read, ENTRY_FIELD)?;
        let lines = reply::lines::<S::Change>(entries, opener, self.location.newest);
        if lines.is_empty() || reply::digest(anchor)? != Some(replica.digest()) {
            return Err(Unmade::Raced);
        }
        size.note(&lines);
        for line in lines {
            match replica.follow(line) {
                Ok(None) => {}
                Ok(Some(delivery)) => {
                    let effects = state.apply(delivery);
                    replica.applied(effects);
                }
                Err(version) => return Err(Unmade::Told(EngineTrouble::Later(version))),
            }
        }
        Ok(())
    }
}

/// Why one could not be made.
enum Unmade {
    /// Nobody wants it any more.
    Gone,
    /// The log was trimmed or put back meanwhile.
    Raced,
    /// What the administrator is to know.
    Told(EngineTrouble),
}

impl From<LinkEnd> for Unmade {
    fn from(end: LinkEnd) -> Unmade {
        match end {
            LinkEnd::Gone => Unmade::Gone,
            LinkEnd::Lost(fault) => fault.into(),
        }
    }
}

impl From<EngineFault> for Unmade {
    fn from(fault: EngineFault) -> Unmade {
        Unmade::Told(EngineTrouble::NotWritten(fault))
    }
}

/// Says what became of a snapshot, however its making ends.
struct Report<'a, S: LogState> {
    notes: &'a Notes<S>,
    number: u64,
    at: Result<Option<EntryId>, Failed>,
}

impl<S: LogState> Drop for Report<'_, S> {
    fn drop(&mut self) {
        // If nobody listens any more there is nothing to be told.
        let _ = self.notes.send(Note::Written(self.number, self.at));
    }
}
