//! The sessions: clients, each with a connection of its own, in front of the chat. Who hears what, in which order.
//!
//! Invariant: the same inputs give the same effects; time comes in with each input, and nothing waits.

mod administration;
mod asking;
mod audience;
mod changing;
mod config;
mod departing;
mod departures;
mod entering;
mod expelling;
mod identifying;
mod listing_nodes;
mod lost_sessions;
mod newcomers;
mod offline_messages;
mod ordered;
mod password_questions;
mod pipelining;
mod places;
mod proposed;
mod recalling;
mod records;
mod reentering;
mod resuming;
mod seats;
mod sessions;
mod snapshot;
mod stopped;
mod stopping;
mod then;
mod translating;
mod under_way;
mod untold_log_news;

use std::cell::Cell;

pub use administration::Description;
pub use config::ChatConfig;
pub use proposed::Proposed;
pub use snapshot::{ChatSnapshot, HubSnapshot};

use super::account::AccountKey;
use super::command::{Command, Trouble, Verb};
use super::effect::{Audience, CloseReason, Effect, RoomId};
use super::event::{Event, Farewell, NameRefusal, RoomRefusal};
use super::expulsion::ExpulsionNews;
use super::id::ClientId;
use super::input::Input;
use super::member_id::MemberId;
use super::message::{MessageId, MessageKind};
use super::mono_time::MonoTime;
use super::name::Name;
use super::node_name::NodeName;
use super::origin::Origin;
use super::record::RoomRecord;
use super::refusal::{Done, Refusal};
use super::request::Reply;
use super::room_key::RoomKey;
use super::rules::{Arrival, Change, Chat, Deed, Fact, GENERAL, Outcome, Proposal, Recipient, Reentry};
use super::text::Text;
use super::time::Time;
use super::work::Work;
use crate::limits::{LEFT_SESSION_WAIT, LOST_SESSION_WAIT};
use newcomers::{Admission, Newcomer};
use then::{Asker, Then};
use under_way::{Route, UnderWay};

/// Newcomers whose time is over that one tick lets go, some 2 µs each.
const TICK_NEWCOMERS: usize = 256;

/// Members whom one tick tells of what moved in their rooms, and what a room costs beside them. The last room may go
/// beyond it.
const TICK_MEMBERS: usize = 10_000;
const TICK_ROOM: usize = 50;

/// The core: clients, and the chat behind them. [`apply`](Hub::apply) and [`effects`](Hub::effects) are its whole door: the same
/// inputs, each with its time, give the same effects. All else only looks.
#[derive(Debug)]
pub struct Hub {
    /// The time of the input that is being applied, or was last.
    at: Time,
    /// What the shell has to do, and has not taken yet.
    effects: Vec<Effect>,
    work: Cell<Work>,
    config: ChatConfig,
    chat: Chat,
    sessions: sessions::Sessions,
    /// How changes reach the chat.
    route: Route,
    /// What there was when the chat stopped, as far as it is not over.
    stopped: Option<Box<stopped::Stopped>>,
}

impl Hub {
    /// An empty chat.
    pub fn new(mut config: ChatConfig) -> Hub {
        let (options, founding) = config.take_chat();
        Hub {
            at: Time::default(),
            effects: Vec::new(),
            work: Cell::default(),
            config,
            chat: Chat::new(options, founding),
            sessions: sessions::Sessions::default(),
            route: Route::default(),
            stopped: None,
        }
    }

    /// Does what follows from `input`, which came at `at`. What the shell has to do then is added to the [`effects`](Hub::effects).
    pub fn apply(&mut self, at: Time, input: Input) {
        self.at = at;
        match input {
            Input::Connected(id, origin) => self.connect(id, origin),
            Input::Program(id) => self.note_program(id),
            Input::InClear(id) => self.note_in_clear(id),
            Input::Command(id, command) => self.handle(id, command),
            Input::Held(id) => self.sessions.newcomers.name_goes_out(id, at.mono),
            Input::Disconnected(id, reason) => self.disconnect(id, reason),
            Input::Reply(id, reply) => self.take_reply(id, reply),
            Input::AccountsChanged(changes) => {
                self.change(Change::Accounts(changes), Then::EndRevoked);
            }
            Input::Admin(number, order) => self.administer(number, order),
            Input::EditAccount(number, edit) => self.edit_account(number, edit),
            Input::Living(kept) => self.live(kept),
            Input::Ordered(ordered) => self.ordered(ordered),
            Input::Unknown(count) => self.unknown(count),
            Input::Log(news) => self.tell_of_log(news),
            Input::NodeReports(id, reports) => self.tell_nodes(id, reports),
            Input::Motd(motd) => self.config.motd = motd,
            Input::Tick => self.tick(),
            Input::Stop(held) => self.stop(held),
        }
    }

