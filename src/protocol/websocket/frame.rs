//! Frames that the server sends. They are not masked (RFC 6455 §5.1), so the bytes of one message are the same for all its
//! recipients.

use serde::{Deserialize, Serialize};

/// Bytes of a control frame's payload, at most (RFC 6455 §5.5).
pub(super) const CONTROL_MAX_BYTES: usize = 125;

/// Bytes of a frame's head that the server sends, at most.
pub const HEAD_MAX_BYTES: usize = 10;

/// What a frame is (RFC 6455 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    /// None: reserved.
    pub(super) fn of(bits: u8) -> Option<Opcode> {
        Some(match bits {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xa => Opcode::Pong,
            _ => return None,
        })
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Opcode::Close | Opcode::Ping | Opcode::Pong)
    }

    fn bits(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xa,
        }
    }
}

/// Why a WebSocket ends (RFC 6455 §7.4.1, and 1012 of IANA's registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// 1000: all was said.
    Normal,
    /// 1002: the peer broke the rules of framing.
    Protocol,
    /// 1003: binary data, which the chat does not take.
    Unsupported,
    /// 1007: text that is not UTF-8.
    NotUtf8,
    /// 1008: what the chat does not allow.
    Policy,
    /// 1009: a message that is too long.
    TooLong,
    /// 1012: the server stops.
    Restart,
    /// The code that the peer sent, of those that may be sent: the answer repeats it.
    Peer(u16),
}

impl CloseCode {
    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            CloseCode::Normal => 1000,
            CloseCode::Protocol => 1002,
            CloseCode::Unsupported => 1003,
            CloseCode::NotUtf8 => 1007,
            CloseCode::Policy => 1008,
            CloseCode::TooLong => 1009,
            CloseCode::Restart => 1012,
            CloseCode::Peer(code) => code,
        }
    }
}

/// Adds a message of text to `out`.
pub fn text(payload: &str, out: &mut Vec<u8>) {
    let (bytes, length) = head(payload.len());
    out.extend_from_slice(&bytes[..length]);
    out.extend_from_slice(payload.as_bytes());
}

/// The head of a text message with a payload of so many bytes: its bytes, and how many they are.
pub fn head(payload: usize) -> ([u8; HEAD_MAX_BYTES], usize) {
    head_of(Opcode::Text, payload)
}

/// Adds the answer to a ping to `out`. `payload` is the ping's: at most 125 bytes.
pub fn pong(payload: &[u8], out: &mut Vec<u8>) {
    control(Opcode::Pong, &[payload], out);
}

/// Adds a ping to `out`: two bytes.
pub fn ping(out: &mut Vec<u8>) {
    control(Opcode::Ping, &[], out);
}

/// Adds the end to `out`: nothing may be sent behind it. Of a reason that is too long the first 123 bytes are sent, or a few less, so that no
/// character is cut.
pub fn close(code: CloseCode, reason: &str, out: &mut Vec<u8>) {
    let mut end = reason.len().min(CONTROL_MAX_BYTES - 2);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let reason = &reason[..end];
    control(Opcode::Close, &[&code.number().to_be_bytes(), reason.as_bytes()], out);
}

/// Adds the end without a code to `out`, which answers one without.
pub(super) fn bare_close(out: &mut Vec<u8>) {
    control(Opcode::Close, &[], out);
}

fn control(opcode: Opcode, parts: &[&[u8]], out: &mut Vec<u8>) {
    let payload: usize = parts.iter().map(|part| part.len()).sum();
    assert!(payload <= CONTROL_MAX_BYTES, "control frames are short");
    let (bytes, length) = head_of(opcode, payload);
    out.extend_from_slice(&bytes[..length]);
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// The head of a frame that is a whole message.
fn head_of(opcode: Opcode, payload: usize) -> ([u8; HEAD_MAX_BYTES], usize) {
    let mut bytes = [0; HEAD_MAX_BYTES];
    bytes[0] = 0x80 | opcode.bits();
    let length = match payload {
        0..=125 => {
            bytes[1] = payload as u8;
            2
        }
        126..=0xffff => {
            bytes[1] = 126;
            bytes[2..4].copy_from_slice(&(payload as u16).to_be_bytes());
            4
        }
        _ => {
            bytes[1] = 127;
            bytes[2..10].copy_from_slice(&(payload as u64).to_be_bytes());
            10
        }
    };
    (bytes, length)
}
