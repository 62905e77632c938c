//! What changes the chat. Values: all of them, each with its time, in one order, give the same chat wherever they are applied.
//!
//! Invariant: no password in clear, no connection and nothing random is in one.

use serde::{Deserialize, Serialize};

use super::reentry::Reentry;
use crate::chat::account::{
    Account, AccountChange, AccountKey, Credential, OfflineMessage, PasswordHash, Posted,
};
use crate::chat::admin::AccountEdit;
use crate::chat::effect::{CloseReason, RoomId};
use crate::chat::event::Farewell;
use crate::chat::member_id::MemberId;
use crate::chat::message::{MessageId, MessageKind};
use crate::chat::name::Name;
use crate::chat::node_name::NodeName;
use crate::chat::origin::Origin;
use crate::chat::text::Text;

/// One change. What it is about a member comes from that member, who has shown who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat) enum Change {
    /// A client that has no name yet wants this one.
    Enter {
        /// Where it comes from.
        origin: Origin,
        /// What it typed.
        wanted: Text,
        /// Whether it has a place, or one is free for it.
        placed: bool,
    },
    /// A client comes in from there, who has given the password of an account: the one who has its name goes on as them, or gives way.
    EnterByAccount(Origin, Credential),
    /// A member has given the password of an account: its name is theirs, and who else has it gives way.
    Identify(MemberId, Credential),
    /// A member has given the password of the server's operator.
    Empower(MemberId),
    /// A member has done something that is no [`Deed`].
    Active(MemberId),
    /// The connection of a member was lost; they are here still.
    Detach(MemberId),
    /// A member who was not connected goes on from there.
    Attach(MemberId, Origin),
    /// A member leaves the chat.
    Leave(MemberId, Farewell, CloseReason),
    /// A member of the chat does this.
    Do(MemberId, Deed),
    /// A node is there from now on, with nobody.
    NodeJoined(NodeName),
    /// A node is there no more; its members have yet to leave.
    NodeGone(NodeName),
    /// Some of them leave.
    LeaveWithNode,
    /// A member whose node was held for dead comes back in.
    Reenter(Box<Reentry>),
    /// Time has passed, up to that of an entry of the log.
    Elapse,
    /// What has moved in a room is told.
    TellMovements(RoomId),
    /// There is a new account, whose name a member has registered, if they are here and wait for it.
    Register(Account, Option<MemberId>),
    /// An account has another password, which this member gave it.
    Renew(AccountKey, Option<MemberId>),
    /// A member wants an account of its name, with this password: the chat of several nodes gives it its number.
    MakeAccount(MemberId, Name, PasswordHash),
    /// A member has given the password of an account, and wants this one in its place: the same for several nodes.
    SetPassword(MemberId, Credential, PasswordHash),
    /// The administrator wants this done to the accounts of several nodes.
    EditAccount(AccountEdit),
    /// This is different about the accounts.
    Accounts(Vec<AccountChange>),
    /// Whether a message of a member for an absent person is kept.
    Posted(MemberId, Posted),
    /// A member is handed what was kept for them, of which this is the last: they can answer it.
    HandOver(MemberId, OfflineMessage),
    /// The owner of an account has read the letters that waited, up to that one: in the chat of several nodes.
    Read(AccountKey, MessageId),
    /// A node keeps messages up to that one, of a log that was lost: none that comes now has such a number.
    GoOnBehind(MessageId),
    /// Expulsions that are over by now are none any more.
    Expire,
    /// A person or an address is to be expelled: by that member, or by the administrator.
    Expel {
        /// The member, if it is one.
        operator: Option<MemberId>,
        /// A name or an address.
        whom: Text,
        /// For so many minutes; none: until they are readmitted.
        minutes: Option<u32>,
        /// Why.
        reason: Option<Text>,
        /// How many are connected from where that person is, and have no name yet.
        nameless: usize,
    },
    /// A person or an address may come back.
    Readmit(Option<MemberId>, Text),
    /// The administrator speaks to a room, or to everybody.
    ServerSay(Option<Text>, Text),
    /// The administrator puts a person out of the chat, or of a room.
    ServerKick {
        /// The person.
        whom: Text,
        /// The room.
        room: Option<Text>,
        /// Why.
        reason: Option<Text>,
    },
}

/// Who a private message is for, as it was when it was written. Each with the name by which it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat) enum Recipient {
    /// A member; and whose password they gave, for who has left by then.
    Member(MemberId, Name, Option<AccountKey>),
    /// The owner of an account, who is not here.
    Owner(AccountKey, Name),
}

/// What a member does. A room that is not named is the current one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat) enum Deed {
    /// Says something in a room, or tells what they do.
    Say { room: Option<Text>, kind: MessageKind, text: Text },
    /// Writes to one person; `full` says that there is no place for it, if that one has no connection.
    Message { to: Recipient, text: Text, full: bool },
    /// Wants another name.
    Rename(Text),
    /// Enters a room, or makes it.
    Join { room: Text, key: Option<Text> },
    /// Leaves a room.
    Part(Option<Text>),
    /// Decides what a room is about.
    Topic { room: Option<Text>, topic: Text },
    /// Closes a room by a key, or opens it.
    Lock { room: Option<Text>, key: Option<Text> },
    /// Lets a person in.
    Invite { room: Option<Text>, whom: Text },
    /// Puts a person out of a room.
    Kick { room: Option<Text>, whom: Text, reason: Option<Text> },
    /// The same, for good.
    Ban { room: Option<Text>, whom: Text },
    /// Lets a person come back.
    Unban { room: Option<Text>, whom: Text },
    /// Silences a person, or lets them speak; without a name, all but operators.
    Mute { room: Option<Text>, whom: Option<Text> },
    /// Makes a member an operator of a room.
    Op { room: Option<Text>, whom: Text },
    /// Is away for a reason, or back.
    Away(Option<Text>),
    /// Hides a person, or shows them again; without a name, is told whom they hide, and those are forgotten of whom nothing
    /// is known any more.
    Ignore(Option<Text>),
}
