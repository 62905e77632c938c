//! Why there is no connection through TLS.

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
    /// It may be another server: see `refusal`; `file` is where servers are remembered.
    Untrusted { refusal: Refusal, file: String },
}

impl Failure {
    /// Whether another attempt would end in the same way.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Failure::HungUp | Failure::Silent)
    }
}
