//! What a node is given and what it gives: values, so that whoever owns the connections to the log owns nothing else.

use std::sync::Arc;
use std::time::Duration;

use super::entry::SharedOptions;
use super::entry_id::EntryId;
use super::ledger::Growth;
use super::line::LogLine;
use super::news::{News, StopReason};
use super::replica::Replica;
use crate::chat::NodeName;
use crate::limits::{SNAPSHOT_BYTES, SNAPSHOT_ENTRIES, SNAPSHOT_INTERVAL};

/// What there is to know of one node before it begins.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Its name.
    pub name: NodeName,
    /// A number that no other process of that name has: a random one.
    pub instance: u64,
    /// The least and the greatest version that it can apply.
    pub applies: (u32, u32),
    /// Its options that decide.
    pub options: SharedOptions,
    /// The log that its data belong to, if they belong to one.
    pub incarnation: Option<u64>,
    /// After so many entries a snapshot is due.
    pub snapshot_entries: u64,
    /// And after so many bytes of the log.
    pub snapshot_bytes: u64,
    /// And after this time.
    pub snapshot_interval: Duration,
}

impl NodeConfig {
    /// One that knows `version` only.
    pub fn new(name: NodeName, instance: u64, version: u32) -> NodeConfig {
        NodeConfig {
            name,
            instance,
            applies: (version, version),
            options: SharedOptions::new(),
            incarnation: None,
            snapshot_entries: SNAPSHOT_ENTRIES,
            snapshot_bytes: SNAPSHOT_BYTES,
            snapshot_interval: SNAPSHOT_INTERVAL,
        }
    }

    /// Whether another snapshot is due, where the log has grown by so much, in so long, since the last one.
    pub(super) fn is_snapshot_due(&self, (grown, age): (Growth, Duration)) -> bool {
        grown.entries >= self.snapshot_entries
            || grown.bytes >= self.snapshot_bytes
            || age >= self.snapshot_interval
    }
}

/// Something that a node is given.
#[derive(Debug)]
pub enum NodeInput<C> {
    /// The snapshot that was asked for, without the state of the chat, which is to be restored if the node goes on from it; none: there is none.
    Snapshot(Option<Box<Replica>>),
    /// Lines were read.
    Read(Read<C>),
    /// A snapshot was written at this entry; none: it could not be.
    Written(Option<EntryId>),
    /// The connections to the log are lost. What was appended may be in the log, may come late, or never.
    Lost,
    /// They are there again.
    Back,
    /// Time has passed: to be given at [`Node::next_due`](super::Node::next_due) or later.
    Tick,
    /// The node is to leave.
    Leave,
}

/// Lines that were read behind an entry.
#[derive(Debug)]
pub struct Read<C> {
    /// That entry.
    pub after: EntryId,
    /// The hash of its bytes, looked at after the lines were read; none: it is not there. Without it nobody could tell whether lines
    /// between are missing, because they were trimmed, or whether the log is still the same.
    pub anchor: Option<u64>,
    /// The lines, in order; none: nothing has come for a while.
    pub lines: Vec<LogLine<C>>,
    /// There were no more.
    pub end: bool,
}

/// Something to be done for a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeOutput {
    /// Append this to the log, behind what was to be appended before.
    Append(Arc<[u8]>),
    /// Read the newest snapshot that stands before this entry, or at all. What is being read from the log is not to be given any more.
    LoadSnapshot(Option<EntryId>),
    /// Read the log behind this entry, over and over, in each case with the [anchor](Read::anchor).
    ReadFrom(EntryId),
    /// Write a snapshot, right behind a look at the log that shows that its entry is there, and the same.
    WriteSnapshot,
    /// Take out of the log what stands before this entry; in the same breath as a read whose anchor is there: of a log that has been rewound it
    /// could be what the others need.
    Trim(EntryId),
    /// These entries of the node itself do not count, and never will.
    Refused(Vec<u64>),
    /// What became of these entries of the node itself it cannot know: they may have counted.
    Unknown(Vec<u64>),
    /// Tell this.
    Tell(News),
    /// The node is at its end, for this reason: all its people have to leave.
    Stop(StopReason),
}
