//! Programs that lose their connection and take their session up again: until then nobody notices that they are away.
//!
//! Invariants: a session has one connection, or none and an end to its waiting; who waits has no place, so that nobody is refused for
//! their sake; and a line that was said meanwhile is told once, if its hearer would have heard it.

use std::time::Duration;

use super::{Client, CloseReason, Done, Effect, Event, Farewell, Hub, Name, NameRefusal, RoomId};
use crate::chat::client::Membership;
use crate::chat::effect::LogEntry;
use crate::chat::event::NameList;
use crate::chat::id::ClientId;
use crate::chat::line::RoomKey;
use crate::chat::look::Look;
use crate::chat::lost_sessions::{LostSession, Returning};
use crate::chat::message::{Message, MessageId};
use crate::chat::origin::Origin;
use crate::chat::request::Request;
use crate::chat::session_token::{ResumedRoom, Token};
use crate::limits::{EXPELLED_PER_TURN, LOST_SESSION_WAIT, NAMES_TOLD_MAX, RESUMED_NAMES};

/// What it takes to find out whose token one is: a hash of two blocks.
const TOKEN_STEPS: usize = 50;

impl Hub {
    /// A client may take its session up again.
    pub(super) fn note_program(&mut self, id: ClientId) {
        if self.config.token_key.is_some() && self.client(id).is_some() {
            self.lost.add_program(id);
        }
    }

    /// By what a client can take its session up again, if it may.
    pub(super) fn token(&self, id: ClientId) -> Option<Token> {
        let key = self.config.token_key.as_ref().filter(|_| self.lost.is_program(id))?;
        Some(key.token(id))
    }

    /// The connection of a client was lost; says whether its session waits for another one.
    pub(super) fn suspend(&mut self, id: ClientId, farewell: &Farewell, wait: Duration) -> bool {
        if self.lost.is_lost(id) {
            return true;
        }
        let ends = self.sessions.is_revoked(id) || self.expelling.contains(&id);
        if ends || !self.lost.is_program(id) || self.name(id).is_none() {
            return false;
        }
        if let Some(oldest) = self.lost.giving_way(self.origin(id).unwrap_or(Origin::UNKNOWN)) {
            self.spend(self.lost.count());
            self.end_lost(oldest);
        }
        self.wait_for(id, farewell.clone(), wait);
        true
    }

    /// From now on a session waits for a connection, so long.
    fn wait_for(&mut self, id: ClientId, farewell: Farewell, wait: Duration) {
        let until = self.now() + wait;
        let origin = self.origin(id).unwrap_or(Origin::UNKNOWN);
        self.sessions.questions.suspend(id);
        self.lost.insert(id, LostSession::new(until, farewell, origin));
    }

    /// Ends the sessions that have waited long enough: of very many, the rest in the next turn.
    pub(super) fn end_lost_sessions(&mut self) {
        let now = self.now();
        for _ in 0..EXPELLED_PER_TURN {
            let Some((_, id)) = self.lost.first_due().filter(|(due, _)| now >= *due) else { break };
            self.end_lost(id);
        }
    }

    /// Ends a session that waits: the others are told that its connection was lost.
    fn end_lost(&mut self, id: ClientId) {
        if let Some(LostSession { farewell, .. }) = self.lost.take(id) {
            self.depart(id, farewell, CloseReason::Lost);
        }
    }

    /// A client without a name takes up a session.
    pub(super) fn resume_session(
        &mut self,
        id: ClientId,
        token: Option<&Token>,
        after: Option<MessageId>,
    ) -> Done {
        self.spend(TOKEN_STEPS);
        let session = token.and_then(|token| self.session_of(id, token)).ok_or(NameRefusal::NoSession)?;
        if self.end_if_decided(session) {
            return Err(NameRefusal::NoSession.into());
        }
        // Its connection may be lost, and nobody knows it yet.
        if !self.lost.is_lost(session) {
            self.wait_for(session, Farewell::Lost, LOST_SESSION_WAIT);
            self.effects.push(Effect::Close(session, CloseReason::Replaced));
        }
        self.earn_place_of(id, session)?;
        let rooms: Vec<RoomKey> =
            self.rooms_of(session).filter_map(|room| Some(self.room(room)?.key)).collect();
        match after.filter(|_| !rooms.is_empty()) {
            Some(after) => self.ask_for_missed(id, session, after),
            None => self.go_on(id, session, Vec::new()),
        }
        Ok(())
    }

    /// The session that goes on with that token.
    fn session_of(&self, id: ClientId, token: &Token) -> Option<ClientId> {
        let key = self.config.token_key.as_ref().filter(|_| self.lost.is_program(id))?;
        let meant = key.open(token)?;
        let connected = || self.name(meant).map(|_| meant).filter(|&meant| self.lost.is_program(meant));
        self.lost.of(meant).or_else(connected)
    }

    /// Gives a client that takes up a session its place, if it has none.
    fn earn_place_of(&mut self, id: ClientId, session: ClientId) -> Done {
        let leaving = match (self.account(session), self.name(session).cloned()) {
            (Some(account), Some(name)) => {
                self.earn_place(id, account).map_err(|_| NameRefusal::NoPlace(name))?
            }
            (None, Some(name)) if !self.has_place(id) => return Err(NameRefusal::NoPlace(name).into()),
            _ => None,
        };
        if let Some(leaving) = leaving {
            self.leave_place_to(leaving);
        }
        Ok(())
    }

    /// Asks for what was said in the rooms of a session behind a message.
    fn ask_for_missed(&mut self, id: ClientId, session: ClientId, after: MessageId) {
        let rooms = self.rooms_of(session).filter_map(|room| Some(self.room(room)?.key)).collect();
        self.lost.returns(id, Returning { session, after, next: self.next_message });
        self.effects.push(Effect::Request(id, Request::Look(Look::Missed(rooms, after))));
    }

