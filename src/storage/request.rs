//! What goes out to the helper threads.

use crate::chat::{
    AccountKey, AccountRecord, ClientId, Expulsion, Letter, Look, Message, MessageId, Name, OfflineMessage,
    Origin, Retained, RoomChange, RoomKey, RoomRecord,
};
use crate::control::AccountOrder;

/// Names a request; the reply to it carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// The client on whose behalf it is.
    pub client: ClientId,
    /// Its number: each request has a higher one than those before.
    pub number: u64,
}

/// Something for the helper thread to do.
#[derive(Debug)]
pub(super) enum Job {
    Keep(Message),
    Change(FileChange),
    Look(RequestId, Look),
    Request(DiskRequest),
    /// Word is given when all that came before is done, with this number.
    Settle(u64),
}

/// What a job takes beside its words: two allocations of a line, and what the allocator adds, are in it.
pub(super) const JOB_BYTES: usize = size_of::<Job>() + 32;

/// Something that must not get lost, and of which only the last word counts.
#[derive(Clone, Debug)]
pub(super) enum FileChange {
    /// Something is different in a room.
    Fact(RoomChange),
    /// A room is there, and this is all that there is to know of it.
    Room(Box<RoomRecord>),
    /// A room is no more.
    RoomGone { key: RoomKey },
    /// A person or an address is expelled.
    Expelled(Box<Expulsion>),
    /// Nobody is any more by the expulsion of that number.
    Readmitted { number: u64 },
    /// An account is there, and has this password.
    Account(Box<AccountRecord>),
    /// An account is no more.
    AccountGone { key: AccountKey },
    /// A letter that all nodes have.
    Letter(Box<Letter>),
    /// What is not in this is no more.
    Retain(Box<Retained>),
    /// The file belongs to that log of several nodes.
    JoinLog(u64),
    /// The letters of an account were handed over, up to this one.
    Ack { account: AccountKey, up_to: MessageId },
}

/// Something for the history's thread to do.
#[derive(Debug)]
pub(super) enum DiskRequest {
    /// A new account.
    Register { id: RequestId, key: AccountKey, name: Name, hash: String, from: Origin },
    /// Another password, for an account that still has the `old` one.
    Change { id: RequestId, account: AccountKey, old: String, hash: String, from: Origin },
    /// The owner of an account has given the password.
    Seen { account: AccountKey, from: Origin },
    /// A letter for an account.
    Post { id: RequestId, to: AccountKey, offline_message: OfflineMessage, from: Origin },
    /// The letters of an account.
    Fetch { id: RequestId, account: AccountKey },
    /// All accounts, for another program has changed them.
    Reload,
    /// What the administrator wants done to the accounts; the ticket comes back with what came of it.
    Order { ticket: u64, order: AccountOrder },
}

impl Job {
    /// Bytes of memory that it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let words = match self {
            Job::Keep(message) => message.from.as_str().len() + message.text.as_str().len(),
            Job::Change(change) => change.bytes(),
            Job::Look(_, Look::Search(rooms, words, _)) => {
                size_of_val(rooms.as_slice()) + words.as_str().len()
            }
            Job::Look(..) | Job::Settle(_) => 0,
            Job::Request(request) => request.bytes(),
        };
        JOB_BYTES + words
    }

    pub(super) fn is_change(&self) -> bool {
        matches!(self, Job::Change(_))
    }
}

impl DiskRequest {
    /// Bytes of memory that it takes beside itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            DiskRequest::Register { name, hash, .. } => name.as_str().len() + hash.len(),
            DiskRequest::Change { old, hash, .. } => old.len() + hash.len(),
            DiskRequest::Post { offline_message, .. } => {
                offline_message.from.as_str().len() + offline_message.text.as_str().len()
            }
            DiskRequest::Order { order, .. } => match order {
                AccountOrder::Add { name, hash } | AccountOrder::Change { name, hash } => {
                    name.len() + hash.len()
                }
                AccountOrder::Find { name } | AccountOrder::Remove { name } => name.len(),
                AccountOrder::List => 0,
            },
            DiskRequest::Seen { .. } | DiskRequest::Fetch { .. } | DiskRequest::Reload => 0,
        }
    }

    /// Whether it writes to the file.
    pub(super) fn writes(&self) -> bool {
        match self {
            DiskRequest::Fetch { .. } | DiskRequest::Reload => false,
            DiskRequest::Order { order, .. } => !order.only_reads(),
            _ => true,
        }
    }
}
