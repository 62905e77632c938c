//! The header of the PROXY protocol, which proxies that pass bytes on put in front of them: where their client comes from.
//! Both versions, as HAProxy's `proxy-protocol.txt` (2.8) lays them down.
//!
//! Invariants: nothing is allocated and nothing behind the header is looked at; at every cut it is known whether it may still be
//! a header. A header that is none in every respect is not guessed at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest header of version 1, its line end included.
const TEXT_MAX_BYTES: usize = 107;

/// The longest header of version 2 that is read; the standard promises no more than what fits into the smallest packet.
pub const HEADER_MAX_BYTES: usize = 536;

const TEXT: &[u8] = b"PROXY ";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What stands behind the signature, before the addresses: version and command, family, length.
const FIXED_BYTES: usize = SIGNATURE.len() + 4;

/// What the first bytes of a connection from a proxy are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// They may become a header. `begun`: they can become nothing else.
    Incomplete {
        /// What begins a header is there whole.
        begun: bool,
    },
    /// No header.
    Nothing,
    /// A header of so many bytes. Its client comes from there, or nothing is said of it: the proxy itself has something to say, or the client
    /// has no address.
    Whole(Option<SocketAddr>, usize),
    /// The beginning of a header, and then something else.
    Malformed,
}

/// Reads a header off the front of `bytes`, which are all that has come of the connection.
pub fn read(bytes: &[u8]) -> Header {
    for (mark, rest) in [(TEXT, read_text as fn(&[u8]) -> Header), (SIGNATURE, read_binary)] {
        let compared = mark.len().min(bytes.len());
        if bytes[..compared] == mark[..compared] {
            return if compared == mark.len() { rest(bytes) } else { Header::Incomplete { begun: false } };
        }
    }
    Header::Nothing
}

/// Version 1: a line of text.
fn read_text(bytes: &[u8]) -> Header {
    let looked_at = &bytes[..bytes.len().min(TEXT_MAX_BYTES)];
    let Some(end) = looked_at.iter().position(|&byte| byte == b'\n') else {
        return if looked_at.len() < TEXT_MAX_BYTES {
            Header::Incomplete { begun: true }
        } else {
            Header::Malformed
        };
    };
    let line = looked_at[TEXT.len()..end].strip_suffix(b"\r").and_then(|line| std::str::from_utf8(line).ok());
    line.and_then(text_source).map_or(Header::Malformed, |source| Header::Whole(source, end + 1))
}

/// The source in a line of text, behind its first word. The inner None: it tells none.
fn text_source(line: &str) -> Option<Option<SocketAddr>> {
    if line == "UNKNOWN" || line.starts_with("UNKNOWN ") {
        return Some(None);
    }
    let mut words = line.split(' ');
    let family = words.next()?;
    let address = |word: &str| -> Option<IpAddr> {
        match family {
            "TCP4" => word.parse().ok().map(IpAddr::V4),
            "TCP6" => word.parse().ok().map(IpAddr::V6),
            _ => None,
        }
    };
    let (source, _) = (address(words.next()?)?, address(words.next()?)?);
    let (port, _) = (text_port(words.next()?)?, text_port(words.next()?)?);
    words.next().is_none().then_some(Some(SocketAddr::new(source, port)))
}

/// A port without a sign and without zeros in front.
fn text_port(word: &str) -> Option<u16> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
    word.parse().ok().filter(|_| digits)
}

/// Version 2: fields of bytes.
fn read_binary(bytes: &[u8]) -> Header {
    let fields = &bytes[SIGNATURE.len()..];
    // What the bytes so far show to be wrong is wrong at once.
    let known_command = fields.first().is_none_or(|byte| matches!(byte, 0x20 | 0x21));
    let is_local = fields.first() == Some(&0x20);
    let needed = match fields.get(1) {
        _ if is_local => 0,
        None | Some(0x00) => 0,
        Some(0x11) => 12,
        Some(0x21) => 36,
        // A client at the proxy's own machine, that has no address.
        Some(0x31 | 0x32) => 216,
        // Datagrams, and what does not exist.
        Some(_) => return Header::Malformed,
    };
    if !known_command {
        return Header::Malformed;
    }
    let &[_, family, high, low, ref addresses @ ..] = fields else {
        return Header::Incomplete { begun: true };
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < needed || FIXED_BYTES + length > HEADER_MAX_BYTES {
        return Header::Malformed;
    }
    // Behind the addresses there may be more about the connection, which does not matter here.
    let Some(addresses) = addresses.get(..length) else {
        return Header::Incomplete { begun: true };
    };
    let source = if is_local { None } else { binary_source(family, addresses) };
    Header::Whole(source, FIXED_BYTES + length)
}

/// The source in the addresses of a header, which are long enough.
fn binary_source(family: u8, addresses: &[u8]) -> Option<SocketAddr> {
    let port = |at: usize| u16::from_be_bytes([addresses[at], addresses[at + 1]]);
    match family {
        0x11 => {
            let source = Ipv4Addr::from(*addresses.first_chunk::<4>()?);
            Some(SocketAddr::new(source.into(), port(8)))
        }
        0x21 => {
            let source = Ipv6Addr::from(*addresses.first_chunk::<16>()?);
            Some(SocketAddr::new(source.into(), port(32)))
        }
        _ => None,
    }
}
