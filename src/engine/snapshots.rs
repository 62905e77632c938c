//! How a snapshot is made: what stands in the log behind the last one is applied to it. No copy of the state is kept between two of them.
//!
//! Invariant: it is written right behind a look at the log that shows that the entry of its place is there, and the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::connection::RedisConnection;
use super::fault::EngineFault;
use super::keys::ENTRY_FIELD;
use super::link::{Failed, LinkEnd, LogLocation, Note, Notes};
use super::reader::load_snapshot;
use super::sealing::{Opener, SealedKind};
use super::{EngineTrouble, LogState, reply};
use crate::cluster::{EntryId, LogSnapshot, Replica};
use crate::limits::{LOG_PATIENCE, LOG_READ_LINES};

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
            Err(Unmade::Gone) => {}
            // If nobody listens any more there is nothing to be told.
            Err(Unmade::Told(trouble)) => drop(self.notes.send(Note::Trouble(trouble))),
        }
    }

    /// Gives the place of the snapshot; none: there is nothing to be written, or nothing that it could be made of.
    fn write(&self) -> Result<Option<EntryId>, Unmade> {
        let keys = &self.location.keys;
        let mut connection = RedisConnection::open(&self.location.address, LOG_PATIENCE)?;
        let [last] = connection.ask([keys.read_last()])?;
        let Some((last, _)) = reply::range(last, ENTRY_FIELD)?.pop() else { return Ok(None) };
        let mut opener = Opener::new(&self.location.sealing);
        let Some(found) = self.newest(&mut connection, &mut opener)? else { return Ok(None) };
        let LogSnapshot { mut replica, mut state, .. } = *found;
        let began = replica.at();
        while replica.at() < last {
            if self.stopping.load(Ordering::Relaxed) {
                return Err(Unmade::Gone);
            }
            if !self.follow(&mut connection, &mut opener, (&mut replica, &mut state))? {
                return Ok(None);
            }
        }
        let (at, digest) = (replica.at(), replica.digest());
        if at == began {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&LogSnapshot::new(replica, state)).map_err(|_| EngineFault::Shape)?;
        let [anchor] = connection.ask([keys.read_at(at)])?;
        if reply::digest(anchor)? != Some(digest) {
            return Ok(None);
        }
        let bytes = self.location.sealing.seal(SealedKind::Snapshot, &bytes);
        match connection.ask([keys.write_snapshot(at, &bytes)]) {
            Ok(_) => Ok(Some(at)),
            // Another node was first.
            Err(EngineFault::Other(_)) => Ok(None),
            Err(fault) => Err(fault.into()),
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

    /// Applies what stands next. Says whether that was something, with nothing missing before it.
    fn follow(
        &self,
        connection: &mut RedisConnection,
        opener: &mut Opener,
        (replica, state): (&mut Replica, &mut S),
    ) -> Result<bool, Unmade> {
        let (keys, at) = (&self.location.keys, replica.at());
        let [read, anchor] = connection.ask([keys.read_behind(at, LOG_READ_LINES), keys.read_at(at)])?;
        let entries = reply::range(read, ENTRY_FIELD)?;
        let lines = reply::lines::<S::Change>(entries, opener, self.location.newest);
        if lines.is_empty() || reply::digest(anchor)? != Some(replica.digest()) {
            return Ok(false);
        }
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
        Ok(true)
    }
}

/// Why one could not be made.
enum Unmade {
    /// Nobody wants it any more.
    Gone,
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
