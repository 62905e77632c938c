//! Lookups that wait: whose turn it is, when one is given up, and what each has cost.
//!
//! Invariants: with a file, at most one search is in the hands of the threads, and what was said last is asked for before the
//! searches that wait; without one, a turn of the loop searches a bounded part of what there is. Addresses take turns.
//! No answer comes for a question that was given up.

use std::collections::BTreeMap;

use super::memory::Search;
use super::request::RequestId;
use crate::auth::FairQueue;
use crate::chat::{ClientId, Look, MonoTime, Origin};
use crate::limits::{HISTORY_PATIENCE, QUESTIONS_IN_HAND, QUESTIONS_WAITING};

/// Questions that have not been answered, each waiting as a `Q`.
#[derive(Debug)]
pub(super) struct Questions<Q> {
    /// By number, who asked, and until when an answer is waited for: the first one is given up first.
    open: BTreeMap<u64, (ClientId, MonoTime)>,
    /// What was said last in a room: it takes no time.
    last: FairQueue<(), (RequestId, Q)>,
    pub(super) searches: FairQueue<(), (RequestId, Q)>,
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
            last: FairQueue::new(QUESTIONS_WAITING),
            searches: FairQueue::new(QUESTIONS_WAITING),
            last_in_hand: 0,
            searches_in_hand: 0,
        }
    }
}

impl<Q> Questions<Q> {
    /// Lets a question wait. Gives the one that loses its place for it.
    pub(super) fn ask(
        &mut self,
        id: RequestId,
        from: Origin,
        search: bool,
        question: Q,
        now: MonoTime,
    ) -> Option<RequestId> {
        self.open.insert(id.number, (id.client, now + HISTORY_PATIENCE));
        let lane = if search { &mut self.searches } else { &mut self.last };
        let (lost, _) = lane.push(from, (), (id, question))?;
        self.close(lost)
    }

    /// Closes a question; gives it back if it was open.
    pub(super) fn close(&mut self, id: RequestId) -> Option<RequestId> {
        self.open.remove(&id.number).map(|_| id)
    }

    /// Gives up the next question that has waited too long.
    pub(super) fn overdue(&mut self, now: MonoTime) -> Option<RequestId> {
        let (&number, &(client, _)) = self.open.first_key_value().filter(|(_, (_, until))| *until <= now)?;
        self.close(RequestId { client, number })
    }

    /// Gives up what a client has asked.
    pub(super) fn leave(&mut self, client: ClientId) {
        self.open.retain(|_, (asker, _)| *asker != client);
    }

    /// When a question has waited too long.
    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.open.first_key_value().map(|(_, &(_, until))| until)
    }

    /// The next search that is still waited for.
    pub(super) fn next_search(&mut self) -> Option<(Origin, RequestId, Q)> {
        while let Some((origin, (), (id, question))) = self.searches.pop() {
            if self.open.contains_key(&id.number) {
                return Some((origin, id, question));
            }
        }
        None
    }

    /// The next question for the threads, if they are to have one more.
    pub(super) fn next_for_threads(&mut self) -> Option<(RequestId, Q)> {
        while self.last_in_hand < QUESTIONS_IN_HAND
            && let Some((_, (), (id, question))) = self.last.pop()
        {
            if self.open.contains_key(&id.number) {
                self.last_in_hand += 1;
                return Some((id, question));
            }
        }
        if self.searches_in_hand > 0 {
            return None;
        }
        let (_, id, question) = self.next_search()?;
        self.searches_in_hand += 1;
        Some((id, question))
    }

    /// Takes a question back from the threads; gives it back if it is still waited for.
    pub(super) fn take_back(&mut self, id: RequestId, search: bool) -> Option<RequestId> {
        let in_hand = if search { &mut self.searches_in_hand } else { &mut self.last_in_hand };
        *in_hand -= 1;
        self.close(id)
    }
}
