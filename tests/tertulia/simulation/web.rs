//! People who come as browsers do: a request, a WebSocket behind it, and JSON in its messages.
//!
//! What they do is played in lines, as for all others, and sent as messages; what they read are facts, each of which becomes the
//! line that it stands for. So the laws about what is heard are the same for both kinds. What only these have is held to laws here:
//! frames, pings, their own words, references, and the end.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::accounts::is_told_of_passwords;
use super::dice::Dice;
use super::errand::PROMPTS;
use super::person::{Fate, Person};
use super::places::{self, Entry};
use super::world::World;
use tertulia::limits::NAMES_SPELLED;

/// The key and the answer to it of RFC 6455 §1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// One of them.
#[derive(Debug)]
pub struct Web {
    dice: Dice,
    /// Bytes of the request that have not been sent: they stand first among what is on its way.
    pub request: usize,
    /// What was read and is no whole frame.
    begun: Vec<u8>,
    /// Whether the request was granted.
    pub open: bool,
    /// Nothing may follow: the code of the close, or that of a response of HTTP.
    pub end: Option<u16>,
    /// What was read last is a prompt.
    at_prompt: bool,
    /// They have given a name, and have not heard that it is not theirs.
    names: bool,
    /// What was asked and has not been answered.
    asked: Option<&'static str>,
    /// The number that the message had that was heard last in each room.
    last: Vec<(String, u64)>,
    /// Their own messages, as they have come back to them.
    pub echoed: Vec<u64>,
    /// References that no answer has carried yet, and the last one that did.
    pub references: VecDeque<u64>,
    answered: u64,
    next_reference: u64,
    /// Pings that were not answered yet.
    pub pings: VecDeque<u64>,
    next_ping: u64,
}

/// What somebody who reads is known by.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    pub begun: &'a [u64],
    pub names: &'a [String],
}

impl Web {
    /// Adds the request to what is on its way, which is empty.
    pub fn new(seed: u64, outgoing: &mut Vec<u8>) -> Web {
        let request = format!(
            "GET /chat HTTP/1.1\r\nHost: 10.0.0.200:65434\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Protocol: tertulia.1\r\n\r\n"
        );
        outgoing.extend_from_slice(request.as_bytes());
        Web {
            dice: Dice::new(seed),
            request: request.len(),
            begun: Vec::new(),
            open: false,
            end: None,
            at_prompt: false,
            names: false,
            asked: None,
            last: Vec::new(),
            echoed: Vec::new(),
            references: VecDeque::new(),
            answered: 0,
            next_reference: 1,
            pings: VecDeque::new(),
            next_ping: 1,
        }
    }

    /// Adds what was typed, as messages. `named`: whether they have a name.
    pub fn say(&mut self, typed: &[u8], named: bool, out: &mut Vec<u8>) {
        let Ok(typed) = std::str::from_utf8(typed) else {
            let odd = ["{\"type\":\"grita\"}", "[1", "{\"type\":\"say\",\"text\":7}", "{}", "\"\u{1f600}\""];
            let odd = odd[self.dice.below(odd.len())];
            return self.message(odd, out);
        };
        // No key of a browser leaves an escape sequence.
        let typed = typed.replace("\u{1b}[", "/").replace("\u{1b}O7", "7").replace("\r\0", "\n");
        let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
        for line in typed.strip_suffix('\n').unwrap_or(&typed).split('\n') {
            let mut message = self.asks(line, named);
            // Nothing answers the last one, and a password may take longer than its answer is waited for.
            let refers = message["type"] != "quit" && message["type"] != "password";
            if refers && self.dice.one_in(3) {
                message["ref"] = json!(self.next_reference);
                self.references.push_back(self.next_reference);
                self.next_reference += 1;
            }
            if self.dice.one_in(8) {
                message["nobody knows this"] = json!([{ "type": "quit" }]);
            }
            self.message(&message.to_string(), out);
        }
    }

