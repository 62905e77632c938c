//! The first bytes of a connection, which tell what it speaks.
//!
//! Invariants: every client that sends first is known by what it sends, and does not wait; of one that says nothing it is
//! decided by time that it speaks lines. What has come is handed on whole, however it was cut.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::foreign::{METHODS, opens_tls};
use super::proxy::{self, Header};
use super::stored_bytes;
use crate::chat::{Language, MonoTime};

/// How long a connection may take to show what it speaks.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct OpeningDeadlines {
    /// Then it speaks lines, unless it has begun with something else.
    pub line: MonoTime,
    /// Then the head of its first request has to be there.
    pub request: MonoTime,
}

/// A connection of which it is not known what it speaks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Undecided {
    pub(super) language: Language,
    pub(super) deadlines: OpeningDeadlines,
    #[serde(with = "stored_bytes")]
    pub(super) bytes: Vec<u8>,
    /// Whether it may go on in TLS.
    pub(super) may_seal: bool,
}

/// A connection from a proxy that is believed: in front of all else may stand where the proxy's client comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fronted {
    #[serde(with = "stored_bytes")]
    pub(super) bytes: Vec<u8>,
    pub(super) deadlines: OpeningDeadlines,
    /// What had to be there is not.
    pub(super) late: bool,
}

/// What stands in front of a connection from a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A header of the PROXY protocol: the client comes from there, or nothing is said of it.
    Source(Option<SocketAddr>),
    /// Nothing.
    Bare,
    /// A header that is none, or is not there in time.
    Malformed,
}

impl Fronted {
    pub(super) fn new(deadlines: OpeningDeadlines) -> Fronted {
        Fronted { bytes: Vec::new(), deadlines, late: false }
    }

    /// What stands there, once that can be told.
    pub(super) fn front(&self) -> Option<Front> {
        match proxy::read(&self.bytes) {
            Header::Whole(source, _) => Some(Front::Source(source)),
            Header::Nothing => Some(Front::Bare),
            Header::Malformed => Some(Front::Malformed),
            Header::Incomplete { .. } if !self.late => None,
            Header::Incomplete { begun: true } => Some(Front::Malformed),
            Header::Incomplete { begun: false } => Some(Front::Bare),
        }
    }

    /// How many bytes the header has.
    pub(super) fn length(&self) -> usize {
        if let Header::Whole(_, length) = proxy::read(&self.bytes) { length } else { 0 }
    }

    /// When it is too late for a header: one that has begun has the time of a request.
    pub(super) fn due(&self) -> MonoTime {
        match proxy::read(&self.bytes) {
            Header::Incomplete { begun: true } => self.deadlines.request,
            _ => self.deadlines.line,
        }
    }
}

/// What first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// They may still become something else than lines.
    Nothing,
    /// Lines.
    Line,
    /// TLS. Where there is none, the line protocol's decoder knows and refuses it.
    Tls,
    /// A request.
    Http,
}

/// The type of TLS's first record (RFC 8446 §5.1).
const HANDSHAKE: u8 = 0x16;

/// What the bytes that have come tell.
pub(super) fn first(bytes: &[u8]) -> First {
    let mut word = bytes.splitn(2, |&byte| byte == b' ');
    let (begun, is_over) = (word.next().unwrap_or_default(), word.next().is_some());
    if METHODS.iter().any(|method| is_over && method.as_bytes() == begun) {
        First::Http
    } else if let [type_, version, ..] = *bytes
        && opens_tls(type_, version)
    {
        First::Tls
    } else if bytes == [HANDSHAKE]
        || !is_over && METHODS.iter().any(|method| method.as_bytes().starts_with(begun))
    {
        First::Nothing
    } else {
        First::Line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_however_they_are_cut() {
        for (bytes, expected) in [
            (&b""[..], First::Nothing),
            (b"GET / HTTP/1.1\r\n", First::Http),
            (b"HEAD /", First::Http),
            (b"OPTIONS * HTTP/1.0\r\n", First::Http),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", First::Http),
            (b"GET\n", First::Line),
            (b"GETA", First::Line),
            (b"get / HTTP/1.1\r\n", First::Line),
            (b"Ana\n", First::Line),
            (b"P\xc3\xa9rez\n", First::Line),
            ("Ñ".as_bytes(), First::Line),
            (b"\xff\xfb\x01", First::Line),
            (b"\x16\x03\x01", First::Tls),
            (b"\x16x", First::Line),
            (b"\n", First::Line),
        ] {
            assert_eq!(first(bytes), expected, "{bytes:?}");
            // As soon as less of it tells, it tells the same.
            let told = (0..bytes.len()).map(|end| first(&bytes[..end])).find(|&told| told != First::Nothing);
            assert!(told.is_none_or(|told| told == expected), "{bytes:?}: {told:?}");
        }
    }
}