    /// Moves what the shell has to do into `into`, behind what is in there; all of it before the hub is given anything more.
    /// An empty `into` changes places with the hub's own buffer, so that a shell that hands the same one in again and again
    /// has none allocated.
    pub fn effects(&mut self, into: &mut Vec<Effect>) {
        if into.is_empty() {
            std::mem::swap(&mut self.effects, into);
        } else {
            into.append(&mut self.effects);
        }
    }

    /// Something came that was asked for.
    fn take_reply(&mut self, id: ClientId, reply: Reply) {
        match reply {
            Reply::AuthResult(matter, auth_result) => self.auth_result(id, matter, auth_result),
            Reply::Hashed(matter, password) => self.hashed(id, &matter, password),
            Reply::Posted(posted) => self.posted(id, posted),
            Reply::OfflineMessages(account, messages) => self.offline_messages(id, account, messages),
            Reply::Found(found) => self.found(id, found),
            Reply::Busy => self.not_found_now(id),
        }
    }

    /// A client connected, from `origin`: it is asked for a name, if it may come in.
    fn connect(&mut self, id: ClientId, origin: Origin) {
        if let Some(expelled) = self.chat.expelled_address(origin, self.chat_time().wall) {
            self.tell(id, Event::Expulsion(ExpulsionNews::Told(expelled)));
            return self.effects.push(Effect::Close(id, CloseReason::Expelled));
        }
        let Some(admission) = self.admit(id, origin) else { return };
        self.sessions.newcomers.add(id, Newcomer { origin, since: self.now() }, admission);
        self.greet(id);
    }

    /// A client asked for something.
    fn handle(&mut self, id: ClientId, command: Command) {
        if !self.sessions.lost.is_lost(id) && !self.is_departing(id) {
            self.note_heard(id);
            let number = self.next_command();
            self.carry_out(id, number, command);
        }
    }

    /// Does what follows from a command, which has that number.
    fn carry_out(&mut self, id: ClientId, number: u64, command: Command) {
        if self.end_if_decided(id) || command == Command::Ping {
            return;
        }
        let member = self.member(id);
        if member.is_none() && self.sessions.newcomers.get(id).is_none() {
            return;
        }
        self.try_command(id, number, &command);
        let done = match (command, member) {
            (Command::Secret(typed), _) => {
                self.note_active(member);
                self.take_secret(id, typed)
            }
            // Typed again, perhaps, for nothing has come of it for long.
            (Command::Say { text, .. }, _)
                if !text.is_blank() && self.sessions.questions.speaks_early(id) =>
            {
                // What was sent with it may be the passwords that would have been asked for next.
                self.effects.push(Effect::Disregard(id, Verb::Password.secrets()));
                self.note_active(member);
                self.answer(id, Event::Trouble(Trouble::TypedAhead))
            }
            (command, _) if self.sessions.questions.repeats_secret(id, &command) => {
                self.note_active(member);
                Err(Trouble::Repeated.into())
            }
            (command, None) => self.handle_newcomer(id, command),
            (command, Some(member)) => self.handle_member(id, member, command),
        };
        self.forget_attempt();
        if let Err(refusal) = done {
            self.refuse(id, refusal);
        }
    }

    /// Tells a client that nothing comes of what it asked. Without a name it is asked for one again.
    fn refuse(&mut self, id: ClientId, refusal: Refusal) {
        self.tell(id, refusal.into());
        self.ask_name_again(id);
    }

    /// A connection ended.
    fn disconnect(&mut self, id: ClientId, reason: CloseReason) {
        if self.stop_waiting_to_leave(id) {
            return;
        }
        let farewell = match reason {
            CloseReason::Lost | CloseReason::Stalled => Farewell::Lost,
            _ => Farewell::Plain,
        };
        let wait = match reason {
            CloseReason::Lost | CloseReason::Stalled | CloseReason::EndOfInput => Some(LOST_SESSION_WAIT),
            CloseReason::GoneAway => Some(LEFT_SESSION_WAIT),
            _ => None,
        };
        if !wait.is_some_and(|wait| self.suspend(id, &farewell, wait)) {
            self.leave(id, farewell, reason);
        }
    }

