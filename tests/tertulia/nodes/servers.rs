//! Whole servers over one log in memory: what people at their connections see of it.

use std::time::Duration;

use tertulia::chat::{ChatSnapshot, Digest, LogNews, Proposal, UnixMillis};
use tertulia::cluster::{
    Entry, EntryId, LogFounding, LogLine, LogSnapshot, News, NodeConfig, NodeInput, NodeOutput, Read, Replica,
};
use tertulia::config::Config;
use tertulia::control::{AccountOrder, AccountReply, ControlRefusal};
use tertulia::net::Server;

use crate::turns::house::{House, MemoryStream};

const VERSION: u32 = 1;
const BASE: u64 = 1_800_000_000_000;
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The log, and two servers that read it.
pub(super) struct World {
    pub(super) lines: Vec<(EntryId, Vec<u8>)>,
    founded: String,
    pub(super) houses: [House; 2],
    /// What each has read.
    pub(super) read: [Option<EntryId>; 2],
    /// It gets no turn.
    pub(super) asleep: [bool; 2],
    /// The log does not answer it.
    away: [bool; 2],
    now: Duration,
}

impl World {
    pub(super) fn new() -> World {
        World::of(Config { rate_limit: 0, ..Config::default() })
    }

    /// Two servers with that configuration.
    pub(super) fn of(config: Config) -> World {
        World::between([(); 2].map(|()| Server::new(config.clone())))
    }

    /// These two, which know the same: the log is founded with what the first of them does.
    pub(super) fn between(servers: [Server<MemoryStream>; 2]) -> World {
        let founding = LogFounding { incarnation: 7 };
        let body = tertulia::cluster::Body::Founding(founding.clone());
        let bytes = Entry::<u32> { version: VERSION, body }.to_bytes();
        let replica = Replica::founded(&founding, VERSION, &bytes);
        let chat = ChatSnapshot::from(servers[0].hub().snapshot());
        let founded = serde_json::to_string(&LogSnapshot::new(replica, chat)).expect("a snapshot is a text");
        let mut names = ["a", "b"].into_iter();
        let houses = servers.map(|mut server| {
            let name = names.next().expect("one for each").parse().expect("a name");
            server.join_nodes(NodeConfig::new(name, 1, VERSION));
            House::of(server)
        });
        let lines = vec![(EntryId::FOUNDING, bytes)];
        let (read, asleep, away, now) = ([None; 2], [false; 2], [false; 2], Duration::ZERO);
        let mut world = World { lines, founded, houses, read, asleep, away, now };
        world.waits(Duration::ZERO);
        world.settles();
        assert!(world.houses.iter().all(|house| house.server.is_there()));
        world
    }

    /// Each server does what it can, until nothing is under way.
    pub(super) fn settles(&mut self) {
        let (mut quiet, mut rounds) = (false, 0);
        while !quiet {
            rounds += 1;
            assert!(rounds < 1_000, "it comes to no end");
            quiet = true;
            for at in [0, 1] {
                quiet &= self.asleep[at] || !self.goes_on(at);
            }
        }
    }

    /// One server does what it can; says whether that was something.
    fn goes_on(&mut self, at: usize) -> bool {
        self.houses[at].turn();
        let busy = self.writes(at) | self.reads(at);
        self.houses[at].settle();
        busy || !self.away[at] && !self.houses[at].server.is_there()
    }

    /// One server takes a turn, if it is awake, and what it wants done at the log is done.
    pub(super) fn takes_a_turn(&mut self, at: usize) {
        if !self.asleep[at] {
            self.goes_on(at);
        }
    }

    /// Whether the log answers a server.
    pub(super) fn has_log(&self, at: usize) -> bool {
        !self.away[at]
    }

    /// The log does not answer a server any more; or it does again.
    pub(super) fn toggles_log(&mut self, at: usize) {
        if self.away[at] { self.comes_back(at) } else { self.loses(at) }
    }

    /// The log does not answer a server any more.
    pub(super) fn loses(&mut self, at: usize) {
        self.away[at] = true;
        self.happens(at, NodeInput::Lost);
    }

    /// It does again.
    pub(super) fn finds(&mut self, at: usize) {
        self.comes_back(at);
        self.settles();
    }

    /// It does again, and the server has not had a turn since.
    fn comes_back(&mut self, at: usize) {
        self.away[at] = false;
        self.happens(at, NodeInput::Back);
    }

