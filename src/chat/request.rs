//! What the hub asks the shell for on behalf of a client, and what comes of it. Between the two a client's next commands wait.

use serde::{Deserialize, Serialize};

use super::account::{AccountKey, AuthRequest, AuthResult, Matter, OfflineMessage, PasswordHash, Posted};
use super::look::{Found, Look};

/// Something that a client wants, and that cannot be decided by the hub at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Lines of the history.
    Look(Look),
    /// Something that needs a password.
    Authenticate(AuthRequest),
    /// A message is to wait for the owner of an account.
    Post(AccountKey, OfflineMessage),
    /// The messages that wait for the owner of an account.
    Fetch(AccountKey),
}

/// What comes of a [`Request`]. A client that has left meanwhile gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// What came of an [`Request::Authenticate`].
    AuthResult(Matter, AuthResult),
    /// The hash of the password that is wanted for a new account, or in place of an account's own: where several nodes have the same
    /// accounts, the chat decides, and nothing is written yet.
    Hashed(Matter, PasswordHash),
    /// Whether a client's message for an absent person is kept.
    Posted(Posted),
    /// The messages kept for the owner of an account, for a client, oldest first.
    OfflineMessages(AccountKey, Vec<OfflineMessage>),
    /// What a client looked for was found.
    Found(Found),
    /// What a client looked for cannot be found now.
    Busy,
}
