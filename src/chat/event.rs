//! What a client is told, whatever the language and dialect they hear it in.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::{OfflineMessage, PasswordError, Posted, Question};
use super::command::{Trouble, Verb};
use super::expulsion::{Expelled, ExpulsionNews};
use super::listing::{NodeListing, Person, RoomListing};
use super::look::Reach;
use super::message::Message;
use super::name::{Name, NameError};
use super::session_token::{ResumedRoom, Token};
use super::text::Text;
use super::time::UnixMillis;
use crate::limits::NAMES_ASKED;

/// One thing that happened, as one person or many are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The question for a name: a prompt, without an end of line.
    NamePrompt,
    /// The name cannot be had.
    NameRefused(NameRefusal),
    /// A question for a password: a prompt, without an end of line. The name is the one whose password it is; none: the operator's.
    PasswordPrompt(Question, Option<Name>),
    /// The password is asked for again; an empty line leads back to the name.
    PasswordAgain,
    /// Nothing came of it.
    AccountRefused(AccountRefusal),
    /// Something about your name, your password or your session.
    Account(AccountNews),
    /// In the chat, under this name.
    Welcome {
        /// The name that was given.
        name: Name,
        /// The room where their words go, if there is one.
        room: Option<Name>,
        /// What that room is about.
        topic: Option<Text>,
        /// Who else is in it: see [`NameList`]; none: they are in no room.
        others: Option<NameList>,
        /// By what they can take their session up again, if they may.
        token: Option<Token>,
    },
    /// In the chat still, after a connection was lost.
    Resumed {
        /// The name.
        name: Name,
        /// Where they are.
        rooms: Vec<ResumedRoom>,
        /// Where their words go.
        current: Option<Name>,
        /// By what they can take their session up again.
        token: Option<Token>,
    },
    /// Something was said or done in a room while their session could not hear it.
    Missed {
        /// The room's name.
        room: Name,
        /// Whether it is their current room.
        here: bool,
        /// What was said.
        message: Message,
    },
    /// Something was said or done in a room.
    Message {
        /// The room's name.
        room: Name,
        /// What was said.
        message: Message,
    },
    /// A member came, or many at once: into the chat, or into a room.
    Arrived {
        /// Who.
        crowd: Crowd,
        /// The room, if they were in the chat already.
        room: Option<Name>,
    },
    /// A member left.
    Departed {
        /// Who left.
        name: Name,
        /// How.
        farewell: Farewell,
    },
    /// Many left the chat at once; or a member left a room, or many did.
    ManyDeparted {
        /// Who.
        crowd: Crowd,
        /// The room, if they are still in the chat.
        room: Option<Name>,
    },
    /// A member has another name now.
    Renamed {
        /// The name they had.
        from: Name,
        /// The name they have.
        to: Name,
    },
    /// You are in this room now, and what you say goes there.
    Entered {
        /// The room.
        room: Name,
        /// Who is there, you among them.
        people: NameList,
        /// What it is about.
        topic: Option<Text>,
        /// Whether you are its operator, because you made it.
        created: bool,
    },
    /// You left a room.
    Left {
        /// The room.
        room: Name,
        /// Where your words go now.
        current: Option<Name>,
    },
    /// You are not in a room any more, by another's will.
    PutOut {
        /// The room.
        room: Name,
        /// Why.
        cause: PutOut,
    },
    /// A member has another name now, under which they may not be in a room, and has left it.
    RenamedAndOut {
        /// The room.
        room: Name,
        /// The name they had.
        from: Name,
        /// The name they have.
        to: Name,
    },
    /// Where your words go from now on, if anywhere.
    Speaking(Option<Name>),
    /// Who may not enter a room, and who may not speak there.
    Bans {
        /// The room.
        room: Name,
        /// The names that may not enter, the last one first.
        banned: Vec<Name>,
        /// The names that may not speak, the last one first.
        muted: Vec<Name>,
    },
    /// A room cannot be had, or nothing can be done there.
    RoomRefused(RoomRefusal),
    /// The rooms.
    Rooms {
        /// Those listed, by name.
        rooms: Vec<RoomListing>,
        /// How many there are in all.
        total: usize,
    },
    /// The topic of a room.
    Topic {
        /// The room.
        room: Name,
        /// What it is about.
        topic: Option<Text>,
    },
    /// Something was decided about a room, or a person in it.
    Decided {
        /// The room.
        room: Name,
        /// By whom.
        by: Name,
        /// What.
        decision: Decision,
    },
    /// Wrong keys to a room of yours were tried.
    KeysTried {
        /// The room.
        room: Name,
        /// How many since you were last told.
        tries: u32,
        /// By whom the last.
        by: Name,
    },
    /// You are invited to a room.
    Invited {
        /// The room.
        room: Name,
        /// By whom.
        by: Name,
    },
    /// Words for you only.
    Private {
        /// From whom.
        from: Name,
        /// To whom: your name.
        to: Name,
        /// What they said.
        text: Text,
        /// When.
        at: UnixMillis,
    },
    /// Your words for one person only have gone to them.
    PrivateSent {
        /// From whom: your name.
        from: Name,
        /// To whom.
        to: Name,
        /// What you said.
        text: Text,
        /// When.
        at: UnixMillis,
        /// Whether they are here; otherwise a [`Posted`](Event::Posted) follows.
        here: bool,
        /// Why they may not see it now.
        away: Option<Text>,
    },
    /// Whether your words are kept for a recipient who is not there.
    Posted(Posted),
    /// What you were told while you were not there.
    OfflineMessages {
        /// When it is told.
        now: UnixMillis,
        /// Oldest first.
        messages: Vec<OfflineMessage>,
    },
    /// What was said before.
    Recalled {
        /// How it came to be told.
        occasion: Occasion,
        /// When it is told.
        now: UnixMillis,
        /// The room that was asked about; of a search the current one. None: they are not in it any more.
        room: Option<Name>,
        /// The lines, oldest first, each with its room if that is not the current one.
        lines: Vec<(Option<Name>, Message)>,
        /// Whether the room has older ones.
        more: bool,
        /// How far was looked for them.
        reach: Reach,
    },
    /// What was said before cannot be told now.
    HistoryBusy,
    /// What the administrator has to say to members on entering.
    Motd(Vec<Text>),
    /// Nobody has written to you.
    NobodyToAnswer,
    /// Who wrote to you has left, and nothing can be kept for them.
    HasLeft(Name),
    /// The answer to "who is here".
    Present {
        /// The room.
        room: Name,
        /// Those listed, by name.
        people: Vec<Person>,
        /// How many are here in all.
        total: usize,
    },
    /// You are marked away.
    AwaySet(Text),
    /// You are back.
    AwayCleared,
    /// You were not away.
    NotAway,
    /// This person is hidden from you now.
    Ignoring(Name),
    /// This person is shown to you again.
    NoLongerIgnoring(Name),
    /// Those hidden from you.
    IgnoreList(Vec<Name>),
    /// You hide as many as you may: so many.
    IgnoreListFull(usize),
    /// Nobody here has that name.
    NoSuchPerson(Text),
    /// That person is you.
    ThatIsYou,
    /// From now on the server speaks to you in the language this is told in.
    LanguageSet,
    /// The server speaks to you in the language this is told in.
    LanguageIs,
    /// The commands, or one of them.
    Help(Option<Verb>),
    /// Your line could not be taken as it was.
    Trouble(Trouble),
    /// Lines of the room that passed you by because you did not read, or while your server was away; 0: nobody knows how many.
    Skipped(u64),
    /// Too long without a name.
    NameTimeout,
    /// Something about your place, or that there is none for you.
    Place(PlaceNews),
    /// Something about who may not be in the chat.
    Expulsion(ExpulsionNews),
    /// Something that the server's administrator says or does.
    Server(ServerNews),
    /// Something about the log that makes several nodes one chat.
    Log(LogNews),
    /// The nodes of the chat; none: it is one server alone.
    Nodes(Vec<NodeListing>),
    /// The server stops.
    Stopping,
}

