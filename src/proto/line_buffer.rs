//! Bytes in, lines out: the framing of the line dialect.
//!
//! Laws: every way of cutting the input into pieces gives the same lines; no byte is looked at twice; what is held
//! is at most one unfinished line and the piece that was added last; nothing is held while nothing waits.

use crate::limits::LINE_MAX_BYTES;

const LF: u8 = b'\n';
const CR: u8 = b'\r';
const NUL: u8 = 0;

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// LF, as `nc` sends it.
    Lf,
    /// CR LF, as telnet sends it.
    CrLf,
    /// CR NUL, as telnet sends it from a terminal that takes each key by itself.
    CrNul,
}

/// What [`LineBuffer::next_line`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A line without its ending.
    Line(&'a [u8], Ending),
    /// A line longer than [`LINE_MAX_BYTES`]; said once, when it becomes too long. It is dropped up to its end.
    TooLong,
}

/// The bytes of one connection that are not lines yet.
#[derive(Debug, Default)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the unfinished line begins.
    start: u32,
    /// Up to where it has been looked through.
    scanned: u32,
    /// Inside a line that is too long.
    skipping: bool,
    /// While skipping: whether the byte before the next one was a CR.
    skipped_cr: bool,
    /// No more input will come.
    ended: bool,
}

impl LineBuffer {
    /// Adds what was received. Take all lines out before adding more, or more is held than the law says.
    pub fn push(&mut self, input: &[u8]) {
        self.bytes.extend_from_slice(input);
    }

    /// Ends an unfinished line: no more input will come.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// Forgets an unfinished line.
    pub fn discard(&mut self) {
        *self = LineBuffer::default();
    }

    /// Takes the next line out.
    pub fn next_line(&mut self) -> Option<Framed<'_>> {
        let mut at = self.scanned as usize;
        while at < self.bytes.len() || self.end_unfinished() {
            let start = self.start as usize;
            if let Some(ending) = self.ending_at(at) {
                self.consume_through(at);
                if std::mem::take(&mut self.skipping) {
                    at += 1;
                    continue;
                }
                let end = if ending == Ending::Lf { at } else { at - 1 };
                return Some(Framed::Line(&self.bytes[start..end], ending));
            }
            if self.skipping {
                self.skipped_cr = self.bytes[at] == CR;
                self.consume_through(at);
            } else if at + 1 - start >= LINE_MAX_BYTES {
                self.skipping = true;
                self.skipped_cr = self.bytes[at] == CR;
                self.consume_through(at);
                return Some(Framed::TooLong);
            }
            at += 1;
        }
        self.scanned = at as u32;
        self.give_back();
        None
    }

    /// Frees what holds nothing: all of it, or the room that lines left in front of an unfinished one.
    pub fn give_back(&mut self) {
        let unfinished = self.bytes.len() - self.start as usize;
        if unfinished == 0 {
            self.bytes = Vec::new();
        } else if self.start > 0 {
            self.bytes.drain(..self.start as usize);
            if self.bytes.capacity() > 4 * unfinished {
                self.bytes.shrink_to(2 * unfinished);
            }
        }
        self.scanned -= self.start;
        self.start = 0;
    }

    /// Whether [`next_line`](Self::next_line) may have something: bytes that were not looked at yet.
    pub fn has_unseen(&self) -> bool {
        (self.scanned as usize) < self.bytes.len() || self.ended && self.is_unfinished()
    }

    /// Whether it is as it was at first: nothing waits, and no line is being dropped.
    pub fn is_idle(&self) -> bool {
        self.bytes.is_empty() && !self.skipping
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
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

    /// Whether the byte at `at` ends a line, and how.
    fn ending_at(&self, at: usize) -> Option<Ending> {
        let after_cr = if at > self.start as usize {
            self.bytes[at - 1] == CR
        } else {
            self.skipping && self.skipped_cr
        };
        match self.bytes[at] {
            LF if after_cr => Some(Ending::CrLf),
            LF => Some(Ending::Lf),
            NUL if after_cr => Some(Ending::CrNul),
            _ => None,
        }
    }

    fn consume_through(&mut self, at: usize) {
        self.start = at as u32 + 1;
        self.scanned = self.start;
    }
}
