//! What somebody was asked for a password for, and has not answered yet.

use super::account::{AccountKey, Matter, Password, Petition, Question};
use super::name::Name;

/// One step on the way to a petition, or the wait for what comes of it.
#[derive(Debug)]
pub(super) enum Asking {
    /// The password of a registered name; none, if nobody has registered the name they gave.
    Login(Option<AccountKey>, Name),
    /// A password for their name.
    Register(Name),
    /// The same again.
    RegisterAgain(Name, Password),
    /// The password that they have.
    Change(AccountKey),
    /// Another one.
    ChangeNew(AccountKey, Password),
    /// The same again.
    ChangeAgain(AccountKey, Password, Password),
    /// Nothing: what they asked for is being looked into.
    Waiting(Matter),
}

/// What follows a password.
#[derive(Debug)]
pub(super) enum Step {
    /// The next question.
    Ask(Asking),
    /// All is known that has to be.
    Submit(Petition),
    /// The second was not the first.
    Differ,
}

impl Asking {
    /// The prompt for it; none while they wait.
    pub(super) fn question(&self) -> Option<Question> {
        match self {
            Asking::Login(..) => Some(Question::Password),
            Asking::Change(_) => Some(Question::Current),
            Asking::Register(_) | Asking::ChangeNew(..) => Some(Question::New),
            Asking::RegisterAgain(..) | Asking::ChangeAgain(..) => Some(Question::Again),
            Asking::Waiting(_) => None,
        }
    }

    /// Goes on with what they typed.
    pub(super) fn answer(self, typed: Password) -> Option<Step> {
        Some(match self {
            Asking::Login(account, name) => Step::Submit(Petition::Login { account, name, password: typed }),
            Asking::Register(name) => Step::Ask(Asking::RegisterAgain(name, typed)),
            Asking::Change(account) => Step::Ask(Asking::ChangeNew(account, typed)),
            Asking::ChangeNew(account, old) => Step::Ask(Asking::ChangeAgain(account, old, typed)),
            Asking::RegisterAgain(name, first) if first == typed => {
                Step::Submit(Petition::Register { name, password: typed })
            }
            Asking::ChangeAgain(account, old, first) if first == typed => {
                Step::Submit(Petition::Change { account, old, new: typed })
            }
            Asking::RegisterAgain(..) | Asking::ChangeAgain(..) => Step::Differ,
            Asking::Waiting(_) => return None,
        })
    }
}
