//! Changes that come out of the log when what they were meant for is no more so: two hubs, whose changes the test puts in order.

use std::time::Duration;

use serde_json::Value;
use tertulia::chat::{
    AccountChange, AccountKey, AccountNews, AccountRecord, AccountRefusal, AdminOrder, Audience, AuthRequest,
    AuthResult, ChatConfig, ChatSnapshot, ClientId, CloseReason, Command, Effect, Event, Hub, Input, Matter,
    MessageId, MonoTime, Name, NodeName, Ordered, Password, PasswordHash, Proposal, Reply, Request, Text,
    Time, Token, Turn, UnixMillis,
};
use tertulia::limits::{DECISIONS_PER_ROOM, EMPTIED_ROOM_WAIT, MOVEMENTS_TOLD};

use super::process::{PASSWORD, config};
use crate::hub::{LOGIN_TIMEOUT, address};
use crate::support::book::Book;

pub(super) const A: usize = 0;
pub(super) const B: usize = 1;
pub(super) const NAMES: [&str; 2] = ["a", "b"];

pub(super) struct Nodes {
    pub(super) hubs: [Hub; 2],
    book: Book,
    /// What each node's hub wanted done, but for requests.
    pub(super) effects: [Vec<Effect>; 2],
    /// What is asked of the accounts, until the test [answers](Nodes::answers).
    asked: Vec<(ClientId, AuthRequest)>,
    /// In milliseconds.
    now: i64,
}

impl Nodes {
    /// Two nodes that are there, with the account of Ana.
    pub(super) fn new() -> Nodes {
        Nodes::with_places(None)
    }

    /// The same, with so many places each.
    pub(super) fn with_places(places: Option<usize>) -> Nodes {
        let book = Book::of(&[("Ana", PASSWORD)]);
        let hubs = NAMES.map(|_| {
            let chat = ChatSnapshot::from(Hub::new(config(&book)).snapshot());
            let login_timeout = Some(LOGIN_TIMEOUT);
            let config = ChatConfig { places, operator_password: true, login_timeout, ..config(&book) };
            Hub::of_node(chat, config).expect("a sound chat")
        });
        let effects = [Vec::new(), Vec::new()];
        let mut nodes = Nodes { hubs, book, effects, asked: Vec::new(), now: 1_800_000_000_000 };
        nodes.joins(A);
        nodes.joins(B);
        nodes
    }

    pub(super) fn waits(&mut self, span: Duration) {
        self.now += span.as_millis() as i64;
    }

    pub(super) fn now(&self) -> MonoTime {
        self.time().mono
    }

    fn time(&self) -> Time {
        Time { mono: MonoTime::from_micros(self.now as u64 * 1000), wall: UnixMillis(self.now) }
    }

    /// Hands something to a hub; gives the changes that come of it, which are in no log yet.
    pub(super) fn apply(&mut self, node: usize, input: Input) -> Vec<Proposal> {
        let (at, mut effects, mut proposed) = (self.time(), Vec::new(), Vec::new());
        self.hubs[node].apply(at, input);
        self.hubs[node].effects(&mut effects);
        self.hubs[node].proposed(&mut proposed);
        for effect in effects {
            match effect {
                Effect::Request(id, Request::Authenticate(request)) => self.asked.push((id, request)),
                effect => self.effects[node].push(effect),
            }
        }
        proposed.into_iter().map(|proposed| proposed.proposal).collect()
    }

    /// One thing comes to its turn in both.
    pub(super) fn turn(&mut self, turn: impl Fn(usize) -> Turn) -> Vec<(usize, Proposal)> {
        self.now += 1;
        let mut more = Vec::new();
        for node in [A, B] {
            let mut next = Some(turn(node));
            while let Some(turn) = next {
                let is_over = turn == Turn::Over;
                let ordered = Input::Ordered(Ordered { at: UnixMillis(self.now), turn });
                more.extend(self.apply(node, ordered).into_iter().map(|proposal| (node, proposal)));
                let then = if self.hubs[node].has_stranded() { Turn::LeaveWithNode } else { Turn::Over };
                next = (!is_over).then_some(then);
            }
        }
        let digests = self.hubs.each_mut().map(Hub::take_digest);
        assert_eq!(digests[A], digests[B], "it means the same to both");
        more
    }

