//! A node between two steps as it is written down, for another program that goes on as the same one.
//!
//! Invariant: it goes on as the same process in the same epoch, and with the same numbers, so the other nodes see none end and none come. For
//! itself it is as if its connections were lost: when they are [back](crate::cluster::NodeInput::Back), it reads on behind what was applied last, and what has not come back is
//! sent as it was. Each field of [`Node`] is named here in both directions, so none can be forgotten.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Beats, EntryId, GarbageTold, Node, NodeConfig, NodePhase, Replica, SentEntries, SentEntry,
    SnapshotProgress, StopReason, unable,
};
use crate::chat::{MonoTime, NodeName, Time};

/// All that another program has to know of a node. What was read and not applied is not in it: it is read again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredNode {
    name: NodeName,
    instance: u64,
    incarnation: Option<u64>,
    phase: NodePhase,
    replica: Option<Replica>,
    began: Option<EntryId>,
    unanchored: Vec<EntryId>,
    before: Option<EntryId>,
    none_before: Option<EntryId>,
    under_way: Vec<SentEntry>,
    next: u64,
    greeting: u32,
    was_there: bool,
    beats: Beats,
    raising: Option<u64>,
    newest_snapshot: Option<EntryId>,
    leaving: bool,
    lost: Option<MonoTime>,
    away: bool,
    differed: bool,
}

/// Why a node does not go on in this program.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NodeRefused {
    /// It has another name here.
    #[error("it is the node {0}, and --node {1} is another one")]
    Name(NodeName, NodeName),
    /// The nodes write in a version that this release does not know, or may write in it because of what this one has told them.
    #[error("the nodes write, or may write, in version {0} of their log, which this program does not know")]
    Version(u32),
    /// An option that decides is another one with the other nodes.
    #[error("the other nodes have another value of {0}")]
    Option(String),
    /// What it says of its own entries cannot be.
    #[error("what is under way contradicts itself")]
    UnderWay,
}

impl<C> Node<C> {
    /// What there is to know of it, behind the [step](Node::step) that was applied last. What it wanted [done](Node::outputs) has to
    /// have been done, but for what is to be [appended](crate::cluster::NodeOutput::Append): that is sent again.
    ///
    /// # Panics
    ///
    /// The last step has not been applied.
    pub fn store(&self) -> StoredNode {
        let Node {
            config,
            phase,
            replica,
            lines: _,
            read_to: _,
            at_end: _,
            began,
            unanchored,
            before,
            none_before,
            under_way,
            next,
            greeting,
            was_there,
            beats,
            garbage: _,
            raising,
            snapshots,
            leaving,
            lost,
            away,
            differed,
            now: _,
            outputs: _,
        } = self;
        assert!(replica.as_ref().is_none_or(Replica::is_settled), "the last step has to be applied first");
        StoredNode {
            name: config.name.clone(),
            instance: config.instance,
            incarnation: config.incarnation,
            phase: phase.clone(),
            replica: replica.clone(),
            began: *began,
            unanchored: unanchored.clone(),
            before: *before,
            none_before: *none_before,
            under_way: under_way.iter().cloned().collect(),
            next: *next,
            greeting: *greeting,
            was_there: *was_there,
            beats: beats.clone(),
            raising: *raising,
            newest_snapshot: snapshots.newest,
            leaving: *leaving,
            lost: *lost,
            away: *away,
            differed: *differed,
        }
    }

    /// Goes on, as `config` says, with what another program has written down at `now`. [`NodeInput::Back`](crate::cluster::NodeInput::Back) is to be given when there are
    /// connections.
    ///
    /// # Errors
    ///
    /// This program cannot be that node.
    pub fn restore(config: NodeConfig, stored: StoredNode, now: Time) -> Result<Node<C>, NodeRefused> {
        let StoredNode {
            name,
            instance,
            incarnation,
            phase,
            replica,
            began,
            unanchored,
            before,
            none_before,
            under_way,
            next,
            greeting,
            was_there,
            beats,
            raising,
            newest_snapshot,
            leaving,
            lost,
            away,
            differed,
        } = stored;
        if name != config.name {
            return Err(NodeRefused::Name(name, config.name));
        }
        replica.as_ref().map_or(Ok(()), |replica| may_go_on(&config, replica))?;
        let numbers = under_way.iter().map(|sent| sent.number);
        if !numbers.chain([next]).is_sorted_by(|one, next| one < next) {
            return Err(NodeRefused::UnderWay);
        }
        let read_to = replica.as_ref().map_or((EntryId::ZERO, 0), |it| (it.at(), it.digest()));
        Ok(Node {
            config: NodeConfig { instance, incarnation, ..config },
            phase,
            replica,
            lines: VecDeque::new(),
            read_to,
            at_end: false,
            began,
            unanchored,
            before,
            none_before,
            under_way: SentEntries::of(under_way),
            next,
            greeting,
            was_there,
            beats,
            garbage: GarbageTold::default(),
            raising,
            // What becomes of one that was being written nobody hears.
            snapshots: SnapshotProgress { newest: newest_snapshot, ..SnapshotProgress::default() },
            leaving,
            lost: lost.or(Some(now.mono)),
            away,
            differed,
            now,
            outputs: Vec::new(),
        })
    }
}

/// Whether this program can apply and write what the others do.
fn may_go_on(config: &NodeConfig, replica: &Replica) -> Result<(), NodeRefused> {
    let ledger = replica.ledger();
    if let Some(StopReason::TooOld(version) | StopReason::TooNew(version)) = unable(config, ledger) {
        return Err(NodeRefused::Version(version));
    }
    // What the log was told that the node can apply.
    let promised = ledger.standing(&config.name).map_or(0, |standing| standing.applies.1);
    if promised > config.applies.1 {
        return Err(NodeRefused::Version(promised));
    }
    match ledger.differs_in(&config.name, &config.options) {
        Some(option) => Err(NodeRefused::Option(option.to_owned())),
        None => Ok(()),
    }
}
