//! The lines of rooms on their way to many: written down once for each kind of reader, shared by all readers of it.
//!
//! Law: forgotten as soon as nobody has any of it left to be sent; until then nothing in it moves.

use crate::limits::UNWRITTEN_MAX_BYTES;
use crate::proto::Kind;

/// A piece of what is shared, for one kind of reader.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    from: u32,
    to: u32,
    /// Which kind's; without meaning while the piece is empty.
    kind: u8,
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
        let follows = self.kind == next.kind && self.to == next.from;
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
    sheets: [Vec<u8>; Kind::COUNT],
    /// The line being delivered, for each kind that has asked for it.
    line: [Option<Span>; Kind::COUNT],
    longest: usize,
}

impl Broadcast {
    /// Another line follows.
    pub(super) fn begin_line(&mut self) {
        self.line = [None; Kind::COUNT];
    }

    /// The line for readers of the kind with this index; written down by the first of them, with what `encode` gives.
    pub(super) fn line<'a>(&mut self, kind: usize, encode: impl FnOnce() -> &'a [u8]) -> Span {
        if let Some(span) = self.line[kind] {
            return span;
        }
        let sheet = &mut self.sheets[kind];
        let from = sheet.len() as u32;
        sheet.extend_from_slice(encode());
        self.longest = self.longest.max(sheet.len());
        let span = Span { from, to: u32::try_from(sheet.len()).expect("sheets are small"), kind: kind as u8 };
        self.line[kind] = Some(span);
        span
    }

    /// What `span` means.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        &self.sheets[usize::from(span.kind)][span.from as usize..span.to as usize]
    }

    /// Bytes that one reader can have waiting here.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Nobody has any of it left.
    pub(super) fn forget(&mut self) {
        for sheet in &mut self.sheets {
            sheet.clear();
            sheet.shrink_to(2 * UNWRITTEN_MAX_BYTES);
        }
        self.longest = 0;
    }
}
