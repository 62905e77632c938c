//! What is wrong about a value of the command line.

use thiserror::Error;

use crate::config::NetworkError;
#[cfg(feature = "cluster")]
use crate::limits::NODE_NAME_MAX_BYTES;

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
    /// It is no address of a Redis. What was typed is not repeated: there may be a password in it.
    #[cfg(feature = "cluster")]
    #[error("no address of a Redis, as in redis://localhost/ or unix:///run/redis.sock")]
    EngineAddress,
    /// It asks for TLS, without which this program was built.
    #[cfg(feature = "cluster")]
    #[error("this program was built without TLS, which rediss:// asks for")]
    WithoutTls,
    /// Keys cannot begin so.
    #[cfg(feature = "cluster")]
    #[error("keys begin with letters a-z, digits, and - _ : . {{ }}")]
    Prefix,
    /// It is no name of a node.
    #[cfg(feature = "cluster")]
    #[error(
        "a node's name has at most {NODE_NAME_MAX_BYTES} letters a-z, digits and -, and begins with a letter"
    )]
    NodeName,
    /// It is no entry of a log.
    #[cfg(feature = "cluster")]
    #[error("an entry is two numbers with a hyphen between, as in 1764000000000-0")]
    Entry,
    /// It is no network of addresses.
    #[error("{0}")]
    Network(NetworkError),
}
