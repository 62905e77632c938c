//! Why the server cannot listen.

use std::io::{self, ErrorKind};

use thiserror::Error;

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
    /// Something else.
    #[error(transparent)]
    Other(io::Error),
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
