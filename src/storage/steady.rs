//! How long the wall clock has gone as the machine's uptime does: one that was just set may be wrong again.

use std::time::{Duration, Instant};

use crate::clock::wall_clock;
use crate::limits::{HISTORY_CLOCK_LEAP, HISTORY_CLOCK_TRUST};

/// What the wall clock said when it was looked at last, in milliseconds since 1970, and since when it has not leapt.
#[derive(Clone, Copy, Debug)]
pub(super) struct SteadyClock {
    said: (Instant, i64),
    since: Instant,
}

impl SteadyClock {
    /// A clock that says `wall` at `at`, the first time that it is looked at.
    pub(super) fn new(at: Instant, wall: i64) -> SteadyClock {
        SteadyClock { said: (at, wall), since: at }
    }

    /// It says `wall` at `at`. Gives how long it has not leapt by more than [`HISTORY_CLOCK_LEAP`], in either direction.
    pub(super) fn says(&mut self, at: Instant, wall: i64) -> Duration {
        let passed = (at - self.said.0).as_millis() as i64;
        if (wall - self.said.1 - passed).unsigned_abs() > HISTORY_CLOCK_LEAP.as_millis() as u64 {
            self.since = at;
        }
        self.said = (at, wall);
        at - self.since
    }

    /// The clock says `wall` at `at`. Gives when the oldest line may have been said that stays for so many days, and whether older ones
    /// may go: if the clock has been steady for long, or people spoke between these two times, as it says them. Otherwise it may be
    /// wrong, and what goes is gone.
    pub(super) fn begin_expiry<E>(
        &mut self,
        days: u32,
        (at, wall): (Instant, i64),
        was_spoken_between: impl FnOnce(i64, i64) -> Result<bool, E>,
    ) -> Result<(i64, bool), E> {
        let oldest = oldest(days, wall);
        let [leap, trust] = [HISTORY_CLOCK_LEAP, HISTORY_CLOCK_TRUST].map(|span| span.as_millis() as i64);
        let steady = self.says(at, wall) >= HISTORY_CLOCK_TRUST;
        Ok((oldest, steady || was_spoken_between(oldest - leap, wall - trust)?))
    }
}

/// When the oldest line may have been said that stays for so many days, if it is `wall` now: in milliseconds since 1970.
pub(super) fn oldest(days: u32, wall: i64) -> i64 {
    wall - i64::from(days) * 86_400_000
}

/// Milliseconds since 1970.
pub(super) fn now() -> i64 {
    wall_clock().0
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const NOW: i64 = 1_800_000_000_000;

    /// How long the clock has been steady when it is looked at once a day, and each day goes ahead by so much beside the day
    /// that has passed.
    fn steady(ahead: &[i64]) -> Vec<Duration> {
        let start = Instant::now();
        let (mut clock, mut wall) = (SteadyClock::new(start, NOW), NOW);
        let mut day = 0;
        let mut look = |ahead: &i64| {
            day += 1;
            wall += DAY.as_millis() as i64 + ahead;
            clock.says(start + day * DAY, wall)
        };
        ahead.iter().map(&mut look).collect()
    }

    #[test]
    fn clock_that_goes_as_uptime_does_is_steady_however_far_it_is_put_right() {
        let leap = HISTORY_CLOCK_LEAP.as_millis() as i64;
        let days = [1, 2, 3, 4, 5].map(|days| days * DAY);
        assert_eq!(steady(&[0, 0, 0, 0, 0]), days);
        assert_eq!(steady(&[0, 3_600_000, -3_600_000, leap, -leap]), days, "hours, and what is just no leap");
    }

    #[test]
    fn clock_that_leaps_while_the_server_runs_is_trusted_anew_only_after_a_while() {
        let leap = HISTORY_CLOCK_LEAP.as_millis() as i64 + 1;
        for leap in [leap, -leap, 56 * 365 * leap / 30] {
            let steady = steady(&[0, leap, 0, 0]);
            assert_eq!(steady, [DAY, Duration::ZERO, DAY, 2 * DAY], "{leap}");
            assert!(steady[1] < HISTORY_CLOCK_TRUST && steady[2] >= HISTORY_CLOCK_TRUST);
        }
    }

    #[test]
    fn old_lines_go_when_the_clock_was_steady_for_long_or_people_spoke() {
        let start = Instant::now();
        let millis = |span: Duration| span.as_millis() as i64;
        let begin = |clock: &mut SteadyClock, after: Duration, ahead: i64, spoken| {
            let wall = NOW + millis(after) + ahead;
            let begun = clock.begin_expiry(30, (start + after, wall), |from, to| {
                assert_eq!(
                    (from, to),
                    (wall - millis(30 * DAY + HISTORY_CLOCK_LEAP), wall - millis(HISTORY_CLOCK_TRUST))
                );
                Ok::<_, ()>(spoken)
            });
            let (oldest, may_go) = begun.expect("the file can be read");
            assert_eq!(oldest, wall - millis(30 * DAY));
            may_go
        };
        let second = Duration::from_secs(1);
        let mut clock = SteadyClock::new(start, NOW);
        assert!(!begin(&mut clock, Duration::ZERO, 0, false), "nobody knows whether it is right");
        assert!(begin(&mut clock, Duration::ZERO, 0, true));
        assert!(!begin(&mut clock, HISTORY_CLOCK_TRUST - second, 0, false));
        assert!(begin(&mut clock, HISTORY_CLOCK_TRUST, 0, false));
        // After a leap all begins anew.
        let year = millis(365 * DAY);
        assert!(!begin(&mut clock, HISTORY_CLOCK_TRUST + second, year, false));
        assert!(!begin(&mut clock, HISTORY_CLOCK_TRUST * 2, year, false));
        assert!(begin(&mut clock, HISTORY_CLOCK_TRUST * 2 + second, year, false));
    }

    #[test]
    fn clock_that_leaps_there_and_back_is_new_each_time() {
        let year = 365 * DAY.as_millis() as i64;
        assert_eq!(steady(&[year, -year, 0]), [Duration::ZERO, Duration::ZERO, DAY]);
    }

    #[test]
    fn clock_that_stands_while_the_machine_runs_has_leapt() {
        let stands = -(DAY.as_millis() as i64);
        let start = Instant::now();
        let mut clock = SteadyClock::new(start, NOW);
        assert_eq!(clock.says(start + 29 * DAY, NOW), 29 * DAY);
        assert_eq!(clock.says(start + 60 * DAY, NOW), Duration::ZERO);
        assert_eq!(steady(&[stands; 3]), [1, 2, 3].map(|days| days * DAY), "day by day it is no leap");
    }
}