    /// Adds what no client may send, or the end of all, whichever it is: nothing behind it counts.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        match self.dice.below(4) {
            0 => self.frame(CLOSE, true, &[&1000_u16.to_be_bytes()[..], b"adi\xc3\xb3s"].concat(), out),
            1 => self.frame(TEXT | 0x40, true, b"{}", out),
            2 => self.frame(TEXT, true, b"{\"type\":\"\xff\"}", out),
            _ => out.extend_from_slice(&[0x80 | TEXT, 2, b'{', b'}']), // not masked
        }
    }

    /// What a line that is typed stands for.
    fn asks(&mut self, line: &str, named: bool) -> Value {
        if self.asked.take().is_some() {
            return json!({ "type": "password", "password": line });
        }
        let words = line.strip_prefix('/').unwrap_or_default();
        match words.split_once(' ').unwrap_or((words, "")) {
            ("yo", text) => json!({ "type": "say", "text": text, "action": true }),
            ("quien", "") => json!({ "type": "who" }),
            ("buscar", words) => json!({ "type": "search", "words": words }),
            ("historial", "") => json!({ "type": "history" }),
            ("entrar", room) if !room.is_empty() => json!({ "type": "join", "room": room }),
            ("idioma", "") => json!({ "type": "language", "lang": "es" }),
            ("registrar", "") => json!({ "type": "register" }),
            ("clave", "") => json!({ "type": "change_password" }),
            ("identificar", name) if !name.is_empty() && !name.contains(' ') => {
                json!({ "type": "login", "name": name })
            }
            ("nombre", name) if !name.is_empty() => json!({ "type": "nick", "name": name }),
            _ if line == "salir" => json!({ "type": "quit" }),
            // Once: it may be registered meanwhile, and then its password is asked for.
            _ if !named && self.names => json!({ "type": "who" }),
            _ if !named => {
                self.names = true;
                json!({ "type": "name", "name": line })
            }
            _ if self.dice.one_in(4) => json!({ "type": "say", "room": "general", "text": line }),
            _ => json!({ "type": "say", "text": line }),
        }
    }

    /// Adds a message, in one frame or in several with pings between them.
    fn message(&mut self, message: &str, out: &mut Vec<u8>) {
        let mut rest = message.as_bytes();
        let mut opcode = TEXT;
        while self.dice.one_in(4) {
            let (fragment, next) = rest.split_at(self.dice.below(rest.len() + 1));
            self.frame(opcode, false, fragment, out);
            (opcode, rest) = (CONTINUATION, next);
            if self.dice.one_in(2) {
                self.ping(out);
            }
        }
        self.frame(opcode, true, rest, out);
        if self.dice.one_in(16) {
            self.ping(out);
        }
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        let payload = self.next_ping.to_string();
        self.pings.push_back(self.next_ping);
        self.next_ping += 1;
        self.frame(PING, true, payload.as_bytes(), out);
    }

    fn frame(&mut self, opcode: u8, last: bool, payload: &[u8], out: &mut Vec<u8>) {
        let mask = (self.dice.next() as u32).to_be_bytes();
        out.push(u8::from(last) << 7 | opcode);
        match payload.len() {
            short @ ..126 => out.push(0x80 | short as u8),
            length => {
                out.push(0x80 | 126);
                out.extend_from_slice(&u16::try_from(length).expect("messages are short").to_be_bytes());
            }
        }
        out.extend_from_slice(&mask);
        out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }

    /// Takes what was read; adds the lines that it stands for.
    pub fn take(&mut self, bytes: &[u8], own: Own<'_>, lines: &mut Vec<u8>) {
        self.begun.extend_from_slice(bytes);
        if !self.open {
            self.take_response(lines);
        }
        while self.open
            && let Some((opcode, payload)) = self.take_frame()
        {
            assert!(self.end.is_none(), "something follows the end");
            match opcode {
                TEXT => {
                    let text = String::from_utf8(payload).expect("text is UTF-8");
                    assert!(!is_told_of_passwords(&text), "a password is told: {text}");
                    let fact: Value =
                        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
                    self.note_reference(&fact);
                    self.tell(&fact, own, lines);
                }
                PONG => {
                    let ping = self.pings.pop_front().map(|ping| ping.to_string().into_bytes());
                    assert_eq!(Some(payload), ping, "pings are answered in their order");
                }
                CLOSE => self.end = Some(u16::from_be_bytes([payload[0], payload[1]])),
                other => panic!("a frame of type {other}"),
            }
        }
    }

    fn take_response(&mut self, lines: &mut Vec<u8>) {
        let Some(end) = self.begun.windows(4).position(|window| window == b"\r\n\r\n") else { return };
        let head: Vec<u8> = self.begun.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("heads are text");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        self.open = status == 101;
        if self.open {
            assert!(head.contains(ACCEPT), "{head}");
        } else {
            // All that it says beyond that is a page.
            self.end = Some(status);
            assert_eq!(status, 503, "{head}");
            lines.extend_from_slice("El chat está lleno (503)\n".as_bytes());
        }
    }

    /// Takes a whole frame out, of those that a server may send, in the shortest form that it has.
    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let [first, second, ..] = self.begun[..] else { return None };
        assert_eq!(first & 0xf0, 0x80, "not a whole message: {first:x}");
        let (head, length) = match second {
            short @ ..126 => (2, usize::from(short)),
            126 => {
                let length: [u8; 2] = self.begun.get(2..4)?.try_into().expect("two bytes");
                assert!(length >= [0, 126], "a length in too many bytes");
                (4, usize::from(u16::from_be_bytes(length)))
            }
            _ => panic!("masked, or far too long: {second:x}"),
        };
        if self.begun.len() < head + length {
            return None;
        }
        let payload = self.begun.drain(..head + length).skip(head).collect();
        Some((first & 0x0f, payload))
    }

    /// Answers come in the order of the commands.
    fn note_reference(&mut self, fact: &Value) {
        let Some(reference) = fact.get("ref") else { return };
        let reference = reference.as_u64().expect("references are numbers here");
        if reference != self.answered {
            assert_eq!(self.references.pop_front(), Some(reference), "what is answered by {fact}?");
            self.answered = reference;
        }
    }

    /// Adds the line that a fact stands for, if it does.
    fn tell(&mut self, fact: &Value, own: Own<'_>, lines: &mut Vec<u8>) {
        let text = |field: &str| fact[field].as_str().unwrap_or_default();
        let line = match text("type") {
            "name" => {
                self.ask(PROMPTS[0], lines);
                return;
            }
            "password" => {
                let question =
                    ["login", "current", "new", "repeat"].iter().position(|it| *it == text("question"));
                // The operator's is asked for in the words of a name's.
                let question = question.or_else(|| (text("question") == "operator").then_some(0));
                let prompt = PROMPTS[1 + question.expect("a question that is known")];
                self.asked = Some(prompt);
                self.ask(prompt, lines);
                return;
            }
            "said" => match self.said(fact, own) {
                Some(line) => line,
                None => return,
            },
            "joined" => {
                crowd(fact, [">>>", "se unió al chat", "se unieron al chat", "entró en", "entraron en"])
            }
            "left" => {
                crowd(fact, ["<<<", "salió del chat", "salieron del chat", "dejó", "dejaron"]) + &why(fact)
            }
            "renamed" if fact.get("left").is_none() => {
                format!("--- {} ahora es {}", text("from"), text("to"))
            }
            "skipped" => format!("[… {} mensajes omitidos]", fact["lines"].as_u64().expect("a number")),
            // What was said before, and what only programs are told.
            "history" | "found" | "offline" | "ok" | "bye" => return,
            kind => {
                let Some(words) = fact["text"].as_str() else {
                    assert!(["people", "rooms"].contains(&kind), "no words: {fact}");
                    return;
                };
                self.names &= kind != "error"
                    || ["name_missing", "bad_message", "unknown_type"].contains(&text("code"));
                match text("code") {
                    "language" => "Te hablo en español.".to_owned(),
                    _ if comes_unasked(fact) => format!("--- {words}"),
                    _ => words.to_owned(),
                }
            }
        };
        self.leave_prompt(lines);
        lines.extend_from_slice(line.as_bytes());
        lines.push(b'\n');
        if let Some(prompt) = self.asked {
            self.ask(prompt, lines);
        }
    }

    /// What somebody said; none of their own words, which only tell that they were said.
    fn said(&mut self, fact: &Value, own: Own<'_>) -> Option<String> {
        let text = |field: &str| fact[field].as_str().expect("text");
        let id: u64 = text("id").parse().expect("numbers are decimal");
        match self.last.iter_mut().find(|(room, _)| room == text("room")) {
            Some((_, last)) => {
                assert!(*last < id, "{fact} comes behind {last}");
                *last = id;
            }
            None => self.last.push((text("room").to_owned(), id)),
        }
        let number =
            text("text").split(' ').next().and_then(|word| word.strip_prefix('m')?.parse::<u64>().ok());
        if let Some(number) = number.filter(|number| own.begun.binary_search(number).is_ok()) {
            self.echoed.push(number);
            return None;
        }
        if number.is_none() && own.names.iter().any(|name| name == text("from")) {
            return None;
        }
        let place = if text("room") == "general" { String::new() } else { format!("#{} ", text("room")) };
        Some(match fact.get("action") {
            Some(_) => format!("{place}* {} {}", text("from"), text("text")),
            None => format!("{place}{}: {}", text("from"), text("text")),
        })
    }

    fn ask(&mut self, prompt: &str, lines: &mut Vec<u8>) {
        self.leave_prompt(lines);
        lines.extend_from_slice(prompt.as_bytes());
        self.at_prompt = true;
    }

    fn leave_prompt(&mut self, lines: &mut Vec<u8>) {
        if std::mem::take(&mut self.at_prompt) {
            lines.push(b'\n');
        }
    }
}

