//! Which address is tried next, and after which pause.
//!
//! Invariants: pure, time comes in. An address is tried at most once between two pauses. A loss is followed by a round without one, but
//! not a loss soon after another: servers that let in and hang up are not tried without end.

use std::time::{Duration, Instant};

/// First pause before a new round of attempts; each one doubles it.
const PAUSE_FIRST: Duration = Duration::from_secs(1);

/// Longest one: a server that was restarted is found again within it.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How long after a loss a name that is taken is held for our own: the other nodes of a chat take some ten seconds to find one of them
/// dead, and its members with it.
const NAME_HELD_MAX: Duration = Duration::from_secs(15);

/// Longest pause in that time.
const NAME_PAUSE_MAX: Duration = Duration::from_secs(3);

/// See the top of the file.
pub(super) struct Attempts {
    addresses: usize,
    current: usize,
    /// The one that was connected last; until one was, the first.
    connected: usize,
    /// How many are still to be tried before the next pause.
    left: usize,
    pause: Duration,
    inside: bool,
    /// When we last were in the chat.
    lost: Option<Instant>,
}

impl Default for Attempts {
    fn default() -> Attempts {
        Attempts::new(1)
    }
}

impl Attempts {
    /// Begins with the first of so many addresses, at least one.
    pub(super) fn new(addresses: usize) -> Attempts {
        Attempts {
            addresses,
            current: 0,
            connected: 0,
            left: addresses - 1,
            pause: PAUSE_FIRST,
            inside: false,
            lost: None,
        }
    }

    /// The one that is being tried, or connected.
    pub(super) fn current(&self) -> usize {
        self.current
    }

    /// Whether there is one to be tried without a pause.
    pub(super) fn has_next(&self) -> bool {
        self.left > 0
    }

    /// The current one is connected; gives the one before, if it is another.
    pub(super) fn connect(&mut self) -> Option<usize> {
        let before = std::mem::replace(&mut self.connected, self.current);
        (before != self.current).then_some(before)
    }

    /// We are in the chat.
    pub(super) fn enter(&mut self) {
        (self.inside, self.pause) = (true, PAUSE_FIRST);
    }

    /// The current one has failed, is lost, or the name is `taken` there; goes on to the next attempt, and gives the pause before it.
    pub(super) fn go_on(&mut self, taken: bool, now: Instant) -> Duration {
        if std::mem::take(&mut self.inside) {
            let soon = self.lost.is_some_and(|lost| now < lost + PAUSE_FIRST);
            (self.lost, self.left) = (Some(now), if soon { 0 } else { self.addresses - 1 });
        }
        let is_held = taken && self.lost.is_some_and(|lost| now < lost + NAME_HELD_MAX);
        if !is_held {
            self.current = (self.current + 1) % self.addresses;
            if self.left > 0 {
                self.left -= 1;
                return Duration::ZERO;
            }
        }
        self.left = self.addresses - 1;
        let pause = if is_held { self.pause.min(NAME_PAUSE_MAX) } else { self.pause };
        self.pause = (2 * pause).min(PAUSE_MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The next attempts after failures at `now`: the address, and the seconds before it.
    fn next<const N: usize>(attempts: &mut Attempts, now: Instant) -> [(usize, u64); N] {
        [(); N].map(|()| {
            let pause = attempts.go_on(false, now);
            (attempts.current(), pause.as_secs())
        })
    }

    #[test]
    fn one_address_is_tried_after_growing_pauses() {
        let (mut attempts, now) = (Attempts::new(1), Instant::now());
        assert_eq!(next(&mut attempts, now), [1, 2, 4, 8, 16, 30, 30].map(|pause| (0, pause)));
        attempts.enter();
        assert_eq!(next(&mut attempts, now), [(0, 1), (0, 2)]);
    }

    #[test]
    fn several_addresses_are_tried_in_order_with_pauses_between_rounds() {
        let (mut attempts, now) = (Attempts::new(3), Instant::now());
        assert_eq!(next(&mut attempts, now), [(1, 0), (2, 0), (0, 1), (1, 0), (2, 0), (0, 2), (1, 0)]);
        assert!(attempts.has_next());
        attempts.enter();
        // The one that was lost comes last, and behind a pause.
        assert_eq!(next(&mut attempts, now), [(2, 0), (0, 0), (1, 1), (2, 0), (0, 0), (1, 2)]);
    }

    #[test]
    fn second_loss_within_a_second_is_followed_by_a_pause() {
        let (mut attempts, now) = (Attempts::new(2), Instant::now());
        let soon = now + SECOND - Duration::from_nanos(1);
        attempts.enter();
        assert_eq!(next(&mut attempts, now), [(1, 0)]);
        attempts.enter();
        assert_eq!(next(&mut attempts, soon), [(0, 1)]);
        attempts.enter();
        assert_eq!(next(&mut attempts, soon + SECOND), [(1, 0)]);
    }

    #[test]
    fn taken_name_is_tried_at_the_same_address_for_fifteen_seconds_in_short_pauses() {
        let (mut attempts, mut now) = (Attempts::new(2), Instant::now());
        attempts.enter();
        assert_eq!(next(&mut attempts, now), [(1, 0)]);
        let tried = [(); 10].map(|()| {
            let pause = attempts.go_on(true, now);
            now += pause;
            (attempts.current(), pause.as_secs())
        });
        // Then it may be another's: around the list.
        let around = [(0, 0), (1, 6), (0, 0), (1, 12)];
        assert_eq!(tried[..6], [1, 2, 3, 3, 3, 3].map(|pause| (1, pause)));
        assert_eq!(tried[6..], around);
    }

    #[test]
    fn another_address_than_the_last_one_is_news() {
        let (mut attempts, now) = (Attempts::new(2), Instant::now());
        assert_eq!(attempts.connect(), None, "the first one was asked for");
        attempts.go_on(false, now);
        assert_eq!(attempts.connect(), Some(0));
        assert_eq!(attempts.connect(), None);
        attempts.go_on(false, now);
        assert_eq!(attempts.connect(), Some(1));
    }
}
