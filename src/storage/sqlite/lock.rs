//! The lock on the directory of `--data`: one program works with it at a time.
//!
//! Invariant: two locks on one directory never live at the same time, even if the lock file is taken away meanwhile, as far as
//! nobody else may read the directory.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf, absolute};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::StoreCause;
use super::private::{self, PRIVATE_DIR, PRIVATE_FILE};
use crate::control;
use crate::limits::DATA_LOCK_PATIENCE;
use crate::storage::lock_files::LockFiles;

/// Held by the program that works with the directory. Not the database's own lock: that would keep the `sqlite3` shell out.
pub(super) const LOCK: &str = "tertulia.lock";

/// How often a program that waits for another looks again.
const AGAIN: Duration = Duration::from_millis(10);

/// The directory is ours, until this is dropped or the process ends in any way.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
    /// The directory itself: a lock that stays when the lock file is deleted.
    dir: Option<File>,
}

impl Lock {
    /// Makes the directory if need be, and takes it for a server. Waits a little for a program that only works at the
    /// accounts, but not for another server.
    pub(super) fn take(dir: &Path) -> Result<Lock, StoreCause> {
        make_dir(dir)?;
        let start = Instant::now();
        loop {
            // The lock's holder is asked, for its file may have been deleted in a directory that all may read; and before we
            // make one in its place, which the other server would take for another's.
            if control::listens(dir) {
                return Err(StoreCause::InUse);
            }
            match Lock::try_take(dir)? {
                // It may have begun to listen meanwhile.
                Some(_) if control::listens(dir) => return Err(StoreCause::InUse),
                Some(lock) => return Ok(lock),
                None if start.elapsed() >= DATA_LOCK_PATIENCE => return Err(StoreCause::InUse),
                None => thread::sleep(AGAIN),
            }
        }
    }

    /// Whether another program has the directory. It is taken for a moment, if none has.
    pub(super) fn is_held(dir: &Path) -> bool {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = File::options().read(true).custom_flags(flags.bits() as i32).open(dir.join(LOCK));
        file.is_ok_and(|file| matches!(locked(&file), Ok(false)))
    }

    /// Takes the directory, unless another program has it.
    pub(super) fn try_take(dir: &Path) -> Result<Option<Lock>, StoreCause> {
        let path = dir.join(LOCK);
        // The directory first: a program that is refused it has not made a lock file in place of one that was deleted. Others
        // who may read the directory could hold it for ever.
        let dir = File::open(dir).ok().filter(private::is_unreadable_for_others);
        // A system that has no such locks on directories does without.
        if dir.as_ref().is_some_and(|dir| matches!(locked(dir), Ok(false))) {
            return Ok(None);
        }
        let mut options = File::options();
        // A link would lead out of the directory, to a file that is not ours to change; a pipe would be waited for.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.append(true).create(true).mode(PRIVATE_FILE).custom_flags(flags.bits() as i32);
        let file = options.open(&path).map_err(StoreCause::Unwritable)?;
        // Earlier versions let everybody read it, and who can open it can also lock it.
        private::close_to_others(&path);
        // Deleted between the two calls, what we have locked is not where the next program will look.
        if !locked(&file)? || !leads_to(&path, &file) {
            return Ok(None);
        }
        // Earlier versions wrote a process id into it, and sent a signal to whatever process that was.
        file.set_len(0).map_err(StoreCause::Unwritable)?;
        Ok(Some(Lock { file, path: absolute(&path).map_err(StoreCause::Unwritable)?, dir }))
    }
}

impl Lock {
    /// The lock on `dir` that another program held, and handed over.
    pub(super) fn held(dir: &Path, LockFiles { file, dir: own }: LockFiles) -> io::Result<Lock> {
        Ok(Lock { file, path: absolute(dir.join(LOCK))?, dir: own })
    }

    /// Its files, open once more: the lock is theirs as well.
    pub(super) fn files(&self) -> io::Result<LockFiles> {
        Ok(LockFiles {
            file: self.file.try_clone()?,
            dir: self.dir.as_ref().map(File::try_clone).transpose()?,
        })
    }

    /// Where the lock file is, or was.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its name leads to the file that is locked.
    pub(super) fn leads_here(&self) -> bool {
        leads_to(&self.path, &self.file)
    }

    /// Makes the lock file again that was deleted; says whether that is so, and nobody else can have had the directory.
    pub(super) fn restore(&mut self) -> bool {
        if self.dir.is_none() {
            return false;
        }
        let Ok(file) = private::create(&self.path) else { return false };
        let ours = matches!(locked(&file), Ok(true)) && leads_to(&self.path, &file);
        if ours {
            self.file = file;
        }
        ours
    }
}

/// Makes the directory if need be.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreCause> {
    DirBuilder::new().recursive(true).mode(PRIVATE_DIR).create(dir).map_err(StoreCause::Unwritable)
}

/// Whether `path` is the name of `file`.
fn leads_to(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(open)) = (path.symlink_metadata(), file.metadata()) else { return false };
    (named.dev(), named.ino()) == (open.dev(), open.ino())
}

/// Locks a file or directory, unless another program has.
fn locked(file: &File) -> Result<bool, StoreCause> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(StoreCause::Unwritable(error.into())),
    }
}
