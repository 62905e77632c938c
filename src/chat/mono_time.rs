//! Time as the core knows it: microseconds since the server started, handed in by the owner of the clock.

use std::num::NonZeroU64;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time, in microseconds since the server started. Kept as one more than that, so that a moment which may
/// be missing takes no more room than one: there are some in each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MonoTime(NonZeroU64);

impl MonoTime {
    /// The start of the server.
    pub const START: MonoTime = MonoTime(NonZeroU64::MIN);

    /// The point `micros` microseconds after the start.
    pub const fn from_micros(micros: u64) -> MonoTime {
        MonoTime(NonZeroU64::MIN.saturating_add(micros))
    }

    /// Microseconds since the start.
    pub fn micros(self) -> u64 {
        self.0.get() - 1
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub fn since(self, earlier: MonoTime) -> Duration {
        Duration::from_micros(self.micros().saturating_sub(earlier.micros()))
    }
}

impl Default for MonoTime {
    fn default() -> MonoTime {
        MonoTime::START
    }
}

impl Add<Duration> for MonoTime {
    type Output = MonoTime;

    fn add(self, span: Duration) -> MonoTime {
        MonoTime(self.0.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for MonoTime {
    type Output = MonoTime;

    fn sub(self, span: Duration) -> MonoTime {
        MonoTime::from_micros(
            self.micros().saturating_sub(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)),
        )
    }
}
