//! The file that gets the log as well.
//!
//! Invariant: what is made here only its owner can read, whatever the umask says. What is there already keeps its mode, which
//! somebody may have chosen.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use log::warn;

use super::words;
use crate::chat::Language;

/// The file; opened again when it is flushed and that was asked for.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    asked: Arc<AtomicBool>,
    language: Language,
}

impl LogFile {
    /// Opens the file at `path` to append to it, or makes it.
    pub(super) fn open(path: &Path, language: Language) -> io::Result<LogFile> {
        Ok(LogFile { path: path.to_owned(), file: open(path)?, asked: Arc::default(), language })
    }

    /// Set it to have the file opened again: a thread that has nothing else to do may wait for a slow disk.
    pub(super) fn asked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Its mode, if every user of this machine can read it.
    pub(super) fn open_to_all(&self) -> Option<u32> {
        let metadata = self.file.metadata().ok().filter(|metadata| metadata.is_file())?;
        let mode = metadata.permissions().mode() & 0o777;
        (mode & 0o004 != 0).then_some(mode)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.asked.swap(false, Ordering::AcqRel) {
            match open(&self.path) {
                Ok(file) => self.file = file,
                Err(error) => warn!("{}", words::not_opened_again(&self.path, &error, self.language)),
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    const OWNER_ONLY: u32 = 0o600;
    let mut options = OpenOptions::new();
    options.append(true).mode(OWNER_ONLY);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            // An umask may have taken too much away; a file system without modes has nothing to set.
            let _ = file.set_permissions(Permissions::from_mode(OWNER_ONLY));
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => options.create(true).open(path),
        Err(error) => Err(error),
    }
}