    /// Changes of a node come out of the log, and what the hubs propose because of them.
    pub(super) fn order(&mut self, from: usize, proposals: Vec<Proposal>) {
        let mut left: Vec<(usize, Proposal)> =
            proposals.into_iter().map(|proposal| (from, proposal)).collect();
        while !left.is_empty() {
            for (from, proposal) in std::mem::take(&mut left) {
                let turn = |node| Turn::Change {
                    node: name(NAMES[from]),
                    own: node == from,
                    proposal: proposal.clone(),
                };
                left.extend(self.turn(turn));
            }
        }
    }

    /// The same of what a hub is given now.
    pub(super) fn does(&mut self, node: usize, input: Input) {
        let proposals = self.apply(node, input);
        self.order(node, proposals);
    }

    pub(super) fn joins(&mut self, node: usize) {
        self.turn(|_| Turn::Joined(name(NAMES[node])));
        self.does(node, Input::Living(MessageId::default()));
    }

    /// A node is held for dead.
    pub(super) fn is_gone(&mut self, node: usize) {
        self.turn(|_| Turn::Gone(name(NAMES[node])));
    }

    /// An entry tells that time has passed.
    pub(super) fn elapses(&mut self) {
        self.turn(|_| Turn::Over);
    }

    /// A program comes in through a node, and gives a name.
    pub(super) fn enters(&mut self, node: usize, id: ClientId, wanted: &str) {
        self.comes(node, id);
        self.does(node, Input::Command(id, Command::Say { room: None, text: Text::clean(wanted) }));
    }

    /// A program connects.
    pub(super) fn comes(&mut self, node: usize, id: ClientId) {
        self.does(node, Input::Connected(id, address(1)));
        self.does(node, Input::Program(id));
    }

    /// By what Ana's program can take its session up again.
    pub(super) fn token(&self) -> Option<Token> {
        self.told(ana()).find_map(|event| match event {
            Event::Welcome { token, .. } => *token,
            _ => None,
        })
    }

    /// The accounts answer what they were asked; gives the changes that come of it.
    pub(super) fn answers(&mut self, node: usize) -> Vec<Proposal> {
        let mut proposals = Vec::new();
        for (id, request) in std::mem::take(&mut self.asked) {
            let (matter, result) = self.book.settle(request);
            assert_ne!(result, AuthResult::Wrong);
            proposals.extend(self.apply(node, Input::Reply(id, Reply::AuthResult(matter, result))));
        }
        proposals
    }

    /// Ana is here through the first node, by her password.
    fn ana_enters(&mut self) {
        self.ana_enters_through(A);
    }

    pub(super) fn ana_enters_through(&mut self, node: usize) {
        self.enters(node, ana(), "Ana");
        self.types_password(node);
        let proposals = self.answers(node);
        self.order(node, proposals);
        assert!(self.hubs[node].name(ana()).is_some());
    }

    pub(super) fn types_password(&mut self, node: usize) {
        self.does(node, Input::Command(ana(), Command::Secret(Password::new(PASSWORD))));
    }

    /// A member asks for an account of its name; gives what its node proposes when the password is hashed.
    fn registers(&mut self, node: usize, id: ClientId, who: &str) -> Vec<Proposal> {
        self.is_hashing(node, id);
        self.is_hashed(node, id, who)
    }

    /// A member has asked for an account of its name, and its node has the password hashed.
    pub(super) fn is_hashing(&mut self, node: usize, id: ClientId) {
        self.does(node, Input::Command(id, Command::Register));
        for _ in 0..2 {
            self.does(node, Input::Command(id, Command::Secret(Password::new(PASSWORD))));
        }
    }

    /// It is hashed; gives what the node proposes.
    pub(super) fn is_hashed(&mut self, node: usize, id: ClientId, who: &str) -> Vec<Proposal> {
        let matter = Matter::Register(Name::known(who).expect("a good name"));
        self.apply(node, Input::Reply(id, Reply::Hashed(matter, hash(who))))
    }

