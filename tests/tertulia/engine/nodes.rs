//! Nodes in one thread of a test, each with an engine of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use tertulia::chat::Language::English;
use tertulia::chat::{MonoTime, Time, UnixMillis};
use tertulia::cluster::{
    Delivery, EntryId, LogSnapshot, News, Node, NodeConfig, NodeInput, NodeName, NodeOutput, Replica,
    StopReason,
};
use tertulia::engine::{Engine, EngineConfig, EngineFault, EngineTrouble, Happened, LogState};

use super::server::RedisServer;
use crate::cluster::founded::{INCARNATION, VERSION};
use crate::cluster::simulation::room::{Deed, Room, What};
use crate::support::DEADLINE;

/// So that a test sees some.
const SNAPSHOT_ENTRIES: u64 = 100;

/// How often to look whether something is so that no engine tells of.
const LOOK: Duration = Duration::from_millis(100);

static NEXT_INSTANCE: AtomicU64 = AtomicU64::new(1);

impl LogState for Room {
    type Change = Deed;

    fn apply(&mut self, delivery: Delivery<Deed>) -> u64 {
        Room::apply(self, &delivery).0
    }
}

/// Founds a log with an empty room.
#[track_caller]
pub fn found(config: &EngineConfig) {
    let warnings = tertulia::engine::found(config, (INCARNATION, VERSION), Room::default());
    assert_eq!(warnings.expect("it can be founded"), []);
}

/// A log that has just been founded, with so many nodes that are there. None: there is no Redis here.
#[track_caller]
pub fn founded(count: usize) -> Option<(RedisServer, Nodes)> {
    let server = RedisServer::start()?;
    found(&server.config());
    let nodes = Nodes::there(&server.config(), count);
    Some((server, nodes))
}

/// Why a node cannot begin there, in English.
#[track_caller]
pub fn refusal(config: &EngineConfig) -> String {
    match Engine::<Room>::start(config, || ()) {
        Ok(_) => panic!("it will do"),
        Err(error) => error.describe(English),
    }
}

/// What has become of a change, as far as its node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    UnderWay,
    Accepted,
    Refused,
    Unknown,
}

fn node_config(name: NodeName, instance: u64) -> NodeConfig {
    NodeConfig { snapshot_entries: SNAPSHOT_ENTRIES, ..NodeConfig::new(name, instance, VERSION) }
}

pub struct Member {
    name: NodeName,
    engine: Option<Engine<Room>>,
    pub node: Node<Deed>,
    pub room: Room,
    began: Instant,
    /// Changes of which it has not heard, by the number of their entry.
    waiting: BTreeMap<u64, Vec<u64>>,
    pub fates: BTreeMap<u64, Fate>,
    pub losses: usize,
    pub faults: Vec<EngineFault>,
    pub returns: usize,
    pub news: Vec<News>,
    pub written: Vec<Option<EntryId>>,
    pub troubles: Vec<EngineTrouble>,
    pub stopped: Option<StopReason>,
}

pub struct Nodes {
    config: EngineConfig,
    pub members: Vec<Member>,
    wake: Sender<()>,
    woken: Receiver<()>,
    next_token: u64,
}

impl Nodes {
    /// None yet.
    pub fn of(config: &EngineConfig) -> Nodes {
        let (wake, woken) = mpsc::channel();
        Nodes { config: config.clone(), members: Vec::new(), wake, woken, next_token: 1 }
    }

    /// With so many, which are there.
    #[track_caller]
    pub fn there(config: &EngineConfig, count: usize) -> Nodes {
        let mut nodes = Nodes::of(config);
        (0..count).for_each(|_| nodes.begin());
        nodes.until("all are there", |nodes| nodes.members.iter().all(|member| member.node.is_open()));
        nodes
    }

    /// Another one begins, and is there.
    #[track_caller]
    pub fn join(&mut self) {
        self.begin();
        self.until("it is there", |nodes| nodes.members.last().is_some_and(|member| member.node.is_open()));
    }

    /// Another one begins.
    #[track_caller]
    pub fn begin(&mut self) {
        let number = self.members.len();
        let name: NodeName = format!("n{number}").parse().expect("a name");
        // Of all that a test begins no two are the same.
        let instance = NEXT_INSTANCE.fetch_add(1, Ordering::Relaxed);
        let wake = self.wake.clone();
        let engine = Engine::start(&self.config, move || wake.send(()).unwrap_or_default());
        let (engine, warnings) = engine.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(warnings, []);
        let mut member = Member {
            engine: Some(engine),
            node: Node::new(node_config(name.clone(), instance)),
            name,
            room: Room::default(),
            began: Instant::now(),
            waiting: BTreeMap::new(),
            fates: BTreeMap::new(),
            losses: 0,
            faults: Vec::new(),
            returns: 0,
            news: Vec::new(),
            written: Vec::new(),
            troubles: Vec::new(),
            stopped: None,
        };
        member.perform();
        self.members.push(member);
    }

