//! Programs that take the chat for something else, known by the first bytes of their connection: HTTP, TLS and the
//! PROXY protocol.
//!
//! Invariant: nothing of what they send becomes a name or words. A web page can have its reader's browser send a request with
//! lines of the page's choice to any address; each would be a line of ours.

use serde::{Deserialize, Serialize};

use super::line::LineEnding;

/// A protocol that is not spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ForeignProtocol {
    /// HTTP of any version.
    Http,
    /// TLS of any version.
    Tls,
    /// The header of a proxy that is not believed.
    Proxy,
}

impl ForeignProtocol {
    /// What is answered, in that protocol's own form: whole, and with its own line ends.
    pub fn refusal(self) -> Vec<u8> {
        match self {
            ForeignProtocol::Http => format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{HERE_IS_A_CHAT}",
                HERE_IS_A_CHAT.len()
            )
            .into_bytes(),
            // An alert (RFC 8446 §6): fatal, handshake_failure.
            ForeignProtocol::Tls => vec![0x15, 3, 1, 0, 2, 2, 40],
            // It has no answer of its own: this is for the client behind the proxy.
            ForeignProtocol::Proxy => NOT_BELIEVED.into(),
        }
    }
}

/// How to come in, for the person at that browser.
const HERE_IS_A_CHAT: &str = "Esto es un chat, no una página web. Para entrar: nc DIRECCIÓN PUERTO\r\n\
                              This is a chat, not a web page. To join: nc HOST PORT\r\n";

/// How to be let in, for the proxy's administrator.
const NOT_BELIEVED: &str = "Este servidor no se fía de los proxies de esa dirección: hace falta --trust-proxy.\r\n\
                            This server does not trust proxies at that address: it takes --trust-proxy.\r\n";

/// What is answered to a second header behind that of a proxy which is believed: for the proxies' administrator.
pub const HEADER_TWICE: &str = "La cabecera PROXY ha llegado dos veces: solo debe ponerla el primer proxy de la cadena.\r\n\
                                The PROXY header came twice: only the first proxy of a chain is to send it.\r\n";

/// Whether a first line that ends so is the header of a proxy: the one of version 1, or of version 2 as far as its first byte
/// that is neither CR nor LF, and the CR behind it. NUL and LF are an empty line of our client, which says so that it is there.
pub(super) fn is_proxy_header(line: &[u8], ending: LineEnding) -> bool {
    let version_1 = line.strip_prefix(b"PROXY ").is_some_and(|rest| {
        [&b"TCP4"[..], b"TCP6", b"UNKNOWN"].iter().any(|family| rest.starts_with(family))
    });
    version_1 || line == [0] && ending == LineEnding::Cr
}

/// Whether the first two bytes of a connection open a TLS handshake (RFC 8446 §5.1: the type of the record, and the
/// part of its version that never changes).
pub(super) fn opens_tls(first: u8, second: u8) -> bool {
    (first, second) == (0x16, 3)
}

/// Whether a first line, without its ending, is a request (RFC 9112 §3: method, target, version), or the header that
/// browsers send first: the request line before it was too long to be judged. A version is asked for, so that nobody is
/// shut out who begins with `GET well soon`.
pub(super) fn is_request(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (method, target, version) = (words.next(), words.next(), words.next_back());
    let asks = method.is_some_and(is_token) && target.is_some() && version.is_some_and(is_version);
    asks || line.get(..5).is_some_and(|header| header.eq_ignore_ascii_case(b"host:"))
}

/// Whether a first line that is too long, and begins with `start`, is a request: its version is out of sight.
pub(super) fn is_long_request(start: &[u8]) -> bool {
    let mut words = start.splitn(2, |&byte| byte == b' ');
    words.next().is_some_and(is_token) && words.next().is_some_and(|target| target.starts_with(b"/"))
}

/// Whether text without a line end is a request, or may be the beginning of one that the network has cut: a method as
/// browsers write it or the beginning of such a method, alone or in front of a target, or any method in front of a path.
pub(super) fn may_be_request(text: &[u8]) -> bool {
    let mut words = text.splitn(2, |&byte| byte == b' ');
    let method = words.next().unwrap_or_default();
    let Some(target) = words.next().map(<[u8]>::trim_ascii_start) else {
        return METHODS.iter().any(|known| known.as_bytes().starts_with(method)) || is_request(text);
    };
    let known = METHODS.iter().any(|known| known.as_bytes() == method);
    let scheme = target.iter().zip(b"http").all(|(typed, letter)| typed.eq_ignore_ascii_case(letter));
    is_token(method) && target.starts_with(b"/")
        || known && (scheme || target.starts_with(b"*") || method == b"CONNECT")
        || is_request(text)
}

/// The methods that browsers send without having asked the server before, and those of proxies and HTTP/2 (RFC 9113 §3.4).
pub(super) const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "PRI"];

/// RFC 9110 §5.6.2.
fn is_token(word: &[u8]) -> bool {
    !word.is_empty()
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// `HTTP/1.1`, `HTTP/2.0`, also in small letters or without the part behind the dot.
fn is_version(word: &[u8]) -> bool {
    let Some((name, number)) = word.split_at_checked(5) else { return false };
    let mut parts = number.splitn(2, |&byte| byte == b'.');
    name.eq_ignore_ascii_case(b"http/")
        && parts.all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}
