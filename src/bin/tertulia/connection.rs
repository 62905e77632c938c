//! The connection seen from the keyboard: whose turn it is, and sending lines.
//!
//! Invariants: one thread reads (`reader.rs`) and one writes ([`Connection::send`]); the lock is never held where either waits.
//! While a lost connection is coming back into its rooms nothing is sent for the person: it could land in another room.

mod announcing;
mod attempts;
mod reader;
mod stream;

pub(crate) use announcing::{ANNOUNCEMENT, is_silent};
pub(crate) use stream::Stream;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::address::Address;
use crate::args::Options;
use crate::notice;
use crate::prompt_parser::{self, FENCE, Heard, PromptParser, Question};
use attempts::Attempts;

/// Rooms whose keys are remembered: as many as a person may be in.
const KEYS_MAX: usize = 20;

/// What the reading thread has to show.
pub(crate) enum News<'a> {
    /// A connection to this address is being opened.
    #[cfg_attr(not(feature = "prompt"), allow(dead_code))]
    Connecting(&'a Address),
    /// The server said something.
    Heard(&'a Heard),
    /// The question that stands was answered on the person's behalf: with this name, or with a password, not shown.
    Answered(&'a str),
    /// The client itself has something to say: one line without end.
    Notice(String),
    /// All that was told counts by now: whose turn it is may have changed.
    Settled,
}

/// Whose turn it is, seen from the keyboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    /// The server asked this.
    Ask(Question),
    /// We may talk.
    Talk,
    /// It is over, with this exit status.
    Over(u8),
}

/// What became of a line.
#[derive(PartialEq)]
pub(crate) enum Sent {
    Yes,
    /// There is no connection to send it on, or it is on its way back into its rooms.
    Away,
}

#[derive(Default)]
struct ConnectionState {
    stream: Option<Arc<Stream>>,
    /// Whether anything was sent on it.
    has_spoken: bool,
    /// Writing to `stream` failed. The reading thread finds out why, after it has read what is left.
    broken: bool,
    parser: PromptParser,
    question: Option<Question>,
    inside: bool,
    been_inside: bool,
    refused: bool,
    /// The server has asked something; one that has no place says so instead.
    asked: bool,
    /// The name to come in with, and the one that is being tried.
    name: Option<String>,
    tried: Option<String>,
    password: Option<Password>,
    /// On this connection a password was given, and there was no verdict since.
    gave_password: bool,
    /// The password that was typed last in the chat, which has not been taken yet: with its end, and whether through TLS.
    typed: Option<(Vec<u8>, bool)>,
    replaced: bool,
    turned_away: bool,
    leaving: bool,
    input_ended: bool,
    attempts: Attempts,
    rooms: Rooms,
    /// The server took leave of a person without a reason, as one that is upgraded does: TLS cannot be handed over. Until when it is
    /// looked for.
    coming_back: Option<Instant>,
    /// Where a lost connection was, while it goes back there.
    returning: Option<Rooms>,
    over: Option<u8>,
}

/// A password that a name took, to come back with: for that name only, and through TLS if it was given so.
struct Password {
    name: String,
    /// With its end.
    line: Vec<u8>,
    encrypted: bool,
}

/// The rooms that we are in, in the order in which we came.
#[derive(Clone, Default)]
struct Rooms {
    joined: Vec<String>,
    current: Option<String>,
    /// The keys with which rooms were asked for.
    keys: Vec<(String, String)>,
}

/// One conversation with a server, over as many connections as it takes.
pub(crate) struct Connection {
    options: Options,
    /// A user sits here, who can be asked and told.
    person: bool,
    /// Lines wait until the server has taken the name.
    gated: bool,
    state: Mutex<ConnectionState>,
    changed: Condvar,
}

impl Connection {
    /// Nothing is connected before `run`.
    pub(crate) fn new(options: Options, person: bool) -> Connection {
        let gated = person || options.name.is_some() || options.reconnect;
        let state = ConnectionState {
            name: options.name.clone(),
            parser: PromptParser::new(options.english),
            attempts: Attempts::new(options.addresses.len()),
            ..ConnectionState::default()
        };
        Connection { options, person, gated, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits until the keyboard has something to do.
    pub(crate) fn turn(&self) -> Turn {
        let mut state = self.lock();
        loop {
            match self.turn_of(&state) {
                Some(turn) => return turn,
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Whose turn it is now; `None` while the network has to say something first.
    #[cfg(feature = "prompt")]
    pub(crate) fn turn_now(&self) -> Option<Turn> {
        self.turn_of(&self.lock())
    }

    fn turn_of(&self, state: &ConnectionState) -> Option<Turn> {
        if let Some(status) = state.over {
            return Some(Turn::Over(status));
        }
        if let Some(question) = state.question {
            return Some(Turn::Ask(question));
        }
        // A person who was in the chat may type while it is away, to be told so; a pipe waits.
        let may_talk =
            if self.person { state.been_inside } else { state.inside && state.returning.is_none() };
        let may_talk = may_talk || !self.gated && state.stream.is_some() && !state.broken;
        may_talk.then_some(Turn::Talk)
    }

    /// Sends a line as it is, ending included.
    pub(crate) fn send(&self, line: &[u8]) -> Sent {
        // In a pipe, what is told again to a newcomer is dropped: it has to be known where that ends.
        let fenced =
            !self.person && prompt_parser::recalls(&String::from_utf8_lossy(line)) && self.send_fence();
        match self.take_line(line) {
            Some(stream) if fenced => self.write(&stream, [FENCE.as_bytes(), line].concat()),
            Some(stream) => self.write(&stream, line),
            None => Sent::Away,
        }
    }

    /// A fence will be sent before the next line; says whether it makes sense.
    fn send_fence(&self) -> bool {
        let mut state = self.lock();
        let sends = state.inside && state.question.is_none();
        if sends {
            state.parser.sent(FENCE);
        }
        sends
    }

    /// The first half of [`send`](Self::send), which never waits: where the line goes, if it may go anywhere.
    pub(crate) fn take_line(&self, line: &[u8]) -> Option<Arc<Stream>> {
        let text = String::from_utf8_lossy(line);
        let mut state = self.lock();
        state.leaving |= prompt_parser::leaves(&text);
        self.changed.notify_all();
        let question = state.question.take();
        let away = question.is_none() && (!state.inside || state.returning.is_some());
        if state.broken || (self.gated && away) {
            return None;
        }
        let encrypted = state.stream.as_ref().is_some_and(|stream| stream.is_encrypted());
        match question {
            Some(Question::Name) => (state.tried, state.password) = (Some(text.trim().to_string()), None),
            Some(Question::Password) if !state.inside => {
                let name = state.tried.clone();
                state.gave_password = true;
                state.password = name.map(|name| Password { name, line: line.to_vec(), encrypted });
            }
            Some(Question::Password) => state.typed = Some((line.to_vec(), encrypted)),
            None if prompt_parser::leads_to_password(&text) => state.typed = None,
            None => {}
        }
        if let (true, Some((room, Some(key)))) = (state.inside, prompt_parser::enters(&text)) {
            state.rooms.remember_key(room, key);
        }
        state.parser.sent(&text);
        state.has_spoken = true;
        state.stream.clone()
    }

    /// The second half: waits while the server does not read.
    pub(crate) fn write(&self, stream: &Arc<Stream>, line: impl AsRef<[u8]>) -> Sent {
        if stream.write_all(line.as_ref()).is_ok() {
            return Sent::Yes;
        }
        let mut state = self.lock();
        // Unless there is a new connection by now, nothing else is tried on this one.
        if state.stream.as_ref().is_some_and(|current| Arc::ptr_eq(current, stream)) {
            (state.broken, state.inside) = (true, false);
        }
        Sent::Away
    }

    /// No more lines will come from this side; gives the connection, if there is one, to be finished behind what is being written.
    pub(crate) fn end_input(&self) -> Option<Arc<Stream>> {
        let mut state = self.lock();
        state.input_ended = true;
        self.changed.notify_all();
        state.stream.clone()
    }

    /// Waits for the end, after which nothing more comes.
    pub(crate) fn wait_over(&self) -> u8 {
        let mut state = self.lock();
        loop {
            if let Some(status) = state.over {
                return status;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What to tell a person whose line could not be sent.
    pub(crate) fn away_notice(&self) -> &'static str {
        let state = self.lock();
        notice::away(state.stream.is_some(), state.parser.english())
    }

    /// Whether the server speaks English to us.
    #[cfg(feature = "prompt")]
    pub(crate) fn english(&self) -> bool {
        self.lock().parser.english()
    }

    /// The room in which we speak, as far as the server has said so, and our name.
    #[cfg(feature = "prompt")]
    pub(crate) fn place(&self) -> (Option<String>, Option<String>) {
        let state = self.lock();
        (state.rooms.current.clone(), state.name.clone())
    }

    /// Whether the person said goodbye.
    pub(crate) fn leaving(&self) -> bool {
        self.lock().leaving
    }

    fn lock(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    /// The first room, which is entered with the chat.
    fn entered_chat(&mut self) {
        (self.joined, self.current) = (vec![GENERAL.to_string()], Some(GENERAL.to_string()));
    }

    fn entered(&mut self, room: &str) {
        self.left(room);
        self.joined.push(room.to_string());
        self.current = Some(room.to_string());
    }

    fn left(&mut self, room: &str) {
        self.joined.retain(|joined| joined != room);
    }

    fn remember_key(&mut self, room: String, key: String) {
        self.keys.retain(|(known, _)| *known != room);
        if self.keys.len() == KEYS_MAX {
            self.keys.remove(0);
        }
        self.keys.push((room, key));
    }

    /// The commands that lead from `self`, a newcomer's place, to that of `before`; none if it is there.
    fn way_back(&self, before: &Rooms) -> Vec<String> {
        if before.joined.is_empty() || (before.joined == self.joined && before.current == self.current) {
            return Vec::new();
        }
        let enter = |room: &String| {
            let key = before.keys.iter().find(|(known, _)| known.to_lowercase() == room.to_lowercase());
            format!("/entrar {room} {}", key.map_or("", |(_, key)| key)).trim_end().to_string()
        };
        let last = before.current.as_ref();
        let others = before.joined.iter().filter(|room| Some(*room) != last && *room != GENERAL);
        let mut way: Vec<String> = others.map(enter).collect();
        way.extend(last.map(enter));
        if !before.joined.iter().any(|room| room == GENERAL) {
            way.push(format!("/dejar {GENERAL}"));
        }
        way
    }
}

/// The room that every member enters.
const GENERAL: &str = "general";
