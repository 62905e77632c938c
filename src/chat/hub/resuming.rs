//! Programs that lose their connection and take their session up again: until then nobody notices that they are away.
//!
//! Invariants: a session has one connection, or none and an end to its waiting; who waits has no place, so that nobody is refused for
//! their sake; and a line that was said meanwhile is told once, if its hearer would have heard it.

use std::time::Duration;

use super::lost_sessions::{LostSession, Returning};
use super::{
    Change, ClientId, CloseReason, Done, Effect, Event, Farewell, Hub, MemberId, MessageId, Name,
    NameRefusal, Origin, Recipient, RoomId, Text, Then,
};
use crate::chat::effect::LogEntry;
use crate::chat::event::{LogNews, NameList};
use crate::chat::look::Look;
use crate::chat::message::Message;
use crate::chat::mono_time::MonoTime;
use crate::chat::request::Request;
use crate::chat::session_token::{ResumedRoom, Token};
use crate::limits::{LOST_ENDED_PER_TURN, LOST_SESSION_WAIT, NAMES_TOLD_MAX, RESUMED_NAMES};

/// What it takes to find out whose token one is: a hash of two blocks.
const TOKEN_STEPS: usize = 50;

/// What it takes to look up one session that waits, and what its address has: some 80 ns.
const GIVING_WAY_STEPS: usize = 4;

/// Something that was said, with its room, and whether that is the session's current one.
pub(super) type MissedLine = (Name, bool, Message);

/// What was said while a session could not hear it.
#[derive(Default)]
pub(super) struct Told {
    pub(super) lines: Vec<MissedLine>,
    /// So many are not there, if any are not; 0: nobody knows how many.
    pub(super) skipped: Option<u64>,
}

impl Hub {
    /// A client may take its session up again.
    pub(super) fn note_program(&mut self, id: ClientId) {
        if self.config.token_key.is_some() && self.sessions.newcomers.get(id).is_some() {
            self.sessions.lost.add_program(id);
        }
    }

    /// By what a client can take its session up again, if it may.
    pub(super) fn token(&self, id: ClientId) -> Option<Token> {
        let key = self.config.token_key.as_ref().filter(|_| self.sessions.lost.is_program(id))?;
        Some(key.token(id))
    }

    /// The connection of a client was lost; says whether its session waits for another one.
    pub(super) fn suspend(&mut self, id: ClientId, farewell: &Farewell, wait: Duration) -> bool {
        if self.sessions.lost.is_lost(id) {
            return true;
        }
        let ends = self.sessions.revoked.contains_key(&id) || self.sessions.expelling.contains(&id);
        let Some(member) = self.member(id).filter(|_| !ends && self.sessions.lost.is_program(id)) else {
            return false;
        };
        if let Some(oldest) = self.sessions.lost.giving_way(self.origin(id).unwrap_or(Origin::UNKNOWN)) {
            self.spend(GIVING_WAY_STEPS * self.sessions.lost.count());
            self.end_lost(oldest);
        }
        self.wait_for(id, member, farewell.clone(), wait);
        true
    }

    /// From now on a session waits for a connection, so long.
    fn wait_for(&mut self, id: ClientId, member: MemberId, farewell: Farewell, wait: Duration) {
        let (waits, origin) = ((self.now(), wait), self.origin(id).unwrap_or(Origin::UNKNOWN));
        self.sessions.questions.suspend(id);
        self.sessions.disconnected(id);
        self.sessions.lost.insert(id, LostSession::new(member, waits, farewell, origin));
        self.change(Change::Detach(member), Then::Nothing);
    }

    /// How many sessions wait for a connection.
    pub fn lost_sessions(&self) -> usize {
        self.sessions.lost.count()
    }

    /// Those sessions, each by the connection that it had, with where that came from, and since when it waits.
    pub fn waiting(&self) -> impl Iterator<Item = (ClientId, Origin, MonoTime)> {
        self.sessions.lost.waiting()
    }