    /// What was said in the rooms of a session that a client takes up; or it cannot be told now.
    pub(super) fn missed(&mut self, id: ClientId, lines: Option<Vec<Message>>) {
        let Some(Returning { session, after, next }) = self.lost.take_returning(id) else { return };
        // It has come in under another name meanwhile.
        if self.client(id).is_none_or(|client| client.name.is_some()) {
            return;
        }
        let Some(session) = self.lost.of(session) else {
            return self.refuse(id, NameRefusal::NoSession.into());
        };
        match lines {
            // More was said since it was asked for.
            Some(_) if self.next_message != next => self.ask_for_missed(id, session, after),
            lines => self.go_on(id, session, lines.unwrap_or_default()),
        }
    }

    /// A client goes on where a session was that waited: nobody else notices.
    fn go_on(&mut self, id: ClientId, session: ClientId, lines: Vec<Message>) {
        let Some(lost) = self.lost.forget(session) else { return };
        let (told, skipped) = self.told(session, lines);
        self.sessions.questions.take(id);
        self.sessions.questions.follow(session, id);
        let now = self.now();
        self.people.take_up(id, session, now);
        self.follow(session, id);
        let client = &self.people[id];
        let (name, current, account) = (client.name.clone(), client.current, client.account);
        let name = name.expect("a session has a name");
        self.effects.push(Effect::Log(LogEntry::Resumed(id, name.clone())));
        let current = current.and_then(|room| self.room(room)).map(|room| room.name.clone());
        let (rooms, token) = (self.resumed_rooms(id), self.token(id));
        self.tell(id, Event::Resumed { name, rooms, current, token });
        let LostSession { events, skipped: unkept, .. } = lost;
        if skipped + unkept > 0 {
            self.tell(id, Event::Skipped(skipped + unkept));
        }
        for (room, message) in told {
            self.tell(id, Event::Missed { room, message });
        }
        events.into_iter().for_each(|event| self.tell(id, event));
        // Letters that may not have reached them.
        self.effects.extend(account.map(|account| Effect::Request(id, Request::Fetch(account))));
    }

    /// The lines of these that a session would have heard, each with its room; and how many are not told.
    fn told(&self, session: ClientId, lines: Vec<Message>) -> (Vec<(Name, Message)>, u64) {
        self.spend(lines.len());
        let (mut told, mut skipped) = (Vec::new(), 0);
        for line in lines {
            let Some(room) = self.may_read(session, line.room).and_then(|room| self.room(room)) else {
                continue;
            };
            if line.missing().is_some() {
                skipped += line.count();
            } else if !self.hiding.hides_line(session.place(), line.id, &line.from) {
                told.push((room.name.clone(), line));
            }
        }
        (told, skipped)
    }

    /// What somebody is told of the rooms in which they are still: of the smallest first all names, as long as that is not too much.
    fn resumed_rooms(&self, id: ClientId) -> Vec<ResumedRoom> {
        let mut rooms: Vec<RoomId> = self.rooms_of(id).collect();
        rooms.sort_by_key(|&room| self.rooms[room].members.len());
        let mut left = RESUMED_NAMES;
        let described = rooms.into_iter().map(|number| {
            let NameList { names, total } = self.all_in(id, number, left.min(NAMES_TOLD_MAX));
            left = left.saturating_sub(names.len());
            let room = &self.rooms[number];
            ResumedRoom { room: room.name.clone(), topic: room.topic.clone(), people: total, names }
        });
        described.collect()
    }

    /// What waited for somebody whose session goes on under a connection that knows nothing of that.
    pub(super) fn hand_over(&mut self, id: ClientId, lost: LostSession) {
        lost.events.into_iter().for_each(|event| self.tell(id, event));
        if lost.skipped > 0 {
            self.tell(id, Event::Skipped(lost.skipped));
        }
    }

    /// A connection comes whose slot a session has that waits: that gets another one.
    pub(super) fn clear_slot(&mut self, id: ClientId) {
        let Some(tenant) = self.people.in_slot(id.place()).map(|client| client.id) else { return };
        if self.end_if_decided(tenant) {
            return;
        }
        assert!(self.lost.is_lost(tenant), "slot {} has a tenant", id.slot());
        let unused = std::iter::from_fn(|| self.lost.next_unused());
        let mut free = unused.filter(|&slot| slot != id.place() && self.people.in_slot(slot).is_none());
        let slot = free.next().unwrap_or_else(|| (self.people.slots().max(id.slot() + 1)) as u32);
        let new = ClientId::new(slot, tenant.generation());
        self.people.change_slot(tenant, new);
        self.lost.moved(tenant, new);
        self.sessions.questions.follow(tenant, new);
        self.follow(tenant, new);
    }

    /// All that knows a person by their connection knows them by another one from now on, which is theirs already.
    pub(super) fn follow(&mut self, old: ClientId, new: ClientId) {
        let client = &self.people[new];
        self.hiding.moved(old.place(), new.place(), client.hidden());
        let memberships: Vec<Membership> = client.memberships().collect();
        for membership in memberships {
            self.rooms[membership.room].follow_member(membership, new);
        }
        // What was decided about somebody holds where they are not, too.
        self.follow_decisions(old, new);
        self.sessions.follow(old, new);
    }

    fn rooms_of(&self, id: ClientId) -> impl Iterator<Item = RoomId> {
        self.client(id).into_iter().flat_map(Client::memberships).map(|membership| membership.room)
    }
}