    /// Ana asks for another password; gives what her node proposes when it is hashed.
    fn changes_password(&mut self) -> Vec<Proposal> {
        self.does(A, Input::Command(ana(), Command::ChangePassword));
        self.types_password(A);
        let checked = self.answers(A);
        self.order(A, checked);
        self.types_password(A);
        self.types_password(A);
        let matter = Matter::Change(self.book.key("Ana"));
        self.apply(A, Input::Reply(ana(), Reply::Hashed(matter, hash("otra"))))
    }

    /// Ana's account.
    pub(super) fn key(&self) -> AccountKey {
        self.book.key("Ana")
    }

    /// The accounts that a node has to keep.
    fn records(&self, node: usize) -> Vec<AccountRecord> {
        let record = |effect: &Effect| match effect {
            Effect::Account(record) => Some((**record).clone()),
            _ => None,
        };
        self.effects[node].iter().filter_map(record).collect()
    }

    /// How many members are here through the second node.
    fn people_of_b(&self) -> Option<usize> {
        let mut nodes = self.hubs[B].people_by_node();
        nodes.find(|(node, _)| **node == name(NAMES[B])).map(|(_, people)| people)
    }

    fn puts_out(&mut self, whom: &str) {
        self.does(B, Input::Admin(0, AdminOrder::Kick { whom: Text::clean(whom), room: None, reason: None }));
    }

    /// Whether a node has ended Ana's connection for this reason.
    fn has_ended_ana(&self, reason: CloseReason) -> bool {
        self.effects[A].contains(&Effect::Close(ana(), reason))
    }

    /// What a client of the first node was told.
    pub(super) fn told(&self, id: ClientId) -> impl DoubleEndedIterator<Item = &Event> {
        self.told_at(A, id)
    }

    /// The same of any node.
    pub(super) fn told_at(&self, node: usize, id: ClientId) -> impl DoubleEndedIterator<Item = &Event> {
        self.effects[node].iter().filter_map(move |effect| match effect {
            Effect::Deliver { to: Audience::One(to), event } if *to == id => Some(event),
            _ => None,
        })
    }

    /// The first node is written down and goes on from that.
    pub(super) fn is_restored(&mut self) {
        let text = serde_json::to_string(&self.hubs[A].snapshot()).expect("a state is a text");
        let snapshot = serde_json::from_str(&text).expect("a snapshot");
        self.hubs[A] = Hub::restore(snapshot).expect("a sound snapshot");
    }

    /// The first node goes on from the state of the other one.
    pub(super) fn goes_on_anew(&mut self) {
        let (at, state) = (self.time(), self.state());
        let chat = serde_json::from_value(state).expect("a chat");
        self.hubs[A].go_on_from(at, chat).expect("a sound chat");
    }

    /// Whether a node that joins could go on from the state of these.
    #[track_caller]
    pub(super) fn is_sound(&self) {
        self.joined_by(self.state());
    }

    /// The state of the chat.
    pub(super) fn state(&self) -> Value {
        serde_json::to_value(ChatSnapshot::from(self.hubs[B].snapshot())).expect("a chat is a text")
    }

    /// A node that joins with that state.
    #[track_caller]
    fn joined_by(&self, state: Value) -> Hub {
        let chat = serde_json::from_value(state).expect("a chat");
        Hub::of_node(chat, config(&self.book)).expect("a sound chat")
    }
}

/// A PHC string, as far as the chat knows.
fn hash(words: &str) -> PasswordHash {
    PasswordHash::new(words.to_owned())
}

/// The client that comes first.
pub(super) fn ana() -> ClientId {
    ClientId::new(0, 1)
}

pub(super) fn name(node: &str) -> NodeName {
    node.parse().expect("a name")
}

#[test]
fn connection_of_a_member_who_was_put_out_meanwhile_is_missed_by_nobody() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    let lost = nodes.apply(A, Input::Disconnected(ana(), CloseReason::Lost));
    assert_eq!(lost.len(), 1);
    nodes.puts_out("Eva");
    nodes.order(A, lost);
    assert_eq!(nodes.hubs[B].people(), 0);
    nodes.is_sound();
}

