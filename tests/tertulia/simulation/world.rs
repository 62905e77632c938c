//! The server with everything around it simulated: people, network, clock, readiness. One seed, one history.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::clock::WallClock;
use super::dice::Dice;
use super::laws;
use super::person::{Fate, Person};
use super::pipe::{ServerEnd, pipe};
use tertulia::chat::{ClientId, Language, Moment};
use tertulia::limits;
use tertulia::net::{Door, Server, Settings, Share};

const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);
/// What all queues may hold together in a world that has little room for them: three full ones and a half.
const LITTLE_BYTES: usize = 7 * limits::QUEUE_MAX_BYTES / 2;
/// How many people there is room for; in some worlds more connect than can be told at once that it is full.
const PLACES: [usize; 4] = [10, 10, 10, 3];

/// Often far less than what the system would bear in a turn.
fn share(dice: &mut Dice) -> Share {
    let usual = Share::default();
    let few = |dice: &mut Dice, most: usize| [1, 2, 3, most][dice.below(4)];
    Share {
        lines: few(dice, usual.lines),
        steps: [1, 200, usual.steps][dice.below(3)],
        writes: few(dice, usual.writes),
        sweeps: few(dice, usual.sweeps),
        unwritten_bytes: [1, 100, usual.unwritten_bytes, usual.unwritten_bytes][dice.below(4)],
    }
}

pub struct World {
    pub server: Server<ServerEnd>,
    pub people: Vec<Person>,
    pub dice: Dice,
    pub now: Moment,
    pub clock: WallClock,
    door: Door,
    /// Who knocks: index of the person, and the stream for the server.
    backlog: Vec<(usize, ServerEnd)>,
    door_armed: bool,
    /// Accepts fail until then.
    exhausted_until: Moment,
    /// Ids of connections that are no more.
    stale: Vec<ClientId>,
    numbers: u64,
    heavy: bool,
    pub places: usize,
    pub queues_max_bytes: usize,
}

