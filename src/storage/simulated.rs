//! The helper threads of a storage without threads: the simulation says when each of them does what, and what fails.
//!
//! The thread that writes is the real one's code over a disk that is a few lists; hashes and answers are made here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use rusqlite::{Error, Result, ffi};

use super::accounts::{Accounts, SkeletonIndex};
use super::answerer::Answerer;
use super::disk::{Disk, WaitingRequests};
use super::handle::{HistoryFile, Storage};
use super::lock_files::LockFiles;
use super::pending::Load;
use super::reply::{DiskReply, FileNews, Sought, WorkerEvent};
use super::request::{DiskRequest, FileChange, RequestId};
use super::row::{AccountRow, Gaps, account_key};
use super::sqlite::fault;
use super::worker::Worker;
use crate::auth::{HashJob, Hashed, Hasher};
use crate::chat::{
    AccountKey, AuthRequest, AuthResult, Look, Message, MessageId, MessageKind, Name, OfflineMessage, Origin,
    Password, Posted, Reach, RoomKey, UnixMillis,
};
use crate::control::{AccountOrder, AccountReply, ControlRefusal, Registered};
use crate::locale::FileFault;

/// What a question takes of a helper.
const ANSWER_COST: Duration = Duration::from_micros(100);

/// What is wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// Another program is writing.
    Busy,
    /// It is full, or broken: what is begun is not finished.
    Full,
}

/// What the disk has of a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptRow {
    /// A line, said or done: what was said.
    Line(String),
    /// So many lines are missing here.
    Missing(u64),
}

/// The helpers of one storage: the one that writes, the one that answers, the one that hashes.
pub struct SimulatedHelpers {
    worker: Worker<Shelf, Box<dyn Fn() + Send>>,
    questions: Receiver<(RequestId, Look)>,
    words: Sender<WorkerEvent>,
    work: Receiver<HashJob>,
    hashed: Sender<(u64, Hashed)>,
    woken: Arc<AtomicBool>,
}

impl SimulatedHelpers {
    /// A storage with these accounts, each with its name and its [hash](Self::hash), and its helpers. So many jobs and bytes may
    /// wait for the one that writes.
    pub fn new(accounts: Vec<(Name, String)>, jobs: usize, bytes: usize) -> (Storage, SimulatedHelpers) {
        let shelf = Shelf::default();
        for (name, password) in accounts {
            shelf.things.borrow_mut().register(None, (&name, &password), None);
        }
        let rows = shelf.things.borrow().accounts();
        let (jobs, theirs) = mpsc::sync_channel(jobs);
        let (ours, words) = mpsc::channel();
        let (answerer, questions) = Answerer::by_hand();
        let (hasher, (work, hashed)) = Hasher::by_hand();
        let (load, woken) = (Arc::new(Load::of(bytes)), Arc::new(AtomicBool::new(false)));
        let theirs_too = Arc::clone(&woken);
        let wake: Box<dyn Fn() + Send> = Box::new(move || theirs_too.store(true, Ordering::Relaxed));
        let worker = Worker::new(shelf, answerer, theirs, ours.clone(), Arc::clone(&load), wake);
        let file = HistoryFile::new((jobs, words), load, worker.progress(), None, None);
        let storage = Storage::over(file, Accounts::new(rows, hasher));
        (storage, SimulatedHelpers { worker, questions, words: ours, work, hashed, woken })
    }

    /// What stands for the hash of a password here.
    pub fn hash(password: &str) -> String {
        let mut hasher = DefaultHasher::new();
        password.hash(&mut hasher);
        format!("$simulated${:016x}", hasher.finish())
    }

    /// From now on the disk is like that; without a fault it works.
    pub fn set_fault(&mut self, fault: Option<DiskFault>) {
        self.worker.disk_mut().fault = fault;
    }

    /// The one that writes does what there is for it to do.
    pub fn write(&mut self) {
        self.worker.step();
    }

