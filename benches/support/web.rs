//! People who talk over a WebSocket: to the chat in JSON, and to nats-server in its own protocol.
//!
//! Frames are masked with zeros, as they may be: what has to be counted is the server's work, and it masks all the same.

use memchr::memmem;

use super::Failure;
use super::crowd::{NAME_BYTES, WELCOME};

/// To whom they talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Chat,
    Nats,
}

/// How far the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The request has not been sent.
    Begun,
    /// Its answer has not come.
    Asked,
    Open,
}

/// One of them, as far as they differ from who talks in lines.
#[derive(Debug)]
pub(crate) struct Web {
    peer: Peer,
    stage: Stage,
    /// What has come and is no whole frame, or no whole answer to the request.
    begun: Vec<u8>,
    /// What has come of a line of nats-server's.
    line: Vec<u8>,
    /// What is said next to the server, beside what somebody says.
    reply: Vec<u8>,
}

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;

/// What begins a message that somebody said, and what stands before the parts of it.
const SAID: &[u8] = b"{\"type\":\"said\"";
const FROM: &[u8] = b",\"from\":\"";
const WORDS: &[u8] = b"\",\"text\":\"";
const AT: &[u8] = b"\",\"at\":";

impl Web {
    pub(crate) fn new(peer: Peer) -> Web {
        Web { peer, stage: Stage::Begun, begun: Vec::new(), line: Vec::new(), reply: Vec::new() }
    }

    /// What has to be written now that the connection may be written to; nothing most of the time.
    pub(crate) fn request(&mut self) -> Option<String> {
        if self.stage != Stage::Begun {
            return None;
        }
        self.stage = Stage::Asked;
        let path = if self.peer == Peer::Chat { "/chat" } else { "/" };
        Some(format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ))
    }

    /// Takes the answers out that have to be written.
    pub(crate) fn take_reply(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.reply)
    }

    /// Cuts `input` into what was said, each as the line that it would be, and calls `hear` with them. Their own words, which
    /// the chat gives back to them, are none of it.
    pub(crate) fn take(&mut self, input: &[u8], name: &str, hear: impl FnMut(&[u8])) -> Result<(), Failure> {
        if self.begun.is_empty() {
            let rest = self.cut(input, name, hear)?;
            self.begun.extend_from_slice(rest);
            return Ok(());
        }
        let mut whole = std::mem::take(&mut self.begun);
        whole.extend_from_slice(input);
        let rest = self.cut(&whole, name, hear)?.len();
        // Of who is silent nothing is kept: these are many.
        self.begun = if rest == 0 { Vec::new() } else { whole.split_off(whole.len() - rest) };
        Ok(())
    }

    /// Gives back what is not whole.
    fn cut<'a>(
        &mut self,
        input: &'a [u8],
        name: &str,
        mut hear: impl FnMut(&[u8]),
    ) -> Result<&'a [u8], Failure> {
        let mut rest = input;
        if self.stage == Stage::Asked {
            let Some(end) = memmem::find(rest, b"\r\n\r\n") else { return Ok(rest) };
            if !rest.starts_with(b"HTTP/1.1 101 ") {
                return Err(format!("no WebSocket: {}", String::from_utf8_lossy(rest)).into());
            }
            self.stage = Stage::Open;
            rest = &rest[end + 4..];
        }
        while let Some((opcode, payload, next)) = frame(rest) {
            rest = next;
            match (opcode, self.peer) {
                (TEXT, Peer::Chat) => self.fact(payload, name, &mut hear),
                (TEXT | BINARY, Peer::Nats) => self.nats(payload, &mut hear),
                (CLOSE, _) => return Err("the server has closed a WebSocket".into()),
                _ => {}
            }
        }
        Ok(rest)
    }

    fn fact(&mut self, fact: &[u8], name: &str, hear: &mut impl FnMut(&[u8])) {
        if fact.starts_with(SAID) {
            let Some((from, words)) = said(fact) else { return };
            if from != name.as_bytes() {
                self.line.clear();
                for part in [from, b": ", words, b"\n"] {
                    self.line.extend_from_slice(part);
                }
                hear(&self.line);
            }
        } else if fact.starts_with(b"{\"type\":\"name\"") {
            text(&format!("{{\"type\":\"name\",\"name\":\"{name}\"}}"), &mut self.reply);
        } else if fact.starts_with(b"{\"type\":\"welcome\"") {
            hear(WELCOME);
        } else if fact.starts_with(b"{\"type\":\"joined\"") || fact.starts_with(b"{\"type\":\"left\"") {
            // Told as lines are: by their beginning.
            hear(&[b">>> ", fact].concat());
        }
    }

    fn nats(&mut self, bytes: &[u8], hear: &mut impl FnMut(&[u8])) {
        self.line.extend_from_slice(bytes);
        let lines = std::mem::take(&mut self.line);
        let mut rest = &lines[..];
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, next) = rest.split_at(end + 1);
            rest = next;
            if line.starts_with(b"INFO ") {
                let options = "{\"verbose\":false,\"pedantic\":false,\"echo\":false}";
                text(&format!("CONNECT {options}\r\nSUB room 1\r\nPING\r\n"), &mut self.reply);
            } else if line.starts_with(b"PING") {
                text("PONG\r\n", &mut self.reply);
            } else if line.starts_with(b"PONG") {
                hear(WELCOME);
            } else if let Some(words) = line.strip_suffix(b"\r\n").filter(|_| !line.starts_with(b"MSG ")) {
                hear(&[words, b"\n"].concat());
            }
        }
        self.line = rest.to_vec();
    }

    /// What has to be sent so that `line`, with its speaker's name, is heard.
    pub(crate) fn said(&self, line: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let line = line.trim_end();
        match self.peer {
            Peer::Chat => {
                let words = &line[NAME_BYTES + 2..];
                text(&format!("{{\"type\":\"say\",\"text\":\"{words}\"}}"), &mut bytes);
            }
            Peer::Nats => text(&format!("PUB room {}\r\n{line}\r\n", line.len()), &mut bytes),
        }
        bytes
    }

    /// The frame that ends the connection for good.
    pub(crate) fn farewell(&self) -> &'static [u8] {
        &[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]
    }
}