/// Why a name was not given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameRefusal {
    /// Not of the form that names have.
    Malformed,
    /// There is a blank in it.
    Spaced,
    /// Its letters are of two scripts; as it was typed.
    MixedScripts(Text),
    /// A member has it, or one that looks like it.
    InUse(Name),
    /// Kept for the server.
    Reserved(Text),
    /// It is your name already.
    Yours(Name),
    /// Only registered names may be taken here.
    Unregistered(Name),
    /// Only registered names may be taken now, for no place is left.
    NoPlace(Name),
    /// The person of that name may not be here.
    Expelled(Name, Expelled),
    /// There is no such session, or no more.
    NoSession,
    /// First a name, then the rest.
    Missing,
}

impl NameRefusal {
    /// Why `typed` is no name.
    pub(super) fn of(error: NameError, typed: &str) -> NameRefusal {
        match error {
            NameError::Malformed => NameRefusal::Malformed,
            NameError::Spaced => NameRefusal::Spaced,
            NameError::MixedScripts => NameRefusal::MixedScripts(Text::clean(typed)),
            NameError::Reserved => NameRefusal::Reserved(Text::clean(typed)),
        }
    }
}

/// What a client is told of its place, where there are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaceNews {
    /// None is left; the number of places.
    Full(usize),
    /// Few are left, and your address has more than its share.
    Crowded,
    /// There is none for you, unless you have a registered name.
    OnlyRegistered {
        /// Few are left, and your address has more than its share; otherwise there are none.
        crowded: bool,
    },
    /// Yours, without a name, was needed.
    MadeRoom,
    /// Yours, without a registered name, was needed for a member who has one.
    GaveWay,
}

