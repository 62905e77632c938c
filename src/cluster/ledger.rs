//! Who lives, and which entries count: what the log alone decides, so that all nodes know the same.
//!
//! Invariants: an entry counts if its epoch lives and its number is the next of that epoch; an epoch is replaced only by an entry that
//! knows it; and nothing here depends on a clock, nor on which node asks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::delivery::EpochEnd;
use super::entry::{Beat, Body, Entry, Hello, SharedOptions, What};
use super::entry_id::EntryId;
use super::standing::NodeStanding;
use super::votes::Votes;
use crate::chat::NodeName;
use crate::limits::{BEATS_TO_DEATH, NODES_MAX};

/// All of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    incarnation: u64,
    /// In which nodes write.
    version: u32,
    /// With which the last node came in.
    options: SharedOptions,
    nodes: BTreeMap<NodeName, NodeStanding>,
    /// The last two snapshots that nodes have told of, the older first.
    snapshots: (EntryId, EntryId),
    /// What the log has grown by since the newer of them was told of.
    grown: Growth,
    votes: Votes,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Growth {
    /// Entries that have counted.
    pub(super) entries: u64,
    /// Bytes, also of what does not count.
    pub(super) bytes: u64,
}

/// What follows from an entry that counts, beside its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Joined(NodeName),
    Gone(NodeName, EpochEnd),
    /// This node has to begin again.
    Differs(NodeName),
    /// Here hashes are compared.
    Mark,
}

/// Why an entry does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// No node has written it.
    Garbage,
    /// The log has begun already.
    Founded,
    /// It is written in another version than was agreed on.
    Version,
    /// The node is not there, or no more under that epoch.
    NotLiving,
    /// It was there already.
    Repeated,
    /// The one before it has not come.
    Early,
    /// A greeting that does not know of the last one of its name.
    Outdated,
    /// A greeting with another option than the others have.
    Option(String),
    /// A greeting of a node that cannot apply what the others write, or could not write what they apply.
    Unable,
    /// A greeting of one node too many.
    TooMany,
}

impl Ledger {
    /// That of a log that has just been founded.
    pub fn new(incarnation: u64, version: u32) -> Ledger {
        Ledger {
            incarnation,
            version,
            options: SharedOptions::new(),
            nodes: BTreeMap::new(),
            snapshots: (EntryId::FOUNDING, EntryId::FOUNDING),
            grown: Growth::default(),
            votes: Votes::default(),
        }
    }

    /// Takes the next entry. Gives what follows from it, if it counts.
    ///
    /// # Errors
    ///
    /// It does not count, and nothing is different.
    pub(super) fn read<C>(&mut self, id: EntryId, entry: &Entry<C>) -> Result<Vec<Move>, Ignored> {
        let moves = match &entry.body {
            _ if !self.writes(entry.version) => Err(Ignored::Version),
            Body::Founding(_) => Err(Ignored::Founded),
            Body::Hello(hello) => self.greet(id, hello),
            Body::Of { node, epoch, number, what } => {
                self.admit(node, *epoch, *number)?;
                Ok(self.hear(id, node, what))
            }
        }?;
        self.grown.entries += 1;
        Ok(moves)
    }

