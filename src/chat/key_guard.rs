//! Delays behind wrong keys to one room, like those behind wrong passwords: by address, so that nobody else waits.
//!
//! Invariant: of each room only so many addresses are remembered, and none that may still have to wait gives way to another:
//! beyond that, those that are not known share what is counted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::mono_time::MonoTime;
use super::origin::Origin;
use crate::limits::{
    FAILURE_DELAY, FAILURE_DELAY_MAX, FAILURES_FORGOTTEN, FREE_FAILURES, KEY_ADDRESSES, KEY_ALARM_INTERVAL,
    KEY_ALARM_TRIES,
};

/// How long to wait behind so many failures, of which `free` cost nothing: 1, 2, 4 s, up to a minute.
pub fn failure_delay(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free + 1) {
        None => Duration::ZERO,
        Some(doublings) => {
            let delay = FAILURE_DELAY.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
            delay.min(FAILURE_DELAY_MAX)
        }
    }
}

/// Who has tried wrong keys to a room.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct KeyGuard {
    addresses: Vec<(Origin, Tries)>,
    /// From all other addresses.
    others: Tries,
    /// Tries of which the operators have not been told.
    untold: u32,
    told: Option<MonoTime>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Tries {
    count: u32,
    /// When the last one was.
    at: MonoTime,
}

impl KeyGuard {
    /// How long no key is taken from an address.
    pub(super) fn rest(&self, origin: Origin, now: MonoTime) -> Option<Duration> {
        let known = self.addresses.iter().find(|(other, _)| *other == origin).map(|(_, tries)| *tries);
        let full = self.addresses.len() >= KEY_ADDRESSES;
        let tries = known.or(full.then_some(self.others)).filter(|tries| !tries.is_over(now))?;
        let until = tries.at + failure_delay(tries.count, FREE_FAILURES);
        (until > now).then(|| until.since(now))
    }

    /// Notes a wrong key.
    pub(super) fn wrong(&mut self, origin: Origin, now: MonoTime) {
        self.addresses.retain(|(_, tries)| !tries.is_over(now));
        let known = self.addresses.iter().position(|(other, _)| *other == origin);
        match known {
            Some(at) => self.addresses[at].1.add(now),
            None if self.addresses.len() < KEY_ADDRESSES => {
                self.addresses.push((origin, Tries { count: 1, at: now }));
            }
            None => self.others.add(now),
        }
    }

    /// Counts a try, taken or not; gives how many there were since this was last told, if it is to be told now.
    pub(super) fn alarm(&mut self, now: MonoTime) -> Option<u32> {
        self.untold = self.untold.saturating_add(1);
        let quiet = self.told.is_none_or(|told| now >= told + KEY_ALARM_INTERVAL);
        (quiet && self.untold >= KEY_ALARM_TRIES).then(|| {
            self.told = Some(now);
            std::mem::take(&mut self.untold)
        })
    }
}

impl Tries {
    fn is_over(self, now: MonoTime) -> bool {
        now.since(self.at) >= FAILURES_FORGOTTEN
    }

    fn add(&mut self, now: MonoTime) {
        let before = if self.is_over(now) { 0 } else { self.count };
        *self = Tries { count: before.saturating_add(1), at: now };
    }
}