impl World {
    /// Some of those who come, come as browsers do.
    pub fn perhaps_as_a_browser(&mut self, index: usize) {
        if !self.people[index].keys && self.dice.one_in(3) {
            if self.sealing.as_mut().is_some_and(|dice| dice.one_in(2)) {
                self.people[index].end.seal();
            }
            self.people[index].comes_as_a_browser(&mut self.dice);
        }
    }

    /// Whatever is on its way comes, and those who wait with the last of their request come in.
    pub fn browsers_come_in_at_rest(&mut self) {
        self.turn();
        self.turn();
        while self.server.has_work() {
            self.turn();
        }
        self.browsers_come_in();
    }

    /// Those come in who wait with the last of their request, while nobody else has anything to do; says whether there were any.
    pub fn browsers_come_in(&mut self) -> bool {
        let requests = |person: &Person| person.is_requesting() && person.id.is_some();
        let coming: Vec<usize> = (0..self.people.len()).filter(|&it| requests(&self.people[it])).collect();
        for &index in &coming {
            self.comes_in(index);
        }
        !coming.is_empty()
    }

    /// One of them sends the rest of their request. What becomes of them is what has to.
    fn comes_in(&mut self, index: usize) {
        // A read may give one byte, and more often gives all.
        for _ in 0..10_000 {
            if !self.people[index].end.shakes_hands() {
                break;
            }
            self.people[index].receive(usize::MAX);
            self.turn_for(Some(index));
        }
        assert!(!self.people[index].end.shakes_hands(), "a handshake comes to its end");
        self.people[index].send_request(&mut self.dice);
        let (id, from) = (self.people[index].id.expect("they are connected"), self.people[index].address);
        let known = |world: &World| world.server.hub().origin(id).is_some();
        while !known(self) {
            let who = (from, self.orders.is_expelled(from));
            let rule = (self.places, self.has_accounts);
            self.people[index].entry = None;
            let entry = places::expected(&self.people, &self.server, who, rule, self.now);
            self.people[index].entry = Some((entry, self.now));
            self.turn_for(Some(index));
            if !self.server.has_work() {
                break;
            }
        }
        while self.server.has_work() {
            self.turn_for(Some(index));
        }
        let person = &self.people[index];
        let entry = person.entry.map(|(entry, _)| entry);
        let lets_in = matches!(entry, Some(Entry::In | Entry::Trial));
        assert_eq!(known(self), lets_in, "{} comes as {entry:?}", person.name);
    }
}

