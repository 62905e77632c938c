//! A directory of a test's own, gone with the test.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, process};

use rusqlite::Connection;

/// The directory.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Dir {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("tertulia-{}-{number}", process::id()));
        DirBuilder::new().mode(0o700).create(&path).expect("a directory");
        Dir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of a history in it.
    pub fn file(&self) -> PathBuf {
        self.0.join("tertulia.db")
    }

    /// That file as another program sees it.
    pub fn sql(&self) -> Connection {
        Connection::open(self.file()).expect("a database")
    }

    /// The directory as an option.
    pub fn arg(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