    /// The one that answers does so, once; says whether it had a question.
    pub fn answer(&mut self) -> bool {
        let Ok((id, look)) = self.questions.try_recv() else { return false };
        let sought = self.worker.disk().things.borrow().seek(&look);
        let _ = self.words.send(WorkerEvent::Found { id, look, sought, cost: ANSWER_COST });
        self.wake();
        true
    }

    /// The one that hashes does so, once; says whether it had a password.
    pub fn compute(&mut self) -> bool {
        let Ok(HashJob { number, request, against }) = self.work.try_recv() else { return false };
        let hash = |password: &Password| {
            SimulatedHelpers::hash(std::str::from_utf8(password.as_bytes()).unwrap_or_default())
        };
        let right = |password: &Password| hash(password) == against;
        let hashed = match request {
            AuthRequest::Register { password, .. } => Hashed::Made(hash(&password)),
            AuthRequest::Change { old, new, .. } if right(&old) => Hashed::Made(hash(&new)),
            AuthRequest::Login { password, .. }
            | AuthRequest::Check { password, .. }
            | AuthRequest::Operator { password }
                if right(&password) =>
            {
                Hashed::Right
            }
            _ => Hashed::Wrong,
        };
        let _ = self.hashed.send((number, hashed));
        self.wake();
        true
    }

    /// Whether one of them has called the loop, which has not heard it.
    pub fn is_called(&self) -> bool {
        self.woken.load(Ordering::Relaxed)
    }

    /// Whether one of them has called the loop since this was asked last.
    pub fn take_call(&mut self) -> bool {
        self.woken.swap(false, Ordering::Relaxed)
    }

    /// The hash that the disk has of the password of that name.
    pub fn password_of(&self, name: &str) -> Option<String> {
        let things = self.worker.disk().things.borrow();
        things.accounts.values().find(|row| row.name.as_str() == name).map(|row| row.hash.clone())
    }

    /// Whether the one that writes has something that has to be tried again.
    pub fn has_left(&self) -> bool {
        self.worker.has_left()
    }

    /// Ends them in good order, as far as the disk lets them; to be called while the storage is closed. Gives what the disk
    /// has of each room.
    pub fn finish(mut self) -> BTreeMap<RoomKey, Vec<KeptRow>> {
        self.worker.end();
        let things = self.worker.disk_mut().things.take();
        let mut rooms: BTreeMap<RoomKey, Vec<KeptRow>> = BTreeMap::new();
        for row in things.rows {
            let kept = match row.kind {
                MessageKind::Missing(count) => KeptRow::Missing(count),
                MessageKind::Said | MessageKind::Acted => KeptRow::Line(row.text.to_string()),
            };
            rooms.entry(row.room).or_default().push(kept);
        }
        for (room, gap) in things.left {
            rooms.entry(room).or_default().push(KeptRow::Missing(gap.count));
        }
        rooms
    }

    fn wake(&self) {
        self.woken.store(true, Ordering::Relaxed);
    }
}

/// The disk.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    fault: Option<DiskFault>,
    things: RefCell<Things>,
}

/// What is on it.
#[derive(Clone, Debug, Default)]
struct Things {
    rows: Vec<Message>,
    /// By number; the hash of the password and the rest.
    accounts: BTreeMap<AccountKey, AccountRow>,
    last_account: u32,
    offline_messages: Vec<(AccountKey, OfflineMessage)>,
    /// What was missing at the end.
    left: Gaps,
}

fn failure(fault: DiskFault) -> Error {
    let code = match fault {
        DiskFault::Busy => ffi::SQLITE_BUSY,
        DiskFault::Full => ffi::SQLITE_FULL,
    };
    Error::SqliteFailure(ffi::Error::new(code), None)
}

impl Disk for Shelf {
    fn transaction<T>(&mut self, work: impl FnOnce(&Shelf) -> Result<T>) -> Result<T> {
        if self.fault == Some(DiskFault::Busy) {
            return Err(failure(DiskFault::Busy));
        }
        let (lines, offline_messages) =
            (self.things.borrow().rows.len(), self.things.borrow().offline_messages.clone());
        let done = work(self);
        let done = self.fault.map_or(done, |fault| Err(failure(fault)));
        if done.is_err() {
            self.things.get_mut().rows.truncate(lines);
            self.things.get_mut().offline_messages = offline_messages;
        }
        done
    }