    /// A client is here no more, and its member leaves the chat, if it is one's.
    fn leave(&mut self, id: ClientId, farewell: Farewell, reason: CloseReason) {
        self.acknowledge_at_the_end(id, reason);
        let member = self.member(id);
        self.sessions.forget(id);
        self.forget_outside(id);
        match member {
            Some(member) => {
                self.unseat(member);
                self.change(Change::Leave(member, farewell, reason), Then::Nothing);
            }
            None => drop(self.sessions.newcomers.remove(id)),
        }
    }

    /// Ends a client by the hub's own will.
    fn end(&mut self, id: ClientId, farewell: Farewell, reason: CloseReason) {
        let connected = !self.sessions.lost.is_lost(id);
        self.leave(id, farewell, reason);
        self.effects.extend(connected.then_some(Effect::Close(id, reason)));
    }

    /// The same, without a word.
    fn close(&mut self, id: ClientId, reason: CloseReason) {
        self.end(id, Farewell::Plain, reason);
    }

    /// Does what has come due, as much of it as one turn bears; [`next_due`](Hub::next_due) tells whether more is.
    fn tick(&mut self) {
        let now = self.now();
        let timeout = self.config.login_timeout;
        for _ in 0..TICK_NEWCOMERS {
            let oldest = self.sessions.newcomers.oldest();
            let overdue = oldest.filter(|(_, since)| timeout.is_some_and(|span| now >= *since + span));
            let Some((id, _)) = overdue else { break };
            self.tell(id, Event::NameTimeout);
            self.close(id, CloseReason::NameTimeout);
        }
        self.end_trials();
        self.end_lost_sessions();
        self.end_departures();
        self.part();
        self.tell_on_of_log();
        self.put_out_the_expelled();
        self.end_revoked();
        let mut asked = 0;
        // Where several nodes tell of them, they do at a time of their log.
        while self.is_alone()
            && asked < TICK_MEMBERS
            && let Some((due, room)) = self.chat.all_rooms().first_restless()
            && now >= due
        {
            asked += TICK_ROOM + self.chat.room(room).map_or(0, |room| room.members.len());
            self.change(Change::TellMovements(room), Then::Nothing);
        }
    }

    /// When an [`Input::Tick`] has something to do; never while nothing waits.
    pub fn next_due(&self) -> Option<MonoTime> {
        let newcomer = match self.config.login_timeout {
            Some(timeout) => self.sessions.newcomers.oldest().map(|(_, since)| since + timeout),
            None => None,
        };
        let sessions = &self.sessions;
        let unfinished =
            sessions.any_has_to_end() || sessions.log_news.is_unfinished() || self.stopped.is_some();
        let unfinished = unfinished.then_some(MonoTime::START);
        let movements =
            self.chat.all_rooms().first_restless().filter(|_| self.is_alone()).map(|(due, _)| due);
        let lost = self.sessions.lost.first_due().map(|(due, _)| due);
        let departure = self.first_departure().map(|(due, _)| due);
        [newcomer, movements, lost, departure, self.trials_due(), unfinished].into_iter().flatten().min()
    }

    /// What has been done since the start.
    pub fn work(&self) -> Work {
        self.spend(0);
        self.work.get()
    }

    /// How many clients there are that have a connection, with a name or without.
    pub fn clients(&self) -> usize {
        let outside = self.route.log().map_or(0, |under_way| under_way.outside.len());
        self.sessions.newcomers.count() + self.sessions.seats.count() + outside - self.sessions.lost.count()
    }

    /// How many people are in the chat, which takes a name.
    pub fn people(&self) -> usize {
        self.chat.count()
    }

    /// How many rooms there are.
    pub fn rooms(&self) -> usize {
        self.chat.all_rooms().count()
    }

    /// The name of a client who has one.
    pub fn name(&self, id: ClientId) -> Option<&Name> {
        self.chat.name(self.member(id)?)
    }

    /// Where a client comes from.
    pub fn origin(&self, id: ClientId) -> Option<Origin> {
        match self.member(id) {
            Some(member) => self.chat.origin(member),
            None => {
                let newcomer = self.sessions.newcomers.get(id).map(|newcomer| newcomer.origin);
                newcomer.or(self.route.log().and_then(|under_way| under_way.origin_outside(id)))
            }
        }
    }

    /// What there is to remember of a room.
    pub fn room_record(&self, key: RoomKey) -> Option<RoomRecord> {
        self.chat.room_record(key)
    }

