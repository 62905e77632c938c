//! The lines of rooms on their way to many: written down once for each format, shared by all readers of it.
//!
//! Invariant: forgotten as soon as no reader has any of it left to be sent; until then nothing in it moves.

use std::cell::RefCell;

use crate::limits::UNWRITTEN_MAX_BYTES;
use crate::protocol::{Encoding, Format};

/// A piece of what is shared, for readers of one format.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    from: u32,
    to: u32,
    /// On which sheet; without meaning while the piece is empty.
    sheet: u8,
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
        let follows = self.sheet == next.sheet && self.to == next.from;
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
    /// One for each format that a reader has had, and for readers that have the line's room as their current one or beside it.
    sheets: Vec<Sheet>,
    longest: usize,
    /// Where a connection in TLS has its words sealed, one at a time.
    pub(super) scratch: RefCell<Vec<u8>>,
}

/// What is being told to readers of one format.
#[derive(Debug)]
struct Sheet {
    format: Format,
    /// Whether their current room is the one that the lines are about.
    here: bool,
    bytes: Vec<u8>,
    /// The line being delivered, if one of them has asked for it.
    line: Option<Span>,
}

impl Broadcast {
    /// Another line follows.
    pub(super) fn begin_line(&mut self) {
        self.sheets.iter_mut().for_each(|sheet| sheet.line = None);
    }

    /// The line for readers of `format`, who are `here` or not; written down by the first of them, with what `encode` gives.
    pub(super) fn line<'a>(
        &mut self,
        format: Format,
        here: bool,
        encode: impl FnOnce() -> Encoding<'a>,
    ) -> Span {
        let known = self.sheets.iter().position(|sheet| sheet.format == format && sheet.here == here);
        let at = known.unwrap_or_else(|| {
            self.sheets.push(Sheet { format, here, bytes: Vec::new(), line: None });
            self.sheets.len() - 1
        });
        let sheet = &mut self.sheets[at];
        if let Some(span) = sheet.line {
            return span;
        }
        let Encoding { bytes, is_prompt } = encode();
        debug_assert!(!is_prompt, "a room is asked nothing");
        let from = u32::try_from(sheet.bytes.len()).expect("sheets are small");
        sheet.bytes.extend_from_slice(bytes);
        self.longest = self.longest.max(sheet.bytes.len());
        let to = u32::try_from(sheet.bytes.len()).expect("sheets are small");
        let span = Span { from, to, sheet: u8::try_from(at).expect("formats are few") };
        sheet.line = Some(span);
        span
    }

    /// What `span` means.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        &self.sheets[usize::from(span.sheet)].bytes[span.from as usize..span.to as usize]
    }

    /// Bytes that one reader can have waiting here.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// No reader has any of it left.
    pub(super) fn forget(&mut self) {
        for sheet in &mut self.sheets {
            sheet.bytes.clear();
            sheet.bytes.shrink_to(2 * UNWRITTEN_MAX_BYTES);
        }
        self.longest = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Language;

    #[test]
    fn line_is_encoded_once_for_each_format_that_has_a_reader() {
        let mut broadcast = Broadcast::default();
        let mut calls = 0;
        let mut told = Vec::new();
        for line in ["uno", "dos"] {
            broadcast.begin_line();
            for reader in 0..8 {
                let language = if reader % 4 < 2 { Language::Spanish } else { Language::English };
                let (format, here) = (Format::Line { language, crlf: reader % 2 == 1 }, true);
                let bytes = format!("{line} {format:?} {here}");
                let span = broadcast.line(format, here, || {
                    calls += 1;
                    Encoding::whole(bytes.as_bytes())
                });
                told.push((span, bytes));
            }
        }
        let beside = Format::Line { language: Language::Spanish, crlf: false };
        let span = broadcast.line(beside, false, || Encoding::whole(b"#sala dos"));
        assert_eq!(
            broadcast.bytes(span),
            b"#sala dos",
            "another one than for those whose current room it is"
        );
        assert_eq!(calls, 2 * 4, "lines, formats");
        for (span, bytes) in told {
            assert_eq!(broadcast.bytes(span), bytes.as_bytes());
        }
    }
}
