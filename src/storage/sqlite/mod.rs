//! The directory of `--data`: it is checked before anything in it is touched, and only one server has it at a time.

mod account_file;
mod accounts;
mod database;
mod error;
mod expulsions;
mod founding;
mod gaps;
mod lock;
mod log;
mod names;
mod offline_messages;
mod paths;
mod private;
mod reader;
mod reindexing;
mod requests;
mod rooms;
mod schema;
mod searching;
mod values;
mod watch;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{self, Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

pub use account_file::{AccountFile, hash};
pub(super) use database::{Database, is_busy};
use error::StoreCause;
pub use error::StoreError;
pub(super) use error::fault;
pub(super) use gaps::GapsFile;
use lock::Lock;
use paths::{beside, url, with_end};
pub use private::{Exposed, close_to_others, exposed_to_all};
pub(super) use reader::{Reader, Watch};
use watch::FileWatch;

use super::lock_files::LockFiles;
use super::log_membership::LogMembership;
use super::row::{AccountRow, account_key};
use crate::chat::{AccountKey, Expulsion, Message, MessageId, Name, RoomRecord};
use crate::limits::{
    HISTORY_BUSY_STEP, HISTORY_BUSY_TIMEOUT, HISTORY_CHECKED_BYTES, HISTORY_WAL_BYTES, MESSAGE_IDS_SPARED,
};

/// The history itself.
const FILE: &str = "tertulia.db";

/// An open history.
#[derive(Debug)]
pub struct Store {
    writer: Database,
    reader: Reader,
    next_key: u64,
    next_message: MessageId,
    next_account: AccountKey,
    membership: LogMembership,
    found: StoredState,
    exposed: Vec<Exposed>,
    forgotten: usize,
    dir: PathBuf,
}

/// What was in the file when it was opened.
#[derive(Debug)]
pub(super) struct StoredState {
    /// The rooms that go on, the one of everybody first.
    pub(super) rooms: Vec<RoomRecord>,
    /// What was said last in them, oldest first.
    pub(super) recent: Vec<Message>,
    pub(super) accounts: Vec<AccountRow>,
    pub(super) expulsions: Vec<Expulsion>,
}

impl Store {
    /// Opens the history in `dir`, or makes an empty one. Lines older than `keep_days` are let go, if that is given.
    ///
    /// # Errors
    ///
    /// The directory cannot be written, another server uses it, or the file is none of ours, damaged or newer; it is
    /// as it was then.
    pub fn open(dir: &Path, keep_days: Option<u32>) -> Result<Store, StoreError> {
        let lock = Lock::take(dir).map_err(|cause| StoreError { path: dir.to_owned(), cause })?;
        let path = dir.join(FILE);
        read(dir, &path, keep_days, lock).map_err(|cause| StoreError { path, cause })
    }

    /// Goes on with the history in `dir`, whose lock another program handed over when it had written all of it. What was said last is
    /// not read: it was handed over, too.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or not be brought up to this version.
    pub fn resume(dir: &Path, keep_days: Option<u32>, lock: LockFiles) -> Result<Store, StoreError> {
        let path = dir.join(FILE);
        let resumed = || {
            let lock = Lock::held(dir, lock).map_err(StoreCause::Unwritable)?;
            let writer = connect(&path, keep_days, lock)?;
            let (next_message, next_account) = (writer.next_message()?, writer.next_account()?);
            let membership = writer.membership()?;
            writer.connection.busy_timeout(HISTORY_BUSY_STEP)?;
            let (accounts, reader) = (writer.accounts()?, Reader::open(&path)?);
            let found =
                StoredState { rooms: Vec::new(), recent: Vec::new(), accounts, expulsions: Vec::new() };
            let (exposed, dir) = (Vec::new(), dir.to_owned());
            Ok(Store {
                writer,
                reader,
                next_key: 0,
                next_message,
                next_account,
                membership,
                found,
                exposed,
                forgotten: 0,
                dir,
            })
        };
        resumed().map_err(|cause| StoreError { path: path.clone(), cause })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What other users of the machine have access to, or had until now.
    pub fn exposed(&self) -> &[Exposed] {
        &self.exposed
    }

    /// Bans and mutes that were in the file beyond those that there may be, and have been let go.
    pub fn forgotten_decisions(&self) -> usize {
        self.forgotten
    }

    /// What the next room that is made may be called: no room in the file has that key, nor ever had.
    pub fn next_key(&self) -> u64 {
        self.next_key
    }

    /// The number that the next message may have: no message had it, nor a higher one.
    pub fn next_message(&self) -> MessageId {
        self.next_message
    }

    /// The number that the next account may have: no account in the file has it, nor ever had.
    pub fn next_account(&self) -> AccountKey {
        self.next_account
    }

    /// The account that a user who types `name` means: of that name, or the only one of a name that looks like it.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn account_meant(&self, name: &Name) -> Result<Option<AccountKey>, StoreError> {
        let alike = self.writer.accounts_like(name);
        let alike = alike.map_err(|error| StoreError { path: self.dir.join(FILE), cause: error.into() })?;
        Ok(name.meant(alike.iter().map(|(key, name)| (*key, name))).and_then(account_key))
    }

