//! How fast one person may be heard: so many messages a second, and a burst before that counts.
//!
//! The generic cell rate algorithm: one number a person, the time at which they would be even again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chat::MonoTime;
use crate::limits::RATE_BURST;

/// The rule, the same for everybody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// What one message costs, in time.
    cost: Duration,
}

impl Rate {
    /// `per_second` messages a second; 0: as many as come.
    pub(super) fn new(per_second: u32) -> Rate {
        Rate { cost: Duration::from_secs(1).checked_div(per_second).unwrap_or_default() }
    }
}

/// One person's account.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct RateLimiter {
    even_at: MonoTime,
}

impl RateLimiter {
    /// When the next message may be taken.
    pub(super) fn due(&self, rate: Rate) -> MonoTime {
        self.even_at - rate.cost * (RATE_BURST - 1)
    }

    /// What was asked for took so much of the loop's time, or of a helper's, of which one person may have one part in
    /// `share` for long. A message pays for some of it; the rest counts as messages. Without a limit to messages, nothing
    /// costs anything.
    pub(super) fn charge_cost(&mut self, rate: Rate, cost: Duration, share: u32, now: MonoTime) {
        if !rate.cost.is_zero() {
            self.even_at = self.even_at.max(now) + (cost * share).saturating_sub(rate.cost);
        }
    }

    /// A message was taken.
    pub(super) fn charge(&mut self, rate: Rate, now: MonoTime) {
        self.even_at = self.even_at.max(now) + rate.cost;
    }
}
