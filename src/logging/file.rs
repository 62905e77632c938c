//! The file that gets the log as well.
//!
//! Invariants: what is made here only its owner can read, whatever the umask says. What is there already keeps its mode, which
//! its administrator may have chosen. To open it waits for nothing but a disk, whatever stands there by now.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use log::warn;
use rustix::fs::OFlags;
use rustix::io::{Errno, ioctl_fionbio};

use super::words;
use crate::chat::Language;

/// The file; opened when it is flushed and there is none yet, and opened again when that was asked for.
pub(super) struct LogFile {
    path: PathBuf,
    file: Option<File>,
    asked: Arc<AtomicBool>,
    /// It has been told that the file cannot be had.
    told: bool,
    language: Language,
}

impl LogFile {
    /// Opens the file at `path` to append to it, or makes it.
    pub(super) fn open(path: &Path, language: Language) -> io::Result<LogFile> {
        let file = Some(open(path)?);
        Ok(LogFile { file, ..LogFile::later(path, language) })
    }

    /// The file at `path`, which is opened when there is something to write.
    pub(super) fn later(path: &Path, language: Language) -> LogFile {
        LogFile { path: path.to_owned(), file: None, asked: Arc::default(), told: false, language }
    }

    /// Set it to have the file opened again: a thread that has nothing else to do may wait for a slow disk.
    pub(super) fn asked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Its mode, if every user of this machine can read it.
    pub(super) fn open_to_all(&self) -> Option<u32> {
        let metadata = self.file.as_ref()?.metadata().ok().filter(|metadata| metadata.is_file())?;
        let mode = metadata.permissions().mode() & 0o777;
        (mode & 0o004 != 0).then_some(mode)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Err(ErrorKind::NotFound.into()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        let asked = self.asked.swap(false, Ordering::AcqRel);
        if !asked && self.file.is_some() {
            return Ok(());
        }
        match open(&self.path) {
            Ok(file) => self.file = Some(file),
            Err(error) if self.file.is_some() => {
                warn!("{}", words::not_opened_again(&self.path, &error, self.language));
            }
            // A line of the log itself, which has this tried again.
            Err(error) if self.told => return Err(error),
            Err(error) => {
                self.told = true;
                warn!("{}", words::not_opened(&self.path, &error, self.language));
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    const OWNER_ONLY: u32 = 0o600;
    let mut options = OpenOptions::new();
    // A pipe that nobody reads would be waited for, and a terminal be made that of the server.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.append(true).mode(OWNER_ONLY).custom_flags(flags.bits() as i32);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            // An umask may have taken too much away; a file system without modes has nothing to set.
            let _ = file.set_permissions(Permissions::from_mode(OWNER_ONLY));
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let file = options.create(true).open(path).map_err(|error| unread(path, error))?;
            // To write to it may take its time: a line is not lost because a pipe is full for a moment.
            ioctl_fionbio(&file, false)?;
            Ok(file)
        }
        Err(error) => Err(error),
    }
}

/// The system says of a pipe without a reader that there is no such device.
fn unread(path: &Path, error: io::Error) -> io::Error {
    let is_pipe = || path.metadata().is_ok_and(|found| found.file_type().is_fifo());
    match Errno::from_io_error(&error) {
        Some(Errno::NXIO) if is_pipe() => Errno::PIPE.into(),
        _ => error,
    }
}
