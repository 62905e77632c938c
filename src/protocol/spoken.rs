//! What a connection speaks.
//!
//! Each protocol is a member of [`Protocol`] with a decoder of its own, and of [`Format`] if it is written otherwise; which one it is,
//! [`opening`](super::opening) tells from the first bytes.

use serde::{Deserialize, Serialize};

use super::foreign::ForeignProtocol;
use super::format::Format;
use super::http::Parsed;
use super::json::Reference;
use super::line::Codec;
use super::opening::{First, Front, Fronted, OpeningDeadlines, Undecided, first};
use super::stored_bytes;
use super::web::{Answering, RequestHead, WebSocket};
use crate::chat::{CloseReason, Command, Language, MonoTime, Question};

/// How a connection goes on whose request for a WebSocket was granted.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    /// Bytes of the request's head.
    pub length: usize,
    /// The language of the sentences.
    pub language: Language,
    /// When that was, if it came through a proxy: such a one must not be silent for long.
    pub proxied: Option<MonoTime>,
}

/// What is spoken, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// It is not known yet.
    Undecided,
    /// Lines of text.
    Line,
    /// A request of HTTP.
    Http,
    /// JSON in the messages of a WebSocket.
    WebSocket,
}

/// What a connection speaks, and what it has sent that is no command yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Protocol(Spoken);

/// What has come of TLS before anybody looks at it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Seal(#[serde(with = "stored_bytes")] Vec<u8>);

/// What is spoken.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Spoken {
    /// It comes through a proxy, which may say first from where; behind that this is spoken.
    Fronted(Box<(Fronted, Protocol)>),
    /// It is not known yet.
    Undecided(Box<Undecided>),
    /// It goes on in TLS, of which this has come; in it this is spoken.
    Sealed(Box<(Seal, Protocol)>),
    /// Lines of text, with or without telnet's commands.
    Line(Codec),
    /// A request of HTTP, the head of which is coming.
    Http(Box<RequestHead>),
    /// JSON in the messages of a WebSocket.
    WebSocket(Box<WebSocket>),
}

const _: () = assert!(size_of::<Protocol>() <= 16, "every silent connection has one");

impl Protocol {
    /// Of a connection that has not shown anything yet.
    pub fn undecided(language: Language, deadlines: OpeningDeadlines) -> Protocol {
        let undecided = Undecided { language, deadlines, bytes: Vec::new(), may_seal: false };
        Protocol(Spoken::Undecided(Box::new(undecided)))
    }

    /// The same where what is spoken may be spoken in TLS.
    pub fn undecided_or_sealed(language: Language, deadlines: OpeningDeadlines) -> Protocol {
        let undecided = Undecided { language, deadlines, bytes: Vec::new(), may_seal: true };
        Protocol(Spoken::Undecided(Box::new(undecided)))
    }

    /// Lines, whatever comes.
    pub fn lines(language: Language) -> Protocol {
        Protocol(Spoken::Line(Codec::new(language)))
    }

    /// A request, which has to be there by then.
    pub fn request_until(until: MonoTime) -> Protocol {
        Protocol(Spoken::Http(Box::new(RequestHead::new(Vec::new(), until))))
    }

    /// The same in TLS.
    pub fn sealed(self) -> Protocol {
        Protocol(Spoken::Sealed(Box::new((Seal::default(), self))))
    }

    /// Whether it goes on in TLS, until that is [taken](Self::take_seal).
    pub fn is_sealed(&self) -> bool {
        matches!(self.0, Spoken::Sealed(_))
    }

    /// Goes on in TLS; gives what has come of it.
    pub fn take_seal(&mut self) -> Vec<u8> {
        let Spoken::Sealed(sealed) = &mut self.0 else { return Vec::new() };
        let (bytes, then) = &mut **sealed;
        let bytes = std::mem::take(&mut bytes.0);
        self.0 = std::mem::replace(&mut then.0, Spoken::Line(Codec::new(Language::default())));
        bytes
    }

    /// What a connection speaks has to be shown by then, as it could not be before.
    pub fn set_deadlines(&mut self, deadlines: OpeningDeadlines) {
        match &mut self.0 {
            Spoken::Undecided(undecided) => undecided.deadlines = deadlines,
            Spoken::Http(head) => head.until = deadlines.request,
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Line(_) | Spoken::WebSocket(_) => {}
        }
    }

