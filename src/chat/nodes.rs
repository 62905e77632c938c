//! The nodes of a chat that several of them share: whose connections each member goes on under.
//!
//! Invariant: a member is of one node at the most; of a node that is gone there is nobody.

use serde::{Deserialize, Serialize};

use super::node_name::NodeName;
use super::slots::SlotSet;

/// The nodes that are there, in the order in which they came, each with the slots of its members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct LivingNodes(Vec<(NodeName, SlotSet)>);

impl LivingNodes {
    /// Whether no node has anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, members)| members.is_empty())
    }

    /// A member goes on under a connection of that node.
    pub(super) fn seat(&mut self, node: &NodeName, slot: u32) {
        for (name, members) in &mut self.0 {
            if name == node {
                members.insert(slot);
            } else {
                members.remove(slot);
            }
        }
    }

    /// Whether a member goes on under a connection of another node than that.
    pub(super) fn is_elsewhere(&self, node: &NodeName, slot: u32) -> bool {
        self.0.iter().any(|(name, members)| name != node && members.contains(slot))
    }

    /// A member has left.
    pub(super) fn remove(&mut self, slot: u32) {
        self.0.iter_mut().for_each(|(_, members)| members.remove(slot));
    }

    /// The slots of a node's members.
    pub(super) fn members(&self, node: &NodeName) -> impl Iterator<Item = u32> {
        let known = self.0.iter().find(|(name, _)| name == node);
        known.into_iter().flat_map(|(_, members)| members.iter())
    }

    /// How many members each node has.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&NodeName, usize)> {
        self.0.iter().map(|(name, members)| (name, members.len()))
    }

    /// A node is there from now on, with nobody.
    pub(super) fn add(&mut self, node: NodeName) {
        debug_assert!(self.members(&node).next().is_none(), "{node} is there already");
        self.0.push((node, SlotSet::default()));
    }

    /// A node is there no more, nor is any member of it.
    pub(super) fn forget(&mut self, node: &NodeName) {
        self.0.retain(|(name, _)| name != node);
    }
}
