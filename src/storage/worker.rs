//! The thread that writes: takes everything that waits, writes it in one transaction, then passes questions on.
//!
//! Invariants: a question is passed on when all lines handed in before it are on the disk, so what anybody was shown survives
//! the process; lines wait for another program that is writing, promises for [`HISTORY_BUSY_TIMEOUT`]; a line that cannot
//! be written is counted, and the count is written where it is missing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Result, ffi};

use super::answerer::Answerer;
use super::disk::Disk;
use super::pending::Load;
use super::reply::{FileNews, WorkerEvent};
use super::request::{DiskRequest, FileChange, JOB_BYTES, Job, RequestId};
use super::row::{Gap, Gaps, miss};
use super::sqlite::{fault, is_busy};
use super::steady::{SteadyClock, now};
use super::write_progress::WriteProgress;
use crate::chat::{Look, Message};
use crate::limits::{
    HISTORY_BATCH_BYTES, HISTORY_BATCH_JOBS, HISTORY_BEHIND_ROWS, HISTORY_BUSY_STEP, HISTORY_BUSY_TIMEOUT,
    HISTORY_EXPIRY_INTERVAL, HISTORY_MARK_TIMEOUT, HISTORY_PAUSE, HISTORY_QUEUE_JOBS,
    HISTORY_QUEUE_MAX_BYTES, HISTORY_RETRY, HISTORY_STOP_JOBS, HISTORY_STRETCH_ROWS, HISTORY_TIDY_RETRY,
    HISTORY_WAL_PATIENCE, STOP_TIMEOUT,
};
use crate::locale::FileFault;
use crate::threads::yield_to_the_loop;

/// What came of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Done,
    /// Another program is writing: what was to be written waits.
    Busy,
    /// What was to be written is lost, and counted.
    Failed,
}

pub(super) struct Worker<D, W> {
    file: D,
    jobs: Receiver<Job>,
    words: Sender<WorkerEvent>,
    load: Arc<Load>,
    wake: W,
    answerer: Answerer,
    /// Where the loop can see what is not written yet, and says when it stops.
    progress: Arc<WriteProgress>,
    /// Messages to be written, in order; their room in memory is used again.
    rows: VecDeque<Message>,
    /// What must not get lost; that of a batch that failed stays.
    changes: Vec<FileChange>,
    /// Bytes of these.
    change_bytes: usize,
    /// What is promised, and since when it waits.
    requests: Vec<(Instant, DiskRequest)>,
    /// To be answered when the rows are written.
    questions: Vec<(RequestId, Look)>,
    /// Lines that could not be written, by room, and when the first of them was said.
    gaps: Gaps,
    /// Word is waited for that all is on the disk, with this number.
    settling: Option<u64>,
    /// Whether another program keeps us from writing what waits.
    held_up: bool,
    /// While the file cannot be written: how many changes waited when that was told.
    failing: Option<usize>,
    /// How long the last transaction took.
    took: Duration,
    /// Before this, what is written ahead is left as long as it is.
    shortened: Instant,
    /// Since when its readers are waited for.
    shortening: Option<Instant>,
    /// When more of an index that an earlier version has made is brought up to date; never if all of it is.
    reindexing: Option<Instant>,
    /// Days for which lines stay; none: for ever.
    keep_days: Option<u32>,
    /// When old lines are looked for; never if lines may stay for ever.
    expiry: Option<Instant>,
    /// Up to which line they have been looked for in this round.
    expired_up_to: i64,
    /// Which lines are old in this round: those from before.
    expired_before: i64,
    /// The wall clock, as it was when old lines were looked for.
    clock: SteadyClock,
}

