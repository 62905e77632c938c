//! History as the loop sees it: lines go in, what is looked for comes out, at once or later.
//!
//! Invariant: nothing here waits for the helper thread, but for [`Storage::close`]. What finds no place in its queue is
//! counted, and the count is written where the lines are missing.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use super::accounts::Accounts;
use super::answerer::Answerer;
use super::log_membership::LogMembership;
use super::memory::Memory;
use super::pending::{Load, PendingWrites};
use super::questions::{Questions, Searching};
use super::reply::{DiskReply, FileNews, StorageEvent, WorkerEvent};
use super::request::{DiskRequest, FileChange, Job, RequestId};
use super::row::{Gap, Gaps, miss};
use super::sqlite::{GapsFile, Store};
use super::worker::Worker;
use super::write_progress::{FinalWork, Left, WriteProgress};
use crate::auth::Hasher;
use crate::chat::{
    AccountKey, Expulsion, Look, Message, MessageId, MonoTime, Origin, RoomChange, RoomKey, RoomRecord,
};
use crate::limits::{
    HISTORY_COMPLAINT_INTERVAL, HISTORY_MARK_RESERVE, HISTORY_MARK_TIMEOUT, HISTORY_QUEUE_JOBS,
};
use crate::locale::FileFault;
use crate::threads;

/// The history: in memory only, or in a file as well.
#[derive(Debug, Default)]
pub struct Storage {
    /// All lines without a file, the recent ones with one.
    pub(super) memory: Memory,
    /// Those of a history in memory.
    pub(super) searches: Questions<Searching>,
    /// See [`searched`](Self::searched).
    pub(super) searched: u64,
    pub(super) file: Option<HistoryFile>,
    /// With a file only: what they are for would be gone with the server.
    pub(super) accounts: Option<Accounts>,
    /// What came of requests while accounts are being taken in.
    pub(super) behind_reload: VecDeque<DiskReply>,
    next_key: u64,
    next_message: MessageId,
    next_account: Option<AccountKey>,
    rooms: Vec<RoomRecord>,
    expulsions: Vec<Expulsion>,
    pub(super) membership: LogMembership,
}

/// What the administrator has to know.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Lines that are missing in the history since the last complaint.
    pub lines: u64,
    /// What is wrong with the file; nothing if its thread was merely too slow.
    pub why: Option<FileFault>,
}

/// The loop's end of the file.
#[derive(Debug)]
pub(super) struct HistoryFile {
    jobs: SyncSender<Job>,
    words: Receiver<WorkerEvent>,
    load: Arc<Load>,
    pub(super) progress: Arc<WriteProgress>,
    /// Messages handed over that may not be written yet: the room, and what is missing without each.
    pub(super) sent: VecDeque<(RoomKey, Gap)>,
    /// How many were handed over before the first of these.
    pub(super) sent_before: u64,
    /// Where to write down what is missing, when the thread cannot.
    gaps_file: Option<GapsFile>,
    pub(super) questions: Questions<Look>,
    /// Mailboxes that the thread reads: each takes as much as an answer.
    pub(super) fetching: usize,
    /// Whose are read behind these.
    pub(super) fetchers: VecDeque<(RequestId, AccountKey)>,
    /// What must not get lost and found no place yet; it goes before everything else.
    pending: PendingWrites,
    /// The accounts have to be looked at again.
    reload: bool,
    /// Messages that found no place.
    pub(super) gaps: Gaps,
    /// How many messages found no place or could not be written, since the start.
    pub(super) missing: u64,
    /// How often it was asked for that all is on the disk.
    pub(super) settles: u64,
    complaint: Complaint,
    complained: Option<MonoTime>,
    /// The files are not in their places.
    displaced: bool,
    pub(super) keep_days: Option<u32>,
}

