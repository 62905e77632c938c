//! Events to bytes, once per kind of reader however many readers there are.

use super::{english, spanish};
use crate::chat::{Event, Language};
use crate::clock::Zone;

/// What makes the bytes of an event differ between two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The language the server speaks to them.
    pub language: Language,
    /// Whether their lines end in CR LF rather than LF.
    pub crlf: bool,
}

impl Format {
    /// How many kinds there are: readers of each may be in the room that an event is about, or have it beside their
    /// current one.
    pub const COUNT: usize = 8;

    /// Each kind's own number, below [`COUNT`](Self::COUNT).
    pub fn index(self, here: bool) -> usize {
        usize::from(self.language == Language::English) * 4 + usize::from(self.crlf) * 2 + usize::from(here)
    }
}

/// The encodings of one event, made when the first reader of a kind asks.
#[derive(Debug, Default)]
pub struct EncodeCache {
    /// Never empty once made: no event is without bytes.
    made: [Vec<u8>; Format::COUNT],
    words: String,
    zone: Zone,
}

impl EncodeCache {
    /// For readers whose clocks show the time of `zone`.
    pub fn new(zone: Zone) -> EncodeCache {
        EncodeCache { zone, ..EncodeCache::default() }
    }

    /// From now on readers' clocks show the time of `zone`.
    pub fn set_zone(&mut self, zone: Zone) {
        self.clear();
        self.zone = zone;
    }

    /// Forgets the event before.
    pub fn clear(&mut self) {
        self.made.iter_mut().for_each(Vec::clear);
    }

    /// `event` for one reader.
    pub fn once(&mut self, event: &Event, format: Format) -> &[u8] {
        self.clear();
        self.of(event, format, true)
    }

    /// `event` as readers of `format` get it. Between two calls of [`clear`](Self::clear) it must be the same event.
    /// `here`: whether it is about the reader's current room; words of another room carry its name.
    pub fn of(&mut self, event: &Event, format: Format, here: bool) -> &[u8] {
        let bytes = &mut self.made[format.index(here)];
        if bytes.is_empty() {
            self.words.clear();
            if let Event::Said { room, .. } | Event::Acted { room, .. } = event
                && !here
            {
                self.words.extend(["#", room.as_str(), " "]);
            }
            match format.language {
                Language::Spanish => spanish::write(event, &self.zone, &mut self.words),
                Language::English => english::write(event, &self.zone, &mut self.words),
            }
            if format.crlf {
                for piece in self.words.split_inclusive('\n') {
                    let line = piece.strip_suffix('\n');
                    bytes.extend_from_slice(line.unwrap_or(piece).as_bytes());
                    if line.is_some() {
                        bytes.extend_from_slice(b"\r\n");
                    }
                }
            } else {
                bytes.extend_from_slice(self.words.as_bytes());
            }
        }
        bytes
    }
}