    /// Another program goes on in the place of a member. That one's threads end by themselves; those of a process would at once.
    #[track_caller]
    pub fn upgrade(&mut self, member: usize) {
        let wake = self.wake.clone();
        let engine = Engine::go_on(&self.config, move || wake.send(()).unwrap_or_default());
        let member = &mut self.members[member];
        member.engine = Some(engine.unwrap_or_else(|error| panic!("{error}")));
        let text = serde_json::to_string(&member.node.store()).expect("a node is a text");
        let stored = serde_json::from_str(&text).expect("a node");
        let node = Node::restore(node_config(member.name.clone(), 0), stored, member.time());
        member.node = node.expect("it is the same node");
    }

    /// Goes on until something is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut so: impl FnMut(&mut Nodes) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            self.members.iter_mut().for_each(Member::turn);
            if so(self) {
                return;
            }
            let now = Instant::now();
            assert!(now < deadline, "never: {what}\n{}", self.report());
            let due = self.members.iter().filter_map(|member| member.due(now)).min();
            match self.woken.recv_timeout(due.unwrap_or(LOOK).min(LOOK)) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("the test has one"),
            }
            while self.woken.try_recv().is_ok() {}
        }
    }

    /// People of a member say something, if it takes that now. Gives the token.
    pub fn say(&mut self, member: usize) -> Option<u64> {
        let member = &mut self.members[member];
        if !member.node.is_open() {
            return None;
        }
        let token = self.next_token;
        self.next_token += 1;
        let number = member.node.submit(vec![Deed { token, what: What::Say("ana".into()) }]);
        member.waiting.insert(number, vec![token]);
        member.fates.insert(token, Fate::UnderWay);
        member.perform();
        Some(token)
    }

    /// People of all members say so much.
    #[track_caller]
    pub fn say_all(&mut self, count: usize) {
        for _ in 0..count {
            for member in 0..self.members.len() {
                self.say(member).expect("it is open");
            }
        }
    }

    /// They do, and it settles.
    #[track_caller]
    pub fn talk(&mut self, count: usize) {
        self.say_all(count);
        self.settle();
    }

    /// Goes on until nothing is under way, and all have read the same.
    #[track_caller]
    pub fn settle(&mut self) {
        self.until("all is settled", |nodes| {
            nodes.members.iter().all(Member::is_settled) && {
                let mut places = nodes.members.iter().map(Member::place);
                let first = places.next().flatten();
                first.is_some() && places.all(|place| place == first)
            }
        });
    }

    /// All know the same, and of what was accepted nothing is missing, and nothing there twice.
    #[track_caller]
    pub fn agree(&self) {
        let first = &self.members[0].room;
        for member in &self.members {
            assert_eq!(member.room, *first, "all know the same");
        }
        let mut times: BTreeMap<u64, usize> = BTreeMap::new();
        first.deeds.iter().for_each(|(token, _)| *times.entry(*token).or_default() += 1);
        assert!(times.values().all(|&times| times == 1), "nothing counts twice");
        for (token, fate) in self.members.iter().flat_map(|member| &member.fates) {
            match fate {
                Fate::Accepted => assert!(times.contains_key(token), "{token} is missing"),
                Fate::Refused => assert!(!times.contains_key(token), "{token} was refused, and counts"),
                Fate::UnderWay | Fate::Unknown => {}
            }
        }
    }

    /// Goes on until all know of a snapshot, the last that was written: from then on entries are counted for the next one. Gives its place.
    #[track_caller]
    pub fn snapshot_is_known(&mut self) -> EntryId {
        let mut known = None;
        self.until("a snapshot is known", |nodes| {
            known = nodes.members[0].snapshot();
            known.is_some_and(|at| nodes.members.iter().all(|member| member.knows_snapshot(at)))
        });
        known.expect("it was waited for")
    }

    /// Whether each of them has been told this.
    pub fn all_told(&self, news: &News) -> bool {
        self.members.iter().all(|member| member.news.contains(news))
    }

    /// Ends all of them, once what they have said is written.
    #[track_caller]
    pub fn stop(mut self) {
        for member in &mut self.members {
            let engine = member.engine.take().expect("it runs");
            assert!(engine.stop(DEADLINE), "no thread is left behind");
        }
    }

    fn report(&self) -> String {
        let line = |member: &Member| {
            let Member { faults, returns, news, stopped, .. } = member;
            let place = member.place();
            format!("{place:?} faults {faults:?} returns {returns} news {news:?} stopped {stopped:?}\n")
        };
        self.members.iter().map(line).collect()
    }
}

