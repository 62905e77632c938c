//! The dialect of one connection: bytes to commands, and how its reader wants to be written to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::line_buffer::{Framed, LineBuffer, LineEnding};
use super::parse;
use super::telnet::{Met, Telnet};
use crate::chat::{Command, Language, MonoTime, PasswordError, Question, Text, Trouble, Verb};
use crate::protocol::detect::{self, LineEnds, Opening};
use crate::protocol::foreign::{self, ForeignProtocol};
use crate::protocol::format::Format;

/// The line dialect, with telnet's commands taken out of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Codec {
    /// What has been read and is no command yet; most of the time nothing has.
    input: Option<Box<PendingInput>>,
    telnet: Telnet,
    language: Language,
    line_ends: LineEnds,
    /// What the next line answers: a question for a password.
    question: Option<Question>,
    shown: Shown,
    /// The client interrupted: nothing behind that counts.
    interrupted: bool,
}

const _: () = assert!(size_of::<Codec>() <= 16, "every silent connection has one");

/// What the lines of a connection have shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    /// None with anything in it has come: it may still be another protocol that is spoken.
    Nothing,
    /// Text.
    Text,
    /// Text that was not UTF-8, which its sender was told.
    OtherText,
}

/// Input on its way to become commands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PendingInput {
    lines: LineBuffer,
    /// A line that has been read, behind a word about it.
    behind: Option<Text>,
    /// What is spoken instead of ours: nothing of the connection counts.
    foreign: Option<ForeignProtocol>,
    /// When a read found nothing more behind what has come of a line; only of who may send pieces.
    quiet_since: Option<MonoTime>,
    ahead: Option<Box<Ahead>>,
}

/// Lines that may be passwords for which nothing asks: they were sent before their sender could read so.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ahead {
    /// How many at most.
    lines: u8,
    /// Bytes that are theirs. None: the answer has not been written, and all that comes until then is.
    bytes: Option<usize>,
    /// The last of those lines: what was sent ahead behind it may be the same again.
    last: Option<Text>,
}

impl Ahead {
    /// Bytes of memory.
    fn held(&self) -> usize {
        size_of::<Ahead>() + self.last.as_ref().map_or(0, |last| last.as_str().len())
    }
}

/// What came of one line.
enum TakenLine {
    /// A command, and whether it was one of those that may be passwords.
    Command(Command, bool),
    /// A command that nobody takes for a password, whatever was expected.
    Clear(Command),
    /// Nothing: an artefact of how lines end.
    Nothing,
    Foreign(ForeignProtocol),
}

impl PendingInput {
    /// Nothing yet, of who sends `pieces` or not.
    fn new(pieces: bool) -> Box<PendingInput> {
        let lines = if pieces { LineBuffer::of_pieces() } else { LineBuffer::default() };
        Box::new(PendingInput { lines, ..PendingInput::default() })
    }

    /// Whether the next line may be a password for which nothing asks.
    fn is_ahead(&self) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| ahead.lines > 0 && ahead.bytes != Some(0))
    }

    /// Whether `text` may be a password for which nothing asks, sent once more. What is not ends that.
    fn repeats_ahead(&mut self, text: &Text) -> bool {
        let repeats = self.ahead.as_ref().is_some_and(|ahead| ahead.last.as_ref() == Some(text));
        self.ahead.take_if(|ahead| ahead.lines == 0 && !repeats);
        repeats
    }

    /// So many bytes have been taken, and perhaps one of the lines that may be passwords.
    fn count(&mut self, bytes: usize, line: bool) {
        if let Some(ahead) = &mut self.ahead {
            ahead.lines = ahead.lines.saturating_sub(u8::from(line));
            ahead.bytes = ahead.bytes.map(|left| left.saturating_sub(bytes));
        }
        self.ahead.take_if(|ahead| ahead.lines == 0 && ahead.last.is_none() || ahead.bytes == Some(0));
    }
}

impl Codec {
    /// A codec for a client that has not shown anything yet.
    pub fn new(language: Language) -> Codec {
        Codec {
            input: None,
            telnet: Telnet::default(),
            language,
            line_ends: LineEnds::default(),
            question: None,
            shown: Shown::Nothing,
            interrupted: false,
        }
    }

