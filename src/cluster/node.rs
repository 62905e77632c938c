//! One node: what it reads, what it says, and what it does when the log is not what it was.
//!
//! Invariants: its own changes take the same way as everybody else's, and are applied when they come back; what has come back is never
//! sent again, what has not is sent as it was; and nothing is applied of which it is not certain that nothing before it is missing.

mod stored;
mod telling;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
pub use stored::{NodeRefused, StoredNode};

use super::delivery::{Delivery, EpochEnd};
use super::entry::{Beat, Body, Entry, Hello, What};
use super::entry_id::EntryId;
use super::entry_text;
use super::exchange::{NodeConfig, NodeInput, NodeOutput, Read};
use super::garbage::GarbageTold;
use super::ledger::{Ignored, Ledger, Move};
use super::line::LogLine;
use super::news::{News, StopReason};
use super::replica::{By, Reading, Replica, Unknown};
use super::under_way::{SentEntries, SentEntry};
use crate::chat::{MonoTime, Time, UnixMillis};
use crate::limits::{BEAT_INTERVAL, CLOCKS_APART_MAX, LOG_PATIENCE, UNDER_WAY_MAX_BYTES};

/// The state of one node. [`take`](Node::take) and [`step`](Node::step) are what changes it; [`outputs`](Node::outputs) is what has to
/// be done then.
#[derive(Debug)]
pub struct Node<C> {
    config: NodeConfig,
    phase: NodePhase,
    /// Until a snapshot is there: none.
    replica: Option<Replica>,
    /// What was read and is not applied yet.
    lines: VecDeque<LogLine<C>>,
    /// The last line that was read, applied or not, and the hash of its bytes.
    read_to: (EntryId, u64),
    /// Whether there was no more behind it.
    at_end: bool,
    /// The snapshot it began from, until something was read behind it.
    began: Option<EntryId>,
    /// Snapshots whose entries were not in the log, since something was read.
    unanchored: Vec<EntryId>,
    /// Before which of them one was asked for, and before which there was none.
    before: Option<EntryId>,
    none_before: Option<EntryId>,
    under_way: SentEntries,
    /// The number of its next entry, over all its epochs.
    next: u64,
    /// Which greeting was the last.
    greeting: u32,
    /// It has been there since it began to read last: who has its name then is another process.
    was_there: bool,
    beats: Beats,
    garbage: GarbageTold,
    /// The entry by which it raises the version, if one is under way.
    raising: Option<u64>,
    snapshots: SnapshotProgress,
    leaving: bool,
    /// Since when there is no connection.
    lost: Option<MonoTime>,
    /// People have been told that the log is away.
    away: bool,
    /// It has had to begin again because it differed from the others.
    differed: bool,
    now: Time,
    outputs: Vec<NodeOutput>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum NodePhase {
    /// Waits for a snapshot.
    Loading,
    /// Reads what is behind it.
    Behind,
    /// Has greeted, then.
    Greeting(#[serde(with = "entry_text")] Arc<[u8]>, MonoTime),
    /// Is there.
    Living(EntryId),
    /// Is at its end.
    Over,
}

/// Its signs of life.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Beats {
    last: Option<MonoTime>,
    /// The one that has not come back, and what the calendar said when it was sent.
    under_way: Option<(u64, UnixMillis)>,
    /// The administrator knows that the clocks are apart.
    apart: bool,
}

/// What it knows of the snapshots that it writes.
#[derive(Debug, Default)]
struct SnapshotProgress {
    writing: bool,
    newest: Option<EntryId>,
    trimmed: EntryId,
}

impl<C: Serialize> Node<C> {
    /// A node that has read nothing yet.
    pub fn new(config: NodeConfig) -> Node<C> {
        Node {
            config,
            phase: NodePhase::Loading,
            replica: None,
            lines: VecDeque::new(),
            read_to: (EntryId::ZERO, 0),
            at_end: false,
            began: None,
            unanchored: Vec::new(),
            before: None,
            none_before: None,
            under_way: SentEntries::default(),
            next: 1,
            greeting: 0,
            was_there: false,
            beats: Beats::default(),
            garbage: GarbageTold::default(),
            raising: None,
            snapshots: SnapshotProgress::default(),
            leaving: false,
            lost: None,
            away: false,
            differed: false,
            now: Time::default(),
            outputs: vec![NodeOutput::LoadSnapshot(None)],
        }
    }

