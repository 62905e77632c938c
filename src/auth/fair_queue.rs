//! A queue in which every address has its turn, and at an address every name.
//!
//! Invariants: a newcomer in a flood waits for one job of each other address, and of each other name at their own; when the
//! queue is full, who has most waiting loses the newest of it. At most [`AUTH_REQUESTS_WAITING`] wait, so all of them can be
//! looked at.

use std::collections::VecDeque;

use super::throttle::Subject;
use crate::chat::Origin;
use crate::limits::AUTH_REQUESTS_WAITING;

/// What waits, by address.
#[derive(Debug)]
pub struct FairQueue<T> {
    /// Round and round: the first has its turn next. None is empty.
    addresses: VecDeque<Address<T>>,
    /// How many ever came.
    came: u64,
}

/// What waits of one address.
#[derive(Debug)]
struct Address<T> {
    origin: Origin,
    /// Round and round like the addresses. None is empty.
    names: VecDeque<Line<T>>,
}

/// What waits of one address and is about one name, each with its number among all that ever came.
#[derive(Debug)]
struct Line<T> {
    subject: Subject,
    jobs: VecDeque<(u64, T)>,
}

impl<T> Default for FairQueue<T> {
    fn default() -> FairQueue<T> {
        FairQueue { addresses: VecDeque::new(), came: 0 }
    }
}

impl<T> FairQueue<T> {
    /// Lets `job` wait for its turn. Gives back what finds no place: nothing, or the newest of who has most, or `job`.
    pub fn push(&mut self, origin: Origin, subject: Subject, job: T) -> Option<T> {
        let mut loser = None;
        if self.len() >= AUTH_REQUESTS_WAITING {
            match self.evict(origin, subject) {
                None => return Some(job),
                evicted => loser = evicted,
            }
        }
        let at = self.addresses.iter().position(|address| address.origin == origin);
        let at = at.unwrap_or_else(|| {
            self.addresses.push_back(Address { origin, names: VecDeque::new() });
            self.addresses.len() - 1
        });
        let names = &mut self.addresses[at].names;
        let line = names.iter().position(|line| line.subject == subject).unwrap_or_else(|| {
            names.push_back(Line { subject, jobs: VecDeque::new() });
            names.len() - 1
        });
        names[line].jobs.push_back((self.came, job));
        self.came += 1;
        loser
    }

    /// Takes out what has its turn.
    pub fn pop(&mut self) -> Option<(Origin, Subject, T)> {
        let mut address = self.addresses.pop_front()?;
        let mut line = address.names.pop_front()?;
        let (_, job) = line.jobs.pop_front()?;
        let (origin, subject) = (address.origin, line.subject);
        if !line.jobs.is_empty() {
            address.names.push_back(line);
        }
        if !address.names.is_empty() {
            self.addresses.push_back(address);
        }
        Some((origin, subject, job))
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.addresses.iter().map(Address::len).sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Takes out the newest of who has most waiting, if the newcomer has less even with one more.
    fn evict(&mut self, origin: Origin, subject: Subject) -> Option<T> {
        let held = |address: &Address<T>| (address.len(), address.newest());
        let largest = (0..self.addresses.len()).max_by_key(|&at| held(&self.addresses[at]))?;
        let own = self.addresses.iter().position(|address| address.origin == origin);
        let own_len = own.map_or(0, |own| self.addresses[own].len());
        if self.addresses[largest].len() > own_len + 1 {
            return self.shorten(largest, None);
        }
        self.shorten(own?, Some(subject))
    }

    /// Takes out the newest about the name that has most waiting at an address; if one about `subject` comes for it, only if
    /// that name has less even then.
    fn shorten(&mut self, at: usize, subject: Option<Subject>) -> Option<T> {
        let names = &mut self.addresses[at].names;
        let held = |line: &Line<T>| (line.jobs.len(), line.newest());
        let largest = (0..names.len()).max_by_key(|&line| held(&names[line]))?;
        let waiting =
            |subject| names.iter().find(|line| line.subject == subject).map_or(0, |line| line.jobs.len());
        if subject.is_some_and(|subject| names[largest].jobs.len() <= waiting(subject) + 1) {
            return None;
        }
        let (_, job) = names[largest].jobs.pop_back()?;
        if names[largest].jobs.is_empty() {
            names.remove(largest);
        }
        if names.is_empty() {
            self.addresses.remove(at);
        }
        Some(job)
    }
}

impl<T> Address<T> {
    fn len(&self) -> usize {
        self.names.iter().map(|line| line.jobs.len()).sum()
    }

    fn newest(&self) -> Option<u64> {
        self.names.iter().filter_map(Line::newest).max()
    }
}

impl<T> Line<T> {
    fn newest(&self) -> Option<u64> {
        self.jobs.back().map(|(number, _)| *number)
    }
}
