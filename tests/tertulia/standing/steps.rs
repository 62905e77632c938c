//! What the operator of the room and of the server decides, and what the person does.

use super::model::{ANA, MARTA, OTRA};

/// The room in which it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The one that everybody enters.
    General,
    /// One that has to be entered.
    Sala,
}

/// What the person is at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Guest,
    Registered,
    /// Registered, and an operator of the server.
    Operator,
}

/// Who is meant by a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The person, by the name that they have.
    Now,
    /// Whoever is called so, who may be the person or nobody.
    Called(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Ban(Whom),
    Unban(Whom),
    Mute(Whom),
    Hush,
    Lock,
    Invite,
    Op,
    Kick,
    Enter,
    EnterWithKey,
    Leave,
    /// Takes a name; gives its password if it is registered.
    Take(&'static str),
    Register,
    /// Gives the password of the server's operator.
    Preside,
    /// Comes on a second connection, which takes over.
    TakeOver,
    /// Is lost and comes back under the same name.
    Reconnect,
    /// Is lost and comes back under another name.
    Return(&'static str),
    /// Is expelled from the chat, tries to come back in every way, and does so when they are readmitted.
    Expel,
    /// Another server goes on with what was kept.
    Restart,
}

/// All of them.
pub const STEPS: [Step; 30] = [
    Step::Ban(Whom::Now),
    Step::Ban(Whom::Called(ANA)),
    Step::Ban(Whom::Called(OTRA)),
    Step::Ban(Whom::Called(MARTA)),
    Step::Unban(Whom::Now),
    Step::Unban(Whom::Called(ANA)),
    Step::Unban(Whom::Called(MARTA)),
    Step::Mute(Whom::Now),
    Step::Mute(Whom::Called(OTRA)),
    Step::Mute(Whom::Called(MARTA)),
    Step::Hush,
    Step::Lock,
    Step::Invite,
    Step::Op,
    Step::Kick,
    Step::Enter,
    Step::EnterWithKey,
    Step::Leave,
    Step::Take(ANA),
    Step::Take(OTRA),
    Step::Take(MARTA),
    Step::Register,
    Step::Preside,
    Step::TakeOver,
    Step::Reconnect,
    Step::Return(ANA),
    Step::Return(OTRA),
    Step::Return(MARTA),
    Step::Expel,
    Step::Restart,
];
