//! Events to bytes, once per kind of reader however many readers there are.

use super::{english, spanish};
use crate::chat::{Event, Language};
use crate::clock::Zone;

/// What makes the bytes of an event differ between two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The language the server speaks to them.
    pub language: Language,
    /// Whether their lines end in CR LF rather than LF.
    pub crlf: bool,
}

impl Kind {
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
pub struct Encodings {
    /// Never empty once made: no event is without bytes.
    made: [Vec<u8>; Kind::COUNT],
    words: String,
    zone: Zone,
}

impl Encodings {
    /// For readers whose clocks show the time of `zone`.
    pub fn new(zone: Zone) -> Encodings {
        Encodings { zone, ..Encodings::default() }
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
    pub fn once(&mut self, event: &Event, kind: Kind) -> &[u8] {
        self.clear();
        self.of(event, kind, true)
    }

    /// `event` as readers of `kind` get it. Between two calls of [`clear`](Self::clear) it must be the same event.
    /// `here`: whether it is about the reader's current room; words of another room carry its name.
    pub fn of(&mut self, event: &Event, kind: Kind, here: bool) -> &[u8] {
        let bytes = &mut self.made[kind.index(here)];
        if bytes.is_empty() {
            self.words.clear();
            if let Event::Said { room, .. } | Event::Acted { room, .. } = event
                && !here
            {
                self.words.extend(["#", room.as_str(), " "]);
            }
            match kind.language {
                Language::Spanish => spanish::write(event, &self.zone, &mut self.words),
                Language::English => english::write(event, &self.zone, &mut self.words),
            }
            if kind.crlf {
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
