//! The time of an input: both clocks, read together.

use serde::{Deserialize, Serialize};

use super::mono_time::MonoTime;

/// A point in time as calendars know it: milliseconds since 1970-01-01, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);

/// What both clocks said when something came in. What is due goes by `mono`; `wall` may be set at any time, backwards too, and
/// is only written down and shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// The clock that is never set.
    pub mono: MonoTime,
    /// The calendar's clock.
    pub wall: UnixMillis,
}

impl Time {
    /// What both clocks say at `mono`, if nobody has set one of them since they were read.
    pub fn at(self, mono: MonoTime) -> Time {
        let since = i64::try_from(mono.since(self.mono).as_millis()).unwrap_or(i64::MAX);
        Time { mono, wall: UnixMillis(self.wall.0.saturating_add(since)) }
    }
}
