//! The simulated log: what Redis does with a stream, and what is true of it at each entry.

use std::collections::BTreeSet;
use std::sync::Arc;

use tertulia::cluster::{EntryId, EpochEnd, Happening, LogLine, LogSnapshot, Replica};

use super::room::{Deed, Room};
use crate::cluster::founded::{self, VERSION};

/// One command of a client.
#[derive(Clone, Debug)]
pub enum Command {
    Append(Arc<[u8]>),
    /// At which line, with which hash, and what.
    Snapshot(EntryId, u64, Arc<str>),
}

/// How the log was at one time.
#[derive(Clone, Copy, Debug)]
struct Extent {
    lines: usize,
    trimmed: usize,
    snapshots: usize,
}

/// One line, and what follows from all up to it.
#[derive(Clone, Debug)]
struct Truth {
    id: EntryId,
    bytes: Arc<[u8]>,
    replica: Replica,
    room: Arc<Room>,
}

pub struct Engine {
    /// What its clock says.
    pub millis: u64,
    /// All lines of this log as it is, those that were trimmed as well.
    lines: Vec<Truth>,
    trimmed: usize,
    /// All snapshots; it has the last two.
    snapshots: Vec<(EntryId, Arc<str>)>,
    /// How it was behind each command: a replica may have been no further.
    past: Vec<Extent>,
    /// What a node may know at a line, also of logs that were lost: the hash there.
    pub valid: BTreeSet<(EntryId, u64)>,
    pub rewinds: usize,
    /// Nodes that were held for dead so far, in all that ever was.
    pub deaths: usize,
}

impl Engine {
    pub fn new(millis: u64) -> Engine {
        let (bytes, replica) = founded::log();
        let room = Room::default();
        let snapshot = LogSnapshot::new(replica.clone(), room.clone());
        let text = serde_json::to_string(&snapshot).expect("a snapshot is a text");
        let mut engine = Engine {
            millis,
            lines: Vec::new(),
            trimmed: 0,
            snapshots: vec![(replica.at(), text.into())],
            past: Vec::new(),
            valid: BTreeSet::from([(replica.at(), replica.hash())]),
            rewinds: 0,
            deaths: 0,
        };
        engine.lines.push(Truth { id: replica.at(), bytes: bytes.into(), replica, room: room.into() });
        engine.past.push(engine.extent());
        engine
    }

    /// Carries a command out; says whether it was not refused.
    pub fn execute(&mut self, command: Command) -> bool {
        let done = match command {
            Command::Append(bytes) => {
                self.append(bytes);
                true
            }
            Command::Snapshot(id, _, text) => {
                let newer = self.snapshots.last().is_none_or(|(last, _)| id > *last);
                self.snapshots.extend(newer.then_some((id, text)));
                newer
            }
        };
        self.past.push(self.extent());
        done
    }

    /// Takes out what stands before `bound`.
    pub fn trim(&mut self, bound: EntryId) {
        self.trimmed = self.trimmed.max(self.lines.partition_point(|line| line.id < bound));
        self.past.push(self.extent());
    }

    fn append(&mut self, bytes: Arc<[u8]>) {
        let Truth { id: last, replica, room, .. } = self.lines.last().expect("the founding").clone();
        let (mut replica, mut room) = (replica, room);
        let next = EntryId { millis: last.millis, number: last.number + 1 };
        let id = next.max(EntryId { millis: self.millis, number: 0 });
        let line: LogLine<Deed> = LogLine::read(id, Some(&bytes), VERSION);
        let living = replica.ledger().living().count();
        if let Some(delivery) = replica.follow(line).expect("one version") {
            let (effects, _) = Arc::make_mut(&mut room).apply(&delivery);
            replica.applied(effects);
            let dead = |it: &&_| matches!(it, Happening::Gone(_, EpochEnd::Dead));
            self.deaths += delivery.happenings.iter().filter(dead).count();
        }
        assert!(replica.ledger().living().count() <= living + 1, "one comes in at a time");
        self.valid.insert((id, replica.hash()));
        self.lines.push(Truth { id, bytes, replica, room });
    }

    /// What stands behind `after`: whether that is there, with its bytes, the lines, and whether there are no more.
    pub fn read(&self, after: EntryId, count: usize) -> (Option<u64>, Vec<LogLine<Deed>>, bool) {
        let there = &self.lines[self.trimmed..];
        let behind = there.partition_point(|line| line.id <= after);
        let anchor = there[..behind].last().filter(|line| line.id == after);
        let lines = there[behind..].iter().take(count);
        let lines = lines.map(|line| LogLine::read(line.id, Some(&line.bytes), VERSION)).collect();
        let end = there.len() - behind <= count;
        (anchor.map(|line| tertulia::cluster::Digest::of(&line.bytes)), lines, end)
    }

    /// The newest snapshot, before a line or at all.
    pub fn snapshot(&self, before: Option<EntryId>) -> Option<LogSnapshot<Room>> {
        let kept = self.snapshots.iter().rev().take(2);
        let (_, text) = kept.into_iter().find(|(id, _)| before.is_none_or(|before| *id < before))?;
        Some(serde_json::from_str(text).expect("a snapshot"))
    }

    /// A replica takes over that was so many commands behind.
    pub fn rewind(&mut self, commands: usize) {
        let at = self.past.len().saturating_sub(commands + 1);
        self.past.truncate(at + 1);
        let Extent { lines, trimmed, snapshots } = self.past[at];
        if lines < self.lines.len() {
            self.rewinds += 1;
        }
        self.lines.truncate(lines);
        self.trimmed = trimmed;
        self.snapshots.truncate(snapshots);
    }

    /// What is true at the end of the log.
    pub fn truth(&self) -> (&Replica, &Room) {
        let last = self.lines.last().expect("the founding");
        (&last.replica, &last.room)
    }

    /// How many lines there are now.
    pub fn len(&self) -> usize {
        self.lines.len() - self.trimmed
    }

    fn extent(&self) -> Extent {
        Extent { lines: self.lines.len(), trimmed: self.trimmed, snapshots: self.snapshots.len() }
    }
}
