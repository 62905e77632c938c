//! The lock on the directory of `--data`: one server has it at a time, and whoever changes the accounts finds that
//! server by the process id in it.
//!
//! Law: an id stands in it only while the lock is held by a process that takes SIGUSR1 for what it is.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use std::{io, process};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

use super::Cause;
use crate::limits::{DATA_LOCK_PATIENCE, HISTORY_BUSY_TIMEOUT};

/// Held by the server that uses the directory. Not the file's own lock: that would keep the `sqlite3` shell out.
const LOCK: &str = "tertulia.lock";

/// How often somebody who waits for another looks again.
pub(super) const AGAIN: Duration = Duration::from_millis(10);

/// The directory is ours.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Makes the directory if need be, and takes it for this server.
    pub(super) fn take(dir: &Path) -> Result<Lock, Cause> {
        make_dir(dir)?;
        let file =
            File::options().append(true).create(true).open(dir.join(LOCK)).map_err(Cause::Unwritable)?;
        let start = Instant::now();
        // Who only wants to know whether there is a server has it for a moment.
        while !locked(&file, FlockOperation::NonBlockingLockExclusive)? {
            if start.elapsed() >= DATA_LOCK_PATIENCE {
                return Err(Cause::InUse);
            }
            thread::sleep(AGAIN);
        }
        // Of a server that could not tidy up.
        file.set_len(0).map_err(Cause::Unwritable)?;
        Ok(Lock(file))
    }

    /// Says that this process may be sent SIGUSR1.
    pub(super) fn announce(&mut self) -> io::Result<()> {
        self.0.set_len(0)?;
        writeln!(self.0, "{}", process::id())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It is looked at only while somebody holds the lock.
        let _ = self.0.set_len(0);
    }
}

/// Makes the directory if need be.
pub(super) fn make_dir(dir: &Path) -> Result<(), Cause> {
    // What people said is nobody else's business on this machine.
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Cause::Unwritable)
}

/// Tells the server that uses `dir`, if there is one, that somebody else has changed the accounts.
///
/// # Errors
///
/// There is one, and it cannot be told.
pub(super) fn tell_server(dir: &Path) -> io::Result<()> {
    let path = dir.join(LOCK);
    let start = Instant::now();
    loop {
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        // Shared: two who ask at the same time are no server to each other.
        if locked(&file, FlockOperation::NonBlockingLockShared).map_err(|_| io::ErrorKind::Unsupported)? {
            return Ok(());
        }
        let pid = fs::read_to_string(&path)?.trim().parse().ok().and_then(Pid::from_raw);
        match pid {
            Some(pid) => return Ok(kill_process(pid, Signal::USR1)?),
            // It is starting, and may have read the accounts already.
            None if start.elapsed() < HISTORY_BUSY_TIMEOUT => thread::sleep(AGAIN),
            None => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// Takes a lock, unless somebody else has it.
fn locked(file: &File, how: FlockOperation) -> Result<bool, Cause> {
    match flock(file, how) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(Cause::Unwritable(error.into())),
    }
}