#[test]
fn password_of_a_member_who_was_put_out_meanwhile_opens_nothing() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.does(A, Input::Command(ana(), Command::Login(Text::clean("Ana"))));
    nodes.types_password(A);
    let identified = nodes.answers(A);
    assert_eq!(identified.len(), 1);
    nodes.puts_out("Eva");
    nodes.order(A, identified);
    assert_eq!(nodes.hubs[B].people(), 0);
    nodes.is_sound();
}

#[test]
fn password_that_is_none_any_more_brings_nobody_back_in() {
    for change in [AccountChange::Renewed, AccountChange::Removed] {
        let mut nodes = Nodes::new();
        nodes.ana_enters();
        nodes.is_gone(A);
        let key = nodes.book.key("Ana");
        nodes.does(B, Input::AccountsChanged(vec![change(key)]));
        nodes.joins(A);
        assert_eq!(nodes.hubs[B].people(), 0, "{:?}", change(key));
        assert!(nodes.has_ended_ana(CloseReason::Revoked));
    }
}

#[test]
fn account_has_its_number_and_its_password_from_the_log() {
    let mut nodes = Nodes::new();
    let (eva, luis) = (ana(), ClientId::new(0, 2));
    nodes.enters(A, eva, "Eva");
    nodes.enters(B, luis, "Luis");
    // Both are on their way at the same time.
    let (evas, luiss) = (nodes.registers(A, eva, "Eva"), nodes.registers(B, luis, "Luis"));
    nodes.order(B, luiss);
    nodes.order(A, evas);
    let kept = nodes.records(A);
    assert_eq!(kept, nodes.records(B), "each node keeps the same");
    let named = kept.iter().map(|record| (record.account.name.as_str(), &record.password));
    assert!(named.eq([("Luis", &hash("Luis")), ("Eva", &hash("Eva"))]), "{kept:?}");
    assert_eq!(Some(kept[1].account.key), kept[0].account.key.next());
    let registered = |event: &Event| matches!(event, Event::Account(AccountNews::Registered(_)));
    assert_eq!(nodes.told(eva).filter(|event| registered(event)).count(), 1);
    nodes.is_sound();
    // A node that goes on from the state has to keep all of them, whatever its file knows.
    let chat = serde_json::from_value(nodes.state()).expect("a chat");
    let at = nodes.time();
    nodes.effects[A].clear();
    nodes.hubs[A].go_on_from(at, chat).expect("a sound chat");
    nodes.apply(A, Input::Tick);
    assert_eq!(nodes.records(A), kept);
}

#[test]
fn name_that_two_nodes_register_is_that_of_the_first_in_the_log() {
    let mut nodes = Nodes::new();
    let other = ClientId::new(0, 2);
    nodes.enters(A, ana(), "Eva");
    let late = nodes.registers(A, ana(), "Eva");
    nodes.puts_out("Eva");
    nodes.enters(B, other, "Eva");
    let first = nodes.registers(B, other, "Eva");
    nodes.order(B, first);
    nodes.order(A, late);
    assert_eq!(nodes.records(A).len(), 1);
    assert_eq!(nodes.records(B).len(), 1);
    nodes.is_sound();
}

#[test]
fn password_is_changed_unless_another_one_stands_before_it_in_the_log() {
    for is_late in [false, true] {
        let mut nodes = Nodes::new();
        nodes.ana_enters();
        let change = nodes.changes_password();
        assert_eq!(change.len(), 1);
        if is_late {
            let key = nodes.book.key("Ana");
            nodes.does(B, Input::AccountsChanged(vec![AccountChange::Renewed(key)]));
        }
        nodes.order(A, change);
        let changed = Event::Account(AccountNews::PasswordChanged);
        assert_eq!(nodes.told(ana()).any(|event| *event == changed), !is_late);
        let kept = nodes.records(B);
        assert_eq!(kept.len(), usize::from(!is_late), "{kept:?}");
        assert_eq!(kept, nodes.records(A));
        nodes.is_sound();
    }
}

