//! Putting those out whose end is decided while they are here, for they are expelled, or their password is none any more: of very
//! many, some in each turn.

use super::{Asker, ClientId, CloseReason, Done, Event, Hub, MemberId, Then};
use crate::chat::event::Farewell;
use crate::chat::expulsion::{Expelled, Expulsion, ExpulsionNews};
use crate::chat::refusal::Refusal;
use crate::chat::rules::{Change, Outcome};
use crate::chat::text::Text;
use crate::limits::EXPELLED_PER_TURN;

impl Hub {
    /// Ends some of the connections whose password is none any more: of very many, the rest in the next turn.
    pub(super) fn end_revoked(&mut self) {
        for _ in 0..EXPELLED_PER_TURN {
            let Some((&client, _)) = self.sessions.revoked.first_key_value() else { break };
            self.end_if_revoked(client);
        }
    }

    /// Ends a connection whose password is none any more, if this is one; says whether it is.
    fn end_if_revoked(&mut self, client: ClientId) -> bool {
        let Some(why) = self.sessions.revoked.remove(&client) else { return false };
        self.tell(client, Event::Account(why));
        self.close(client, CloseReason::Revoked);
        true
    }

    /// Ends a client whose end is decided, and who waits for it because very many end at once; says whether they have ended.
    /// To be asked before a client does anything.
    pub(super) fn end_if_decided(&mut self, id: ClientId) -> bool {
        self.end_if_revoked(id) || self.sessions.expelling.remove(&id) && self.put_out_if_expelled(id)
    }

    /// The same for a member, if they have a client here.
    pub(super) fn end_member_if_decided(&mut self, member: MemberId) -> bool {
        self.sessions.seats.client(member).is_some_and(|id| self.end_if_decided(id))
    }

    /// Expels a person or an address: a member decides it, or the administrator. Members who are here are put out.
    pub(super) fn expel(
        &mut self,
        (asker, operator): (Asker, Option<MemberId>),
        whom: Text,
        (minutes, reason): (Option<u32>, Option<Text>),
    ) {
        let origin = self.chat.origin_meant(&whom);
        let nameless = origin.map_or(0, |origin| self.sessions.newcomers.from(origin));
        self.change(Change::Expel { operator, whom, minutes, reason, nameless }, Then::Expel(asker));
    }

    /// Tells an operator, or the administrator, what came of a decision.
    pub(super) fn tell_outcome(&mut self, asker: Asker, outcome: Result<Outcome, Refusal>) {
        match (asker, outcome) {
            (Asker::Administrator(number), outcome) => self.reply_to_administrator(number, outcome),
            (Asker::Client(id), Ok(Outcome::Expulsion(news))) => self.tell(id, Event::Expulsion(news)),
            (Asker::Client(_), Ok(_)) => {}
            (Asker::Client(id), Err(refusal)) => self.refuse(id, refusal),
        }
    }

    /// A member asks who is expelled.
    pub(super) fn list_expulsions(&mut self, id: ClientId, member: MemberId) -> Done {
        self.chat.decided_by(Some(member))?;
        self.change(Change::Expire, Then::ListExpulsions(id));
        Ok(())
    }

    /// Tells a client who is expelled.
    pub(super) fn tell_expulsions(&mut self, id: ClientId) {
        let news = self.chat.listed_expulsions(self.chat_time().wall);
        self.tell(id, Event::Expulsion(news));
    }

    /// A person or an address is expelled: clients of theirs are put out, one after another.
    pub(super) fn note_expulsion(&mut self, expulsion: &Expulsion) {
        let members = self.chat.meant_by(expulsion);
        self.sessions
            .expelling
            .extend(members.into_iter().filter_map(|member| self.sessions.seats.client(member)));
        let Some(origin) = expulsion.origin else { return };
        self.spend(self.sessions.newcomers.count() / 8);
        let nameless = self.sessions.newcomers.iter().filter(|(_, newcomer)| newcomer.origin == origin);
        self.sessions.expelling.extend(nameless.map(|(id, _)| id));
    }

    /// Puts some of the clients out that were expelled while they were here: of very many, the rest in the next turn.
    pub(super) fn put_out_the_expelled(&mut self) {
        for _ in 0..EXPELLED_PER_TURN.min(self.sessions.expelling.len()) {
            let Some(id) = self.sessions.expelling.pop_first() else { break };
            self.put_out_if_expelled(id);
        }
    }

    /// Puts a client out who was expelled while they were here; says whether they are out. Who was readmitted meanwhile stays.
    pub(super) fn put_out_if_expelled(&mut self, id: ClientId) -> bool {
        let Some(told) = self.expelled(id) else { return false };
        let farewell = Farewell::Expelled(told.reason.clone());
        self.tell(id, Event::Expulsion(ExpulsionNews::Told(told)));
        self.end(id, farewell, CloseReason::Expelled);
        true
    }

    /// What a client is told that may not be here any more.
    fn expelled(&self, id: ClientId) -> Option<Expelled> {
        match self.member(id) {
            Some(member) => self.chat.expelled_member(member, self.chat_time().wall),
            None => {
                self.chat.expelled_address(self.sessions.newcomers.get(id)?.origin, self.chat_time().wall)
            }
        }
    }
}
