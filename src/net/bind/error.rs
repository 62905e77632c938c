//! Why the server cannot listen.

use std::io::{self, ErrorKind};

use thiserror::Error;

use crate::limits::PASSED_SOCKETS_MAX;

/// Why an address cannot be listened on. [`describe`](BindError::describe) says it to the person who started the server.
#[derive(Debug, Error)]
#[error("{address}: {cause}")]
pub struct BindError {
    /// The address as it was asked for.
    pub address: String,
    /// What is wrong with it.
    pub cause: BindCause,
}

/// What is wrong with an address.
#[derive(Debug, Error)]
pub enum BindCause {
    /// It does not resolve.
    #[error("unresolved: {0}")]
    Unresolved(io::Error),
    /// Every network interface has addresses like it, so it has to be said which interface is meant.
    #[error("no interface")]
    NoInterface,
    /// This machine has no network interface of that name or number.
    #[error("no such interface: {0}")]
    NoSuchInterface(String),
    /// Another program, or an earlier `--listen`, has it.
    #[error("in use")]
    InUse,
    /// Ports below 1024 are mostly the administrator's.
    #[error("permission denied")]
    Denied,
    /// It belongs to another machine, or to a family that this one does not have.
    #[error("not an address of this machine")]
    NotHere,
    /// The service manager passes sockets, and something is wrong about them.
    #[error(transparent)]
    Passed(PassedError),
    /// Something else.
    #[error(transparent)]
    Other(io::Error),
}

/// What is wrong about the sockets that the service manager passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PassedError {
    /// One of them has the port that is asked for.
    #[error("in use by a socket that was passed")]
    InUse,
    /// The descriptor of this number is not a TCP socket that listens.
    #[error("descriptor {0} is not a listening TCP socket")]
    NoListener(usize),
    /// It is not said how many they are, or they are too many.
    #[error("not a number from 0 to {PASSED_SOCKETS_MAX}")]
    Count,
}

impl From<io::Error> for BindCause {
    fn from(error: io::Error) -> BindCause {
        match error.kind() {
            ErrorKind::AddrInUse => BindCause::InUse,
            ErrorKind::PermissionDenied => BindCause::Denied,
            _ => BindCause::Other(error),
        }
    }
}