    /// Whether it belongs to the log of several nodes.
    pub fn is_of_log(&self) -> bool {
        self.membership.log.is_some()
    }

    pub(super) fn membership(&self) -> LogMembership {
        self.membership
    }

    /// Has this called before each commit; what it gives is whether the transaction is undone instead.
    #[cfg(test)]
    pub(super) fn before_commits(&self, hook: impl FnMut() -> bool + Send + 'static) {
        self.writer.connection.commit_hook(Some(hook)).unwrap();
    }

    pub(super) fn into_parts(self) -> (Database, Reader, StoredState) {
        (self.writer, self.reader, self.found)
    }
}

fn read(dir: &Path, path: &Path, keep_days: Option<u32>, lock: Lock) -> Result<Store, StoreCause> {
    create_if_missing(path)?;
    let exposed = private::exposed_dir(dir).into_iter().chain(close_files(path)).collect();
    let mut writer = open(path, keep_days, lock)?;
    let membership = writer.membership()?;
    let (next_key, forgotten) = writer.transaction(|file| {
        // The rooms of several nodes are not over because one of these was.
        if membership.log.is_none() {
            file.begin()?;
        }
        Ok((file.next_key()?, file.bound_marks()?))
    })?;
    writer.take_gaps()?;
    // Those of the last life that were said and are not in the file have numbers, too.
    let next_message = MessageId(writer.next_message()?.0 + MESSAGE_IDS_SPARED);
    let next_account = writer.next_account()?;
    writer.connection.busy_timeout(HISTORY_BUSY_STEP)?;
    let (rooms, accounts, expulsions) = (writer.rooms()?, writer.accounts()?, writer.expulsions()?);
    let recent = writer.recent(&rooms)?;
    let (reader, found) = (Reader::open(path)?, StoredState { rooms, recent, accounts, expulsions });
    let dir = dir.to_owned();
    Ok(Store {
        writer,
        reader,
        next_key,
        next_message,
        next_account,
        membership,
        found,
        exposed,
        forgotten,
        dir,
    })
}

/// Closes a history that was made by an earlier version, or by another hand, to other users.
fn close_files(path: &Path) -> Option<Exposed> {
    // SQLite gives a new file beside the database the database's mode; one that a crash has left keeps its own.
    for end in ["-wal", "-shm"] {
        private::close_to_others(&with_end(path, end));
    }
    private::close_to_others(path)
}

/// Makes an empty history, if there is none.
fn create_if_missing(path: &Path) -> Result<(), StoreCause> {
    let beside = beside(path);
    match path.try_exists().map_err(StoreCause::Unwritable)? {
        true => Ok(()),
        // What was written ahead for a file that is gone would be taken for the new file's.
        false if beside.exists() => Err(StoreCause::Alone(beside)),
        false => create(path),
    }
}

/// Opens a history that is there, if it is sound; of an earlier version, it is one of ours behind that.
fn open(path: &Path, keep_days: Option<u32>, lock: Lock) -> Result<Database, StoreCause> {
    check(path, &beside(path))?;
    connect(path, keep_days, lock)
}

/// Opens a history that is there and sound.
fn connect(path: &Path, keep_days: Option<u32>, lock: Lock) -> Result<Database, StoreCause> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(HISTORY_BUSY_TIMEOUT)?;
    // In WAL mode a commit is one fsync, and what is committed survives the process and, as far as the disk keeps its
    // word, a power failure. NORMAL would do for the process; FULL costs a batch one fsync more.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", HISTORY_WAL_BYTES)?;
    let watch = FileWatch::new(path::absolute(path).map_err(StoreCause::Unwritable)?, lock);
    let mut writer = Database::new(connection, keep_days, watch);
    // A file of this version is read while another program writes.
    if writer.version()? < schema::VERSION {
        writer.transaction(Database::upgrade)?;
    }
    writer.watch_all();
    Ok(writer)
}

