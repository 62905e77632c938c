//! The naive model: one room, one person, and what was decided about them, as the documentation says it.

use std::collections::BTreeSet;

use super::steps::{Kind, Room, Step, Whom};

/// The name that the person has at first.
pub const ANA: &str = "Ana";
/// A name that nobody else has.
pub const OTRA: &str = "Otra";
/// A registered name whose password the person knows.
pub const MARTA: &str = "Marta";

/// A decision against a person: under all these names, and on this connection.
#[derive(Clone, Debug)]
struct Decision {
    names: BTreeSet<&'static str>,
    connection: Option<usize>,
}

/// What a step does to the person, beside what they asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing more.
    Plain,
    /// A new name puts them out of the room.
    PutOut,
}

#[derive(Clone, Debug)]
pub struct Model {
    room: Room,
    kind: Kind,
    pub name: &'static str,
    account: Option<&'static str>,
    /// The accounts whose passwords were given on this connection: what is decided about them is about the person.
    proven: BTreeSet<&'static str>,
    pub accounts: BTreeSet<&'static str>,
    connection: usize,
    pub inside: bool,
    /// Operator of the room until they leave it.
    operator: bool,
    owners: BTreeSet<&'static str>,
    /// Operator of the server, by its password, until the connection ends or another one goes on.
    presides: bool,
    bans: Vec<Decision>,
    mutes: Vec<Decision>,
    moderated: bool,
    keyed: bool,
    invited: Option<usize>,
}

/// What becomes of somebody who wants to enter without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    In,
    Banned,
    Closed,
}

impl Model {
    /// The person is in the chat, and outside the room if it is one that one can be outside of.
    pub fn new(room: Room, kind: Kind) -> Model {
        let registered = kind != Kind::Guest;
        let mut accounts = BTreeSet::from([MARTA]);
        accounts.extend(registered.then_some(ANA));
        Model {
            room,
            kind,
            name: ANA,
            account: registered.then_some(ANA),
            proven: registered.then_some(ANA).into_iter().collect(),
            accounts,
            connection: 0,
            inside: room == Room::General,
            operator: false,
            owners: BTreeSet::new(),
            presides: false,
            bans: Vec::new(),
            mutes: Vec::new(),
            moderated: false,
            keyed: false,
            invited: None,
        }
    }

    /// Whether a step can be taken now, and is not the same as another one.
    pub fn may(&self, step: Step) -> bool {
        match step {
            Step::Lock | Step::EnterWithKey => self.room == Room::Sala,
            Step::Kick | Step::Op | Step::Leave => self.inside,
            Step::Enter => !self.inside,
            Step::Ban(Whom::Called(name)) | Step::Mute(Whom::Called(name)) => name != self.name,
            Step::Unban(_) => !self.bans.is_empty(),
            Step::Invite => self.room == Room::Sala || !self.bans.is_empty(),
            Step::Take(name) => name != self.name,
            Step::Register => self.account.is_none(),
            Step::Preside => !self.presides,
            Step::TakeOver => self.account.is_some(),
            Step::Return(name) => name != self.name,
            // Nobody expels an operator of the server, whatever they are called now.
            Step::Expel => !(self.presides || self.kind == Kind::Operator && self.proven.contains(ANA)),
            Step::Reconnect | Step::Restart | Step::Hush | Step::Ban(_) | Step::Mute(_) => true,
        }
    }

    /// Takes a step that may be taken.
    pub fn take(&mut self, step: Step) -> Fate {
        match step {
            Step::Ban(whom) => self.ban(whom),
            Step::Unban(whom) => {
                let (names, connection) = self.known_as(whom);
                lift(&mut self.bans, &names, connection);
            }
            Step::Mute(whom) => {
                let (names, connection) = self.known_as(whom);
                if !lift(&mut self.mutes, &names, connection) {
                    decide(&mut self.mutes, names, connection);
                }
            }
            Step::Hush => self.moderated = !self.moderated,
            Step::Lock => self.keyed = true,
            Step::Invite => {
                let (names, connection) = self.known_as(Whom::Now);
                lift(&mut self.bans, &names, connection);
                self.invited = (!self.inside).then_some(self.connection);
            }
            Step::Op => {
                self.operator = true;
                self.owners.extend(self.account);
            }
            Step::Kick | Step::Leave => self.goes_out(),
            Step::Enter => self.enters(self.entry()),
            Step::EnterWithKey if self.is_banned() => {}
            Step::EnterWithKey => self.enters(Entry::In),
            Step::Take(name) => return self.takes(name),
            Step::Register => {
                self.accounts.insert(self.name);
                self.proves(self.name);
            }
            Step::Preside => self.presides = true,
            Step::TakeOver => self.goes_on(),
            // What was decided in the room holds for them as for who was lost.
            Step::Reconnect | Step::Expel => self.comes_back(self.name),
            Step::Return(name) => self.comes_back(name),
            Step::Restart => self.restarts(),
        }
        Fate::Plain
    }