/// What a client is told of its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountNews {
    /// The name is yours from now on.
    Registered(Name),
    /// You are the owner of your name.
    Identified(Name),
    /// You are an operator of the server until this connection ends.
    Operator,
    /// You have another password.
    PasswordChanged,
    /// You go on somewhere else; this connection ends.
    Replaced,
    /// The password of this name, which you gave, is another one now; this connection ends.
    Renewed(Name),
    /// This name, whose password you gave, is not registered any more; this connection ends.
    Removed(Name),
    /// The owner of your name has come; this connection ends.
    Reclaimed(Name),
    /// You go on where you were.
    Resumed {
        /// Your rooms.
        rooms: Vec<Name>,
        /// Where your words go.
        current: Option<Name>,
    },
}

/// Why nothing came of an account, or of a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountRefusal {
    /// There are no accounts here.
    NoAccounts,
    /// That can be nobody's password.
    Unfit(PasswordError),
    /// The second was not the first.
    Differ,
    /// The password is another one, or nobody has that name.
    Wrong,
    /// The password that you have is another one.
    WrongCurrent,
    /// It is not the password of the server's operator.
    NotOperators,
    /// Passwords of as many accounts were given on this connection as may be.
    ManyHere,
    /// It could be read on its way: passwords are taken in TLS only.
    InClear,
    /// Too many wait already.
    Busy,
    /// Too many wrong passwords; not again for so long.
    Wait(Duration),
    /// Enough names were registered from your address; not again for so long.
    RegisteredMany(Duration),
    /// There are as many accounts as there may be.
    NoneLeft,
    /// Few more may be made, and your address has made more than its share.
    OverShare,
    /// The server's files have gone from their place: nothing can be kept.
    Displaced,
    /// It could not be done.
    Failed,
    /// Your name is registered already, by you.
    Yours(Name),
    /// Your name is registered already, by another.
    Taken(Name),
    /// Your name is not registered.
    NotYours(Name),
}

/// How something said before came to be told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// They entered the room.
    Entering,
    /// They asked for it.
    Asked,
    /// They searched for it.
    Searched,
}

/// What was decided about a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// What it is about.
    Topic(Option<Text>),
    /// Whether one has to know a key to enter.
    Keyed(bool),
    /// A person may enter without the key.
    Invited(Name),
    /// A member was put out, for a reason perhaps.
    Kicked(Name, Option<Text>),
    /// A person may not come back.
    Banned(Name),
    /// A person may come back.
    Unbanned(Name),
    /// Whether a person may speak.
    Muted(Name, bool),
    /// Whether only operators may speak.
    Moderated(bool),
    /// A member is an operator.
    Opped(Name),
}

