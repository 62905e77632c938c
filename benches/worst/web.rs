//! A program in the worst state, which talks JSON over a WebSocket, and for some commands the message that costs most.

// A bench and tests use it, each their part.
#![allow(dead_code)]

use tertulia::config::Door;
use tertulia::limits::{
    IGNORED_ALWAYS, LINE_MAX_BYTES, LOST_ENDED_PER_TURN, LOST_SESSION_WAIT, MESSAGE_MAX_BYTES,
};

use super::house::House;
use super::state::{A_WHILE, ACTORS, Ears, Scale, name, room};

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
        let program = Program { who: connect(house) };
        program.come_in(house, scale, "Programa");
        house.waits(A_WHILE);
        program
    }

    /// Comes in under this name, and into the rooms; gives the token for coming back.
    fn come_in(&self, house: &mut House, scale: &Scale, name: &str) -> String {
        house.listen(self.who);
        house.says(self.who, frame(&format!("{{\"type\":\"name\",\"name\":\"{name}\"}}")));
        let welcome = String::from_utf8_lossy(&house.heard_bytes(self.who)).into_owned();
        house.stops_listening(self.who);
        let rooms = (1..scale.crowded).map(room).chain(["general".to_owned()]);
        for room in rooms {
            house.says(self.who, frame(&format!("{{\"type\":\"join\",\"room\":\"{room}\"}}")));
        }
        let token = welcome.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next());
        token.unwrap_or_else(|| panic!("{welcome:.300}")).to_owned()
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

/// A program that was in the rooms where all are, hides as many as everybody may and has lost its connection; and another connection,
/// which takes its session up.
pub(crate) struct Resuming {
    who: usize,
    token: String,
}

impl Resuming {
    pub(crate) const WHAT: &str = "JSON: resume, in rooms where all are";

    pub(crate) fn prepare(house: &mut House, scale: &Scale, round: usize) -> Resuming {
        let lost = Program { who: connect(house) };
        let token = lost.come_in(house, scale, &format!("Perdida-Ñandú-{round:05}"));
        for nth in 0..IGNORED_ALWAYS {
            house.says(
                lost.who,
                frame(&format!("{{\"type\":\"ignore\",\"name\":\"{}\"}}", name(ACTORS + nth))),
            );
        }
        house.breaks(lost.who);
        house.waits(A_WHILE);
        let who = connect(house);
        house.listen(who);
        Resuming { who, token }
    }

    /// Puts the message on its way: all that was ever said is asked for.
    pub(crate) fn send(&self, house: &mut House) {
        let resume = format!("{{\"type\":\"resume\",\"token\":\"{}\",\"after\":\"0\"}}", self.token);
        house.send(self.who, &frame(&resume));
    }

    /// Looks whether it was done.
    ///
    /// # Panics
    ///
    /// It was refused.
    pub(crate) fn conclude(&self, house: &mut House, heard: u64) {
        let read = String::from_utf8_lossy(&house.heard_bytes(self.who)).into_owned();
        house.stops_listening(self.who);
        assert!(read.contains("\"resumed\"") && read.contains("\"said\""), "{read:.300}");
        assert!(heard <= 2, "{heard} noticed it");
        house.says(self.who, frame("{\"type\":\"quit\"}"));
        house.waits(A_WHILE);
    }
}

/// Sessions that are lost in the rooms where all are: as many as two turns end.
const LOST: usize = 2 * LOST_ENDED_PER_TURN;

/// A turn in which they end.
pub(crate) const ENDING: &str = "a turn of lost sessions ending";

/// Brings it about.
pub(crate) fn lose(house: &mut House, scale: &Scale) {
    let lost: Vec<Program> = (0..LOST).map(|_| Program { who: connect(house) }).collect();
    for (number, program) in lost.iter().enumerate() {
        program.come_in(house, scale, &format!("Ausente-Ñandú-{number:05}"));
    }
    house.waits(A_WHILE);
    lost.iter().for_each(|program| house.breaks(program.who));
    house.now = house.now + LOST_SESSION_WAIT;
}

/// A connection that will be a program's.
fn connect(house: &mut House) -> usize {
    let who = house.connect_through(Door::Http, [10, 200, 0, 1]);
    house.says(
        who,
        "GET /chat HTTP/1.1\r\nHost: 10.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    who
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
