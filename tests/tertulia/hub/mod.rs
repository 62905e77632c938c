//! The hub alone, as short examples: who is who, who hears what, and when.

mod absent;
mod accounts;
mod administration;
mod alike;
mod anybody;
mod bounds;
mod brief_accounts;
mod brief_rooms;
mod closing;
mod expulsions;
mod greeting;
mod hiding_crowds;
mod ignoring;
mod leaving;
mod log_news;
mod naming;
mod offices;
mod operator_password;
mod operators;
mod places;
mod presence;
mod private;
mod proven;
mod remembered;
mod resuming;
mod resuming_bounds;
mod resuming_model;
mod room_storms;
mod rooms;
mod storms;
mod talking;
mod waiting;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use tertulia::chat::{
    AdminOrder, AdminReply, AuthRequest, ChatConfig, ClientId, CloseReason, Command, Crowd, Effect, Event,
    Expulsion, Farewell, Found, Hub, Input, Language, LogEntry, Look, Message, MessageKind, MonoTime, Name,
    NameRefusal, Office, Origin, Password, Person, Proposed, Reach, Reply, Request, RoomChange, Text, Time,
    UnixMillis,
};

use super::support::book::Book;
use super::support::log;
use super::support::records::{self, Records};
pub use super::support::shell::Shell;
use super::support::shell::Slots;
use super::support::twin::Twin;

pub const NOTHING: [&str; 0] = [];
pub const SECOND: Duration = Duration::from_secs(1);
pub const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);
const START: MonoTime = MonoTime::from_micros(1_234_567);

/// A hub, and what reaches everybody's ears.
pub struct Chat {
    pub hub: Hub,
    pub now: MonoTime,
    slots: Slots,
    heard: HashMap<ClientId, Vec<Event>>,
    pub closed: Vec<(ClientId, CloseReason)>,
    pub spoken: Vec<(ClientId, Language)>,
    pub notes: Vec<LogEntry>,
    /// What was kept for the history.
    pub kept: Vec<Message>,
    admin_replies: Vec<AdminReply>,
    pub book: Book,
    /// Petitions wait in there while the accounts are slow.
    pub slow: bool,
    /// What the wall clock says at the start of the monotonic one, in milliseconds.
    pub wall_offset: i64,
    /// Expulsions as they are remembered.
    pub expulsions: BTreeMap<u64, Expulsion>,
    pub auth_requests: Vec<(ClientId, AuthRequest)>,
    /// How many lines of whom may be passwords for which nothing asks.
    pub disregarded: HashMap<ClientId, u8>,
    /// Rooms as they were last remembered.
    pub records: Records,
    /// What was remembered of rooms, one by one.
    pub changes: Vec<RoomChange>,
    /// A hub that was written down and read back now and then, and does the same.
    pub twin: Twin,
    /// What is on its way to the log, if there is one.
    log: VecDeque<Proposed>,
}

impl Chat {
    pub fn new() -> Chat {
        Chat::with_timeout(Some(LOGIN_TIMEOUT))
    }

    pub fn with_timeout(timeout: Option<Duration>) -> Chat {
        Chat::with(ChatConfig { login_timeout: timeout, ..ChatConfig::default() }, Book::default())
    }

    /// A chat with these names and passwords.
    pub fn with_accounts(accounts: &[(&str, &str)]) -> Chat {
        let book = Book::of(accounts);
        Chat::with(ChatConfig { accounts: Some(book.accounts()), ..ChatConfig::default() }, book)
    }

    pub fn with(mut config: ChatConfig, book: Book) -> Chat {
        config.letters = log::letters(&book);
        let records = config.rooms.iter().map(|record| (record.key, record.clone())).collect();
        Chat {
            hub: log::hub(config, Time { mono: START, wall: UnixMillis(START.micros() as i64 / 1000) }),
            now: START,
            slots: Slots::default(),
            heard: HashMap::new(),
            closed: Vec::new(),
            spoken: Vec::new(),
            notes: Vec::new(),
            kept: Vec::new(),
            admin_replies: Vec::new(),
            book,
            slow: false,
            wall_offset: 0,
            expulsions: BTreeMap::new(),
            auth_requests: Vec::new(),
            disregarded: HashMap::new(),
            records,
            changes: Vec::new(),
            twin: Twin::default(),
            log: VecDeque::new(),
        }
    }

    /// A quiet chat of these people.
    pub fn of<const N: usize>(names: [&str; N]) -> (Chat, [ClientId; N]) {
        let mut chat = Chat::new();
        let ids = names.map(|name| chat.enters(name));
        chat.hush();
        (chat, ids)
    }