    /// The same behind the header of a proxy, if there is one; it has to begin, and to end, in time.
    pub fn behind_proxy(self, deadlines: OpeningDeadlines) -> Protocol {
        Protocol(Spoken::Fronted(Box::new((Fronted::new(deadlines), self))))
    }

    /// What stands in front of a connection from a proxy, once that can be told, until it is [taken](Self::take_front).
    pub fn front(&self) -> Option<Front> {
        if let Spoken::Fronted(fronted) = &self.0 { fronted.0.front() } else { None }
    }

    /// Goes on behind what stands in front, with other deadlines if there are any.
    pub fn take_front(&mut self, deadlines: Option<OpeningDeadlines>, answers: &mut Vec<u8>) {
        let Spoken::Fronted(fronted) = &mut self.0 else { return };
        let (fronted, then) = &mut **fronted;
        let behind = fronted.bytes.split_off(fronted.length());
        self.0 = std::mem::replace(&mut then.0, Spoken::Line(Codec::new(Language::default())));
        if let Some(deadlines) = deadlines {
            self.set_deadlines(deadlines);
        }
        if !behind.is_empty() {
            self.push(&behind, answers);
        }
    }

    /// What is spoken, as far as it is known.
    pub fn family(&self) -> Family {
        match &self.0 {
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) => Family::Undecided,
            Spoken::Line(_) => Family::Line,
            Spoken::Http(_) => Family::Http,
            Spoken::WebSocket(_) => Family::WebSocket,
        }
    }

    /// Takes in what came in one read; adds to `answers` what the protocol itself wants back, without any command.
    pub fn push(&mut self, input: &[u8], answers: &mut Vec<u8>) {
        match &mut self.0 {
            Spoken::Fronted(fronted) => fronted.0.bytes.extend_from_slice(input),
            Spoken::Undecided(undecided) => {
                undecided.bytes.extend_from_slice(input);
                match first(&undecided.bytes) {
                    First::Nothing => {}
                    First::Tls if undecided.may_seal => {
                        let inside = Protocol::undecided(undecided.language, undecided.deadlines);
                        let begun = Seal(std::mem::take(&mut undecided.bytes));
                        self.0 = Spoken::Sealed(Box::new((begun, inside)));
                    }
                    First::Line | First::Tls => self.decide_line(answers),
                    First::Http => {
                        let bytes = std::mem::take(&mut undecided.bytes);
                        self.0 = Spoken::Http(Box::new(RequestHead::new(bytes, undecided.deadlines.request)));
                    }
                }
            }
            Spoken::Sealed(sealed) => sealed.0.0.extend_from_slice(input),
            Spoken::Line(codec) => codec.push(input, answers),
            Spoken::Http(head) => head.push(input),
            Spoken::WebSocket(socket) => socket.push(input, answers),
        }
    }

    /// A read has found nothing more: that may end what has come. Adds to `answers` what the protocol itself wants to say then. To be
    /// called when all commands have been taken.
    pub fn found_nothing(&mut self, now: MonoTime, answers: &mut Vec<u8>) {
        match &mut self.0 {
            Spoken::Fronted(fronted) => fronted.0.late = now >= fronted.0.due(),
            Spoken::Undecided(undecided) => {
                if now >= undecided.deadlines.line {
                    self.decide_line(answers);
                }
            }
            Spoken::Sealed(_) => {}
            Spoken::Line(codec) => codec.found_nothing(now),
            Spoken::Http(head) => head.found_nothing(now),
            Spoken::WebSocket(socket) => socket.found_nothing(now, answers),
        }
    }

    /// When what has come will be whole, or too late, if nothing more comes: to be asked for input once more then.
    pub fn piece_due(&self) -> Option<MonoTime> {
        match &self.0 {
            Spoken::Fronted(fronted) => Some(fronted.0.due()),
            Spoken::Undecided(undecided) => Some(undecided.deadlines.line),
            Spoken::Sealed(_) => None,
            Spoken::Line(codec) => codec.piece_due(),
            Spoken::Http(head) => Some(head.until),
            Spoken::WebSocket(socket) => socket.due(),
        }
    }

    /// Whether what has come counts though the connection broke behind it.
    pub fn has_piece(&self) -> bool {
        self.line().is_some_and(Codec::has_piece)
    }

    /// Whether the client has ended its side by what it has sent.
    pub fn has_left_off(&self) -> bool {
        if let Spoken::WebSocket(socket) = &self.0 { socket.has_left_off() } else { false }
    }

    /// How a client has ended that has ended its side.
    pub fn ending(&self) -> CloseReason {
        match &self.0 {
            Spoken::WebSocket(socket) if socket.goes_away() => CloseReason::GoneAway,
            _ => CloseReason::EndOfInput,
        }
    }

    /// No more input will come: ends what is unfinished.
    pub fn finish(&mut self) {
        if let Spoken::Fronted(fronted) = &mut self.0 {
            fronted.0.late = true;
        }
        if let Spoken::Undecided(undecided) = &self.0
            && !undecided.bytes.is_empty()
        {
            self.decide_line(&mut Vec::new());
        }
        if let Spoken::Line(codec) = &mut self.0 {
            codec.finish();
        }
    }

    /// Takes the next command out. There is none of a client that speaks a [`foreign`](Self::foreign) protocol.
    pub fn next_command(&mut self) -> Option<Command> {
        match &mut self.0 {
            Spoken::Line(codec) => codec.next_command(),
            Spoken::WebSocket(socket) => socket.next_command(),
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => None,
        }
    }

    /// Whether [`next_command`](Self::next_command) may have something without more input.
    pub fn has_unseen(&self) -> bool {
        match &self.0 {
            Spoken::Line(codec) => codec.has_unseen(),
            Spoken::WebSocket(socket) => socket.has_unseen(),
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => false,
        }
    }

    /// Whether the client speaks so that it can be let in.
    pub fn is_decided(&self) -> bool {
        matches!(self.0, Spoken::Line(_) | Spoken::WebSocket(_))
    }

    /// The connection speaks lines, if it has not shown anything else yet: nobody waits for it any longer.
    pub fn stop_waiting(&mut self) {
        self.take_front(None, &mut Vec::new());
        if let Spoken::Undecided(_) = self.0 {
            self.decide_line(&mut Vec::new());
        }
    }

    /// The request that has come, or why it is none.
    pub fn request(&self) -> Option<Parsed> {
        if let Spoken::Http(head) = &self.0 { head.request() } else { None }
    }

    /// A request has been answered: nothing of it is kept.
    pub fn forget_request(&mut self) {
        if let Spoken::Http(head) = &mut self.0 {
            **head = RequestHead::new(Vec::new(), head.until);
        }
    }

    /// A request was granted: what follows it is a WebSocket.
    pub fn upgrade(&mut self, granted: Granted, answers: &mut Vec<u8>) {
        if let Spoken::Http(head) = &self.0 {
            let mut socket = Box::new(WebSocket::new(granted.language, granted.proxied));
            let behind = head.behind(granted.length);
            if !behind.is_empty() {
                socket.push(behind, answers);
            }
            self.0 = Spoken::WebSocket(socket);
        }
    }

    /// The protocol that is spoken instead of ours, once its first bytes have told.
    pub fn foreign(&self) -> Option<ForeignProtocol> {
        self.line()?.foreign()
    }

    /// What comes next answers `question`, and is a password; gives what asks the client not to show it.
    pub fn expect_answer(&mut self, question: Question) -> Option<[u8; 3]> {
        match &mut self.0 {
            Spoken::Line(codec) => codec.expect_answer(question),
            Spoken::WebSocket(socket) => {
                socket.expect_answer(question);
                None
            }
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => None,
        }
    }

    /// What comes next answers no question, if one was open.
    pub fn end_question(&mut self) {
        match &mut self.0 {
            Spoken::Line(codec) => codec.end_question(),
            Spoken::WebSocket(socket) => socket.end_question(),
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => {}
        }
    }

    /// The question for a password that has not been answered, where what comes between has to be followed by it again.
    pub fn question(&self) -> Option<Question> {
        self.line()?.question()
    }

    /// The password has been typed; gives what lets the client show again what is typed.
    pub fn reveal(&mut self) -> Option<&'static [u8]> {
        self.line_mut()?.reveal()
    }

    /// So many of the next lines may be passwords for which nothing asks: see [`Codec::disregard`]. A program does not take one
    /// for the other.
    pub fn disregard(&mut self, lines: u8) {
        if let Some(codec) = self.line_mut() {
            codec.disregard(lines);
        }
    }

    /// Whether it has to be known when an answer is written, and what had come until then.
    pub fn awaits_writing(&self) -> bool {
        self.line().is_some_and(Codec::awaits_writing)
    }

    /// The answer has been written: what comes from now on was sent after it could be read.
    pub fn answer_written(&mut self) {
        if let Some(codec) = self.line_mut() {
            codec.answer_written();
        }
    }

    /// Bytes that have been read and are of nothing that was taken.
    pub fn untaken(&self) -> usize {
        self.line().map_or(0, Codec::untaken)
    }

    /// What the answers to the command that is being carried out are to be known by.
    pub fn reference(&mut self) -> Option<&Reference> {
        if let Spoken::WebSocket(socket) = &mut self.0 { socket.reference() } else { None }
    }

    /// The command has been carried out; gives what its answer is to be known by, if it has none.
    pub fn take_unanswered(&mut self) -> Option<Reference> {
        if let Spoken::WebSocket(socket) = &mut self.0 { socket.take_unanswered() } else { None }
    }

    /// Has the answers be known by this from now on; gives by what they were known before.
    pub fn answer_as(&mut self, answering: Option<Answering>) -> Option<Answering> {
        if let Spoken::WebSocket(socket) = &mut self.0 { socket.answer_as(answering) } else { None }
    }

    /// What the client gets last, behind all that waits.
    pub fn farewell(&mut self, reason: CloseReason) -> Vec<u8> {
        if let Spoken::WebSocket(socket) = &mut self.0 { socket.farewell(reason) } else { Vec::new() }
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Language) {
        match &mut self.0 {
            Spoken::Undecided(undecided) => undecided.language = language,
            Spoken::Line(codec) => codec.speak(language),
            Spoken::WebSocket(socket) => socket.speak(language),
            Spoken::Fronted(fronted) => fronted.1.speak(language),
            Spoken::Sealed(sealed) => sealed.1.speak(language),
            Spoken::Http(_) => {}
        }
    }

    /// How the client wants to be written to.
    pub fn format(&self) -> Format {
        match &self.0 {
            Spoken::Line(codec) => codec.format(),
            Spoken::WebSocket(socket) => Format::Json { language: socket.language() },
            // Nothing is told to those.
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => {
                Format::Line { language: Language::default(), crlf: true }
            }
        }
    }

    /// Frees memory that holds nothing; call when all commands have been taken.
    pub fn shrink(&mut self) {
        match &mut self.0 {
            Spoken::Line(codec) => codec.shrink(),
            Spoken::WebSocket(socket) => socket.shrink(),
            Spoken::Fronted(_) | Spoken::Sealed(_) | Spoken::Undecided(_) | Spoken::Http(_) => {}
        }
    }

    /// Bytes of memory held for input that is no command yet.
    pub fn held(&self) -> usize {
        match &self.0 {
            Spoken::Fronted(fronted) => {
                size_of::<(Fronted, Protocol)>() + fronted.0.bytes.capacity() + fronted.1.held()
            }
            Spoken::Undecided(undecided) => size_of::<Undecided>() + undecided.bytes.capacity(),
            Spoken::Sealed(sealed) => size_of::<(Seal, Protocol)>() + sealed.0.0.capacity() + sealed.1.held(),
            Spoken::Line(codec) => codec.held(),
            Spoken::Http(head) => head.held(),
            Spoken::WebSocket(socket) => size_of::<WebSocket>() + socket.held(),
        }
    }

    /// Whether what was written down of a connection can have been one's state.
    pub fn is_sound(&self) -> bool {
        match &self.0 {
            Spoken::Fronted(fronted) => fronted.1.is_sound() && !matches!(fronted.1.0, Spoken::Fronted(_)),
            Spoken::Sealed(sealed) => {
                sealed.1.is_sound() && !matches!(sealed.1.0, Spoken::Fronted(_) | Spoken::Sealed(_))
            }
            Spoken::Undecided(_) | Spoken::Http(_) => true,
            Spoken::Line(codec) => codec.is_sound(),
            Spoken::WebSocket(socket) => socket.is_sound(),
        }
    }

    fn decide_line(&mut self, answers: &mut Vec<u8>) {
        if let Spoken::Undecided(undecided) = &self.0 {
            let mut codec = Codec::new(undecided.language);
            if !undecided.bytes.is_empty() {
                codec.push(&undecided.bytes, answers);
            }
            self.0 = Spoken::Line(codec);
        }
    }

    fn line(&self) -> Option<&Codec> {
        if let Spoken::Line(codec) = &self.0 { Some(codec) } else { None }
    }

    fn line_mut(&mut self) -> Option<&mut Codec> {
        if let Spoken::Line(codec) = &mut self.0 { Some(codec) } else { None }
    }
}