impl Storage {
    /// A history in `store`, with a thread of its own, and one for passwords, that call `wake` when they have something
    /// to say.
    ///
    /// # Errors
    ///
    /// The threads cannot be had.
    pub fn in_file(store: Store, wake: impl Fn() + Send + Clone + 'static) -> io::Result<Storage> {
        let mut memory = Memory::unsearched();
        let (jobs, theirs) = mpsc::sync_channel(HISTORY_QUEUE_JOBS);
        let (ours, words) = mpsc::channel();
        let load = Arc::new(Load::default());
        let (next_key, next_message) = (store.next_key(), store.next_message());
        let (next_account, membership) = (Some(store.next_account()), store.membership());
        let (writer, reader, found) = store.into_parts();
        found.recent.into_iter().for_each(|line| memory.keep(line));
        let (keep_days, gaps_file) = (writer.keep_days(), writer.gaps_file());
        let accounts = Accounts::new(found.accounts, Hasher::start(wake.clone())?);
        let answerer = Answerer::start(reader, ours.clone(), wake.clone())?;
        let worker = Worker::new(writer, answerer, theirs, ours, Arc::clone(&load), wake).keeping(keep_days);
        let progress = worker.progress();
        threads::spawn("history", move || worker.run())?;
        let file = HistoryFile::new((jobs, words), load, progress, gaps_file, keep_days);
        let (accounts, rooms, expulsions) = (Some(accounts), found.rooms, found.expulsions);
        let (file, queues) = (Some(file), Storage::default());
        Ok(Storage {
            memory,
            file,
            accounts,
            next_key,
            next_message,
            next_account,
            rooms,
            expulsions,
            membership,
            ..queues
        })
    }

    /// A history in memory, with a thread for passwords that calls `wake` when it has something to say: for the server's
    /// operator, since nobody can have an account.
    ///
    /// # Errors
    ///
    /// The thread cannot be had.
    pub fn in_memory(wake: impl Fn() + Send + 'static) -> io::Result<Storage> {
        let accounts = Accounts::new(Vec::new(), Hasher::start(wake)?);
        Ok(Storage { accounts: Some(accounts), ..Storage::default() })
    }

    /// A history whose helpers are at the other ends of `file` and of the accounts' hasher.
    pub(super) fn over(file: HistoryFile, accounts: Accounts) -> Storage {
        Storage {
            memory: Memory::unsearched(),
            file: Some(file),
            accounts: Some(accounts),
            ..Storage::default()
        }
    }

    /// The first key that a new room may have.
    pub fn next_key(&self) -> u64 {
        self.next_key
    }

    /// The number that the next message may have: no message had it, nor a higher one.
    pub fn next_message(&self) -> MessageId {
        self.next_message
    }

    /// The number that the next account may have: no account had it, nor a higher one. None: it is behind those that there are.
    pub fn next_account(&self) -> Option<AccountKey> {
        self.next_account
    }

    /// The rooms to go on with, the one of everybody first. Taken once, at the start.
    pub fn take_rooms(&mut self) -> Vec<RoomRecord> {
        std::mem::take(&mut self.rooms)
    }

    /// From which addresses accounts were registered, of those of which that is known.
    pub fn account_addresses(&self) -> BTreeMap<AccountKey, Origin> {
        self.accounts.as_ref().map(Accounts::addresses).unwrap_or_default()
    }

    /// Who is expelled. Taken once, at the start.
    pub fn take_expulsions(&mut self) -> Vec<Expulsion> {
        std::mem::take(&mut self.expulsions)
    }