    pub fn connects(&mut self) -> ClientId {
        self.connects_from(Origin::UNKNOWN)
    }

    pub fn connects_from(&mut self, origin: Origin) -> ClientId {
        let id = self.slots.take();
        self.apply(Input::Connected(id, origin));
        assert_eq!(self.is_here(id), self.hub.origin(id).is_some(), "who may not come in is let go at once");
        id
    }

    pub fn enters_from(&mut self, origin: Origin, name: &str) -> ClientId {
        let id = self.connects_from(origin);
        self.says(id, name);
        assert_eq!(self.hub.name(id).map(Name::as_str), Some(name));
        id
    }

    pub fn enters(&mut self, name: &str) -> ClientId {
        self.enters_from(Origin::UNKNOWN, name)
    }

    /// Comes in under a registered name.
    pub fn logs_in(&mut self, name: &str, password: &str) -> ClientId {
        self.logs_in_from(Origin::UNKNOWN, name, password)
    }

    pub fn logs_in_from(&mut self, origin: Origin, name: &str, password: &str) -> ClientId {
        let id = self.connects_from(origin);
        self.says(id, name);
        self.types_secret(id, password);
        assert_eq!(self.hub.name(id).map(Name::as_str), Some(name));
        id
    }

    pub fn types_secret(&mut self, id: ClientId, password: &str) {
        self.does(id, Command::Secret(Password::new(password)));
    }

    /// What waited is answered.
    pub fn settles(&mut self) {
        for (id, auth_request) in std::mem::take(&mut self.auth_requests) {
            let (matter, auth_result) = self.book.settle(auth_request);
            self.apply(Input::Reply(id, Reply::AuthResult(matter, auth_result)));
        }
    }

    pub fn says(&mut self, id: ClientId, words: &str) {
        self.does(id, Command::Say { room: None, text: text(words) });
    }

    pub fn does(&mut self, id: ClientId, command: Command) {
        self.apply(Input::Command(id, command));
    }

    pub fn quits(&mut self, id: ClientId) {
        self.does(id, Command::Quit(None));
        assert_eq!(self.closed.pop(), Some((id, CloseReason::Quit)));
    }

    /// The connection ends without the hub's doing.
    pub fn ends(&mut self, id: ClientId, reason: CloseReason) {
        self.apply(Input::Disconnected(id, reason));
        self.slots.free(id);
    }

    pub fn tick(&mut self) {
        self.apply(Input::Tick);
    }

    /// Time passes, with a tick whenever one is due.
    pub fn waits(&mut self, span: Duration) {
        let end = self.now + span;
        let mut at_once = 0;
        while let Some(due) = self.hub.next_due().filter(|&due| due <= end) {
            at_once = if due > self.now { 0 } else { at_once + 1 };
            assert!(at_once < 1_000, "ticks do not do what is due");
            self.lets_entries_pass(self.now.max(due));
            self.tick();
        }
        self.lets_entries_pass(end);
    }

    /// Time passes, with entries of the log as nodes make them, if there is one.
    fn lets_entries_pass(&mut self, end: MonoTime) {
        while log::passes(self.time()).is_some() && self.now < end {
            self.now = end.min(self.now + SECOND / 20);
            log::passes(self.time()).into_iter().for_each(|entry| self.apply(entry));
        }
        self.now = end;
    }

    /// Lets a few seconds pass and forgets what was heard.
    pub fn hush(&mut self) {
        self.waits(3 * SECOND);
        self.heard.clear();
        self.notes.clear();
    }

    /// What reached `id` since it was last asked.
    pub fn events(&mut self, id: ClientId) -> Vec<Event> {
        self.heard.remove(&id).unwrap_or_default()
    }

    /// The same in brief.
    pub fn hears(&mut self, id: ClientId) -> Vec<String> {
        self.events(id).iter().map(brief).collect()
    }

    /// Whoever is called so.
    pub fn id_of(&self, name: &str) -> ClientId {
        let called = |id: &ClientId| self.hub.name(*id).is_some_and(|known| known.as_str() == name);
        self.slots.tenants().find(called).expect("somebody called so")
    }

    /// Those who are here, by slot.
    pub fn tenants(&self) -> impl Iterator<Item = ClientId> {
        self.slots.tenants()
    }

    pub fn is_here(&self, id: ClientId) -> bool {
        self.slots.holds(id)
    }

    pub fn apply(&mut self, input: Input) {
        self.run(input);
    }

    /// The administrator orders something; gives what comes of it.
    pub fn orders(&mut self, order: AdminOrder) -> AdminReply {
        self.apply(Input::Admin(0, order));
        self.admin_replies.pop().expect("every order is answered")
    }
}

