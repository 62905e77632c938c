//! The lines of rooms on their way to many: written down once for each kind of reader, shared by all readers of it.
//!
//! Invariant: forgotten as soon as no reader has any of it left to be sent; until then nothing in it moves.

use crate::limits::UNWRITTEN_MAX_BYTES;
use crate::protocol::Format;

/// A piece of what is shared, for one kind of reader.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    from: u32,
    to: u32,
    /// Which kind's; without meaning while the piece is empty.
    format: u8,
}

impl Span {
    pub(super) fn len(self) -> usize {
        (self.to - self.from) as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.from == self.to
    }

    /// Adds `next` if it follows at once, or this is empty; says whether it did.
    pub(super) fn extend(&mut self, next: Span) -> bool {
        if self.is_empty() {
            *self = next;
            return true;
        }
        let follows = self.format == next.format && self.to == next.from;
        if follows {
            self.to = next.to;
        }
        follows
    }

    /// Takes `count` bytes off the front.
    pub(super) fn advance(&mut self, count: usize) {
        self.from += u32::try_from(count).expect("pieces are small");
        assert!(self.from <= self.to, "no more is taken than there is");
    }
}

/// What is being told to rooms.
#[derive(Debug, Default)]
pub(super) struct Broadcast {
    sheets: [Vec<u8>; Format::COUNT],
    /// The line being delivered, for each kind that has asked for it.
    line: [Option<Span>; Format::COUNT],
    longest: usize,
}

impl Broadcast {
    /// Another line follows.
    pub(super) fn begin_line(&mut self) {
        self.line = [None; Format::COUNT];
    }

    /// The line for readers of the kind with this index; written down by the first of them, with what `encode` gives.
    pub(super) fn line<'a>(&mut self, format: usize, encode: impl FnOnce() -> &'a [u8]) -> Span {
        if let Some(span) = self.line[format] {
            return span;
        }
        let sheet = &mut self.sheets[format];
        let from = sheet.len() as u32;
        sheet.extend_from_slice(encode());
        self.longest = self.longest.max(sheet.len());
        let span =
            Span { from, to: u32::try_from(sheet.len()).expect("sheets are small"), format: format as u8 };
        self.line[format] = Some(span);
        span
    }

    /// What `span` means.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        &self.sheets[usize::from(span.format)][span.from as usize..span.to as usize]
    }

    /// Bytes that one reader can have waiting here.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// No reader has any of it left.
    pub(super) fn forget(&mut self) {
        for sheet in &mut self.sheets {
            sheet.clear();
            sheet.shrink_to(2 * UNWRITTEN_MAX_BYTES);
        }
        self.longest = 0;
    }
}