    /// Remembers an expulsion.
    pub fn expelled(&mut self, expulsion: &Expulsion) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::Expelled(Box::new(expulsion.clone())));
        }
    }

    /// Forgets the expulsion of that number.
    pub fn readmitted(&mut self, number: u64) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::Readmitted { number });
        }
    }

    /// Remembers a message, which has a higher number than those before.
    pub fn keep(&mut self, line: Message) {
        if let Some(file) = &mut self.file {
            file.keep(&line);
        }
        self.memory.keep(line);
    }

    /// Remembers what is different in a room.
    pub fn room_changed(&mut self, change: &RoomChange) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::Fact(change.clone()));
        }
    }

    /// Remembers a room, and all that there is to know of it now.
    pub fn room(&mut self, record: &RoomRecord) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::Room(Box::new(record.clone())));
        }
    }

    /// A room of which so much has changed while the disk was busy that it has to be [written](Self::room) as a whole:
    /// when there is a place for it, or `at_once`.
    pub fn next_stale_room(&mut self, at_once: bool) -> Option<RoomKey> {
        let file = self.file.as_mut().filter(|file| at_once || file.pending.is_empty())?;
        file.pending.take_stale()
    }

    /// Lines that are remembered in memory.
    pub fn remembered(&self) -> usize {
        self.memory.lines()
    }

    /// Bytes that wait to be written: in the thread's hands, and for a place there.
    pub fn unwritten_bytes(&self) -> (usize, usize) {
        self.file.as_ref().map_or((0, 0), HistoryFile::unwritten_bytes)
    }

    /// Forgets a room, which is no more. Its lines stay in the file, where nobody in the chat can reach them.
    pub fn forget(&mut self, room: RoomKey) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::RoomGone { key: room });
        }
        self.memory.forget(room);
    }

    /// What the helper threads have found since they were last asked.
    pub fn replies(&mut self, now: MonoTime) -> Vec<StorageEvent> {
        let Some(file) = &mut self.file else { return self.receive_hashes(now) };
        let words: Vec<WorkerEvent> = file.words.try_iter().collect();
        let mut replies = self.hear(words);
        replies.extend(self.file.iter_mut().flat_map(HistoryFile::hand_over));
        replies.extend(self.file.iter_mut().flat_map(HistoryFile::fetch_more));
        replies.extend(self.receive_hashes(now));
        self.say_displaced(&mut replies);
        replies
    }

    /// What comes of what the helper threads say.
    pub(super) fn hear(&mut self, words: Vec<WorkerEvent>) -> Vec<StorageEvent> {
        let mut replies = Vec::new();
        for word in words {
            replies.extend(match word {
                WorkerEvent::Reply(reply) => self.receive_disk_reply(reply),
                WorkerEvent::Found { id, look, sought, cost } => self.receive_found(id, look, sought, cost),
                word => self.file.as_mut().and_then(|file| file.receive(word)),
            });
        }
        replies
    }

    /// Says so where nothing can be kept because there is no file any more.
    pub(super) fn say_displaced(&self, replies: &mut [StorageEvent]) {
        if self.file.as_ref().is_some_and(HistoryFile::is_displaced) {
            replies.iter_mut().for_each(StorageEvent::say_displaced);
        }
    }

    /// What has to be said on the console now, if anything: rarely, however much goes wrong.
    pub fn complaint(&mut self, now: MonoTime) -> Option<Complaint> {
        if self.complaint_due()? > now {
            return None;
        }
        let complaint = self.last_complaint();
        self.file.iter_mut().for_each(|file| file.complained = Some(now));
        complaint
    }

    /// What the console has not been told, though it was told something a moment ago: for the end.
    pub fn last_complaint(&mut self) -> Option<Complaint> {
        self.complaint_due()?;
        let file = self.file.as_mut()?;
        Some(std::mem::replace(&mut file.complaint, Complaint { lines: 0, why: None }))
    }

    /// When [`complaint`](Self::complaint) or [`guesses`](Self::guesses) has something to say, or a question has waited [too long](Self::overdue).
    pub fn next_due(&self) -> Option<MonoTime> {
        let questions = self.file.as_ref().and_then(|file| file.questions.next_due());
        let guesses = self.accounts.as_ref().and_then(Accounts::next_due);
        [self.complaint_due(), questions, guesses, self.searches.next_due()].into_iter().flatten().min()
    }

    fn complaint_due(&self) -> Option<MonoTime> {
        let file = self.file.as_ref()?;
        if file.complaint == (Complaint { lines: 0, why: None }) {
            return None;
        }
        Some(file.complained.map_or(MonoTime::START, |last| last + HISTORY_COMPLAINT_INTERVAL))
    }

    /// Waits until everything is written, at most for `patience`; says whether it is. Lines that are not are marked as
    /// missing; a change of a room or an expulsion that is not is lost.
    pub fn close(&mut self, patience: Duration) -> bool {
        // Whose password is not hashed yet has been promised nothing.
        self.accounts = None;
        let Some(mut file) = self.file.take() else { return true };
        let deadline = Instant::now() + patience;
        // What is owed may find no place in the queue, however long one waits.
        let changes = std::iter::from_fn(|| file.pending.pop()).collect();
        let gaps = std::mem::take(&mut file.gaps);
        file.progress.stop(FinalWork { until: deadline, changes, gaps });
        // Hanging up tells the thread that no more will come.
        file.jobs = mpsc::sync_channel(0).0;
        // A thread that cannot be waited for leaves time to mark what is missing.
        let patience =
            deadline.saturating_duration_since(Instant::now()).saturating_sub(HISTORY_MARK_RESERVE);
        let enough = Instant::now() + patience;
        let mut written = true;
        loop {
            match file.words.recv_timeout(enough.saturating_duration_since(Instant::now())) {
                Ok(word) => written &= !matches!(word, WorkerEvent::Lost(1.., _) | WorkerEvent::Unwritten),
                Err(RecvTimeoutError::Disconnected) => return written,
                Err(RecvTimeoutError::Timeout) => {
                    file.mark_missing(deadline);
                    return false;
                }
            }
        }
    }
}

