//! Bytes of a client to messages.
//!
//! Invariants: however the bytes are cut, the same messages come of them, and the first error with the byte that shows it;
//! behind an error or a close nothing comes any more. A message is never longer than allowed, whatever its head says.

use serde::{Deserialize, Serialize};

use super::frame::{CONTROL_MAX_BYTES, CloseCode, Opcode, bare_close, close};
use crate::protocol::stored_bytes;

/// Bytes of a client's frame's head, at most: two, a length of eight, a mask of four.
const HEAD_MAX_BYTES: usize = 14;

/// What a client has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A message of text, whole.
    Text(String),
    /// To be answered by [`pong`](super::pong) with the same payload.
    Ping(Vec<u8>),
    /// The answer to a ping, or a sign of life.
    Pong,
    /// The end. What is to be sent before the connection is closed, if nothing was before: a close with the same code.
    Close {
        /// The code that says why, if there is one.
        code: Option<u16>,
        /// The frame that answers it.
        answer: Vec<u8>,
    },
}

/// Takes the frames of one client apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decoder {
    /// Bytes of a message of text, at most.
    max: usize,
    head: Head,
    /// The frame whose payload comes.
    frame: Option<Frame>,
    /// The message that has begun.
    message: Option<PartialMessage>,
    /// The payload of a control frame, which may come between two fragments of a message.
    #[serde(with = "stored_bytes")]
    control: Vec<u8>,
    over: bool,
}

/// The head of a frame, as far as it has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Head {
    bytes: [u8; HEAD_MAX_BYTES],
    length: usize,
}

/// A frame without its payload.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Frame {
    last: bool,
    opcode: Opcode,
    mask: [u8; 4],
    /// Bytes of its payload that have not come.
    left: usize,
    /// Bytes of it that have, modulo the length of the mask.
    phase: usize,
}

/// A message as far as it has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PartialMessage {
    #[serde(with = "stored_bytes")]
    bytes: Vec<u8>,
    /// So many of them are UTF-8; behind them is the beginning of one character at most.
    checked: usize,
}

impl Decoder {
    /// For messages of at most `max` bytes.
    pub fn new(max: usize) -> Decoder {
        Decoder { max, head: Head::default(), frame: None, message: None, control: Vec::new(), over: false }
    }

    /// Takes bytes off the front of `input` until a message or a control frame is whole. None: all of them are taken, and
    /// nothing is. An error is the code with which the connection has to be closed.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Result<Incoming, CloseCode>> {
        loop {
            if self.over {
                *input = &[];
                return None;
            }
            match self.step(input) {
                Ok(None) if input.is_empty() && !self.is_frame_whole() => return None,
                Ok(None) => {}
                Ok(Some(incoming)) => {
                    self.over = matches!(incoming, Incoming::Close { .. });
                    return Some(Ok(incoming));
                }
                Err(code) => {
                    self.over = true;
                    *input = &[];
                    return Some(Err(code));
                }
            }
        }
    }

    /// Whether nothing has begun: a new decoder is as good.
    pub fn is_idle(&self) -> bool {
        !self.over && self.head.length == 0 && self.frame.is_none() && self.message.is_none()
    }

    /// Bytes of memory that what has begun holds.
    pub fn held(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.bytes.capacity()) + self.control.capacity()
    }

    /// Whether this can have been the state of a connection.
    pub(in crate::protocol) fn is_sound(&self) -> bool {
        let left = self.frame.filter(|frame| !frame.opcode.is_control()).map_or(0, |frame| frame.left);
        let message = self.message.as_ref().is_none_or(|message| {
            let checked = message.bytes.get(..message.checked);
            message.bytes.len().saturating_add(left) <= self.max
                && checked.is_some_and(|checked| std::str::from_utf8(checked).is_ok())
        });
        let control = self.frame.filter(|frame| frame.opcode.is_control()).map_or(0, |frame| frame.left);
        let head = self.head.length == 0 || self.head.length <= self.head.whole().min(HEAD_MAX_BYTES);
        message
            && head
            && self.control.len().saturating_add(control) <= CONTROL_MAX_BYTES
            && self.frame.is_none_or(|frame| frame.phase < frame.mask.len())
    }

    /// A frame has all its payload, and nothing has come of it yet.
    fn is_frame_whole(&self) -> bool {
        self.frame.is_some_and(|frame| frame.left == 0)
    }

    /// Goes on by a head, a part of a payload, or the end of a frame.
    fn step(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, CloseCode> {
        let Some(frame) = &mut self.frame else {
            if self.head.take(input)? {
                let frame = self.head.frame(self.max)?;
                self.head = Head::default();
                self.begin(frame)?;
            }
            return Ok(None);
        };
        let (payload, rest) = input.split_at(frame.left.min(input.len()));
        *input = rest;
        let unmasked = payload.iter().zip(frame.mask.iter().cycle().skip(frame.phase)).map(|(a, b)| a ^ b);
        match &mut self.message {
            Some(message) if !frame.opcode.is_control() => {
                message.make_room(payload.len(), self.max);
                message.bytes.extend(unmasked);
            }
            _ => self.control.extend(unmasked),
        }
        frame.left -= payload.len();
        frame.phase = (frame.phase + payload.len()) % frame.mask.len();
        if !frame.opcode.is_control()
            && let Some(message) = &mut self.message
        {
            message.check()?;
        }
        match frame.left {
            0 => self.end_frame(),
            _ => Ok(None),
        }
    }

    /// A frame's head has come.
    fn begin(&mut self, frame: Frame) -> Result<(), CloseCode> {
        match (frame.opcode, &self.message) {
            (Opcode::Continuation, None) | (Opcode::Text, Some(_)) => {
                return Err(CloseCode::Protocol);
            }
            (Opcode::Text, None) => self.message = Some(PartialMessage::default()),
            _ => {}
        }
        // No memory is taken for it yet: what a head promises may never come.
        if let Some(message) = &self.message
            && !frame.opcode.is_control()
            && message.bytes.len() + frame.left > self.max
        {
            return Err(CloseCode::TooLong);
        }
        self.frame = Some(frame);
        Ok(())
    }

    fn end_frame(&mut self) -> Result<Option<Incoming>, CloseCode> {
        let Some(Frame { last, opcode, .. }) = self.frame.take() else {
            return Ok(None);
        };
        match opcode {
            Opcode::Ping => Ok(Some(Incoming::Ping(std::mem::take(&mut self.control)))),
            Opcode::Pong => {
                self.control = Vec::new();
                Ok(Some(Incoming::Pong))
            }
            Opcode::Close => closing(&std::mem::take(&mut self.control)).map(Some),
            _ if last => match self.message.take().map(|message| String::from_utf8(message.bytes)) {
                Some(Ok(text)) => Ok(Some(Incoming::Text(text))),
                _ => Err(CloseCode::NotUtf8), // its last character is cut
            },
            _ => Ok(None),
        }
    }
}

