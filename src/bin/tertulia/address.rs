//! Where servers are reached: host, port, and whether through TLS.
//!
//! Invariant: pure; what is no address is answered with one line that names it.

use std::fmt;

/// Where the server listens without options.
const DEFAULT_HOST: &str = "localhost";

/// Its port: the one that the server takes without options.
const DEFAULT_PORT: u16 = 65434;

/// What may stand in front of a host: whether it means TLS, and the port where none is given. The server's console shows such
/// addresses for browsers.
const SCHEMES: [(&str, bool, u16); 3] =
    [("tls://", true, DEFAULT_PORT), ("https://", true, 443), ("http://", false, 80)];

/// That of one server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
}

impl Address {
    /// Whether both are the same place, through TLS or not.
    pub(crate) fn is_at(&self, other: &Address) -> bool {
        self.port == other.port && self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// As it was written: the port may be missing.
pub(crate) struct Written {
    host: String,
    port: Option<u16>,
    /// Where none is written.
    default_port: u16,
    tls: bool,
}

impl Default for Address {
    fn default() -> Address {
        Address { host: DEFAULT_HOST.to_string(), port: DEFAULT_PORT, tls: false }
    }
}

impl fmt::Display for Address {
    /// `host:port`, `[::1]:port`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Address { host, port, .. } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl Written {
    /// Reads `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`, with or without a scheme.
    pub(crate) fn parse(word: &str, english: bool) -> Result<Written, String> {
        let (rest, tls, default_port) = without_scheme(word);
        let wrong = |why: &str| match english {
            false => format!("dirección no válida: {word}{why}"),
            true => format!("no address: {word}{why}"),
        };
        let (host, digits) = parse_place(rest).ok_or_else(|| wrong(""))?;
        let range = if english { " (ports are 1 to 65535)" } else { " (el puerto va de 1 a 65535)" };
        let port = digits.map(|digits| port(digits).ok_or_else(|| wrong(range))).transpose()?;
        Ok(Written { host, port, default_port, tls })
    }

    /// Reads one, or several with commas between them.
    pub(crate) fn parse_list(words: &str, english: bool) -> Result<Vec<Written>, String> {
        let parts: Vec<&str> = words.split(',').collect();
        if let (2.., Some(empty)) = (parts.len(), parts.iter().position(|part| part.is_empty())) {
            let missing = if english { "address missing, number" } else { "falta la dirección" };
            return Err(format!("{missing} {}: {words}", empty + 1));
        }
        parts.into_iter().map(|part| Written::parse(part, english)).collect()
    }

    /// Takes a port written apart, as in `nc HOST PORT`.
    pub(crate) fn take_port(&mut self, port: u16) {
        self.port = Some(port);
    }

    pub(crate) fn has_no_port(&self) -> bool {
        self.port.is_none()
    }

    /// The whole of it; `tls`: in any case.
    pub(crate) fn whole(self, tls: bool) -> Address {
        let Written { host, port, default_port, tls: own } = self;
        Address { host, port: port.unwrap_or(default_port), tls: tls || own }
    }
}

/// An address without its scheme, and what that means: see [`SCHEMES`].
fn without_scheme(word: &str) -> (&str, bool, u16) {
    for (scheme, tls, port) in SCHEMES {
        if let Some(rest) = word.strip_prefix(scheme) {
            return (rest.strip_suffix('/').unwrap_or(rest), tls, port);
        }
    }
    (word, false, DEFAULT_PORT)
}

/// The host, and what stands for the port if there is something.
fn parse_place(word: &str) -> Option<(String, Option<&str>)> {
    let (host, port) = if let Some(rest) = word.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return None,
        }
    } else if word.matches(':').count() > 1 {
        (word, None) // more than one colon and no brackets: a bare IPv6 address
    } else {
        word.split_once(':').map_or((word, None), |(host, port)| (host, Some(port)))
    };
    let is_host =
        !host.is_empty() && !host.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control());
    is_host.then(|| (host.to_string(), port))
}

/// A port in decimal digits.
pub(crate) fn parse_port(digits: &str, english: bool) -> Result<u16, String> {
    let wrong = || match english {
        false => format!("puerto no válido: {digits} (de 1 a 65535)"),
        true => format!("no port: {digits} (1 to 65535)"),
    };
    port(digits).ok_or_else(wrong)
}

fn port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|&port| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused() {
        for word in
            ["host:", "host:0", "host:65536", "host:x", ":7000", "[::1", "[::1]x", "", "tls://", "tls://h/x"]
        {
            assert!(Written::parse(word, false).is_err(), "{word}");
        }
    }

    #[test]
    fn mistake_in_a_list_is_told_with_its_part() {
        for (words, spanish, english) in [
            (
                "a:1,b:x,c",
                "dirección no válida: b:x (el puerto va de 1 a 65535)",
                "no address: b:x (ports are 1 to 65535)",
            ),
            (
                "a,tls://[::1]:0",
                "dirección no válida: tls://[::1]:0 (el puerto va de 1 a 65535)",
                "no address: tls://[::1]:0 (ports are 1 to 65535)",
            ),
            ("[::1,b", "dirección no válida: [::1", "no address: [::1"),
            ("a, b", "dirección no válida:  b", "no address:  b"),
            ("a,/b,c", "dirección no válida: /b", "no address: /b"),
            ("a,tls://", "dirección no válida: tls://", "no address: tls://"),
            ("a,,b", "falta la dirección 2: a,,b", "address missing, number 2: a,,b"),
            (",a", "falta la dirección 1: ,a", "address missing, number 1: ,a"),
            ("a,", "falta la dirección 2: a,", "address missing, number 2: a,"),
        ] {
            for (is_english, told) in [(false, spanish), (true, english)] {
                assert_eq!(Written::parse_list(words, is_english).err().as_deref(), Some(told));
            }
        }
    }
}
