//! The server with everything around it simulated: people, network, clock, readiness. One seed, one history.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::accounts::Accounts;
use super::clock::WallClock;
use super::dice::Dice;
use super::disk::SimulatedDisk;
use super::orders::{HOST, Orders};
use super::person::{Fate, Person};
use super::pipe::{ServerEnd, pipe};
use super::places;
use super::settings::{ACCOUNTS, keepers, share};
use super::{laws, log, sealed, turns};
use tertulia::chat::{ChatConfig, ClientId, Language, MonoTime};
use tertulia::config::{Config, Door};
use tertulia::limits;
use tertulia::net::{Acceptor, Server};

const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);
/// What all queues may hold together in a world that has little room for them: three full ones and a half.
const LITTLE_BYTES: usize = 7 * limits::QUEUE_MAX_BYTES / 2;
/// How many people there is room for; in some worlds more connect than can be told at once that it is full.
const PLACES: [usize; 4] = [10, 10, 10, 3];

/// A world in which an address may have more than its share, and how many are there from the start.
const CROWD_PLACES: usize = 100;
const CROWD: [usize; 3] = [88, 92, 97];
/// Where the witness, the host and nobody else comes from.
const HOME: u8 = 100;

pub struct World {
    pub server: Server<ServerEnd>,
    pub config: Config,
    pub people: Vec<Person>,
    pub dice: Dice,
    pub now: MonoTime,
    pub clock: WallClock,
    acceptor: Acceptor,
    /// Who knocks: index of the person, and the stream for the server.
    backlog: Vec<(usize, ServerEnd)>,
    acceptor_armed: bool,
    /// Accepts fail until then.
    exhausted_until: MonoTime,
    /// Ids of connections that are no more.
    stale: Vec<ClientId>,
    numbers: u64,
    heavy: bool,
    pub places: usize,
    pub queues_max_bytes: usize,
    /// Lines that a turn takes of all together.
    pub lines_per_turn: usize,
    /// How many turns there were.
    pub turns: usize,
    /// The last turn in which nobody was there who gives way to a registered person.
    pub last_without_guests: usize,
    /// There are accounts, a disk, a host and an administrator.
    pub has_accounts: bool,
    pub accounts: Accounts,
    pub disk: Option<SimulatedDisk>,
    pub orders: Orders,
    /// From so many addresses people come; of the first, more.
    addresses: u8,
    /// Which browsers come in TLS, where they may: such a connection cannot be handed over.
    pub sealing: Option<Dice>,
}

