//! Bytes in, lines out: the framing of the line dialect.
//!
//! Invariants: every way of cutting the input into reads gives the same lines; no byte is looked at twice; what is held
//! is at most one unfinished line and the read that was added last; nothing is held while nothing waits.
//!
//! Of senders without line ends the first two hold between two quiet moments only: quiet ends a line where it comes, and the
//! first one has what came before looked at once more, for NULs. Who is such a sender is decided elsewhere.

use serde::{Deserialize, Serialize};

use crate::limits::LINE_MAX_BYTES;
use crate::protocol::stored_bytes;

const LF: u8 = b'\n';
const CR: u8 = b'\r';
const NUL: u8 = 0;

/// What an unfinished line may hold without being shrunk to what it needs.
const KEPT_BYTES: usize = 64;

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnding {
    /// LF, as `nc` sends it.
    Lf,
    /// CR. An LF (telnet) or a NUL (telnet at a terminal that takes each key by itself) directly behind it belongs to
    /// it, whenever it comes: the line does not wait for it. So does CR LF, which is what becomes of CR LF where each LF is
    /// made a CR LF once more.
    Cr,
    /// NUL, or nothing at all for a while, as programs send it that know no line ends.
    Quiet,
}

/// What the bytes before the next one were, as far as it may belong to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Before {
    #[default]
    Text,
    /// A CR, which ended a line.
    Cr,
    /// The same, and its NUL.
    CrNul,
    /// The same, and another CR. An LF would make it part of that ending; without one it ends an empty line.
    CrCr,
}

/// What [`LineBuffer::next_line`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A line without its ending.
    Line(&'a [u8], LineEnding),
    /// A line longer than [`LINE_MAX_BYTES`]: as many of its bytes. Said once, when it becomes too long; it is dropped up
    /// to its end.
    TooLong(&'a [u8]),
}

/// The bytes of one connection that are not lines yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LineBuffer {
    #[serde(with = "stored_bytes")]
    bytes: Vec<u8>,
    /// Where the unfinished line begins.
    start: u32,
    /// Up to where it has been looked through.
    scanned: u32,
    /// Inside a line that is too long.
    skipping: bool,
    before: Before,
    /// No more input will come.
    ended: bool,
    /// Its sender sends pieces, without line ends: NUL ends one as well. A line end puts an end to that.
    pieces: bool,
    /// Where bytes are missing that have been lost; few, and seldom any.
    gaps: Vec<u32>,
    /// Whether bytes are missing in the line that was taken last.
    incomplete: bool,
}

impl LineBuffer {
    /// The buffer of a sender who sends pieces, without line ends.
    pub fn of_pieces() -> LineBuffer {
        LineBuffer { pieces: true, ..LineBuffer::default() }
    }

    /// Adds what was received. Take all lines out before adding more, or more is held than the law says.
    pub fn push(&mut self, input: &[u8]) {
        // By doubling, but not beyond the longest line.
        let needed = self.bytes.len() + input.len();
        if needed > self.bytes.capacity() {
            let doubled = (2 * self.bytes.capacity()).min(LINE_MAX_BYTES);
            self.bytes.reserve_exact(needed.max(doubled) - self.bytes.len());
        }
        self.bytes.extend_from_slice(input);
    }

    /// Bytes were lost between what has been added and what is added next.
    pub fn lose(&mut self) {
        self.gaps.push(self.bytes.len() as u32);
    }

    /// Ends an unfinished line: no more input will come.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// Ends what has come of a piece: nothing came behind it for a while.
    pub fn end_piece(&mut self) {
        if !std::mem::replace(&mut self.pieces, true) {
            self.scanned = self.start;
        }
        self.push(&[NUL]);
    }

    /// Its sender sends no pieces any more: only line ends count.
    pub fn end_pieces(&mut self) {
        self.pieces = false;
    }

    /// Forgets an unfinished line.
    pub fn discard(&mut self) {
        *self = LineBuffer::default();
    }

