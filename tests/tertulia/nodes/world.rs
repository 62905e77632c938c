//! The log, the nodes, and what chance does to them.

use std::collections::{BTreeMap, BTreeSet};

use tertulia::chat::{
    AccountChange, AdminOrder, ChatSnapshot, ClientId, CloseReason, Command, Hub, Input, Message, MessageId,
    MonoTime, NodeName, Password, Proposal, Reply, RoomKey, Text,
};

use super::process::{PASSWORD, Process, book, config};
use crate::simulation::dice::Dice;

/// The calendar at the start, in milliseconds: the nodes' own clocks say something else.
const BASE: i64 = 1_800_000_000_000;
/// Of each node, which has places for no more.
pub const CLIENTS_MAX: usize = 5;

/// One entry of the log, of which all count.
pub enum Entry {
    Joined(NodeName, u64),
    Gone(NodeName, u64),
    Changes(NodeName, u64, Vec<Proposal>),
    Beat,
}

/// Words that a member said.
struct Said {
    node: usize,
    by: ClientId,
    words: String,
}

pub struct World {
    dice: Dice,
    now: u64,
    log: Vec<(i64, Entry)>,
    /// Which epoch of a name lives.
    living: BTreeMap<NodeName, u64>,
    epochs: u64,
    nodes: Vec<Process>,
    /// What came of each entry, as the first that read it says.
    digests: BTreeMap<usize, u64>,
    kept: BTreeMap<MessageId, Message>,
    said: Vec<Said>,
    words: usize,
    /// Clients of each node that left in good order: behind all that they said.
    have_quit: BTreeSet<(usize, ClientId)>,
    /// Nobody is put out of anything, nobody's name is wanted by another node's people, and the log is the same one all the time.
    gentle: bool,
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let count = 1 + dice.below(3);
        let mut world = World {
            dice,
            now: 0,
            log: Vec::new(),
            living: BTreeMap::new(),
            epochs: 0,
            nodes: Vec::new(),
            digests: BTreeMap::new(),
            kept: BTreeMap::new(),
            said: Vec::new(),
            words: 0,
            have_quit: BTreeSet::new(),
            gentle: seed.is_multiple_of(2),
        };
        for at in 0..count {
            let founded = ChatSnapshot::from(Hub::new(config(&book())).snapshot());
            let node = world.process(at, (founded, 0));
            world.nodes.push(node);
        }
        world
    }

    fn process(&mut self, at: usize, from: (ChatSnapshot, usize)) -> Process {
        let name = ["a", "b", "c"][at].parse().expect("a name");
        let skew = self.dice.below(100_000_000) as i64;
        Process::new(name, from, skew, MonoTime::from_micros(self.now * 1000))
    }

    pub fn step(&mut self) {
        let at = self.dice.below(self.nodes.len());
        if !self.gentle && self.dice.one_in(12) {
            return self.decides(at);
        }
        match self.dice.below(40) {
            0..=2 if self.nodes[at].clients.len() < CLIENTS_MAX => self.nodes[at].connects(),
            3..=14 => self.acts(at),
            15..=18 => self.nodes[at].submits(),
            19..=23 => self.takes(at),
            24..=31 => self.reads(at),
            32..=34 => self.passes(),
            35 => self.append(Entry::Beat),
            36 => self.greets(at),
            37 if self.dice.one_in(6) => self.dies(at),
            38 if self.dice.one_in(8) => self.begins_anew(at),
            39 if self.dice.one_in(3) => self.nodes[at].is_restored(),
            _ => {}
        }
    }

    /// The administrator decides something, or the accounts do.
    fn decides(&mut self, at: usize) {
        let whom = Text::clean(&self.a_name(0));
        let input = match self.dice.below(8) {
            0 => Input::Admin(0, AdminOrder::Kick { whom, room: None, reason: None }),
            1 => Input::Admin(0, AdminOrder::Expel { whom, minutes: Some(1), reason: None }),
            2 => Input::Admin(0, AdminOrder::Readmit(whom)),
            3 => Input::Admin(0, AdminOrder::Say { room: None, text: whom }),
            4 => {
                let key = book().key(["ana0", "eva0", "ana1"][self.dice.below(3)]);
                Input::AccountsChanged(vec![AccountChange::Renewed(key)])
            }
            _ => {
                let Some((id, matter, result)) = self.nodes[at].replies.pop_front() else { return };
                Input::Reply(id, Reply::AuthResult(matter, result))
            }
        };
        self.nodes[at].apply(input);
        self.notes_kept(at);
    }

    /// Some client does something, or says several things together.
    fn acts(&mut self, at: usize) {
        let clients: Vec<ClientId> = self.nodes[at].clients.iter().copied().collect();
        if clients.is_empty() {
            return;
        }
        let id = clients[self.dice.below(clients.len())];
        let hub = &self.nodes[at].hub;
        if !self.gentle && self.dice.one_in(5) {
            self.command(at, id, Command::Secret(Password::new(PASSWORD)));
            return;
        }
        let Some(name) = hub.name(id).cloned() else {
            let tokens = &self.nodes[at].tokens;
            if !tokens.is_empty() && self.dice.one_in(3) {
                let token = Some(tokens[self.dice.below(tokens.len())]);
                self.command(at, id, Command::Resume { token, after: None });
                return;
            }
            let name = self.a_name(at);
            self.command(at, id, Command::Say { room: None, text: Text::clean(&name) });
            return;
        };
        if self.dice.one_in(25) {
            return self.nodes[at].loses(id, CloseReason::Lost);
        }
        let command = match self.dice.below(if self.gentle { 10 } else { 22 }) {
            0..=4 => {
                let lines = 1 + self.dice.below(4);
                return (0..lines).for_each(|_| self.says(at, id));
            }
            5 | 6 => Command::Join { room: self.a_room(), key: None },
            7 => Command::Away(self.dice.one_in(2).then(|| Text::clean("lejos"))),
            8 => Command::Message { to: Text::clean(&self.a_name(at)), text: Text::clean("chis") },
            9 => Command::Quit(None),
            10 => Command::Nick(Text::clean(&self.a_name(at))),
            11 => Command::Kick { room: None, whom: Text::clean(&self.a_name(at)), reason: None },
            12 => Command::Ban { room: None, whom: Text::clean(&self.a_name(at)) },
            13 => Command::Unban { room: None, whom: Text::clean(&self.a_name(at)) },
            14 => Command::Mute { room: None, whom: Some(Text::clean(&self.a_name(at))) },
            15 => Command::Op { room: None, whom: Text::clean(&self.a_name(at)) },
            16 => Command::Ignore(Some(Text::clean(&self.a_name(at)))),
            17 if self.dice.one_in(2) => Command::Leave(None),
            17 => Command::Key { room: None, key: Some(Text::clean("llave")) },
            18 => Command::Login(Text::clean(&self.a_name(at))),
            19 => Command::Reply(Text::clean("respuesta")),
            20 => Command::Invite { room: None, whom: Text::clean(&self.a_name(at)) },
            _ => Command::Nick(Text::clean(&format!("{}-bis", name.as_str()))),
        };
        self.command(at, id, command);
    }

    fn says(&mut self, at: usize, by: ClientId) {
        let words = format!("palabra {}", self.words + 1);
        if self.command(at, by, Command::Say { room: None, text: Text::clean(&words) }) {
            self.words += 1;
            self.said.push(Said { node: at, by, words });
        }
    }

    fn a_name(&mut self, at: usize) -> String {
        let of = if self.gentle { at } else { 0 };
        format!("{}{}", ["ana", "eva", "luis", "juan", "olga", "pepe"][self.dice.below(6)], of)
    }

    fn a_room(&mut self) -> Text {
        Text::clean(["cocina", "sala", "patio"][self.dice.below(3)])
    }

    /// Gives a client's command to the hub, unless it has to wait: the server would keep it. Says whether it has gone there.
    fn command(&mut self, at: usize, id: ClientId, command: Command) -> bool {
        let goes = !self.nodes[at].hub.has_to_wait(id, &command);
        if goes {
            if let Command::Quit(_) = command {
                self.have_quit.insert((at, id));
            }
            self.nodes[at].apply(Input::Command(id, command));
            self.notes_kept(at);
        }
        goes
    }

    /// What a node keeps is what the others keep.
    fn notes_kept(&mut self, at: usize) {
        for message in self.nodes[at].kept.drain(..) {
            let known = self.kept.entry(message.id).or_insert_with(|| message.clone());
            assert_eq!(*known, message, "all nodes keep the same");
        }
    }

    /// The log takes the next entry of a node, if its epoch lives.
    fn takes(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let living = self.living.get(&node.name).copied();
        let next = node.sent.iter_mut().find(|sent| sent.place.is_none() && Some(sent.epoch) == living);
        let Some(sent) = next else { return };
        sent.place = Some(self.log.len());
        let entry = Entry::Changes(node.name.clone(), sent.number, sent.changes.clone());
        self.append(entry);
    }

    fn append(&mut self, entry: Entry) {
        self.log.push((BASE + self.now as i64, entry));
    }

    fn reads(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let read = node.read;
        let Some(entry) = self.log.get(read) else { return };
        node.reads(entry);
        let digest = node.digests[&read];
        assert_eq!(*self.digests.entry(read).or_insert(digest), digest, "entry {read} means the same to all");
        self.notes_kept(at);
    }

    fn passes(&mut self) {
        self.now += 1 + self.dice.below(700) as u64;
        for node in &mut self.nodes {
            node.now = MonoTime::from_micros(self.now * 1000);
            while node.hub.next_due().is_some_and(|due| due <= node.now) {
                node.apply(Input::Tick);
            }
        }
    }

    fn greets(&mut self, at: usize) {
        let node = &self.nodes[at];
        if !node.greets || node.epoch.is_some() {
            return;
        }
        let name = node.name.clone();
        self.epochs += 1;
        let epoch = self.epochs;
        self.ends(&name);
        self.living.insert(name.clone(), epoch);
        self.nodes[at].epoch = Some(epoch);
        self.append(Entry::Joined(name, epoch));
    }

    fn ends(&mut self, name: &NodeName) {
        if let Some(epoch) = self.living.remove(name) {
            self.append(Entry::Gone(name.clone(), epoch));
        }
    }

    /// A node is held for dead: it may be, or only slow.
    fn dies(&mut self, at: usize) {
        let name = self.nodes[at].name.clone();
        self.ends(&name);
        if self.nodes.len() > 1 && self.dice.one_in(3) {
            let other = (at + 1) % self.nodes.len();
            let from = self.nodes[other].state();
            self.nodes[at] = self.process(at, from);
            self.said.retain(|said| said.node != at);
            self.have_quit.retain(|(node, _)| *node != at);
        }
    }

    /// A node goes on from the state of another.
    fn begins_anew(&mut self, at: usize) {
        if self.gentle || self.nodes.len() == 1 {
            return;
        }
        let other = (at + 1) % self.nodes.len();
        let from = self.nodes[other].state();
        self.nodes[at].goes_on_from(from);
    }

    /// Nothing more happens but what is under way.
    pub fn settle(&mut self) {
        for _ in 0..200 {
            for at in 0..self.nodes.len() {
                self.greets(at);
                while self.nodes[at].read < self.log.len() {
                    self.reads(at);
                }
                self.nodes[at].submits();
                (0..20).for_each(|_| self.takes(at));
            }
            self.passes();
            self.append(Entry::Beat);
        }
        for at in 0..self.nodes.len() {
            while self.nodes[at].read < self.log.len() {
                self.reads(at);
            }
            let waits = || format!("{}: sent {}", self.nodes[at].name, self.nodes[at].sent.len());
            assert!(self.nodes[at].is_settled(), "{}", waits());
        }
    }

    /// Of what was said in the general room since the first line that a client heard there, it has heard everything but its own words, whatever
    /// has happened to its node.
    fn has_told_all(&self, node: &Process) {
        for (id, heard) in node.heard.iter().filter(|(id, _)| node.clients.contains(id)) {
            let own = node.hub.name(*id);
            let heard: BTreeSet<MessageId> = heard.iter().map(|message| message.id).collect();
            let general = |message: &&Message| message.room == RoomKey(0);
            let first = heard.iter().find(|id| general(&&self.kept[id]));
            let Some(first) = first else { continue };
            for (number, message) in self.kept.range(first..).filter(|(_, message)| general(message)) {
                assert!(
                    heard.contains(number) || own == Some(&message.from),
                    "{id:?} of {} has not heard {message:?}",
                    node.name
                );
            }
        }
    }

    /// What has to hold then.
    pub fn agrees(&self) {
        let first = self.nodes[0].text();
        assert!(self.nodes.iter().all(|node| node.text() == first), "all are in the same state");
        let chat: ChatSnapshot = serde_json::from_str(&first).expect("a chat");
        assert!(Hub::beside(chat, config(&book())).is_ok(), "a node can go on from it");
        let mut people = 0;
        for node in &self.nodes {
            for &id in &node.clients {
                assert!(!node.hub.is_awaited(id), "{id:?} waits for nothing");
                assert!(node.hub.origin(id).is_some(), "{id:?} is known");
            }
            let named = node.clients.iter().filter(|&&id| node.hub.name(id).is_some()).count();
            let named = named + node.hub.lost_sessions();
            let told = node.hub.people_by_node().find(|(name, _)| **name == node.name);
            assert_eq!(told.map(|(_, count)| count), Some(named), "{} has its own people", node.name);
            people += named;
        }
        assert_eq!(self.nodes[0].hub.people(), people, "each person is here by one node");
        if self.gentle {
            self.nodes.iter().for_each(|node| self.has_told_all(node));
        }
        let mut last = BTreeMap::new();
        for said in &self.said {
            let kept = self.kept.values().filter(|message| message.text.as_str() == said.words);
            let kept: Vec<MessageId> = kept.map(|message| message.id).collect();
            assert!(kept.len() <= 1, "{} was said twice", said.words);
            let node = &self.nodes[said.node];
            let is_here = node.clients.contains(&said.by) || node.hub.waiting().any(|(id, ..)| id == said.by);
            let is_here = is_here || self.have_quit.contains(&(said.node, said.by));
            assert!(kept.len() == 1 || !self.gentle || !is_here, "{} is lost", said.words);
            if let Some(&id) = kept.first() {
                let before = last.insert((said.node, said.by), id);
                assert!(
                    before.is_none_or(|before| before < id),
                    "{} stands before what was said before",
                    said.words
                );
            }
        }
    }
}
