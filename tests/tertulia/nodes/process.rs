//! One node: a hub, its place in the log, and its clients.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tertulia::chat::{
    Audience, AuthResult, ChatConfig, ChatSnapshot, ClientId, CloseReason, Effect, Event, Found, Hub, Input,
    Look, Matter, Message, MessageId, MonoTime, NodeName, Ordered, Proposal, Proposed, Reach, Reply, Request,
    Time, Token, TokenKey, Turn, UnixMillis,
};

use super::world::{CLIENTS_MAX, Entry};
use crate::hub::address;
use crate::support::book::Book;
use crate::support::shell::Slots;

/// The accounts that there are.
pub fn book() -> Book {
    Book::of(&[("ana0", PASSWORD), ("eva0", PASSWORD), ("ana1", PASSWORD)])
}

/// The password of all of them.
pub const PASSWORD: &str = "caracola azul";

/// What each node is started with.
pub fn config(book: &Book) -> ChatConfig {
    let token_key = Some(TokenKey([7; 32]));
    ChatConfig { accounts: Some(book.accounts()), token_key, ..ChatConfig::default() }
}

/// Entries of a node that are on their way to the log, or in it and not read by itself.
pub struct Sent {
    pub number: u64,
    pub epoch: u64,
    pub changes: Vec<Proposal>,
    /// Where it is in the log, if it is there by now.
    pub place: Option<usize>,
}

pub struct Process {
    pub name: NodeName,
    pub hub: Hub,
    /// How many entries it has read.
    pub read: usize,
    /// Which of the epochs of its name is its own; none: it has greeted, or will.
    pub epoch: Option<u64>,
    pub greets: bool,
    pub sent: VecDeque<Sent>,
    next: u64,
    proposed: Vec<Proposed>,
    slots: Slots,
    pub clients: BTreeSet<ClientId>,
    /// What each has heard of what was said in rooms.
    pub heard: BTreeMap<ClientId, Vec<Message>>,
    /// What was kept for the history.
    pub kept: Vec<Message>,
    /// All that it has kept.
    memory: Vec<Message>,
    /// What it has made of each entry.
    pub digests: BTreeMap<usize, u64>,
    /// The difference of its clock from that of the world, in milliseconds.
    skew: i64,
    pub now: MonoTime,
    /// By what its programs can take their sessions up again.
    pub tokens: Vec<Token>,
    /// What will come of passwords that were given.
    pub replies: VecDeque<(ClientId, Matter, AuthResult)>,
}

impl Process {
    /// A process that goes on from the state of the chat at that place of the log.
    pub fn new(name: NodeName, (chat, read): (ChatSnapshot, usize), skew: i64, now: MonoTime) -> Process {
        let config = ChatConfig { places: Some(CLIENTS_MAX), ..config(&book()) };
        let hub = Hub::of_node(chat, config).expect("a sound chat");
        Process {
            name,
            hub,
            read,
            epoch: None,
            greets: true,
            sent: VecDeque::new(),
            next: 0,
            proposed: Vec::new(),
            slots: Slots::default(),
            clients: BTreeSet::new(),
            heard: BTreeMap::new(),
            kept: Vec::new(),
            memory: Vec::new(),
            digests: BTreeMap::new(),
            skew,
            now,
            tokens: Vec::new(),
            replies: VecDeque::new(),
        }
    }

    fn time(&self) -> Time {
        Time { mono: self.now, wall: UnixMillis(self.skew + self.now.micros() as i64 / 1000) }
    }

    pub fn connects(&mut self) {
        assert!(self.hub.has_room(self.now), "there is room for {}", self.clients.len() + 1);
        let id = self.slots.take();
        self.clients.insert(id);
        self.apply(Input::Connected(id, address((id.slot() % 2) as u8)));
        if self.clients.contains(&id) {
            self.apply(Input::Program(id));
        }
    }

    pub fn loses(&mut self, id: ClientId, reason: CloseReason) {
        self.clients.remove(&id);
        self.slots.free(id);
        self.apply(Input::Disconnected(id, reason));
    }

    /// Hands something to the hub, and does what it wants done.
    pub fn apply(&mut self, input: Input) {
        let mut effects = Vec::new();
        self.hub.apply(self.time(), input);
        self.hub.effects(&mut effects);
        self.hub.proposed(&mut self.proposed);
        for effect in effects {
            match effect {
                Effect::Deliver { to, event } => self.deliver(&to, &event),
                Effect::Close(id, _) => {
                    assert!(self.clients.remove(&id), "{id:?} is closed twice");
                    self.slots.free(id);
                }
                // A mark is for who has not kept what it stands for.
                Effect::Keep(message) if message.missing().is_none() => {
                    // Entries are applied again behind another state.
                    if self.memory.last().is_none_or(|last| last.id < message.id) {
                        self.memory.push(message.clone());
                    }
                    self.kept.push(message);
                }
                Effect::Request(id, Request::Look(Look::Missed(rooms, after))) => {
                    let missed = |line: &&Message| line.id > after && rooms.contains(&line.room);
                    let lines = self.memory.iter().filter(missed).cloned().collect();
                    let look = Look::Missed(rooms, after);
                    let found = Found { look, lines, more: false, reach: Reach::All };
                    self.apply(Input::Reply(id, Reply::Found(found)));
                }
                Effect::Request(id, Request::Authenticate(request)) => {
                    let (matter, result) = book().settle(request);
                    self.replies.push_back((id, matter, result));
                }
                _ => {}
            }
        }
    }

