//! A program in the worst state, which talks JSON over a WebSocket, and for some commands the message that costs most.

// A bench and tests use it, each their part.
#![allow(dead_code)]

use tertulia::config::Door;
use tertulia::limits::{LINE_MAX_BYTES, MESSAGE_MAX_BYTES};

use super::house::House;
use super::state::{A_WHILE, Ears, Scale, room};

/// How deep brackets may be, for who reads them.
const DEEPEST: usize = 127;

/// A message, and what its sender reads then.
pub(crate) struct Message {
    /// What it is, for the table.
    pub(crate) what: &'static str,
    json: fn() -> String,
    reads: &'static str,
    ears: Ears,
}

/// What can cost most: to read, to tell all, and to answer.
pub(crate) const MESSAGES: [Message; 9] = [
    Message {
        what: "JSON: words to all",
        json: || say(&"¡ñandú! ".repeat(LINE_MAX_BYTES / "¡ñandú! ".len())),
        reads: "\"said\"",
        ears: Ears::All,
    },
    Message {
        what: "JSON: words to all, each letter escaped",
        json: || filled("{\"type\":\"say\",\"text\":\"", "\\u00f1", "\"}"),
        reads: "\"said\"",
        ears: Ears::All,
    },
    Message {
        what: "JSON: words to all, to be escaped for each",
        json: || filled("{\"type\":\"say\",\"text\":\"", "\\\"\\\\", "\"}"),
        reads: "\"said\"",
        ears: Ears::All,
    },
    Message {
        what: "JSON: brackets, as deep as they may be",
        json: deepest,
        reads: "\"pong\"",
        ears: Ears::Few,
    },
    Message {
        what: "JSON: brackets without end",
        json: || "[".repeat(MESSAGE_MAX_BYTES),
        reads: "bad_message",
        ears: Ears::Few,
    },
    Message {
        what: "JSON: many fields that nobody knows",
        json: || filled("{\"type\":\"ping\",\"ref\":\"pong\"", ",\"a\":0", "}"),
        reads: "\"pong\"",
        ears: Ears::Few,
    },
    Message {
        what: "JSON: who, of all",
        json: || "{\"type\":\"who\"}".into(),
        reads: "\"people\"",
        ears: Ears::Few,
    },
    Message {
        what: "JSON: rooms",
        json: || "{\"type\":\"rooms\"}".into(),
        reads: "\"rooms\"",
        ears: Ears::Few,
    },
    Message {
        what: "JSON: history, of everything",
        json: || "{\"type\":\"history\",\"limit\":99999999}".into(),
        reads: "\"history\"",
        ears: Ears::Few,
    },
];

fn say(text: &str) -> String {
    format!("{{\"type\":\"say\",\"text\":\"{text}\"}}")
}

/// As long as a message may be.
fn filled(beginning: &str, filler: &str, end: &str) -> String {
    let room = MESSAGE_MAX_BYTES - beginning.len() - end.len();
    format!("{beginning}{}{end}", filler.repeat(room / filler.len()))
}

fn deepest() -> String {
    let deep = DEEPEST - 1;
    let one = format!(",\"a\":{}{}", "[".repeat(deep), "]".repeat(deep));
    filled("{\"type\":\"ping\",\"ref\":\"pong\"", &one, "}")
}

/// The program, in the rooms where all are.
pub(crate) struct Program {
    who: usize,
}

impl Program {
    pub(crate) fn enter(house: &mut House, scale: &Scale) -> Program {
        let who = house.connect_through(Door::Http, [10, 200, 0, 1]);
        house.says(
            who,
            "GET /chat HTTP/1.1\r\nHost: 10.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        let program = Program { who };
        house.says(who, frame("{\"type\":\"name\",\"name\":\"Programa\"}"));
        let rooms = (1..scale.crowded).map(room).chain(["general".to_owned()]);
        for room in rooms {
            house.says(who, frame(&format!("{{\"type\":\"join\",\"room\":\"{room}\"}}")));
        }
        house.waits(A_WHILE);
        program
    }

    /// Puts a message on its way.
    pub(crate) fn send(&self, house: &mut House, message: &Message) {
        house.listen(self.who);
        house.send(self.who, &frame(&(message.json)()));
    }

    /// Looks whether it was done, and so many have heard it.
    ///
    /// # Panics
    ///
    /// It was refused.
    pub(crate) fn conclude(&self, house: &mut House, message: &Message, heard: u64, scale: &Scale) {
        let read = String::from_utf8_lossy(&house.heard_bytes(self.who)).into_owned();
        house.stops_listening(self.who);
        assert!(read.contains(message.reads), "{}: {read:.300}", message.what);
        assert!(message.ears.are(heard, scale), "{}: {heard} heard it", message.what);
        house.waits(A_WHILE);
    }
}

/// A message of a client, masked with zeros.
fn frame(json: &str) -> Vec<u8> {
    let length = u16::try_from(json.len()).expect("messages are short");
    let head = match length {
        ..126 => vec![0x81, 0x80 | length as u8],
        _ => [&[0x81, 0xfe][..], &length.to_be_bytes()].concat(),
    };
    [&head[..], &[0; 4], json.as_bytes()].concat()
}
