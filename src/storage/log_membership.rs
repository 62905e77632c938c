//! Whose a directory is: a server's that is alone, or that of a log of several.

use thiserror::Error;

use crate::chat::MessageId;

/// Why a node cannot keep its chat in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ForeignDirectory {
    /// It belongs to another log.
    #[error("the directory is of another log")]
    OtherLog,
    /// A server has kept a chat of its own in it.
    #[error("the directory has a past of its own")]
    OwnPast,
}

/// Whose a directory is, and how far it goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LogMembership {
    /// The log of several nodes that it belongs to, by the number with which that was founded.
    pub(super) log: Option<u64>,
    /// Whether there is anything of a chat in it.
    pub(super) has_past: bool,
    /// The last message that is in it, or ever was.
    pub(super) last_message: MessageId,
}

impl LogMembership {
    /// Whether a node of no log yet can keep its chat there.
    ///
    /// # Errors
    ///
    /// There is another chat in it.
    pub(super) fn check(self) -> Result<(), ForeignDirectory> {
        if self.log.is_none() && self.has_past { Err(ForeignDirectory::OwnPast) } else { Ok(()) }
    }
}
