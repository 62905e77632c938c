//! Files that are read whole, and are small.
//!
//! Invariant: nothing is waited for but a disk, and no more is read than asked for: what stands where a file should be may be a pipe,
//! a device, or far too large.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// All that is in a regular file of `most` bytes or fewer.
///
/// # Errors
///
/// It cannot be read; it is no regular file ([`ErrorKind::Unsupported`]), or larger ([`ErrorKind::FileTooLarge`]).
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    // A pipe that nobody writes to opens at once so, and is seen to be none before anything is read of it.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
    let found = file.metadata()?.file_type();
    if found.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !found.is_file() {
        return Err(io::Error::new(ErrorKind::Unsupported, "not a regular file"));
    }
    take(file, most)
}

/// All that comes, `most` bytes or fewer, from whatever it is: a pipe is waited for, to its end. For the start alone.
///
/// # Errors
///
/// It cannot be read, or more comes ([`ErrorKind::FileTooLarge`]).
pub fn wait_for(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    take(File::open(path)?, most)
}

fn take(source: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
