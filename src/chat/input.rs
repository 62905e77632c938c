//! What comes into the hub. Values: a list of them, each with its time, is a history that can be written down and played again.

use serde::{Deserialize, Serialize};

use super::account::AccountChange;
use super::admin::{AccountEdit, AdminOrder};
use super::command::Command;
use super::effect::CloseReason;
use super::event::LogNews;
use super::id::ClientId;
use super::message::MessageId;
use super::node_report::NodeReport;
use super::ordered::Ordered;
use super::origin::Origin;
use super::request::Reply;
use super::text::Text;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A client connected, from there. If it may not come in it is told so and closed, and the hub does not know it.
    Connected(ClientId, Origin),
    /// A client that has just connected is a program, which may take its session up again after its connection was lost.
    Program(ClientId),
    /// What a client that has just connected sends can be read on its way: it is asked for no password.
    InClear(ClientId),
    /// A client asked for something.
    Command(ClientId, Command),
    /// A command of a client has come and waits, for so much is under way in the log that there is [no room](super::Hub::room_for_changes).
    Held(ClientId),
    /// A connection ended without the hub's doing. The shell closes it; the others are told.
    Disconnected(ClientId, CloseReason),
    /// Something that the hub asked for has come, or cannot be had.
    Reply(ClientId, Reply),
    /// The accounts were changed from outside of the chat.
    AccountsChanged(Vec<AccountChange>),
    /// The administrator orders something; the answer is an [`Effect::AdminReply`](super::Effect::AdminReply) of that number.
    Admin(u64, AdminOrder),
    /// The administrator orders something about the accounts of several nodes; the answer is the same.
    EditAccount(u64, AccountEdit),
    /// Clients that come from now on are told this.
    Motd(Vec<Text>),
    /// The node has come in, or back: its people come back in, and what was under way is handled anew. What was [proposed](super::Proposed)
    /// before is not to be handed to the log any more. With the last message that the node has kept.
    Living(MessageId),
    /// Something has come to its turn in the log that several nodes read.
    Ordered(Ordered),
    /// Of so many of the node's own changes, the oldest that have not come back, nobody can know whether they were made: the log was lost,
    /// and is another one now.
    Unknown(usize),
    /// How the nodes stand, for which a client has asked.
    NodeReports(ClientId, Vec<NodeReport>),
    /// Clients of this node are to be told this about the log.
    Log(LogNews),
    /// Time has passed: to be given at [`Hub::next_due`](super::Hub::next_due) or later.
    Tick,
    /// The server stops: all clients are told and let go, of very many some now and the rest with each [`Tick`](Input::Tick). Of those that
    /// are named something has come that waits for the log and was not handed to the hub.
    Stop(Vec<ClientId>),
}
