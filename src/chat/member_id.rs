//! Who is meant, among the people of the chat: whatever connection they go on under.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names one member from the moment at which they have a name until they leave: a slot, which is given again, and the number of
/// its tenant among all who came, which is not. The chat gives it out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct MemberId(u64);

impl MemberId {
    /// The least of all that there may be.
    pub(super) const MIN: MemberId = MemberId(0);
    /// The greatest of all that there may be.
    pub(super) const MAX: MemberId = MemberId(u64::MAX);

    /// The id of the member in `slot` who came as number `serial`.
    pub(super) fn new(slot: u32, serial: u32) -> MemberId {
        MemberId(u64::from(serial) << 32 | u64::from(slot))
    }

    /// Which tenant of its slot this is.
    pub(super) fn serial(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Where this member's things are kept.
    pub(super) fn slot(self) -> usize {
        self.place() as usize
    }

    /// The slot as sets of members have it.
    pub(super) fn place(self) -> u32 {
        (self.0 & u64::from(u32::MAX)) as u32
    }
}

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member {}.{}", self.slot(), self.serial())
    }
}