    fn append(&self, message: &Message) -> Result<()> {
        self.things.borrow_mut().rows.push(message.clone());
        Ok(())
    }

    fn change(&self, change: &FileChange, _at: i64) -> Result<()> {
        // The rest is nobody's business here.
        if let FileChange::Ack { account, up_to } = change {
            self.things
                .borrow_mut()
                .offline_messages
                .retain(|(to, letter)| to != account || letter.id > *up_to);
        }
        Ok(())
    }

    fn settle(
        &mut self,
        requests: WaitingRequests,
        _at: i64,
    ) -> (Vec<DiskReply>, WaitingRequests, Option<FileFault>) {
        let (mut replies, mut waiting, mut complaint) = (Vec::new(), Vec::new(), None);
        for (since, request) in requests {
            match self.fault.filter(|_| request.writes()) {
                Some(DiskFault::Busy) => waiting.push((since, request)),
                Some(DiskFault::Full) => {
                    let why = fault(&failure(DiskFault::Full));
                    replies.extend(request.failed(why));
                    complaint = Some(why);
                }
                None => replies.extend(self.things.get_mut().settle(request)),
            }
        }
        // As the real one does: the chat knows before the administrator does.
        let ordered = |reply: &DiskReply| matches!(reply, DiskReply::Ordered(..));
        replies.sort_by_key(ordered);
        if replies.iter().any(|reply| matches!(reply, DiskReply::Ordered(_, AccountReply::Done))) {
            let first = replies.partition_point(|reply| !ordered(reply));
            replies.insert(first, DiskReply::Accounts(self.things.get_mut().accounts()));
        }
        (replies, waiting, complaint)
    }

    fn leave_gaps(&mut self, gaps: Gaps) {
        self.things.get_mut().left = gaps;
    }

    fn last_line(&self) -> Option<i64> {
        None
    }

    fn look_after(&mut self) -> Vec<FileNews> {
        Vec::new()
    }

    fn shorten_wal(&mut self) -> bool {
        true
    }

    fn was_spoken_between(&self, _since: i64, _until: i64) -> Result<bool> {
        Ok(true)
    }

    fn begins_before(&self, _before: i64) -> Result<bool> {
        Ok(false)
    }

    fn expire(&self, _before: i64, _after: i64) -> Result<Option<i64>> {
        unreachable!("what is on this disk is kept for ever")
    }

    fn reindex(&self) -> Result<bool> {
        Ok(false)
    }

    fn prove(&self) -> Result<()> {
        Ok(())
    }

    fn lock_files(&self) -> Option<LockFiles> {
        None
    }
}

impl Things {
    fn accounts(&self) -> Vec<AccountRow> {
        self.accounts.values().cloned().collect()
    }

    fn register(
        &mut self,
        key: Option<AccountKey>,
        (name, hash): (&Name, &str),
        from: Option<Origin>,
    ) -> AuthResult {
        let mut skeletons = SkeletonIndex::default();
        self.accounts.values().for_each(|row| skeletons.insert(&row.name, 0));
        if skeletons.clash(name) {
            return AuthResult::Wrong;
        }
        let free = key.filter(|key| !self.accounts.contains_key(key));
        let Some(key) = free.or_else(|| account_key(self.last_account + 1)) else {
            return AuthResult::Failed;
        };
        self.last_account = self.last_account.max(key.0.get());
        let row = AccountRow {
            key,
            name: name.clone(),
            hash: hash.to_owned(),
            made_from: from,
            trusted: from.into_iter().collect(),
        };
        self.accounts.insert(key, row);
        AuthResult::Granted(key)
    }

    fn change(&mut self, account: AccountKey, hash: &str) -> bool {
        let row = self.accounts.get_mut(&account);
        row.map(|row| hash.clone_into(&mut row.hash)).is_some()
    }