#[test]
fn password_that_the_administrator_has_replaced_is_not_brought_back() {
    let mut nodes = Nodes::new();
    nodes.ana_enters();
    let change = nodes.changes_password();
    nodes.order(A, change);
    assert_eq!(nodes.records(A).len(), 1);
    let key = nodes.book.key("Ana");
    nodes.does(B, Input::AccountsChanged(vec![AccountChange::Renewed(key)]));
    let chat = serde_json::from_value(nodes.state()).expect("a chat");
    let at = nodes.time();
    nodes.effects[A].clear();
    nodes.hubs[A].go_on_from(at, chat).expect("a sound chat");
    nodes.apply(A, Input::Tick);
    assert_eq!(nodes.records(A), []);
}

#[test]
fn login_that_stands_in_the_log_behind_another_password_is_refused() {
    for is_member in [false, true] {
        let mut nodes = Nodes::new();
        if is_member {
            nodes.enters(A, ana(), "Eva");
            nodes.does(A, Input::Command(ana(), Command::Login(Text::clean("Ana"))));
        } else {
            nodes.enters(A, ana(), "Ana");
        }
        nodes.types_password(A);
        let login = nodes.answers(A);
        assert_eq!(login.len(), 1);
        let key = nodes.book.key("Ana");
        nodes.does(B, Input::AccountsChanged(vec![AccountChange::Renewed(key)]));
        nodes.order(A, login);
        assert_eq!(nodes.hubs[B].people(), usize::from(is_member), "nobody is Ana");
        let refused = Event::AccountRefused(AccountRefusal::Wrong);
        assert!(nodes.told(ana()).any(|event| *event == refused), "they are told so");
        nodes.is_sound();
    }
}

#[test]
fn member_that_comes_back_in_the_log_behind_another_password_has_to_leave() {
    for change in [AccountChange::Renewed, AccountChange::Removed] {
        let mut nodes = Nodes::new();
        nodes.ana_enters();
        nodes.is_gone(A);
        nodes.turn(|_| Turn::Joined(name(NAMES[A])));
        let back = nodes.apply(A, Input::Living(MessageId::default()));
        assert_eq!(back.len(), 1);
        let key = nodes.book.key("Ana");
        nodes.does(B, Input::AccountsChanged(vec![change(key)]));
        nodes.order(A, back);
        assert_eq!(nodes.hubs[B].people(), 0, "{:?}", change(key));
        assert!(nodes.has_ended_ana(CloseReason::Revoked), "{:?}", change(key));
        nodes.is_sound();
    }
}

#[test]
fn expulsion_of_an_account_keeps_its_owner_out_under_whatever_name() {
    let mut nodes = Nodes::new();
    nodes.ana_enters();
    nodes.does(A, Input::Command(ana(), Command::Nick(Text::clean("Eva"))));
    nodes.is_gone(A);
    let whom = Text::clean("Ana");
    nodes.does(B, Input::Admin(0, AdminOrder::Expel { whom, minutes: None, reason: None }));
    nodes.joins(A);
    assert_eq!(nodes.hubs[B].people(), 0);
}

#[test]
fn end_of_a_connection_is_not_that_of_a_member_who_goes_on_through_another_node() {
    for reason in [CloseReason::Quit, CloseReason::Lost] {
        let mut nodes = Nodes::new();
        nodes.ana_enters();
        let ended = nodes.apply(A, Input::Disconnected(ana(), reason));
        assert_eq!(ended.len(), 1);
        nodes.ana_enters_through(B);
        nodes.order(A, ended);
        assert_eq!(nodes.people_of_b(), Some(1), "{reason:?}");
        nodes.is_gone(A);
        assert_eq!(nodes.hubs[B].name(ana()).map(ToString::to_string).as_deref(), Some("Ana"));
    }
}

#[test]
fn session_that_was_taken_up_is_not_taken_from_a_member_who_goes_on_through_another_node() {
    let mut nodes = Nodes::new();
    nodes.ana_enters();
    let token = nodes.token();
    nodes.does(A, Input::Disconnected(ana(), CloseReason::Lost));
    let other = ClientId::new(1, 2);
    nodes.comes(A, other);
    let attached = nodes.apply(A, Input::Command(other, Command::Resume { token, after: None }));
    assert_eq!(attached.len(), 1);
    nodes.ana_enters_through(B);
    nodes.order(A, attached);
    assert_eq!(nodes.people_of_b(), Some(1));
}

