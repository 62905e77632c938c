//! What the people of a node have not been told of the log: of very many, some are told in each turn.
//!
//! Invariant: only who has heard that the log is away hears that it is back, and hears it once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ClientId;
use crate::chat::event::LogNews;

/// Who has to be told what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct UntoldLogNews {
    is_away: bool,
    /// Clients that have not heard that it is away. Empty while it is not.
    expect_away: BTreeSet<ClientId>,
    /// Clients that have heard so, and not that it is back.
    heard_away: BTreeSet<ClientId>,
    /// Clients that have not heard of a gap.
    expect_gap: BTreeSet<ClientId>,
}

impl UntoldLogNews {
    /// There is something to tell to all `clients`.
    pub(super) fn add(&mut self, news: LogNews, clients: impl Iterator<Item = ClientId>) {
        match news {
            LogNews::Away => {
                self.is_away = true;
                self.expect_away = clients.filter(|id| !self.heard_away.contains(id)).collect();
            }
            LogNews::Back => {
                self.is_away = false;
                self.expect_away = BTreeSet::new();
            }
            LogNews::Gap => self.expect_gap = clients.collect(),
            // That is told to some, and with the end.
            LogNews::Unsaid => {}
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away
    }

    /// What a client has to be told that has just come: it has heard it from now on.
    pub(super) fn greet(&mut self, id: ClientId) -> Option<LogNews> {
        (self.is_away && self.heard_away.insert(id)).then_some(LogNews::Away)
    }

    /// The next client that has to be told something, and what: it is told from now on.
    pub(super) fn next(&mut self) -> Option<(ClientId, LogNews)> {
        if let Some(id) = self.expect_away.pop_first() {
            self.heard_away.insert(id);
            return Some((id, LogNews::Away));
        }
        if !self.is_away
            && let Some(id) = self.heard_away.pop_first()
        {
            return Some((id, LogNews::Back));
        }
        self.expect_gap.pop_first().map(|id| (id, LogNews::Gap))
    }

    /// Whether there is a next one.
    pub(super) fn is_unfinished(&self) -> bool {
        !self.expect_away.is_empty()
            || !self.is_away && !self.heard_away.is_empty()
            || !self.expect_gap.is_empty()
    }

    /// What the client `old` has heard `new` has heard as well, and hears what that expects.
    pub(super) fn follow(&mut self, old: ClientId, new: ClientId) {
        for clients in [&mut self.expect_away, &mut self.heard_away, &mut self.expect_gap] {
            if clients.remove(&old) {
                clients.insert(new);
            }
        }
        if self.heard_away.contains(&new) {
            self.expect_away.remove(&new);
        }
    }

    /// A client is there no more.
    pub(super) fn forget(&mut self, id: ClientId) {
        for clients in [&mut self.expect_away, &mut self.heard_away, &mut self.expect_gap] {
            clients.remove(&id);
        }
    }

    /// All clients that have to be told something, now or later.
    pub(super) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.expect_away.iter().chain(&self.heard_away).chain(&self.expect_gap).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clients().next().is_none()
    }
}
