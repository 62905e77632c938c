//! The names of the files: what SQLite has beside the database, and how it takes a path.

use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};

use super::error::StoreCause;

/// Where SQLite writes ahead.
pub(super) fn beside(path: &Path) -> PathBuf {
    with_end(path, "-wal")
}

/// A file that SQLite has beside the database.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A path as SQLite takes it together with a way of opening it.
pub(super) fn url(path: &Path, mode: &str) -> Result<String, StoreCause> {
    let path = path::absolute(path).map_err(StoreCause::Unwritable)?;
    let encoded = path.as_os_str().as_bytes().iter().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    Ok(format!("file://{}?mode=ro{mode}", encoded.collect::<String>()))
}
