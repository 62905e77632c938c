//! The helper thread: takes everything that waits, writes it in one transaction, then answers what was asked.
//!
//! Laws: a question is answered when all lines handed in before it are on the disk, so what anybody was shown survives
//! the process; a line that cannot be written is counted, and the count is written where it is missing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Result;

use super::affair::Affair;
use super::job::{Change, Job, Kind, Query, Row, Word, miss};
use super::pending::Load;
use super::store::Writer;
use crate::clock::wall_clock;
use crate::limits::{
    HISTORY_BATCH_JOBS, HISTORY_BEHIND_ROWS, HISTORY_BUSY_TIMEOUT, HISTORY_EXPIRY_INTERVAL, HISTORY_PAUSE,
    HISTORY_RETRY, HISTORY_STRETCH_ROWS,
};

pub(super) struct Worker<W> {
    file: Writer,
    jobs: Receiver<Job>,
    words: Sender<Word>,
    load: Arc<Load>,
    wake: W,
    /// Rows of this batch; their room in memory is used again.
    rows: Vec<Row>,
    /// What must not get lost; that of a batch that failed stays.
    changes: Vec<Change>,
    /// Bytes of these.
    change_bytes: usize,
    affairs: Vec<Affair>,
    questions: Vec<(u64, Query)>,
    /// Lines that could not be written, by room, and when the first of them was said.
    gaps: BTreeMap<u64, (u64, i64)>,
    /// When old lines are looked for; never if lines may stay for ever.
    expiry: Option<Instant>,
    /// Up to which line they have been looked for in this round.
    expired_up_to: i64,
}

impl<W: Fn()> Worker<W> {
    pub(super) fn new(
        file: Writer,
        jobs: Receiver<Job>,
        words: Sender<Word>,
        load: Arc<Load>,
        wake: W,
    ) -> Worker<W> {
        let expiry = file.keep_days().map(|_| Instant::now());
        Worker {
            file,
            jobs,
            words,
            load,
            wake,
            rows: Vec::new(),
            changes: Vec::new(),
            change_bytes: 0,
            affairs: Vec::new(),
            questions: Vec::new(),
            gaps: BTreeMap::new(),
            expiry,
            expired_up_to: 0,
        }
    }