    /// Takes in what came in one read; adds to `answers` what telnet wants back.
    pub fn push(&mut self, input: &[u8], answers: &mut Vec<u8>) {
        if self.line_ends.is_first() && self.opens_tls(input) {
            self.input.get_or_insert_default().foreign = Some(ForeignProtocol::Tls);
        }
        if self.foreign().is_some() {
            return;
        }
        if self.line_ends.may_be_quiet() {
            self.judge_read(input);
        }
        let pieces = self.line_ends == LineEnds::Pieces;
        self.telnet.filter(input, |met| match met {
            _ if self.interrupted => {}
            Met::Text(bytes) => self.input.get_or_insert_with(|| PendingInput::new(pieces)).lines.push(bytes),
            Met::Answer(bytes) => answers.extend_from_slice(&bytes),
            Met::AreYouThere => answers.extend_from_slice(b"\r\n[tertulia]\r\n"),
            Met::Interrupt => self.interrupted = true,
            Met::Lost => self.input.get_or_insert_with(|| PendingInput::new(pieces)).lines.lose(),
        });
    }

    /// A read has found nothing more, at `now`. Ends a piece behind which nothing has come for long enough. To be called
    /// when all commands have been taken.
    pub fn found_nothing(&mut self, now: MonoTime) {
        let Some(quiet) = self.quiet() else { return };
        let Some(input) = &mut self.input else { return };
        if now < *input.quiet_since.get_or_insert(now) + quiet {
            return;
        }
        input.quiet_since = None;
        if self.line_ends == LineEnds::FirstPiece {
            match input.lines.unfinished().map_or(Opening::Other, detect::opening) {
                Opening::Unfinished => return,
                Opening::Other => return self.line_ends = self.line_ends.only_line_ends(),
                Opening::Piece => self.line_ends = LineEnds::Pieces,
            }
        }
        input.lines.end_piece();
    }

    /// When what has come will be a piece, if nothing more comes: to be asked for input once more then.
    pub fn piece_due(&self) -> Option<MonoTime> {
        let since = self.input.as_ref()?.quiet_since?;
        Some(since + self.quiet()?)
    }

    /// Whether what has come is a piece if the connection is over.
    pub fn has_piece(&self) -> bool {
        self.line_ends == LineEnds::Pieces && self.input.as_ref().is_some_and(|input| input.lines.has_begun())
    }

    /// The next line answers `question`, and is a password; gives what asks a telnet not to show it.
    pub fn expect_answer(&mut self, question: Question) -> Option<[u8; 3]> {
        self.question = Some(question);
        if let Some(input) = &mut self.input {
            input.ahead = None;
        }
        self.telnet.hide(self.line_ends == LineEnds::Cr)
    }

    /// The next line answers no question, if one was open.
    pub fn end_question(&mut self) {
        self.question = None;
    }

    /// So many of the next lines may be passwords for which nothing asks, if they are sent before the answer that says so is
    /// [written](Self::answer_written). They are not said, and answer no question.
    pub fn disregard(&mut self, lines: u8) {
        let pieces = self.line_ends == LineEnds::Pieces;
        let input = self.input.get_or_insert_with(|| PendingInput::new(pieces));
        let before = input.ahead.take();
        let lines = before.as_ref().map_or(0, |ahead| ahead.lines).max(lines);
        input.ahead = Some(Box::new(Ahead { lines, bytes: None, last: before.and_then(|ahead| ahead.last) }));
    }

    /// Whether it has to be known when an answer is written, and what had come until then.
    pub fn awaits_writing(&self) -> bool {
        self.input.as_ref().and_then(|input| input.ahead.as_ref()).is_some_and(|ahead| ahead.bytes.is_none())
    }

    /// The answer has been written: what comes from now on was sent by a client that could read it.
    pub fn answer_written(&mut self) {
        if let Some(input) = &mut self.input
            && let Some(ahead) = &mut input.ahead
        {
            ahead.bytes.get_or_insert(input.lines.untaken());
            input.count(0, false);
            self.shrink();
        }
    }

    /// Bytes that have been read and are of no line that was taken.
    pub fn untaken(&self) -> usize {
        self.input.as_ref().map_or(0, |input| input.lines.untaken())
    }

    /// The question for a password that has not been answered.
    pub fn question(&self) -> Option<Question> {
        self.question
    }

    /// The protocol that the other side speaks instead of ours, once its first bytes have told.
    pub fn foreign(&self) -> Option<ForeignProtocol> {
        self.input.as_ref()?.foreign
    }

