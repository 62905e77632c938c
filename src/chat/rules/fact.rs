//! What a change has made of the chat, in order.

use serde::Serialize;

use crate::chat::account::{AccountKey, AccountRecord, OfflineMessage};
use crate::chat::effect::{Audience, CloseReason, LogEntry, RoomId};
use crate::chat::event::{AccountNews, Event, NameList};
use crate::chat::expulsion::Expulsion;
use crate::chat::letters::Letter;
use crate::chat::member_id::MemberId;
use crate::chat::message::{Message, MessageId};
use crate::chat::name::Name;
use crate::chat::record::RoomChange;
use crate::chat::room_key::RoomKey;
use crate::chat::text::Text;

/// One thing that is so from now on. Values: nothing in them says by which connection anybody is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::chat) enum Fact {
    /// These people are told this. The audience is who is here when the change is over.
    Deliver {
        /// Who hears it.
        to: Audience<MemberId>,
        /// What they hear.
        event: Event,
    },
    /// A client is a member from now on.
    Entered(Box<Arrival>),
    /// A member goes on under another connection, after its password was given: what it is told is the same as on entering.
    TakenOver(Box<Arrival>),
    /// A member has come into a room, and is told what was said there.
    Replay(MemberId, RoomId),
    /// A member is here no more.
    Gone(MemberId, CloseReason),
    /// A member is here no more, for its node is gone. What it comes back in with need not be compared between nodes: it stands in the log
    /// with the change by which it does.
    GoneWithNode(MemberId),
    /// A client whose member that was is one again: this one.
    Reentered(MemberId),
    /// A member has to leave, for a password that they gave is none any more.
    Revoked(MemberId, AccountNews),
    /// A person or an address is expelled: members that it is about have to leave.
    Expelled(Box<Expulsion>),
    /// The expulsion of this number is over.
    Readmitted(u64),
    /// Something was said in a room.
    Keep(Message),
    /// Something is different in a room.
    Room(RoomChange),
    /// A room is no more.
    Forget(RoomKey),
    /// A member has written to the owner of an account, who is not here.
    Post(MemberId, AccountKey, OfflineMessage),
    /// An account that came through the log, or has another password by it.
    Account(Box<AccountRecord>),
    /// An account is no more, in the chat of several nodes.
    AccountGone(AccountKey),
    /// A private message waits for an absent person, in the chat of several nodes.
    Letter(Box<Letter>),
    /// Those of an account have been read, up to that one.
    Read(AccountKey, MessageId),
    /// A line for the console.
    Log(LogEntry),
}

/// A client that is a member from now on, and what it is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::chat) struct Arrival {
    pub(in crate::chat) member: MemberId,
    pub(in crate::chat) name: Name,
    /// The room where their words go, if there is one.
    pub(in crate::chat) room: Option<Name>,
    /// What that room is about.
    pub(in crate::chat) topic: Option<Text>,
    /// Who else is in it.
    pub(in crate::chat) others: Option<NameList>,
}