    /// Takes what has happened at `now`.
    ///
    /// # Panics
    ///
    /// The last [step](Self::step) has not been [applied](Self::applied).
    pub fn take(&mut self, now: Time, input: NodeInput<C>) {
        assert!(
            self.replica.as_ref().is_none_or(Replica::is_settled),
            "the last step has to be applied first"
        );
        self.now = now;
        match (&self.phase, input) {
            (NodePhase::Over, _) => return,
            (NodePhase::Loading, NodeInput::Snapshot(replica)) => self.begin(replica),
            (_, NodeInput::Snapshot(_)) => {}
            (_, NodeInput::Read(read)) => self.read(read),
            (_, NodeInput::Written(at)) => self.written(at),
            (_, NodeInput::Lost) => self.lose(),
            (_, NodeInput::Back) => self.back(),
            (_, NodeInput::Tick) => self.beat(),
            (_, NodeInput::Leave) => self.leave(),
        }
        self.heed_silence();
        self.tell_more_garbage();
    }

    /// Goes on with what was read, to the next that is to be applied; none: to the end of it.
    pub fn step(&mut self) -> Option<Delivery<C>> {
        while let Some(line) = self.lines.pop_front() {
            let delivery = self.step_over(line);
            if delivery.is_some() {
                return delivery;
            }
        }
        if self.at_end && matches!(self.phase, NodePhase::Behind) {
            self.greet();
        }
        self.heed_silence();
        None
    }

    /// The last [step](Self::step) is applied, and `effects` is the hash of what came of it: the same at every node.
    pub fn applied(&mut self, effects: u64) {
        if let Some(replica) = &mut self.replica {
            replica.applied(effects);
        }
    }

    /// Has these changes, which were made in one turn, go into the log. They come back in a [`Delivery`] that has this number, or the
    /// number comes in [`NodeOutput::Refused`] or [`NodeOutput::Unknown`].
    ///
    /// # Panics
    ///
    /// The node [takes none](Self::is_open) now.
    pub fn submit(&mut self, changes: Vec<C>) -> u64 {
        assert!(self.is_open(), "changes of a node that is not there");
        self.append(What::Do(changes))
    }

    /// Moves what has to be done into `into`, behind what is in there.
    pub fn outputs(&mut self, into: &mut Vec<NodeOutput>) {
        into.append(&mut self.outputs);
    }

    /// Whether it takes changes: it is there, and not too much is under way.
    pub fn is_open(&self) -> bool {
        self.epoch().is_some() && !self.leaving && self.under_way.bytes() < UNDER_WAY_MAX_BYTES
    }

    /// The entry by which it came in, while it is there.
    pub fn epoch(&self) -> Option<EntryId> {
        match self.phase {
            NodePhase::Living(epoch) => Some(epoch),
            _ => None,
        }
    }

    /// Whether it has been there since it began to read: what it read before that was told when it happened, by the others.
    pub fn has_been_there(&self) -> bool {
        self.was_there
    }

    /// Whether nothing of its own is under way.
    pub fn is_settled(&self) -> bool {
        self.under_way.is_empty()
    }

    /// What it has made of the log; none: it has to begin again.
    pub fn replica(&self) -> Option<&Replica> {
        self.replica.as_ref()
    }

    /// When an [`NodeInput::Tick`] has something to do.
    pub fn next_due(&self) -> Option<MonoTime> {
        let beat = self.beats.last.filter(|_| self.may_beat()).map(|last| last + BEAT_INTERVAL);
        let silence = self.silent_since().filter(|_| !self.away).map(|since| since + LOG_PATIENCE);
        beat.into_iter().chain(silence).min()
    }

    /// Goes on from a snapshot.
    fn begin(&mut self, replica: Option<Box<Replica>>) {
        let Some(replica) = replica else { return self.none_there() };
        let ledger = replica.ledger();
        if *self.config.incarnation.get_or_insert(ledger.incarnation()) != ledger.incarnation() {
            return self.stop(StopReason::AnotherLog);
        }
        if self.unanchored.contains(&replica.at()) {
            return self.load_snapshot(Some(replica.at()));
        }
        if let Some(reason) = unable(&self.config, ledger) {
            return self.stop(reason);
        }
        let last = ledger.standing(&self.config.name).map(|standing| (standing.epoch, standing.next));
        let unknown = last.map(|(epoch, next)| self.under_way.lose_sight(epoch, next)).unwrap_or_default();
        if !unknown.is_empty() {
            self.outputs.push(NodeOutput::Unknown(unknown));
        }
        self.read_to = (replica.at(), replica.digest());
        self.began = Some(replica.at());
        self.at_end = false;
        self.replica = Some(*replica);
        self.phase = NodePhase::Behind;
        self.outputs.push(NodeOutput::ReadFrom(self.read_to.0));
    }

