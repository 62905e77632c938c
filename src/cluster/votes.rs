//! Whether all nodes make the same of the log: they say their hashes of one place of it, and fewer yield to more.

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
    claims: BTreeMap<NodeName, u64>,
    /// Beats since the mark.
    beats: u32,
}

impl Votes {
    /// A node says what the hash was behind a mark, if that is the last one.
    pub(super) fn claim(&mut self, node: &NodeName, claim: Option<(EntryId, u64)>) {
        if let Some((mark, hash)) = claim
            && self.mark == Some(mark)
        {
            self.claims.insert(node.clone(), hash);
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
        let mut groups: BTreeMap<u64, BTreeSet<NodeName>> = BTreeMap::new();
        let claims = std::mem::take(&mut self.claims).into_iter().filter(|(node, _)| living.contains(node));
        for (node, hash) in claims {
            groups.entry(hash).or_default().insert(node);
        }
        self.mark = None;
        // On a tie those stay among whom the least name is.
        let most = groups.values().max_by_key(|group| (group.len(), Reverse(group.first().cloned())));
        let most = most.cloned().unwrap_or_default();
        living.difference(&most).cloned().collect()
    }
}
