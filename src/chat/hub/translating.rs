//! What becomes of the chat's facts: each is turned into what connections are told, and what the shell has to do.

use super::under_way::Route;
use super::{Audience, ClientId, CloseReason, Effect, Event, Fact, Hub, MemberId};
use crate::chat::request::Request;

impl Hub {
    /// Does for the connections what follows from a fact; `newcomer` is the client that becomes a member by it, if one does.
    pub(super) fn translate(&mut self, newcomer: Option<ClientId>, fact: Fact) {
        match fact {
            Fact::Deliver { to, event } => self.deliver(to, event),
            Fact::Keep(message) => self.effects.push(Effect::Keep(message)),
            Fact::Log(entry) => self.effects.push(Effect::Log(entry)),
            Fact::Room(change) => self.effects.push(Effect::Room(change)),
            Fact::Forget(key) => self.effects.push(Effect::Forget(key)),
            Fact::Account(record) => self.effects.push(Effect::Account(record)),
            Fact::AccountGone(key) => self.effects.push(Effect::AccountGone(key)),
            Fact::Letter(letter) => self.effects.push(Effect::Letter(letter)),
            Fact::Read(account, up_to) => self.effects.push(Effect::Ack(account, up_to)),
            Fact::Readmitted(number) => self.effects.push(Effect::Readmitted(number)),
            Fact::Expelled(expulsion) => {
                self.note_expulsion(&expulsion);
                self.effects.push(Effect::Expelled(expulsion));
            }
            Fact::Post(member, account, letter) => {
                if let Some(id) = self.sessions.seats.client(member) {
                    self.sessions.posting.push((id, member));
                    self.effects.push(Effect::Request(id, Request::Post(account, letter)));
                }
            }
            Fact::Replay(member, room) => {
                if let Some(id) = self.sessions.seats.client(member) {
                    self.replay(id, room);
                }
            }
            Fact::Revoked(member, why) => {
                if let Some(id) = self.sessions.seats.client(member) {
                    self.sessions.revoked.entry(id).or_insert(why);
                }
            }
            Fact::Gone(member, reason) => self.gone(member, reason),
            // Who is here through this node has been noted before.
            Fact::GoneWithNode(_) => {}
            Fact::Reentered(member) => {
                if let Some(id) = newcomer {
                    self.sit_again(id, member);
                }
            }
            Fact::Entered(entry) => {
                if let Some(id) = newcomer.filter(|&id| self.is_still_here(id, entry.member)) {
                    self.seat(id, entry.member);
                    self.welcome(id, *entry);
                }
            }
            Fact::TakenOver(entry) => match newcomer {
                None => self.replaced_elsewhere(entry.member),
                Some(id) if self.is_still_here(id, entry.member) => self.take_over(id, *entry),
                Some(_) => {}
            },
        }
    }

    fn deliver(&mut self, to: Audience<MemberId>, event: Event) {
        let seats = &self.sessions.seats;
        let to = match to {
            Audience::One(member) => {
                let Some(id) = seats.client(member) else { return };
                return self.tell(id, event);
            }
            Audience::Room { room, except, from, beyond } => {
                let except = except.and_then(|member| seats.client(member));
                Audience::Room { room, except, from, beyond }
            }
            Audience::Several { recipients, from } => {
                let clients = recipients.into_iter().filter_map(|member| seats.client(member));
                Audience::Several { recipients: clients.collect(), from }
            }
        };
        self.effects.push(Effect::Deliver { to, event });
    }

    /// A member has left by the chat's own will: their connection ends.
    fn gone(&mut self, member: MemberId, reason: CloseReason) {
        let Some(id) = self.sessions.seats.client(member) else { return };
        self.unseat(member);
        if self.sessions.forget(id).is_none() {
            self.effects.push(Effect::Close(id, reason));
        }
    }

    /// A client is this member's from now on.
    pub(super) fn seat(&mut self, id: ClientId, member: MemberId) {
        self.sessions.newcomers.remove(id);
        self.sessions.seats.sit(member, id);
        if let (Route::Log(under_way), Some(origin)) = (&mut self.route, self.chat.origin(member)) {
            under_way.sit(member, origin);
        }
    }

    /// A member has no client here any more.
    pub(super) fn unseat(&mut self, member: MemberId) {
        if let Route::Log(under_way) = &mut self.route {
            if let Some(id) = self.sessions.seats.client(member) {
                under_way.departures.remove(id);
            }
            under_way.rise(member);
        }
        self.sessions.seats.rise(member);
    }
}
