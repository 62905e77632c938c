//! What comes into the hub. Values: a list of them, each with its time, is a history that can be written down and played again.

use serde::{Deserialize, Serialize};

use super::account::{AccountChange, AccountKey, AuthResult, Matter, OfflineMessage, Posted};
use super::admin::AdminOrder;
use super::command::Command;
use super::effect::CloseReason;
use super::id::ClientId;
use super::look::Found;
use super::origin::Origin;
use super::text::Text;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A client connected, from there. If it may not come in it is told so and closed, and the hub does not know it.
    Connected(ClientId, Origin),
    /// A client asked for something.
    Command(ClientId, Command),
    /// A connection ended without the hub's doing. The shell closes it; the others are told.
    Disconnected(ClientId, CloseReason),
    /// Something that the hub asked for has come, or cannot be had.
    Reply(Reply),
    /// The administrator orders something; the answer is an [`Effect::AdminReply`](super::Effect::AdminReply).
    Admin(AdminOrder),
    /// Clients that come from now on are told this.
    Motd(Vec<Text>),
    /// Time has passed: to be given at [`Hub::next_due`](super::Hub::next_due) or later.
    Tick,
    /// The server stops: all clients are told and let go, of very many some now and the rest with each [`Tick`](Input::Tick).
    Stop,
}

/// What comes of an effect that asks for something. A client that has left meanwhile gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// What came of an [`Effect::Authenticate`](super::Effect::Authenticate).
    AuthResult(ClientId, Matter, AuthResult),
    /// Whether a client's message for an absent person is kept.
    Posted(ClientId, Posted),
    /// The messages kept for the owner of an account, for a client, oldest first.
    OfflineMessages(ClientId, AccountKey, Vec<OfflineMessage>),
    /// What a client looked for was found.
    Found(ClientId, Found),
    /// What a client looked for cannot be found now.
    Busy(ClientId),
    /// The accounts were changed from outside of the chat.
    AccountsChanged(Vec<AccountChange>),
}
