//! The nodes of a chat that several of them share: whose connections each member goes on under.
//!
//! Kept small, and asked in no time however many nodes there are: one byte for each slot of a member.
//!
//! Invariant: a member is of one node at the most, which is there; of a node that is gone there is nobody.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::effect::RoomId;
use super::node_name::NodeName;
use super::snapshot_error::SnapshotError;

/// The number of a node; [`NOBODYS`] is none's. A log knows [`NODES_MAX`](crate::limits::NODES_MAX) names at most.
type NodeNumber = u8;

/// Stands where a slot has no member, or one of no node.
const NOBODYS: NodeNumber = 0;

/// The nodes that are there, each with its members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(super) struct LivingNodes {
    /// By number, the first of which is 1. None: no node has that number now.
    nodes: Vec<Option<LivingNode>>,
    /// By slot, as far as any member was of a node.
    by_slot: Vec<NodeNumber>,
}

#[derive(Clone, Debug)]
struct LivingNode {
    name: NodeName,
    members: usize,
}

/// What is stored of [`LivingNodes`].
#[derive(Serialize, Deserialize)]
struct Stored {
    nodes: Vec<Option<NodeName>>,
    by_slot: Vec<NodeNumber>,
}

impl From<LivingNodes> for Stored {
    fn from(LivingNodes { nodes, by_slot }: LivingNodes) -> Stored {
        Stored { nodes: nodes.into_iter().map(|node| node.map(|node| node.name)).collect(), by_slot }
    }
}

impl TryFrom<Stored> for LivingNodes {
    type Error = SnapshotError;

    fn try_from(Stored { nodes, by_slot }: Stored) -> Result<LivingNodes, SnapshotError> {
        if nodes.len() >= usize::from(NodeNumber::MAX) {
            return Err(SnapshotError::Broken("which nodes there are"));
        }
        let nodes = nodes.into_iter().map(|name| name.map(|name| LivingNode { name, members: 0 })).collect();
        let mut all = LivingNodes { nodes, by_slot: Vec::new() };
        for &number in by_slot.iter().filter(|&&number| number != NOBODYS) {
            let node = all.node_mut(number).ok_or(SnapshotError::Broken("of which node a member is"))?;
            node.members += 1;
        }
        Ok(LivingNodes { by_slot, ..all })
    }
}

/// Members whose node is gone and who have not left yet: they do so before anything else comes out of the log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Stranded {
    /// Their slots, in order.
    pub(super) slots: VecDeque<u32>,
    /// The rooms that others of them have left, which have not been told.
    pub(super) rooms: BTreeSet<RoomId>,
}

impl Stranded {
    /// Whether all have left, and all was told.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.rooms.is_empty()
    }
}

impl LivingNodes {
    /// Whether no node has anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.living().all(|(_, node)| node.members == 0)
    }

    /// A member goes on under a connection of that node.
    pub(super) fn seat(&mut self, node: &NodeName, slot: u32) {
        let number = self.number(node).unwrap_or(NOBODYS);
        self.put(slot, number);
    }

    /// Whether a member goes on under a connection of another node than that.
    pub(super) fn is_elsewhere(&self, node: &NodeName, slot: u32) -> bool {
        let number = self.of(slot);
        number != NOBODYS && self.number(node) != Some(number)
    }

    /// A member has left.
    pub(super) fn remove(&mut self, slot: u32) {
        self.put(slot, NOBODYS);
    }

    /// How many members each node has.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&NodeName, usize)> {
        self.living().map(|(_, node)| (&node.name, node.members))
    }

    /// A node is there from now on, with nobody.
    pub(super) fn add(&mut self, node: NodeName) {
        debug_assert!(self.number(&node).is_none(), "{node} is there already");
        let node = Some(LivingNode { name: node, members: 0 });
        match self.nodes.iter_mut().find(|node| node.is_none()) {
            Some(free) => *free = node,
            None => self.nodes.push(node),
        }
    }

    /// A node is there no more; gives the slots of its members, in order, who are of none from now on.
    pub(super) fn remove_node(&mut self, node: &NodeName) -> VecDeque<u32> {
        let Some(number) = self.number(node) else { return VecDeque::new() };
        self.nodes[usize::from(number) - 1] = None;
        let members = (0..).zip(&mut self.by_slot).filter(|(_, of)| **of == number);
        members.map(|(slot, of)| (*of = NOBODYS, slot).1).collect()
    }

    /// The nodes that are there, each with its number.
    fn living(&self) -> impl Iterator<Item = (NodeNumber, &LivingNode)> {
        let numbered = (NOBODYS + 1..).zip(&self.nodes);
        numbered.filter_map(|(number, node)| Some((number, node.as_ref()?)))
    }

    fn number(&self, node: &NodeName) -> Option<NodeNumber> {
        self.living().find(|(_, living)| living.name == *node).map(|(number, _)| number)
    }

    fn node_mut(&mut self, number: NodeNumber) -> Option<&mut LivingNode> {
        self.nodes.get_mut(usize::from(number).checked_sub(1)?)?.as_mut()
    }

    /// The node of the member in a slot.
    fn of(&self, slot: u32) -> NodeNumber {
        self.by_slot.get(slot as usize).copied().unwrap_or(NOBODYS)
    }

    /// The member in a slot is of that node from now on.
    fn put(&mut self, slot: u32, number: NodeNumber) {
        let before = self.of(slot);
        if before == number {
            return;
        }
        if self.by_slot.len() <= slot as usize {
            self.by_slot.resize(slot as usize + 1, NOBODYS);
        }
        self.by_slot[slot as usize] = number;
        self.node_mut(before).into_iter().for_each(|node| node.members -= 1);
        self.node_mut(number).into_iter().for_each(|node| node.members += 1);
    }
}