impl World {
    /// A world with one person in it, the witness, who reads everything at once and says nothing.
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let places = PLACES[dice.below(PLACES.len())];
        let settings = Settings {
            language: Language::Spanish,
            max_clients: places,
            login_timeout: Some(LOGIN_TIMEOUT),
            rate_limit: [0, 0, 3, 1000][dice.below(4)],
            share: share(&mut dice),
            queues_max_bytes: [limits::QUEUES_MAX_BYTES, LITTLE_BYTES][usize::from(dice.one_in(4))],
            ..Settings::default()
        };
        let mut world = World {
            places,
            queues_max_bytes: settings.queues_max_bytes,
            server: Server::new(settings),
            people: Vec::new(),
            heavy: dice.one_in(4),
            clock: WallClock::new(&mut dice),
            dice,
            now: Moment::from_micros(1_000_000),
            door: Door::default(),
            backlog: Vec::new(),
            door_armed: true,
            exhausted_until: Moment::START,
            stale: Vec::new(),
            numbers: 0,
        };
        world.connect("testigo".to_owned());
        world.people[0].say(b"testigo\n", None);
        world.people[0].push(&mut world.dice, true);
        world.settle();
        assert!(world.people[0].named.is_some(), "the witness is in");
        world
    }

    /// One random thing happens, then perhaps a turn of the loop.
    pub fn step(&mut self) {
        match self.dice.below(16) {
            0..=1 if self.people.len() < 24 => {
                let number = self.people.len();
                if self.dice.one_in(4) {
                    self.connect(format!("pñ{number}"));
                    self.people[number].sends_pieces();
                } else {
                    self.connect(format!("p{number}"));
                }
            }
            2..=7 => self.somebody_types(),
            8 => self.somebody_changes_reading(),
            9 if self.dice.one_in(2) => self.somebody_ends(),
            10 => self.pass_time(),
            12 => self.clock.is_set(&mut self.dice),
            11 if self.dice.one_in(4) => {
                self.exhausted_until = self.now + Duration::from_millis(self.dice.below(300) as u64);
            }
            _ => {}
        }
        for index in 1..self.people.len() {
            if self.dice.one_in(2) {
                let person = &mut self.people[index];
                person.push(&mut self.dice, false);
                if person.reads {
                    let most = 1 + self.dice.below(5000);
                    person.receive(most);
                }
            }
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
            let door_due = self.door_due();
            if quiet > 1 && !self.server.has_work() && door_due.is_none() {
                match self.server.next_due() {
                    Some(due) if due.since(self.now) < LOGIN_TIMEOUT / 2 => self.now = self.now.max(due),
                    _ => return,
                }
            } else if let Some(due) = door_due {
                self.now = self.now.max(due);
            }
        }
        panic!("the loop spins: work {}, due {:?}", self.server.has_work(), self.server.next_due());
    }

    /// One turn of the loop, as the event loop makes it; says how many edges it was told of.
    pub fn turn(&mut self) -> usize {
        self.server.set_wall_clock(self.clock.reads(self.now), self.now);
        let before = self.witnessed();
        let mut events = self.edges();
        let edges = events.len();
        self.add_noise(&mut events);
        if !self.backlog.is_empty() && std::mem::take(&mut self.door_armed) {
            self.door.knock();
        }
        for (id, readable, writable) in events {
            if writable {
                self.server.writable(id);
            }
            if readable {
                self.server.readable(id);
            }
        }
        self.admit();
        self.server.serve_ready(self.now);
        self.server.tick(self.now);
        if self.server.finish_turn(self.now) > 0 {
            self.door.freed();
        }
        self.people[0].receive(usize::MAX);
        self.clock.turn(self.now, self.people[0].received.len());
        let after = self.witnessed();
        self.observe(before, after);
        laws::after_every_turn(self);
        edges
    }

    /// When somebody at the door is to be let in without a knock.
    fn door_due(&mut self) -> Option<Moment> {
        self.server.accepts(self.now).then(|| self.door.due(self.now)).flatten()
    }

    fn edges(&mut self) -> Vec<(ClientId, bool, bool)> {
        let mut events = Vec::new();
        for person in &self.people {
            if let Some(id) = person.id {
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
        let World { server, people, door, backlog, door_armed, now, exhausted_until, .. } = self;
        // Three addresses for all of them.
        let peer = |person: usize| SocketAddr::from(([127, 0, 0, (1 + person % 3) as u8], 5000));
        if !server.accepts(*now) {
            return;
        }
        // The person whose stream the accept gave last.
        let accepted = std::cell::Cell::new(usize::MAX);
        door.admit(
            *now,
            || {
                if backlog.is_empty() {
                    *door_armed = true;
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
                people[accepted.get()].id = Some(server.admit(stream, peer, *now));
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
                && person.named.is_none()
            {
                person.name = name.as_str().to_owned(); // not always the one they meant
                person.named = Some((before, after));
            }
            if name.is_none() && person.named.is_some() && person.left.is_none() {
                person.left = Some((before, after));
            }
            if person.end.is_closed() && !self.stale.contains(&id) {
                self.stale.push(id);
            }
        }
    }

    pub fn connect(&mut self, name: String) {
        let (client, server) = pipe(self.dice.next());
        self.backlog.push((self.people.len(), server));
        self.people.push(Person::new(client, name, self.now));
    }

    fn somebody_types(&mut self) {
        let Some(index) = self.somebody() else { return };
        let person = &mut self.people[index];
        if person.fate != Fate::Here {
            return;
        }
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
        if person.fate != Fate::Here || person.id.is_none() {
            return;
        }
        match self.dice.below(4) {
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
            self.turn();
            self.turn();
            while self.server.has_work() {
                self.turn();
            }
        }
        self.now = self.now + Duration::from_millis(millis);
        self.people.iter_mut().for_each(|person| person.age(self.now));
    }

    fn somebody(&mut self) -> Option<usize> {
        (self.people.len() > 1).then(|| 1 + self.dice.below(self.people.len() - 1))
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
    }

    /// The names in use.
    pub fn names(&self) -> Vec<String> {
        let ids: HashSet<ClientId> = self.people.iter().filter_map(|person| person.id).collect();
        ids.into_iter().filter_map(|id| Some(self.server.hub().name(id)?.as_str().to_owned())).collect()
    }
}
