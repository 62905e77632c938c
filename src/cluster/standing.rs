//! How one node stands, as the log tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::Hello;
use super::entry_id::EntryId;
use crate::chat::NodeName;

/// What is known of a node: of its last epoch, living or dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeStanding {
    /// The entry by which it came in last.
    pub epoch: EntryId,
    /// Which process that was, and which of its greetings.
    pub instance: (u64, u32),
    /// Whether it is there.
    pub living: bool,
    /// The number that its next entry has to have.
    pub next: u64,
    /// The versions that it can apply.
    pub applies: (u32, u32),
    /// Up to where it said that it has read the log.
    pub reached: EntryId,
    /// Its last entry.
    pub heard: EntryId,
    /// It has made something else of the log than most others: it is to begin again.
    pub suspected: bool,
    /// How often each other living node has beaten since this one's last entry.
    pub(super) unheard: BTreeMap<NodeName, u32>,
}

impl NodeStanding {
    /// That of a node that has just come in.
    pub(super) fn new(id: EntryId, hello: &Hello) -> NodeStanding {
        NodeStanding {
            epoch: id,
            instance: (hello.instance, hello.greeting),
            living: true,
            next: hello.first,
            applies: hello.applies,
            reached: hello.reached,
            heard: id,
            suspected: false,
            unheard: BTreeMap::new(),
        }
    }

    /// It has written an entry that counts.
    pub(super) fn heard(&mut self, id: EntryId) {
        self.next += 1;
        self.heard = id;
        self.unheard.clear();
    }

    /// Another node has beaten. Gives how often it has since this one's last entry.
    pub(super) fn unheard_by(&mut self, other: &NodeName) -> u32 {
        let beats = self.unheard.entry(other.clone()).or_default();
        *beats += 1;
        *beats
    }

    /// It is there no more.
    pub(super) fn end(&mut self) {
        self.living = false;
        self.unheard.clear();
    }
}