#[test]
fn offices_that_are_given_back_are_no_more_than_a_room_has() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.does(A, Input::Command(ana(), Command::Join { room: Text::clean("cocina"), key: None }));
    nodes.is_gone(A);
    nodes.turn(|_| Turn::Joined(name(NAMES[A])));
    let mut state = nodes.state();
    let operators = &mut state["chat"]["rooms"]["rooms"][1]["modes"]["operators"];
    *operators = (0..DECISIONS_PER_ROOM as u64).map(|number| number << 32 | 9).collect();
    let mut joined = nodes.joined_by(state);
    for proposal in nodes.apply(A, Input::Living(MessageId::default())) {
        let turn = Turn::Change { node: name(NAMES[A]), own: false, proposal };
        joined.apply(nodes.time(), Input::Ordered(Ordered { at: UnixMillis(nodes.now), turn }));
    }
    let state = serde_json::to_value(ChatSnapshot::from(joined.snapshot())).expect("a chat is a text");
    let operators = state["chat"]["rooms"]["rooms"][1]["modes"]["operators"].as_array().expect("a list");
    assert_eq!(operators.len(), DECISIONS_PER_ROOM);
    assert_eq!(operators.last(), state["chat"]["rooms"]["rooms"][1]["members"].get(0), "it is the newest");
}

/// Each entry does some of what is due, and the next one the rest, the same everywhere.
#[test]
fn rooms_that_a_node_left_empty_go_some_in_each_entry() {
    const PEOPLE: usize = 100;
    const ROOMS_EACH: usize = 4;
    let mut nodes = Nodes::new();
    for person in 0..PEOPLE {
        let id = ClientId::new(person as u32, 1);
        nodes.enters(A, id, &format!("p{person}"));
        for room in 0..ROOMS_EACH {
            let room = Text::clean(&format!("r{}", person * ROOMS_EACH + room));
            nodes.does(A, Input::Command(id, Command::Join { room, key: None }));
        }
    }
    nodes.is_gone(A);
    assert_eq!(nodes.hubs[B].rooms(), 1 + PEOPLE * ROOMS_EACH, "for they may come back");
    nodes.now += EMPTIED_ROOM_WAIT.as_millis() as i64;
    let mut rooms = vec![nodes.hubs[B].rooms()];
    while rooms.last() != Some(&1) {
        nodes.turn(|_| Turn::Over);
        rooms.push(nodes.hubs[B].rooms());
        assert!(rooms[rooms.len() - 1] < rooms[rooms.len() - 2], "{rooms:?}");
    }
    assert!(rooms.len() > 2, "not all at once: {rooms:?}");
}

/// Of those who came in the second that is running, each would be looked for among all.
#[test]
fn node_that_is_gone_at_once_costs_as_much_as_it_has_members() {
    let steps = |people: u32| {
        let mut nodes = Nodes::new();
        for person in 0..people {
            nodes.enters(A, ClientId::new(person, 1), &format!("p{person}"));
        }
        let before = nodes.hubs[B].work().steps;
        nodes.is_gone(A);
        nodes.hubs[B].work().steps - before
    };
    // The square would be four times as much.
    let (some, twice) = (steps(100), steps(200));
    assert!(twice < 3 * some, "{some} steps for 100, {twice} for 200");
}

#[test]
fn arrivals_that_wait_are_told_without_those_whose_node_is_gone() {
    let mut nodes = Nodes::new();
    nodes.enters(B, ClientId::new(9, 1), "Rosa");
    // The first few of the second are told at once.
    for person in 0..MOVEMENTS_TOLD + 2 {
        nodes.enters(A, ClientId::new(person as u32, 1), &format!("p{person}"));
    }
    nodes.enters(B, ClientId::new(8, 1), "Elena");
    nodes.effects[B].clear();
    nodes.is_gone(A);
    let arrived = |effect: &Effect| match effect {
        Effect::Deliver { event: Event::Arrived { crowd, .. }, .. } => Some(crowd.names.to_vec()),
        _ => None,
    };
    let told: Vec<Name> = nodes.effects[B].iter().filter_map(arrived).flatten().collect();
    assert_eq!(told, [Name::known("Elena").expect("a good name")]);
}
