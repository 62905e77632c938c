//! A second way into the file, for questions.
//!
//! Invariant: it only reads, and no question takes longer than it may; what was found until then is the answer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Connection, Error, ErrorCode, OpenFlags, Result, params};

use super::values::message;
use crate::chat::{Look, Message, MessageId, Reach, RoomKey};
use crate::limits::{ANSWER_MAX_BYTES, HISTORY_BUSY_STEP, SEARCH_TIMEOUT};
use crate::storage::reply::Sought;

/// What a line costs an answer beside its words, roughly.
const ROW_OVERHEAD_BYTES: usize = 128;

/// Behind all messages.
pub(super) const NEWEST: MessageId = MessageId(u64::MAX);

/// Steps of SQLite's virtual machine between two looks at the clock: some 10 µs of work, or a page of an index.
const STEPS: i32 = 100;

/// The file, to look something up in it.
#[derive(Debug)]
pub(in crate::storage) struct Reader {
    pub(super) connection: Connection,
    watch: Arc<Watch>,
}

/// Until when a question may take, for all who work at it.
#[derive(Debug)]
pub(in crate::storage) struct Watch {
    start: Instant,
    /// In microseconds after the start.
    until: AtomicU64,
    stopped: AtomicBool,
}

impl Watch {
    fn begin(&self) {
        let until = (self.start.elapsed() + SEARCH_TIMEOUT).as_micros();
        self.until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether the question has taken as long as it may.
    pub(super) fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
            || self.start.elapsed() >= Duration::from_micros(self.until.load(Ordering::Relaxed))
    }

    /// Ends the question that is being answered, and all that come.
    pub(in crate::storage) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Reader {
    /// Opens a history that is open already.
    pub(super) fn open(path: &Path) -> Result<Reader> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(HISTORY_BUSY_STEP)?;
        let (until, stopped) = (AtomicU64::new(u64::MAX), AtomicBool::new(false));
        let watch = Arc::new(Watch { start: Instant::now(), until, stopped });
        let theirs = Arc::clone(&watch);
        connection.progress_handler(STEPS, Some(move || theirs.is_over()))?;
        Ok(Reader { connection, watch })
    }

    /// What ends a question early.
    pub(in crate::storage) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// Finds rows, oldest first, at most as many as one answer bears, in the time that a question may take.
    pub(in crate::storage) fn find(&self, look: &Look) -> Result<Sought> {
        self.watch.begin();
        let mut sought = Sought::default();
        let found = match look {
            Look::Entering(room, count) | Look::Last(room, count) => {
                self.last(*room, *count, NEWEST, &mut sought)
            }
            Look::Before(room, count, before) => self.last(*room, *count, *before, &mut sought),
            // It comes from memory.
            Look::Missed(..) => Ok(()),
            Look::Search(rooms, words, count) => self.search(rooms, words.as_str(), *count, &mut sought),
        };
        match found {
            Err(error) if was_interrupted(&error) => sought.reach = Reach::Newest,
            found => found?,
        }
        Ok(sought)
    }

    fn last(&self, room: RoomKey, count: usize, before: MessageId, sought: &mut Sought) -> Result<()> {
        // One more than asked for, to know of it.
        let rows = count.saturating_add(1);
        let (mut lines, cut) = last(&self.connection, room, rows, before)?;
        sought.more = cut || lines.len() > count;
        lines.drain(..lines.len().saturating_sub(count));
        sought.lines = lines;
        Ok(())
    }

    pub(super) fn cached(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }
}

fn was_interrupted(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// What was said last in a room before that message, oldest first; and whether one answer does not bear all of it.
pub(super) fn last(
    connection: &Connection,
    room: RoomKey,
    count: usize,
    before: MessageId,
) -> Result<(Vec<Message>, bool)> {
    let mut last = connection.prepare_cached(
        "SELECT id, room, at, kind, who, text FROM line WHERE room = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let before = i64::try_from(before.0).unwrap_or(i64::MAX);
    fitting(last.query_and_then(params![room, before, count], message)?.filter_map(Result::transpose))
}

/// As many messages, which come newest first, as one answer bears; oldest first. No more than that are read: whether there are more
/// is said too.
pub(super) fn fitting(newest: impl Iterator<Item = Result<Message>>) -> Result<(Vec<Message>, bool)> {
    let (mut lines, mut bytes, mut cut) = (Vec::new(), 0, false);
    for line in newest {
        let line = line?;
        bytes += line.text.as_str().len() + ROW_OVERHEAD_BYTES;
        cut = bytes > ANSWER_MAX_BYTES;
        if cut {
            break;
        }
        lines.push(line);
    }
    lines.reverse();
    Ok((lines, cut))
}