    /// What becomes of them if they want to enter without a key.
    pub fn entry(&self) -> Entry {
        if self.is_banned() {
            Entry::Banned
        } else if self.keyed && !self.decides() && self.invited != Some(self.connection) {
            Entry::Closed
        } else {
            Entry::In
        }
    }

    /// Whether they decide in the room while they are in it.
    pub fn decides(&self) -> bool {
        let registered =
            |account| self.owners.contains(account) || self.kind == Kind::Operator && account == ANA;
        self.operator || self.presides || self.account.is_some_and(registered)
    }

    /// Whether the room hears them while they are in it.
    pub fn may_speak(&self) -> bool {
        self.decides() || !self.moderated && !self.mutes.iter().any(|mute| mute.is(self))
    }

    fn is_banned(&self) -> bool {
        !self.decides() && self.bans.iter().any(|ban| ban.is(self))
    }

    /// Whom the room's operator means: all their names, and on which connection they are.
    fn known_as(&self, whom: Whom) -> (BTreeSet<&'static str>, Option<usize>) {
        match whom {
            Whom::Called(name) if name != self.name => ([name].into(), None),
            _ => (self.names(), Some(self.connection)),
        }
    }

    /// What the person is called, and those whose passwords they have given on this connection.
    pub fn names(&self) -> BTreeSet<&'static str> {
        self.proven.iter().copied().chain([self.name]).collect()
    }

    fn ban(&mut self, whom: Whom) {
        let (names, connection) = self.known_as(whom);
        self.owners.retain(|owner| !names.contains(owner));
        decide(&mut self.bans, names, connection);
        if connection.is_some() {
            self.invited = None;
            self.goes_out();
        } else if self.inside && self.is_banned() {
            self.goes_out();
        }
    }

    fn goes_out(&mut self) {
        (self.inside, self.operator) = (false, false);
    }

    fn enters(&mut self, entry: Entry) {
        if entry == Entry::In {
            self.inside = true;
            self.invited = None;
        }
    }

    /// Takes a name, by its password if it is registered.
    fn takes(&mut self, name: &'static str) -> Fate {
        self.account = None;
        if self.accounts.contains(name) {
            self.proves(name);
        }
        self.name = name;
        if self.inside && self.is_banned() {
            self.goes_out();
            return Fate::PutOut;
        }
        Fate::Plain
    }

    /// Has shown that an account is theirs: what holds for their connection holds for it.
    fn proves(&mut self, name: &'static str) {
        self.account = Some(name);
        self.proven.insert(name);
        let here = self.connection;
        if self.bans.iter().any(|ban| ban.connection == Some(here)) {
            self.owners.remove(name);
        }
        let against = self.bans.iter_mut().chain(&mut self.mutes);
        against.filter(|decision| decision.connection == Some(here)).for_each(|decision| {
            decision.names.insert(name);
        });
        if self.operator {
            self.owners.insert(name);
        }
    }

    /// Goes on under another connection.
    fn goes_on(&mut self) {
        let (old, new) = (self.connection, self.connection + 1);
        for decision in self.bans.iter_mut().chain(&mut self.mutes) {
            if decision.connection == Some(old) {
                decision.connection = Some(new);
            }
        }
        self.invited = self.invited.map(|_| new);
        self.connection = new;
    }

    /// Is gone, and is in the chat again on a new connection.
    fn comes_back(&mut self, name: &'static str) {
        self.connection += 1;
        (self.invited, self.presides) = (None, false);
        self.goes_out();
        (self.name, self.account) = (name, None);
        self.proven.clear();
        if self.accounts.contains(name) {
            self.proves(name);
        }
        self.inside = self.room == Room::General && !self.is_banned();
    }

    /// Another server goes on, which knows names only.
    fn restarts(&mut self) {
        for list in [&mut self.bans, &mut self.mutes] {
            let names: BTreeSet<&str> = list.iter().flat_map(|decision| decision.names.clone()).collect();
            let alone = |name| Decision { names: [name].into(), connection: None };
            *list = names.into_iter().map(alone).collect();
        }
        self.comes_back(self.name);
    }
}

impl Decision {
    fn is(&self, person: &Model) -> bool {
        !self.names.is_disjoint(&person.names()) || self.connection == Some(person.connection)
    }
}

/// Decides something against a person: on one connection it is one decision, whatever they are called.
fn decide(decisions: &mut Vec<Decision>, names: BTreeSet<&'static str>, connection: Option<usize>) {
    let known = decisions.iter().any(|other| !other.names.is_disjoint(&names));
    if let Some(here) = decisions.iter_mut().find(|it| connection.is_some() && it.connection == connection) {
        here.names.extend(names);
    } else if connection.is_some() || !known {
        decisions.push(Decision { names, connection });
    }
}

/// Takes decisions against a person back; says whether there were any.
fn lift(decisions: &mut Vec<Decision>, names: &BTreeSet<&'static str>, connection: Option<usize>) -> bool {
    let before = decisions.len();
    let theirs = |decision: &Decision| connection.is_some() && decision.connection == connection;
    decisions.retain(|decision| decision.names.is_disjoint(names) && !theirs(decision));
    decisions.len() < before
}
