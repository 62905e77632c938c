//! How changes reach the chat, and what follows from each for the client that asked for it.
//!
//! Invariant: what depends on the outcome of a change stands in its [`Then`] and nowhere else, so that the outcome may come later.

use super::{Change, Fact, Hub, Outcome, Refusal, Then};

impl Hub {
    /// Has the chat apply a change; does what follows for all connections, and then for the client that asked.
    pub(super) fn order(&mut self, change: Change, then: Then) {
        let outcome = self.chat.apply(self.at, change);
        let mut facts: Vec<Fact> = self.chat.take_facts();
        for fact in facts.drain(..) {
            self.translate(then.newcomer(), fact);
        }
        self.chat.keep_buffer(facts);
        self.settle(then, outcome);
    }

    fn settle(&mut self, then: Then, outcome: Result<Outcome, Refusal>) {
        match then {
            Then::Nothing => debug_assert!(outcome.is_ok(), "{outcome:?}"),
            Then::EndRevoked => self.end_revoked(),
            Then::TellRefusal(id) => outcome.err().into_iter().for_each(|refusal| self.refuse(id, refusal)),
            Then::Name(id, wanted) => self.named(id, outcome, &wanted),
            Then::Identify(id, account, leaving) => match outcome {
                Ok(_) => self.identified(id, account, leaving),
                Err(refusal) => self.refuse(id, refusal),
            },
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
