//! The storage's part for questions: each waits for its turn, is answered or given up in time, and says what it cost.
//!
//! Invariants: with a file, at most one search is in the hands of the threads, and what was said last is asked for before the
//! searches that wait; without one, a turn of the loop searches a bounded part of what there is. Addresses take turns.
//! No answer comes for a question that was given up.

use std::collections::BTreeMap;
use std::time::Duration;

use super::handle::{Answer, File, Storage};
use super::job::{Job, Query, Sought};
use super::memory::Search;
use super::round_robin::RoundRobin;
use super::words::Wanted;
use super::worker::oldest;
use crate::chat::{ClientId, Look, MonoTime, Origin, Text};
use crate::limits::{
    HISTORY_PATIENCE, QUESTIONS_IN_HAND, QUESTIONS_WAITING, SEARCH_BYTE_NANOS, SEARCH_TURN_WORK,
};

/// Questions that have not been answered, each waiting as a `Q`.
#[derive(Debug)]
pub(super) struct Questions<Q> {
    /// By ticket, who asked, and until when an answer is waited for: whoever asked first is given up first.
    open: BTreeMap<u64, (ClientId, MonoTime)>,
    next_ticket: u64,
    /// What was said last in a room: it takes no time.
    last: RoundRobin<(u64, Q)>,
    searches: RoundRobin<(u64, Q)>,
    /// Of each kind, how many the threads have.
    last_in_hand: usize,
    searches_in_hand: usize,
}

/// A search in memory, with what was asked.
#[derive(Debug)]
pub(super) struct Searching {
    look: Look,
    search: Search,
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
    fn ask(
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
    fn close(&mut self, ticket: u64) -> Option<ClientId> {
        self.open.remove(&ticket).map(|(id, _)| id)
    }

    /// Gives up the next question that has waited too long.
    fn overdue(&mut self, now: MonoTime) -> Option<ClientId> {
        let (&ticket, _) = self.open.first_key_value().filter(|(_, (_, until))| *until <= now)?;
        self.close(ticket)
    }

    /// Gives up what `id` has asked.
    fn leave(&mut self, id: ClientId) {
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
    fn next_search(&mut self) -> Option<(Origin, u64, Q)> {
        while let Some((origin, (ticket, question))) = self.searches.next() {
            if self.open.contains_key(&ticket) {
                return Some((origin, ticket, question));
            }
        }
        None
    }

    /// The next question for the threads, if they are to have one more.
    fn next_for_threads(&mut self) -> Option<(u64, Q)> {
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

impl Storage {
    /// Looks for something, for somebody who is `from` there. What does not come at once comes [later](Self::answers)
    /// or of [work](Self::work), and within [`HISTORY_PATIENCE`] something does. Another one may lose their place.
    pub fn look(&mut self, id: ClientId, from: Origin, look: Look, now: MonoTime) -> Vec<Answer> {
        if let (Some(file), Some(query)) = (&mut self.file, Query::of(&look)) {
            let lost = file.questions.ask(id, from, query.is_search(), query, now).map(Answer::Busy);
            return lost.into_iter().chain(file.hand_over()).collect();
        }
        if let Look::Search(rooms, words, count) = look {
            let wanted = Wanted::of(words.as_str());
            let search = self.memory.begin(rooms.clone(), wanted, count);
            // The answer is for the kind of question; the words need not be kept twice.
            let look = Look::Search(rooms, Text::clean(""), count);
            let lost = self.searches.ask(id, from, true, Searching { look, search }, now);
            return lost.map(Answer::Busy).into_iter().collect();
        }
        let mut found = self.memory.look(look);
        if let Some(days) = self.file.as_ref().and_then(|file| file.keep_days) {
            // Memory holds them until others push them out; that is no reason to show them.
            found.lines.retain(|line| line.at.0 >= oldest(days));
        }
        vec![Answer::Found { id, found, cost: Duration::ZERO }]
    }

    /// Whether [`work`](Self::work) has something to do.
    pub fn has_work(&self) -> bool {
        !self.searches.searches.is_empty() || self.memory.has_gone() || self.is_reloading()
    }

    /// Does what is to be done in memory, a bounded part of it. Call once a turn.
    pub fn work(&mut self) -> Option<Answer> {
        self.memory.free();
        let (origin, ticket, Searching { look, mut search }) = self.searches.next_search()?;
        let before = search.work;
        let over = self.memory.go_on(&mut search, SEARCH_TURN_WORK);
        self.searched += (search.work - before) as u64;
        if over {
            let cost = Duration::from_nanos(search.work as u64 * SEARCH_BYTE_NANOS);
            let id = self.searches.close(ticket)?;
            return Some(Answer::Found { id, found: self.memory.end(search, look), cost });
        }
        // It has a place: it has just left it.
        self.searches.searches.push(origin, (ticket, Searching { look, search }));
        None
    }

    /// Gives up what has waited too long.
    pub fn overdue(&mut self, now: MonoTime) -> Vec<Answer> {
        let Storage { searches, file, .. } = self;
        let mut given_up: Vec<ClientId> = std::iter::from_fn(|| searches.overdue(now)).collect();
        if let Some(file) = file {
            given_up.extend(std::iter::from_fn(|| file.questions.overdue(now)));
        }
        given_up.into_iter().map(Answer::Busy).collect()
    }

    /// Gives up what somebody has asked who is there no more.
    pub fn leave(&mut self, id: ClientId) {
        self.searches.leave(id);
        if let Some(file) = &mut self.file {
            file.questions.leave(id);
        }
    }

    pub(super) fn receive_found(
        &mut self,
        ticket: u64,
        query: Query,
        sought: Sought,
        cost: Duration,
    ) -> Option<Answer> {
        self.searched += sought.looked_at;
        let id = self.file.as_mut()?.questions.take_back(ticket, query.is_search())?;
        Some(Answer::Found { id, found: query.found(sought), cost })
    }

    /// What all searches together have looked at: bytes in memory, lines in a file.
    pub fn searched(&self) -> u64 {
        self.searched
    }
}

impl File {
    /// Hands questions to the threads; gives those for which there is no place.
    pub(super) fn hand_over(&mut self) -> Vec<Answer> {
        let mut busy = Vec::new();
        while let Some((ticket, query)) = self.questions.next_for_threads() {
            let search = query.is_search();
            if self.push(Job::Look(ticket, query)).is_err() {
                busy.extend(self.questions.take_back(ticket, search).map(Answer::Busy));
            }
        }
        busy
    }
}
