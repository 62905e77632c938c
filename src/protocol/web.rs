//! Connections of browsers, and of programs that come as they do: a request first, and a WebSocket behind it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::http::{HEAD_MAX_BYTES, Parsed, Status, parse};
use super::json::{self, Reference};
use super::stored_bytes;
use super::websocket::{CloseCode, Decoder, Incoming, close, ping, pong, text};
use crate::chat::{CloseReason, Command, Language, MonoTime, Question};
use crate::limits::{MESSAGE_MAX_BYTES, PROXY_SILENCE};

/// The head of a request, as far as it has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RequestHead {
    #[serde(with = "stored_bytes")]
    bytes: Vec<u8>,
    /// An empty line has come: that may be its end.
    ended: bool,
    /// Then it has to be there.
    pub(super) until: MonoTime,
    /// It was not.
    late: bool,
}

impl RequestHead {
    pub(super) fn new(bytes: Vec<u8>, until: MonoTime) -> RequestHead {
        let mut head = RequestHead { bytes: Vec::new(), ended: false, until, late: false };
        head.push(&bytes);
        head
    }

    /// Looks at each byte for the end once, however it was cut.
    pub(super) fn push(&mut self, input: &[u8]) {
        let begun = self.bytes.len().saturating_sub(2);
        self.bytes.extend_from_slice(input);
        let fresh = &self.bytes[begun..];
        let ends = |end: &[u8]| fresh.windows(end.len()).any(|window| window == end);
        self.ended |= ends(b"\n\r\n") || ends(b"\n\n");
    }

    pub(super) fn found_nothing(&mut self, now: MonoTime) {
        self.late = now >= self.until;
    }

    /// The request, or why it is none. A head is looked at when it may be whole, not at each of its bytes.
    pub(super) fn request(&self) -> Option<Parsed> {
        if !(self.ended || self.late || self.bytes.len() >= HEAD_MAX_BYTES) {
            return None;
        }
        match parse(&self.bytes) {
            Parsed::Incomplete if self.late => Some(Parsed::Refused(Status::RequestTimeout)),
            // In front of the first line there may be empty ones.
            Parsed::Incomplete => None,
            parsed => Some(parsed),
        }
    }

    /// What has come behind a head of so many bytes.
    pub(super) fn behind(&self, length: usize) -> &[u8] {
        &self.bytes[length..]
    }

    pub(super) fn held(&self) -> usize {
        size_of::<RequestHead>() + self.bytes.capacity()
    }
}

/// By what the answers to a command are to be known, and whether there was one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answering {
    reference: Reference,
    answered: bool,
}

impl Answering {
    /// Whether the command has an answer.
    pub fn is_answered(&self) -> bool {
        self.answered
    }

    /// Whether this can have been a command's.
    pub fn is_sound(&self) -> bool {
        self.reference.is_sound()
    }
}

/// A WebSocket that carries JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WebSocket {
    /// What has come and is no command yet; most of the time nothing has.
    state: Option<Box<State>>,
    language: Language,
    /// What has been asked for: a password.
    question: Option<Question>,
    /// Of one that came through a proxy, which closes what is silent.
    silence: Option<Box<Silence>>,
}

/// For how long nothing has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Silence {
    /// Something has come since it was last looked at.
    broken: bool,
    /// Since then.
    since: MonoTime,
    /// When to look at it again. What comes does not move this: a busy connection is looked at no more often than a silent one.
    due: MonoTime,
}

impl Silence {
    /// Looks at it; says whether it has lasted so long that a ping has to break it.
    fn look(&mut self, now: MonoTime) -> bool {
        if std::mem::take(&mut self.broken) {
            self.since = now;
        }
        if now < self.due {
            return false;
        }
        let pings = now >= self.since + PROXY_SILENCE;
        if pings {
            self.since = now;
        }
        self.due = self.since + PROXY_SILENCE;
        pings
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    decoder: Decoder,
    messages: Messages,
    /// That of the command that is being carried out.
    reference: Option<Reference>,
    /// Whether it has an answer.
    answered: bool,
    /// The client has closed, or broken the rules: what it gets back at the end.
    #[serde(with = "stored_bytes::optional")]
    ending: Option<Vec<u8>>,
    /// It has closed without saying that it is done: a browser does when its page is left or loaded again, and the page when it takes a
    /// connection for lost.
    leaves_off: bool,
    /// It said that it goes away, as a browser does for a page that is left, closed or loaded again: code 1001.
    goes_away: bool,
}

/// The code of a close by which a page is left: RFC 6455 §7.4.1.
const GOING_AWAY: u16 = 1001;

/// Messages that have come whole and have not been taken. One buffer for all: thousands of the least fit into one read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Messages {
    text: String,
    lengths: VecDeque<u16>,
    /// Bytes at the front of `text` that are taken.
    taken: usize,
}

const _: () = assert!(MESSAGE_MAX_BYTES <= u16::MAX as usize);

impl Messages {
    fn push(&mut self, message: &str) {
        if self.is_empty() {
            self.text.clear();
            self.taken = 0;
        }
        self.text.push_str(message);
        self.lengths.push_back(message.len() as u16);
    }

    fn pop(&mut self) -> Option<&str> {
        let from = self.taken;
        self.taken += usize::from(self.lengths.pop_front()?);
        Some(&self.text[from..self.taken])
    }

    fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Whether they lie where they are said to.
    fn is_sound(&self) -> bool {
        let mut end = self.taken;
        let ends = self.lengths.iter().map(|&length| {
            end += usize::from(length);
            end
        });
        std::iter::once(self.taken).chain(ends).all(|at| self.text.is_char_boundary(at))
    }

    fn held(&self) -> usize {
        self.text.capacity() + self.lengths.capacity() * size_of::<u16>()
    }
}