impl<D: Disk, W: Fn()> Worker<D, W> {
    pub(super) fn new(
        file: D,
        answerer: Answerer,
        jobs: Receiver<Job>,
        words: Sender<WorkerEvent>,
        load: Arc<Load>,
        wake: W,
    ) -> Worker<D, W> {
        Worker {
            file,
            jobs,
            words,
            load,
            wake,
            answerer,
            progress: Arc::default(),
            rows: VecDeque::new(),
            changes: Vec::new(),
            change_bytes: 0,
            requests: Vec::new(),
            questions: Vec::new(),
            gaps: Gaps::new(),
            settling: None,
            held_up: false,
            failing: None,
            took: Duration::ZERO,
            shortened: Instant::now(),
            shortening: None,
            reindexing: Some(Instant::now()),
            keep_days: None,
            expiry: None,
            expired_up_to: 0,
            expired_before: 0,
            clock: SteadyClock::new(Instant::now(), now()),
        }
    }

    /// The same, which lets lines go that were said more than so many days ago.
    pub(super) fn keeping(mut self, days: Option<u32>) -> Worker<D, W> {
        self.keep_days = days;
        self.expiry = days.map(|_| Instant::now());
        self
    }

    /// What this thread has not written yet.
    pub(super) fn progress(&self) -> Arc<WriteProgress> {
        Arc::clone(&self.progress)
    }

