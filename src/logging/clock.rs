//! The date and time in front of each line of the log.

use std::sync::{Arc, Mutex, PoisonError};

use crate::chat::UnixMillis;
use crate::clock::Zone;

/// Says when a line was logged, as the clocks of this place showed it then. Clones share the zone.
#[derive(Clone, Debug)]
pub struct LogClock {
    now: fn() -> UnixMillis,
    shown: Arc<Mutex<Shown>>,
}

/// What was shown last: most lines come in the same second as the one before.
#[derive(Debug)]
struct Shown {
    zone: Zone,
    second: Option<i64>,
    text: String,
}

impl LogClock {
    /// A clock in `zone` that asks `now`.
    pub fn new(zone: Zone, now: fn() -> UnixMillis) -> LogClock {
        LogClock { now, shown: Arc::new(Mutex::new(Shown { zone, second: None, text: String::new() })) }
    }

    /// From now on lines have the time of `zone`.
    pub fn set_zone(&self, zone: Zone) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Shown { zone, second: None, text: String::new() };
    }

    /// Writes `2026-11-26 05:08:18 ` to `line`.
    pub(super) fn write(&self, line: &mut Vec<u8>) {
        let now = (self.now)();
        let second = Some(now.0.div_euclid(1000));
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.second != second {
            shown.text = shown.zone.full(now);
            shown.second = second;
        }
        line.extend_from_slice(shown.text.as_bytes());
        line.push(b' ');
    }
}
