//! What a connection speaks, as far as its bytes have told. It begins undecided; so far it is decided how its lines end.
//!
//! Some programs send no line end: a name as it was typed, then every message, each in one piece. They are known by their
//! first piece, which is text of two characters or more with nothing behind it for a while. A line end, a single key, an
//! escape sequence or a telnet command tells that only line ends count, for good. What may be the beginning of a request
//! of another protocol waits for its line end.
//!
//! Invariant: no line of a client that has shown a line end or a single key is ended by time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::foreign;
use super::line::LineEnding;
use crate::limits::{CUT_CHARACTER_QUIET, FIRST_PIECE_QUIET, KEY_QUIET, PIECE_QUIET};

const ESC: u8 = 0x1b;
const IAC: u8 = 0xff;
const NUL: u8 = 0;

/// How the lines of a connection end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LineEnds {
    /// Nothing has come.
    #[default]
    Undecided,
    /// What has come may be the first piece: only quiet will tell.
    FirstPiece,
    /// By line ends, the first of which is still to come.
    Awaited,
    /// By quiet, or NUL: it sends pieces.
    Pieces,
    /// By line ends, since it sent single keys; before that it sent pieces.
    Keys,
    /// By line ends, the first of which was LF.
    Lf,
    /// By line ends, the first of which was CR.
    Cr,
}

impl LineEnds {
    /// Whether no line and no piece has come yet.
    pub(super) fn is_first(self) -> bool {
        matches!(self, LineEnds::Undecided | LineEnds::FirstPiece | LineEnds::Awaited)
    }

    /// Whether a line may end without a line end.
    pub(super) fn may_be_quiet(self) -> bool {
        matches!(self, LineEnds::Undecided | LineEnds::FirstPiece | LineEnds::Pieces)
    }

    /// What is known when `read` has come in one read, behind `begun`.
    pub(super) fn after_read(self, begun: &[u8], read: &[u8]) -> LineEnds {
        match self {
            LineEnds::Undecided if begins_piece(read) => LineEnds::FirstPiece,
            LineEnds::Undecided => LineEnds::Awaited,
            _ if read.contains(&IAC) => self.only_line_ends(),
            LineEnds::Pieces if is_key(begun) && is_key(read) => LineEnds::Keys,
            known => known,
        }
    }

    /// What is known when a line has ended so.
    pub(super) fn after_line(self, ending: LineEnding) -> LineEnds {
        match (self, ending) {
            (LineEnds::Lf | LineEnds::Cr, _) | (_, LineEnding::Quiet) => self,
            (_, LineEnding::Lf) => LineEnds::Lf,
            (_, LineEnding::Cr) => LineEnds::Cr,
        }
    }

    /// What is known when it is no sender of pieces, or not any more.
    pub(super) fn only_line_ends(self) -> LineEnds {
        match self {
            LineEnds::Undecided | LineEnds::FirstPiece => LineEnds::Awaited,
            LineEnds::Pieces => LineEnds::Keys,
            known => known,
        }
    }

    /// How long nothing may come behind `begun` before that is a piece; none: for ever. `begun` is none of a piece that is
    /// too long. `secret`: it answers a question for a password. `utf8`: all that came before was UTF-8.
    pub(super) fn quiet(self, begun: Option<&[u8]>, secret: bool, utf8: bool) -> Option<Duration> {
        match (self, begun) {
            (LineEnds::FirstPiece, _) => Some(FIRST_PIECE_QUIET),
            (LineEnds::Pieces, Some(begun)) if utf8 && is_cut(begun) => Some(CUT_CHARACTER_QUIET),
            (LineEnds::Pieces, _) if secret => Some(KEY_QUIET),
            (LineEnds::Pieces, Some(begun)) if is_key(begun) => Some(KEY_QUIET),
            (LineEnds::Pieces, _) => Some(PIECE_QUIET),
            _ => None,
        }
    }
}

/// What it is that a connection has begun with, and nothing behind it for [`FIRST_PIECE_QUIET`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// A piece.
    Piece,
    /// The beginning of something.
    Unfinished,
    /// No text.
    Other,
}

/// Judges all that has come of a connection.
pub(super) fn opening(begun: &[u8]) -> Opening {
    if !is_text(begun) {
        return Opening::Other;
    }
    match is_cut(begun) || foreign::may_be_request(begun) {
        true => Opening::Unfinished,
        false => Opening::Piece,
    }
}

/// Whether what came in the first read may be a piece, or the beginning of one.
fn begins_piece(read: &[u8]) -> bool {
    let first = read.split(|&byte| byte == NUL).next().unwrap_or_default();
    has_characters(first, 2) && is_text(read)
}

/// Whether this is UTF-8 without control characters, but for NUL, which ends a piece. Its last character may be cut.
fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("so far it is valid")
        }
        Err(_) => return false,
    };
    text.chars().all(|c| c == '\0' || !c.is_control())
}

/// Whether the last character is not whole.
fn is_cut(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let last = tail.iter().rposition(|&byte| begins_character(byte)).map_or(tail, |at| &tail[at..]);
    std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none())
}

/// Whether this is what one key of a terminal sends: a character, or an escape sequence.
fn is_key(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(&[ESC]) else {
        let begins = bytes.first().is_some_and(|&byte| byte != NUL && begins_character(byte));
        return begins && !has_characters(bytes, 2);
    };
    let sequence = rest.strip_prefix(b"[").or_else(|| rest.strip_prefix(b"O"));
    let last = sequence.map_or(rest, |sequence| {
        let parameters = sequence.iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
        &sequence[parameters..]
    });
    !has_characters(last, 2)
}

/// Whether there are so many characters, the last of which may be cut.
fn has_characters(bytes: &[u8], count: usize) -> bool {
    bytes.iter().filter(|&&byte| begins_character(byte)).take(count).count() == count
}

/// Whether a byte of UTF-8 is the first one of a character.
fn begins_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}
