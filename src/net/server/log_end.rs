//! What a server keeps that is one of several nodes: its node, and what is on its way.

use std::collections::VecDeque;

use crate::chat::{ClientId, MessageId, MonoTime, NodeName, NodeReport, Proposal, Proposed, UnixMillis};
use crate::cluster::{EntryId, Node, NodeConfig, NodeOutput, NodeStanding};

/// This server's end of the log.
#[derive(Debug)]
pub(super) struct LogEnd {
    pub(super) node: Node<Proposal>,
    pub(super) name: NodeName,
    /// Changes that are in no entry yet.
    pub(super) proposed: VecDeque<Proposal>,
    /// The entries under way, oldest first: their numbers, and how many changes they hold.
    pub(super) entries: VecDeque<(u64, usize)>,
    /// Who waits for each change under way, or in no entry yet, oldest first.
    pub(super) waiting: VecDeque<Option<ClientId>>,
    pub(super) outputs: Vec<NodeOutput>,
    /// Something was read that is not applied.
    pub(super) has_more: bool,
    /// The last message that was given to the history.
    kept: MessageId,
    /// Takes in turn what the hub proposes.
    pub(super) buffer: Vec<Proposed>,
}

impl LogEnd {
    pub(super) fn new(config: NodeConfig, kept: MessageId) -> LogEnd {
        LogEnd {
            name: config.name.clone(),
            node: Node::new(config),
            proposed: VecDeque::new(),
            entries: VecDeque::new(),
            waiting: VecDeque::new(),
            outputs: Vec::new(),
            has_more: false,
            kept,
            buffer: Vec::new(),
        }
    }

    /// Whether a message is new to the history: entries are applied again when the node goes on from another place of the log.
    pub(super) fn keeps(&mut self, message: MessageId) -> bool {
        let is_new = message > self.kept;
        self.kept = self.kept.max(message);
        is_new
    }

    /// The last message that was given to the history.
    pub(super) fn kept(&self) -> MessageId {
        self.kept
    }

    /// How the nodes stand that the log knows, by name.
    pub(super) fn node_reports(&self) -> Vec<NodeReport> {
        let nodes = self.node.replica().into_iter().flat_map(|replica| replica.ledger().nodes());
        let report = |(name, standing): (&NodeName, &NodeStanding)| NodeReport {
            name: name.clone(),
            living: standing.living,
            heard: time_of(standing.heard),
            reached: time_of(standing.reached),
            own: *name == self.name,
        };
        nodes.map(report).collect()
    }

    pub(super) fn has_work(&self) -> bool {
        self.has_more || self.node.is_open() && !self.proposed.is_empty()
    }

    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.node.next_due()
    }
}

/// When an entry was written.
pub(super) fn time_of(entry: EntryId) -> UnixMillis {
    UnixMillis(i64::try_from(entry.millis).unwrap_or(i64::MAX))
}