impl World {
    /// A world with one person in it, the witness, who reads everything at once and says nothing; and a host beside them, where
    /// there are accounts.
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let has_accounts = dice.one_in(2);
        let crowd = dice.one_in(32).then(|| CROWD[dice.below(CROWD.len())]);
        let places = PLACES[dice.below(PLACES.len())] + usize::from(has_accounts);
        let (storage, disk, accounts) = keepers(has_accounts, &mut dice);
        let places = if crowd.is_some() { CROWD_PLACES } else { places };
        let host = storage.accounts().into_iter().flatten().skip(HOST).take(1);
        let config = Config {
            language: Language::Spanish,
            rate_limit: [0, 0, 3, 1000][dice.below(4)],
            share: share(&mut dice),
            // Among many it takes little to have a large queue.
            queues_max_bytes: [limits::QUEUES_MAX_BYTES, LITTLE_BYTES]
                [usize::from(dice.one_in(4) && crowd.is_none())],
            chat: ChatConfig {
                places: Some(places),
                login_timeout: Some(LOGIN_TIMEOUT),
                operators: host.map(|it| it.key).collect(),
                ..ChatConfig::default()
            },
            ..Config::default()
        };
        log::listen(has_accounts);
        let mut server = Server::remembering(config.clone(), storage);
        let sealing = sealed::perhaps(&mut server, seed);
        let mut world = World {
            places,
            queues_max_bytes: config.queues_max_bytes,
            lines_per_turn: config.share.lines,
            server,
            config,
            people: Vec::new(),
            heavy: dice.one_in(4) && crowd.is_none(),
            clock: WallClock::new(&mut dice),
            addresses: if crowd.is_some() { 2 } else { 1 + dice.below(4) as u8 },
            dice,
            now: MonoTime::from_micros(1_000_000),
            acceptor: Acceptor::default(),
            backlog: Vec::new(),
            acceptor_armed: true,
            exhausted_until: MonoTime::START,
            stale: Vec::new(),
            numbers: 0,
            turns: 0,
            last_without_guests: 0,
            has_accounts,
            accounts,
            disk,
            orders: Orders::default(),
            sealing,
        };
        world.begin();
        world.fill(crowd.unwrap_or(0));
        world
    }

    /// The witness comes, and the host.
    fn begin(&mut self) {
        let first = if self.has_accounts { HOST + 1 } else { 1 };
        for (index, name) in ACCOUNTS.into_iter().enumerate().take(first) {
            self.connect(name.to_owned(), Some(HOME));
            let secret = self.accounts.all.get(index).map(|account| account.passwords[0].clone());
            self.people[index].say(format!("{name}\n").as_bytes(), None);
            self.people[index].typed.extend(secret.clone());
            self.settle();
            self.people[index].say(secret.map(|secret| secret + "\n").unwrap_or_default().as_bytes(), None);
            self.settle();
            assert!(self.people[index].named.is_some(), "{name} is in");
        }
        if self.has_accounts {
            self.people[HOST].say(b"/entrar sala\n", None);
            self.settle();
        }
    }

    /// So many people are there before anything happens.
    fn fill(&mut self, crowd: usize) {
        for number in 0..crowd {
            let name = format!("p{}", self.people.len());
            // Half of them from each of two addresses: one more, and it is more than half.
            self.connect(name.clone(), Some(1 + (number % 2) as u8));
            self.people.last_mut().expect("they came just now").say(format!("{name}\n").as_bytes(), None);
        }
        if crowd > 0 {
            self.settle();
        }
    }

    /// One random thing happens, then perhaps a turn of the loop.
    pub fn step(&mut self) {
        if self.dice.one_in(32) && self.sealing.is_none() {
            self.hand_over();
        }
        match self.dice.below(16) {
            0..=1 if self.people.len() < self.places.max(CROWD_PLACES / 5) + 24 => self.somebody_comes(),
            2..=7 => self.somebody_types(),
            8 => self.somebody_changes_reading(),
            9 if self.dice.one_in(2) => self.somebody_ends(),
            13 if self.has_accounts => {
                let before = self.witnessed();
                self.administrator_orders();
                self.observe(before, self.witnessed());
            }
            14 if self.has_accounts && self.dice.one_in(2) => self.host_decides(),
            10 => self.pass_time(),
            12 => self.clock.is_set(&mut self.dice),
            15 => self.browsers_come_in_at_rest(),
            11 if self.dice.one_in(4) => {
                self.exhausted_until = self.now + Duration::from_millis(self.dice.below(300) as u64);
            }
            _ => {}
        }
        for index in 1..self.people.len() {
            if self.dice.one_in(2) && !(self.has_accounts && index == HOST) {
                let person = &mut self.people[index];
                person.push(&mut self.dice, false);
                if person.reads {
                    let most = 1 + self.dice.below(5000);
                    person.receive(most);
                }
            }
        }
        if let Some(disk) = &mut self.disk {
            disk.step(&mut self.dice);
        }
        if self.dice.one_in(3) {
            self.turn();
        }
    }

    /// Lets everybody read and everything arrive, and the loop run until it would sleep; time passes only when
    /// the server waits for it.
    pub fn settle(&mut self) {
        for person in &mut self.people {
            person.reads = true;
            person.end.0.borrow_mut().window = usize::MAX;
            person.push(&mut self.dice, true);
        }
        let mut quiet = 0;
        for _ in 0..10_000 {
            // What a turn lets in shows its first edge in the next.
            let outside = self.outside();
            quiet = if self.turn() == 0 && self.outside() == outside { quiet + 1 } else { 0 };
            self.people.iter_mut().for_each(|person| person.receive(usize::MAX));
            let helped = self.disk.as_mut().is_some_and(SimulatedDisk::settle);
            if self.heed() || helped {
                self.people.iter_mut().for_each(|person| person.push(&mut self.dice, true));
                quiet = 0;
            }
            let acceptor_due = self.acceptor_due();
            if quiet > 1 && !self.server.has_work() && acceptor_due.is_none() {
                if self.browsers_come_in() {
                    self.people.iter_mut().for_each(|person| person.push(&mut self.dice, true));
                    quiet = 0;
                    continue;
                }
                match self.server.next_due() {
                    Some(due) if due.since(self.now) < LOGIN_TIMEOUT / 2 => self.now = self.now.max(due),
                    _ => return,
                }
            } else if let Some(due) = acceptor_due {
                self.now = self.now.max(due);
            }
        }
        panic!("the loop spins: work {}, due {:?}", self.server.has_work(), self.server.next_due());
    }

    /// One turn of the loop, as the event loop makes it; says how many edges it was told of.
    pub fn turn(&mut self) -> usize {
        self.turn_for(None)
    }

    /// The same, in which nothing comes but what one person sends, if there is one.
    pub fn turn_for(&mut self, only: Option<usize>) -> usize {
        self.server.set_wall_clock(self.clock.reads(self.now), self.now);
        self.turns += 1;
        let before = self.witnessed();
        if only.is_none() && self.disk.as_mut().is_some_and(SimulatedDisk::take_call) {
            self.server.storage_ready(self.now);
        }
        let mut events = self.edges(only);
        let edges = events.len();
        if only.is_none() {
            self.add_noise(&mut events);
        }
        if !self.backlog.is_empty() && std::mem::take(&mut self.acceptor_armed) {
            self.acceptor.mark_ready();
        }
        for (id, readable, writable) in events {
            if writable {
                self.server.writable(id);
            }
            if readable {
                self.server.readable(id);
            }
        }
        if only.is_none() {
            self.admit();
        }
        self.server.serve_ready(self.now);
        self.server.tick(self.now);
        if self.has_accounts {
            self.hear_replies();
        }
        if self.server.finish_turn(self.now) > 0 {
            self.acceptor.freed();
        }
        self.people
            .iter_mut()
            .take(if self.has_accounts { HOST + 1 } else { 1 })
            .for_each(|it| it.receive(usize::MAX));
        self.clock.turn(self.now, self.people[0].received.len());
        let after = self.witnessed();
        if self.has_accounts && self.people.len() > HOST {
            self.hear_the_host();
            turns::lines_were_shared(self);
        }
        self.observe(before, after);
        if self.has_accounts && !self.has_guests() {
            self.last_without_guests = self.turns;
        }
        laws::after_every_turn(self);
        edges
    }

    /// When somebody at the door is to be let in without a knock.
    fn acceptor_due(&mut self) -> Option<MonoTime> {
        self.server.accepts(self.now).then(|| self.acceptor.due(self.now)).flatten()
    }

    fn edges(&mut self, only: Option<usize>) -> Vec<(ClientId, bool, bool)> {
        let mut events = Vec::new();
        for (index, person) in self.people.iter().enumerate() {
            if let Some(id) = person.id.filter(|_| only.is_none_or(|only| only == index)) {
                let (readable, writable) = person.end.edges();
                if readable || writable {
                    events.push((id, readable, writable));
                }
            }
        }
        for last in (1..events.len()).rev() {
            let other = self.dice.below(last + 1);
            events.swap(last, other);
        }
        events
    }

    /// Readiness is a hint: events without reason, and events for who is gone.
    fn add_noise(&mut self, events: &mut Vec<(ClientId, bool, bool)>) {
        if self.dice.one_in(4) {
            let ids: Vec<ClientId> =
                self.people.iter().filter_map(|person| person.id).chain(self.stale.iter().copied()).collect();
            if !ids.is_empty() {
                let id = ids[self.dice.below(ids.len())];
                events.push((id, self.dice.one_in(2), self.dice.one_in(2)));
            }
        }
    }

    fn admit(&mut self) {
        let World {
            server,
            people,
            acceptor,
            backlog,
            acceptor_armed,
            now,
            exhausted_until,
            orders,
            places,
            has_accounts,
            ..
        } = self;
        let here: Vec<u8> = people.iter().map(|person| person.address).collect();
        let peer = |person: usize| SocketAddr::from(([10, 0, 0, here[person]], 5000));
        if !server.accepts(*now) {
            return;
        }
        // The person whose stream the accept gave last.
        let accepted = std::cell::Cell::new(usize::MAX);
        acceptor.admit(
            *now,
            || {
                if backlog.is_empty() {
                    *acceptor_armed = true;
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                if *now < *exhausted_until {
                    return Err(io::Error::other("no descriptor left"));
                }
                let (person, stream) = backlog.remove(0);
                accepted.set(person);
                Ok((stream, peer(person)))
            },
            |stream, peer| {
                if people[accepted.get()].web.is_some() {
                    people[accepted.get()].id = Some(server.admit_through(Door::Any, stream, peer, *now));
                    return server.accepts(*now);
                }
                let from = people[accepted.get()].address;
                let rule = (*places, *has_accounts);
                let entry = places::expected(people, server, (from, orders.is_expelled(from)), rule, *now);
                let id = server.admit(stream, peer, *now);
                let in_chat = server.hub().origin(id).is_some();
                let lets_in = matches!(entry, places::Entry::In | places::Entry::Trial);
                assert_eq!(in_chat, lets_in, "{} comes as {entry:?}", people[accepted.get()].name);
                people[accepted.get()].entry = Some((entry, *now));
                people[accepted.get()].id = Some(id);
                server.accepts(*now)
            },
        );
    }

    /// Notes who got a name and who left in a turn, between which bytes of the witness.
    fn observe(&mut self, before: usize, after: usize) {
        for person in &mut self.people {
            let Some(id) = person.id else { continue };
            let name = self.server.hub().name(id);
            if let Some(name) = name
                && person.called.as_deref() != Some(name.as_str())
            {
                person.name = name.as_str().to_owned(); // not always the one they meant
                person.names.push(person.name.clone());
                person.called = Some(person.name.clone());
                person.named_in_turn = self.turns;
                person.named.get_or_insert((before, after));
            }
            if name.is_none() && person.named.is_some() && person.left.is_none() {
                person.left = Some((before, after));
                person.called = None;
            }
            if person.end.is_closed() && !self.stale.contains(&id) {
                self.stale.push(id);
            }
        }
    }

    /// Somebody comes, from there or from anywhere.
    pub fn connect(&mut self, name: String, from: Option<u8>) {
        let (client, server) = pipe(self.dice.next());
        self.backlog.push((self.people.len(), server));
        // More than half of them from the first one.
        let first = self.dice.one_in(2);
        let from =
            from.unwrap_or_else(|| if first { 1 } else { 1 + self.dice.below(self.addresses.into()) as u8 });
        self.people.push(Person::new(client, name, self.now, from));
    }

    /// Somebody new comes, or the owner of an account.
    fn somebody_comes(&mut self) {
        let owner = if self.dice.one_in(3) { self.accounts.any(&mut self.dice) } else { None };
        let number = self.people.len();
        if let Some(account) = owner {
            self.connect(self.accounts.all[account].name.clone(), None);
            self.people[number].owner = owner;
            self.perhaps_as_a_browser(number);
        } else if self.dice.one_in(4) {
            self.connect(format!("pñ{number}"), None);
            self.people[number].sends_pieces();
        } else {
            let World { orders, accounts, dice, .. } = self;
            let unwanted = if dice.one_in(2) { orders.unwanted(accounts, dice) } else { None };
            self.connect(unwanted.unwrap_or_else(|| format!("p{number}")), None);
            self.people[number].keys = self.dice.one_in(4);
            self.perhaps_as_a_browser(number);
        }
    }

    fn somebody_types(&mut self) {
        let Some(index) = self.somebody() else { return };
        let person = &mut self.people[index];
        if person.fate != Fate::Here || person.end.is_over() {
            return;
        }
        if person.errand.is_some() {
            self.heed();
            return;
        }
        match person.owner {
            Some(account) if person.named.is_none() => return self.newcomer_logs_in(index, account),
            _ if person.named.is_some() && !person.pieces && self.has_accounts && self.dice.one_in(3) => {
                return self.somebody_sees_to_their_account(index);
            }
            _ => {}
        }
        let person = &mut self.people[index];
        if person.received.is_empty() && !self.dice.one_in(8) || person.named.is_none() && self.dice.one_in(2)
        {
            let name = person.name.clone();
            return person.say(format!("{name}\n").as_bytes(), None);
        }
        let number = self.numbers;
        if person.pieces {
            if person.named.is_some() {
                self.numbers += 1;
                self.clock.message();
                let padding = "x".repeat(self.dice.below(20));
                person.say(format!("m{number} {padding}").as_bytes(), Some(number));
            }
            return;
        }
        // In heavy worlds enough is said to fill the queues of those who do not read.
        let (lines, length) = if self.heavy { (1 + self.dice.below(12) as u64, 3900) } else { (1, 1) };
        self.numbers += lines;
        (0..lines).for_each(|_| self.clock.message());
        match self.dice.below(13) {
            // Only who is in the chat already can count on being heard.
            0..=6 if person.named.is_some() => {
                for number in number..number + lines {
                    let padding = "x".repeat(self.dice.below(length));
                    person.say(format!("m{number} {padding}\n").as_bytes(), Some(number));
                }
            }
            7 if person.named.is_some() => {
                let ending = ["\r\n", "\r\0", "\r"][self.dice.below(3)];
                person.say(format!("/yo m{number}{ending}").as_bytes(), Some(number));
            }
            8 => person.say(b"/quien\n", None),
            9 => person.say(&[b"z".repeat(self.dice.below(6000)), b"\n".to_vec()].concat(), None),
            // Answers of long lines would be longer than what is allowed for here.
            10 if !self.heavy => person.say(b"/buscar m\n/historial\n", None),
            11 => person.say(&[0xff, 0xfd, 1, b'\n', 0xff, 0xfa, 3, b'\n', 0xff, 0xf0, b'/', b'\n'], None),
            _ => person.say(b"\xc3\x28/yo\n \n", None),
        }
    }

    fn somebody_changes_reading(&mut self) {
        let Some(index) = self.somebody() else { return };
        let window = [10, 500, 5_000, usize::MAX][self.dice.below(4)];
        let person = &mut self.people[index];
        person.reads = !person.reads;
        // Where there is little room, who does not read may be let go for the sake of the others.
        person.starved |= self.queues_max_bytes == LITTLE_BYTES;
        person.end.0.borrow_mut().window = window;
    }

    fn somebody_ends(&mut self) {
        let Some(index) = self.somebody() else { return };
        let person = &mut self.people[index];
        if person.fate != Fate::Here || person.id.is_none() || person.is_requesting() {
            return;
        }
        // What they say next may be taken for a password.
        let most = if person.errand.is_some() { 2 } else { 4 };
        match self.dice.below(most) {
            0 => {
                person.push(&mut self.dice, true);
                person.end.reset();
                person.fate = Fate::Reset;
            }
            1 => {
                person.push(&mut self.dice, true);
                person.end.end();
                person.fate = Fate::Ended;
            }
            // By closing right behind the word.
            2 if person.pieces => {
                person.say(b"salir", None);
                person.push(&mut self.dice, true);
                person.end.end();
                person.fate = Fate::Ended;
            }
            _ if person.pieces => {}
            2 if person.web.is_some() => {
                person.push(&mut self.dice, true);
                person.fate = Fate::Quit;
                person.ends_the_websocket();
            }
            // And goes on sending: the farewell must arrive all the same.
            _ => {
                person.push(&mut self.dice, true);
                person.fate = Fate::Quit;
                person.say(b"salir\nwho is still listening?\n", None);
            }
        }
    }

    fn pass_time(&mut self) {
        let millis = [1, 20, 300, 1100, 6_000, 31_000][self.dice.below(6)];
        if millis > 1000 {
            // The server is not asleep that long while it has something to do.
            self.browsers_come_in_at_rest();
        }
        self.now = self.now + Duration::from_millis(millis);
        self.people.iter_mut().for_each(|person| person.age(self.now));
    }

    fn somebody(&mut self) -> Option<usize> {
        let first = if self.has_accounts { HOST + 1 } else { 1 };
        (self.people.len() > first).then(|| first + self.dice.below(self.people.len() - first))
    }

    /// Bytes that the witness has read or will read, whatever else happens.
    fn witnessed(&self) -> usize {
        let witness = &self.people[0];
        let waiting = self.server.buffers().find(|&(id, ..)| Some(id) == witness.id);
        witness.received.len() + waiting.map_or(0, |(_, bytes, _)| bytes)
    }

    /// How many wait to be let in.
    pub fn outside(&self) -> usize {
        self.backlog.len()
    }

    /// Everybody leaves in their own way, and the dust settles.
    pub fn everybody_leaves(&mut self) {
        for person in &mut self.people {
            if person.fate == Fate::Here || person.fate == Fate::Quit {
                person.end.end();
                person.fate = Fate::Ended;
            }
        }
        self.settle();
        self.now = self.now + limits::LINGER_TIMEOUT + limits::DRAIN_TIMEOUT;
        self.settle();
        // The room that somebody has for good is gone with the account.
        self.remove_accounts();
        self.settle();
    }

    /// The names in use.
    pub fn names(&self) -> Vec<String> {
        let ids: HashSet<ClientId> = self.people.iter().filter_map(|person| person.id).collect();
        ids.into_iter().filter_map(|id| Some(self.server.hub().name(id)?.as_str().to_owned())).collect()
    }
}
