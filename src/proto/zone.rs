//! Times as people here read them.

use time::{OffsetDateTime, UtcOffset};

use crate::chat::Stamp;

/// How far this place is from UTC. Fixed at the start: asking again later is unsound with other threads about.
#[derive(Clone, Copy, Debug)]
pub struct Zone(UtcOffset);

impl Default for Zone {
    fn default() -> Zone {
        Zone(UtcOffset::UTC)
    }
}

impl Zone {
    /// The zone of this machine; UTC where it cannot be had. Call before other threads exist.
    pub fn local() -> Zone {
        Zone(UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC))
    }

    /// `12:03`, with the date in front if it was not today.
    pub(super) fn show(self, at: Stamp, now: Stamp) -> String {
        let (Some(at), Some(now)) = (self.here(at), self.here(now)) else { return String::new() };
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        if at.date() == now.date() { clock } else { format!("{} {clock}", at.date()) }
    }

    fn here(self, at: Stamp) -> Option<OffsetDateTime> {
        let utc = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).ok()?;
        utc.checked_to_offset(self.0)
    }
}