impl HistoryFile {
    pub(super) fn new(
        (jobs, words): (SyncSender<Job>, Receiver<WorkerEvent>),
        load: Arc<Load>,
        progress: Arc<WriteProgress>,
        gaps_file: Option<GapsFile>,
        keep_days: Option<u32>,
    ) -> HistoryFile {
        HistoryFile {
            jobs,
            words,
            load,
            progress,
            sent: VecDeque::new(),
            sent_before: 0,
            gaps_file,
            questions: Questions::default(),
            fetching: 0,
            fetchers: VecDeque::new(),
            pending: PendingWrites::default(),
            reload: false,
            gaps: Gaps::new(),
            missing: 0,
            settles: 0,
            complaint: Complaint { lines: 0, why: None },
            complained: None,
            displaced: false,
            keep_days,
        }
    }

    fn keep(&mut self, line: &Message) {
        if self.push(Job::Keep(line.clone())).is_err() {
            miss(&mut self.gaps, line.room, Gap::of(line));
            self.complaint.lines += 1;
            self.missing += 1;
        }
    }

    pub(super) fn owe(&mut self, change: FileChange) {
        self.pending.push(change);
        let _ = self.settle();
    }

    /// Hands a job over, behind what is owed.
    pub(super) fn push(&mut self, job: Job) -> Result<(), Full> {
        self.settle()?;
        self.send(job).map_err(|_| Full)
    }

    /// Has the accounts looked at again, now or later.
    pub(super) fn reload_some_time(&mut self) {
        self.reload = true;
        let _ = self.settle();
    }

    /// Bytes that wait to be written: in the thread's hands, and for a place there.
    pub(super) fn unwritten_bytes(&self) -> (usize, usize) {
        (self.load.bytes(), self.pending.bytes())
    }

    /// Whether nothing is kept because the files are not in their places.
    pub(super) fn is_displaced(&self) -> bool {
        self.displaced
    }

    /// Whether something waits for a place with the thread.
    pub(super) fn owes(&self) -> bool {
        !self.pending.is_empty() || !self.gaps.is_empty() || self.reload
    }

    /// What the threads say.
    pub(super) fn words(&self) -> &Receiver<WorkerEvent> {
        &self.words
    }

