//! What a server keeps that is one of several nodes: its node, and what is on its way.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::unanswered::Unanswered;
use crate::chat::{
    ClientId, MessageId, MonoTime, NodeName, NodeReport, Proposal, Proposed, Time, Turn, UnixMillis,
};
use crate::cluster::{Delivery, EntryId, Happening, Node, NodeConfig, NodeOutput, NodeStanding, StoredNode};
use crate::control::AccountOrder;
use crate::limits::{LOG_CHANGES_PER_ENTRY, LOG_ENTRY_BYTES};
use crate::net::handover::HandoverError;

/// Who waits for a change.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The client whose next commands do, if it is a client's.
    pub(super) client: Option<ClientId>,
    /// See [`Proposed::command`].
    pub(super) command: Option<u64>,
}

/// This server's end of the log.
#[derive(Debug)]
pub(super) struct LogEnd {
    pub(super) node: Node<Proposal>,
    pub(super) name: NodeName,
    /// Changes that are in no entry yet.
    pub(super) proposed: VecDeque<Proposal>,
    /// The entries under way, oldest first: their numbers, and how many changes they hold.
    pub(super) entries: VecDeque<(u64, usize)>,
    /// The changes under way, or in no entry yet, oldest first.
    pub(super) waiting: VecDeque<Waiting>,
    /// Clients with a command that waits for room and for nothing else, in the order in which they came. Some are gone.
    pub(super) without_room: VecDeque<ClientId>,
    pub(super) unanswered: Unanswered,
    pub(super) outputs: Vec<NodeOutput>,
    /// The entry that is being applied.
    pub(super) current: Option<CurrentEntry>,
    /// Something was read that is not applied.
    pub(super) has_more: bool,
    /// The node has been there: people are let in from then on, also while it is not.
    pub(super) opened: bool,
    /// Orders of the administrator that only read, and wait until the node has been there, with their tickets.
    pub(super) early_orders: Vec<(u64, AccountOrder)>,
    /// The last message that was given to the history.
    kept: MessageId,
    /// Takes in turn what the hub proposes.
    pub(super) buffer: Vec<Proposed>,
}

/// The same as it is written down for another program: see [`Node::store`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredLogEnd {
    node: StoredNode,
    proposed: VecDeque<Proposal>,
    entries: VecDeque<(u64, usize)>,
    waiting: VecDeque<Waiting>,
    without_room: VecDeque<ClientId>,
    unanswered: Unanswered,
    opened: bool,
    early_orders: Vec<(u64, AccountOrder)>,
    kept: MessageId,
}

impl LogEnd {
    pub(super) fn new(config: NodeConfig, kept: MessageId) -> LogEnd {
        LogEnd {
            name: config.name.clone(),
            node: Node::new(config),
            proposed: VecDeque::new(),
            entries: VecDeque::new(),
            waiting: VecDeque::new(),
            without_room: VecDeque::new(),
            unanswered: Unanswered::default(),
            outputs: Vec::new(),
            current: None,
            has_more: false,
            opened: false,
            early_orders: Vec::new(),
            kept,
            buffer: Vec::new(),
        }
    }

    /// What there is to know of it between two entries. What is to be done at the log is not in it.
    pub(super) fn store(&self) -> StoredLogEnd {
        let LogEnd {
            node,
            name: _,
            proposed,
            entries,
            waiting,
            without_room,
            unanswered,
            outputs: _,
            current,
            has_more: _,
            opened,
            early_orders,
            kept,
            buffer,
        } = self;
        assert!(current.is_none(), "an entry is applied as a whole before");
        debug_assert!(buffer.is_empty(), "what is proposed is taken at once");
        StoredLogEnd {
            node: node.store(),
            proposed: proposed.clone(),
            entries: entries.clone(),
            waiting: waiting.clone(),
            without_room: without_room.clone(),
            unanswered: unanswered.clone(),
            opened: *opened,
            early_orders: early_orders.clone(),
            kept: *kept,
        }
    }

