//! Bytes from the network made safe to show: valid UTF-8 without anything that commands a terminal.
//!
//! Invariant: pure; however the bytes are cut into reads, the same text comes out, and what is remembered between two
//! reads is a few bytes.

use std::mem;

/// Where in an escape sequence the last read ended.
#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Plain,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte, as in `ESC ( B`.
    Charset,
    /// Inside CSI … final.
    Control,
    /// Inside OSC, DCS, SOS, PM or APC, up to BEL or ST.
    Quoted,
    /// After ESC inside such a text: the first half of ST, or something new.
    QuotedEscape,
}

/// Takes bytes as they come and gives text that a terminal may see.
#[derive(Default)]
pub(crate) struct Safe {
    state: State,
    /// The beginning of a UTF-8 character whose rest has not come: at most three bytes.
    partial: Vec<u8>,
}

impl Safe {
    /// The safe text of the next bytes. TAB and LF are all that is left of the control characters.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> String {
        let mut input = mem::take(&mut self.partial);
        input.extend_from_slice(bytes);
        let mut out = String::with_capacity(input.len());
        let mut read = 0;
        for chunk in input.utf8_chunks() {
            chunk.valid().chars().for_each(|c| self.step(c, &mut out));
            read += chunk.valid().len() + chunk.invalid().len();
            let unfinished = read == input.len()
                && str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            if unfinished {
                self.partial.extend_from_slice(chunk.invalid());
            } else if !chunk.invalid().is_empty() {
                self.step(char::REPLACEMENT_CHARACTER, &mut out);
            }
        }
        out
    }

    /// What is left at the end of the stream.
    pub(crate) fn finish(&mut self) -> String {
        let mut out = String::new();
        if !mem::take(&mut self.partial).is_empty() {
            self.step(char::REPLACEMENT_CHARACTER, &mut out);
        }
        self.state = State::Plain;
        out
    }

    fn step(&mut self, c: char, out: &mut String) {
        use State::{Charset, Control, Escape, Plain, Quoted, QuotedEscape};
        self.state = match (self.state, c) {
            // A line end closes whatever was open, so that an OSC without end cannot swallow the conversation.
            (_, '\n') => {
                out.push('\n');
                Plain
            }
            (_, '\x18' | '\x1a') => Plain, // CAN and SUB abort a sequence
            (Quoted, '\x1b') => QuotedEscape,
            (_, '\x1b') => Escape,
            (Quoted, '\x07' | '\u{9c}') | (QuotedEscape, '\\') => Plain,
            (Quoted, _) => Quoted,
            (Escape | QuotedEscape, '[') => Control,
            (Escape | QuotedEscape, ']' | 'P' | 'X' | '^' | '_') => Quoted,
            (Escape | QuotedEscape | Charset, ' '..='/') => Charset,
            (Escape | QuotedEscape | Charset, '0'..='~') | (Control, '@'..='~') => Plain,
            (Control, ' '..='?') => Control,
            (state, '\0'..='\x1f') if state != Plain => state,
            (_, c) => shown(c, out),
        };
    }
}

/// An ordinary character, or the eight-bit form of the beginning of a sequence.
fn shown(c: char, out: &mut String) -> State {
    match c {
        '\u{9b}' => return State::Control,
        '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => return State::Quoted,
        '\t' => out.push('\t'),
        c if c.is_control() || is_bidi_control(c) => {}
        c => out.push(c),
    }
    State::Plain
}

/// Characters that change the order in which the ones around them are shown (Unicode UAX 9, §2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
