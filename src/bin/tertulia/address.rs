//! Where a server is reached: host, port, and whether through TLS.
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

/// One server's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
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
        let (host, port) = parse_place(rest, english)?;
        Ok(Written { host, port, default_port, tls })
    }

    /// Takes a port written apart, as in `nc HOST PORT`; false if it has one.
    pub(crate) fn take_port(&mut self, port: u16) -> bool {
        let is_free = self.port.is_none();
        self.port = self.port.or(Some(port));
        is_free
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

/// The host, and the port if there is one.
fn parse_place(word: &str, english: bool) -> Result<(String, Option<u16>), String> {
    let wrong = || format!("{}: {word}", if english { "no address" } else { "dirección no válida" });
    let (host, port) = if let Some(rest) = word.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(wrong()),
        }
    } else if word.matches(':').count() > 1 {
        (word, None) // more than one colon and no brackets: a bare IPv6 address
    } else {
        word.split_once(':').map_or((word, None), |(host, port)| (host, Some(port)))
    };
    if host.is_empty() || host.contains('/') {
        return Err(wrong());
    }
    Ok((host.to_string(), port.map(|digits| parse_port(digits, english)).transpose()?))
}

/// A port in decimal digits.
pub(crate) fn parse_port(digits: &str, english: bool) -> Result<u16, String> {
    let wrong = || match english {
        false => format!("puerto no válido: {digits} (de 1 a 65535)"),
        true => format!("no port: {digits} (1 to 65535)"),
    };
    digits.parse().ok().filter(|&port| port != 0).ok_or_else(wrong)
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
}
