//! TLS: which server is at the other end, and a connection that only that one can read.
//!
//! Invariant: nothing of what a person types is sent before the server has shown that it holds the key that it is trusted for. That
//! is the key given by `--tls-fingerprint`; or the one remembered; or any, if an authority that this machine knows has signed for
//! that name; or, of a server that was never seen, any, which is shown and remembered.

mod failure;
mod handshake;
mod known_hosts;
mod memory;
mod store;
mod stream;
mod verifier;
mod words;

pub(crate) use failure::Failure;
pub(crate) use handshake::open;
pub(crate) use stream::TlsStream;
pub(crate) use words::{in_short, lines};

use crate::fingerprint;

/// Whether this program has TLS.
pub(crate) const AVAILABLE: bool = true;
