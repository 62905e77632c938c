//! Lookups in the history: each is answered at once, or passed to the threads and answered later, or given up.

use std::time::Duration;

use super::handle::{HistoryFile, Storage};
use super::questions::Searching;
use super::reply::{Sought, StorageEvent};
use super::request::{Job, RequestId};
use super::steady::{now as wall, oldest};
use super::words::WantedWords;
use crate::chat::{ClientId, Look, MonoTime, Origin, Reply, Text};
use crate::limits::{SEARCH_BYTE_NANOS, SEARCH_TURN_WORK};

impl Storage {
    /// Looks for something. What does not come at once comes [later](Self::replies) or of [work](Self::work), and within
    /// [`HISTORY_PATIENCE`](crate::limits::HISTORY_PATIENCE) something does. Another one may lose its place.
    pub(super) fn look(
        &mut self,
        id: RequestId,
        from: Origin,
        look: Look,
        now: MonoTime,
    ) -> Vec<StorageEvent> {
        // What is shown on entering comes from memory, and what was missed for two minutes.
        if let (Some(file), Look::Last(..) | Look::Before(..) | Look::Search(..)) = (&mut self.file, &look) {
            let lost = file.questions.ask(id, from, look.is_search(), look, now).map(StorageEvent::busy);
            return lost.into_iter().chain(file.hand_over()).collect();
        }
        if let Look::Search(rooms, words, count) = look {
            let wanted = WantedWords::of(words.as_str());
            let search = self.memory.begin(rooms.clone(), wanted, count);
            // The answer is for the kind of question; the words need not be kept twice.
            let look = Look::Search(rooms, Text::clean(""), count);
            let lost = self.searches.ask(id, from, true, Searching { look, search }, now);
            return lost.map(StorageEvent::busy).into_iter().collect();
        }
        let mut found = self.memory.look(look);
        if let Some(days) = self.file.as_ref().and_then(|file| file.keep_days) {
            // Memory holds them until others push them out; that is no reason to show them.
            found.lines.retain(|line| line.at.0 >= oldest(days, wall()));
        }
        vec![StorageEvent::to(id, Reply::Found(found))]
    }

    /// Whether [`work`](Self::work) has something to do.
    pub fn has_work(&self) -> bool {
        !self.searches.searches.is_empty() || self.memory.has_gone() || self.is_reloading()
    }

    /// Does what is to be done in memory, a bounded part of it. Call once a turn.
    pub fn work(&mut self) -> Option<StorageEvent> {
        self.memory.free();
        let (origin, id, Searching { look, mut search }) = self.searches.next_search()?;
        let before = search.work;
        let over = self.memory.go_on(&mut search, SEARCH_TURN_WORK);
        self.searched += (search.work - before) as u64;
        if over {
            let cost = Duration::from_nanos(search.work as u64 * SEARCH_BYTE_NANOS);
            let id = self.searches.close(id)?;
            let found = self.memory.end(search, look);
            return Some(StorageEvent::Reply { id, reply: Reply::Found(found), cost });
        }
        // It has a place: it has just left it.
        self.searches.searches.push(origin, (), (id, Searching { look, search }));
        None
    }

    /// Gives up what has waited too long.
    pub fn overdue(&mut self, now: MonoTime) -> Vec<StorageEvent> {
        let Storage { searches, file, .. } = self;
        let mut given_up: Vec<RequestId> = std::iter::from_fn(|| searches.overdue(now)).collect();
        if let Some(file) = file {
            given_up.extend(std::iter::from_fn(|| file.questions.overdue(now)));
        }
        given_up.into_iter().map(StorageEvent::busy).collect()
    }

    /// Gives up what a client has asked who is there no more.
    pub fn leave(&mut self, client: ClientId) {
        self.searches.leave(client);
        if let Some(file) = &mut self.file {
            file.questions.leave(client);
        }
    }

    pub(super) fn receive_found(
        &mut self,
        id: RequestId,
        look: Look,
        sought: Sought,
        cost: Duration,
    ) -> Option<StorageEvent> {
        self.searched += sought.looked_at;
        let id = self.file.as_mut()?.questions.take_back(id, look.is_search())?;
        Some(StorageEvent::Reply { id, reply: Reply::Found(sought.found(look)), cost })
    }

    /// What all searches together have looked at: bytes in memory, lines in a file.
    pub fn searched(&self) -> u64 {
        self.searched
    }
}

impl HistoryFile {
    /// Hands questions to the threads; gives those for which there is no place.
    pub(super) fn hand_over(&mut self) -> Vec<StorageEvent> {
        let mut busy = Vec::new();
        while let Some((id, look)) = self.questions.next_for_threads() {
            let search = look.is_search();
            if self.push(Job::Look(id, look)).is_err() {
                busy.extend(self.questions.take_back(id, search).map(StorageEvent::busy));
            }
        }
        busy
    }
}