    /// It does for a moment, in which the server reads what has been written and writes nothing.
    pub(super) fn finds_for_a_moment(&mut self, at: usize) {
        self.happens(at, NodeInput::Back);
        self.away[at] = false;
        self.houses[at].turn();
        self.writes(at);
        self.reads(at);
        self.houses[at].settle();
        self.loses(at);
        self.settles();
    }

    /// Something happens at a server's end of the log.
    pub(super) fn happens(&mut self, at: usize, input: NodeInput<Proposal>) {
        let house = &mut self.houses[at];
        house.server.log_happened(input, house.now);
    }

    /// What one server wants done at the log is done; says whether that was something.
    pub(super) fn writes(&mut self, at: usize) -> bool {
        let (house, mut outputs) = (&mut self.houses[at], Vec::new());
        house.settle();
        house.server.log_outputs(&mut outputs, house.now);
        let busy = !outputs.is_empty();
        for output in outputs {
            match output {
                NodeOutput::Append(_) if self.away[at] => {}
                NodeOutput::Append(bytes) => {
                    let millis = BASE + self.now.as_millis() as u64;
                    let number = self.lines.last().map_or(0, |(id, _)| id.number + 1);
                    self.lines.push((EntryId { millis, number }, bytes.to_vec()));
                }
                NodeOutput::LoadSnapshot(_) => {
                    let snapshot = serde_json::from_str(&self.founded).expect("a snapshot");
                    self.houses[at].server.log_restored(Some(snapshot), self.houses[at].now).expect("a chat");
                }
                NodeOutput::ReadFrom(after) => self.read[at] = Some(after),
                NodeOutput::Stop(reason) => panic!("{reason:?}"),
                NodeOutput::Tell(news) => {
                    let people = match news {
                        News::Away => Some(LogNews::Away),
                        News::Back => Some(LogNews::Back),
                        News::Gap => Some(LogNews::Gap),
                        _ => None,
                    };
                    let house = &mut self.houses[at];
                    people.into_iter().for_each(|news| house.server.tell_of_log(news, house.now));
                }
                _ => {}
            }
        }
        busy
    }

    /// One server is given what it has not read of the log; says whether that was something, or has told it something.
    pub(super) fn reads(&mut self, at: usize) -> bool {
        let Some(after) = self.read[at].filter(|_| !self.away[at]) else { return false };
        let anchor = self.lines.iter().find(|(id, _)| *id == after).map(|(_, bytes)| Digest::of(bytes));
        let behind = self.lines.iter().filter(|(id, _)| *id > after);
        let lines: Vec<_> = behind.map(|(id, bytes)| LogLine::read(*id, Some(bytes), VERSION)).collect();
        if let Some(line) = lines.last().filter(|_| anchor.is_some()) {
            self.read[at] = Some(line.id);
        } else if anchor.is_some() && self.houses[at].server.is_there() {
            return false;
        }
        let (house, some) = (&mut self.houses[at], !lines.is_empty());
        house.server.log_happened(NodeInput::Read(Read { after, anchor, lines, end: true }), house.now);
        some
    }

    /// Time passes for all, awake or not.
    pub(super) fn passes(&mut self, span: Duration) {
        self.waits(span);
        self.settles();
    }

    /// Time passes, and nobody has a turn.
    pub(super) fn waits(&mut self, span: Duration) {
        self.now += span;
        let wall = UnixMillis((BASE as i64) + self.now.as_millis() as i64);
        for house in &mut self.houses {
            house.now = house.now + span;
            house.server.set_wall_clock(wall, house.now);
        }
    }

    pub(super) fn connects(&mut self, at: usize, name: &str) -> (usize, usize) {
        let who = self.houses[at].connect();
        self.houses[at].listen(who);
        self.says((at, who), &format!("{name}\n"));
        (at, who)
    }

    pub(super) fn says(&mut self, (at, who): (usize, usize), input: &str) {
        self.houses[at].send(who, input.as_bytes());
        self.settles();
    }

    pub(super) fn heard(&mut self, (at, who): (usize, usize)) -> String {
        self.houses[at].heard(who)
    }
}

#[test]
fn servers_behind_one_log_have_one_room() {
    let mut world = World::new();
    let ana = world.connects(0, "Ana");
    let luis = world.connects(1, "Luis");
    world.heard(luis);
    assert!(world.heard(ana).ends_with(">>> Luis se unió al chat\n"), "it is told at the other server");
    world.says(ana, "hola\n");
    assert_eq!(world.heard(luis), "Ana: hola\n");
    world.says(luis, "/quien\n");
    let told = world.heard(luis);
    assert!(told.contains("Ana") && told.contains("Luis"), "{told}");
    let other = world.connects(1, "ANA");
    assert!(world.heard(other).contains("en uso"), "a name is one person's, whatever the server");
}