    /// There is no snapshot where one was asked for. The one before another may have gone for a newer one meanwhile.
    fn none_there(&mut self) {
        if self.before.is_none() || self.before == self.none_before {
            return self.stop(StopReason::NoLog);
        }
        self.none_before = self.before;
        self.load_snapshot(None);
    }

    fn load_snapshot(&mut self, before: Option<EntryId>) {
        self.before = before;
        self.outputs.push(NodeOutput::LoadSnapshot(before));
    }

    /// Takes lines in, if nothing is missing before them.
    fn read(&mut self, Read { after, anchor, lines, end }: Read<C>) {
        let (at, digest) = self.read_to;
        if matches!(self.phase, NodePhase::Loading) || after != at {
            return;
        }
        if anchor != Some(digest) {
            // Of a log that was trimmed meanwhile there is a newer snapshot. If it is the same one, it is of a log that was lost.
            self.unanchored.extend(self.began);
            return self.begin_again();
        }
        self.unanchored.clear();
        self.none_before = None;
        self.at_end = end;
        if let Some(last) = lines.last() {
            self.read_to = (last.id, last.digest);
            self.began = None;
        }
        self.lines.extend(lines);
    }

    /// Whatever the node knows is not so any more: it goes on from a snapshot.
    fn begin_again(&mut self) {
        if self.leaving {
            return self.stop(StopReason::Left);
        }
        self.phase = NodePhase::Loading;
        self.replica = None;
        self.lines.clear();
        if self.was_there {
            self.outputs.push(NodeOutput::Tell(News::Gap));
        }
        self.was_there = false;
        self.snapshots = SnapshotProgress::default();
        self.load_snapshot(None);
    }

    /// A snapshot was written, or not.
    fn written(&mut self, at: Option<EntryId>) {
        self.snapshots.writing = false;
        self.snapshots.newest = self.snapshots.newest.max(at);
    }

    /// The connections are lost, and with them what may have become of a snapshot.
    fn lose(&mut self) {
        self.lost.get_or_insert(self.now.mono);
        self.snapshots.writing = false;
    }

    /// The connections are there again: what has not come back is sent as it was.
    fn back(&mut self) {
        self.lost = None;
        match &self.phase {
            NodePhase::Loading => return self.load_snapshot(self.before),
            NodePhase::Behind | NodePhase::Over => {}
            NodePhase::Greeting(hello, _) => self.outputs.push(NodeOutput::Append(Arc::clone(hello))),
            NodePhase::Living(_) => {
                let again = self.under_way.iter().map(|sent| NodeOutput::Append(Arc::clone(&sent.bytes)));
                self.outputs.extend(again);
            }
        }
        self.outputs.push(NodeOutput::ReadFrom(self.read_to.0));
    }

    /// Gives a sign of life, if it is time for one.
    fn beat(&mut self) {
        let due = self.beats.last.is_none_or(|last| self.now.mono.since(last) >= BEAT_INTERVAL);
        if !self.may_beat() || !due {
            return;
        }
        let Some(replica) = &self.replica else { return };
        let (ledger, version) = (replica.ledger(), replica.ledger().version() + 1);
        let first = ledger.living().next().is_some_and(|(node, _)| *node == self.config.name);
        let raise = self.raising.is_none() && first && self.config.applies.1 >= version;
        let raise = raise && ledger.may_raise(version);
        let beat = Beat { reached: replica.at(), hash: replica.marked(), snapshot: self.snapshots.newest };
        if raise {
            self.raising = Some(self.append(What::Raise(version)));
        }
        self.beats.under_way = Some((self.append(What::Beat(beat)), self.now.wall));
        self.beats.last = Some(self.now.mono);
    }

    /// One sign of life at a time is under way: so an engine that stands still gets one of each node, not one for each second.
    fn may_beat(&self) -> bool {
        self.epoch().is_some() && self.lost.is_none() && self.beats.under_way.is_none()
    }

    /// The node leaves, and its people with it.
    fn leave(&mut self) {
        if self.epoch().is_none() {
            return self.stop(StopReason::Left);
        }
        if !std::mem::replace(&mut self.leaving, true) {
            self.append(What::Leave);
        }
    }