impl Member {
    fn time(&self) -> Time {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
        let mono = MonoTime::from_micros(self.began.elapsed().as_micros() as u64);
        Time { mono, wall: UnixMillis(wall.as_millis() as i64) }
    }

    fn due(&self, now: Instant) -> Option<Duration> {
        let due = self.node.next_due()?.since(MonoTime::default());
        Some((self.began + due).saturating_duration_since(now))
    }

    /// The place of the last snapshot that it has written.
    pub fn snapshot(&self) -> Option<EntryId> {
        self.written.iter().rev().find_map(|written| *written)
    }

    /// Whether the log has told it of that snapshot.
    pub fn knows_snapshot(&self, at: EntryId) -> bool {
        let ledger = serde_json::to_value(self.node.replica().map(Replica::ledger)).expect("a value");
        ledger["snapshots"][1] == at.to_string()
    }

    pub fn place(&self) -> Option<(EntryId, u64)> {
        self.node.replica().map(|replica: &Replica| (replica.at(), replica.hash()))
    }

    pub fn is_settled(&self) -> bool {
        self.waiting.is_empty() && self.node.is_open()
    }

    pub fn count(&self, fate: Fate) -> usize {
        self.fates.values().filter(|one| **one == fate).count()
    }

    fn turn(&mut self) {
        while let Some(happened) = self.engine.as_mut().and_then(Engine::happened) {
            match happened {
                Happened::Input(input) => {
                    match &input {
                        NodeInput::Back => self.returns += 1,
                        NodeInput::Written(at) => self.written.push(*at),
                        _ => {}
                    }
                    self.take(input);
                }
                Happened::Lost(fault) => {
                    self.losses += 1;
                    self.faults.push(fault);
                    self.take(NodeInput::Lost);
                }
                Happened::Snapshot(snapshot) => {
                    let replica = snapshot.map(|snapshot| {
                        let LogSnapshot { replica, state, .. } = *snapshot;
                        self.room = state;
                        Box::new(replica)
                    });
                    self.take(NodeInput::Snapshot(replica));
                }
                Happened::Trouble(EngineTrouble::StillLost(fault)) => self.faults.push(fault),
                Happened::Trouble(trouble) => self.troubles.push(trouble),
            }
        }
        self.take(NodeInput::Tick);
    }

    fn take(&mut self, input: NodeInput<Deed>) {
        let now = self.time();
        self.node.take(now, input);
        while let Some(delivery) = self.node.step() {
            let (effects, done) = Room::apply(&mut self.room, &delivery);
            self.node.applied(effects);
            if let Some(number) = delivery.own {
                let tokens = self.waiting.remove(&number).expect("somebody waits for it");
                assert_eq!(done.len(), tokens.len(), "all of it comes back");
                tokens.into_iter().for_each(|token| self.settle(token, Fate::Accepted));
            }
        }
        self.perform();
    }

    fn perform(&mut self) {
        let mut outputs = Vec::new();
        self.node.outputs(&mut outputs);
        for output in outputs {
            if matches!(output, NodeOutput::LoadSnapshot(_)) {
                // What was there may be no more: the log is another one.
                let accepted = self.fates.values_mut().filter(|fate| **fate == Fate::Accepted);
                accepted.for_each(|fate| *fate = Fate::Unknown);
            }
            let Some(engine) = &mut self.engine else { return };
            match engine.perform(output) {
                None => {}
                Some(NodeOutput::Refused(numbers)) => self.forget(&numbers, Fate::Refused),
                Some(NodeOutput::Unknown(numbers)) => self.forget(&numbers, Fate::Unknown),
                Some(NodeOutput::Tell(news)) => self.news.push(news),
                Some(NodeOutput::Stop(reason)) => self.stopped = Some(reason),
                Some(other) => unreachable!("the engine does that: {other:?}"),
            }
        }
    }

    fn forget(&mut self, numbers: &[u64], fate: Fate) {
        for number in numbers {
            let tokens = self.waiting.remove(number).expect("somebody waits for it");
            tokens.into_iter().for_each(|token| self.settle(token, fate));
        }
    }

    fn settle(&mut self, token: u64, fate: Fate) {
        let before = self.fates.insert(token, fate);
        assert_eq!(before, Some(Fate::UnderWay), "{token} is heard of once");
    }
}
