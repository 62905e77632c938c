//! What is done for accounts and letters by the history's thread, as plain values.
//!
//! Invariant: what came of an affair is told after the commit, so whatever anybody was promised survives the process.

use std::num::NonZeroU32;

use crate::chat::{AccountKey, ClientId, Name, OfflineMessage, Posted, Text, UnixMillis};
use crate::control::{AccountOrder, AccountReply, Refusal};
use crate::locale::FileFault;

/// Something for the history's thread to do.
#[derive(Debug)]
pub(super) enum Affair {
    /// A new account; the ticket comes back with what came of it.
    Register { ticket: u64, name: String, password: String, address: String },
    /// Another password, for an account that still has the `old` one.
    Change { ticket: u64, account: u32, old: String, password: String, address: String },
    /// Somebody has given their password.
    Seen { account: u32, address: String },
    /// A letter for an account.
    Post { id: ClientId, to: u32, offline_message: OfflineMessageRow, address: String },
    /// The letters of an account.
    Fetch { id: ClientId, account: u32 },
    /// All accounts, for somebody else has changed them.
    Reload,
    /// What the administrator wants done to the accounts; the ticket comes back with what came of it.
    Order { ticket: u64, order: AccountOrder },
}

/// What came of another password for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    Made,
    /// The account has another password than the one that was given, or is gone.
    Stale,
    Failed,
}

/// What came of an [`Affair`].
#[derive(Debug)]
pub(super) enum Outcome {
    Registered(u64, Registration),
    Changed(u64, Changed),
    /// And the number of a letter that is kept.
    Posted(ClientId, Posted, Option<u64>),
    /// Oldest first, and the number of the last one.
    OfflineMessages(ClientId, u32, Vec<OfflineMessageRow>, u64),
    Accounts(Vec<AccountRow>),
    Ordered(u64, AccountReply),
}

/// What came of registering a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Registration {
    /// It is on the disk under this number.
    Made(u32),
    /// Somebody has it, or one that looks like it.
    Taken,
    NoneLeft,
    Failed,
}

/// An account as the file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountRow {
    pub(super) key: u32,
    pub(super) name: String,
    /// A PHC string.
    pub(super) password: String,
    /// From where it was made, as an origin is shown.
    pub(super) address: Option<String>,
    /// From where its owner has logged in, the last one first.
    pub(super) trusted: Vec<String>,
}

/// A letter as the file has it.
#[derive(Clone, Debug)]
pub(super) struct OfflineMessageRow {
    pub(super) at: i64,
    pub(super) who: String,
    /// The account of whoever wrote it.
    pub(super) sender: Option<u32>,
    pub(super) text: String,
}

impl Affair {
    /// Bytes of memory that it takes beside itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Affair::Register { name, password, address, .. } => name.len() + password.len() + address.len(),
            Affair::Change { old, password, address, .. } => old.len() + password.len() + address.len(),
            Affair::Post { offline_message, address, .. } => {
                offline_message.who.len() + offline_message.text.len() + address.len()
            }
            Affair::Order { order, .. } => match order {
                AccountOrder::Add { name, hash } | AccountOrder::Change { name, hash } => {
                    name.len() + hash.len()
                }
                AccountOrder::Find { name } | AccountOrder::Remove { name } => name.len(),
                AccountOrder::List => 0,
            },
            Affair::Seen { address, .. } => address.len(),
            Affair::Fetch { .. } | Affair::Reload => 0,
        }
    }

    /// Whether it writes to the file.
    pub(super) fn writes(&self) -> bool {
        match self {
            Affair::Fetch { .. } | Affair::Reload => false,
            Affair::Order { order, .. } => !order.only_reads(),
            _ => true,
        }
    }

    /// What comes of it when the file fails, for this reason.
    pub(super) fn failed(&self, why: FileFault) -> Option<Outcome> {
        match self {
            Affair::Register { ticket, .. } => Some(Outcome::Registered(*ticket, Registration::Failed)),
            Affair::Change { ticket, .. } => Some(Outcome::Changed(*ticket, Changed::Failed)),
            Affair::Post { id, .. } => Some(Outcome::Posted(*id, Posted::Failed, None)),
            Affair::Fetch { id, account } => Some(Outcome::OfflineMessages(*id, *account, Vec::new(), 0)),
            Affair::Order { ticket, .. } => {
                Some(Outcome::Ordered(*ticket, AccountReply::Refused(Refusal::Failed(why))))
            }
            Affair::Seen { .. } | Affair::Reload => None,
        }
    }
}

impl OfflineMessageRow {
    pub(super) fn of(offline_message: &OfflineMessage) -> OfflineMessageRow {
        let (who, text) =
            (offline_message.from.as_str().to_owned(), offline_message.text.as_str().to_owned());
        OfflineMessageRow {
            at: offline_message.at.0,
            who,
            sender: offline_message.sender.map(|key| key.0.get()),
            text,
        }
    }

    /// The letter that it was. None: somebody else wrote it into the file.
    pub(super) fn into_offline_message(self) -> Option<OfflineMessage> {
        let from = Name::known(&self.who).ok()?;
        let sender = self.sender.and_then(account_key);
        Some(OfflineMessage { from, sender, at: UnixMillis(self.at), text: Text::clean(&self.text) })
    }
}

/// An account's number as the core has it. None: it is none of ours.
pub(super) fn account_key(number: u32) -> Option<AccountKey> {
    NonZeroU32::new(number).map(AccountKey)
}
