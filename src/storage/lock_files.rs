//! The lock on a directory as one program hands it over to another.

use std::fs::File;

/// The lock on a directory: as long as one of these files is open, in whichever program, nobody else can take it.
#[derive(Debug)]
pub struct LockFiles {
    /// The lock file.
    pub file: File,
    /// The directory, where others may not read it.
    pub dir: Option<File>,
}
