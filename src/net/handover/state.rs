//! What is handed over, as it is written down: a version in front, the server behind it.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::HandoverError;
use super::system::memory_file;
use crate::chat::{MonoTime, Version};
use crate::config::{Config, Door};
use crate::control::AccountOrder;
use crate::limits::UPGRADE_STATE_MAX_BYTES;
use crate::net::log_place::LogPlace;
use crate::net::server::{Server, ServerState};
use crate::net::stream::Stream;
use crate::storage::{Storage, StorageState};

/// The version of the states that are made and taken here. It goes up whenever a field changes.
pub(super) const HANDOVER_VERSION: u32 = 5;

/// What is written of a state at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// All that a server hands over, beside its open files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::net) struct Handover {
    version: Version<HANDOVER_VERSION>,
    /// The version of the program that made it.
    pub(in crate::net) program: String,
    /// What its clock said when it stopped serving.
    pub(in crate::net) paused: MonoTime,
    /// What the system's clock of the same kind said then.
    pub(in crate::net) system: Duration,
    pub(in crate::net) server: ServerState,
    pub(in crate::net) storage: StorageState,
    /// Where the log is, of one of several nodes.
    log: Option<LogPlace>,
    /// One for each listening socket.
    pub(in crate::net) doors: Vec<Door>,
    /// Sockets that listen for who asks for the metrics.
    pub(in crate::net) metrics: usize,
    /// The files of the lock on the directory, if there is one: its own, and perhaps the directory's.
    pub(in crate::net) lock: usize,
    pub(in crate::net) control: Option<StoredControl>,
}

/// The control socket as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::net) struct StoredControl {
    /// The device and the number of the socket's file.
    pub(in crate::net) file: (u64, u64),
    /// What each that has called has ordered, or has sent of an order.
    pub(in crate::net) sessions: Vec<StoredSession>,
    /// The number of the last order, and how many are not settled.
    pub(in crate::net) orders: (u64, usize),
}

/// One that has called.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::net) enum StoredSession {
    /// It has sent so much of an order.
    Asking(Vec<u8>),
    /// It has ordered the upgrade, and is answered in that language.
    Upgrading(crate::chat::Language),
    /// It has given the order of that number, about accounts of several nodes, which is on its way through their log.
    Account(u64, AccountOrder),
    /// The same about the chat.
    Chat(u64),
}

impl Handover {
    /// Puts it together.
    pub(in crate::net) fn new(
        (paused, system): (MonoTime, Duration),
        (server, storage, log): (ServerState, StorageState, Option<LogPlace>),
        (doors, metrics): (Vec<Door>, usize),
        (lock, control): (usize, Option<StoredControl>),
    ) -> Handover {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let version = Version;
        Handover { version, program, paused, system, server, storage, log, doors, metrics, lock, control }
    }

    /// How many open files belong to it.
    pub(in crate::net) fn files(&self) -> usize {
        let control = self.control.as_ref().map_or(0, |control| 1 + control.sessions.len());
        self.lock + control + self.doors.len() + self.metrics + self.server.connections()
    }

    /// Reads it.
    pub(in crate::net) fn read(mut from: impl Read) -> Result<Handover, HandoverError> {
        // Parsing it from a slice takes a third of the time.
        let mut text = Vec::new();
        from.read_to_end(&mut text).map_err(|error| HandoverError::Files(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| HandoverError::Text(error.to_string()))
    }

    /// Writes it into a file in memory, a piece at a time: nobody has a second copy of all of it.
    ///
    /// # Errors
    ///
    /// It is longer than [`UPGRADE_STATE_MAX_BYTES`] ([`ErrorKind::FileTooLarge`]), or the system has no room.
    pub(in crate::net) fn write(&self) -> io::Result<File> {
        self.write_within(UPGRADE_STATE_MAX_BYTES)
    }

    fn write_within(&self, most: usize) -> io::Result<File> {
        let mut text = BufWriter::with_capacity(PIECE_BYTES, Bounded { file: memory_file()?, left: most });
        serde_json::to_writer(&mut text, self)?;
        Ok(text.into_inner()?.file)
    }
}

/// A file that takes so many bytes.
struct Bounded {
    file: File,
    left: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(ErrorKind::FileTooLarge)?;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Looks at a state as if to go on from it: this program could, if this gives no error.
///
/// # Errors
///
/// It could not, and why.
pub fn check(state: impl Read, config: Config, log: Option<&LogPlace>) -> Result<(), HandoverError> {
    let handover = Handover::read(state)?;
    if let (Some(before), Some(log)) = (&handover.log, log) {
        match before {
            _ if !before.is_at(log) => {
                return Err(HandoverError::OtherLog(before.to_string(), log.to_string()));
            }
            _ if before.key != log.key => return Err(HandoverError::OtherKey),
            _ => {}
        }
    }
    let streams = (0..handover.server.connections()).map(|_| Absent).collect();
    let storage = Storage::default().restored(handover.storage);
    Server::restore(config, storage, handover.server, streams).map(drop)
}

/// A stream in place of one that is not here.
#[derive(Debug)]
struct Absent;

impl Read for Absent {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl Write for Absent {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Absent {
    fn end_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_written_up_to_a_length_and_not_beyond() {
        let server = Server::<Absent>::new(Config::default());
        let server = (server.state(), server.storage_state(), None);
        let clocks = (MonoTime::START, Duration::ZERO);
        let handover = Handover::new(clocks, server, (Vec::new(), 0), (0, None));
        let length = handover.write().expect("a text").metadata().expect("a file").len() as usize;
        assert!(length > 100, "{length} bytes");
        handover.write_within(length).expect("it fits");
        let refused = handover.write_within(length - 1).expect_err("it does not fit");
        assert_eq!(refused.kind(), ErrorKind::FileTooLarge);
    }
}
