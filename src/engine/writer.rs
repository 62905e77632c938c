//! The thread that appends: what waits goes out in one write, and the next write behind the answers to it.
//!
//! Invariant: what was given for one connection is never written to another: the node sends what has not come back again, in its order.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::LogState;
use super::checks::check_writable;
use super::connection::RedisConnection;
use super::fault::EngineFault;
use super::link::{LinkEnd, LinkTask, LogLocation, Pauses, Side};
use super::sealing::SealedKind;
use crate::limits::{LOG_APPENDS_PER_WRITE, LOG_PATIENCE, LOG_WRITE_KEPT_BYTES};

/// An entry, and which connection it is for.
pub(super) type Append = (u64, Arc<[u8]>);

pub(super) struct LogWriter {
    pub(super) location: Arc<LogLocation>,
    /// Bounded by what a node has under way.
    pub(super) appends: Receiver<Append>,
}

impl<S: LogState> LinkTask<S> for LogWriter {
    const SIDE: Side = Side::Writer;
    type Order = Append;

    fn open(&self) -> Result<RedisConnection, EngineFault> {
        let mut connection = RedisConnection::open(&self.location.address, LOG_PATIENCE)?;
        check_writable(&mut connection, &self.location.keys)?;
        Ok(connection)
    }

    fn serve(&mut self, connection: RedisConnection, connections: u64, pauses: &mut Pauses) -> LinkEnd {
        match self.write(connection, connections, pauses) {
            Ok(()) => LinkEnd::Gone,
            Err(fault) => LinkEnd::Lost(fault),
        }
    }

    /// It is thrown away.
    fn put_off(&mut self, _: Append) {}

    fn orders(&self) -> &Receiver<Append> {
        &self.appends
    }
}

impl LogWriter {
    /// Writes until nobody can give anything any more, and all that was given is written.
    fn write(
        &self,
        mut connection: RedisConnection,
        connections: u64,
        pauses: &mut Pauses,
    ) -> Result<(), EngineFault> {
        let mut packed = Vec::new();
        while let Ok(first) = self.appends.recv() {
            let (mut count, mut next) = (0, Some(first));
            while let Some((connection, entry)) = next {
                if connection == connections {
                    let entry = self.location.sealing.seal(SealedKind::Entry, &entry);
                    self.location.keys.append(&entry).pack(&mut packed);
                    count += 1;
                }
                next = if count < LOG_APPENDS_PER_WRITE { self.appends.try_recv().ok() } else { None };
            }
            if count > 0 {
                connection.run(&packed, "XADD", count)?;
                pauses.reset();
            }
            packed.clear();
            packed.shrink_to(LOG_WRITE_KEPT_BYTES);
        }
        Ok(())
    }
}
