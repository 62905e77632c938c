//! What the log says of itself, in two languages.

use std::io;
use std::path::Path;

use super::error::LogError;
use crate::chat::Language::{self, English, Spanish};
use crate::locale::{number, reason};

impl LogError {
    /// The one line for the person who started the server.
    pub fn describe(&self, language: Language) -> String {
        match self {
            LogError::File(path, error) => format!("{}: {}", path.display(), reason(error, language)),
            LogError::Other(error) => error.to_string(),
            LogError::Started(error) => error.to_string(),
        }
    }
}

pub(super) fn lost_lines(lost: u64, language: Language) -> String {
    match (language, lost) {
        (Spanish, 1) => "Se perdió 1 línea del registro.".into(),
        (Spanish, _) => format!("Se perdieron {} líneas del registro.", number(lost, language)),
        (English, 1) => "1 log line was lost.".into(),
        (English, _) => format!("{} log lines were lost.", number(lost, language)),
    }
}

pub(super) fn not_opened(path: &Path, error: &io::Error, language: Language) -> String {
    let (path, why) = (path.display(), reason(error, language));
    match language {
        Spanish => {
            format!("{path}: no se puede abrir ({why}); se vuelve a intentar con cada línea del registro")
        }
        English => format!("{path}: cannot be opened ({why}); that is tried again with each line of the log"),
    }
}

pub(super) fn not_opened_again(path: &Path, error: &io::Error, language: Language) -> String {
    let (path, why) = (path.display(), reason(error, language));
    match language {
        Spanish => {
            format!("{path}: no se puede abrir de nuevo ({why}); el registro sigue en el archivo de antes")
        }
        English => format!("{path}: cannot be opened again ({why}); the log goes on in the file it had"),
    }
}

pub(super) fn open_to_all(path: &Path, mode: u32, language: Language) -> String {
    let path = path.display();
    match language {
        Spanish => {
            format!("{path}: cualquier usuario de este equipo puede leer el registro (permisos {mode:o})")
        }
        English => format!("{path}: every user of this machine can read the log (mode {mode:o})"),
    }
}
