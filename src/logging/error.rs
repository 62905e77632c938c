//! Why there is no log.

use std::io;
use std::path::PathBuf;

use log::SetLoggerError;
use thiserror::Error;

/// Why there is no log. [`describe`](LogError::describe) says it to the person who started the server.
#[derive(Debug, Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// The console cannot be had, or a thread.
    #[error(transparent)]
    Other(#[from] io::Error),
    /// There is a log already.
    #[error(transparent)]
    Started(#[from] SetLoggerError),
}