    /// The password has been typed; gives what lets a telnet show again what is typed.
    pub fn reveal(&mut self) -> Option<&'static [u8]> {
        self.telnet.show()
    }

    /// Ends an unfinished line: no more input will come.
    pub fn finish(&mut self) {
        if self.interrupted && self.foreign().is_none() {
            self.input = None;
        } else if let Some(input) = &mut self.input {
            if self.telnet.is_negotiating() {
                input.lines.lose();
            }
            input.lines.finish();
        }
    }

    /// Takes the next command out. There is none from a client of another protocol: see [`foreign`](Self::foreign).
    pub fn next_command(&mut self) -> Option<Command> {
        if self.interrupted && self.input.is_none() {
            return Some(Command::Quit(None));
        }
        if let Some(text) = self.input.as_mut().and_then(|input| input.behind.take()) {
            return Some(parse::parse(text));
        }
        loop {
            let input = self.input.as_mut().filter(|input| input.foreign.is_none())?;
            let (ahead, untaken) = (input.is_ahead(), input.lines.untaken());
            let taken = self.take_line(ahead);
            let input = self.input.as_mut()?;
            let bytes = untaken - input.lines.untaken();
            match taken {
                None => {
                    input.count(bytes, false);
                    break;
                }
                Some(TakenLine::Nothing) => input.count(bytes, false),
                Some(TakenLine::Command(command, counts)) => {
                    input.count(bytes, counts);
                    return Some(command);
                }
                Some(TakenLine::Clear(command)) => {
                    input.ahead = None;
                    return Some(command);
                }
                Some(TakenLine::Foreign(protocol)) => {
                    input.foreign = Some(protocol);
                    return None;
                }
            }
        }
        if self.interrupted {
            self.input = None;
            return Some(Command::Quit(None));
        }
        // A line end that ends no line is not told.
        if self.line_ends == LineEnds::Pieces
            && self.input.as_ref().is_some_and(|input| !input.lines.takes_pieces())
        {
            self.line_ends = LineEnds::Keys;
        }
        self.shrink();
        None
    }

    /// Takes the next line out. `ahead`: it may be a password for which nothing asks.
    fn take_line(&mut self, ahead: bool) -> Option<TakenLine> {
        let (first, asked) = (self.line_ends.is_first(), self.question.is_some() && !ahead);
        // Empty lines may stand before a request (RFC 9112 §2.2).
        let open = self.shown == Shown::Nothing;
        let lines = &mut self.input.as_mut()?.lines;
        let read = match lines.next_line()? {
            Framed::Line(bytes, _) if open && foreign::is_request(bytes) => {
                return Some(TakenLine::Foreign(ForeignProtocol::Http));
            }
            Framed::Line(bytes, ending) if open && foreign::is_proxy_header(bytes, ending) => {
                return Some(TakenLine::Foreign(ForeignProtocol::Proxy));
            }
            Framed::TooLong(start) if open && foreign::is_long_request(start) => {
                return Some(TakenLine::Foreign(ForeignProtocol::Http));
            }
            Framed::TooLong(_) if asked => {
                self.question = None;
                return Some(TakenLine::Command(Command::Secret(Err(PasswordError::TooLong)), false));
            }
            Framed::TooLong(start) => {
                let secrets = parse::begun(start).map_or(0, Verb::secrets);
                // Too long for a first piece; later ones end by quiet as well.
                if first {
                    self.line_ends = self.line_ends.only_line_ends();
                }
                if secrets > 0 {
                    self.disregard(secrets);
                }
                return Some(TakenLine::Command(Command::Unclear(Trouble::TooLong), ahead));
            }
            Framed::Line(bytes, ending) => {
                self.line_ends = self.line_ends.after_line(ending);
                if open && !bytes.trim_ascii().is_empty() {
                    self.shown = Shown::Text;
                }
                // LF CR, as some send for the end of a line.
                if asked && bytes.is_empty() && ending == LineEnding::Cr && self.line_ends == LineEnds::Lf {
                    return Some(TakenLine::Nothing);
                }
                if asked { Err(parse::secret(bytes)) } else { Ok(parse::decode(bytes)) }
            }
        };
        // The question is still open.
        if lines.is_incomplete() {
            return Some(TakenLine::Command(Command::Unclear(Trouble::Incomplete), ahead));
        }
        let (text, intact) = match read {
            Ok(words) => words,
            Err(secret) => {
                self.question = None;
                return Some(TakenLine::Command(Command::Secret(secret), false));
            }
        };
        if ahead {
            match parse::parse(text.clone()) {
                Command::Say { .. } if text.is_blank() => return Some(TakenLine::Nothing),
                Command::Say { .. } => {
                    self.input.as_mut()?.ahead.as_mut()?.last = Some(text);
                    return Some(TakenLine::Command(Command::Unclear(Trouble::TypedAhead), true));
                }
                command @ Command::Unclear(_) => return Some(TakenLine::Command(command, true)),
                command if intact || self.is_warned() => return Some(TakenLine::Clear(command)),
                _ => {}
            }
        }
        if self.input.as_mut()?.repeats_ahead(&text) {
            return Some(TakenLine::Command(Command::Unclear(Trouble::TypedAhead), false));
        }
        if !intact && !self.is_warned() {
            self.shown = Shown::OtherText;
            self.input.as_mut()?.behind = Some(text);
            return Some(TakenLine::Command(Command::Unclear(Trouble::NotUtf8), false));
        }
        Some(TakenLine::Command(parse::parse(text), false))
    }

    /// Whether [`next_command`](Self::next_command) may have something without more input.
    pub fn has_unseen(&self) -> bool {
        let unseen = |input: &PendingInput| {
            input.behind.is_some() || input.foreign.is_some() || input.lines.has_unseen()
        };
        self.interrupted || self.input.as_deref().is_some_and(unseen)
    }

    /// Frees memory that holds nothing; call when all commands have been taken.
    pub fn shrink(&mut self) {
        if let Some(input) = &mut self.input {
            input.lines.shrink();
            let empty = input.behind.is_none() && input.foreign.is_none() && input.ahead.is_none();
            if empty && input.lines.is_idle() {
                self.input = None;
            }
        }
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// What makes bytes for this reader differ from those for others.
    pub fn format(&self) -> Format {
        // A lone CR would put every line on top of the last: who sends one gets the full CR LF.
        Format::Line { language: self.language, crlf: self.line_ends == LineEnds::Cr }
    }

    /// Bytes of memory held for unfinished input, and to compare with what was sent ahead.
    pub fn held(&self) -> usize {
        self.input.as_ref().map_or(0, |input| {
            let ahead = input.ahead.as_ref().map_or(0, |ahead| ahead.held());
            size_of::<PendingInput>() + input.lines.capacity() + ahead
        })
    }

    /// Whether this can have been the state of a connection.
    pub(in crate::protocol) fn is_sound(&self) -> bool {
        self.input.as_ref().is_none_or(|input| input.lines.is_sound())
    }

    /// Whether the sender was told that what they send is not UTF-8.
    fn is_warned(&self) -> bool {
        self.shown == Shown::OtherText
    }

    /// How long nothing more may come before what has come is a piece, if anything has.
    fn quiet(&self) -> Option<Duration> {
        let input = self.input.as_ref().filter(|_| self.line_ends.may_be_quiet())?;
        let begun = input.lines.has_begun() && input.foreign.is_none();
        begun.then(|| {
            self.line_ends.quiet(input.lines.unfinished(), self.question.is_some(), !self.is_warned())
        })?
    }

    /// Looks at what came in one read for how its sender ends lines.
    fn judge_read(&mut self, read: &[u8]) {
        let begun = self.input.as_ref().and_then(|input| input.lines.unfinished()).unwrap_or_default();
        self.line_ends = self.line_ends.after_read(begun, read);
        if let Some(input) = &mut self.input {
            input.quiet_since = None;
            if self.line_ends != LineEnds::Pieces {
                input.lines.end_pieces();
            }
        }
    }

    /// Whether a connection of which no line has come yet opens with a handshake of TLS, now that `input` comes.
    fn opens_tls(&self, input: &[u8]) -> bool {
        let begun = self.input.as_ref().map_or(Some(&[][..]), |input| input.lines.unfinished());
        let mut bytes = begun.into_iter().flatten().chain(input);
        begun.is_some()
            && matches!((bytes.next(), bytes.next()), (Some(&a), Some(&b)) if foreign::opens_tls(a, b))
    }
}
