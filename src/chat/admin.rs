//! What the administrator orders, and what comes of it.

use serde::{Deserialize, Serialize};

use super::account::PasswordHash;
use super::expulsion::ExpulsionNews;
use super::name::Name;
use super::text::Text;

/// What the administrator, who is no client, may order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminOrder {
    /// Speak to a room, or to all who have a name.
    Say {
        /// The room; none: everywhere.
        room: Option<Text>,
        /// The words.
        text: Text,
    },
    /// Close a person's connection, or put them out of a room.
    Kick {
        /// The person.
        whom: Text,
        /// The room; none: the chat.
        room: Option<Text>,
        /// Why.
        reason: Option<Text>,
    },
    /// Keep a person or an address out of the chat.
    Expel {
        /// A name or an address.
        whom: Text,
        /// For so long; none: for good.
        minutes: Option<u32>,
        /// Why.
        reason: Option<Text>,
    },
    /// Let a person or an address come back.
    Readmit(Text),
}

/// What the administrator may order about the accounts of a chat of several nodes, which are in their log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountEdit {
    /// Make an account of that name, with that password.
    Add(Name, PasswordHash),
    /// Give the account of exactly that name another password.
    Change(Name, PasswordHash),
    /// Delete the account of exactly that name.
    Remove(Name),
}

/// What comes of an order of the administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminReply {
    /// It is done.
    Done,
    /// It is not done.
    Refused(AdminRefusal),
    /// About an expulsion: it is done, or why not.
    Expulsion(ExpulsionNews),
}

/// Why nothing came of what the administrator wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminRefusal {
    /// Nobody here has that name.
    NoSuchPerson,
    /// There is no such room.
    NoSuchRoom,
    /// That person is not in that room.
    NotThere,
    /// There is no such account.
    NoSuchAccount,
    /// That account has the name already, or one that looks like it.
    NameTaken(Name),
    /// There are as many accounts as there may be.
    NoAccountLeft,
    /// Whether it is done nobody can know: the log of several nodes was lost.
    Unknown,
}