#[test]
fn servers_behind_one_log_answer_lines_that_come_together_in_their_order() {
    let mut world = World::new();
    let luis = world.connects(1, "Luis");
    let who = world.houses[0].connect();
    world.houses[0].listen(who);
    world.heard(luis);
    world.says((0, who), "Ana\nuno\n/entrar cocina\n/tema pan\n/tema\ndos\n/salir adiós\n");
    let heard = world.heard((0, who));
    let places: Vec<usize> = ["Ana", "cocina", "pan"].map(|words| heard.find(words).expect(words)).to_vec();
    assert!(places.is_sorted(), "{heard}");
    let told = world.heard(luis);
    assert_eq!(told, ">>> Ana se unió al chat\nAna: uno\n<<< Ana salió del chat (adiós)\n");
}

#[test]
fn people_of_a_server_that_was_held_for_dead_are_back_and_their_words_with_them() {
    let mut world = World::new();
    let ana = world.connects(0, "Ana");
    world.says(ana, "/entrar cocina\n");
    let luis = world.connects(1, "Luis");
    world.says(luis, "/entrar cocina\n");
    world.passes(3 * SECOND);
    world.heard(ana);
    world.heard(luis);
    // What she says is on its way when her server stands still.
    world.asleep[0] = true;
    world.houses[0].send(ana.1, b"sigo aqu\xc3\xad\n");
    for _ in 0..12 {
        world.passes(SECOND);
    }
    assert_eq!(world.houses[1].server.hub().people(), 1, "she is gone for the others");
    assert!(world.heard(luis).contains("Ana"), "they are told so");
    world.asleep[0] = false;
    world.passes(SECOND);
    world.passes(3 * SECOND);
    assert_eq!(world.houses[1].server.hub().people(), 2);
    let told = world.heard(luis);
    assert_eq!(told.matches("Ana: sigo aquí").count(), 1, "{told}");
    world.says(ana, "/quien\n");
    let told = world.heard(ana);
    assert!(told.contains("cocina") && told.contains("Luis"), "she is where she was: {told}");
    assert!(!told.contains("¿Cómo te llamas?") && !told.contains("nombre"), "nobody asks for a name: {told}");
}

#[test]
fn what_is_typed_while_a_server_begins_again_behind_a_log_that_was_put_back_is_said_once() {
    let mut world = World::new();
    let (ana, luis) = (world.connects(0, "Ana"), world.connects(1, "Luis"));
    let kept = world.lines.len();
    world.says(ana, "uno\n");
    let eva = (0, world.houses[0].connect());
    world.houses[0].listen(eva.1);
    // The log is put back, and the server finds that out.
    [0, 1].into_iter().for_each(|at| world.loses(at));
    world.lines.truncate(kept);
    [0, 1].into_iter().for_each(|at| world.comes_back(at));
    world.writes(0);
    world.reads(0);
    world.writes(0);
    assert!(!world.houses[0].server.is_there(), "it reads from the founding on");
    // Now a name is given, which waits until the server is there again: it comes in while its own people leave with its former epoch.
    world.says(eva, "Eva\n");
    world.passes(SECOND);
    world.says(eva, "dos\n");
    world.says(ana, "tres\n");
    let heard = [ana, eva, luis].map(|who| world.heard(who));
    assert_eq!(heard[1].matches("Bienvenid").count(), 1, "{heard:?}");
    for words in ["Eva: dos\n", "Ana: tres\n"] {
        assert_eq!(heard[2].matches(words).count(), 1, "{heard:?}");
    }
    assert_eq!(heard[0].matches("Eva: dos\n").count(), 1, "{heard:?}");
    assert_eq!(heard[1].matches("Ana: tres\n").count(), 1, "{heard:?}");
}

#[test]
fn order_that_only_reads_waits_until_the_server_is_there() {
    let mut world = World::new();
    let mut server = Server::new(Config::default());
    server.join_nodes(NodeConfig::new("a".parse().expect("a name"), 2, VERSION));
    world.houses[0] = House::of(server);
    world.read[0] = None;
    world.waits(SECOND);
    let house = &mut world.houses[0];
    assert!(house.server.order_account(7, AccountOrder::List, house.now));
    house.turn();
    assert_eq!(house.server.take_account_replies(), [], "what it has is of an earlier place of the log");
    world.settles();
    let replies = world.houses[0].server.take_account_replies();
    let busy = AccountReply::Refused(ControlRefusal::Busy);
    assert_eq!(replies, [(7, busy)], "it has no file in which accounts stand");
}