/// Whether a fact is nothing that its reader has asked for: such lines begin with dashes.
fn comes_unasked(fact: &Value) -> bool {
    let text = |field: &str| fact[field].as_str().unwrap_or_default();
    match text("type") {
        "out" | "decided" | "invited" => true,
        "topic" => fact.get("by").is_some(),
        "account" => ["replaced", "password_renewed", "removed", "reclaimed"].contains(&text("what")),
        "notice" => {
            ["server", "kicked", "stopping", "keys_tried"].contains(&text("code"))
                || text("text").contains("tu plaza es ahora")
        }
        "error" => text("code") == "expelled" && text("text").starts_with("Estás expulsado"),
        _ => false,
    }
}

/// Who came or left, with the words for one and for several, without a room and with one.
fn crowd(fact: &Value, [mark, one, several, one_there, several_there]: [&str; 5]) -> String {
    let names = fact["names"].as_array().expect("names");
    let mut names: Vec<&str> = names.iter().map(|name| name.as_str().expect("a name")).collect();
    let count = names.len() + fact["more"].as_u64().unwrap_or(0) as usize;
    // One more than is spelled out is spelled out too.
    if count > NAMES_SPELLED + 1 {
        names.truncate(NAMES_SPELLED);
    }
    let more = count - names.len();
    let last = match more {
        0 => names.pop().expect("somebody").to_owned(),
        more if names.is_empty() => format!("{more} personas"),
        more => format!("{more} más"),
    };
    let vowel = last.to_lowercase();
    let and = if vowel.starts_with('i') || vowel.starts_with('í') { "e" } else { "y" };
    let who = if names.is_empty() { last } else { format!("{} {and} {last}", names.join(", ")) };
    let room = fact["room"].as_str().filter(|_| fact["chat"] != true);
    match (room, count) {
        (None, 1) => format!("{mark} {who} {one}"),
        (None, _) => format!("{mark} {who} {several}"),
        (Some(room), 1) => format!("{mark} {who} {one_there} #{room}"),
        (Some(room), _) => format!("{mark} {who} {several_there} #{room}"),
    }
}

