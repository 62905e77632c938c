//! Delays behind wrong passwords.
//!
//! 1. An address has [`FREE_FAILURES`] wrong guesses at each name; each one more doubles the wait before its next guess at
//!    that name, and at no other.
//! 2. An address has [`FREE_FAILURES_PER_ADDRESS`] wrong guesses at all names together; then it waits before any other. This
//!    does not stop an account that has logged in from there before and has not used up its guesses by (1).
//! 3. A name bears [`FREE_FAILURES_PER_NAME`] wrong guesses from all addresses together; then all wait before the next at
//!    it, but for those addresses from which the account has logged in before.
//! 4. A right password takes back (1), and nothing else.
//! 5. Names that nobody has registered are counted like the others.
//!
//! Invariant: nothing here grows with what strangers send, and nobody's delay is forgotten for the sake of room. Each password adds
//! three records at most and costs a hash; when there are too many, those go which were not touched since as many were made,
//! which takes minutes of hashing, and a delay takes one at most. No clock: time comes in as an argument.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chat::{MonoTime, Name, Origin, failure_delay};
use crate::limits::{
    FAILURES_FORGOTTEN, FAILURES_REMEMBERED, FREE_FAILURES, FREE_FAILURES_PER_ADDRESS,
    FREE_FAILURES_PER_NAME, REGISTRATIONS_PER_ADDRESS, REGISTRATIONS_WINDOW,
};

/// A name as guesses at it are counted, registered or not: what looks like it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject(u64);

impl Subject {
    /// The subject that guesses at `name` are about.
    pub fn of(name: &Name) -> Subject {
        Subject(name.skeleton().hashes()[0])
    }

    /// The subject of an account that is gone.
    pub(crate) fn nobody() -> Subject {
        Subject(0)
    }
}

/// A client with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where they are.
    pub origin: Origin,
    /// Who they say they are.
    pub subject: Subject,
    /// Whether the account has logged in from there before.
    pub trusted: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Key {
    /// Wrong guesses from one address at one name.
    Pair(Origin, Subject),
    /// Wrong guesses from one address.
    Address(Origin),
    /// Wrong guesses at one name.
    Name(Subject),
    /// Names registered from one address.
    Registrations(Origin),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Record {
    count: u32,
    /// When the last one was; of registrations, the first one.
    at: MonoTime,
}

/// Who has failed, and has to wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct LoginThrottle {
    /// What was touched since `since`.
    young: HashMap<Key, Record>,
    /// What was touched before, and since the time before that.
    old: HashMap<Key, Record>,
    since: MonoTime,
}

/// A [`LoginThrottle`] as it is written down.
#[derive(Serialize, Deserialize)]
struct Stored {
    young: Vec<(Key, Record)>,
    old: Vec<(Key, Record)>,
    since: MonoTime,
}

impl From<Stored> for LoginThrottle {
    fn from(Stored { young, old, since }: Stored) -> LoginThrottle {
        LoginThrottle { young: young.into_iter().collect(), old: old.into_iter().collect(), since }
    }
}

impl From<LoginThrottle> for Stored {
    fn from(LoginThrottle { young, old, since }: LoginThrottle) -> Stored {
        Stored { young: young.into_iter().collect(), old: old.into_iter().collect(), since }
    }
}

impl LoginThrottle {
    /// How long a claim has to wait before it is looked at.
    pub fn rest(&self, claim: Claim, now: MonoTime) -> Option<Duration> {
        let Claim { origin, subject, trusted } = claim;
        let pair = self.record(Key::Pair(origin, subject), now);
        let mut until = delayed(pair, FREE_FAILURES);
        if !trusted || pair.is_some_and(|pair| pair.count > FREE_FAILURES) {
            until = until.max(delayed(self.record(Key::Address(origin), now), FREE_FAILURES_PER_ADDRESS));
        }
        if !trusted {
            until = until.max(delayed(self.record(Key::Name(subject), now), FREE_FAILURES_PER_NAME));
        }
        (until > now).then(|| until.since(now))
    }

    /// Notes a wrong password.
    pub fn failed(&mut self, origin: Origin, subject: Subject, now: MonoTime) {
        for key in [Key::Pair(origin, subject), Key::Address(origin), Key::Name(subject)] {
            let count = self.record(key, now).map_or(0, |record| record.count);
            self.set(key, Record { count: count.saturating_add(1), at: now }, now);
        }
    }

    /// Notes a right password.
    pub fn succeeded(&mut self, origin: Origin, subject: Subject) {
        for records in [&mut self.young, &mut self.old] {
            records.remove(&Key::Pair(origin, subject));
        }
    }

    /// How long no more names may be registered from an address.
    pub fn registrations_rest(&self, origin: Origin, now: MonoTime) -> Option<Duration> {
        let record = self.registrations(origin, now)?;
        (record.count >= REGISTRATIONS_PER_ADDRESS).then(|| (record.at + REGISTRATIONS_WINDOW).since(now))
    }

    /// Notes that a name is being registered.
    pub fn registers(&mut self, origin: Origin, now: MonoTime) {
        let before = self.registrations(origin, now).unwrap_or(Record { count: 0, at: now });
        let record = Record { count: before.count + 1, at: before.at };
        self.set(Key::Registrations(origin), record, now);
    }

    /// A name that was being registered is not, after all: it will be asked for again.
    pub(crate) fn takes_back_registration(&mut self, origin: Origin) {
        for records in [&mut self.young, &mut self.old] {
            if let Some(record) = records.get_mut(&Key::Registrations(origin)) {
                record.count = record.count.saturating_sub(1);
            }
        }
    }

    /// How many records there are.
    pub fn remembered(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// What is remembered and not forgotten yet.
    fn record(&self, key: Key, now: MonoTime) -> Option<Record> {
        let record = self.young.get(&key).or_else(|| self.old.get(&key))?;
        (now.since(record.at) < FAILURES_FORGOTTEN).then_some(*record)
    }

    fn registrations(&self, origin: Origin, now: MonoTime) -> Option<Record> {
        let record = self.record(Key::Registrations(origin), now)?;
        (now.since(record.at) < REGISTRATIONS_WINDOW).then_some(record)
    }

    fn set(&mut self, key: Key, record: Record, now: MonoTime) {
        if self.young.len() >= FAILURES_REMEMBERED || now.since(self.since) >= FAILURES_FORGOTTEN {
            self.old = std::mem::take(&mut self.young);
            self.since = now;
        }
        self.old.remove(&key);
        self.young.insert(key, record);
    }
}

/// Until when the record delays its subject, which had `free` failures for nothing.
fn delayed(record: Option<Record>, free: u32) -> MonoTime {
    let Some(record) = record else { return MonoTime::START };
    record.at + failure_delay(record.count, free)
}
