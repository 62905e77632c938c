//! How much the administrator is told of what no node has written.

use crate::chat::MonoTime;
use crate::limits::{GARBAGE_TOLD, GARBAGE_TOLD_INTERVAL};

/// How much has been told of entries that no node has written: who can write to the log could fill the disks of all nodes with words
/// about it.
#[derive(Debug, Default)]
pub(super) struct GarbageTold {
    /// One by one, since then.
    one_by_one: u32,
    since: MonoTime,
    /// And not told, since then.
    untold: u64,
}

impl GarbageTold {
    /// Counts one more. Gives whether it is told by itself.
    pub(super) fn count(&mut self, now: MonoTime) -> bool {
        if self.one_by_one == 0 {
            self.since = now;
        }
        let is_told = self.one_by_one < GARBAGE_TOLD;
        if is_told {
            self.one_by_one += 1;
        } else {
            self.untold += 1;
        }
        is_told
    }

    /// How many have not been told, each time that is to be said; from then on some are told one by one again.
    pub(super) fn more(&mut self, now: MonoTime) -> Option<u64> {
        if self.one_by_one == 0 || now.since(self.since) < GARBAGE_TOLD_INTERVAL {
            return None;
        }
        let untold = std::mem::take(self).untold;
        (untold > 0).then_some(untold)
    }
}