impl PartialMessage {
    /// Grows by doubling, but not beyond the longest message.
    fn make_room(&mut self, more: usize, max: usize) {
        let (length, capacity) = (self.bytes.len(), self.bytes.capacity());
        if length + more > capacity {
            self.bytes.reserve_exact((2 * capacity).clamp(length + more, max) - length);
        }
    }

    /// Looks at the bytes that came last: no more than once at each, but for the character that is cut.
    fn check(&mut self) -> Result<(), CloseCode> {
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(_) => self.checked = self.bytes.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(CloseCode::NotUtf8),
        }
        Ok(())
    }
}

impl Head {
    /// Takes what is missing off the front of `input`; says whether that is all. What the bytes so far show to be wrong is an
    /// error at once.
    fn take(&mut self, input: &mut &[u8]) -> Result<bool, CloseCode> {
        loop {
            self.check()?;
            let wanted = self.whole();
            if self.length == wanted {
                return Ok(true);
            }
            let (come, rest) = input.split_at((wanted - self.length).min(input.len()));
            if come.is_empty() {
                return Ok(false);
            }
            self.bytes[self.length..self.length + come.len()].copy_from_slice(come);
            self.length += come.len();
            *input = rest;
        }
    }

    /// How long it is, as far as its bytes have told.
    fn whole(&self) -> usize {
        if self.length < 2 {
            return self.length + 1;
        }
        HEAD_MAX_BYTES - 8
            + match self.bytes[1] & 0x7f {
                126 => 2,
                127 => 8,
                _ => 0,
            }
    }

    fn check(&self) -> Result<(), CloseCode> {
        if self.length == 0 {
            return Ok(());
        }
        let (last, reserved) = (self.bytes[0] & 0x80 != 0, self.bytes[0] & 0x70);
        let Some(opcode) = Opcode::of(self.bytes[0] & 0x0f).filter(|_| reserved == 0) else {
            return Err(CloseCode::Protocol);
        };
        if opcode.is_control() && !last {
            return Err(CloseCode::Protocol);
        }
        if self.length >= 2 {
            let masked = self.bytes[1] & 0x80 != 0;
            let long = usize::from(self.bytes[1] & 0x7f) > CONTROL_MAX_BYTES;
            if !masked || opcode.is_control() && long {
                return Err(CloseCode::Protocol);
            }
        }
        match opcode {
            Opcode::Binary => Err(CloseCode::Unsupported),
            _ => Ok(()),
        }
    }

    /// The frame that the whole head describes.
    fn frame(&self, max: usize) -> Result<Frame, CloseCode> {
        let opcode = Opcode::of(self.bytes[0] & 0x0f).ok_or(CloseCode::Protocol)?;
        let (length, shortest) = match self.bytes[1] & 0x7f {
            126 => (u64::from(u16::from_be_bytes([self.bytes[2], self.bytes[3]])), 126),
            127 => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(&self.bytes[2..10]);
                (u64::from_be_bytes(bytes), 0x1_0000)
            }
            short => (u64::from(short), 0),
        };
        // RFC 6455 §5.2: the shortest form, and the highest bit 0.
        if length < shortest || length > i64::MAX as u64 {
            return Err(CloseCode::Protocol);
        }
        let left = usize::try_from(length).ok().filter(|&length| length <= max.max(CONTROL_MAX_BYTES));
        let mut mask = [0; 4];
        mask.copy_from_slice(&self.bytes[self.length - 4..self.length]);
        Ok(Frame {
            last: self.bytes[0] & 0x80 != 0,
            opcode,
            mask,
            left: left.ok_or(CloseCode::TooLong)?,
            phase: 0,
        })
    }
}

/// What a client's close says, and the answer to it.
fn closing(payload: &[u8]) -> Result<Incoming, CloseCode> {
    let (mut answer, mut told) = (Vec::new(), None);
    match payload {
        [] => bare_close(&mut answer),
        [_] => return Err(CloseCode::Protocol),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            // RFC 6455 §7.4, and IANA's registry: the others may not be sent.
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(CloseCode::Protocol);
            }
            if std::str::from_utf8(reason).is_err() {
                return Err(CloseCode::NotUtf8);
            }
            told = Some(code);
            close(CloseCode::Peer(code), "", &mut answer);
        }
    }
    Ok(Incoming::Close { code: told, answer })
}
