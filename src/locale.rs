//! What every part of the house says alike in a language: numbers, and what the operating system and SQLite say went wrong.
//! They themselves speak English.

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
            ErrorKind::IsADirectory => "es una carpeta",
            ErrorKind::Unsupported => "no es un archivo corriente",
            ErrorKind::FileTooLarge => "es demasiado grande",
            _ => return None,
        },
    })
}

/// Why the history's file cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// The disk is full.
    Full,
    /// The disk fails to read or write.
    Disk,
    /// What is in the file makes no sense.
    Damaged,
    /// It can be read only.
    ReadOnly,
    /// This user may not.
    Denied,
    /// It cannot be opened.
    Unopenable,
    /// The machine has no memory left.
    NoMemory,
    /// Another program keeps it locked.
    Busy,
    /// It is not in its place any more.
    Displaced,
    /// A password cannot be compared with what stands there.
    Password,
    /// Anything else, by SQLite's number.
    Other(i32),
}

impl FileFault {
    /// A word for it that stays the same in all languages.
    pub fn code(self) -> String {
        match self {
            FileFault::Full => "full".into(),
            FileFault::Disk => "disk".into(),
            FileFault::Damaged => "damaged".into(),
            FileFault::ReadOnly => "read-only".into(),
            FileFault::Denied => "denied".into(),
            FileFault::Unopenable => "unopenable".into(),
            FileFault::NoMemory => "no-memory".into(),
            FileFault::Busy => "busy".into(),
            FileFault::Displaced => "displaced".into(),
            FileFault::Password => "password".into(),
            FileFault::Other(number) => number.to_string(),
        }
    }

    /// What a [`code`](Self::code) stands for; one that this version does not know is something else.
    pub fn of_code(code: &str) -> FileFault {
        use FileFault::{
            Busy, Damaged, Denied, Disk, Displaced, Full, NoMemory, Password, ReadOnly, Unopenable,
        };
        let known = [Full, Disk, Damaged, ReadOnly, Denied, Unopenable, NoMemory, Busy, Displaced, Password];
        let found = known.into_iter().find(|fault| fault.code() == code);
        found.unwrap_or_else(|| FileFault::Other(code.parse().unwrap_or(0)))
    }

    /// What is wrong, as the end of a sentence.
    pub fn reason(self, language: Language) -> String {
        let spanish = language == Language::Spanish;
        let words = match self {
            FileFault::Full if spanish => "el disco está lleno",
            FileFault::Full => "the disk is full",
            FileFault::Disk if spanish => "el disco falla",
            FileFault::Disk => "the disk fails",
            FileFault::Damaged if spanish => "el archivo está dañado",
            FileFault::Damaged => "the file is damaged",
            FileFault::ReadOnly if spanish => "es de solo lectura",
            FileFault::ReadOnly => "it can be read only",
            FileFault::Denied if spanish => "no hay permiso",
            FileFault::Denied => "no permission",
            FileFault::Unopenable if spanish => "no se puede abrir",
            FileFault::Unopenable => "it cannot be opened",
            FileFault::NoMemory if spanish => "no queda memoria",
            FileFault::NoMemory => "no memory is left",
            FileFault::Busy if spanish => "otro programa lo tiene bloqueado",
            FileFault::Busy => "another program keeps it locked",
            FileFault::Displaced if spanish => "el archivo ya no está en su sitio",
            FileFault::Displaced => "the file is not in its place any more",
            FileFault::Password if spanish => "no se ha podido comprobar una contraseña",
            FileFault::Password => "a password could not be compared",
            FileFault::Other(number) if spanish => return format!("error {number} de SQLite"),
            FileFault::Other(number) => return format!("SQLite's error {number}"),
        };
        words.to_owned()
    }

    /// What to do about it, as a sentence, where that can be said in one.
    pub fn advice(self, language: Language) -> Option<&'static str> {
        let spanish = language == Language::Spanish;
        Some(match self {
            FileFault::Full if spanish => "Haz sitio en el disco: lo demás sigue solo.",
            FileFault::Full => "Make room on the disk: the rest goes on by itself.",
            FileFault::Disk if spanish => "Copia la carpeta de datos a otro disco mientras se pueda leer.",
            FileFault::Disk => "Copy the data directory to another disk while it can be read.",
            FileFault::Damaged if spanish => {
                "Detén el servidor y vuelve a una copia de seguridad; docs/history.md dice cómo rescatar lo que quede."
            }
            FileFault::Damaged => {
                "Stop the server and go back to a backup; docs/history.md says how to save what is left."
            }
            FileFault::ReadOnly | FileFault::Denied | FileFault::Unopenable if spanish => {
                "Mira los permisos de la carpeta de datos y de lo que hay en ella."
            }
            FileFault::ReadOnly | FileFault::Denied | FileFault::Unopenable => {
                "Look at the permissions of the data directory and of what is in it."
            }
            FileFault::Busy if spanish => "Cierra el programa que lo tiene abierto.",
            FileFault::Busy => "End the program that has it open.",
            FileFault::Displaced if spanish => "Devuélvelo a su sitio o reinicia el servidor.",
            FileFault::Displaced => "Put it back in its place, or restart the server.",
            FileFault::NoMemory | FileFault::Password | FileFault::Other(_) => return None,
        })
    }
}