    /// Whether nothing is left of anybody.
    pub fn is_empty(&self) -> bool {
        self.chat.is_empty()
            && self.sessions.is_empty()
            && self.route.log().is_none_or(UnderWay::is_empty)
            && self.stopped.is_none()
    }

    /// A member has done something that is no deed of the chat's.
    fn note_active(&mut self, member: Option<MemberId>) {
        let member = member.filter(|&member| self.is_worth_noting(member));
        member.into_iter().for_each(|member| self.change(Change::Active(member), Then::Nothing));
    }

    fn handle_newcomer(&mut self, id: ClientId, command: Command) -> Done {
        match command {
            Command::Ping => return Ok(()),
            Command::Say { text, .. } | Command::Nick(text) => {
                self.take_name(id, text);
                return Ok(());
            }
            Command::Login(name) => return self.login(id, &name),
            Command::Resume { token, after } => return self.resume_session(id, token.as_ref(), after),
            Command::Quit(_) => {
                self.close(id, CloseReason::Quit);
                return Ok(());
            }
            // Said beside the line that it is about, which asks again itself.
            Command::Unclear(Trouble::NotUtf8) => {
                return self.answer(id, Event::Trouble(Trouble::NotUtf8));
            }
            // The question is open still.
            Command::Unclear(trouble) if self.sessions.questions.is_open(id) => {
                return self.answer(id, Event::Trouble(trouble));
            }
            Command::Unclear(trouble) => {
                self.disregard_behind(id, &trouble);
                return Err(trouble.into());
            }
            Command::Language(language) => self.speak(id, language)?,
            Command::Help(verb) => self.tell(id, Event::Help(verb)),
            command => {
                let secrets = match command {
                    Command::Register => Verb::Register.secrets(),
                    Command::ChangePassword => Verb::Password.secrets(),
                    _ => 0,
                };
                self.effects.extend((secrets > 0).then_some(Effect::Disregard(id, secrets)));
                return Err(NameRefusal::Missing.into());
            }
        }
        self.answer(id, Event::NamePrompt)
    }

    fn handle_member(&mut self, id: ClientId, member: MemberId, command: Command) -> Done {
        self.acknowledge(id);
        let deed = match command {
            Command::Say { text, .. } if text.is_blank() => {
                self.note_active(Some(member));
                return Ok(());
            }
            Command::Say { room, text } => Deed::Say { room, kind: MessageKind::Said, text },
            Command::Act { room, text } => Deed::Say { room, kind: MessageKind::Acted, text },
            Command::Message { to, text } => {
                return self.write_to((id, member), self.chat.recipient(&to), text);
            }
            Command::Reply(text) => {
                return self.write_to((id, member), self.chat.answered_by(member), text);
            }
            Command::Nick(wanted) => {
                self.rename(id, member, wanted);
                return Ok(());
            }
            Command::Join { room, key } => Deed::Join { room, key },
            Command::Leave(room) => Deed::Part(room),
            Command::Topic { room, topic: Some(topic) } => Deed::Topic { room, topic },
            Command::Key { room, key } => Deed::Lock { room, key },
            Command::Invite { room, whom } => Deed::Invite { room, whom },
            Command::Kick { room, whom, reason } => Deed::Kick { room, whom, reason },
            Command::Ban { room, whom } => Deed::Ban { room, whom },
            Command::Unban { room, whom } => Deed::Unban { room, whom },
            Command::Mute { room, whom } => Deed::Mute { room, whom },
            Command::Op { room, whom } => Deed::Op { room, whom },
            Command::Away(reason) => Deed::Away(reason),
            Command::Ignore(whom) => Deed::Ignore(whom),
            command => {
                self.note_active(Some(member));
                return self.handle_other(id, member, command);
            }
        };
        let then = if let Deed::Say { .. } = deed { Then::Said(id) } else { Then::TellRefusal(id) };
        self.change(Change::Do(member, deed), then);
        Ok(())
    }

    /// A member writes to one person, if that is one.
    fn write_to(
        &mut self,
        (id, member): (ClientId, MemberId),
        to: Result<Recipient, Refusal>,
        text: Text,
    ) -> Done {
        match to {
            Ok(to) => {
                let full = self.is_full(member, &to, &text);
                let then = if self.is_reached(&to) { Then::Said(id) } else { Then::TellRefusal(id) };
                self.change(Change::Do(member, Deed::Message { to, text, full }), then);
                Ok(())
            }
            Err(refusal) => {
                self.note_active(Some(member));
                Err(refusal)
            }
        }
    }

