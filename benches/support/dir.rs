//! A directory of a bench's own, gone with it.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{env, process};

use super::Failure;

/// The directory.
pub(crate) struct Dir(PathBuf);

impl Dir {
    /// An empty one, for the bench of that name.
    pub(crate) fn new(bench: &str) -> Result<Dir, Failure> {
        let path = env::temp_dir().join(format!("tertulia-{bench}-{}", process::id()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Dir(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
