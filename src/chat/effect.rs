//! What the hub asks the shell to do. Values: tests compare them, the simulation reads them.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::account::{AccountKey, AccountRecord, Question};
use super::admin::AdminReply;
use super::command::Language;
use super::event::{Decision, Event};
use super::expulsion::Expulsion;
use super::id::ClientId;
use super::letters::Letter;
use super::message::{Message, MessageId};
use super::name::Name;
use super::record::{Retained, RoomChange, RoomRecord};
use super::request::Request;
use super::room_key::RoomKey;
use super::text::Text;

/// One thing for the shell to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Tell these people this. Resolve the audience before the hub is called again: it is who is here now.
    Deliver {
        /// Who hears it.
        to: Audience,
        /// What they hear.
        event: Event,
    },
    /// Speak to this client in this language from now on.
    Speak(ClientId, Language),
    /// End this connection after everything queued has left. The hub has forgotten the client already.
    Close(ClientId, CloseReason),
    /// Remember this.
    Keep(Message),
    /// Remember this of a room.
    Room(RoomChange),
    /// Forget what was said in this room: it is no more.
    Forget(RoomKey),
    /// Ask for this on behalf of a client, and give the [`Reply`](super::Reply) to the hub.
    Request(ClientId, Request),
    /// Ask a client this, about the password of that name, if it is a name's; their next line answers it, and is for nobody's eyes.
    Ask(ClientId, Question, Option<Name>),
    /// Nothing is asked of a client any more that it has not answered: what it says next is a command again.
    EndQuestion(ClientId),
    /// So many of a client's next lines may be passwords for which nothing asks, if they were sent before this answer could be
    /// read: these are not to be said.
    Disregard(ClientId, u8),
    /// Remember that a person or an address is expelled.
    Expelled(Box<Expulsion>),
    /// Forget the expulsion of this number.
    Readmitted(u64),
    /// Remember this account, which other nodes have as well; perhaps it is remembered already.
    Account(Box<AccountRecord>),
    /// This account is no more.
    AccountGone(AccountKey),
    /// Remember a room, and all of this of it: it is a room of several nodes.
    RoomRecord(Box<RoomRecord>),
    /// Remember a private message for an absent person, which other nodes have as well.
    Letter(Box<Letter>),
    /// The chat goes on from another state: forget what is not in this. What is in it comes behind it.
    Retain(Box<Retained>),
    /// They have seen their letters up to this one.
    Ack(AccountKey, MessageId),
    /// A line for the server's console.
    Log(LogEntry),
    /// What came of the administrator's order of that number.
    AdminReply(u64, AdminReply),
    /// What follows for this client answers its command of that number, which was under way when the node was held for dead.
    HandledAnew(ClientId, u64),
    /// A client asks for the nodes: give how they stand to the hub, as [`Input::NodeReports`](super::Input::NodeReports).
    AskNodeReports(ClientId),
}

/// Who hears an event: clients, or members of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience<Id = ClientId> {
    /// One client, and it is an answer to them: never skipped.
    One(Id),
    /// All members of a room but perhaps one, and but those that hide `from`.
    Room {
        /// The room.
        room: RoomId,
        /// Who does not hear it: mostly the member that caused it.
        except: Option<Id>,
        /// Whose doing it is; a recipient that hides that person does not hear it.
        from: Option<Name>,
        /// Members of this room do not hear it: they hear of it there.
        beyond: Option<RoomId>,
    },
    /// These, but for those that hide `from`.
    Several {
        /// Who hears it.
        recipients: Vec<Id>,
        /// Whose doing it is.
        from: Name,
    },
}

impl<Id> Audience<Id> {
    /// All members of a room.
    pub fn room(room: RoomId) -> Audience<Id> {
        Audience::Room { room, except: None, from: None, beyond: None }
    }

    /// All members of a room but the one whose doing it is, and those that hide them.
    pub fn others(room: RoomId, id: Id, name: &Name) -> Audience<Id> {
        Audience::Room { room, except: Some(id), from: Some(name.clone()), beyond: None }
    }
}

/// Names a room: its index in a list of all, kept as one more than that, so that a room which may be missing takes no
/// more room than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoomId(NonZeroU32);

impl RoomId {
    /// The room at the front of the list.
    pub const FIRST: RoomId = RoomId(NonZeroU32::MIN);

    /// The room at that place of the list.
    pub fn at(index: usize) -> RoomId {
        RoomId(NonZeroU32::MIN.saturating_add(u32::try_from(index).expect("few rooms")))
    }

    /// Its place in the list.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CloseReason {
    /// Asked to leave.
    Quit,
    /// Ended their side of the connection.
    EndOfInput,
    /// Ended their side, for their page was closed or is loaded again.
    GoneAway,
    /// The connection broke.
    Lost,
    /// Took no byte for too long, or held back what had to follow.
    Stalled,
    /// Gave no name in time.
    NameTimeout,
    /// No place was left, or theirs was needed for another.
    Full,
    /// Spoke another protocol than ours.
    Foreign,
    /// Their name went on under another connection.
    Replaced,
    /// An operator of the server put them out of the chat.
    Expelled,
    /// The server's administrator closed it.
    Kicked,
    /// They gave a password that is none any more.
    Revoked,
    /// The server stops.
    ServerStops,
}

/// What the console shows. The words of people are safe by their type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogEntry {
    /// A member came; the shell knows from where.
    Arrived(ClientId, Name),
    /// A member went on under another connection; the shell knows from where.
    Resumed(ClientId, Name),
    /// A member left.
    Left(Name, CloseReason),
    /// Something was said or done in a room: its name, and what.
    Message(Name, Message),
    /// A member has another name: the old, the new.
    Renamed(Name, Name),
    /// A member has registered their name.
    Registered(Name),
    /// A member has given the password of the server's operator.
    BecameOperator(Name),
    /// Wrong keys to a room were tried: which room, how many, by whom the last.
    KeysTried(Name, u32, Name),
    /// A person or an address was expelled.
    Expelled(Box<Expulsion>),
    /// A person or an address that was expelled may come back: who decided it, and whom it is about.
    Readmitted(Name, Box<Expulsion>),
    /// The administrator had the server speak: the room, or none for everybody; and the words.
    ServerSaid(Option<Name>, Text),
    /// The administrator put a member out: of a room, or none for the chat; and perhaps why.
    ServerKicked(Name, Option<Name>, Option<Text>),
    /// Something was decided about a room, or a person there: the room, by whom, what.
    Decided(Name, Name, Decision),
    /// A member was put out of a room, where a ban has been waiting for the name that they have now: the room, who.
    PutOut(Name, Name),
}
