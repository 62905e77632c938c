//! What a client was asked for a password for, and has not answered yet.

use serde::{Deserialize, Serialize};

use super::ClientId;
use crate::chat::account::{AccountKey, AuthRequest, Matter, Password, PasswordError, Question};
use crate::chat::name::Name;
use crate::limits::PASSWORD_TRIES;

/// One step on the way to a request, or the wait for what comes of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Asking {
    /// The password of a registered name; none, if nobody has registered the name they gave. Asked again so often.
    Login(Option<AccountKey>, Name, u8),
    /// A password for their name. Asked again so often.
    Register(Name, u8),
    /// The same again.
    RegisterAgain(Name, Password),
    /// The password that they have.
    Change(AccountKey),
    /// Another one. Asked again so often.
    ChangeNew(AccountKey, Password, u8),
    /// The same again.
    ChangeAgain(AccountKey, Password, Password),
    /// The password of the server's operator.
    Operator,
    /// Nothing: what they asked for is being looked into.
    Waiting(PendingAuth),
    /// Nothing: it was refused, and they typed this. Kept for one line: it may be the same again.
    Refused(Password),
}

/// What a client waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingAuth {
    /// What they typed last.
    pub(super) typed: Password,
    pub(super) matter: Matter,
    /// On which connection, to which the reply comes.
    pub(super) typed_on: ClientId,
    /// What they are asked next: if a login is refused, or if it was the password that is to be changed.
    pub(super) next: Option<Box<Asking>>,
    /// Whether they have sent a line meanwhile: more than [`AUTH_PATIENCE`](crate::limits::AUTH_PATIENCE) has passed.
    pub(super) spoken: bool,
}

/// What follows a password.
#[derive(Debug)]
pub(super) enum Step {
    /// The next question.
    Ask(Asking),
    /// All is known for a new account.
    Register(Name, Password),
    /// All is known that has to be; and what they are asked behind it.
    Submit(AuthRequest, Option<Box<Asking>>),
    /// The second was not the first.
    Differ,
}

impl Asking {
    /// The prompt for it; none while they wait.
    pub(super) fn question(&self) -> Option<Question> {
        match self {
            Asking::Login(..) => Some(Question::Password),
            Asking::Operator => Some(Question::Operator),
            Asking::Change(_) => Some(Question::Current),
            Asking::Register(..) | Asking::ChangeNew(..) => Some(Question::New),
            Asking::RegisterAgain(..) | Asking::ChangeAgain(..) => Some(Question::Again),
            Asking::Waiting(_) | Asking::Refused(_) => None,
        }
    }

    /// The account and the name whose password it is, as far as it knows them.
    pub(super) fn about(&self) -> (Option<AccountKey>, Option<&Name>) {
        match self {
            Asking::Login(account, name, _) => (*account, Some(name)),
            Asking::Register(name, _) | Asking::RegisterAgain(name, _) => (None, Some(name)),
            Asking::Change(account) | Asking::ChangeNew(account, ..) | Asking::ChangeAgain(account, ..) => {
                (Some(*account), None)
            }
            Asking::Operator | Asking::Waiting(_) | Asking::Refused(_) => (None, None),
        }
    }

    /// What is wrong with `typed` as an answer, if anything is.
    pub(super) fn vet(&self, typed: Password) -> Result<Password, PasswordError> {
        if self.question() == Some(Question::New) { typed.vet_new() } else { Ok(typed) }
    }

    /// The same question once more, if it may be asked again.
    pub(super) fn again(&self) -> Option<Asking> {
        let left = |tries: &u8| tries.checked_sub(1);
        Some(match self {
            Asking::Login(account, name, tries) => Asking::Login(*account, name.clone(), left(tries)?),
            Asking::Register(name, tries) => Asking::Register(name.clone(), left(tries)?),
            Asking::ChangeNew(account, old, tries) => Asking::ChangeNew(*account, old.clone(), left(tries)?),
            _ => return None,
        })
    }

    /// Goes on with what they typed.
    pub(super) fn answer(self, typed: Password) -> Option<Step> {
        let again = self.again().map(Box::new);
        Some(match self {
            Asking::Login(account, name, _) => {
                Step::Submit(AuthRequest::Login { account, name, password: typed }, again)
            }
            Asking::Register(name, _) => Step::Ask(Asking::RegisterAgain(name, typed)),
            Asking::Change(account) => {
                let next = Asking::ChangeNew(account, typed.clone(), PASSWORD_TRIES - 1);
                Step::Submit(AuthRequest::Check { account, password: typed }, Some(Box::new(next)))
            }
            Asking::ChangeNew(account, old, _) => Step::Ask(Asking::ChangeAgain(account, old, typed)),
            Asking::RegisterAgain(name, first) if first == typed => Step::Register(name, typed),
            Asking::ChangeAgain(account, old, first) if first == typed => {
                Step::Submit(AuthRequest::Change { account, old, new: typed }, None)
            }
            Asking::RegisterAgain(..) | Asking::ChangeAgain(..) => Step::Differ,
            Asking::Operator => Step::Submit(AuthRequest::Operator { password: typed }, None),
            Asking::Waiting(_) | Asking::Refused(_) => return None,
        })
    }
}