/// Why a member was put out of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutOut {
    /// An operator did, for a reason perhaps.
    Kicked(Name, Option<Text>),
    /// An operator banned you.
    Banned(Name),
    /// You have a name now that is banned there.
    Name(Name),
    /// You are banned there, and were in it only by what you were under your old name.
    Person,
}

/// Why a room cannot be had, or why nothing can be done there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomRefusal {
    /// Not of the form that rooms' names have.
    Malformed,
    /// There is no such room.
    NoSuchRoom(Text),
    /// You are not in it.
    NotIn(Name),
    /// You are in no room.
    Nowhere,
    /// You may not come back.
    Banned(Name),
    /// You are in the chat and not in the room that everybody enters, for you may not come back there.
    BannedOnArrival(Name),
    /// One has to know the key.
    Closed(Name),
    /// Too many wrong keys came from your address; none is taken for so long.
    KeyWait(Name, Duration),
    /// It has another key.
    WrongKey(Name),
    /// You are in as many rooms as one person may be.
    TooMany,
    /// There are as many rooms as there may be.
    NoneLeft,
    /// Few more rooms may be made, and your address has made more than its share.
    OverShare,
    /// Only its operators may.
    NotOperator(Name),
    /// You may not speak there.
    MayNotSpeak(Name),
    /// That person is not there.
    NotThere(Text, Name),
    /// It is everybody's.
    Everybodys(Name),
    /// Nobody of that name is banned there: the name, the room.
    NotBanned(Name, Name),
    /// One does not put oneself out.
    Yourself,
}

/// Names: all of them, but for those whom the recipient hides; of more than [`NAMES_TOLD_MAX`](crate::limits::NAMES_TOLD_MAX) only the first few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameList {
    /// The first of them.
    pub names: Vec<Name>,
    /// How many there are in all, hidden or not.
    pub total: usize,
}

/// People told of at once. Never empty, nor are all of them hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// All of them, in the order in which they came or left. Shared by all who are told.
    pub names: Arc<[Name]>,
    /// Which of the first [`NAMES_ASKED`] the recipients hide, as bits, the lowest for the first. Of the others it is not asked,
    /// so they are not to be named in words.
    pub hidden: u32,
}

impl Crowd {
    /// One person.
    pub fn one(name: Name) -> Crowd {
        Crowd { names: Arc::new([name]), hidden: 0 }
    }

    /// How many the recipients are told of.
    pub fn count(&self) -> usize {
        self.names.len().saturating_sub(self.hidden.count_ones() as usize)
    }

    /// The names that may be told in words.
    pub fn named(&self) -> impl Iterator<Item = &Name> {
        let first = self.names.iter().take(NAMES_ASKED).enumerate();
        first.filter(|(nth, _)| self.hidden >> nth & 1 == 0).map(|(_, name)| name)
    }
}

/// How a member left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Farewell {
    /// Without a word.
    Plain,
    /// With last words.
    Words(Text),
    /// The connection was lost.
    Lost,
    /// Was expelled, for a reason perhaps.
    Expelled(Option<Text>),
    /// The server's administrator closed the connection, for a reason perhaps.
    Kicked(Option<Text>),
}

/// What people are told of the log that makes several nodes one chat. While all is well they hear nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogNews {
    /// It cannot be reached: what they type waits.
    Away,
    /// That is over.
    Back,
    /// It has lost what was said last: others may not have heard it, or it may be missing here.
    Gap,
    /// The server stops before something came back that they have typed: it may never be said.
    Unsaid,
}

/// What the server's administrator says or does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerNews {
    /// Words of the server.
    Said {
        /// The room that they are for; none: everybody.
        room: Option<Name>,
        /// The words.
        text: Text,
    },
    /// This connection ends, for a reason perhaps.
    Disconnected(Option<Text>),
}
