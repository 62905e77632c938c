//! What is the connections' own: whose client each is, what it is asked, what it was handed, and which of them have to end.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lost_sessions::{LostSession, LostSessions};
use super::newcomers::Newcomers;
use super::password_questions::PasswordQuestions;
use super::seats::Seats;
use super::untold_log_news::UntoldLogNews;
use super::{AccountKey, ClientId, MemberId, MessageId};
use crate::chat::event::AccountNews;

/// All of that.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sessions {
    /// Those without a name.
    pub(super) newcomers: Newcomers,
    /// Clients with one, and those whose connections were lost.
    pub(super) seats: Seats,
    /// What they are asked.
    pub(super) questions: PasswordQuestions,
    /// Those that are asked nothing, because the answer could be read on its way.
    pub(super) in_clear: BTreeSet<ClientId>,
    /// Those that end because a password that they gave is none any more, and what they are told.
    pub(super) revoked: BTreeMap<ClientId, AccountNews>,
    /// Those that end if they are still expelled.
    pub(super) expelling: BTreeSet<ClientId>,
    /// The last of the letters that they were handed: they have seen it when they do the next thing.
    pub(super) handed: BTreeMap<ClientId, (AccountKey, MessageId)>,
    /// Of whose letters it is not known yet whether they are kept, in the order of the letters.
    pub(super) posting: Vec<(ClientId, MemberId)>,
    /// Sessions that wait for another connection.
    pub(super) lost: LostSessions,
    /// What they have not been told of the log, where there is one.
    pub(super) log_news: UntoldLogNews,
}

impl Sessions {
    /// What was a connection's own is gone with it; not whose it was, nor what is decided about that.
    pub(super) fn disconnected(&mut self, id: ClientId) {
        self.handed.remove(&id);
        self.in_clear.remove(&id);
        self.lost.disconnected(id);
    }

    /// A client is nobody's any more. Gives its session, if that waited for another connection.
    pub(super) fn forget(&mut self, id: ClientId) -> Option<LostSession> {
        self.questions.take(id);
        self.revoked.remove(&id);
        self.expelling.remove(&id);
        self.log_news.forget(id);
        let lost = self.lost.take(id);
        // The slot of one whose connection was lost may be another's.
        if lost.is_none() {
            self.disconnected(id);
        }
        lost
    }

    /// Whether the end of any client is decided that has not come yet.
    pub(super) fn any_has_to_end(&self) -> bool {
        !self.revoked.is_empty() || !self.expelling.is_empty()
    }

    /// All clients of whom anything is known here, beside whose they are.
    pub(super) fn known(&self) -> impl Iterator<Item = ClientId> {
        let ending = self.revoked.keys().chain(&self.expelling).chain(self.handed.keys());
        let ending = ending.chain(&self.in_clear).copied();
        self.questions.clients().chain(ending).chain(self.lost.returning()).chain(self.log_news.clients())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.newcomers.is_empty()
            && self.seats.count() == 0
            && self.questions.is_empty()
            && self.in_clear.is_empty()
            && self.revoked.is_empty()
            && self.expelling.is_empty()
            && self.handed.is_empty()
            && self.lost.is_empty()
            && self.log_news.is_empty()
    }
}
