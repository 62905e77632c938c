//! What is wrong about a value of the command line.

use thiserror::Error;

use crate::config::NetworkError;

/// Why a value cannot be taken: the end of a sentence, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Mistake {
    /// A whole number is needed.
    #[error("a whole number is needed")]
    NoNumber,
    /// A whole number is needed, at least this one.
    #[error("a number is needed, at least {0}")]
    AtLeast(u32),
    /// A whole number is needed, from the one to the other.
    #[error("a number is needed, from {0} to {1}")]
    Between(u32, u32),
    /// The address lacks a port; with it it would be written so.
    #[error("the port is missing, as in {0}")]
    NoPort(String),
    /// The port is not a number from 0 to 65535.
    #[error("the port is a number from 0 to 65535, not {0}")]
    Port(String),
    /// An IPv6 address stands in brackets.
    #[error("an IPv6 address stands in brackets, as in [::1]:65434")]
    Brackets,
    /// It does not say which machines the chat is for: the port.
    #[error("say for whom: localhost:{0} for this machine, 0.0.0.0:{0} for all")]
    NoHost(String),
    /// It is no network of addresses.
    #[error("{0}")]
    Network(NetworkError),
}
