//! Why there is no connection through TLS.

use std::io;

use super::verifier::Refusal;

/// Why there is none.
pub(crate) enum Failure {
    /// Something else is spoken there.
    NotTls,
    /// It knows what TLS is, and has none for us: its alert.
    Declined(String),
    /// It hung up.
    HungUp,
    /// It did not answer in time.
    Silent,
    /// Its TLS is wrong, in the words of the library.
    Wrong(String),
    /// It does not prove that its certificate is its own, in the words of the library.
    Unproven(String),
    /// No user is there to look at the key of a server of which it is not known whether it was seen: `file` cannot be read.
    Unreadable { error: io::Error, fingerprint: String, file: String },
    /// It may be another server: see `refusal`; `file` is where servers are remembered.
    Untrusted { refusal: Refusal, file: String },
}

impl Failure {
    /// Whether a person has to look at it before another attempt. What is spoken there may be another thing in a moment: a server that
    /// starts, a proxy that answers for it.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Failure::NotTls
            | Failure::Declined(_)
            | Failure::HungUp
            | Failure::Silent
            | Failure::Wrong(_) => false,
            Failure::Unproven(_) | Failure::Unreadable { .. } | Failure::Untrusted { .. } => true,
        }
    }
}