impl Shell for Chat {
    fn hub(&mut self) -> &mut Hub {
        &mut self.hub
    }

    fn book(&mut self) -> &mut Book {
        &mut self.book
    }

    fn twin(&mut self) -> Option<&mut Twin> {
        Some(&mut self.twin)
    }

    fn log(&mut self) -> Option<&mut VecDeque<Proposed>> {
        Some(&mut self.log)
    }

    fn time(&self) -> Time {
        Time { mono: self.now, wall: UnixMillis(self.wall_offset + self.now.micros() as i64 / 1000) }
    }

    fn hears(&mut self, id: ClientId, event: &Event, _: bool) {
        assert!(self.is_here(id), "{event:?} is for {id:?}, who is not here");
        self.heard.entry(id).or_default().push(event.clone());
    }

    fn carries_out(&mut self, effect: Effect) {
        match effect {
            Effect::Speak(id, language) => self.spoken.push((id, language)),
            Effect::Close(id, reason) => {
                assert!(self.is_here(id), "{id:?} is closed twice");
                self.slots.free(id);
                self.closed.push((id, reason));
            }
            Effect::Log(note) => self.notes.push(note),
            Effect::AdminReply(_, reply) => self.admin_replies.push(reply),
            Effect::Ask(id, question, whose) => {
                self.heard.entry(id).or_default().push(Event::PasswordPrompt(question, whose));
            }
            Effect::Room(change) => {
                records::note(&mut self.records, change.clone());
                self.changes.push(change);
            }
            Effect::Forget(room) => drop(self.records.remove(&room)),
            Effect::Expelled(expulsion) => drop(self.expulsions.insert(expulsion.number, *expulsion)),
            Effect::Readmitted(number) => drop(self.expulsions.remove(&number)),
            Effect::Disregard(id, lines) => drop(self.disregarded.insert(id, lines)),
            // History has tests of its own.
            Effect::Keep(message) => self.kept.push(message),
            // Behind a log the chat decides about letters.
            Effect::Letter(letter) => drop(self.book.post(letter.to, letter.message)),
            other => unreachable!("{other:?} wants a reply"),
        }
    }

    fn asks(&mut self, effect: Effect) {
        match effect {
            Effect::Request(id, Request::Look(Look::Missed(rooms, after))) => {
                let missed = self.kept.iter().filter(|line| line.id > after && rooms.contains(&line.room));
                let lines = missed.cloned().collect();
                let found = Found { look: Look::Missed(rooms, after), lines, more: false, reach: Reach::All };
                self.apply(Input::Reply(id, Reply::Found(found)));
            }
            Effect::Request(_, Request::Look(..)) => {}
            Effect::Request(id, Request::Authenticate(auth_request)) => {
                self.auth_requests.push((id, auth_request));
                if !self.slow {
                    self.settles();
                }
            }
            other => self.replies(other),
        }
    }
}

/// Where `10.0.0.number` is.
pub fn address(number: u8) -> Origin {
    Origin::of([10, 0, 0, number].into())
}

pub fn name(raw: &str) -> Name {
    Name::new(raw).expect("a good name")
}

pub fn text(words: &str) -> Text {
    Text::clean(words)
}

pub fn act(words: &str) -> Command {
    Command::Act { room: None, text: text(words) }
}

pub fn nick(name: &str) -> Command {
    Command::Nick(text(name))
}

pub fn away(reason: &str) -> Command {
    Command::Away(Some(text(reason)))
}

pub fn ignore(name: &str) -> Command {
    Command::Ignore(Some(text(name)))
}

pub fn join(room: &str) -> Command {
    Command::Join { room: text(room), key: None }
}

pub fn leave(room: &str) -> Command {
    Command::Leave(Some(text(room)))
}

pub fn topic(words: &str) -> Command {
    Command::Topic { room: None, topic: Some(text(words)) }
}

pub fn message(to: &str, words: &str) -> Command {
    Command::Message { to: text(to), text: text(words) }
}