    fn settle(&mut self, request: DiskRequest) -> Option<DiskReply> {
        match request {
            DiskRequest::Register { id, key, name, hash, from } => {
                Some(DiskReply::AuthResult(id, self.register(Some(key), (&name, &hash), Some(from))))
            }
            DiskRequest::Change { id, account, old, hash, .. } => {
                let theirs = self.accounts.get(&account).is_some_and(|row| row.hash == old);
                let made = theirs && self.change(account, &hash);
                Some(DiskReply::AuthResult(
                    id,
                    if made { AuthResult::Granted(account) } else { AuthResult::Wrong },
                ))
            }
            DiskRequest::Seen { .. } => None,
            DiskRequest::Post { id, to, offline_message, .. } => {
                let known = self.accounts.contains_key(&to);
                self.offline_messages.extend(known.then_some((to, offline_message)));
                Some(DiskReply::Posted(id, if known { Posted::Kept } else { Posted::Failed }))
            }
            DiskRequest::Fetch { id, account } => {
                let theirs = self.offline_messages.iter().filter(|(to, ..)| *to == account);
                let theirs = theirs.map(|(_, offline_message)| offline_message.clone()).collect();
                Some(DiskReply::OfflineMessages(id, account, theirs))
            }
            DiskRequest::Reload => Some(DiskReply::Accounts(self.accounts())),
            DiskRequest::Order { ticket, order } => Some(DiskReply::Ordered(ticket, self.order(&order))),
        }
    }

    fn order(&mut self, order: &AccountOrder) -> AccountReply {
        let called =
            |name: &str| self.accounts.values().find(|row| row.name.as_str() == name).map(|row| row.key);
        match order {
            AccountOrder::Add { name, hash } => {
                let Ok(wanted) = Name::known(name) else {
                    return AccountReply::Refused(ControlRefusal::Unclear);
                };
                match self.register(None, (&wanted, hash), None) {
                    AuthResult::Granted(_) => AccountReply::Done,
                    _ => AccountReply::Refused(ControlRefusal::Taken(name.clone())),
                }
            }
            AccountOrder::Change { name, hash } => match called(name) {
                Some(key) if self.change(key, hash) => AccountReply::Done,
                _ => AccountReply::Refused(ControlRefusal::Unknown),
            },
            AccountOrder::Remove { name } => match called(name).and_then(|key| self.accounts.remove(&key)) {
                Some(row) => {
                    self.offline_messages.retain(|(to, ..)| *to != row.key);
                    AccountReply::Done
                }
                None => AccountReply::Refused(ControlRefusal::Unknown),
            },
            AccountOrder::Find { name } => AccountReply::Found(called(name).map(|_| name.clone())),
            AccountOrder::List => AccountReply::Listed(
                self.accounts
                    .values()
                    .map(|row| Registered {
                        name: row.name.to_string(),
                        made_at: UnixMillis(0),
                        seen_at: None,
                    })
                    .collect(),
            ),
        }
    }

    /// What is found of a question: as little as the simulation asks for.
    fn seek(&self, look: &Look) -> Sought {
        let mut more = false;
        let mut last = |room: &RoomKey, count: usize, before: MessageId| {
            let mut theirs = self.rows.iter().rev().filter(|row| row.room == *room && row.id < before);
            let found = theirs.by_ref().take(count).collect();
            more = theirs.next().is_some();
            found
        };
        let found: Vec<&Message> = match look {
            Look::Entering(room, count) | Look::Last(room, count) => last(room, *count, MessageId(u64::MAX)),
            Look::Before(room, count, before) => last(room, *count, *before),
            // It comes from memory.
            Look::Missed(..) => Vec::new(),
            Look::Search(rooms, words, count) => {
                let lines = self.rows.iter().rev().filter(|row| row.missing().is_none());
                let theirs = lines
                    .filter(|row| rooms.contains(&row.room) && row.text.as_str().contains(words.as_str()));
                theirs.take(*count).collect()
            }
        };
        let looked_at = found.len() as u64;
        let lines = found.into_iter().rev().cloned().collect();
        Sought { lines, more, reach: Reach::All, looked_at }
    }
}
