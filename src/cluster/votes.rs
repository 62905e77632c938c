//! Whether all nodes make the same of the log: they say their hashes of one place of it, and fewer yield to more.
//!
//! Whoever takes other nodes for living than the others do, or another entry for the next, has other marks. To have none where the others have
//! one is to differ, as well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entry_id::EntryId;
use crate::chat::NodeName;
use crate::limits::BEATS_PER_MARK;

/// What was said of the last mark. The claims are in the log, so all nodes decide alike, whatever they have made of it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Votes {
    /// The beat behind which hashes are compared; none: it is decided, or there was none yet.
    mark: Option<EntryId>,
    claims: BTreeMap<NodeName, MarkClaim>,
    /// Beats since the mark.
    beats: u32,
}

/// What the last mark was that a node has read, and the hash behind it.
pub(super) type MarkClaim = Option<(EntryId, u64)>;

impl Votes {
    /// A node says its claim, of up to where it has read the log. That tells nothing of a mark behind that.
    pub(super) fn claim(&mut self, node: &NodeName, reached: EntryId, claim: MarkClaim) {
        if self.mark.is_some_and(|mark| reached >= mark) {
            self.claims.insert(node.clone(), claim);
        }
    }

    /// A node has beaten, of so many that are there. Says whether this beat is the next mark.
    pub(super) fn beat(&mut self, id: EntryId, living: usize) -> bool {
        self.beats += 1;
        let next = self.beats >= BEATS_PER_MARK * u32::try_from(living).unwrap_or(u32::MAX);
        if next {
            *self = Votes { mark: Some(id), ..Votes::default() };
        }
        next
    }

    /// Those who have to yield, once all of the living have said what they made of the log up to the mark.
    pub(super) fn decided(&mut self, living: &BTreeSet<NodeName>) -> BTreeSet<NodeName> {
        if self.mark.is_none() || !living.iter().all(|node| self.claims.contains_key(node)) {
            return BTreeSet::new();
        }
        let mut groups: BTreeMap<MarkClaim, BTreeSet<NodeName>> = BTreeMap::new();
        let claims = std::mem::take(&mut self.claims).into_iter().filter(|(node, _)| living.contains(node));
        for (node, claim) in claims {
            groups.entry(claim).or_default().insert(node);
        }
        self.mark = None;
        // On a tie those stay among whom the least name is.
        let most = groups.values().max_by_key(|group| (group.len(), Reverse(group.first().cloned())));
        let most = most.cloned().unwrap_or_default();
        living.difference(&most).cloned().collect()
    }
}
