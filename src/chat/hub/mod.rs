//! All clients and rooms, and the rules: who is who, who hears what.
//!
//! Invariant: the same inputs give the same effects; time comes in with each input, and nothing waits.

mod administration;
mod audience;
mod config;
mod crowds;
mod decided;
mod entering;
mod expulsions;
mod identifying;
mod keys;
mod moving;
mod offline_messages;
mod ordering;
mod places;
mod presence;
mod recalling;
mod resuming;
mod rooms;
mod sessions;
mod snapshot;
mod stopping;
mod talking;

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};

pub use administration::Description;
pub use config::ChatConfig;
pub use snapshot::Snapshot;

use super::account::AccountKey;
use super::account_index::AccountIndex;
use super::client::Client;
use super::command::{Command, Trouble, Verb};
use super::effect::{Audience, CloseReason, Effect, RoomId};
use super::event::{Event, Farewell, NameRefusal, RoomRefusal};
use super::expulsion::ExpulsionNews;
use super::hiding::Hiding;
use super::id::ClientId;
use super::input::Input;
use super::lost_sessions::LostSessions;
use super::message::{MessageId, MessageKind};
use super::mono_time::MonoTime;
use super::name::Name;
use super::origin::Origin;
use super::people::People;
use super::refusal::Refusal;
use super::request::Reply;
use super::room::Room;
use super::rooms::Rooms;
use super::time::Time;
use super::work::Work;
use crate::limits::{LEFT_SESSION_WAIT, LOST_SESSION_WAIT};

/// The room that everybody enters.
pub const GENERAL: RoomId = RoomId::FIRST;

/// Newcomers whose time is over that one tick lets go, some 2 µs each.
const TICK_NEWCOMERS: usize = 256;

/// Members whom one tick tells of what moved in their rooms, and what a room costs beside them. The last room may go
/// beyond it.
const TICK_MEMBERS: usize = 10_000;
const TICK_ROOM: usize = 50;

/// The chat itself. [`apply`](Hub::apply) and [`effects`](Hub::effects) are its whole door: the same inputs, each with its
/// time, give the same effects. All else only looks.
#[derive(Debug)]
pub struct Hub {
    /// The time of the input that is being applied, or was last.
    at: Time,
    /// What the shell has to do, and has not taken yet.
    effects: Vec<Effect>,
    people: People,
    /// [`GENERAL`] is always there.
    rooms: Rooms,
    /// None: there are no accounts here.
    account_index: Option<AccountIndex>,
    config: ChatConfig,
    /// The number of the next message.
    next_message: MessageId,
    hiding: Hiding,
    /// How many are hidden beyond those whom everybody may hide, by all together.
    hidden_beyond: usize,
    decided: decided::Decided,
    sessions: sessions::Sessions,
    /// Who wrote the last letters, oldest first; at most [`LETTER_WRITERS`](crate::limits::LETTER_WRITERS).
    writers: VecDeque<offline_messages::Writer>,
    /// Who wrote those of which it is not known yet whether they are kept.
    posting: Vec<(ClientId, offline_messages::Writer)>,
    work: Cell<Work>,
    /// Who may not be here, in the order in which it was decided.
    expulsions: Vec<expulsions::Entry>,
    last_expulsion: u64,
    /// Those of them who are here still.
    expelling: BTreeSet<ClientId>,
    /// Those who wait for another connection.
    lost: LostSessions,
    /// What there was when the chat stopped, as far as it is not over.
    stopped: Option<Box<stopping::Stopped>>,
}

