//! The directory of `--data`: it is checked before anything in it is touched, and only one server has it at a time.

mod error;
mod schema;
mod writer;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{self, Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{FlockOperation, flock};

use error::Cause;
pub use error::StoreError;
pub(super) use writer::Writer;

use super::job::{Query, Row};
use crate::chat::Text;
use crate::limits::{HISTORY_BUSY_TIMEOUT, HISTORY_CHECKED_BYTES, HISTORY_LINES_PER_ROOM, HISTORY_WAL_BYTES};

/// The history itself.
const FILE: &str = "tertulia.db";

/// Held by the server that uses the directory. Not the file's own lock: that would keep the `sqlite3` shell out.
const LOCK: &str = "tertulia.lock";

/// An open history.
#[derive(Debug)]
pub struct Store {
    writer: Writer,
    recent: Vec<Row>,
    next_key: u64,
    topic: Option<Text>,
}

impl Store {
    /// Opens the history in `dir`, or makes an empty one. Lines older than `keep_days` are let go, if that is given.
    ///
    /// # Errors
    ///
    /// The directory cannot be written, another server uses it, or the file is none of ours, damaged or newer; it is
    /// as it was then.
    pub fn open(dir: &Path, keep_days: Option<u32>) -> Result<Store, StoreError> {
        let lock = lock(dir).map_err(|cause| StoreError { path: dir.to_owned(), cause })?;
        let path = dir.join(FILE);
        read(&path, keep_days, lock).map_err(|cause| StoreError { path, cause })
    }

    /// What the next room that is made may be called: no room in the file has that key, nor ever had.
    pub fn next_key(&self) -> u64 {
        self.next_key
    }

    /// What `#general` is about.
    pub fn topic(&self) -> Option<Text> {
        self.topic.clone()
    }

    pub(super) fn into_parts(self) -> (Writer, Vec<Row>) {
        (self.writer, self.recent)
    }
}

/// Makes the directory if need be, and takes it for this server.
fn lock(dir: &Path) -> Result<File, Cause> {
    // What people said is nobody else's business on this machine.
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Cause::Unwritable)?;
    let lock = File::options().append(true).create(true).open(dir.join(LOCK)).map_err(Cause::Unwritable)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Cause::InUse),
        Err(error) => Err(Cause::Unwritable(error.into())),
    }
}

fn read(path: &Path, keep_days: Option<u32>, lock: File) -> Result<Store, Cause> {
    let beside = beside(path);
    match path.try_exists().map_err(Cause::Unwritable)? {
        true => check(path, &beside)?,
        // What was written ahead for a file that is gone would be taken for the new file's.
        false if beside.exists() => return Err(Cause::Damaged(format!("{} alone", beside.display()))),
        false => create(path)?,
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(HISTORY_BUSY_TIMEOUT)?;
    // In WAL mode a commit is one fsync, and what is committed survives the process and, as far as the disk keeps its
    // word, a power failure. NORMAL would do for the process; FULL costs a batch one fsync more.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", HISTORY_WAL_BYTES)?;
    let mut writer = Writer::new(connection, keep_days, lock);
    // Rooms but the first live no longer than the server.
    let (next_key, topic) = writer.transaction(Writer::begin)?;
    let recent = writer.find(&Query::Last(0, HISTORY_LINES_PER_ROOM))?;
    Ok(Store { writer, recent, next_key, topic: topic.map(|topic| Text::clean(&topic)) })
}

/// Makes an empty history under another name first: whenever the process dies, the file is complete or not there.
fn create(path: &Path) -> Result<(), Cause> {
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Cause::Unwritable(error)),
        _ => {}
    }
    let connection = Connection::open(&unfinished)?;
    connection.execute_batch(schema::CREATE)?;
    connection.pragma_update(None, "application_id", schema::APPLICATION)?;
    connection.pragma_update(None, "user_version", schema::VERSION)?;
    connection.close().map_err(|(_, error)| error)?;
    fs::rename(&unfinished, path).map_err(Cause::Unwritable)
}

/// Looks at a file without changing it.
fn check(path: &Path, beside: &Path) -> Result<(), Cause> {
    let length = whole(path, beside)?;
    // Immutable, it is read without any file beside it; but then what was written ahead would be overlooked.
    let mode = if beside.exists() { "" } else { "&immutable=1" };
    let (url, read_only) = (url(path, mode)?, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let connection = Connection::open_with_flags(url, read_only | OpenFlags::SQLITE_OPEN_URI)?;
    connection.busy_timeout(HISTORY_BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if number("application_id")? != schema::APPLICATION {
        return Err(Cause::Damaged("application_id".into()));
    }
    let version = number("user_version")?;
    if version > schema::VERSION {
        return Err(Cause::Newer(version));
    }
    if version != schema::VERSION {
        return Err(Cause::Damaged("user_version".into()));
    }
    for probe in schema::PROBE {
        connection.prepare(probe)?.query([])?.next()?;
    }
    if length <= HISTORY_CHECKED_BYTES {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Cause::Damaged(verdict.lines().last().unwrap_or_default().to_owned()));
        }
    }
    Ok(())
}

/// Whether the file is a database, and as long as it says; gives its length.
fn whole(path: &Path, beside: &Path) -> Result<u64, Cause> {
    let mut header = [0; 100];
    let mut file = File::open(path).map_err(Cause::Unwritable)?;
    let length = file.metadata().map_err(Cause::Unwritable)?.len();
    let read = file.read_exact(&mut header);
    if read.is_err() || !header.starts_with(b"SQLite format 3\0") {
        return Err(Cause::Damaged("SQLite".into()));
    }
    // https://sqlite.org/fileformat.html §1.3: the size of a page at 16 (1 for 65536), and how many there are at 28.
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    // While something is written ahead, the file may be shorter than it will be.
    let ahead = fs::metadata(beside).is_ok_and(|beside| beside.len() > 0);
    if !ahead && length < page * pages {
        return Err(Cause::Damaged(format!("{length} < {}", page * pages)));
    }
    Ok(length)
}

/// Where SQLite writes ahead.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A path as SQLite takes it together with a way of opening it.
fn url(path: &Path, mode: &str) -> Result<String, Cause> {
    let path = path::absolute(path).map_err(Cause::Unwritable)?;
    let encoded = path.as_os_str().as_bytes().iter().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    Ok(format!("file://{}?mode=ro{mode}", encoded.collect::<String>()))
}