/// Makes an empty history under another name first: whenever the process dies, the file is complete or not there.
fn create(path: &Path) -> Result<(), StoreCause> {
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreCause::Unwritable(error)),
        _ => {}
    }
    private::create(&unfinished).map_err(StoreCause::Unwritable)?;
    let connection = Connection::open(&unfinished)?;
    connection.execute_batch(schema::CREATE)?;
    schema::STEPS.iter().try_for_each(|(step, _)| connection.execute_batch(step))?;
    connection.pragma_update(None, "application_id", schema::APPLICATION)?;
    connection.pragma_update(None, "user_version", schema::VERSION)?;
    connection.close().map_err(|(_, error)| error)?;
    fs::rename(&unfinished, path).map_err(StoreCause::Unwritable)
}

/// Looks at a file without changing it.
fn check(path: &Path, beside: &Path) -> Result<(), StoreCause> {
    let length = whole(path, beside)?;
    // Immutable, it is read without any file beside it; but then what was written ahead would be overlooked.
    let mode = if beside.exists() { "" } else { "&immutable=1" };
    let (url, read_only) = (url(path, mode)?, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let connection = Connection::open_with_flags(url, read_only | OpenFlags::SQLITE_OPEN_URI)?;
    connection.busy_timeout(HISTORY_BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if number("application_id")? != schema::APPLICATION {
        return Err(StoreCause::Damaged("application_id".into()));
    }
    let version = number("user_version")?;
    if version > schema::VERSION {
        return Err(StoreCause::Newer(version));
    }
    let steps = version.checked_sub(1).and_then(|steps| schema::STEPS.get(..usize::try_from(steps).ok()?));
    let steps = steps.ok_or_else(|| StoreCause::Damaged("user_version".into()))?;
    for probe in schema::PROBE.iter().chain(steps.iter().flat_map(|(_, probes)| *probes)) {
        connection.prepare(probe)?.query([])?.next()?;
    }
    if length <= HISTORY_CHECKED_BYTES {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreCause::Damaged(verdict.lines().last().unwrap_or_default().to_owned()));
        }
    }
    Ok(())
}

/// Whether the file is a database, and as long as it says; gives its length.
fn whole(path: &Path, beside: &Path) -> Result<u64, StoreCause> {
    let mut header = [0; 100];
    // A pipe would be waited for.
    if !fs::metadata(path).map_err(StoreCause::Unwritable)?.is_file() {
        return Err(StoreCause::Damaged("no file".into()));
    }
    let mut file = File::open(path).map_err(StoreCause::Unwritable)?;
    let length = file.metadata().map_err(StoreCause::Unwritable)?.len();
    let read = file.read_exact(&mut header);
    if read.is_err() || !header.starts_with(b"SQLite format 3\0") {
        return Err(StoreCause::Damaged("SQLite".into()));
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
        return Err(StoreCause::Damaged(format!("{length} < {}", page * pages)));
    }
    Ok(length)
}
