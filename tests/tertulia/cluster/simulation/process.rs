//! One process: a node, its copy of what the log is about, and its connections to the log.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tertulia::chat::{MonoTime, Time, UnixMillis};
use tertulia::cluster::{
    EntryId, LogSnapshot, News, Node, NodeConfig, NodeInput, NodeName, NodeOutput, Read, StopReason,
};

use super::engine::{Command, Engine};
use super::room::{Deed, Room, What};

/// What has become of a change, as far as who made it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Submitted,
    Accepted,
    /// It was accepted, and then the log was another one; or it cannot be known.
    Perhaps,
    /// It does not count, and never will: known when the log had been rewound so often.
    Refused(usize),
}

/// An answer on its way.
enum Reply {
    Snapshot(Option<Box<LogSnapshot<Room>>>),
    Lines(Read<Deed>),
}

pub struct Process {
    pub name: NodeName,
    pub node: Node<Deed>,
    pub room: Room,
    /// Written to the connection, and not carried out.
    pub pipe: VecDeque<Command>,
    reading: Option<EntryId>,
    /// The hash of the last line that was read.
    last: Option<u64>,
    trim: Option<EntryId>,
    loading: Option<Option<EntryId>>,
    reply: Option<Reply>,
    /// When it connects again; none: it is connected.
    pub lost_until: Option<u64>,
    /// It does nothing until then.
    pub asleep_until: u64,
    pub stopped: Option<StopReason>,
    pub killed: bool,
    /// Changes of which it has not heard, by the number of their entry.
    waiting: BTreeMap<u64, Vec<u64>>,
    pub fates: BTreeMap<u64, Fate>,
    /// The names of its people who are there.
    pub people: BTreeSet<String>,
    /// Those who are to come in again.
    pub outside: Vec<String>,
    pub gaps: usize,
    started: u64,
    skew: i64,
    outputs: Vec<NodeOutput>,
}

fn config(name: NodeName, instance: u64) -> NodeConfig {
    let (snapshot_entries, snapshot_interval) = (40, Duration::from_secs(15));
    NodeConfig { snapshot_entries, snapshot_interval, ..NodeConfig::new(name, instance, 1) }
}

impl Process {
    pub fn new(name: NodeName, instance: u64, started: u64, skew: i64) -> Process {
        let mut process = Process {
            node: Node::new(config(name.clone(), instance)),
            name,
            room: Room::default(),
            pipe: VecDeque::new(),
            reading: None,
            last: None,
            trim: None,
            loading: None,
            reply: None,
            lost_until: None,
            asleep_until: 0,
            stopped: None,
            killed: false,
            waiting: BTreeMap::new(),
            fates: BTreeMap::new(),
            people: BTreeSet::new(),
            outside: Vec::new(),
            gaps: 0,
            started,
            skew,
            outputs: Vec::new(),
        };
        process.perform(0);
        process
    }

    pub fn is_running(&self) -> bool {
        !self.killed && self.stopped.is_none()
    }

    fn time(&self, now: u64) -> Time {
        let mono = MonoTime::from_micros((now - self.started) * 1000);
        Time { mono, wall: UnixMillis(super::world::BASE as i64 + now as i64 + self.skew) }
    }

    fn take(&mut self, (now, engine): (u64, &Engine), input: NodeInput<Deed>) {
        self.node.take(self.time(now), input);
        self.follow(engine);
    }

    /// Time passes.
    pub fn tick(&mut self, now: u64, engine: &Engine) {
        self.take((now, engine), NodeInput::Tick);
    }

    /// The engine carries out some of what was written.
    pub fn execute(&mut self, now: u64, engine: &mut Engine, count: usize) {
        for _ in 0..count {
            let Some(command) = self.pipe.pop_front() else { break };
            let snapshot = match &command {
                Command::Snapshot(id, ..) => Some(*id),
                Command::Append(_) => None,
            };
            // It looks whether the log is still the one of which the snapshot is.
            let sound = match &command {
                Command::Snapshot(id, digest, _) => engine.read(*id, 0).0 == Some(*digest),
                Command::Append(_) => true,
            };
            let done = sound && engine.execute(command);
            if let Some(id) = snapshot {
                self.take((now, engine), NodeInput::Written(done.then_some(id)));
            }
        }
    }

    /// The engine answers what was asked.
    pub fn ask(&mut self, engine: &mut Engine, count: usize) {
        if self.reply.is_some() {
            return;
        }
        if let Some(before) = self.loading {
            self.reply = Some(Reply::Snapshot(engine.snapshot(before).map(Box::new)));
        } else if let Some(after) = self.reading {
            let (anchor, lines, end) = engine.read(after, count);
            if anchor.is_some() && anchor == self.last {
                self.trim.take().into_iter().for_each(|bound| engine.trim(bound));
            }
            self.reply = Some(Reply::Lines(Read { after, anchor, lines, end }));
        }
    }

    /// The answer arrives.
    pub fn hear(&mut self, now: u64, engine: &Engine) {
        match self.reply.take() {
            None => {}
            Some(Reply::Snapshot(snapshot)) => {
                self.loading = None;
                let replica = snapshot.map(|snapshot| {
                    let LogSnapshot { replica, state, .. } = *snapshot;
                    self.room = state;
                    Box::new(replica)
                });
                self.take((now, engine), NodeInput::Snapshot(replica));
            }
            Some(Reply::Lines(read)) => {
                if let Some(last) = read.lines.last() {
                    (self.reading, self.last) = (Some(last.id), Some(last.digest));
                }
                self.take((now, engine), NodeInput::Read(read));
            }
        }
    }

