//! The dialect of one connection: bytes to commands, and how its reader wants to be written to.

use super::encode::Kind;
use super::line;
use super::line_buffer::{Ending, Framed, LineBuffer};
use super::telnet::{Met, Telnet};
use crate::chat::{Command, Language, Text, Trouble};

/// The line dialect, with telnet's commands taken out of it.
#[derive(Debug)]
pub struct Codec {
    lines: LineBuffer,
    telnet: Telnet,
    kind: Kind,
    ending_shown: bool,
    warned: bool,
    /// The client interrupted: nothing behind that counts.
    interrupted: bool,
    /// A line that has been read, behind a word about it.
    behind: Option<Box<Text>>,
}

impl Codec {
    /// A codec for somebody who has not shown anything yet.
    pub fn new(language: Language) -> Codec {
        Codec {
            lines: LineBuffer::default(),
            telnet: Telnet::default(),
            kind: Kind { language, crlf: false },
            ending_shown: false,
            warned: false,
            interrupted: false,
            behind: None,
        }
    }

    /// Takes received bytes in; adds to `answers` what telnet wants back.
    pub fn push(&mut self, input: &[u8], answers: &mut Vec<u8>) {
        self.telnet.filter(input, |met| match met {
            _ if self.interrupted => {}
            Met::Text(bytes) => self.lines.push(bytes),
            Met::Answer(bytes) => answers.extend_from_slice(&bytes),
            Met::AreYouThere => answers.extend_from_slice(b"\r\n[tertulia]\r\n"),
            Met::Interrupt => self.interrupted = true,
        });
    }

    /// Ends an unfinished line: no more input will come.
    pub fn finish(&mut self) {
        if self.interrupted {
            self.lines.discard();
        } else {
            self.lines.finish();
        }
    }

    /// Takes the next command out.
    pub fn next_command(&mut self) -> Option<Command> {
        if let Some(text) = self.behind.take() {
            return Some(line::parse(*text, self.kind.language));
        }
        let (text, intact) = match self.lines.next_line() {
            Some(Framed::Line(bytes, ending)) => {
                if !self.ending_shown {
                    self.ending_shown = true;
                    // A lone CR would put every line on top of the last: who sends CR NUL gets the full CR LF.
                    self.kind.crlf = ending != Ending::Lf;
                }
                line::decode(bytes)
            }
            Some(Framed::TooLong) => return Some(Command::Unclear(Trouble::TooLong)),
            None if self.interrupted => {
                self.lines.discard();
                return Some(Command::Quit(None));
            }
            None => return None,
        };
        if !intact && !self.warned {
            self.warned = true;
            self.behind = Some(Box::new(text));
            return Some(Command::Unclear(Trouble::NotUtf8));
        }
        Some(line::parse(text, self.kind.language))
    }

    /// Whether [`next_command`](Self::next_command) may have something without more input.
    pub fn has_unseen(&self) -> bool {
        self.lines.has_unseen() || self.behind.is_some() || self.interrupted
    }

    /// Frees memory that holds nothing; call when all commands have been taken.
    pub fn give_back(&mut self) {
        self.lines.give_back();
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Language) {
        self.kind.language = language;
    }

    /// What makes bytes for this reader differ from those for others.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Bytes of memory held for unfinished input.
    pub fn held(&self) -> usize {
        self.lines.capacity()
    }
}
