//! Whether the files that are open are still those that the directory's names lead to.
//!
//! Invariant: nothing is promised of a file that nobody would find again. It is looked at before each transaction, and behind
//! its beginning, where no other program can write: so two servers never write to one file, whatever happens to the lock.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use rusqlite::ffi;

use super::lock::Lock;
use super::paths::with_end;
use crate::storage::lock_files::LockFiles;
use crate::storage::reply::FileNews;

/// The device of a file, and its number there.
type Id = (u64, u64);

/// What was opened, by its names.
#[derive(Debug)]
pub(super) struct FileWatch {
    lock: Lock,
    database: PathBuf,
    /// The database, and what SQLite has beside it.
    files: Vec<(PathBuf, Id)>,
    /// The index of what was written ahead, which SQLite has mapped into memory. Never closed before SQLite closes it:
    /// that would let go of SQLite's locks on it.
    index: Option<File>,
    index_bytes: u64,
    displaced: bool,
    news: Vec<FileNews>,
}

impl FileWatch {
    /// Watches over an open database, by its absolute path.
    pub(super) fn new(database: PathBuf, lock: Lock) -> FileWatch {
        let files = id(&database).map(|id| (database.clone(), id)).into_iter().collect();
        FileWatch { lock, database, files, index: None, index_bytes: 0, displaced: false, news: Vec::new() }
    }

    /// Watches over the files beside it as well: they are there, and stay as long as it is open.
    pub(super) fn settle(&mut self) {
        let index = with_end(&self.database, "-shm");
        for path in [with_end(&self.database, "-wal"), index.clone()] {
            self.files.extend(id(&path).map(|id| (path, id)));
        }
        self.index = File::options().read(true).write(true).open(index).ok();
        self.mend_index();
    }

    /// The lock's files, open once more.
    pub(super) fn lock_files(&self) -> Option<LockFiles> {
        self.lock.files().ok()
    }

    /// What has happened since this was asked last.
    pub(super) fn take_news(&mut self) -> Vec<FileNews> {
        std::mem::take(&mut self.news)
    }

    /// Whether all is in its place. What can be mended is mended.
    ///
    /// # Errors
    ///
    /// It is not; the error says which file.
    pub(super) fn check(&mut self) -> rusqlite::Result<()> {
        self.mend_index();
        let displaced = self.files.iter().find(|(path, opened)| id(path) != Some(*opened));
        let displaced = displaced.map(|(path, _)| path.clone()).or_else(|| self.emptied());
        let displaced = displaced.or_else(|| self.cut_off());
        let displaced = displaced.or_else(|| self.lost_lock());
        match displaced {
            None if self.displaced => {
                self.displaced = false;
                self.news.push(FileNews::Back(self.database.clone()));
                Ok(())
            }
            None => Ok(()),
            Some(path) => {
                let words = path.display().to_string();
                if !std::mem::replace(&mut self.displaced, true) {
                    self.news.push(FileNews::Displaced(path));
                }
                let moved = ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED);
                Err(rusqlite::Error::SqliteFailure(moved, Some(words)))
            }
        }
    }

    /// The database, if it holds nothing any more: it never does.
    fn emptied(&self) -> Option<PathBuf> {
        let bytes = fs::metadata(&self.database).map(|metadata| metadata.len());
        matches!(bytes, Ok(0)).then(|| self.database.clone())
    }

    /// What was written ahead, if another program has cut it off: SQLite counts on more of it than there is, and would fill
    /// the database with zeros instead.
    pub(super) fn cut_off(&self) -> Option<PathBuf> {
        let (index, path) = (self.index.as_ref()?, with_end(&self.database, "-wal"));
        let counted_on = written_ahead(index)?;
        let there = fs::metadata(&path).ok()?.len();
        // A program that empties it as SQLite does has said so in the index before.
        (there < counted_on && written_ahead(index) == Some(counted_on)).then_some(path)
    }

    /// The lock file, if it is another one by now.
    fn lost_lock(&mut self) -> Option<PathBuf> {
        let path = self.lock.path().to_owned();
        match fs::symlink_metadata(&path) {
            Ok(_) if self.lock.leads_here() => None,
            Err(error) if error.kind() == ErrorKind::NotFound && self.lock.restore() => {
                self.news.push(FileNews::LockRestored(path));
                None
            }
            _ => Some(path),
        }
    }

    /// Gives the index its length back if another program has cut it off: SQLite reads it in memory, and where there is no
    /// file any more the system ends the process. Emptied, SQLite makes it anew from what was written ahead.
    fn mend_index(&mut self) {
        let Some(index) = &self.index else { return };
        let Ok(bytes) = index.metadata().map(|metadata| metadata.len()) else { return };
        if bytes < self.index_bytes {
            // Where this fails the disk is full, and nothing better is left.
            let _ = index.set_len(self.index_bytes);
        }
        self.index_bytes = self.index_bytes.max(bytes);
    }
}

/// How long the file that SQLite writes ahead has to be, by its index (https://sqlite.org/walformat.html §2.1): in the byte
/// order of the machine, the version is at 0, whether the rest is filled in at 12, the size of a page at 14 (1 for 65536), and
/// how many pages were written at 16. None: the index does not say.
fn written_ahead(index: &File) -> Option<u64> {
    let mut header = [0; 20];
    index.read_exact_at(&mut header, 0).ok()?;
    let number = |at: usize| Some(u32::from_ne_bytes(header[at..at + 4].try_into().ok()?));
    let page = match u16::from_ne_bytes([header[14], header[15]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let known = number(0) == Some(3_007_000) && header[12] != 0;
    let pages = u64::from(number(16).filter(|_| known)?);
    // 32 bytes go before all pages, 24 before each.
    Some(if pages == 0 { 0 } else { 32 + pages * (24 + page) })
}

fn id(path: &Path) -> Option<Id> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}