/// Why somebody left, in brackets.
fn why(fact: &Value) -> String {
    let words = fact["words"].as_str().or(fact["last_words"].as_str());
    match (fact["reason"].as_str(), words) {
        (Some("lost"), _) => " (conexión perdida)".to_owned(),
        (Some("expelled"), None) => " (expulsado)".to_owned(),
        (Some("kicked"), None) => " (desconectado por el servidor)".to_owned(),
        (Some("expelled"), Some(words)) => format!(" (expulsado: {words})"),
        (Some("kicked"), Some(words)) => format!(" (desconectado por el servidor: {words})"),
        (_, Some(words)) => format!(" ({words})"),
        (_, None) => String::new(),
    }
}

/// What was promised to those who came as browsers do has come. To be called at rest.
pub fn was_kept(person: &Person) {
    let Some(web) = &person.web else { return };
    let over = person.end.is_over() || person.end.is_closed();
    let excused = person.fate == Fate::Reset || person.starved || person.dawdled || person.lingered;
    assert!(web.echoed.is_sorted_by(|a, b| a < b), "{}: own words twice: {:?}", person.name, web.echoed);
    if excused {
        return;
    }
    assert!(!web.open || web.begun.is_empty(), "{} has read a part of a frame", person.name);
    if over {
        assert!(web.end.is_some(), "{}: the connection ends without a close", person.name);
    }
    if person.fate == Fate::Here && !over {
        assert_eq!(web.echoed, person.sent, "{} has not read their own words", person.name);
        assert!(web.references.is_empty(), "{}: not answered: {:?}", person.name, web.references);
        assert!(web.pings.is_empty(), "{}: pings were not answered: {:?}", person.name, web.pings);
    }
}
