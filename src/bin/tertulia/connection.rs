//! The connection seen from the keyboard: whose turn it is, and sending lines.
//!
//! Law: one thread reads (`reader.rs`) and one writes ([`Connection::send`]); the lock is never held across either.

mod reader;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::args::Options;
use crate::notice;
use crate::prompt_parser::{self, Heard, Kind, PromptParser};

/// First pause before a new attempt; each one doubles it.
const PAUSE_FIRST: Duration = Duration::from_secs(1);

/// What the reading thread has to show.
pub(crate) enum News<'a> {
    /// The server said something.
    Heard(&'a Heard),
    /// The question that stands was answered on the person's behalf: with this name, or with a password, not shown.
    Answered(&'a str),
    /// The client itself has something to say: one line without end.
    Notice(String),
}

/// Whose turn it is, seen from the keyboard.
pub(crate) enum Turn {
    /// The server asked something.
    Ask,
    /// We may talk.
    Talk,
    /// It is over, with this exit status.
    Over(u8),
}

/// What became of a line.
#[derive(PartialEq)]
pub(crate) enum Sent {
    Yes,
    /// There is no connection to send it on.
    Away,
}

#[derive(Default)]
struct State {
    stream: Option<Arc<TcpStream>>,
    /// Writing to `stream` failed. The reading thread finds out why, after it has read what is left.
    broken: bool,
    parser: PromptParser,
    question: Option<Kind>,
    inside: bool,
    been_inside: bool,
    refused: bool,
    /// The server has asked something; one that has no place says so instead.
    asked: bool,
    /// The name to come in with, and the one that is being tried.
    name: Option<String>,
    tried: Option<String>,
    /// The password that it took, line and all, to come back with.
    secret: Option<Vec<u8>>,
    replaced: bool,
    leaving: bool,
    input_ended: bool,
    pause: Duration,
    /// How often something was heard, for who waits for an answer: in all, and when the last line was sent.
    heard: u64,
    heard_when_sent: u64,
    over: Option<u8>,
}

/// One conversation with a server, over as many connections as it takes.
pub(crate) struct Connection {
    options: Options,
    /// A person sits here, who can be asked and told.
    person: bool,
    /// Lines wait until the server has taken the name.
    gated: bool,
    state: Mutex<State>,
    changed: Condvar,
}

impl Connection {
    /// Nothing is connected before `run`.
    pub(crate) fn new(options: Options, person: bool) -> Connection {
        let gated = person || options.name.is_some() || options.reconnect;
        let state = State { name: options.name.clone(), pause: PAUSE_FIRST, ..State::default() };
        Connection { options, person, gated, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits until the keyboard has something to do. In the chat that is at once, unless `patience` is given to an
    /// answer that is on its way and could be a question.
    pub(crate) fn turn(&self, patience: Duration) -> Turn {
        let mut state = self.lock();
        let silent = |state: &mut State| state.heard == state.heard_when_sent && state.over.is_none();
        if !patience.is_zero() && state.question.is_none() {
            let wait = self.changed.wait_timeout_while(state, patience, silent);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        loop {
            if let Some(status) = state.over {
                return Turn::Over(status);
            }
            if state.question.is_some() {
                return Turn::Ask;
            }
            // A person who was in the chat may type while it is away, to be told so; a pipe waits.
            let may_talk = state.inside || (self.person && state.been_inside);
            if may_talk || (!self.gated && state.stream.is_some() && !state.broken) {
                return Turn::Talk;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends a line as it is, ending included.
    pub(crate) fn send(&self, line: &[u8]) -> Sent {
        let text = String::from_utf8_lossy(line);
        let stream = {
            let mut state = self.lock();
            state.leaving |= prompt_parser::leaves(&text);
            self.changed.notify_all();
            let question = state.question.take();
            if state.broken || (self.gated && question.is_none() && !state.inside) {
                return Sent::Away;
            }
            match question {
                Some(Kind::Name) => (state.tried, state.secret) = (Some(text.trim().to_string()), None),
                Some(Kind::Secret) if !state.inside => state.secret = Some(line.to_vec()),
                _ => {}
            }
            state.parser.answered();
            state.heard_when_sent = state.heard;
            state.stream.clone()
        };
        match stream {
            Some(stream) if (&*stream).write_all(line).is_ok() => Sent::Yes,
            Some(stream) => {
                let mut state = self.lock();
                // Unless there is a new connection by now, nothing else is tried on this one.
                if state.stream.as_ref().is_some_and(|current| Arc::ptr_eq(current, &stream)) {
                    (state.broken, state.inside) = (true, false);
                }
                Sent::Away
            }
            None => Sent::Away,
        }
    }

    /// No more lines will come from this side. False if there is no connection on which to hear anything more.
    pub(crate) fn finish(&self) -> bool {
        let mut state = self.lock();
        state.input_ended = true;
        self.changed.notify_all();
        state.stream.as_ref().inspect(|stream| drop(stream.shutdown(Shutdown::Write))).is_some()
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
        notice::away(self.lock().parser.english())
    }

    /// Whether the person said goodbye.
    pub(crate) fn leaving(&self) -> bool {
        self.lock().leaving
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