    /// Works until nobody can hand in anything any more, and all that was handed in is done.
    pub(super) fn run(&mut self) {
        yield_to_the_loop();
        loop {
            let wait = self.expiry.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            let unwritten = !self.gaps.is_empty() || !self.changes.is_empty();
            let retry = if unwritten { HISTORY_RETRY } else { Duration::MAX };
            match self.jobs.recv_timeout(wait.min(retry)) {
                Ok(job) => self.batch(job),
                Err(RecvTimeoutError::Timeout) if !unwritten => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.write();
                    if self.tell_room() {
                        (self.wake)();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.expiry.is_some_and(|at| Instant::now() >= at) {
                self.expire();
            }
        }
        if !self.gaps.is_empty() || !self.changes.is_empty() {
            self.write();
        }
    }

    fn batch(&mut self, first: Job) {
        let waiting = std::iter::once(first).chain(self.jobs.try_iter());
        let mut bytes = 0;
        for job in waiting.take(HISTORY_BATCH_JOBS) {
            if job.is_change() {
                self.change_bytes += job.bytes()
            } else {
                bytes += job.bytes()
            }
            match job {
                Job::Keep(row) => self.rows.push(row),
                Job::Change(change) => self.changes.push(change),
                Job::Look(ticket, query) => self.questions.push((ticket, query)),
                Job::Affair(affair) => self.affairs.push(affair),
            }
        }
        let full = self.rows.len() + self.changes.len() >= HISTORY_BATCH_JOBS;
        let mut told = false;
        if !self.rows.is_empty() || !self.changes.is_empty() {
            told |= !self.write();
        }
        told |= self.settle_affairs();
        for (ticket, query) in std::mem::take(&mut self.questions) {
            let start = Instant::now();
            let _ = self.words.send(match self.file.find(&query) {
                Ok(sought) => Word::Found { ticket, query, sought, cost: start.elapsed() },
                Err(error) => Word::Unreadable { ticket, query, why: error.to_string() },
            });
            told = true;
        }
        self.load.release(bytes, false);
        told |= self.tell_room();
        if told {
            (self.wake)();
        } else if !full {
            // Lines that come one by one need not cost an fsync each, and the loop is left alone meanwhile.
            thread::sleep(HISTORY_PAUSE);
        }
    }

    /// Tells the loop that there is a place again, if it waits for one; says whether it does.
    fn tell_room(&self) -> bool {
        let waits = self.load.take_starved();
        if waits {
            let _ = self.words.send(Word::Room);
        }
        waits
    }

    /// Writes what the batch holds in one transaction; says whether that went well.
    fn write(&mut self) -> bool {
        let Worker { file, rows, changes, change_bytes, gaps, load, .. } = self;
        let written = file.transaction(|file| {
            changes.iter().try_for_each(|change| file.change(change, now()))?;
            gaps.iter().try_for_each(|(&room, &(lines, at))| file.append(&Row::gap(room, at, lines)))?;
            append(file, rows)
        });
        match written {
            Ok(()) => {
                changes.clear();
                load.release(std::mem::take(change_bytes), true);
                gaps.clear();
            }
            Err(ref error) => {
                let lost = count_lost(rows, gaps);
                if lost > 0 {
                    let _ = self.words.send(Word::Lost(lost, error.to_string()));
                }
            }
        }
        self.rows.clear();
        self.rows.shrink_to(HISTORY_BATCH_JOBS);
        written.is_ok()
    }

    /// Does what is to be done for accounts and letters; says whether there is something to tell.
    fn settle_affairs(&mut self) -> bool {
        let affairs = std::mem::take(&mut self.affairs);
        let (outcomes, complaint) = self.file.settle(affairs, now());
        let words = complaint.map(|why| Word::Lost(0, why)).into_iter();
        let mut words = words.chain(outcomes.into_iter().map(Word::Outcome)).peekable();
        let told = words.peek().is_some();
        words.for_each(|word| drop(self.words.send(word)));
        told
    }

    /// Lets some lines go that are too old; the rest in the next turn, so that nobody waits for all of it.
    fn expire(&mut self) {
        let Some(days) = self.file.keep_days() else { return };
        let before = oldest(days);
        let after = self.expired_up_to;
        let last: Result<Option<i64>> = self.file.transaction(|file| file.expire(before, after));
        let (after, pause) = match last {
            Ok(Some(last)) => (last, Duration::ZERO),
            Ok(None) => (0, HISTORY_EXPIRY_INTERVAL),
            Err(_) => (after, HISTORY_BUSY_TIMEOUT),
        };
        self.expired_up_to = after;
        self.expiry = Some(Instant::now() + pause);
    }
}

/// Writes rows, and lets go first every few of them whoever waits for this processor: without it somebody's word was
/// seen to wait for 2 ms behind this thread, in spite of its priority.
fn append(file: &Writer, rows: &[Row]) -> Result<()> {
    // Beside a busy program each stop costs a turn of that program's; who is behind would never catch up.
    let behind = rows.len() >= HISTORY_BEHIND_ROWS;
    for stretch in rows.chunks(HISTORY_STRETCH_ROWS) {
        stretch.iter().try_for_each(|row| file.append(row))?;
        if !behind {
            thread::yield_now();
        }
    }
    Ok(())
}

/// Counts rows that could not be written; what a gap among them stands for was told when it arose.
fn count_lost(rows: &[Row], gaps: &mut BTreeMap<u64, (u64, i64)>) -> u64 {
    let mut lost = 0;
    for row in rows {
        let lines = if row.kind == Kind::Gap { row.text.parse().unwrap_or(0) } else { 1 };
        miss(gaps, row.room, row.at, lines);
        lost += u64::from(row.kind != Kind::Gap);
    }
    lost
}

/// Lets the loop go first where the two want the same processor: those who talk wait for it, nobody waits for this.
pub(super) fn yield_to_the_loop() {
    // Linux has a priority for each thread; elsewhere it would be that of the whole server.
    // Without it all is right as well, only less smooth.
    #[cfg(target_os = "linux")]
    let _ =
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), crate::limits::HISTORY_NICENESS);
}

/// When the oldest line may have been said that stays for so many days, in milliseconds since 1970.
pub(super) fn oldest(days: u32) -> i64 {
    now() - i64::from(days) * 86_400_000
}

/// Milliseconds since 1970.
pub(super) fn now() -> i64 {
    wall_clock().0
}
