//! Who is meant: a slot and the generation of its tenant, in one number.
//!
//! Invariant: two clients never share an id, so whatever comes late for the one cannot reach the other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names one connection for as long as the server runs. The slot is reused, the generation is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId(u64);

impl ClientId {
    /// An id for `slot` in its `generation`. Generation 0 is never a client's.
    pub fn new(slot: u32, generation: u32) -> ClientId {
        ClientId(u64::from(generation) << 32 | u64::from(slot))
    }

    /// Reads an id back from the number that [`ClientId::to_bits`] gave.
    pub const fn from_bits(bits: u64) -> ClientId {
        ClientId(bits)
    }

    /// The id as one number: what a readiness event carries.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// Where this client's things are kept.
    pub fn slot(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }

    /// The slot as sets of clients have it.
    pub(super) fn place(self) -> u32 {
        (self.0 & u64::from(u32::MAX)) as u32
    }

    /// Which tenant of the slot this is.
    pub fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.slot(), self.generation())
    }
}
