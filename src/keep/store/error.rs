//! Why there is no history to be had in a directory, in one line for whoever started the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::chat::Language;
use crate::locale::reason;

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
    /// Something else that SQLite says: its code, if it gave one, and its words.
    Sqlite(Option<ErrorCode>, String),
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Cause {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Cause::Damaged(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::InUse,
            // A table or column is not there.
            Some(ErrorCode::Unknown) => Cause::Damaged(error.to_string()),
            code => Cause::Sqlite(code, error.to_string()),
        }
    }
}

impl StoreError {
    /// The one line for whoever started the server.
    pub fn describe(&self, language: Language) -> String {
        let path = self.path.display();
        match (language, &self.cause) {
            (Language::Spanish, Cause::Unwritable(error)) => {
                format!("No se puede escribir en {path}: {}.", reason(error, language))
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
            (Language::Spanish, Cause::Sqlite(code, what)) => {
                format!("No se puede usar {path}: {}.", sqlite_reason(*code, what, language))
            }
            (Language::English, Cause::Unwritable(error)) => {
                format!("Cannot write to {path}: {}.", reason(error, language))
            }
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
            (Language::English, Cause::Sqlite(code, what)) => {
                format!("Cannot use {path}: {}.", sqlite_reason(*code, what, language))
            }
        }
    }
}

/// What SQLite says, as the end of a sentence. It speaks English.
fn sqlite_reason(code: Option<ErrorCode>, words: &str, language: Language) -> String {
    let spanish = match code {
        _ if language == Language::English => words,
        Some(ErrorCode::ReadOnly) => "es de solo lectura",
        Some(ErrorCode::CannotOpen) => "no se puede abrir",
        Some(ErrorCode::PermissionDenied) => "no hay permiso",
        Some(ErrorCode::DiskFull) => "el disco está lleno",
        Some(ErrorCode::SystemIoFailure) => "el disco falla",
        Some(ErrorCode::OutOfMemory) => "no queda memoria",
        _ => return format!("SQLite dice «{words}»"),
    };
    spanish.to_owned()
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::English))
    }
}

impl Error for StoreError {}
