//! How changes reach the chat, and what follows from each for the client that asked for it.
//!
//! Invariant: what depends on the outcome of a change stands in its [`Then`] and nowhere else, so that the outcome may come later.

use std::collections::VecDeque;

use super::under_way::{PendingChange, Route};
use super::{Change, ClientId, Fact, Hub, NodeName, Outcome, Refusal, Then, Time};
use crate::chat::digest::Digest;

impl Hub {
    /// Has the chat make a change; when it is made, does what follows for all connections, and then for the client that asked. Where
    /// several nodes make changes, that is when it comes back from their log.
    pub(super) fn change(&mut self, change: Change, then: Then) {
        match &mut self.route {
            Route::Direct => {
                let outcome = self.make((self.at, None), then.newcomer(), change);
                self.settle(then, outcome);
            }
            Route::Log(under_way) => {
                if let Some(id) = then.newcomer() {
                    self.sessions.newcomers.name_goes_out(id, self.at.mono);
                }
                under_way.send(then, change);
            }
        }
    }

    /// The oldest change under way has come back, or nobody can know what has become of it: what follows from it.
    pub(super) fn take_pending(&mut self) -> Option<PendingChange> {
        let Route::Log(under_way) = &mut self.route else { return None };
        let pending = under_way.take()?;
        if let Some(id) = pending.then.newcomer().filter(|&id| !under_way.is_awaited(id)) {
            self.sessions.newcomers.name_comes_back(id, self.at.mono);
        }
        Some(pending)
    }

    /// None of the changes under way will come back: what would have followed from each.
    pub(super) fn give_up_pending(&mut self) -> VecDeque<PendingChange> {
        let Route::Log(under_way) = &mut self.route else { return VecDeque::new() };
        let pending = under_way.give_up();
        for id in pending.iter().filter_map(|pending| pending.then.newcomer()) {
            self.sessions.newcomers.name_comes_back(id, self.at.mono);
        }
        pending
    }

    /// Makes a change of that node at that time, and does what follows for the connections; `newcomer` is the client that becomes a
    /// member by it, if one does.
    pub(super) fn make(
        &mut self,
        (at, by): (Time, Option<NodeName>),
        newcomer: Option<ClientId>,
        change: Change,
    ) -> Result<Outcome, Refusal> {
        self.revoke_outside(&change);
        let outcome = self.chat.apply(at, by, change);
        let mut facts: Vec<Fact> = self.chat.take_facts();
        if let Route::Log(under_way) = &mut self.route {
            under_way.digest = facts.iter().fold(under_way.digest, Digest::value);
        }
        for fact in facts.drain(..) {
            self.translate(newcomer, fact);
        }
        self.chat.keep_buffer(facts);
        outcome
    }

    /// Does what follows from a change for the client that asked for it.
    pub(super) fn settle(&mut self, then: Then, outcome: Result<Outcome, Refusal>) {
        match then {
            Then::Nothing | Then::GoOn(_) => debug_assert!(outcome.is_ok(), "{outcome:?}"),
            Then::EndRevoked => self.end_revoked(),
            Then::TellRefusal(id) | Then::Said(id) => {
                outcome.err().into_iter().for_each(|refusal| self.refuse(id, refusal));
            }
            Then::Name(id, wanted) => self.named(id, outcome, &wanted),
            Then::Identify(id, account, leaving) => match outcome {
                Ok(_) => self.identified(id, account, leaving),
                Err(refusal) => self.refuse(id, refusal),
            },
            Then::Password(id) => match outcome {
                Ok(_) => self.end_revoked(),
                Err(refusal) => self.refuse(id, refusal),
            },
            Then::Reenter(id) => self.reentered(id, outcome),
            Then::Expel(asker) => {
                if outcome.is_ok() {
                    self.put_out_the_expelled();
                }
                self.tell_outcome(asker, outcome);
            }
            Then::Tell(asker) => self.tell_outcome(asker, outcome),
            Then::ListExpulsions(id) => self.tell_expulsions(id),
        }
    }
}
