//! The dialect of one connection: bytes to commands, and how its reader wants to be written to.

use std::time::Duration;

use super::detect::{self, LineEnds, Opening};
use super::encode::Kind;
use super::foreign::{self, Protocol};
use super::line;
use super::line_buffer::{Framed, LineBuffer};
use super::telnet::{Met, Telnet};
use crate::chat::{Command, Language, Moment, PasswordError, Question, Text, Trouble};

/// The line dialect, with telnet's commands taken out of it.
#[derive(Debug)]
pub struct Codec {
    /// What has been read and is no command yet; most of the time nothing has.
    input: Option<Box<Input>>,
    telnet: Telnet,
    language: Language,
    line_ends: LineEnds,
    /// What the next line answers: a question for a password.
    question: Option<Question>,
    warned: bool,
    /// The client interrupted: nothing behind that counts.
    interrupted: bool,
}

/// Input on its way to become commands.
#[derive(Debug, Default)]
struct Input {
    lines: LineBuffer,
    /// A line that has been read, behind a word about it.
    behind: Option<Text>,
    /// What is spoken instead of ours: nothing of the connection counts.
    foreign: Option<Protocol>,
    /// When a read found nothing more behind what has come of a line; only of who may send pieces.
    quiet_since: Option<Moment>,
}

impl Input {
    /// Nothing yet, of who sends `pieces` or not.
    fn new(pieces: bool) -> Box<Input> {
        let lines = if pieces { LineBuffer::of_pieces() } else { LineBuffer::default() };
        Box::new(Input { lines, ..Input::default() })
    }
}

impl Codec {
    /// A codec for somebody who has not shown anything yet.
    pub fn new(language: Language) -> Codec {
        Codec {
            input: None,
            telnet: Telnet::default(),
            language,
            line_ends: LineEnds::default(),
            question: None,
            warned: false,
            interrupted: false,
        }
    }

    /// Takes in what came in one read; adds to `answers` what telnet wants back.
    pub fn push(&mut self, input: &[u8], answers: &mut Vec<u8>) {
        if self.line_ends.is_first() && self.opens_tls(input) {
            self.input.get_or_insert_default().foreign = Some(Protocol::Tls);
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
            Met::Text(bytes) => self.input.get_or_insert_with(|| Input::new(pieces)).lines.push(bytes),
            Met::Answer(bytes) => answers.extend_from_slice(&bytes),
            Met::AreYouThere => answers.extend_from_slice(b"\r\n[tertulia]\r\n"),
            Met::Interrupt => self.interrupted = true,
        });
    }

    /// A read has found nothing more, at `now`. Ends a piece behind which nothing has come for long enough. To be called
    /// when all commands have been taken.
    pub fn found_nothing(&mut self, now: Moment) {
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
    pub fn piece_due(&self) -> Option<Moment> {
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
        self.telnet.hide(self.kind().crlf)
    }

    /// The question for a password that has not been answered.
    pub fn question(&self) -> Option<Question> {
        self.question
    }

    /// The protocol that the other side speaks instead of ours, once its first bytes have told.
    pub fn foreign(&self) -> Option<Protocol> {
        self.input.as_ref()?.foreign
    }

    /// The password has been typed; gives what lets a telnet show again what is typed.
    pub fn reveal(&mut self) -> Option<&'static [u8]> {
        self.telnet.show()
    }

    /// Ends an unfinished line: no more input will come.
    pub fn finish(&mut self) {
        if self.interrupted {
            self.input = None;
        } else if let Some(input) = &mut self.input {
            input.lines.finish();
        }
    }

    /// Takes the next command out. There is none of whoever speaks another protocol: see [`foreign`](Self::foreign).
    pub fn next_command(&mut self) -> Option<Command> {
        if self.interrupted && self.input.is_none() {
            return Some(Command::Quit(None));
        }
        let first = self.line_ends.is_first();
        let input = self.input.as_mut().filter(|input| input.foreign.is_none())?;
        if let Some(text) = input.behind.take() {
            return Some(line::parse(text, self.language));
        }
        let (text, intact) = match input.lines.next_line() {
            Some(Framed::Line(bytes, _)) if first && foreign::is_request(bytes) => {
                input.foreign = Some(Protocol::Http);
                return None;
            }
            Some(Framed::Line(bytes, ending)) => {
                self.line_ends = self.line_ends.after_line(ending);
                if self.question.take().is_some() {
                    return Some(Command::Secret(line::secret(bytes)));
                }
                line::decode(bytes)
            }
            Some(Framed::TooLong(start)) if first && foreign::is_long_request(start) => {
                input.foreign = Some(Protocol::Http);
                return None;
            }
            Some(Framed::TooLong(_)) if self.question.take().is_some() => {
                return Some(Command::Secret(Err(PasswordError::TooLong)));
            }
            Some(Framed::TooLong(_)) => {
                // Too long for a first piece; later ones end by quiet as well.
                if first {
                    self.line_ends = self.line_ends.only_line_ends();
                }
                return Some(Command::Unclear(Trouble::TooLong));
            }
            None if self.interrupted => {
                self.input = None;
                return Some(Command::Quit(None));
            }
            None => {
                // The end of a line that is too long is not told.
                if self.line_ends == LineEnds::Pieces && !input.lines.takes_pieces() {
                    self.line_ends = LineEnds::Keys;
                }
                self.give_back();
                return None;
            }
        };
        if !intact && !self.warned {
            self.warned = true;
            input.behind = Some(text);
            return Some(Command::Unclear(Trouble::NotUtf8));
        }
        Some(line::parse(text, self.language))
    }

    /// Whether [`next_command`](Self::next_command) may have something without more input.
    pub fn has_unseen(&self) -> bool {
        let unseen =
            |input: &Input| input.behind.is_some() || input.foreign.is_some() || input.lines.has_unseen();
        self.interrupted || self.input.as_deref().is_some_and(unseen)
    }

    /// Frees memory that holds nothing; call when all commands have been taken.
    pub fn give_back(&mut self) {
        if let Some(input) = &mut self.input {
            input.lines.give_back();
            if input.behind.is_none() && input.foreign.is_none() && input.lines.is_idle() {
                self.input = None;
            }
        }
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// What makes bytes for this reader differ from those for others.
    pub fn kind(&self) -> Kind {
        // A lone CR would put every line on top of the last: who sends one gets the full CR LF.
        Kind { language: self.language, crlf: self.line_ends == LineEnds::Cr }
    }

    /// Bytes of memory held for unfinished input.
    pub fn held(&self) -> usize {
        self.input.as_ref().map_or(0, |input| size_of::<Input>() + input.lines.capacity())
    }

    /// How long nothing more may come before what has come is a piece, if anything has.
    fn quiet(&self) -> Option<Duration> {
        let input = self.input.as_ref().filter(|_| self.line_ends.may_be_quiet())?;
        let begun = input.lines.has_begun() && input.foreign.is_none();
        begun
            .then(|| self.line_ends.quiet(input.lines.unfinished(), self.question.is_some(), !self.warned))?
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