    fn deliver(&mut self, to: &Audience, event: &Event) {
        if let Event::Welcome { token: Some(token), .. } | Event::Resumed { token: Some(token), .. } = event {
            self.tokens.push(*token);
        }
        let mut ears = Vec::new();
        self.hub.audience(to, |id, _| ears.push(id));
        for id in ears {
            if !self.clients.contains(&id) {
                let waits = self.hub.waiting().any(|(waiting, ..)| waiting == id);
                assert!(waits, "{event:?} is for {id:?}, who is not here");
                continue;
            }
            if let Event::Message { message, .. } | Event::Missed { message, .. } = event {
                let heard = self.heard.entry(id).or_default();
                let last = heard.last().map(|last| last.id);
                assert!(last.is_none_or(|last| last < message.id), "{message:?} comes behind {last:?}");
                heard.push(message.clone());
            }
        }
    }

    /// Puts what was proposed into an entry on its way to the log.
    pub fn submits(&mut self) {
        let Some(epoch) = self.epoch.filter(|_| !self.greets && !self.proposed.is_empty()) else { return };
        let changes = self.proposed.drain(..).map(|proposed| proposed.proposal).collect();
        self.next += 1;
        self.sent.push_back(Sent { number: self.next, epoch, changes, place: None });
    }

    /// Reads the next entry of the log.
    pub fn reads(&mut self, (at, entry): &(i64, Entry)) {
        let at = UnixMillis(*at);
        match entry {
            Entry::Joined(node, epoch) => {
                self.turn(at, Turn::Joined(node.clone()));
                if *node == self.name && self.greets && self.epoch == Some(*epoch) {
                    self.greets = false;
                    self.is_back();
                }
            }
            Entry::Gone(node, epoch) => {
                self.turn(at, Turn::Gone(node.clone()));
                while self.hub.has_stranded() {
                    self.turn(at, Turn::LeaveWithNode);
                }
                if *node == self.name && self.epoch == Some(*epoch) {
                    (self.epoch, self.greets) = (None, true);
                }
            }
            Entry::Changes(node, number, changes) => {
                let own = *node == self.name && self.sent.front().is_some_and(|sent| sent.number == *number);
                for proposal in changes {
                    let proposal = proposal.clone();
                    self.turn(at, Turn::Change { node: node.clone(), own, proposal });
                }
                if own {
                    let sent = self.sent.pop_front().expect("it is the first");
                    assert_eq!(sent.changes, *changes, "own entries come back in their order");
                }
            }
            Entry::Beat => {}
        }
        self.turn(at, Turn::Over);
        let digest = self.hub.take_digest();
        self.digests.insert(self.read, digest);
        self.read += 1;
    }

    /// It has come in, and what is left of its earlier epochs will never count.
    fn is_back(&mut self) {
        self.sent.clear();
        self.proposed.clear();
        self.apply(Input::Living(MessageId::default()));
    }

    /// The log is another one than it thought, or it has slept too long: it goes on from the state of another node.
    pub fn goes_on_from(&mut self, (chat, read): (ChatSnapshot, usize)) {
        // Of what is in the log before that place nobody tells it what has become of it.
        let is_before = |sent: &Sent| sent.place.is_some_and(|place| place < read);
        let unknown = self.sent.iter().filter(|sent| is_before(sent)).map(|sent| sent.changes.len()).sum();
        self.sent.retain(|sent| !is_before(sent));
        self.apply(Input::Unknown(unknown));
        self.hub.go_on_from(self.time(), chat).expect("a sound chat");
        (self.epoch, self.greets, self.read) = (None, true, read);
        self.digests.clear();
    }

    fn turn(&mut self, at: UnixMillis, turn: Turn) {
        self.apply(Input::Ordered(Ordered { at, turn }));
    }

    /// The state of its chat, and its place.
    pub fn state(&self) -> (ChatSnapshot, usize) {
        let text = self.text();
        (serde_json::from_str(&text).expect("a chat"), self.read)
    }

    /// The state of its chat as text.
    pub fn text(&self) -> String {
        serde_json::to_string(&ChatSnapshot::from(self.hub.snapshot())).expect("a chat is a text")
    }

    /// It is written down and goes on from that.
    pub fn is_restored(&mut self) {
        let text = serde_json::to_string(&self.hub.snapshot()).expect("a state is a text");
        let snapshot = serde_json::from_str(&text).expect("a snapshot");
        self.hub = Hub::restore(snapshot).expect("a sound snapshot");
    }

    /// Whether nothing of its own is on its way.
    pub fn is_settled(&self) -> bool {
        self.epoch.is_some() && !self.greets && self.sent.is_empty() && self.proposed.is_empty()
    }
}