    /// The log has a line more, of so many bytes, whether it counts or not.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.grown.bytes = self.grown.bytes.saturating_add(bytes as u64);
    }

    /// Whether entries of this version count.
    fn writes(&self, version: u32) -> bool {
        version == self.version || version + 1 == self.version
    }

    /// A node wants to come in.
    fn greet(&mut self, id: EntryId, hello: &Hello) -> Result<Vec<Move>, Ignored> {
        let before = self.nodes.get(&hello.node);
        if before.map(|standing| standing.epoch) != hello.replaces {
            return Err(Ignored::Outdated);
        }
        let (least, greatest) = hello.applies;
        if !(least..=greatest).contains(&self.version) {
            return Err(Ignored::Unable);
        }
        if let Some(option) = self.differs_in(&hello.node, &hello.options) {
            return Err(Ignored::Option(option.into()));
        }
        if before.is_none() && self.nodes.len() >= NODES_MAX {
            return Err(Ignored::TooMany);
        }
        let node = hello.node.clone();
        let mut moves = Vec::new();
        if self.end(&node) {
            moves.push(Move::Gone(node.clone(), EpochEnd::Replaced));
        }
        self.options.clone_from(&hello.options);
        self.nodes.insert(node.clone(), NodeStanding::new(id, hello));
        moves.push(Move::Joined(node));
        Ok(moves)
    }

    /// Whether the entry of that number is the next one of that node.
    fn admit(&self, node: &NodeName, epoch: EntryId, number: u64) -> Result<(), Ignored> {
        let standing = self.nodes.get(node).filter(|standing| standing.living && standing.epoch == epoch);
        let standing = standing.ok_or(Ignored::NotLiving)?;
        match number.cmp(&standing.next) {
            std::cmp::Ordering::Less => Err(Ignored::Repeated),
            std::cmp::Ordering::Greater => Err(Ignored::Early),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }

    /// A node that is there says something.
    fn hear<C>(&mut self, id: EntryId, node: &NodeName, what: &What<C>) -> Vec<Move> {
        self.standing_mut(node).heard(id);
        match what {
            What::Do(_) => {}
            What::Beat(beat) => return self.beat(id, node, beat),
            // One that comes too early counts as well, or the number of the next one would be wrong.
            What::Raise(version) if !self.may_raise(*version) => {}
            What::Raise(version) => self.version = *version,
            What::Leave => {
                self.end(node);
                return vec![Move::Gone(node.clone(), EpochEnd::Left)];
            }
        }
        Vec::new()
    }

    /// A node is alive: others that were not heard of for too long are not.
    fn beat(&mut self, id: EntryId, node: &NodeName, beat: &Beat) -> Vec<Move> {
        self.standing_mut(node).reached = beat.reached;
        if let Some(snapshot) = beat.snapshot
            && snapshot > self.snapshots.1
        {
            self.snapshots = (self.snapshots.1, snapshot);
            self.grown = Growth::default();
        }
        let others = self.nodes.iter_mut().filter(|(other, standing)| standing.living && *other != node);
        let dead = others.filter_map(|(other, standing)| {
            (standing.unheard_by(node) >= BEATS_TO_DEATH).then(|| other.clone())
        });
        let dead: Vec<NodeName> = dead.collect();
        let mut moves = Vec::new();
        for other in dead {
            self.end(&other);
            moves.push(Move::Gone(other, EpochEnd::Dead));
        }
        let living: BTreeSet<NodeName> = self.living().map(|(node, _)| node.clone()).collect();
        self.votes.claim(node, beat.reached, beat.hash);
        for other in self.votes.decided(&living) {
            self.standing_mut(&other).suspected = true;
            moves.push(Move::Differs(other));
        }
        moves.extend(self.votes.beat(id, living.len()).then_some(Move::Mark));
        moves
    }

    /// A node is there no more; says whether it was. What it has said of others does not count any more.
    fn end(&mut self, node: &NodeName) -> bool {
        let Some(standing) = self.nodes.get_mut(node).filter(|standing| standing.living) else {
            return false;
        };
        standing.end();
        for other in self.nodes.values_mut() {
            other.unheard.remove(node);
        }
        true
    }

    /// All living nodes can apply that version, which is the next.
    pub(super) fn may_raise(&self, version: u32) -> bool {
        version == self.version + 1 && self.living().all(|(_, standing)| standing.applies.1 >= version)
    }

    /// The option in which this node differs from those that are there, itself before it came in again not counted.
    pub(super) fn differs_in<'a>(&'a self, node: &NodeName, options: &'a SharedOptions) -> Option<&'a str> {
        self.living().find(|(other, _)| *other != node)?;
        let names = self.options.keys().chain(options.keys());
        names.map(String::as_str).find(|name| self.options.get(*name) != options.get(*name))
    }

    /// Which log this is.
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// In which version nodes write.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How a node stands, if there ever was one of that name.
    pub fn standing(&self, node: &NodeName) -> Option<&NodeStanding> {
        self.nodes.get(node)
    }

    /// All nodes that there ever were, by name.
    pub fn nodes(&self) -> impl Iterator<Item = (&NodeName, &NodeStanding)> {
        self.nodes.iter()
    }

    /// The nodes that are there.
    pub fn living(&self) -> impl Iterator<Item = (&NodeName, &NodeStanding)> {
        self.nodes.iter().filter(|(_, standing)| standing.living)
    }

    /// Who writes the next snapshot: of those who are above suspicion the one with the least name.
    pub(super) fn snapshot_writer(&self) -> Option<&NodeName> {
        self.living().find(|(_, standing)| !standing.suspected).map(|(node, _)| node)
    }

    /// How much the log has grown since the newest snapshot that was told of, and how old that is at `id`.
    pub(super) fn since_snapshot(&self, id: EntryId) -> (Growth, Duration) {
        let age = id.millis.saturating_sub(self.snapshots.1.millis);
        (self.grown, Duration::from_millis(age))
    }

    /// What stands before this entry of the log nobody needs: a snapshot behind it is there twice, and all living nodes have read it.
    pub(super) fn trim_bound(&self) -> EntryId {
        self.living().map(|(_, standing)| standing.reached).fold(self.snapshots.0, EntryId::min)
    }

    fn standing_mut(&mut self, node: &NodeName) -> &mut NodeStanding {
        self.nodes.get_mut(node).expect("the caller has asked whether it lives")
    }
}