    /// The connections break; what was written and not carried out is given back.
    pub fn lose(&mut self, now: u64, engine: &Engine, until: u64) -> VecDeque<Command> {
        (self.reading, self.last, self.reply, self.loading) = (None, None, None, None);
        let pipe = std::mem::take(&mut self.pipe);
        if self.lost_until.is_none() {
            self.take((now, engine), NodeInput::Lost);
        }
        self.lost_until = Some(until);
        pipe
    }

    /// Another program goes on in its place, and is connected at `until`.
    pub fn upgrade(&mut self, now: u64, engine: &Engine, until: u64) -> VecDeque<Command> {
        let text = serde_json::to_string(&self.node.store()).expect("a node is a text");
        let stored = serde_json::from_str(&text).expect("a node");
        // The number that the new program has drawn is of no use: it is the same node.
        let node = Node::restore(config(self.name.clone(), 0), stored, self.time(now));
        self.node = node.expect("it is the same node");
        (self.reading, self.last, self.trim) = (None, None, None);
        self.lose(now, engine, until)
    }

    /// They are there again.
    pub fn connect(&mut self, now: u64, engine: &Engine) {
        self.lost_until = None;
        self.take((now, engine), NodeInput::Back);
    }

    /// Its people do this.
    pub fn submit(&mut self, deeds: Vec<Deed>) {
        let tokens: Vec<u64> = deeds.iter().map(|deed| deed.token).collect();
        self.fates.extend(tokens.iter().map(|&token| (token, Fate::Submitted)));
        let number = self.node.submit(deeds);
        self.waiting.insert(number, tokens);
    }

    /// Applies what there is to be applied, and does what follows.
    fn follow(&mut self, engine: &Engine) {
        while let Some(delivery) = self.node.step() {
            let (effects, done) = self.room.apply(&delivery);
            self.node.applied(effects);
            if let Some(number) = delivery.own {
                self.waiting.remove(&number).expect("somebody waits for it");
                done.into_iter().for_each(|(deed, so)| self.heard(deed, so));
            }
            self.perform(engine.rewinds);
            self.knows_the_truth(engine);
        }
        self.perform(engine.rewinds);
        self.knows_the_truth(engine);
    }

    /// What a node has made of a line is what is true there, or was before the log was rewound.
    fn knows_the_truth(&self, engine: &Engine) {
        let Some(replica) = self.node.replica().filter(|_| self.stopped.is_none()) else { return };
        let known = (replica.at(), replica.hash());
        assert!(engine.valid.contains(&known), "{} has another truth at {}", self.name, replica.at());
    }

    fn heard(&mut self, deed: Deed, so: bool) {
        let before = self.fates.insert(deed.token, Fate::Accepted);
        assert_eq!(before, Some(Fate::Submitted), "{} comes back once", deed.token);
        match deed.what {
            What::Enter(name) if so => drop(self.people.insert(name)),
            What::Leave(name) if so => drop(self.people.remove(&name)),
            What::Say(name) => assert!(so || !self.people.contains(&name), "{name} may speak"),
            What::Enter(_) | What::Leave(_) => {}
        }
    }

    fn perform(&mut self, rewinds: usize) {
        let mut outputs = std::mem::take(&mut self.outputs);
        self.node.outputs(&mut outputs);
        for output in outputs.drain(..) {
            match output {
                NodeOutput::Append(bytes) => self.write(Command::Append(bytes)),
                NodeOutput::Trim(bound) => self.trim = Some(bound),
                NodeOutput::WriteSnapshot => {
                    // It may have had to begin again, or to stop, meanwhile.
                    let Some(replica) = self.node.replica().cloned() else { continue };
                    let (at, digest) = (replica.at(), replica.digest());
                    let snapshot = LogSnapshot::new(replica, self.room.clone());
                    let text = serde_json::to_string(&snapshot).expect("a snapshot is a text");
                    self.write(Command::Snapshot(at, digest, text.into()));
                }
                NodeOutput::LoadSnapshot(before) => {
                    (self.reading, self.reply, self.loading) = (None, None, Some(before));
                    (self.last, self.trim) = (None, None);
                    let accepted = self.fates.values_mut().filter(|fate| **fate == Fate::Accepted);
                    accepted.for_each(|fate| *fate = Fate::Perhaps);
                    // What was sent twice may count at another place of the log that there is now: who is there is not known.
                    self.outside.extend(std::mem::take(&mut self.people));
                }
                NodeOutput::ReadFrom(after) => {
                    (self.reading, self.reply, self.loading) = (Some(after), None, None);
                    self.last = None;
                }
                NodeOutput::Refused(numbers) => self.settle(&numbers, Fate::Refused(rewinds)),
                NodeOutput::Unknown(numbers) => self.settle(&numbers, Fate::Perhaps),
                NodeOutput::Tell(News::Living(_)) => self.outside.extend(std::mem::take(&mut self.people)),
                NodeOutput::Tell(News::Gap) => self.gaps += 1,
                NodeOutput::Tell(_) => {}
                NodeOutput::Stop(reason) => self.stopped = Some(reason),
            }
        }
        self.outputs = outputs;
    }

    fn settle(&mut self, numbers: &[u64], fate: Fate) {
        for number in numbers {
            for token in self.waiting.remove(number).expect("somebody waits for it") {
                self.fates.insert(token, fate);
            }
        }
    }

    fn write(&mut self, command: Command) {
        if self.lost_until.is_none() {
            self.pipe.push_back(command);
        }
    }
}