    /// Takes the next line out.
    pub fn next_line(&mut self) -> Option<Framed<'_>> {
        self.incomplete = false;
        if self.complete_ending() {
            return Some(Framed::Line(&[], LineEnding::Cr));
        }
        let mut at = self.scanned as usize;
        while at < self.bytes.len() || self.end_unfinished() {
            let (byte, start) = (self.bytes[at], self.start as usize);
            if byte <= CR
                && let Some(ending) = self.ending(byte)
            {
                self.incomplete = self.gaps.first().is_some_and(|&gap| gap as usize <= at);
                self.consume_through(at);
                self.before = if ending == LineEnding::Cr { Before::Cr } else { Before::Text };
                // Several NULs end one piece, and a line end that comes late, alone, is that of the piece before it.
                let nothing = self.pieces && start == at;
                self.pieces &= ending == LineEnding::Quiet;
                if std::mem::take(&mut self.skipping) || nothing {
                    self.incomplete = false;
                    if self.complete_ending() {
                        return Some(Framed::Line(&[], LineEnding::Cr));
                    }
                    at = self.scanned as usize;
                    continue;
                }
                return Some(Framed::Line(&self.bytes[start..at], ending));
            }
            if self.skipping {
                self.consume_through(at);
            } else if at + 1 - start >= LINE_MAX_BYTES {
                self.skipping = true;
                self.consume_through(at);
                return Some(Framed::TooLong(&self.bytes[start..=at]));
            }
            at += 1;
        }
        self.scanned = at as u32;
        self.shrink();
        None
    }

    /// Frees what holds nothing: all of it, or the room that lines left in front of an unfinished one.
    pub fn shrink(&mut self) {
        let unfinished = self.bytes.len() - self.start as usize;
        if unfinished == 0 {
            self.bytes = Vec::new();
        } else if self.start > 0 {
            self.bytes.drain(..self.start as usize);
        }
        if self.bytes.capacity() > 2 * unfinished.max(KEPT_BYTES) {
            self.bytes.shrink_to(unfinished);
        }
        self.gaps.iter_mut().for_each(|gap| *gap -= self.start);
        self.scanned -= self.start;
        self.start = 0;
    }

    /// Whether [`next_line`](Self::next_line) may have something: bytes that were not looked at yet.
    pub fn has_unseen(&self) -> bool {
        let unfinished = self.is_unfinished() || self.before == Before::CrCr;
        (self.scanned as usize) < self.bytes.len() || self.ended && unfinished
    }

    /// Whether bytes are missing in the line that [`next_line`](Self::next_line) gave last.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// How many bytes have been added that are of no line which was taken.
    pub fn untaken(&self) -> usize {
        self.bytes.len() - self.start as usize
    }

    /// What there is of the next line. None: one that is too long is being dropped.
    pub fn unfinished(&self) -> Option<&[u8]> {
        (!self.skipping).then(|| &self.bytes[self.start as usize..])
    }

    /// Whether something of a line has come and its end has not, also of one that is being dropped.
    pub fn has_begun(&self) -> bool {
        self.skipping || self.is_unfinished()
    }

    /// Whether its sender sends pieces, without line ends.
    pub fn takes_pieces(&self) -> bool {
        self.pieces
    }

    /// Whether it is as it was at first: nothing waits, no line is being dropped, and no LF would be passed over.
    pub fn is_idle(&self) -> bool {
        self.bytes.is_empty() && !self.skipping && self.before == Before::Text && self.gaps.is_empty()
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity() + size_of::<u32>() * self.gaps.capacity()
    }

    /// Whether this can have been the state of a connection.
    pub(in crate::protocol) fn is_sound(&self) -> bool {
        let (start, scanned, length) = (self.start as usize, self.scanned as usize, self.bytes.len());
        let places = [start, scanned, length];
        let gaps = self.gaps.iter().map(|&gap| gap as usize);
        places.is_sorted()
            && self.gaps.is_sorted()
            && gaps.into_iter().all(|gap| (start..=length).contains(&gap))
    }

    /// The end of a line that `byte` is, if it is one.
    fn ending(&self, byte: u8) -> Option<LineEnding> {
        match byte {
            LF => Some(LineEnding::Lf),
            CR => Some(LineEnding::Cr),
            NUL if self.pieces => Some(LineEnding::Quiet),
            _ => None,
        }
    }

    fn is_unfinished(&self) -> bool {
        !self.skipping && self.start as usize != self.bytes.len()
    }

    /// At the end of what there is, says once whether a line without ending is left of it; it gets one.
    fn end_unfinished(&mut self) -> bool {
        let ends = std::mem::take(&mut self.ended) && self.is_unfinished();
        if ends {
            self.bytes.push(LF);
        }
        ends
    }

    /// Passes over what belongs to a CR. Says whether a second CR did not, but ended an empty line: it does not wait long,
    /// for an LF would have come with it.
    fn complete_ending(&mut self) -> bool {
        while let Some(&byte) = self.bytes.get(self.scanned as usize)
            && self.before != Before::Text
        {
            if self.gaps.first() == Some(&self.scanned) {
                return std::mem::take(&mut self.before) == Before::CrCr;
            }
            let (before, belongs) = match (self.before, byte) {
                (_, LF) => (Before::Text, true),
                (_, CR) => (Before::CrCr, true),
                (Before::Cr | Before::CrCr, NUL) => (Before::CrNul, true),
                _ => (Before::Text, false),
            };
            if belongs {
                self.consume_through(self.scanned as usize);
            }
            if std::mem::replace(&mut self.before, before) == Before::CrCr && byte != LF {
                return true;
            }
        }
        let ends = self.ended && self.before == Before::CrCr;
        if ends {
            self.before = Before::Text;
        }
        ends
    }

    fn consume_through(&mut self, at: usize) {
        self.start = at as u32 + 1;
        self.scanned = self.start;
        if !self.gaps.is_empty() {
            self.gaps.retain(|&gap| gap as usize > at);
            if self.gaps.is_empty() {
                self.gaps = Vec::new();
            }
        }
    }
}