impl Hub {
    /// An empty chat.
    pub fn new(mut config: ChatConfig) -> Hub {
        let rooms = std::mem::take(&mut config.rooms);
        let expulsions: Vec<_> = config.expulsions.drain(..).map(expulsions::Entry::new).collect();
        let next_message = config.next_message.max(MessageId::default().next());
        let last_expulsion = expulsions.iter().map(expulsions::Entry::number).max().unwrap_or(0);
        let mut hub = Hub {
            at: Time::default(),
            effects: Vec::new(),
            people: People::default(),
            rooms: Rooms::default(),
            account_index: config.accounts.take().map(AccountIndex::new),
            config,
            next_message,
            hiding: Hiding::default(),
            hidden_beyond: 0,
            decided: decided::Decided::default(),
            sessions: sessions::Sessions::default(),
            writers: VecDeque::new(),
            posting: Vec::new(),
            work: Cell::default(),
            expulsions,
            last_expulsion,
            expelling: BTreeSet::new(),
            lost: LostSessions::default(),
            stopped: None,
        };
        let general = hub.rooms.make(Name::general());
        assert_eq!(general, Some(GENERAL));
        let addresses = std::mem::take(&mut hub.config.account_addresses);
        for record in rooms {
            // Those who became operators later did not make it.
            let made_from = record.owners.first().and_then(|owner| addresses.get(owner)).copied();
            hub.resume_room(record, made_from);
        }
        hub.rooms.reserve_keys(hub.config.next_key);
        hub
    }

    /// Does what follows from `input`, which came at `at`. What the shell has to do then is added to the [`effects`](Hub::effects).
    pub fn apply(&mut self, at: Time, input: Input) {
        self.at = at;
        match input {
            Input::Connected(id, origin) => self.connect(id, origin),
            Input::Program(id) => self.note_program(id),
            Input::Command(id, command) => self.handle(id, command),
            Input::Disconnected(id, reason) => self.disconnect(id, reason),
            Input::Reply(id, reply) => self.take_reply(id, reply),
            Input::AccountsChanged(changes) => self.accounts_changed(changes),
            Input::Admin(order) => self.administer(order),
            Input::Motd(motd) => self.config.motd = motd,
            Input::Tick => self.tick(),
            Input::Stop => self.stop(),
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
            Reply::Posted(posted) => self.posted(id, posted),
            Reply::OfflineMessages(account, messages) => self.offline_messages(id, account, messages),
            Reply::Found(found) => self.found(id, found),
            Reply::Busy => self.not_found_now(id),
        }
    }

    /// A client connected, from `origin`: it is asked for a name, if it may come in.
    fn connect(&mut self, id: ClientId, origin: Origin) {
        let now = self.now();
        if let Some(expelled) = self.expelled_address(origin) {
            self.tell(id, Event::Expulsion(ExpulsionNews::Told(expelled)));
            return self.effects.push(Effect::Close(id, CloseReason::Expelled));
        }
        let Some(standing) = self.admit(id, origin) else { return };
        self.clear_slot(id);
        self.people.add(id, origin, now, standing);
        self.tell(id, Event::NamePrompt);
    }