    /// Says that it comes in.
    fn greet(&mut self) {
        let Some(replica) = &self.replica else { return };
        let NodeConfig { name, instance, applies, options, .. } = &self.config;
        if let Some(option) = replica.ledger().differs_in(name, options) {
            let option = option.to_owned();
            return self.stop(StopReason::Option(option));
        }
        self.greeting += 1;
        let hello = Hello {
            node: name.clone(),
            instance: *instance,
            greeting: self.greeting,
            replaces: replica.ledger().standing(name).map(|standing| standing.epoch),
            first: self.next,
            applies: *applies,
            reached: replica.at(),
            options: options.clone(),
        };
        let entry: Entry<C> = Entry { version: replica.ledger().version(), body: Body::Hello(hello) };
        let bytes: Arc<[u8]> = entry.to_bytes().into();
        self.phase = NodePhase::Greeting(Arc::clone(&bytes), self.now.mono);
        if self.lost.is_none() {
            self.outputs.push(NodeOutput::Append(bytes));
        }
    }

    /// Writes an entry of its own; gives its number.
    fn append(&mut self, what: What<C>) -> u64 {
        let (Some(epoch), Some(replica)) = (self.epoch(), &self.replica) else {
            unreachable!("the callers have asked whether it is there")
        };
        let awaited = matches!(what, What::Do(_));
        let (number, node) = (self.next, self.config.name.clone());
        let body = Body::Of { node, epoch, number, what };
        let bytes: Arc<[u8]> = Entry { version: replica.ledger().version(), body }.to_bytes().into();
        self.next += 1;
        let sent = SentEntry { epoch, number, bytes: Arc::clone(&bytes), since: self.now.mono, awaited };
        self.under_way.push(sent);
        if self.lost.is_none() {
            self.outputs.push(NodeOutput::Append(bytes));
        }
        number
    }

    /// Goes on with one line.
    fn step_over(&mut self, line: LogLine<C>) -> Option<Delivery<C>> {
        let id = line.id;
        let Reading { by, moves, mut delivery } = match self.replica.as_mut()?.read(line) {
            Ok(reading) => reading,
            Err(Unknown(version)) => {
                self.stop(StopReason::TooOld(version));
                return None;
            }
        };
        match moves {
            Err(ignored) => self.pass_over(id, by, ignored),
            Ok(moves) => {
                if let Some(By::Of(node, epoch, number)) = by
                    && node == self.config.name
                    && let Some(sent) = self.under_way.came_back(epoch, number)
                {
                    delivery.iter_mut().for_each(|it| it.own = sent.awaited.then_some(number));
                    self.came_back(id, number);
                }
                moves.into_iter().for_each(|each| self.follow(id, each));
            }
        }
        // Where it begins again, or is at its end, nothing is applied.
        delivery.filter(|_| !matches!(self.phase, NodePhase::Loading | NodePhase::Over))
    }

    /// An entry of its own has come back.
    fn came_back(&mut self, id: EntryId, number: u64) {
        self.raising = self.raising.filter(|&raising| raising != number);
        let Some((_, sent)) = self.beats.under_way.filter(|(beat, _)| *beat == number) else { return };
        self.beats.under_way = None;
        self.compare_clocks(id, sent);
        let Some(replica) = &self.replica else { return };
        let ledger = replica.ledger();
        if ledger.snapshot_writer() != Some(&self.config.name) {
            return;
        }
        let due = self.config.is_snapshot_due(ledger.since_snapshot(id));
        if due && !std::mem::replace(&mut self.snapshots.writing, true) {
            self.outputs.push(NodeOutput::WriteSnapshot);
        }
        let bound = ledger.trim_bound();
        if bound > self.snapshots.trimmed.max(EntryId::FOUNDING) {
            self.snapshots.trimmed = bound;
            self.outputs.push(NodeOutput::Trim(bound));
        }
    }

    /// The engine took a beat between then and now: its clock should say so.
    fn compare_clocks(&mut self, id: EntryId, sent: UnixMillis) {
        let millis = i64::try_from(id.millis).unwrap_or(i64::MAX);
        let (behind, ahead) = (sent.0.saturating_sub(millis), millis.saturating_sub(self.now.wall.0));
        let by = Duration::from_millis(u64::try_from(behind.max(ahead)).unwrap_or(0));
        let apart = by > CLOCKS_APART_MAX;
        if apart && !self.beats.apart {
            self.outputs.push(NodeOutput::Tell(News::ClocksApart { by, ahead: ahead > behind }));
        }
        self.beats.apart = apart;
    }

