//! What every part of the house says alike in a language: numbers, and what the operating system says went wrong. The system
//! itself speaks English.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

use crate::chat::Language;

/// A number with its thousands apart, `10 000` or `10,000`, from five digits on: four are read at a glance.
pub fn number(number: u64, language: Language) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let separator = match language {
        Language::Spanish => ' ',
        Language::English => ',',
    };
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// Why something failed, as the end of a sentence: a few words without a full stop, and without the system's number
/// where the words say it all.
pub fn reason(error: &io::Error, language: Language) -> String {
    match (language, spanish(error)) {
        (Language::English, _) => english(error),
        (Language::Spanish, Some(words)) => words.to_owned(),
        // Rare, and better understood in English than not at all.
        (Language::Spanish, None) => format!("el sistema dice «{}»", english(error)),
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
        Some(Errno::XDEV) => "está en otro disco",
        Some(Errno::MLINK) => "tiene demasiados enlaces",
        Some(Errno::NOTTY) => "no es una terminal",
        Some(Errno::SPIPE) => "no es un archivo corriente",
        Some(Errno::BADF) => "ya está cerrado",
        Some(Errno::STALE) => "el disco de red ha cambiado",
        Some(Errno::NOLCK) => "el sistema no puede bloquear más archivos",
        Some(Errno::OVERFLOW) => "es demasiado grande",
        Some(Errno::NETDOWN | Errno::NETUNREACH | Errno::HOSTUNREACH) => "no hay red hasta ahí",
        Some(Errno::AFNOSUPPORT | Errno::PROTONOSUPPORT) => "este equipo no tiene esa clase de red",
        Some(Errno::NOBUFS) => "no queda memoria para la red",
        Some(Errno::CONNABORTED | Errno::NOTCONN | Errno::SHUTDOWN) => "la conexión se ha cerrado",
        Some(Errno::INTR) => "se ha interrumpido",
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
