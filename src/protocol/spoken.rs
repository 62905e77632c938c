//! What a connection speaks.
//!
//! One protocol so far. Another one is a member of [`Protocol`] with a decoder of its own, and of [`Format`] if it is written
//! otherwise; which one it is, [`detect`](super::detect) has to tell from the first bytes.

use super::foreign::ForeignProtocol;
use super::format::Format;
use super::line::Codec;
use crate::chat::{Command, Language, MonoTime, Question};

/// What a connection speaks, and what it has sent that is no command yet.
#[derive(Debug)]
pub enum Protocol {
    /// Lines of text, with or without telnet's commands.
    Line(Codec),
}

impl Protocol {
    /// What a connection speaks that has not shown anything yet.
    pub fn new(language: Language) -> Protocol {
        Protocol::Line(Codec::new(language))
    }

    /// Takes in what came in one read; adds to `answers` what the protocol itself wants back, without any command.
    pub fn push(&mut self, input: &[u8], answers: &mut Vec<u8>) {
        match self {
            Protocol::Line(codec) => codec.push(input, answers),
        }
    }

    /// A read has found nothing more: that may end what has come. To be called when all commands have been taken.
    pub fn found_nothing(&mut self, now: MonoTime) {
        match self {
            Protocol::Line(codec) => codec.found_nothing(now),
        }
    }

    /// When what has come will be whole if nothing more comes: to be asked for input once more then.
    pub fn piece_due(&self) -> Option<MonoTime> {
        match self {
            Protocol::Line(codec) => codec.piece_due(),
        }
    }

    /// Whether what has come counts though the connection broke behind it.
    pub fn has_piece(&self) -> bool {
        match self {
            Protocol::Line(codec) => codec.has_piece(),
        }
    }

    /// No more input will come: ends what is unfinished.
    pub fn finish(&mut self) {
        match self {
            Protocol::Line(codec) => codec.finish(),
        }
    }

    /// Takes the next command out. There is none of a client that speaks a [`foreign`](Self::foreign) protocol.
    pub fn next_command(&mut self) -> Option<Command> {
        match self {
            Protocol::Line(codec) => codec.next_command(),
        }
    }

    /// Whether [`next_command`](Self::next_command) may have something without more input.
    pub fn has_unseen(&self) -> bool {
        match self {
            Protocol::Line(codec) => codec.has_unseen(),
        }
    }

    /// The protocol that is spoken instead of ours, once its first bytes have told.
    pub fn foreign(&self) -> Option<ForeignProtocol> {
        match self {
            Protocol::Line(codec) => codec.foreign(),
        }
    }

    /// What comes next answers `question`, and is a password; gives what asks the client not to show it.
    pub fn expect_answer(&mut self, question: Question) -> Option<[u8; 3]> {
        match self {
            Protocol::Line(codec) => codec.expect_answer(question),
        }
    }

    /// The question for a password that has not been answered.
    pub fn question(&self) -> Option<Question> {
        match self {
            Protocol::Line(codec) => codec.question(),
        }
    }

    /// The password has been typed; gives what lets the client show again what is typed.
    pub fn reveal(&mut self) -> Option<&'static [u8]> {
        match self {
            Protocol::Line(codec) => codec.reveal(),
        }
    }

    /// So many of the next lines may be passwords for which nothing asks: see [`Codec::disregard`].
    pub fn disregard(&mut self, lines: u8) {
        match self {
            Protocol::Line(codec) => codec.disregard(lines),
        }
    }

    /// Whether it has to be known when an answer is written, and what had come until then.
    pub fn awaits_writing(&self) -> bool {
        match self {
            Protocol::Line(codec) => codec.awaits_writing(),
        }
    }

    /// The answer has been written: what comes from now on was sent after it could be read.
    pub fn answer_written(&mut self) {
        match self {
            Protocol::Line(codec) => codec.answer_written(),
        }
    }

    /// Bytes that have been read and are of nothing that was taken.
    pub fn untaken(&self) -> usize {
        match self {
            Protocol::Line(codec) => codec.untaken(),
        }
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Language) {
        match self {
            Protocol::Line(codec) => codec.speak(language),
        }
    }

    /// How the client wants to be written to.
    pub fn format(&self) -> Format {
        match self {
            Protocol::Line(codec) => codec.format(),
        }
    }

    /// Frees memory that holds nothing; call when all commands have been taken.
    pub fn shrink(&mut self) {
        match self {
            Protocol::Line(codec) => codec.shrink(),
        }
    }

    /// Bytes of memory held for input that is no command yet.
    pub fn held(&self) -> usize {
        match self {
            Protocol::Line(codec) => codec.held(),
        }
    }
}
