//! What comes back from the helper threads, and what the loop hears of it.
//!
//! Invariant: what came of a request is told after the commit, so whatever anybody was promised survives the process.

use std::path::PathBuf;
use std::time::Duration;

use super::lock_files::LockFiles;
use super::request::{DiskRequest, RequestId};
use super::row::AccountRow;
use crate::chat::{
    AccountChange, AccountKey, AuthResult, Found, Look, Matter, Message, OfflineMessage, Posted, Reach, Reply,
};
use crate::control::{AccountReply, ControlRefusal};
use crate::locale::FileFault;

/// What the storage has to say.
#[derive(Debug)]
pub enum StorageEvent {
    /// The reply to a request.
    Reply {
        /// The request.
        id: RequestId,
        /// What came of it.
        reply: Reply,
        /// What it took, in time of the loop or of a helper thread, if the client is to be charged for it.
        cost: Duration,
    },
    /// This is different about the accounts, since another hand has changed them: all of it, or the next part.
    Accounts(Vec<AccountChange>),
    /// What happened to a file of the directory.
    File(FileNews),
    /// What came of the administrator's order with that ticket.
    Ordered(u64, AccountReply),
}

impl StorageEvent {
    pub(super) fn to(id: RequestId, reply: Reply) -> StorageEvent {
        StorageEvent::Reply { id, reply, cost: Duration::ZERO }
    }

    pub(super) fn busy(id: RequestId) -> StorageEvent {
        StorageEvent::to(id, Reply::Busy)
    }
}

/// What happened to a file of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileNews {
    /// It was deleted, moved, emptied or replaced: nothing is kept from here on.
    Displaced(PathBuf),
    /// All is in its place again.
    Back(PathBuf),
    /// The lock file was deleted, and has been made again: nobody else had the directory meanwhile.
    LockRestored(PathBuf),
    /// Old lines stay for now: the clock may be wrong.
    OldLinesStay,
}

/// Something that the helper thread has to say.
#[derive(Debug)]
pub(super) enum WorkerEvent {
    /// What came of a question.
    Found { id: RequestId, look: Look, sought: Sought, cost: Duration },
    /// It could not be read, and why.
    Unreadable { id: RequestId, look: Look, why: FileFault },
    /// So many lines could not be written, and why if the file said so. No line: something else could not.
    Lost(u64, Option<FileFault>),
    /// At the end: changes are left that could not be written.
    Unwritten,
    /// The queue has room again.
    Room,
    /// What came of a request.
    Reply(DiskReply),
    /// What happened to a file of the directory.
    File(FileNews),
    /// All that came before the job of that number is on the disk, and the lock on the directory; none: it cannot be written now.
    Settled(u64, Option<LockFiles>),
}

/// What was found in the file.
#[derive(Debug, Default)]
pub(super) struct Sought {
    /// Oldest first.
    pub(super) lines: Vec<Message>,
    /// Whether the room has older ones.
    pub(super) more: bool,
    pub(super) reach: Reach,
    /// Lines that were looked at for it.
    pub(super) looked_at: u64,
}

/// What came of a [`DiskRequest`](super::request::DiskRequest).
#[derive(Debug)]
pub(super) enum DiskReply {
    /// Of a new account, or another password.
    AuthResult(RequestId, AuthResult),
    Posted(RequestId, Posted),
    /// Oldest first.
    OfflineMessages(RequestId, AccountKey, Vec<OfflineMessage>),
    Accounts(Vec<AccountRow>),
    Ordered(u64, AccountReply),
}

impl StorageEvent {
    /// Says that it failed, or lacks what was said last, because there is no file any more to keep it in: trying again is of
    /// no use.
    pub(super) fn say_displaced(&mut self) {
        let StorageEvent::Reply { reply, .. } = self else { return };
        match reply {
            Reply::AuthResult(Matter::Register(_) | Matter::Change(_), auth_result @ AuthResult::Failed) => {
                *auth_result = AuthResult::Displaced;
            }
            Reply::Posted(posted @ Posted::Failed) => *posted = Posted::Displaced,
            Reply::Found(found) => found.reach = Reach::Displaced,
            _ => {}
        }
    }
}

impl DiskRequest {
    /// What comes of it when the file fails, for this reason.
    pub(super) fn failed(&self, why: FileFault) -> Option<DiskReply> {
        match self {
            DiskRequest::Register { id, .. } | DiskRequest::Change { id, .. } => {
                Some(DiskReply::AuthResult(*id, AuthResult::Failed))
            }
            DiskRequest::Post { id, .. } => Some(DiskReply::Posted(*id, Posted::Failed)),
            DiskRequest::Fetch { id, account } => Some(DiskReply::OfflineMessages(*id, *account, Vec::new())),
            DiskRequest::Order { ticket, .. } => {
                Some(DiskReply::Ordered(*ticket, AccountReply::Refused(ControlRefusal::Failed(why))))
            }
            DiskRequest::Seen { .. } | DiskRequest::Reload => None,
        }
    }
}

impl Sought {
    /// What was found of `look`, for the core.
    pub(super) fn found(self, look: Look) -> Found {
        Found { look, lines: self.lines, more: self.more, reach: self.reach }
    }
}