impl Default for State {
    fn default() -> State {
        State {
            decoder: Decoder::new(MESSAGE_MAX_BYTES),
            messages: Messages::default(),
            reference: None,
            answered: false,
            ending: None,
            leaves_off: false,
            goes_away: false,
        }
    }
}

impl WebSocket {
    /// `proxied`: since when it is there, if it came through a proxy.
    pub(super) fn new(language: Language, proxied: Option<MonoTime>) -> WebSocket {
        let silence = |since| Box::new(Silence { broken: false, since, due: since + PROXY_SILENCE });
        WebSocket { state: None, language, question: None, silence: proxied.map(silence) }
    }

    pub(super) fn push(&mut self, mut input: &[u8], answers: &mut Vec<u8>) {
        if let Some(silence) = &mut self.silence {
            silence.broken = true;
        }
        let state = self.state.get_or_insert_default();
        while let Some(incoming) = state.decoder.next(&mut input) {
            match incoming {
                Ok(Incoming::Text(message)) => state.messages.push(&message),
                Ok(Incoming::Ping(payload)) => pong(&payload, answers),
                Ok(Incoming::Pong) => {}
                Ok(Incoming::Close { code, answer }) => {
                    state.leaves_off = code != Some(CloseCode::Normal.number());
                    state.goes_away = code == Some(GOING_AWAY);
                    state.ending = Some(answer);
                }
                Err(code) => close(code, "", state.ending.insert(Vec::new())),
            }
        }
    }

    /// A read has found nothing more.
    pub(super) fn found_nothing(&mut self, now: MonoTime, answers: &mut Vec<u8>) {
        if self.silence.as_mut().is_some_and(|silence| silence.look(now)) {
            ping(answers);
        }
    }

    /// When a ping may be due, if nothing comes until then.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.silence.as_ref().map(|silence| silence.due)
    }

    pub(super) fn next_command(&mut self) -> Option<Command> {
        let state = self.state.as_mut()?;
        let Some(message) = state.messages.pop() else {
            return (state.ending.is_some() && !state.leaves_off).then_some(Command::Quit(None));
        };
        let received = json::read(message, self.question);
        (state.reference, state.answered) = (received.reference, false);
        if let Command::Secret(_) = received.command {
            self.question = None;
        }
        Some(received.command)
    }

    pub(super) fn has_unseen(&self) -> bool {
        let quits = |state: &State| state.ending.is_some() && !state.leaves_off;
        self.state.as_ref().is_some_and(|state| !state.messages.is_empty() || quits(state))
    }

    /// Whether the client has ended its side, and did not say that it leaves the chat.
    pub(super) fn has_left_off(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.leaves_off)
    }

    /// Whether it said that it goes away.
    pub(super) fn goes_away(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.goes_away)
    }

    pub(super) fn expect_answer(&mut self, question: Question) {
        self.question = Some(question);
    }

    pub(super) fn end_question(&mut self) {
        self.question = None;
    }

    pub(super) fn speak(&mut self, language: Language) {
        self.language = language;
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// What the answers to the command that is being carried out are to be known by.
    pub(super) fn reference(&mut self) -> Option<&Reference> {
        let state = self.state.as_mut()?;
        state.answered = true;
        state.reference.as_ref()
    }

    /// The command has been carried out; gives what its answer is to be known by, if it has none.
    pub(super) fn take_unanswered(&mut self) -> Option<Reference> {
        let state = self.state.as_mut()?;
        state.reference.take().filter(|_| !state.answered)
    }

    /// Has the answers be known by this from now on; gives by what they were known before.
    pub(super) fn answer_as(&mut self, answering: Option<Answering>) -> Option<Answering> {
        if answering.is_none() && self.state.is_none() {
            return None;
        }
        let state = self.state.get_or_insert_default();
        let answered = std::mem::take(&mut state.answered);
        let before = state.reference.take().map(|reference| Answering { reference, answered });
        match answering {
            Some(Answering { reference, answered }) => {
                (state.reference, state.answered) = (Some(reference), answered);
            }
            None => self.shrink(),
        }
        before
    }

    /// The last bytes of the connection.
    pub(super) fn farewell(&mut self, reason: CloseReason) -> Vec<u8> {
        if let Some(ending) = self.state.as_mut().and_then(|state| state.ending.take()) {
            return ending;
        }
        let (mut words, mut bytes) = (String::new(), Vec::new());
        json::farewell(reason, self.language, &mut words);
        text(&words, &mut bytes);
        let code = if reason == CloseReason::ServerStops { CloseCode::Restart } else { CloseCode::Normal };
        close(code, "", &mut bytes);
        bytes
    }

    /// To be called when all commands have been taken and carried out: the last one needs its reference no more.
    pub(super) fn shrink(&mut self) {
        let idle = |state: &mut Box<State>| {
            state.decoder.is_idle() && state.messages.is_empty() && state.ending.is_none()
        };
        self.state.take_if(idle);
    }

    /// Whether this can have been the state of a connection.
    pub(super) fn is_sound(&self) -> bool {
        self.state.as_ref().is_none_or(|state| {
            let reference = state.reference.as_ref().is_none_or(Reference::is_sound);
            reference && state.decoder.is_sound() && state.messages.is_sound()
        })
    }

    pub(super) fn held(&self) -> usize {
        let silence = self.silence.as_ref().map_or(0, |_| size_of::<Silence>());
        silence
            + self.state.as_ref().map_or(0, |state| {
                let reference = state.reference.as_ref().map_or(0, Reference::held);
                let ending = state.ending.as_ref().map_or(0, Vec::capacity);
                size_of::<State>() + state.decoder.held() + state.messages.held() + reference + ending
            })
    }
}