    /// Has the administrator told what went wrong.
    pub(super) fn complain(&mut self, why: FileFault) {
        self.complaint.why = Some(why);
    }

    /// Hands over what found no place before.
    fn settle(&mut self) -> Result<(), Full> {
        // Lines do not wait for changes that have no place: those have fewer than everything together.
        while let Some(change) = self.pending.pop() {
            if let Err(Job::Change(change)) = self.send(Job::Change(change)) {
                self.pending.put_back(change);
                break;
            }
        }
        if self.reload && self.send(Job::Request(DiskRequest::Reload)).is_ok() {
            self.reload = false;
        }
        while let Some((&room, gap)) = self.gaps.first_key_value() {
            self.send(Job::Keep(gap.mark(room))).map_err(|_| Full)?;
            self.gaps.remove(&room);
        }
        Ok(())
    }

    /// Gives the job back that finds no place.
    fn send(&mut self, job: Job) -> Result<(), Job> {
        let (bytes, change) = (job.bytes(), job.is_change());
        let line = if let Job::Keep(line) = &job { Some((line.room, Gap::of(line))) } else { None };
        if !self.load.take(bytes, change) {
            return Err(job);
        }
        let sent = self.jobs.try_send(job).or_else(|error| match error {
            TrySendError::Full(job) => {
                self.load.starve();
                self.jobs.try_send(job)
            }
            // The thread has died: its history is a gap from here on.
            TrySendError::Disconnected(_) => Err(error),
        });
        sent.map_err(|(TrySendError::Full(job) | TrySendError::Disconnected(job))| {
            self.load.release(bytes, change);
            job
        })?;
        if let Some(line) = line {
            self.note_sent(line);
        }
        Ok(())
    }

    /// Remembers a line that was handed over, until it is written.
    fn note_sent(&mut self, line: (RoomKey, Gap)) {
        let settled = self.progress.settled();
        while self.sent_before < settled && self.sent.pop_front().is_some() {
            self.sent_before += 1;
        }
        self.sent.push_back(line);
    }

    /// Writes down beside the file which lines are missing, for the thread hangs: nothing more is written from here on.
    fn mark_missing(&mut self, deadline: Instant) {
        let left: Option<Left> = self.progress.give_up().filter(|_| !self.displaced);
        let (Some(left), Some(gaps_file)) = (left, self.gaps_file.take()) else { return };
        let missing = left.missing(self.sent_before, self.sent.drain(..));
        // The disk may hang for this as well.
        let (done, marked) = mpsc::channel();
        let mark = move || {
            gaps_file.write(&missing);
            let _ = done.send(());
        };
        if threads::spawn("gaps", mark).is_ok() {
            let _ = marked
                .recv_timeout(deadline.saturating_duration_since(Instant::now()) + HISTORY_MARK_TIMEOUT);
        }
    }

    fn receive(&mut self, word: WorkerEvent) -> Option<StorageEvent> {
        match word {
            WorkerEvent::Unreadable { id, look, why } => {
                self.complaint.why = Some(why);
                return self.questions.take_back(id, look.is_search()).map(StorageEvent::busy);
            }
            WorkerEvent::Lost(lines, why) => {
                self.complaint.lines += lines;
                self.missing += lines;
                self.complaint.why = why.or(self.complaint.why);
            }
            WorkerEvent::Room => drop(self.settle()),
            WorkerEvent::File(news) => {
                match news {
                    FileNews::Displaced(_) => self.displaced = true,
                    FileNews::Back(_) => self.displaced = false,
                    FileNews::LockRestored(_) | FileNews::OldLinesStay => {}
                }
                return Some(StorageEvent::File(news));
            }
            // The storage's own, or what nobody waits for any more.
            WorkerEvent::Found { .. }
            | WorkerEvent::Reply(_)
            | WorkerEvent::Unwritten
            | WorkerEvent::Settled(..) => {}
        }
        None
    }
}

/// No place in the queue.
pub(super) struct Full;
