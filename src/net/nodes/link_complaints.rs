//! What the log says of connections to the engine that are lost over and over.
//!
//! Invariant: of each kind of fault one line in [`LINK_COMPLAINT_INTERVAL`], and one with how often it was beside these.

use std::mem::{Discriminant, discriminant};

use crate::chat::MonoTime;
use crate::engine::EngineFault;
use crate::limits::LINK_COMPLAINT_INTERVAL;

/// What was said, and what was not.
#[derive(Debug, Default)]
pub(super) struct LinkComplaints {
    /// When each kind of fault was told, of those that are not to be told again yet.
    told: Vec<(Discriminant<EngineFault>, MonoTime)>,
    /// How many losses were not, and since when.
    untold: Option<(u64, MonoTime)>,
}

impl LinkComplaints {
    /// The engine is lost for this reason, or still lost; says whether that is to be told.
    pub(super) fn is_to_be_told(&mut self, fault: &EngineFault, is_loss: bool, now: MonoTime) -> bool {
        self.told.retain(|&(_, at)| now < at + LINK_COMPLAINT_INTERVAL);
        let kind = discriminant(fault);
        let is_new = !self.told.iter().any(|&(told, _)| told == kind);
        if is_new {
            self.told.push((kind, now));
        } else if is_loss {
            self.untold.get_or_insert((0, now)).0 += 1;
        }
        is_new
    }

    /// How many losses were not told, when that has to be.
    pub(super) fn take_untold(&mut self, now: MonoTime) -> Option<u64> {
        self.untold.take_if(|(_, since)| now >= *since + LINK_COMPLAINT_INTERVAL).map(|(count, _)| count)
    }

    /// When [`take_untold`](Self::take_untold) has something to tell.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.untold.map(|(_, since)| since + LINK_COMPLAINT_INTERVAL)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn link_that_flaps_is_told_of_once_a_minute_with_a_count() {
        let (mut complaints, mut now) = (LinkComplaints::default(), MonoTime::START);
        let (mut lines, mut counted) = (0, 0);
        for _ in 0..1800 {
            for is_loss in [true, false] {
                let is_told = complaints.is_to_be_told(&EngineFault::Silent, is_loss, now);
                lines += u64::from(is_told);
                counted += u64::from(is_told && is_loss);
            }
            if let Some(count) = complaints.take_untold(now) {
                (lines, counted) = (lines + 1, counted + count);
            }
            now = now + Duration::from_millis(100);
        }
        assert!(lines <= 6, "{lines} lines in three minutes");
        let due = complaints.due().expect("the last ones are told as well");
        assert_eq!(complaints.take_untold(due).map(|count| count + counted), Some(1800));
        assert_eq!((complaints.due(), complaints.take_untold(due)), (None, None));
    }

    #[test]
    fn another_reason_is_told_at_once() {
        let (mut complaints, now) = (LinkComplaints::default(), MonoTime::START);
        assert!(complaints.is_to_be_told(&EngineFault::Silent, true, now));
        assert!(complaints.is_to_be_told(&EngineFault::ReadOnly, false, now));
        assert!(!complaints.is_to_be_told(&EngineFault::Silent, false, now));
        assert_eq!(complaints.due(), None, "it was one loss");
        assert!(complaints.is_to_be_told(&EngineFault::Silent, true, now + LINK_COMPLAINT_INTERVAL));
    }
}
