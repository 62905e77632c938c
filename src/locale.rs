//! What the operating system says went wrong, in the language of the console: the system itself speaks English.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

use crate::chat::Language;

/// Why something failed, as the end of a sentence: a few words without a full stop, and without the system's number
/// where the words say it all.
pub fn reason(error: &io::Error, language: Language) -> String {
    match (language, spanish(error)) {
        (Language::English, _) => english(error),
        (Language::Spanish, Some(words)) => words.to_owned(),
        // Rare, and better understood in English than not at all.
        (Language::Spanish, None) => match error.raw_os_error() {
            Some(number) => format!("error {number} del sistema, «{}»", english(error)),
            None => english(error),
        },
    }
}

/// The system's own words, without its number.
fn english(error: &io::Error) -> String {
    let words = error.to_string();
    words.split_once(" (os error ").map_or(words.as_str(), |(words, _)| words).to_owned()
}

fn spanish(error: &io::Error) -> Option<&'static str> {
    Some(match Errno::from_io_error(error) {
        Some(Errno::NOENT) => "no existe",
        Some(Errno::ACCESS | Errno::PERM) => "no hay permiso",
        Some(Errno::EXIST) => "ya existe",
        Some(Errno::NOTDIR) => "en el camino hay algo que no es una carpeta",
        Some(Errno::ISDIR) => "es una carpeta",
        Some(Errno::NOTEMPTY) => "la carpeta no está vacía",
        Some(Errno::NOSPC) => "el disco está lleno",
        Some(Errno::DQUOT) => "se ha agotado la cuota de disco",
        Some(Errno::ROFS) => "el sistema de archivos es de solo lectura",
        Some(Errno::FBIG) => "el archivo no puede crecer más",
        Some(Errno::IO) => "el disco falla",
        Some(Errno::NAMETOOLONG) => "el nombre es demasiado largo",
        Some(Errno::LOOP) => "los enlaces simbólicos dan vueltas",
        Some(Errno::MFILE | Errno::NFILE) => "hay demasiados archivos abiertos",
        Some(Errno::NOMEM) => "no queda memoria",
        Some(Errno::BUSY | Errno::TXTBSY) => "está ocupado",
        Some(Errno::NODEV | Errno::NXIO) => "no existe ese dispositivo",
        Some(Errno::INVAL) => "no es válido",
        Some(Errno::NOSYS | Errno::OPNOTSUPP) => "el sistema no lo permite ahí",
        Some(Errno::PIPE) => "nadie lee al otro lado",
        Some(Errno::CONNREFUSED) => "nadie escucha ahí",
        Some(Errno::CONNRESET) => "el otro lado ha cortado",
        Some(Errno::ADDRINUSE) => "ya está en uso",
        Some(Errno::ADDRNOTAVAIL) => "esa dirección no es de este equipo",
        Some(Errno::AGAIN | Errno::TIMEDOUT) => "se acabó el tiempo",
        Some(_) => return None,
        // Errors without a number: the library's own, and what we made ourselves.
        None => match error.kind() {
            ErrorKind::NotFound => "no existe",
            ErrorKind::AlreadyExists => "ya existe",
            ErrorKind::PermissionDenied => "no hay permiso",
            ErrorKind::TimedOut => "se acabó el tiempo",
            ErrorKind::UnexpectedEof => "se acaba antes de tiempo",
            ErrorKind::InvalidInput => "no es válido",
            _ => return None,
        },
    })
}
