//! The storage's part for questions: each waits for its turn, is answered or given up in time, and says what it cost.
//!
//! Invariants: with a file, at most one search is in the hands of the threads, and what was said last is asked for before the
//! searches that wait; without one, a turn of the loop searches a bounded part of what there is. Addresses take turns.
//! No answer comes for a question that was given up.

use std::collections::BTreeMap;

use super::memory::Search;
use super::round_robin::RoundRobin;
use crate::chat::{ClientId, Look, MonoTime, Origin};
use crate::limits::{HISTORY_PATIENCE, QUESTIONS_IN_HAND, QUESTIONS_WAITING};

/// Questions that have not been answered, each waiting as a `Q`.
#[derive(Debug)]
pub(super) struct Questions<Q> {
    /// By ticket, who asked, and until when an answer is waited for: whoever asked first is given up first.
    open: BTreeMap<u64, (ClientId, MonoTime)>,
    next_ticket: u64,
    /// What was said last in a room: it takes no time.
    last: RoundRobin<(u64, Q)>,
    pub(super) searches: RoundRobin<(u64, Q)>,
    /// Of each kind, how many the threads have.
    last_in_hand: usize,
    searches_in_hand: usize,
}

/// A search in memory, with what was asked.
#[derive(Debug)]
pub(super) struct Searching {
    pub(super) look: Look,
    pub(super) search: Search,
}

impl<Q> Default for Questions<Q> {
    fn default() -> Questions<Q> {
        Questions {
            open: BTreeMap::new(),
            next_ticket: 0,
            last: RoundRobin::new(QUESTIONS_WAITING),
            searches: RoundRobin::new(QUESTIONS_WAITING),
            last_in_hand: 0,
            searches_in_hand: 0,
        }
    }
}

impl<Q> Questions<Q> {
    /// Lets a question wait. Gives who loses their place for it.
    pub(super) fn ask(
        &mut self,
        id: ClientId,
        from: Origin,
        search: bool,
        question: Q,
        now: MonoTime,
    ) -> Option<ClientId> {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.open.insert(ticket, (id, now + HISTORY_PATIENCE));
        let lane = if search { &mut self.searches } else { &mut self.last };
        let (lost, _) = lane.push(from, (ticket, question))?;
        self.close(lost)
    }

    /// Closes a question; gives who asked it, if it was open.
    pub(super) fn close(&mut self, ticket: u64) -> Option<ClientId> {
        self.open.remove(&ticket).map(|(id, _)| id)
    }

    /// Gives up the next question that has waited too long.
    pub(super) fn overdue(&mut self, now: MonoTime) -> Option<ClientId> {
        let (&ticket, _) = self.open.first_key_value().filter(|(_, (_, until))| *until <= now)?;
        self.close(ticket)
    }

    /// Gives up what `id` has asked.
    pub(super) fn leave(&mut self, id: ClientId) {
        let theirs: Vec<u64> =
            self.open.iter().filter(|(_, (asker, _))| *asker == id).map(|(&ticket, _)| ticket).collect();
        for ticket in theirs {
            self.close(ticket);
        }
    }

    /// When a question has waited too long.
    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.open.first_key_value().map(|(_, &(_, until))| until)
    }

    /// The next search that somebody waits for.
    pub(super) fn next_search(&mut self) -> Option<(Origin, u64, Q)> {
        while let Some((origin, (ticket, question))) = self.searches.next() {
            if self.open.contains_key(&ticket) {
                return Some((origin, ticket, question));
            }
        }
        None
    }

    /// The next question for the threads, if they are to have one more.
    pub(super) fn next_for_threads(&mut self) -> Option<(u64, Q)> {
        while self.last_in_hand < QUESTIONS_IN_HAND
            && let Some((_, (ticket, question))) = self.last.next()
        {
            if self.open.contains_key(&ticket) {
                self.last_in_hand += 1;
                return Some((ticket, question));
            }
        }
        if self.searches_in_hand > 0 {
            return None;
        }
        let (_, ticket, question) = self.next_search()?;
        self.searches_in_hand += 1;
        Some((ticket, question))
    }

    /// Takes a question back from the threads; gives who still waits for it.
    pub(super) fn take_back(&mut self, ticket: u64, search: bool) -> Option<ClientId> {
        let in_hand = if search { &mut self.searches_in_hand } else { &mut self.last_in_hand };
        *in_hand -= 1;
        self.close(ticket)
    }
}