    /// Goes on with what another program has written down at `now`.
    ///
    /// # Errors
    ///
    /// This program cannot be that node, or it contradicts itself.
    pub(super) fn restore(
        config: NodeConfig,
        stored: StoredLogEnd,
        now: Time,
    ) -> Result<LogEnd, HandoverError> {
        let StoredLogEnd {
            node,
            proposed,
            entries,
            waiting,
            without_room,
            unanswered,
            opened,
            early_orders,
            kept,
        } = stored;
        let under_way: usize = entries.iter().map(|(_, changes)| changes).sum();
        if waiting.len() != under_way + proposed.len() {
            return Err(HandoverError::Broken("who waits for the log"));
        }
        if !unanswered.is_sound() {
            return Err(HandoverError::Broken("what is to be answered"));
        }
        let name = config.name.clone();
        let node = Node::restore(config, node, now)?;
        Ok(LogEnd {
            node,
            name,
            proposed,
            entries,
            waiting,
            without_room,
            unanswered,
            outputs: Vec::new(),
            current: None,
            has_more: false,
            opened,
            early_orders,
            kept,
            buffer: Vec::new(),
        })
    }

    /// Takes out the oldest changes that are in no entry yet, as many as one holds.
    pub(super) fn take_proposed(&mut self) -> Vec<Proposal> {
        let (mut count, mut bytes) = (0, 0);
        for change in self.proposed.iter().take(LOG_CHANGES_PER_ENTRY) {
            bytes += change.bytes();
            if count > 0 && bytes > LOG_ENTRY_BYTES {
                break;
            }
            count += 1;
        }
        self.proposed.drain(..count).collect()
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

    /// How many changes are under way, or in no entry yet.
    pub(super) fn under_way(&self) -> usize {
        self.waiting.len()
    }

    /// Whether something is to go into an entry, and may. Not in the middle of one that is applied: it may be the one by which the node
    /// comes in, and what was under way before is handled anew when that is over.
    pub(super) fn may_submit(&self) -> bool {
        self.current.is_none() && self.node.is_open() && !self.proposed.is_empty()
    }

    pub(super) fn has_work(&self) -> bool {
        self.has_more || self.may_submit()
    }

    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.node.next_due()
    }
}

/// An entry that is being applied: a turn of the loop may end in the middle of it.
#[derive(Debug)]
pub(super) struct CurrentEntry {
    /// Its time.
    pub(super) at: UnixMillis,
    /// What is left of it, in order.
    pub(super) turns: VecDeque<Turn>,
}

impl CurrentEntry {
    pub(super) fn new(Delivery { id, happenings, own }: Delivery<Proposal>) -> CurrentEntry {
        let mut turns = VecDeque::new();
        for happening in happenings {
            match happening {
                Happening::Joined(node) => turns.push_back(Turn::Joined(node)),
                Happening::Gone(node, _) => turns.push_back(Turn::Gone(node)),
                Happening::Changes(node, changes) => {
                    let own = own.is_some();
                    let change = |proposal| Turn::Change { node: node.clone(), own, proposal };
                    turns.extend(changes.into_iter().map(change));
                }
            }
        }
        turns.push_back(Turn::Over);
        CurrentEntry { at: time_of(id), turns }
    }
}

/// When an entry was written.
pub(super) fn time_of(entry: EntryId) -> UnixMillis {
    UnixMillis(i64::try_from(entry.millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The administrator says something of so many letters.
    fn says(letters: usize) -> Proposal {
        let change = json!({"ServerSay": [null, "x".repeat(letters)]});
        serde_json::from_value(change).expect("a change")
    }

    #[test]
    fn entry_holds_so_many_changes_and_bytes_and_a_longer_change_goes_alone() {
        let name = "a".parse().expect("a name");
        let mut end = LogEnd::new(NodeConfig::new(name, 1, 1), MessageId::default());
        let half = LOG_ENTRY_BYTES / 2 - says(0).bytes();
        let short = [0; LOG_CHANGES_PER_ENTRY + 1];
        let letters = [&[half, half, half + 1, half, LOG_ENTRY_BYTES, 1], short.as_slice()].concat();
        end.proposed.extend(letters.into_iter().map(says));
        let entries: Vec<usize> =
            std::iter::from_fn(|| Some(end.take_proposed().len()).filter(|&count| count > 0)).collect();
        assert_eq!(entries, [2, 1, 1, 1, LOG_CHANGES_PER_ENTRY, 2]);
    }
}
