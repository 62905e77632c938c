//! Why there is no history to be had in a directory, in one line for the person who started the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Display, PathBuf};

use log::debug;
use rusqlite::{ErrorCode, ffi};

use crate::chat::Language;
use crate::locale::{FileFault, reason};

/// Why a directory cannot hold the history.
#[derive(Debug)]
pub struct StoreError {
    /// The directory, or the file in it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub(super) cause: StoreCause,
}

/// What is wrong with a directory or the file in it.
#[derive(Debug)]
pub(super) enum StoreCause {
    /// It cannot be made, or nothing can be written there.
    Unwritable(io::Error),
    /// Another server has it.
    InUse,
    /// It is not there, and was not to be made.
    Missing,
    /// It is no history, or no longer; what makes it none, in English.
    Damaged(String),
    /// It is not there, but what was written ahead for it is.
    Alone(PathBuf),
    /// A later version of this program made it.
    Newer(i32),
    /// It belongs to the log of several servers.
    OfLog,
    /// It is to belong to the log of several servers, and holds a chat of its own.
    OwnPast,
    /// Something else that SQLite says, and its words.
    Sqlite(FileFault, String),
}

/// What SQLite says, as people are told of it. Its own words, which are English, are in the log for who wants to know more.
pub(in crate::storage) fn fault(error: &rusqlite::Error) -> FileFault {
    debug!("SQLite: {error}");
    let number = error.sqlite_error().map(|error| error.extended_code);
    match error.sqlite_error_code() {
        _ if number == Some(ffi::SQLITE_READONLY_DBMOVED) => FileFault::Displaced,
        Some(ErrorCode::DiskFull) => FileFault::Full,
        Some(ErrorCode::SystemIoFailure) => FileFault::Disk,
        // A table or column is not there, or holds what it cannot.
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) | None => {
            FileFault::Damaged
        }
        Some(ErrorCode::ReadOnly) => FileFault::ReadOnly,
        Some(ErrorCode::PermissionDenied) => FileFault::Denied,
        Some(ErrorCode::CannotOpen) => FileFault::Unopenable,
        Some(ErrorCode::OutOfMemory) => FileFault::NoMemory,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FileFault::Busy,
        Some(_) => FileFault::Other(number.unwrap_or_default()),
    }
}

impl From<rusqlite::Error> for StoreCause {
    fn from(error: rusqlite::Error) -> StoreCause {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreCause::Damaged(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreCause::InUse,
            // A table or column is not there.
            Some(ErrorCode::Unknown) => StoreCause::Damaged(error.to_string()),
            _ => StoreCause::Sqlite(fault(&error), error.to_string()),
        }
    }
}

impl StoreError {
    /// The one line for the person who started the server.
    pub fn describe(&self, language: Language) -> String {
        let path = self.path.display();
        match (language, &self.cause) {
            (_, StoreCause::OfLog) => of_log(&path, language),
            (_, StoreCause::OwnPast) => own_past(&path, language),
            (Language::Spanish, StoreCause::Unwritable(error)) => {
                format!("No se puede escribir en {path}: {}.", reason(error, language))
            }
            (Language::Spanish, StoreCause::InUse) => format!("Otro servidor está usando {path}."),
            (Language::Spanish, StoreCause::Missing) => format!("No existe {path}."),
            (Language::Spanish, StoreCause::Damaged(_)) => {
                format!(
                    "{path} está dañado o no es un historial. No se ha tocado. Si lo era, vuelve a una copia de \
                     seguridad; docs/history.md dice cómo rescatar lo que quede."
                )
            }
            (Language::Spanish, StoreCause::Alone(beside)) => {
                format!(
                    "Falta {path}, pero está {}, que es parte suya. No se ha tocado nada: devuelve el primero a su sitio o \
                     llévate también el segundo.",
                    beside.display()
                )
            }
            (Language::Spanish, StoreCause::Newer(version)) => {
                format!(
                    "{path} es de una versión posterior del programa (formato {version}). No se ha tocado."
                )
            }
            (Language::Spanish, StoreCause::Sqlite(fault, _)) => {
                format!("No se puede usar {path}: {}.", fault.reason(language))
            }
            (Language::English, StoreCause::Unwritable(error)) => {
                format!("Cannot write to {path}: {}.", reason(error, language))
            }
            (Language::English, StoreCause::InUse) => format!("Another server is using {path}."),
            (Language::English, StoreCause::Missing) => format!("There is no {path}."),
            (Language::English, StoreCause::Damaged(_)) => {
                format!(
                    "{path} is damaged or no history. It was left as it is. If it was one, go back to a backup; \
                     docs/history.md says how to save what is left."
                )
            }
            (Language::English, StoreCause::Alone(beside)) => {
                format!(
                    "{path} is missing, but {}, which is a part of it, is there. Nothing was touched: put the first back in \
                     its place, or take the second away as well.",
                    beside.display()
                )
            }
            (Language::English, StoreCause::Newer(version)) => {
                format!(
                    "{path} was made by a later version of this program (format {version}). It was left as it is."
                )
            }
            (Language::English, StoreCause::Sqlite(fault, _)) => {
                format!("Cannot use {path}: {}.", fault.reason(language))
            }
        }
    }

    /// What was found in the file, or what SQLite says of it, in English: for who wants to know more.
    pub fn detail(&self) -> Option<&str> {
        match &self.cause {
            StoreCause::Damaged(what) | StoreCause::Sqlite(_, what) => Some(what),
            _ => None,
        }
    }
}

/// It belongs to several servers.
fn of_log(path: &Display<'_>, language: Language) -> String {
    match language {
        Language::Spanish => format!(
            "{path} es de varios servidores que son un solo chat: lánzalo con --cluster y --node, o sácalo de ellos con \
             «tertulia-server cluster leave --data …»."
        ),
        Language::English => format!(
            "{path} is of several servers that are one chat: start it with --cluster and --node, or take it out of them by \
             tertulia-server cluster leave --data …"
        ),
    }
}

/// It is to belong to several servers, and has been one's own.
fn own_past(path: &Display<'_>, language: Language) -> String {
    match language {
        Language::Spanish => format!(
            "{path} ya tiene su propio chat. Para seguir con él en varios servidores, funda con él el registro: \
             «tertulia-server cluster init --data …»; si no, usa una carpeta vacía."
        ),
        Language::English => format!(
            "{path} has a chat of its own. To go on with that in several servers, found the log with it: \
             tertulia-server cluster init --data …; otherwise use an empty directory."
        ),
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::English))
    }
}

impl Error for StoreError {}