/// Who said a message, and the words; none of them has anything that JSON escapes.
fn said(fact: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = &fact[memmem::find(fact, FROM)? + FROM.len()..];
    let from = memchr::memchr(b'"', rest)?;
    let words = rest[from..].strip_prefix(WORDS)?;
    Some((&rest[..from], &words[..memmem::rfind(words, AT)?]))
}

/// The first frame of `input`, if it is whole: its type, its payload, and what follows.
fn frame(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (head, length) = match *input {
        [_, short @ ..126, ..] => (2, usize::from(short)),
        [_, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        [_, 127, _, _, _, _, a, b, c, d, ..] => (10, u32::from_be_bytes([a, b, c, d]) as usize),
        _ => return None,
    };
    let (frame, next) = input.split_at_checked(head + length)?;
    Some((input[0] & 0x0f, &frame[head..], next))
}

/// Adds a message of a client.
fn text(payload: &str, out: &mut Vec<u8>) {
    out.push(0x80 | TEXT);
    match payload.len() {
        short @ ..126 => out.push(0x80 | short as u8),
        length => {
            out.push(0x80 | 126);
            out.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload.as_bytes());
}

/// Bytes of the frame in which the chat tells a line of so many bytes.
pub(crate) fn frame_bytes(line: usize) -> usize {
    let words = line - NAME_BYTES - 3;
    let fields = "\",\"id\":\"123\",\"room\":\"general\"".len() + FROM.len() + NAME_BYTES + WORDS.len();
    let payload = SAID.len() + fields + words + AT.len() + "1764184800123}".len() - 1;
    payload + if payload < 126 { 2 } else { 4 }
}