    /// A client asked for something.
    fn handle(&mut self, id: ClientId, command: Command) {
        let now = self.now();
        if self.lost.is_lost(id) || self.end_if_decided(id) || command == Command::Ping {
            return;
        }
        let Some(client) = self.client_mut(id) else { return };
        let name = client.name.clone();
        // Of a newcomer it says when they connected.
        if name.is_some() {
            client.active = now;
        }
        let done = match (command, name) {
            (Command::Secret(typed), _) => self.take_secret(id, typed),
            // Typed again, perhaps, for nothing has come of it for long.
            (Command::Say { text, .. }, _)
                if !text.is_blank() && self.sessions.questions.speaks_early(id) =>
            {
                self.answer(id, Event::Trouble(Trouble::TypedAhead))
            }
            (command, _) if self.sessions.questions.repeats_secret(id, &command) => {
                Err(Trouble::Repeated.into())
            }
            (command, None) => self.handle_newcomer(id, command),
            (command, Some(name)) => self.handle_member(id, &name, command),
        };
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
            self.depart(id, farewell, reason);
        }
    }

    /// Does what has come due, as much of it as one turn bears; [`next_due`](Hub::next_due) tells whether more is.
    fn tick(&mut self) {
        let now = self.now();
        let timeout = self.config.login_timeout;
        for _ in 0..TICK_NEWCOMERS {
            let overdue = self
                .people
                .oldest_newcomer()
                .filter(|(_, since)| timeout.is_some_and(|span| now >= *since + span));
            let Some((id, _)) = overdue else { break };
            self.tell(id, Event::NameTimeout);
            self.close(id, CloseReason::NameTimeout);
        }
        self.end_trials();
        self.end_lost_sessions();
        self.part();
        self.put_out_the_expelled();
        self.end_revoked();
        let mut asked = 0;
        while asked < TICK_MEMBERS
            && let Some((due, room)) = self.rooms.first_restless()
            && now >= due
        {
            asked += TICK_ROOM + self.room(room).map_or(0, |room| room.members.len());
            self.tell_movements(room);
        }
    }

    /// When an [`Input::Tick`] has something to do; never while nothing waits.
    pub fn next_due(&self) -> Option<MonoTime> {
        let newcomer = match self.config.login_timeout {
            Some(timeout) => self.people.oldest_newcomer().map(|(_, since)| since + timeout),
            None => None,
        };
        let leaving = !self.expelling.is_empty() || self.sessions.has_revoked();
        let unfinished = leaving || self.stopped.is_some();
        let unfinished = unfinished.then_some(MonoTime::START);
        let movements = self.rooms.first_restless().map(|(due, _)| due);
        let lost = self.lost.first_due().map(|(due, _)| due);
        [newcomer, movements, lost, self.trials_due(), unfinished].into_iter().flatten().min()
    }

    /// What has been done since the start.
    pub fn work(&self) -> Work {
        self.work.get()
    }

    /// How many clients there are that have a connection, with a name or without.
    pub fn clients(&self) -> usize {
        self.people.count() - self.lost.count()
    }

    /// How many people are in the chat, which takes a name.
    pub fn people(&self) -> usize {
        self.people.named()
    }

    /// How many of them wait for another connection.
    pub fn lost(&self) -> usize {
        self.lost.count()
    }

    /// How many rooms there are.
    pub fn rooms(&self) -> usize {
        self.rooms.count()
    }

    /// The name of a client who has one.
    pub fn name(&self, id: ClientId) -> Option<&Name> {
        self.client(id)?.name.as_ref()
    }

    /// Where a client comes from.
    pub fn origin(&self, id: ClientId) -> Option<Origin> {
        self.people.origin(id)
    }

    /// Whether nothing is left of anybody.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
            && self.rooms.is_empty()
            && self.hiding.is_empty()
            && self.hidden_beyond == 0
            && self.stopped.is_none()
            && self.decided.is_empty()
            && self.sessions.is_empty()
            && self.lost.is_empty()
    }

    fn handle_newcomer(&mut self, id: ClientId, command: Command) -> Done {
        match command {
            Command::Ping => return Ok(()),
            Command::Say { text, .. } | Command::Nick(text) => return self.take_name(id, &text),
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

    fn handle_member(&mut self, id: ClientId, name: &Name, command: Command) -> Done {
        self.acknowledge(id);
        match command {
            Command::Say { text, .. } if text.is_blank() => Ok(()),
            Command::Say { room, text } => self.say(id, name, room.as_ref(), (MessageKind::Said, text)),
            Command::Act { room, text } => self.say(id, name, room.as_ref(), (MessageKind::Acted, text)),
            Command::History { room, lines, before } => self.history(id, room.as_ref(), lines, before),
            Command::Search(words) => self.search(id, words),
            Command::Message { to, text } => self.message(id, name, &to, text),
            Command::Reply(text) => self.reply(id, name, text),
            Command::Nick(text) => self.rename(id, name, &text),
            Command::Who(room) => self.who(id, room),
            Command::Rooms => self.list_rooms(id),
            Command::Join { room, key } => self.join(id, name, &room, key),
            Command::Leave(room) => self.leave(id, name, room),
            Command::Topic { room, topic } => self.topic(id, name, room.as_ref(), topic),
            Command::Key { room, key } => self.lock(id, name, room.as_ref(), key),
            Command::Invite { room, whom } => self.invite(id, name, room.as_ref(), &whom),
            Command::Kick { room, whom, reason } => self.kick(id, name, room.as_ref(), (&whom, reason)),
            Command::Ban { room, whom } => self.ban(id, name, room.as_ref(), &whom),
            Command::Unban { room, whom } => self.unban(id, name, room.as_ref(), &whom),
            Command::Bans { room } => self.bans(id, room.as_ref()),
            Command::Mute { room, whom } => self.mute(id, name, room.as_ref(), whom),
            Command::Op { room, whom } => self.op(id, name, room.as_ref(), &whom),
            Command::Expel { whom, minutes, reason } => {
                self.order_expulsion(id, name, &whom, (minutes, reason))
            }
            Command::Readmit(whom) => self.order_readmission(id, name, &whom),
            Command::Expelled => self.list_expulsions(id),
            Command::Register => self.register(id, name),
            Command::Login(wanted) => self.login(id, &wanted),
            Command::ChangePassword => self.change_password(id, name),
            // The caller has seen to it.
            Command::Secret(_) | Command::Ping => Ok(()),
            Command::Resume { .. } => Err(NameRefusal::Yours(name.clone()).into()),
            Command::Away(reason) => self.away(id, reason),
            Command::Ignore(whom) => self.ignore(id, name, whom),
            Command::Language(language) => self.speak(id, language),
            Command::Help(verb) => self.answer(id, Event::Help(verb)),
            Command::Unclear(trouble) => {
                self.disregard_behind(id, &trouble);
                Err(trouble.into())
            }
            Command::Quit(words) => {
                let farewell = words.map_or(Farewell::Plain, Farewell::Words);
                self.depart(id, farewell, CloseReason::Quit);
                self.effects.push(Effect::Close(id, CloseReason::Quit));
                Ok(())
            }
        }
    }

    /// The monotonic time of the input.
    fn now(&self) -> MonoTime {
        self.at.mono
    }

    /// Tells one client.
    fn tell(&mut self, id: ClientId, event: Event) {
        if self.lost.is_lost(id) {
            return self.lost.keep(id, event);
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

    /// Counts things that were looked at. To be called wherever their number is not bounded by a small one.
    fn spend(&self, steps: usize) {
        self.count(Work { steps: steps as u64, heard: 0 });
    }

    fn count(&self, more: Work) {
        self.work.set(self.work.get() + more);
    }

    /// Ends a client by the hub's own will.
    fn close(&mut self, id: ClientId, reason: CloseReason) {
        let connected = !self.lost.is_lost(id);
        self.disconnect(id, reason);
        self.effects.extend(connected.then_some(Effect::Close(id, reason)));
    }

    /// The person who is meant by whoever typed `name`. Nobody here, if it means an account whose owner is not here, while
    /// that of another is whose name looks like it.
    fn person_called(&self, name: &str) -> Option<(ClientId, Name)> {
        let wanted = Name::known(name.trim()).ok()?;
        let skeleton = wanted.skeleton();
        let id = wanted.meant(self.people.alike(&skeleton).map(|(client, name)| (client.id, name)))?;
        let account = self.account(id);
        if account.is_some() && account != self.owner_of(&wanted) {
            return None;
        }
        Some((id, self.name(id)?.clone()))
    }

    /// The client who is logged in to an account.
    fn holder_of(&self, account: AccountKey) -> Option<ClientId> {
        let clients = self.sessions.clients(account);
        clients.into_iter().find(|&id| self.account(id) == Some(account))
    }

    /// The registered name that nobody here has now, and that `name` is.
    fn absent_called(&self, name: &str) -> Option<(AccountKey, Name)> {
        let key = self.owner_of(&Name::known(name.trim()).ok()?)?;
        Some((key, self.account_index.as_ref()?.name(key)?.clone()))
    }

    fn client(&self, id: ClientId) -> Option<&Client> {
        self.people.get(id)
    }

    fn client_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.people.get_mut(id)
    }

    fn room(&self, room: RoomId) -> Option<&Room> {
        self.rooms.get(room)
    }

    fn room_mut(&mut self, room: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(room)
    }

    /// Where a client's words go.
    fn current(&self, id: ClientId) -> Result<RoomId, RoomRefusal> {
        self.client(id).and_then(|client| client.current).ok_or(RoomRefusal::Nowhere)
    }
}

/// What a command gives when it was not refused.
type Done = Result<(), Refusal>;
