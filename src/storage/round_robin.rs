//! What waits, from many addresses: each address has one turn after the other, however much it wants.

use std::collections::VecDeque;

use crate::chat::Origin;

/// A bounded queue in which addresses take turns.
#[derive(Debug)]
pub(super) struct RoundRobin<T> {
    /// Addresses that have something waiting, the next one first.
    addresses: VecDeque<(Origin, VecDeque<T>)>,
    waiting: usize,
    most: usize,
}

impl<T> RoundRobin<T> {
    /// An empty queue for `most` items.
    pub(super) fn new(most: usize) -> RoundRobin<T> {
        RoundRobin { addresses: VecDeque::new(), waiting: 0, most }
    }

    /// Lets something wait, behind what came from there before. Gives what loses its place for it, if there is none
    /// left: the last of the address that has most.
    pub(super) fn push(&mut self, origin: Origin, item: T) -> Option<T> {
        match self.addresses.iter_mut().find(|(other, _)| *other == origin) {
            Some((_, items)) => items.push_back(item),
            None => self.addresses.push_back((origin, VecDeque::from([item]))),
        }
        self.waiting += 1;
        if self.waiting <= self.most {
            return None;
        }
        self.waiting -= 1;
        let (index, _) = self.addresses.iter().enumerate().max_by_key(|(_, (_, items))| items.len())?;
        let lost = self.addresses[index].1.pop_back();
        if self.addresses[index].1.is_empty() {
            self.addresses.remove(index);
        }
        lost
    }

    /// What comes next; its address is the last one then.
    pub(super) fn next(&mut self) -> Option<(Origin, T)> {
        let (origin, mut items) = self.addresses.pop_front()?;
        let item = items.pop_front()?;
        self.waiting -= 1;
        if !items.is_empty() {
            self.addresses.push_back((origin, items));
        }
        Some((origin, item))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}
