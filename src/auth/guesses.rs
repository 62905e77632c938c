//! Wrong passwords, as the administrator is told of them: the first few at once, a flood in one line.
//!
//! Invariants: in each [`GUESSES_INTERVAL`] at most [`GUESSES_TOLD`] lines and one more; nothing here grows with what
//! strangers send; no password is here. No clock: time comes in as an argument.

use std::collections::BTreeMap;

use crate::chat::{AccountKey, MonoTime, Name, Origin};
use crate::limits::{FAILURES_FORGOTTEN, GUESSES_INTERVAL, GUESSES_REMEMBERED, GUESSES_TOLD};

/// A line about wrong passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// The account of the last one. None: nobody has registered the name, which may be a password typed in its place.
    pub name: Option<Name>,
    /// Where the last one came from.
    pub origin: Origin,
    /// How many.
    pub times: u32,
    /// Whether all are about that account from there, counted until an hour passes without one; otherwise they are those
    /// of one interval about which nothing was told before.
    pub alike: bool,
}

/// What was tried, and what has to be told of it.
#[derive(Debug, Default)]
pub struct GuessLog {
    /// How many wrong passwords came for an account from an address, and when the last one did.
    counted: BTreeMap<(Option<AccountKey>, Origin), (u32, MonoTime)>,
    ends: MonoTime,
    told: u32,
    lines: Vec<Guesses>,
    /// Those that are told together when the interval ends.
    held: Option<Guesses>,
}

impl GuessLog {
    /// Notes a wrong password for an account of that name, if it is one.
    pub fn note(&mut self, account: Option<(AccountKey, Name)>, origin: Origin, now: MonoTime) {
        self.end_interval(now);
        let (key, name) = account.unzip();
        let times = self.count((key, origin), now);
        if self.told == 0 {
            self.ends = now + GUESSES_INTERVAL;
        }
        if self.told < GUESSES_TOLD {
            self.told += 1;
            self.lines.push(Guesses { name, origin, times, alike: true });
        } else {
            let before = self.held.take().map_or(0, |held| held.times);
            self.held = Some(Guesses { name, origin, times: before + 1, alike: false });
        }
    }

    /// What has to be told now.
    pub fn take(&mut self, now: MonoTime) -> Vec<Guesses> {
        self.end_interval(now);
        std::mem::take(&mut self.lines)
    }

    /// When [`take`](Self::take) has something to tell; never while there is nothing.
    pub fn next_due(&self) -> Option<MonoTime> {
        let held = self.held.is_some().then_some(self.ends);
        if self.lines.is_empty() { held } else { Some(MonoTime::START) }
    }

    /// Of how many accounts and addresses something is remembered.
    pub fn remembered(&self) -> usize {
        self.counted.len()
    }

    fn end_interval(&mut self, now: MonoTime) {
        if self.told > 0 && now >= self.ends {
            self.told = 0;
            self.lines.extend(self.held.take());
        }
    }

    /// Counts one more; what was quiet longest is forgotten, if that is too much.
    fn count(&mut self, pair: (Option<AccountKey>, Origin), now: MonoTime) -> u32 {
        if !self.counted.contains_key(&pair) && self.counted.len() >= GUESSES_REMEMBERED {
            let quiet = self.counted.iter().min_by_key(|(_, (_, last))| *last).map(|(&quiet, _)| quiet);
            if let Some(quiet) = quiet {
                self.counted.remove(&quiet);
            }
        }
        let (times, last) = self.counted.entry(pair).or_insert((0, now));
        *times = if now.since(*last) >= FAILURES_FORGOTTEN { 1 } else { times.saturating_add(1) };
        *last = now;
        *times
    }
}
