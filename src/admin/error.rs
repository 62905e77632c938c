//! Why an order of the administrator was not carried out.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::chat::{Name, NameError, PasswordError, Text};
use crate::control::{CallError, ControlRefusal};
#[cfg(feature = "cluster")]
use crate::engine::{EngineAddressError, EngineError};
#[cfg(feature = "cluster")]
use crate::storage::Exposed;
use crate::storage::StoreError;

/// Why an order was not carried out. [`describe`](AdminError::describe) says it to the administrator.
#[derive(Debug, Error)]
pub enum AdminError {
    /// What was typed is no name.
    #[error("{0}: {1:?}")]
    Name(Text, NameError),
    /// There is no account of that name; perhaps this other one is meant.
    #[error("no account {0}")]
    Unknown(Name, Option<String>),
    /// The password cannot be taken.
    #[error("password: {0:?}")]
    Password(PasswordError),
    /// The password was typed differently the second time.
    #[error("the passwords differ")]
    Differ,
    /// There is no terminal to ask for a password.
    #[error("no terminal")]
    NoTerminal,
    /// The file of the password is in UTF-16.
    #[error("the password is in UTF-16")]
    Utf16,
    /// The file of the password cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// The password cannot be hashed; why, in English.
    #[error("hash: {0}")]
    Hash(String),
    /// There is nothing to say.
    #[error("blank text")]
    Blank,
    /// The text is too long.
    #[error("text too long")]
    TooLong,
    /// The order was refused.
    #[error(transparent)]
    Refused(#[from] ControlRefusal),
    /// No answer came from the server of this directory.
    #[error("{}: {}", .0.display(), .1)]
    NoAnswer(PathBuf, CallError),
    /// Another program holds this directory, and takes no orders.
    #[error("{} is in use", .0.display())]
    Occupied(PathBuf),
    /// The directory cannot be worked with.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine, or what it has, does not permit it.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no address of an engine in this file.
    #[cfg(feature = "cluster")]
    #[error("{}: {}", .0.display(), .1)]
    EngineAddress(PathBuf, EngineAddressError),
    /// There is no key of a log in this file.
    #[cfg(feature = "cluster")]
    #[error("{}: no key", .0.display())]
    NoLogKey(PathBuf),
    /// The key of a log can be read by all.
    #[cfg(feature = "cluster")]
    #[error("{} is exposed", .0.path.display())]
    KeyExposed(Exposed),
    /// What came of the order cannot be shown.
    #[error(transparent)]
    Output(#[from] io::Error),
}
