//! Work, counted rather than timed: what a line costs is the same on every machine and in every run.
//!
//! One number serves for all: a turn of the loop does so much and no more, who asks for more than a line costs is
//! charged for it, and a test holds every command to what a single line may take.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::limits::HEARER_STEPS;

/// How much was done, since the start or between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Things looked at, compared or written, some 20 ns each: a member, a room, a name, 64 bytes.
    pub steps: u64,
    /// Lines that members of a room heard.
    pub heard: u64,
}

impl Work {
    /// All of it in steps.
    pub fn total(self) -> u64 {
        self.steps + self.heard * HEARER_STEPS
    }
}

impl Add for Work {
    type Output = Work;

    fn add(self, more: Work) -> Work {
        Work { steps: self.steps + more.steps, heard: self.heard + more.heard }
    }
}

impl Sub for Work {
    type Output = Work;

    fn sub(self, earlier: Work) -> Work {
        Work { steps: self.steps - earlier.steps, heard: self.heard - earlier.heard }
    }
}
