//! What follows from a change for the connections here, as a value: it can wait for the outcome.

use serde::{Deserialize, Serialize};

use super::{AccountKey, ClientId, Text};

/// What follows from a change, once the chat has applied or refused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Then {
    /// Nothing: a change of this kind is never refused.
    Nothing,
    /// The same, but a client's next command waits for it.
    GoOn(ClientId),
    /// A client is told why, if it was refused.
    TellRefusal(ClientId),
    /// The same for a client that has only said something: more that is said need not wait for it.
    Said(ClientId),
    /// A client has the name that it typed, is asked for the password of that name, or is told why it cannot have it.
    Name(ClientId, Text),
    /// A client that has given the password of an account goes on as its owner; another may have to leave for it.
    Identify(ClientId, AccountKey, Option<Leaving>),
    /// A client has an account, another password for its own, or the operator's powers, or is told why not. Members whose password is
    /// none any more have to leave.
    Password(ClientId),
    /// A client whose member was gone with its node is that member again, or is asked for another name.
    Reenter(ClientId),
    /// Members whose password is none any more have to leave.
    EndRevoked,
    /// Members who are expelled have to leave, and the outcome is told.
    Expel(Asker),
    /// The outcome is told.
    Tell(Asker),
    /// A client is told who is expelled.
    ListExpulsions(ClientId),
}

/// Who asked for a change and is told what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Asker {
    Client(ClientId),
    /// For the order of that number.
    Administrator(u64),
}

impl Then {
    /// The administrator's order that is answered with what came of the change, if it is one.
    pub(super) fn order(&self) -> Option<u64> {
        match self {
            Then::Expel(Asker::Administrator(number)) | Then::Tell(Asker::Administrator(number)) => {
                Some(*number)
            }
            _ => None,
        }
    }

    /// The client that becomes a member by the change, if one does.
    pub(super) fn newcomer(&self) -> Option<ClientId> {
        match self {
            Then::Name(id, _) | Then::Identify(id, ..) | Then::Reenter(id) => Some(*id),
            _ => None,
        }
    }

    /// The client that has typed what the change came of.
    pub(super) fn typed_by(&self) -> Option<ClientId> {
        self.client().filter(|_| !matches!(self, Then::GoOn(_) | Then::Reenter(_)))
    }

    /// The client that is told what came of the change, or whose next command has to wait for it.
    pub(super) fn client(&self) -> Option<ClientId> {
        match self {
            Then::GoOn(id)
            | Then::TellRefusal(id)
            | Then::Said(id)
            | Then::Name(id, _)
            | Then::Identify(id, ..)
            | Then::Password(id)
            | Then::Reenter(id)
            | Then::ListExpulsions(id)
            | Then::Expel(Asker::Client(id))
            | Then::Tell(Asker::Client(id)) => Some(*id),
            Then::Nothing
            | Then::EndRevoked
            | Then::Expel(Asker::Administrator(_))
            | Then::Tell(Asker::Administrator(_)) => None,
        }
    }
}

/// A client who has to leave, for another has earned a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Leaving {
    /// An earlier connection of the same account, which goes by another name now.
    Own(ClientId),
    /// One who has shown no password.
    Other(ClientId),
}
