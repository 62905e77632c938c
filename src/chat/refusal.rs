//! Why nothing comes of what a client asked: told to its sender alone.

use super::command::Trouble;
use super::event::{AccountRefusal, Event, NameRefusal, RoomRefusal};
use super::expulsion::{ExpulsionNews, ExpulsionRefusal};
use super::name::Name;
use super::text::Text;

/// What is wrong with a command. Becomes the [`Event`] by which the sender hears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The name cannot be had.
    Name(NameRefusal),
    /// Something about an account, or a password.
    Account(AccountRefusal),
    /// The room cannot be had, or nothing can be done there.
    Room(RoomRefusal),
    /// Nobody is expelled, or readmitted.
    Expulsion(ExpulsionRefusal),
    /// The line cannot be taken as it is.
    Trouble(Trouble),
    /// Nobody has that name.
    NoSuchPerson(Text),
    /// The person meant is the sender.
    ThatIsYou,
    /// Nobody has written to the sender.
    NobodyToAnswer,
    /// Who wrote to the sender has left, and nothing can be kept for them.
    HasLeft(Name),
    /// The sender hides as many as they may: so many.
    IgnoreListFull(usize),
}

/// What becomes of a command, or of a deed that it asks for.
pub(super) type Done = Result<(), Refusal>;

impl From<Refusal> for Event {
    fn from(refusal: Refusal) -> Event {
        match refusal {
            Refusal::Name(refusal) => Event::NameRefused(refusal),
            Refusal::Account(refusal) => Event::AccountRefused(refusal),
            Refusal::Room(refusal) => Event::RoomRefused(refusal),
            Refusal::Expulsion(refusal) => Event::Expulsion(ExpulsionNews::Refused(refusal)),
            Refusal::Trouble(trouble) => Event::Trouble(trouble),
            Refusal::NoSuchPerson(typed) => Event::NoSuchPerson(typed),
            Refusal::ThatIsYou => Event::ThatIsYou,
            Refusal::NobodyToAnswer => Event::NobodyToAnswer,
            Refusal::HasLeft(name) => Event::HasLeft(name),
            Refusal::IgnoreListFull(count) => Event::IgnoreListFull(count),
        }
    }
}

impl From<NameRefusal> for Refusal {
    fn from(refusal: NameRefusal) -> Refusal {
        Refusal::Name(refusal)
    }
}

impl From<AccountRefusal> for Refusal {
    fn from(refusal: AccountRefusal) -> Refusal {
        Refusal::Account(refusal)
    }
}

impl From<RoomRefusal> for Refusal {
    fn from(refusal: RoomRefusal) -> Refusal {
        Refusal::Room(refusal)
    }
}

impl From<ExpulsionRefusal> for Refusal {
    fn from(refusal: ExpulsionRefusal) -> Refusal {
        Refusal::Expulsion(refusal)
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        Refusal::Trouble(trouble)
    }
}