    /// What is no deed of a member: it only asks, or needs a password, or is the connection's own.
    fn handle_other(&mut self, id: ClientId, member: MemberId, command: Command) -> Done {
        match command {
            Command::History { room, lines, before } => {
                self.history(id, member, room.as_ref(), lines, before)
            }
            Command::Search(words) => self.search(id, member, words),
            Command::Who(room) => {
                let present = self.chat.who(member, room, self.chat_time().mono)?;
                self.answer(id, present)
            }
            Command::Rooms => {
                let rooms = self.chat.listed_rooms(member);
                self.answer(id, rooms)
            }
            Command::Topic { room, .. } => {
                let topic = self.chat.topic_of(member, room.as_ref())?;
                self.answer(id, topic)
            }
            Command::Bans { room } => {
                let bans = self.chat.bans(member, room.as_ref())?;
                self.answer(id, bans)
            }
            Command::Expel { whom, minutes, reason } => {
                self.expel((Asker::Client(id), Some(member)), whom, (minutes, reason));
                Ok(())
            }
            Command::Readmit(whom) => {
                self.change(Change::Readmit(Some(member), whom), Then::Tell(Asker::Client(id)));
                Ok(())
            }
            Command::Expelled => self.list_expulsions(id, member),
            Command::Nodes => self.list_nodes(id, member),
            Command::Register => self.register(id, member),
            Command::Login(wanted) => self.login(id, &wanted),
            Command::ChangePassword => self.change_password(id, member),
            Command::Resume { .. } => {
                let name = self.chat.name(member).cloned();
                name.map_or(Ok(()), |name| Err(NameRefusal::Yours(name).into()))
            }
            Command::Language(language) => self.speak(id, language),
            Command::Help(verb) => self.answer(id, Event::Help(verb)),
            Command::Unclear(trouble) => {
                self.disregard_behind(id, &trouble);
                Err(trouble.into())
            }
            Command::Quit(words) => {
                self.take_leave(id, words.map_or(Farewell::Plain, Farewell::Words));
                Ok(())
            }
            // The callers have seen to these. Named, so that a new command is not forgotten.
            Command::Say { .. }
            | Command::Act { .. }
            | Command::Nick(_)
            | Command::Message { .. }
            | Command::Reply(_)
            | Command::Join { .. }
            | Command::Leave(_)
            | Command::Key { .. }
            | Command::Invite { .. }
            | Command::Kick { .. }
            | Command::Ban { .. }
            | Command::Unban { .. }
            | Command::Mute { .. }
            | Command::Op { .. }
            | Command::Away(_)
            | Command::Ignore(_)
            | Command::Secret(_)
            | Command::Ping => Ok(()),
        }
    }

    /// What the clocks say by which the chat goes: those of the machine, or the log's where several nodes are one chat.
    fn chat_time(&self) -> Time {
        self.route.log().map_or(self.at, |under_way| under_way.time(self.at.mono))
    }

    /// The monotonic time of the input.
    fn now(&self) -> MonoTime {
        self.at.mono
    }

    /// Tells one client.
    fn tell(&mut self, id: ClientId, event: Event) {
        if self.sessions.lost.is_lost(id) {
            return self.sessions.lost.keep(id, event);
        }
        self.effects.push(Effect::Deliver { to: Audience::One(id), event });
    }

    /// Answers one client, which is all that there is to do.
    fn answer(&mut self, id: ClientId, event: Event) -> Done {
        self.tell(id, event);
        Ok(())
    }

    /// Changes the language that a client hears, or says which it is.
    fn speak(&mut self, id: ClientId, language: Option<super::Language>) -> Done {
        let Some(language) = language else { return self.answer(id, Event::LanguageIs) };
        self.effects.push(Effect::Speak(id, language));
        self.answer(id, Event::LanguageSet)
    }

    /// Counts things that were looked at, with those that the chat looked at meanwhile.
    fn spend(&self, steps: usize) {
        self.count(Work { steps: steps as u64, heard: 0 });
    }

    fn count(&self, more: Work) {
        self.work.set(self.work.get() + more + self.chat.take_work());
    }

    /// Whose client this is. Nobody's, while its member is gone with the node: the slot may be another's by then.
    fn member(&self, id: ClientId) -> Option<MemberId> {
        match self.sessions.seats.slot(id) {
            Some(slot) => self.chat.in_slot(slot),
            None => self.sessions.lost.member(id).filter(|_| !self.is_outside(id)),
        }
    }
}