    /// Ends the sessions that have waited long enough: of very many, the rest in the next turn.
    pub(super) fn end_lost_sessions(&mut self) {
        let now = self.now();
        for _ in 0..LOST_ENDED_PER_TURN {
            let Some((_, id)) = self.sessions.lost.first_due().filter(|(due, _)| now >= *due) else { break };
            self.end_lost(id);
        }
    }

    /// Ends a session that waits: the others are told that its connection was lost.
    fn end_lost(&mut self, id: ClientId) {
        if let Some(farewell) = self.sessions.lost.farewell(id) {
            self.leave(id, farewell, CloseReason::Lost);
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
        let member = self.member(session).ok_or(NameRefusal::NoSession)?;
        // Its connection may be lost, and nobody knows it yet.
        if !self.sessions.lost.is_lost(session) {
            self.wait_for(session, member, Farewell::Lost, LOST_SESSION_WAIT);
            self.effects.push(Effect::Close(session, CloseReason::Replaced));
        }
        self.earn_place_of(id, member)?;
        match after.filter(|_| self.chat.rooms_of(member).next().is_some()) {
            Some(after) => self.ask_for_missed(id, (session, member), after),
            None => self.go_on(id, session, Vec::new()),
        }
        Ok(())
    }

    /// The session that goes on with that token.
    fn session_of(&self, id: ClientId, token: &Token) -> Option<ClientId> {
        let key = self.config.token_key.as_ref().filter(|_| self.sessions.lost.is_program(id))?;
        let meant = key.open(token)?;
        let is_here = || self.member(meant).is_some() && !self.is_departing(meant);
        let connected = || is_here() && self.sessions.lost.is_program(meant);
        (self.sessions.lost.is_lost(meant) || connected()).then_some(meant)
    }

    /// Gives a client that takes up a session its place, if it has none.
    fn earn_place_of(&mut self, id: ClientId, member: MemberId) -> Done {
        let leaving = match (self.chat.account(member), self.chat.name(member).cloned()) {
            (Some(account), Some(name)) => {
                self.earn_place(id, account).map_err(|_| NameRefusal::NoPlace(name))?
            }
            (None, Some(name)) if !self.take_place(id) => return Err(NameRefusal::NoPlace(name).into()),
            _ => None,
        };
        if let Some(leaving) = leaving {
            self.leave_place_to(leaving);
        }
        Ok(())
    }

    /// Asks for what was said in the rooms of a session behind a message.
    fn ask_for_missed(&mut self, id: ClientId, (session, member): (ClientId, MemberId), after: MessageId) {
        let (rooms, next) = (self.keys_of(member), self.chat.next_message());
        self.sessions.lost.returns(id, Returning { session, after, next });
        self.effects.push(Effect::Request(id, Request::Look(Look::Missed(rooms, after))));
    }

    /// What was said in the rooms of a session that a client takes up; or it cannot be told now.
    pub(super) fn missed(&mut self, id: ClientId, lines: Option<Vec<Message>>) {
        let Some(Returning { session, after, next }) = self.sessions.lost.take_returning(id) else {
            return self.tell_meanwhile(id, lines.unwrap_or_default());
        };
        // It has come in under another name meanwhile.
        if self.sessions.newcomers.get(id).is_none() {
            return;
        }
        self.end_if_decided(session);
        let Some(member) = self.member(session).filter(|_| self.sessions.lost.is_lost(session)) else {
            return self.refuse(id, NameRefusal::NoSession.into());
        };
        match lines {
            // More was said since it was asked for.
            Some(_) if self.chat.next_message() != next => self.ask_for_missed(id, (session, member), after),
            lines => self.go_on(id, session, lines.unwrap_or_default()),
        }
    }

    /// A client goes on where a session was that waited: nobody else notices.
    fn go_on(&mut self, id: ClientId, session: ClientId, lines: Vec<Message>) {
        let Some(newcomer) = self.sessions.newcomers.get(id) else { return };
        self.sessions.questions.take(id);
        self.sessions.questions.follow(session, id);
        self.sessions.log_news.follow(session, id);
        self.follow_under_way(session, id);
        let Some(lost) = self.sessions.forget(session) else { return };
        let member = lost.member;
        let Told { lines, skipped } = self.told(member, lines);
        self.change(Change::Attach(member, newcomer.origin), Then::GoOn(id));
        self.seat(id, member);
        let Some(name) = self.chat.name(member).cloned() else { return };
        self.effects.push(Effect::Log(LogEntry::Resumed(id, name)));
        self.tell_resumed(id, member);
        let account = self.chat.account(member);
        let LostSession { events, skipped: unkept, .. } = lost;
        if skipped.is_some() || unkept > 0 {
            self.tell(id, Event::Skipped(skipped.unwrap_or_default().saturating_add(unkept)));
        }
        self.tell_missed(id, lines);
        events.into_iter().for_each(|event| self.tell(id, event));
        // Letters that may not have reached them.
        account.into_iter().for_each(|account| self.fetch_letters(id, account));
    }

    /// A client is told where its member is, and who is there.
    pub(super) fn tell_resumed(&mut self, id: ClientId, member: MemberId) {
        let Some(name) = self.chat.name(member).cloned() else { return };
        let current = self.chat.current(member).ok().map(|room| self.chat.room_name(room));
        let (rooms, token) = (self.resumed_rooms(member), self.token(id));
        self.tell(id, Event::Resumed { name, rooms, current, token });
    }

    /// What a session would have heard of these lines.
    pub(super) fn told(&self, member: MemberId, lines: Vec<Message>) -> Told {
        self.spend(lines.len());
        let mut told = Told::default();
        for line in lines {
            let Some(number) = self.may_read(member, line.room) else { continue };
            let Some(room) = self.chat.room(number) else { continue };
            if let Some(missing) = line.missing() {
                told.skipped = Some(told.skipped.unwrap_or_default().saturating_add(missing));
            } else if !self.chat.hides_line(member, line.id, &line.from) {
                let here = self.chat.current(member).is_ok_and(|current| current == number);
                told.lines.push((room.name.clone(), here, line));
            }
        }
        told
    }

    /// That is told.
    pub(super) fn tell_missed(&mut self, id: ClientId, lines: Vec<MissedLine>) {
        for (room, here, message) in lines {
            self.tell(id, Event::Missed { room, here, message });
        }
    }

    /// What a member is told of the rooms in which they are still: of the smallest first all names, as long as that is not too much.
    fn resumed_rooms(&self, id: MemberId) -> Vec<ResumedRoom> {
        let mut rooms: Vec<RoomId> = self.chat.rooms_of(id).collect();
        rooms.sort_by_key(|&room| self.chat.room(room).map_or(0, |room| room.members.len()));
        let mut left = RESUMED_NAMES;
        let described = rooms.into_iter().filter_map(|number| {
            let NameList { names, total } = self.chat.all_in(id, number, left.min(NAMES_TOLD_MAX));
            left = left.saturating_sub(names.len());
            let room = self.chat.room(number)?;
            Some(ResumedRoom { room: room.name.clone(), topic: room.topic.clone(), people: total, names })
        });
        described.collect()
    }

    /// Whether a member's private words find no place where they would have to wait.
    pub(super) fn is_full(&self, member: MemberId, to: &Recipient, text: &Text) -> bool {
        let Recipient::Member(whom, ..) = *to else { return false };
        let id = self.sessions.seats.client(whom);
        let words = self.chat.name(member).map_or(0, |name| name.as_str().len()) + text.as_str().len();
        id.is_some_and(|id| self.sessions.lost.is_lost(id) && !self.sessions.lost.has_room(id, words))
    }

    /// What waited for a member whose session goes on under a connection that knows nothing of that.
    pub(super) fn hand_over(&mut self, id: ClientId, lost: LostSession) {
        // The connection has heard itself of the log what there was to hear.
        let events = lost.events.into_iter().filter(|event| *event != Event::Log(LogNews::Back));
        events.for_each(|event| self.tell(id, event));
        if lost.skipped > 0 {
            self.tell(id, Event::Skipped(lost.skipped));
        }
    }
}
