//! What a client is told, whatever the language and dialect they hear it in.

use std::time::Duration;

use super::command::{Trouble, Verb};
use super::name::Name;
use super::text::Text;

/// One thing that happened, as one person or many are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The question for a name: a prompt, without an end of line.
    NamePrompt,
    /// The name cannot be had.
    NameRefused(NameRefusal),
    /// In the chat, under this name.
    Welcome {
        /// The name that was given.
        name: Name,
    },
    /// Somebody said something.
    Said {
        /// Who spoke.
        from: Name,
        /// What they said.
        text: Text,
    },
    /// Somebody did something.
    Acted {
        /// Who did.
        from: Name,
        /// What they did.
        text: Text,
    },
    /// Somebody came, or many at once.
    Arrived(Crowd),
    /// Somebody left.
    Departed {
        /// Who left.
        name: Name,
        /// How.
        farewell: Farewell,
    },
    /// Many left at once.
    ManyDeparted(Crowd),
    /// Somebody has another name now.
    Renamed {
        /// The name they had.
        from: Name,
        /// The name they have.
        to: Name,
    },
    /// The answer to "who is here".
    Present {
        /// Those listed, by name.
        people: Vec<Person>,
        /// How many are here in all.
        total: usize,
    },
    /// You are marked away.
    AwaySet(Text),
    /// You are back.
    AwayCleared,
    /// This person is hidden from you now.
    Ignoring(Name),
    /// This person is shown to you again.
    NoLongerIgnoring(Name),
    /// Those hidden from you.
    IgnoreList(Vec<Name>),
    /// You hide as many as one person may.
    IgnoreListFull,
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
    /// Lines of the room that passed you by because you did not read.
    Skipped(u64),
    /// Too long without a name.
    NameTimeout,
    /// No place left; the number of places.
    Full(usize),
    /// Your place, without a name, was needed.
    MadeRoom,
    /// The server stops.
    Stopping,
}

/// Why a name was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameRefusal {
    /// Not of the form that names have.
    Malformed,
    /// Somebody here has it, or one that looks like it.
    InUse(Name),
    /// Kept for the server.
    Reserved(Text),
    /// It is your name already.
    Yours(Name),
    /// First a name, then the rest.
    Missing,
}

/// People told of in one line. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// Those spelled out, in the order in which they came or left.
    pub names: Vec<Name>,
    /// How many more.
    pub more: usize,
}

/// How somebody left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Without a word.
    Plain,
    /// With last words.
    Words(Text),
    /// The connection was lost.
    Lost,
}

/// One row of the answer to "who is here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: Name,
    /// How long ago they last sent a line.
    pub idle: Duration,
    /// Why they are away, if they are.
    pub away: Option<Text>,
    /// Whether they are the one who asked.
    pub you: bool,
}
