//! A queue in which every address has its turn, and at an address every subject: a name whose password is tried, or all alike.
//!
//! Invariants: a newcomer in a flood waits for one job of each other address, and of each other subject at its own; when the
//! queue is full, the address that has most waiting loses the newest of it. So few may wait that all of them can be looked at.

use std::collections::VecDeque;

use crate::chat::Origin;

/// What waits, by address.
#[derive(Debug)]
pub struct FairQueue<K, T> {
    /// Round and round: the first has its turn next. None is empty.
    addresses: VecDeque<Address<K, T>>,
    waiting: usize,
    most: usize,
    /// How many ever came.
    came: u64,
}

/// What waits of one address.
#[derive(Debug)]
struct Address<K, T> {
    origin: Origin,
    /// Round and round like the addresses. None is empty.
    subjects: VecDeque<Line<K, T>>,
}

/// What waits of one address and is about one subject, each with its number among all that ever came.
#[derive(Debug)]
struct Line<K, T> {
    subject: K,
    jobs: VecDeque<(u64, T)>,
}

impl<K: Copy + PartialEq, T> FairQueue<K, T> {
    /// An empty queue for `most` jobs.
    pub fn new(most: usize) -> FairQueue<K, T> {
        FairQueue { addresses: VecDeque::new(), waiting: 0, most, came: 0 }
    }

    /// Lets `job` wait for its turn. Gives back what finds no place: nothing, or the newest of who has most, or `job`.
    pub fn push(&mut self, origin: Origin, subject: K, job: T) -> Option<T> {
        let mut loser = None;
        if self.waiting >= self.most {
            match self.evict(origin, subject) {
                None => return Some(job),
                evicted => loser = evicted,
            }
        }
        let at = self.addresses.iter().position(|address| address.origin == origin);
        let at = at.unwrap_or_else(|| {
            self.addresses.push_back(Address { origin, subjects: VecDeque::new() });
            self.addresses.len() - 1
        });
        let subjects = &mut self.addresses[at].subjects;
        let line = subjects.iter().position(|line| line.subject == subject).unwrap_or_else(|| {
            subjects.push_back(Line { subject, jobs: VecDeque::new() });
            subjects.len() - 1
        });
        subjects[line].jobs.push_back((self.came, job));
        self.came += 1;
        self.waiting += 1;
        loser
    }

    /// Takes out what has its turn.
    pub fn pop(&mut self) -> Option<(Origin, K, T)> {
        let mut address = self.addresses.pop_front()?;
        let mut line = address.subjects.pop_front()?;
        let (_, job) = line.jobs.pop_front()?;
        self.waiting -= 1;
        let (origin, subject) = (address.origin, line.subject);
        if !line.jobs.is_empty() {
            address.subjects.push_back(line);
        }
        if !address.subjects.is_empty() {
            self.addresses.push_back(address);
        }
        Some((origin, subject, job))
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Takes out the newest of who has most waiting, if the newcomer has less even with one more.
    fn evict(&mut self, origin: Origin, subject: K) -> Option<T> {
        let held = |address: &Address<K, T>| (address.len(), address.newest());
        let largest = (0..self.addresses.len()).max_by_key(|&at| held(&self.addresses[at]))?;
        let own = self.addresses.iter().position(|address| address.origin == origin);
        let own_len = own.map_or(0, |own| self.addresses[own].len());
        if self.addresses[largest].len() > own_len + 1 {
            return self.shorten(largest, None);
        }
        self.shorten(own?, Some(subject))
    }

    /// Takes out the newest about the subject that has most waiting at an address; if one about `subject` comes for it, only if
    /// that has less even then.
    fn shorten(&mut self, at: usize, subject: Option<K>) -> Option<T> {
        let subjects = &mut self.addresses[at].subjects;
        let held = |line: &Line<K, T>| (line.jobs.len(), line.newest());
        let largest = (0..subjects.len()).max_by_key(|&line| held(&subjects[line]))?;
        let waiting =
            |subject| subjects.iter().find(|line| line.subject == subject).map_or(0, |line| line.jobs.len());
        if subject.is_some_and(|subject| subjects[largest].jobs.len() <= waiting(subject) + 1) {
            return None;
        }
        let (_, job) = subjects[largest].jobs.pop_back()?;
        self.waiting -= 1;
        if subjects[largest].jobs.is_empty() {
            subjects.remove(largest);
        }
        if subjects.is_empty() {
            self.addresses.remove(at);
        }
        Some(job)
    }
}

impl<K, T> Address<K, T> {
    fn len(&self) -> usize {
        self.subjects.iter().map(|line| line.jobs.len()).sum()
    }

    fn newest(&self) -> Option<u64> {
        self.subjects.iter().filter_map(Line::newest).max()
    }
}

impl<K, T> Line<K, T> {
    fn newest(&self) -> Option<u64> {
        self.jobs.back().map(|(number, _)| *number)
    }
}
