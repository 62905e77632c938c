//! Who may try a password, and when: delays behind wrong ones, and a queue in which every address has its turn.
//!
//! Laws: what an address has to wait for is its own doing; a flood from one address makes another wait for the work in
//! hand and no more; nothing here grows with what strangers send. No clock: time comes in as an argument.
//!
//! The queue is start-time fair queueing with equal weights (Goyal, Vin, Cheng 1996): a job's turn is one behind the last
//! of its address, and never before the turn that is being served.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::chat::{Moment, Origin};
use crate::limits::{
    FAILURE_DELAY, FAILURE_DELAY_MAX, FAILURES_ADDRESSES, FAILURES_FORGOTTEN, FREE_FAILURES,
    PETITIONS_PER_ADDRESS, PETITIONS_WAITING, REGISTRATIONS_PER_ADDRESS,
};

/// What waits, who has failed.
#[derive(Debug)]
pub struct Attempts<T> {
    records: HashMap<Origin, Record>,
    /// By turn, and within a turn as they came.
    waiting: BTreeMap<(u64, u64), (Origin, T)>,
    places: HashMap<Origin, Place>,
    /// The turn that is being served.
    turn: u64,
    next: u64,
}

/// Something whose turn has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn<T> {
    /// To be done.
    Do(Origin, T),
    /// Not to be done: its address has to wait for so long.
    Refuse(T, Duration),
}

/// What is remembered of an address.
#[derive(Debug)]
struct Record {
    failures: u32,
    /// Nothing from there before this.
    until: Moment,
    registrations: u32,
    /// When the registrations are forgotten.
    registrations_until: Moment,
    /// When something was last written down here.
    touched: Moment,
}

/// What an address has in the queue.
#[derive(Debug, Default)]
struct Place {
    last_turn: u64,
    waiting: usize,
}

impl<T> Default for Attempts<T> {
    fn default() -> Attempts<T> {
        Attempts {
            records: HashMap::new(),
            waiting: BTreeMap::new(),
            places: HashMap::new(),
            turn: 0,
            next: 0,
        }
    }
}

impl<T> Attempts<T> {
    /// How long nothing is taken from `origin`.
    pub fn rest(&self, origin: Origin, now: Moment) -> Option<Duration> {
        let record = self.records.get(&origin)?;
        (record.until > now).then(|| record.until.since(now))
    }

    /// Notes a wrong password.
    pub fn failed(&mut self, origin: Origin, now: Moment) {
        let record = self.record(origin, now);
        record.failures += 1;
        if let Some(doublings) = record.failures.checked_sub(FREE_FAILURES + 1) {
            let delay = FAILURE_DELAY.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
            record.until = now + delay.min(FAILURE_DELAY_MAX);
        }
    }

    /// Notes that somebody wants to register a name.
    ///
    /// # Errors
    ///
    /// Enough names were registered from there; how long not.
    pub fn registers(&mut self, origin: Origin, now: Moment) -> Result<(), Duration> {
        let record = self.record(origin, now);
        if record.registrations_until <= now {
            (record.registrations, record.registrations_until) = (0, now + FAILURES_FORGOTTEN);
        }
        if record.registrations >= REGISTRATIONS_PER_ADDRESS {
            return Err(record.registrations_until.since(now));
        }
        record.registrations += 1;
        Ok(())
    }

    /// Whether one more from `origin` may wait.
    pub fn has_room(&self, origin: Origin) -> bool {
        let waiting = self.places.get(&origin).map_or(0, |place| place.waiting);
        self.waiting.len() < PETITIONS_WAITING && waiting < PETITIONS_PER_ADDRESS
    }

    /// Lets `job` wait for its turn.
    pub fn wait(&mut self, origin: Origin, job: T) {
        if self.places.len() >= FAILURES_ADDRESSES {
            // Those who had this turn get no other before the next one, which is now.
            self.turn += 1;
            self.places.retain(|_, place| place.waiting > 0);
        }
        let next_turn = self.places.get(&origin).map_or(0, |place| place.last_turn + 1);
        let turn = self.turn.max(next_turn);
        let place = self.places.entry(origin).or_default();
        place.last_turn = turn;
        place.waiting += 1;
        self.waiting.insert((turn, self.next), (origin, job));
        self.next += 1;
    }

    /// Whose turn it is.
    pub fn next(&mut self, now: Moment) -> Option<Turn<T>> {
        let ((turn, _), (origin, job)) = self.waiting.pop_first()?;
        self.turn = self.turn.max(turn);
        if let Some(place) = self.places.get_mut(&origin) {
            place.waiting -= 1;
        }
        if self.waiting.is_empty() {
            // Nobody is there to be fair to.
            self.places.clear();
            self.turn += 1;
        }
        Some(match self.rest(origin, now) {
            Some(rest) => Turn::Refuse(job, rest),
            None => Turn::Do(origin, job),
        })
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Of how many addresses something is remembered.
    pub fn remembered(&self) -> usize {
        self.records.len()
    }

    /// What is remembered of `origin`; of whoever was quiet longest nothing any more, if that is too much.
    fn record(&mut self, origin: Origin, now: Moment) -> &mut Record {
        if !self.records.contains_key(&origin)
            && self.records.len() >= FAILURES_ADDRESSES
            && let Some(quiet) = self.records.iter().min_by_key(|(_, record)| record.touched)
        {
            let quiet = *quiet.0;
            self.records.remove(&quiet);
        }
        let fresh = || Record {
            failures: 0,
            until: Moment::START,
            registrations: 0,
            registrations_until: Moment::START,
            touched: now,
        };
        let record = self.records.entry(origin).or_insert_with(fresh);
        if now.since(record.touched) >= FAILURES_FORGOTTEN {
            *record = fresh();
        }
        record.touched = now;
        record
    }
}