    /// Works until nobody can hand in anything any more, and all that was handed in is done or marked as missing.
    pub(super) fn run(mut self) {
        yield_to_the_loop();
        while !self.time_is_up() {
            let due = [self.expiry, self.reindexing].into_iter().flatten().min();
            let wait = due.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            let left = self.has_left();
            let retry = if left { HISTORY_RETRY } else { Duration::MAX };
            // Another program has been waited for already.
            let wait = if self.held_up { Duration::ZERO } else { wait.min(retry) };
            let rests = match self.jobs.recv_timeout(wait) {
                Ok(job) => self.batch(Some(job)),
                Err(RecvTimeoutError::Timeout) => left && self.batch(None),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if rests {
                thread::sleep(HISTORY_PAUSE);
            }
            let at = Instant::now();
            if self.expiry.is_some_and(|due| at >= due) {
                self.expire((at, now()));
            }
            if self.reindexing.is_some_and(|at| Instant::now() >= at) {
                self.reindex();
            }
        }
        self.finish();
        // The last one to close the file tidies up.
        self.answerer.end();
    }

    /// Takes what comes until no more can come, and finishes.
    pub(super) fn end(&mut self) {
        while let Ok(job) = self.jobs.recv() {
            self.take(job);
        }
        self.finish();
    }

    /// What is written to.
    pub(super) fn disk(&self) -> &D {
        &self.file
    }

    /// What is written to, to be changed.
    pub(super) fn disk_mut(&mut self) -> &mut D {
        &mut self.file
    }

    /// Does once what there is to do, if there is anything; without rest behind it. For the simulation, whose disk is no file.
    pub(super) fn step(&mut self) {
        match self.jobs.try_recv() {
            Ok(job) => drop(self.batch(Some(job))),
            Err(_) if self.has_left() => drop(self.batch(None)),
            Err(_) => {}
        }
    }

    /// Whether something that was taken is to be tried again.
    pub(super) fn has_left(&self) -> bool {
        self.held_up || !self.gaps.is_empty() || !self.changes.is_empty()
    }

    /// Takes what waits and writes it; says whether there is time for a rest.
    fn batch(&mut self, first: Option<Job>) -> bool {
        // Held up, the thread goes on taking what comes: promises are to be told in time.
        let most = if self.held_up { HISTORY_QUEUE_JOBS / 2 } else { HISTORY_BATCH_JOBS };
        let (mut taken, mut bytes) = (0, 0);
        let mut next = first;
        while let Some(job) = next.take() {
            if let Job::Keep(row) = &job {
                bytes += row.text.as_str().len();
            }
            taken += 1;
            self.take(job);
            if self.rows.len() < most && taken < most && bytes < HISTORY_BATCH_BYTES {
                next = self.jobs.try_recv().ok();
            }
        }
        let full = taken >= HISTORY_BATCH_JOBS || bytes >= HISTORY_BATCH_BYTES;
        let written = self.write();
        let mut told = written == Written::Failed;
        told |= self.settle_requests();
        self.held_up = written == Written::Busy || !self.requests.is_empty();
        let mut asked = false;
        if self.rows.is_empty() && written != Written::Busy {
            // Whatever was said before them is on the disk.
            let questions = std::mem::take(&mut self.questions);
            asked = !questions.is_empty();
            questions.into_iter().for_each(|(id, look)| self.answerer.ask(id, look));
        }
        told |= self.tell_room();
        if let Some(number) = self.settling.take_if(|_| !self.held_up) {
            self.tell_settled(number, written);
        }
        if told {
            (self.wake)();
        }
        // Lines that come one by one need not cost an fsync each, and the loop is left alone meanwhile.
        !told && !full && !asked && !self.held_up && !self.is_ending()
    }

    /// Tells the loop that there is a place again, if it waits for one; says whether it does.
    fn tell_room(&self) -> bool {
        let waits = self.load.take_starved();
        if waits {
            let _ = self.words.send(WorkerEvent::Room);
        }
        waits
    }

    /// Says that all is on the disk, and that more can be written, if that is so.
    fn tell_settled(&mut self, number: u64, written: Written) {
        let done = written == Written::Done && !self.has_left();
        let sound = done && self.file.transaction(D::prove).is_ok();
        let lock = sound.then(|| self.file.lock_files()).flatten();
        let _ = self.words.send(WorkerEvent::Settled(number, lock));
    }

    fn take(&mut self, job: Job) {
        let bytes = job.bytes();
        if job.is_change() {
            self.change_bytes += bytes;
        }
        match job {
            Job::Keep(row) => self.rows.push_back(row),
            Job::Change(change) => self.changes.push(change),
            // There are never many of them in hand.
            Job::Look(id, look) => {
                self.load.release(bytes, false);
                self.questions.push((id, look));
            }
            Job::Request(request) => self.requests.push((Instant::now(), request)),
            Job::Settle(number) => {
                self.load.release(bytes, false);
                self.settling = Some(number);
            }
        }
    }

    fn is_ending(&self) -> bool {
        self.progress.until().is_some()
    }

    /// Whether the server stops, and another transaction might take longer than there is time.
    fn time_is_up(&self) -> bool {
        self.progress.until().is_some_and(|until| Instant::now() + self.took + HISTORY_MARK_TIMEOUT >= until)
    }

    /// Writes what waits, so much of it in a transaction; says how far that went.
    fn write(&mut self) -> Written {
        let mut written = Written::Done;
        while written == Written::Done
            && !(self.rows.is_empty() && self.changes.is_empty() && self.gaps.is_empty())
            && !self.time_is_up()
        {
            written = self.write_some();
        }
        written
    }

    fn write_some(&mut self) -> Written {
        if !self.shorten_wal() {
            return Written::Busy;
        }
        let most = if self.is_ending() { HISTORY_STOP_JOBS } else { HISTORY_BATCH_JOBS };
        let Worker { file, rows, changes, change_bytes, gaps, load, progress, .. } = self;
        let mut bytes = 0;
        let fits = |row: &&Message| {
            bytes += row.text.as_str().len();
            bytes < HISTORY_BATCH_BYTES
        };
        let batch = rows.iter().take(most).take_while(fits).count().max(1).min(rows.len());
        let batch = &rows.make_contiguous()[..batch];
        let (count, start) = (batch.len(), Instant::now());
        let mut given_up = false;
        let written = file.transaction(|file| {
            given_up = !progress.begin(count, !gaps.is_empty(), file.last_line());
            if given_up {
                return Err(rusqlite::Error::ExecuteReturnedResults);
            }
            changes.iter().try_for_each(|change| file.change(change, now()))?;
            gaps.iter().try_for_each(|(&room, gap)| file.append(&gap.mark(room)))?;
            append(file, batch)
        });
        let result = match written {
            Ok(()) => {
                changes.clear();
                load.release(std::mem::take(change_bytes), true);
                gaps.clear();
                self.took = start.elapsed();
                self.failing = None;
                Written::Done
            }
            Err(_) if given_up => return Written::Failed,
            Err(ref error) if is_busy(error) => {
                progress.end(0, gaps);
                return Written::Busy;
            }
            Err(ref error) => {
                let (lost, why) = (count_lost(batch, gaps), fault(error));
                let untold = self.failing.is_none_or(|told| changes.len() > told);
                // A file that is not in its place is news already.
                if lost > 0 || untold && why != FileFault::Displaced {
                    let _ = self.words.send(WorkerEvent::Lost(lost, Some(why)));
                }
                self.failing = Some(changes.len());
                Written::Failed
            }
        };
        progress.end(count, gaps);
        load.release(rows.drain(..count).map(|row| Job::Keep(row).bytes()).sum(), false);
        rows.shrink_to(HISTORY_BATCH_JOBS);
        result
    }

    /// Lets what is written ahead begin anew if it has grown, before more is written; false: another connection is reading it, and what
    /// is to be written can wait.
    fn shorten_wal(&mut self) -> bool {
        if Instant::now() < self.shortened || self.is_ending() {
            return true;
        }
        if self.file.shorten_wal() {
            self.shortening = None;
            return true;
        }
        let waited = self.shortening.get_or_insert_with(Instant::now).elapsed();
        let room =
            self.rows.len() < HISTORY_QUEUE_JOBS / 2 && self.load.bytes() < HISTORY_QUEUE_MAX_BYTES / 2;
        if waited < HISTORY_WAL_PATIENCE && room {
            // SQLite does not wait while another program does the same.
            thread::sleep(HISTORY_PAUSE);
            return false;
        }
        self.shortening = None;
        self.shortened = Instant::now() + 10 * waited.max(HISTORY_BUSY_STEP);
        true
    }

    /// Does what is to be done for accounts and letters; says whether there is something to tell.
    fn settle_requests(&mut self) -> bool {
        let bytes = |requests: &[(Instant, DiskRequest)]| -> usize {
            requests.iter().map(|(_, request)| JOB_BYTES + request.bytes()).sum()
        };
        let requests = std::mem::take(&mut self.requests);
        let before = bytes(&requests);
        let (replies, waiting, complaint) = self.file.settle(requests, now());
        let news = self.look_after_the_files();
        // Who waits for another program too long is told that it cannot be done now.
        let patient = |(since, _): &(Instant, DiskRequest)| since.elapsed() < HISTORY_BUSY_TIMEOUT;
        let (waiting, given_up): (Vec<_>, Vec<_>) = waiting.into_iter().partition(patient);
        self.load.release(before - bytes(&waiting), false);
        self.requests = waiting;
        let given_up = given_up.iter().filter_map(|(_, request)| request.failed(FileFault::Busy));
        let replies = replies.into_iter().chain(given_up);
        let words = complaint.map(|why| WorkerEvent::Lost(0, Some(why))).into_iter();
        let mut words = words.chain(replies.map(WorkerEvent::Reply)).peekable();
        let told = news || words.peek().is_some();
        words.for_each(|word| drop(self.words.send(word)));
        told
    }

    /// Writes what is left, and marks what cannot be written.
    fn finish(&mut self) {
        self.shortened = Instant::now() + 2 * STOP_TIMEOUT;
        // Questions are not answered any more.
        while let Ok(job) = self.jobs.recv_timeout(Duration::ZERO) {
            self.take(job);
        }
        // Without being told that there is time, we try once.
        let until = self.progress.until().unwrap_or_else(Instant::now);
        let gaps = &mut self.gaps;
        let changes = self.progress.take_rest(|rest| {
            rest.into_iter().for_each(|(room, gap)| miss(gaps, room, gap));
            gaps.clone()
        });
        self.changes.extend(changes);
        loop {
            let written = self.write();
            self.settle_requests();
            if self.rows.is_empty() && self.changes.is_empty() && self.gaps.is_empty() {
                return;
            }
            if written == Written::Failed || self.time_is_up() || Instant::now() >= until {
                break;
            }
        }
        let rows: Vec<Message> = self.rows.drain(..).collect();
        let lost = count_lost(&rows, &mut self.gaps);
        self.progress.end(rows.len(), &self.gaps);
        if lost > 0 {
            let _ = self.words.send(WorkerEvent::Lost(lost, None));
        }
        while Instant::now() + HISTORY_MARK_TIMEOUT / 2 < until {
            match self.write_some() {
                Written::Done => return,
                Written::Busy => {}
                Written::Failed => break,
            }
        }
        if !self.changes.is_empty() {
            let _ = self.words.send(WorkerEvent::Unwritten);
        }
        if self.progress.begin_marking() {
            self.file.leave_gaps(std::mem::take(&mut self.gaps));
        }
    }

    /// Looks whether the files are in their places; says whether there is something to tell.
    fn look_after_the_files(&mut self) -> bool {
        let news = self.file.look_after();
        let told = !news.is_empty();
        news.into_iter().for_each(|news| drop(self.words.send(WorkerEvent::File(news))));
        told
    }

    /// Lets some lines go that are too old; the rest in the next turn, so that nobody waits for all of it.
    fn expire(&mut self, clocks: (Instant, i64)) {
        let Some(days) = self.keep_days else { return };
        if !self.shorten_wal() {
            return;
        }
        let after = self.expired_up_to;
        let last = if after == 0 { self.begin_expiry(days, clocks) } else { Ok(true) };
        let before = self.expired_before;
        let last = last.and_then(|begun| match begun {
            true => self.file.transaction(|file| file.expire(before, after)),
            false => Ok(None),
        });
        let (after, pause) = match last {
            Ok(Some(last)) => (last, Duration::ZERO),
            Ok(None) => (0, HISTORY_EXPIRY_INTERVAL),
            Err(error) => (after, self.tidying_failed(&error)),
        };
        self.expired_up_to = after;
        self.expiry = Some(Instant::now() + pause);
    }

    /// Decides which lines are too old; false: none for now, since the clock may be wrong, and what it deletes is gone.
    fn begin_expiry(&mut self, days: u32, clocks: (Instant, i64)) -> Result<bool> {
        let Worker { clock, file, .. } = self;
        let spoken = |from, to| file.transaction(|file| file.was_spoken_between(from, to));
        let (before, known) = clock.begin_expiry(days, clocks, spoken)?;
        self.expired_before = before;
        if !known && self.file.transaction(|file| file.begins_before(before))? {
            let _ = self.words.send(WorkerEvent::File(FileNews::OldLinesStay));
            (self.wake)();
        }
        Ok(known)
    }

    /// Brings some more of an old index up to date.
    fn reindex(&mut self) {
        if !self.shorten_wal() {
            return;
        }
        self.reindexing = match self.file.transaction(D::reindex) {
            Ok(more) => more.then(Instant::now),
            Err(error) => Some(Instant::now() + self.tidying_failed(&error)),
        };
    }

    /// Says why something could not be done that nobody asked for; gives how long to wait before it is tried again.
    fn tidying_failed(&mut self, error: &rusqlite::Error) -> Duration {
        if is_busy(error) {
            return HISTORY_BUSY_TIMEOUT;
        }
        // A file that is not in its place is news already.
        self.look_after_the_files();
        let moved =
            error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_READONLY_DBMOVED);
        if !moved {
            let _ = self.words.send(WorkerEvent::Lost(0, Some(fault(error))));
        }
        (self.wake)();
        HISTORY_TIDY_RETRY
    }
}

/// Writes messages, and lets go first every few of them the thread that waits for this processor: without it a line was
/// seen to wait for 2 ms behind this thread, in spite of its priority.
fn append(file: &impl Disk, rows: &[Message]) -> Result<()> {
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

/// Counts messages that could not be written; what a gap among them stands for was told when it arose.
fn count_lost(rows: &[Message], gaps: &mut Gaps) -> u64 {
    let mut lost = 0;
    for row in rows {
        miss(gaps, row.room, Gap::of(row));
        lost += u64::from(row.missing().is_none());
    }
    lost
}