/// An event as a short line, whatever the language.
pub fn brief(event: &Event) -> String {
    match event {
        Event::NamePrompt => "name?".into(),
        Event::NameRefused(NameRefusal::Malformed) => "malformed".into(),
        Event::NameRefused(NameRefusal::Spaced) => "spaced".into(),
        Event::NameRefused(NameRefusal::MixedScripts(typed)) => format!("mixed scripts: {typed}"),
        Event::NameRefused(NameRefusal::InUse(name)) => format!("in use: {name}"),
        Event::NameRefused(NameRefusal::Reserved(name)) => format!("reserved: {name}"),
        Event::NameRefused(NameRefusal::Yours(name)) => format!("yours: {name}"),
        Event::NameRefused(NameRefusal::Missing) => "name first".into(),
        Event::NameRefused(NameRefusal::NoSession) => "no session".into(),
        Event::NameRefused(NameRefusal::Unregistered(name)) => format!("unregistered: {name}"),
        Event::NameRefused(NameRefusal::Expelled(name, _)) => format!("expelled: {name}"),
        Event::NameRefused(NameRefusal::NoPlace(name)) => format!("no place for {name}"),
        Event::Welcome { name, .. } => format!("welcome {name}"),
        Event::Resumed { name, rooms, current, .. } => {
            let mut rooms: Vec<String> =
                rooms.iter().map(|room| format!("{}: {}", room.room, list(&room.names))).collect();
            rooms.sort();
            let current = current.as_ref().map(|room| format!(" in #{room}")).unwrap_or_default();
            format!("resumed {name}{current} of [{}]", rooms.join("; "))
        }
        Event::Missed { room, message, .. } => format!("~ {}{}", elsewhere(room), brief_message(message)),
        Event::Skipped(lines) => format!("skipped {lines}"),
        Event::HistoryBusy => "history busy".into(),
        Event::Message { room, message } => format!("{}{}", elsewhere(room), brief_message(message)),
        Event::Arrived { crowd, room } => format!(">>> {}{}", brief_crowd(crowd), within(room.as_ref())),
        Event::Departed { name, farewell: Farewell::Plain } => format!("<<< {name}"),
        Event::Departed { name, farewell: Farewell::Words(words) } => format!("<<< {name} ({words})"),
        Event::Departed { name, farewell: Farewell::Expelled(_) } => format!("<<< {name} expelled"),
        Event::Departed { name, farewell: Farewell::Kicked(reason) } => {
            format!("<<< {name} kicked {}", reason.as_ref().map_or("", Text::as_str))
        }
        Event::Departed { name, farewell: Farewell::Lost } => format!("<<< {name} lost"),
        Event::ManyDeparted { crowd, room } => {
            format!("<<< {}{}", brief_crowd(crowd), within(room.as_ref()))
        }
        Event::Renamed { from, to } => format!("--- {from} is {to}"),
        Event::Present { people, total, .. } => {
            let rows: Vec<String> = people.iter().map(brief_person).collect();
            format!("{total} here: {}", rows.join(", "))
        }
        Event::AwaySet(reason) => format!("away: {reason}"),
        Event::AwayCleared => "back".into(),
        Event::NotAway => "not away".into(),
        Event::Ignoring(name) => format!("hidden: {name}"),
        Event::NoLongerIgnoring(name) => format!("shown: {name}"),
        Event::IgnoreList(names) => format!("hiding [{}]", list(names)),
        Event::NoSuchPerson(name) => format!("nobody: {name}"),
        other => brief_rooms::brief(other),
    }
}

/// The room in front of a line, unless it is the first.
fn elsewhere(room: &Name) -> String {
    if room.as_str() == "general" { String::new() } else { format!("#{room} ") }
}

/// The room behind who came or left, if it was a room.
fn within(room: Option<&Name>) -> String {
    room.map(|room| format!(" #{room}")).unwrap_or_default()
}

/// As a line tells of them: of more than three, the first two who are not hidden.
fn brief_crowd(crowd: &Crowd) -> String {
    let spelled = if crowd.count() > 3 { 2 } else { crowd.count() };
    let names: Vec<Name> = crowd.named().take(spelled).cloned().collect();
    match crowd.count() - names.len() {
        0 => list(&names),
        more => format!("{} +{more}", list(&names)),
    }
}

/// `Ana 12s`, `Ana 12s (café)`; a star behind who asked, an `@` behind an operator, two behind one of the server.
fn brief_person(person: &Person) -> String {
    let away = person.away.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let you = if person.you { "*" } else { "" };
    let office = match person.office {
        None => "",
        Some(Office::Room) => "@",
        Some(Office::Server) => "@@",
    };
    format!("{}{you}{office} {}s{away}", person.name, person.idle.as_secs())
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

impl Chat {
    /// What the log was told was said since it was last forgotten, each with its room.
    pub fn logged(&self) -> Vec<String> {
        let said = |note: &LogEntry| match note {
            LogEntry::Message(room, message) => Some(format!("#{room} {}", brief_message(message))),
            _ => None,
        };
        self.notes.iter().filter_map(said).collect()
    }
}

fn brief_message(Message { from, kind, text, .. }: &Message) -> String {
    match kind {
        MessageKind::Said => format!("{from}: {text}"),
        MessageKind::Acted => format!("* {from} {text}"),
        MessageKind::Missing(count) => format!("{count} missing"),
    }
}
