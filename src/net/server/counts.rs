//! Connections, counted where they come, change and go, so that nobody has to look at all of them.
//!
//! Invariant: who came is here, or has ended for one reason.

use serde::{Deserialize, Serialize};

use crate::chat::CloseReason;
use crate::protocol::Family;
use crate::protocol::metrics::{FAMILIES, REASONS};

/// Connections since the start.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    came: u64,
    /// Those that are here, by what they speak.
    here: [u64; FAMILIES.len()],
    /// Those that are gone, by the reason.
    ended: [u64; REASONS.len()],
    /// Those that are gone because their request was answered.
    answered: u64,
}

impl Counts {
    pub(super) fn come(&mut self, family: Family) {
        self.came += 1;
        self.here[family as usize] += 1;
    }

    /// It has shown what it speaks, perhaps.
    pub(super) fn change(&mut self, before: Family, now: Family) {
        if before != now {
            self.here[before as usize] -= 1;
            self.here[now as usize] += 1;
        }
    }

    pub(super) fn go(&mut self, family: Family) {
        self.here[family as usize] -= 1;
    }

    /// One that is gone has ended for this reason.
    pub(super) fn end(&mut self, family: Family, reason: CloseReason) {
        match (family, reason) {
            // Nobody who has not come into the chat can ask to leave it.
            (Family::Http, CloseReason::Quit) => self.answered += 1,
            _ => self.ended[reason as usize] += 1, // as many as there are reasons
        }
    }

    /// The same, with those who are here counted anew.
    pub(super) fn with(self, here: impl Iterator<Item = Family>) -> Counts {
        let mut counts = Counts { here: Default::default(), ..self };
        here.for_each(|family| counts.here[family as usize] += 1);
        counts
    }

    pub(super) fn came(&self) -> u64 {
        self.came
    }

    /// How many are here, for each of [`FAMILIES`].
    pub(super) fn here(&self) -> [u64; FAMILIES.len()] {
        self.here
    }

    /// How many have ended, for each of [`REASONS`].
    pub(super) fn ended(&self) -> [u64; REASONS.len()] {
        self.ended
    }

    /// How many have ended because their request was answered.
    pub(super) fn answered(&self) -> u64 {
        self.answered
    }
}
