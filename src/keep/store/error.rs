//! Why there is no history to be had in a directory, in one line for whoever started the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::chat::Language;

/// Why a directory cannot hold the history.
#[derive(Debug)]
pub struct StoreError {
    /// The directory, or the file in it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub(super) cause: Cause,
}

/// What is wrong with a directory or the file in it.
#[derive(Debug)]
pub(super) enum Cause {
    /// It cannot be made, or nothing can be written there.
    Unwritable(io::Error),
    /// Another server has it.
    InUse,
    /// It is not there, and was not to be made.
    Missing,
    /// It is no history, or no longer.
    Damaged(String),
    /// A later version of this program made it.
    Newer(i32),
    /// Something else that SQLite says.
    Other(String),
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Cause {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Cause::Damaged(error.to_string()),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Cause::Unwritable(io::Error::other(error.to_string()))
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::InUse,
            // A table or column is not there.
            Some(ErrorCode::Unknown) => Cause::Damaged(error.to_string()),
            _ => Cause::Other(error.to_string()),
        }
    }
}

impl StoreError {
    /// The one line for whoever started the server.
    pub fn describe(&self, language: Language) -> String {
        let path = self.path.display();
        match (language, &self.cause) {
            (Language::Spanish, Cause::Unwritable(error)) => {
                format!("No se puede escribir en {path}: {error}.")
            }
            (Language::Spanish, Cause::InUse) => format!("Otro servidor está usando {path}."),
            (Language::Spanish, Cause::Missing) => format!("No existe {path}."),
            (Language::Spanish, Cause::Damaged(what)) => {
                format!("{path} está dañado o no es un historial ({what}). No se ha tocado.")
            }
            (Language::Spanish, Cause::Newer(version)) => {
                format!(
                    "{path} es de una versión posterior del programa (formato {version}). No se ha tocado."
                )
            }
            (Language::Spanish, Cause::Other(what)) => format!("No se puede usar {path}: {what}."),
            (Language::English, Cause::Unwritable(error)) => format!("Cannot write to {path}: {error}."),
            (Language::English, Cause::InUse) => format!("Another server is using {path}."),
            (Language::English, Cause::Missing) => format!("There is no {path}."),
            (Language::English, Cause::Damaged(what)) => {
                format!("{path} is damaged or no history ({what}). It was left as it is.")
            }
            (Language::English, Cause::Newer(version)) => {
                format!(
                    "{path} was made by a later version of this program (format {version}). It was left as it is."
                )
            }
            (Language::English, Cause::Other(what)) => format!("Cannot use {path}: {what}."),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::English))
    }
}

impl Error for StoreError {}