    /// An entry counts, and this follows for the nodes.
    fn follow(&mut self, id: EntryId, each: Move) {
        match each {
            Move::Mark => {}
            Move::Joined(node) if node == self.config.name => self.joined(id),
            Move::Joined(_) => {}
            Move::Gone(node, end) if node == self.config.name => self.gone(end),
            // Before it was there that was the others' to tell.
            Move::Gone(node, end) if self.was_there => {
                self.outputs.push(NodeOutput::Tell(News::NodeGone(node, end)));
            }
            Move::Gone(..) => {}
            Move::Differs(node) => {
                let own = node == self.config.name && self.epoch().is_some();
                self.outputs.push(NodeOutput::Tell(News::Differs(node)));
                if own && std::mem::replace(&mut self.differed, true) {
                    self.stop(StopReason::Differs);
                } else if own {
                    self.begin_again();
                }
            }
        }
    }

    /// A process of this node's name has come in.
    fn joined(&mut self, id: EntryId) {
        let standing = self.replica.as_ref().and_then(|it| it.ledger().standing(&self.config.name));
        let own = standing.map(|standing| standing.instance) == Some((self.config.instance, self.greeting));
        match self.phase {
            NodePhase::Loading | NodePhase::Behind | NodePhase::Over => {}
            NodePhase::Greeting(..) if own => self.came_in(id),
            _ if self.was_there => self.stop(StopReason::Replaced),
            // Of two that come in at the same time both could have been heard too late, if the one were not asked again.
            _ => self.greet(),
        }
    }

    /// It is there from now on; what it has said under another epoch does not count any more.
    fn came_in(&mut self, id: EntryId) {
        let refused = self.under_way.give_up();
        if !refused.is_empty() {
            self.outputs.push(NodeOutput::Refused(refused));
        }
        (self.was_there, self.raising) = (true, None);
        (self.beats.last, self.beats.under_way) = (Some(self.now.mono), None);
        self.phase = NodePhase::Living(id);
        self.outputs.push(NodeOutput::Tell(News::Living(id)));
    }

    /// Its epoch is over.
    fn gone(&mut self, end: EpochEnd) {
        match (end, &self.phase) {
            // What follows is that somebody came in.
            (EpochEnd::Replaced, _) => {}
            (EpochEnd::Left, NodePhase::Living(_)) => self.stop(StopReason::Left),
            (EpochEnd::Dead, NodePhase::Living(_)) if self.leaving => self.stop(StopReason::Left),
            (EpochEnd::Dead, NodePhase::Living(_)) => {
                self.outputs.push(NodeOutput::Tell(News::HeldForDead));
                self.greet();
            }
            (EpochEnd::Dead | EpochEnd::Left, _) => {}
        }
    }

    /// An entry does not count.
    fn pass_over(&mut self, id: EntryId, by: Option<By>, ignored: Ignored) {
        let own = |by: &By| {
            let By::Hello(node, instance) = by else { return false };
            *node == self.config.name && *instance == (self.config.instance, self.greeting)
        };
        let greeted = matches!(self.phase, NodePhase::Greeting(..)) && by.as_ref().is_some_and(own);
        match ignored {
            Ignored::Garbage => self.tell_garbage(id),
            Ignored::Option(option) if greeted => self.stop(StopReason::Option(option)),
            Ignored::TooMany if greeted => self.stop(StopReason::TooManyNodes),
            Ignored::Unable | Ignored::Version if greeted => {
                let reason = self.replica.as_ref().and_then(|it| unable(&self.config, it.ledger()));
                match reason {
                    Some(reason) => self.stop(reason),
                    // The others write in another version since it greeted.
                    None => self.greet(),
                }
            }
            _ => {}
        }
    }

    fn stop(&mut self, reason: StopReason) {
        self.phase = NodePhase::Over;
        // What was read last is not applied any more.
        self.replica = None;
        self.lines.clear();
        self.outputs.push(NodeOutput::Stop(reason));
    }
}

/// Why a node could not apply what the others write, if it could not.
fn unable(config: &NodeConfig, ledger: &Ledger) -> Option<StopReason> {
    let (version, (least, greatest)) = (ledger.version(), config.applies);
    if version > greatest {
        Some(StopReason::TooOld(version))
    } else if version < least {
        Some(StopReason::TooNew(version))
    } else {
        None
    }
}
