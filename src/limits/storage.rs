//! Limits of the thread that writes the history into a file, and of what waits for it.

use std::time::Duration;

/// Jobs that may wait for the history's thread; lines beyond are missing in the history, and counted. Almost a second at
/// the most that a disk is asked to take.
pub const HISTORY_QUEUE_JOBS: usize = 16 * 1024;

/// Bytes of jobs that the history's thread may have, those that it is writing among them; lines beyond are missing in
/// the history, and counted. Four thousand of the longest lines.
pub const HISTORY_QUEUE_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Of these, bytes of changes of rooms and letters: the others wait, where a later change replaces an earlier one.
pub const HISTORY_CHANGES_IN_HAND_BYTES: usize = 1024 * 1024;

/// Bytes of changes that may wait for the history's thread; beyond it a room is written as a whole when there is a place.
pub const HISTORY_CHANGES_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Jobs that go into one transaction: what waits behind them waits some ten milliseconds.
pub const HISTORY_BATCH_JOBS: usize = 2048;

/// How long an account, a letter or a start waits for another program that is writing to the file, such as the `sqlite3`
/// shell; then it is refused. Lines wait as long as they have to, while the queue has room.
pub const HISTORY_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the history's thread waits for another program at a time: then it looks what else there is to be done.
pub const HISTORY_BUSY_STEP: Duration = Duration::from_millis(100);

/// Bytes of lines that go into one transaction: what it writes ahead is some ten times as much.
pub const HISTORY_BATCH_BYTES: usize = 1024 * 1024;

/// Lines that go into one transaction while the server stops: a slow disk has to be left in time.
pub const HISTORY_STOP_JOBS: usize = 256;

/// What is kept of the time to stop for marking what could not be written.
pub const HISTORY_MARK_TIMEOUT: Duration = Duration::from_millis(400);

/// The last of that time, in which the loop marks it where the history's thread has not ended.
pub const HISTORY_MARK_RESERVE: Duration = Duration::from_millis(100);

/// What the history's thread rests behind a transaction that a client's question does not end: fewer transactions take
/// less of a processor that the conversation needs as well, and nobody notices an answer that comes so much later.
pub const HISTORY_PAUSE: Duration = Duration::from_millis(10);

/// Rows that the history's thread writes, in some 0.3 ms, before it lets others have its processor. The loop may wait
/// behind them.
pub const HISTORY_STRETCH_ROWS: usize = 16;

/// In a transaction of so many rows the history's thread lets nobody go first: it is behind, by 50 ms of 20,000 lines a
/// second.
pub const HISTORY_BEHIND_ROWS: usize = 1024;

/// How much less the history's thread wants a processor than the loop does (0 to 19, Linux).
pub const HISTORY_NICENESS: i32 = 10;

/// How long a client's next lines wait for what they asked of a history in a file; then they go on without.
pub const HISTORY_PATIENCE: Duration = Duration::from_secs(10);

/// Numbers of messages that a start leaves out behind the last one in the file: those of messages that were said, and that are
/// not in it, because the process was killed or the disk took nothing for long. Numbers rise over a stop then, too.
pub const MESSAGE_IDS_SPARED: u64 = 1 << 20;

/// How often a gap that could not be marked in the history is tried again while nobody talks.
pub const HISTORY_RETRY: Duration = Duration::from_secs(1);

/// Console lines about a history that could not be written or read: at most one in this long.
pub const HISTORY_COMPLAINT_INTERVAL: Duration = Duration::from_secs(10);

/// A history of this size is checked page by page at the start, which takes about 0.3 s; a larger one is looked at
/// only where it is used.
pub const HISTORY_CHECKED_BYTES: u64 = 16 * 1024 * 1024;

/// How long the history's thread waits, while its queue has room, for questions that are being answered, also by other
/// programs, before the file that SQLite writes ahead can begin anew; behind that it tries again after ten times as long. Where
/// questions overlap all the time it takes two to three times as long as one of them.
pub const HISTORY_WAL_PATIENCE: Duration = Duration::from_secs(5);

/// What the file that SQLite writes ahead shrinks to when it has grown; at half of it, it is to begin anew.
pub const HISTORY_WAL_BYTES: usize = 16 * 1024 * 1024;

/// How often lines older than `--keep-days` are looked for.
pub const HISTORY_EXPIRY_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a clock has to have been as it is before lines are deleted by it: people have spoken, or the server has run, for so
/// long. Who runs the server has so much time to set it right.
pub const HISTORY_CLOCK_TRUST: Duration = Duration::from_secs(24 * 60 * 60);

/// A clock that is so much ahead of the last lines, beyond `--keep-days`, or of itself, may be wrong.
pub const HISTORY_CLOCK_LEAP: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// When old lines that could not be deleted, or an index that could not be brought up to date, are tried again.
pub const HISTORY_TIDY_RETRY: Duration = Duration::from_secs(60);

/// Lines that are looked at in one transaction for being too old.
pub const HISTORY_EXPIRY_ROWS: usize = 2048;

/// Bytes of old lines deleted in one transaction: the words of each have to be taken out of the index, and what is said
/// waits meanwhile.
pub const HISTORY_EXPIRY_BYTES: usize = 128 * 1024;

/// What the history's thread gets at least, at the end, to write what waits; all in all it has [`STOP_TIMEOUT`](super::STOP_TIMEOUT).
pub const HISTORY_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);
