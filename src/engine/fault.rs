//! What keeps the engine from being used, for now or for good.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use redis::{RedisError, ServerError};

use crate::chat::Text;
use crate::limits::ENGINE_WORDS_MAX_BYTES;

/// Why something that was asked of the engine has not been done, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum EngineFault {
    /// It cannot be reached, or the connection broke.
    #[error(transparent)]
    Connection(io::Error),
    /// It has not answered in time.
    #[error("no answer")]
    Silent,
    /// It does not accept the user and the password.
    #[error("wrong user or password")]
    WrongPassword,
    /// It wants a password, and none was given.
    #[error("asks for a password")]
    NoPassword,
    /// Its user may not do this there: a command, or one of the keys.
    #[error("not permitted: {0}")]
    Denied(&'static str),
    /// It is reading its own file.
    #[error("is loading")]
    Loading,
    /// It is a replica of another one, or has not got enough of its own.
    #[error("takes no writes")]
    ReadOnly,
    /// It cannot write to its disk.
    #[error("cannot write to its disk")]
    Disk,
    /// It has no memory left.
    #[error("out of memory")]
    Memory,
    /// It says something else.
    #[error("says: {}", .0.as_str())]
    Other(Text),
    /// What it says is not what Redis would.
    #[error("an answer of another shape")]
    Shape,
}

impl EngineFault {
    /// What the engine says of `command` instead of doing it.
    pub(super) fn said(error: &ServerError, command: &'static str) -> EngineFault {
        EngineFault::of_code(error.code(), error.details(), command)
    }

    fn of_code(code: &str, details: Option<&str>, command: &'static str) -> EngineFault {
        match code {
            "LOADING" => EngineFault::Loading,
            "READONLY" | "MASTERDOWN" | "NOREPLICAS" => EngineFault::ReadOnly,
            "MISCONF" => EngineFault::Disk,
            "OOM" => EngineFault::Memory,
            "NOPERM" => EngineFault::Denied(command),
            "NOAUTH" => EngineFault::NoPassword,
            "WRONGPASS" => EngineFault::WrongPassword,
            _ => EngineFault::Other(words(&format!("{code} {}", details.unwrap_or_default()))),
        }
    }
}

impl From<RedisError> for EngineFault {
    fn from(error: RedisError) -> EngineFault {
        if error.is_timeout() {
            return EngineFault::Silent;
        }
        if let Some(io) = system_error(&error) {
            let lost = io.kind() == ErrorKind::UnexpectedEof;
            return EngineFault::Connection(if lost { ErrorKind::ConnectionReset.into() } else { copy(io) });
        }
        match (error.kind(), error.code()) {
            (redis::ErrorKind::AuthenticationFailed, _) => EngineFault::WrongPassword,
            (redis::ErrorKind::Parse, _) => EngineFault::Shape,
            (_, Some(code)) => EngineFault::of_code(code, error.detail(), "AUTH, SELECT"),
            _ => EngineFault::Other(words(&error.to_string())),
        }
    }
}

/// What the system says is wrong, if that is it.
fn system_error(error: &RedisError) -> Option<&io::Error> {
    let shared = error.source()?.downcast_ref::<Arc<dyn Error + Send + Sync>>()?;
    shared.downcast_ref()
}

/// An error of the system with the number that it has; of others the words.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// What the engine says, as it may be shown.
fn words(raw: &str) -> Text {
    Text::clean(raw.trim_end()).cut(ENGINE_WORDS_MAX_BYTES)
}
