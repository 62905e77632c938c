//! People who talk by a Redis's own PUBLISH and SUBSCRIBE, two and two: each publishes on a channel of their name, and hears their partner's.
//!
//! They speak the protocol of Redis 6 (`HELLO 3`), in which a connection that hears can publish as well. Commands are written as they would be typed,
//! and of what comes the lines are looked at: a message is one.

/// How the server greets those who are in: the answer to the last that they begin with.
pub(crate) const WELCOME: &[u8] = b"+PONG\r\n";

/// What somebody begins with who is to hear `partner`.
pub(crate) fn begin(partner: &str) -> Vec<u8> {
    format!("HELLO 3\r\nSUBSCRIBE {partner}\r\nPING\r\n").into_bytes()
}

/// What somebody of that name has to write so that their partner hears `line`.
pub(crate) fn published(name: &str, line: &str) -> Vec<u8> {
    format!("PUBLISH {name} \"{}\"\r\n", line.trim_end()).into_bytes()
}
