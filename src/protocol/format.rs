//! Events to bytes, as their reader wants them.

use super::json::{self, Reference};
use super::{english, spanish, websocket};
use crate::chat::{Event, Language};
use crate::clock::Zone;

/// What makes the bytes of an event differ between two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines of text.
    Line {
        /// The language the server speaks to the reader.
        language: Language,
        /// Whether the reader's lines end in CR LF rather than LF.
        crlf: bool,
    },
    /// JSON objects, each in a message of a WebSocket.
    Json {
        /// The language of the sentences in them.
        language: Language,
    },
}

/// An event in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding<'a> {
    /// All of it. Never empty.
    pub bytes: &'a [u8],
    /// Whether it is a prompt: its last line has no end, for the reader's answer follows there.
    pub is_prompt: bool,
}

/// Writes events.
#[derive(Debug, Default)]
pub struct Encoder {
    words: String,
    /// The same with the reader's line ends.
    bytes: Vec<u8>,
    zone: Zone,
}

impl Format {
    /// What ends a line, or leaves a prompt.
    pub fn line_end(self) -> &'static [u8] {
        match self {
            Format::Line { crlf: true, .. } => b"\r\n",
            Format::Line { crlf: false, .. } => b"\n",
            Format::Json { .. } => b"",
        }
    }
}

impl<'a> Encoding<'a> {
    /// Bytes behind which nothing has to be left.
    pub fn whole(bytes: &'a [u8]) -> Encoding<'a> {
        Encoding { bytes, is_prompt: false }
    }
}

impl Encoder {
    /// For readers whose clocks show the time of `zone`.
    pub fn new(zone: Zone) -> Encoder {
        Encoder { zone, ..Encoder::default() }
    }

    /// From now on readers' clocks show the time of `zone`.
    pub fn set_zone(&mut self, zone: Zone) {
        self.zone = zone;
    }

    /// `event` as readers of `format` get it. `here`: whether it is about the reader's current room, or about none; words of
    /// another room carry its name.
    pub fn encode(&mut self, event: &Event, format: Format, here: bool) -> Encoding<'_> {
        let (language, crlf) = match format {
            Format::Line { language, crlf } => (language, crlf),
            Format::Json { language } => return self.encode_json(event, language, None),
        };
        self.words.clear();
        if let (Event::Message { room, .. }, false) | (Event::Missed { room, here: false, .. }, _) =
            (event, here)
        {
            self.words.extend(["#", room.as_str(), " "]);
        }
        match language {
            Language::Spanish => spanish::write(event, &self.zone, &mut self.words),
            Language::English => english::write(event, &self.zone, &mut self.words),
        }
        let is_prompt = matches!(event, Event::NamePrompt | Event::PasswordPrompt(..));
        debug_assert_eq!(is_prompt, !self.words.ends_with('\n'), "{event:?}");
        if !crlf {
            return Encoding { bytes: self.words.as_bytes(), is_prompt };
        }
        self.bytes.clear();
        for piece in self.words.split_inclusive('\n') {
            let line = piece.strip_suffix('\n');
            self.bytes.extend_from_slice(line.unwrap_or(piece).as_bytes());
            if line.is_some() {
                self.bytes.extend_from_slice(format.line_end());
            }
        }
        Encoding { bytes: &self.bytes, is_prompt }
    }

    /// `event` as the answer to a command that is known by `reference`.
    pub fn encode_answer(
        &mut self,
        event: &Event,
        format: Format,
        reference: Option<&Reference>,
    ) -> Encoding<'_> {
        match format {
            Format::Json { language } => self.encode_json(event, language, reference),
            Format::Line { .. } => self.encode(event, format, true),
        }
    }

    /// That a command was carried out that is known by `reference`.
    pub fn encode_ok(&mut self, reference: &Reference) -> Encoding<'_> {
        self.words.clear();
        json::ok(reference, &mut self.words);
        self.frame()
    }

    fn encode_json(
        &mut self,
        event: &Event,
        language: Language,
        reference: Option<&Reference>,
    ) -> Encoding<'_> {
        self.words.clear();
        json::write(event, language, &self.zone, reference, &mut self.words);
        self.frame()
    }

    fn frame(&mut self) -> Encoding<'_> {
        self.bytes.clear();
        websocket::text(&self.words, &mut self.bytes);
        Encoding { bytes: &self.bytes, is_prompt: false }
    }
}
