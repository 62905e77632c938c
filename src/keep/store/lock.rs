//! The lock on the directory of `--data`: one program works with it at a time.
//!
//! Invariant: two locks on one directory never live at the same time, whoever takes the lock file away meanwhile, as far as
//! nobody else may read the directory.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use std::{io, process};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::{Pid, Signal, kill_process};

use super::Cause;
use super::private::{self, PRIVATE_DIR, PRIVATE_FILE};
use crate::limits::{DATA_LOCK_PATIENCE, HISTORY_BUSY_TIMEOUT};

/// Held by the program that works with the directory. Not the database's own lock: that would keep the `sqlite3` shell out.
pub(super) const LOCK: &str = "tertulia.lock";

/// How often a program that waits for another looks again.
pub(super) const AGAIN: Duration = Duration::from_millis(10);

/// The directory is ours, until this is dropped or the process ends in any way.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// The directory itself: a lock that stays when the lock file is deleted.
    _dir: Option<File>,
}

impl Lock {
    /// Makes the directory if need be, and takes it; waits a little for another program to finish with it.
    pub(super) fn take(dir: &Path) -> Result<Lock, Cause> {
        make_dir(dir)?;
        let start = Instant::now();
        loop {
            if let Some(lock) = Lock::try_take(dir)? {
                return Ok(lock);
            }
            if start.elapsed() >= DATA_LOCK_PATIENCE {
                return Err(Cause::InUse);
            }
            thread::sleep(AGAIN);
        }
    }

    /// Takes the directory, unless another program has it.
    fn try_take(dir: &Path) -> Result<Option<Lock>, Cause> {
        let path = dir.join(LOCK);
        let mut options = File::options();
        // A link would lead out of the directory, to a file that is not ours to change.
        options.append(true).create(true).mode(PRIVATE_FILE).custom_flags(OFlags::NOFOLLOW.bits() as i32);
        let file = options.open(&path).map_err(Cause::Unwritable)?;
        // Earlier versions let everybody read it, and who can open it can also lock it.
        private::close(&path);
        // Deleted between the two calls, what we have locked is not where the next program will look.
        if !locked(&file)? || !leads_to(&path, &file) {
            return Ok(None);
        }
        // Earlier versions wrote a process id into it, and sent a signal to whatever process that was.
        file.set_len(0).map_err(Cause::Unwritable)?;
        // Others who may read the directory could hold this one for ever.
        let dir = File::open(dir).ok().filter(private::is_unreadable_for_others);
        // A system that has no such locks on directories does without.
        if dir.as_ref().is_some_and(|dir| matches!(locked(dir), Ok(false))) {
            return Ok(None);
        }
        Ok(Some(Lock { file, _dir: dir }))
    }

    /// Says that this process may be sent SIGUSR1.
    pub(super) fn announce(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        writeln!(self.file, "{}", process::id())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It is looked at only while somebody holds the lock.
        let _ = self.file.set_len(0);
    }
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
        if locked(&file).map_err(|_| io::ErrorKind::Unsupported)? {
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

/// Makes the directory if need be.
pub(super) fn make_dir(dir: &Path) -> Result<(), Cause> {
    DirBuilder::new().recursive(true).mode(PRIVATE_DIR).create(dir).map_err(Cause::Unwritable)
}

/// Whether `path` is the name of `file`.
fn leads_to(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(open)) = (path.symlink_metadata(), file.metadata()) else { return false };
    (named.dev(), named.ino()) == (open.dev(), open.ino())
}

/// Locks a file or directory, unless another program has.
fn locked(file: &File) -> Result<bool, Cause> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(Cause::Unwritable(error.into())),
    }
}
