//! What is remembered of servers: one `host:port SHA256:…` a line, or `host:port authority` for one whose certificate a known
//! authority has signed.
//!
//! Invariants: pure; what a user has written into the file stays byte for byte, comments and damaged lines included. A damaged
//! line about a server is not the same as no line: the server is not trusted anew.

use super::fingerprint;

/// Behind a server whose certificate is for an authority to judge.
const AUTHORITY: &str = "authority";

/// Why a server is trusted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trust {
    /// It holds the key with this fingerprint.
    Key(String),
    /// A known authority says that its name is its own.
    Authority,
}

/// What the file says about a server's key.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is the one that is remembered.
    Known,
    /// Nothing is remembered of this server.
    First,
    /// Something else is, in these lines, counted from 1.
    Other(Vec<(usize, Trust)>),
    /// The line about this server, counted from 1, cannot be understood.
    Damaged(usize),
}

/// The file.
#[derive(Default)]
pub(crate) struct KnownHosts {
    bytes: Vec<u8>,
}

/// A line that says something.
struct Entry<'a> {
    /// Counted from 1.
    number: usize,
    place: &'a str,
    /// None, if it is damaged.
    trust: Option<Trust>,
}

impl Entry<'_> {
    /// Names of machines do not tell large letters from small ones.
    fn is_about(&self, place: &str) -> bool {
        self.place.eq_ignore_ascii_case(place)
    }

    fn has_key(&self, fingerprint: &str) -> bool {
        matches!(&self.trust, Some(Trust::Key(known)) if known == fingerprint)
    }
}

impl KnownHosts {
    /// `bytes`: the whole file.
    pub(crate) fn new(bytes: Vec<u8>) -> KnownHosts {
        KnownHosts { bytes }
    }

    /// Whether the server at `place` may have the key with this fingerprint.
    pub(crate) fn judge(&self, place: &str, fingerprint: &str) -> Verdict {
        let about: Vec<Entry> = self.entries().filter(|entry| entry.is_about(place)).collect();
        if about.iter().any(|entry| entry.has_key(fingerprint)) {
            return Verdict::Known;
        }
        if let Some(damaged) = about.iter().find(|entry| entry.trust.is_none()) {
            return Verdict::Damaged(damaged.number);
        }
        if about.is_empty() {
            return Verdict::First;
        }
        Verdict::Other(about.into_iter().filter_map(|entry| Some((entry.number, entry.trust?))).collect())
    }

    /// Whether the server at `place` is one for authorities to judge, and nothing else is said about it.
    pub(crate) fn leaves_to_authority(&self, place: &str) -> bool {
        let mut about = self.entries().filter(|entry| entry.is_about(place)).peekable();
        about.peek().is_some() && about.all(|entry| entry.trust == Some(Trust::Authority))
    }

    /// Whether anything is said about the server at `place`.
    pub(crate) fn is_about(&self, place: &str) -> bool {
        self.entries().any(|entry| entry.is_about(place))
    }

    /// Where else the same key was seen.
    pub(crate) fn places_of(&self, fingerprint: &str) -> Vec<String> {
        let same = self.entries().filter(|entry| entry.has_key(fingerprint));
        same.map(|entry| entry.place.to_string()).collect()
    }

    /// The lines, counted from 1, that cannot be understood.
    pub(crate) fn damaged(&self) -> Vec<usize> {
        let lines = self.bytes.split(|&byte| byte == b'\n').enumerate();
        lines.filter(|(_, line)| is_damaged(line)).map(|(index, _)| index + 1).collect()
    }

    /// The whole file with this server in it: in place of what it said about it, or behind all that it said. Words behind that stay. An
    /// empty one begins with `header`.
    pub(crate) fn with(&self, place: &str, trust: &Trust, header: &str) -> Vec<u8> {
        let word = match trust {
            Trust::Key(fingerprint) => fingerprint,
            Trust::Authority => AUTHORITY,
        };
        let mut new = Some(format!("{place} {word}"));
        let mut whole = if self.bytes.is_empty() { header.as_bytes().to_vec() } else { Vec::new() };
        for line in self.bytes.split_inclusive(|&byte| byte == b'\n') {
            if !entry(line, 0).is_some_and(|entry| entry.is_about(place)) {
                whole.extend_from_slice(line);
                continue;
            }
            let words = words_behind(line);
            match new.take() {
                Some(new) => whole.extend_from_slice(&[new.as_bytes(), words, b"\n"].concat()),
                None if words.is_empty() => {}
                None => whole.extend_from_slice(&[b"#", words, b"\n"].concat()),
            }
        }
        if let Some(new) = new {
            if whole.last().is_some_and(|&byte| byte != b'\n') {
                whole.push(b'\n');
            }
            whole.extend_from_slice(format!("{new}\n").as_bytes());
        }
        whole
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let lines = self.bytes.split(|&byte| byte == b'\n').enumerate();
        lines.filter_map(|(index, line)| entry(line, index + 1))
    }
}

/// What a line says about a server, even if the rest of it is damaged; words behind it are a comment.
fn entry(line: &[u8], number: usize) -> Option<Entry<'_>> {
    let line = written(line);
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (place, rest) = line.split_at(end);
    // A first word that is not text names no server.
    let place = std::str::from_utf8(place).ok().filter(|place| !place.is_empty())?;
    let rest = std::str::from_utf8(rest).ok();
    let trust = rest.and_then(|rest| rest.split_whitespace().next()).and_then(|word| match word {
        AUTHORITY => Some(Trust::Authority),
        word => fingerprint::parse(word).map(Trust::Key),
    });
    Some(Entry { number, place, trust })
}

/// What stands behind the two words of an entry, and the blank before it.
fn words_behind(line: &[u8]) -> &[u8] {
    let behind = |words: &[u8]| words.iter().position(u8::is_ascii_whitespace).unwrap_or(words.len());
    let line = written(line);
    let rest = line[behind(line)..].trim_ascii_start();
    &rest[behind(rest)..]
}

fn is_damaged(line: &[u8]) -> bool {
    let says = !written(line).is_empty();
    says && entry(line, 0).is_none_or(|entry| entry.trust.is_none() || !is_place(entry.place))
}

/// What stands in a line that is no comment. Some editors put a byte order mark in front of the first one.
fn written(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    if line.starts_with(b"#") { &[] } else { line }
}

/// `host:port`, as [`place`] writes it.
fn is_place(word: &str) -> bool {
    word.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|number| number > 0))
}

/// How a server is called in the file: `host:port`, `[::1]:port`.
pub(crate) fn place(host: &str, port: u16) -> String {
    let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}
