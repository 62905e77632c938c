//! What the administrator is told, in two languages, one line each.

use std::path::Path;

use super::AdminError;
use crate::chat::Language::{self, English, Spanish};
use crate::chat::{Name, NameError, PasswordError, Text};
#[cfg(feature = "cluster")]
use crate::cluster::EntryId;
use crate::control::{CallError, ControlRefusal};
#[cfg(feature = "cluster")]
use crate::engine::{EngineAddress, EngineAddressError};
use crate::limits::{ACCOUNTS_MAX, LINE_MAX_BYTES, NAME_MAX_CHARS, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::locale::{number, reason};

impl AdminError {
    /// The one line for the administrator.
    pub fn describe(&self, language: Language) -> String {
        match self {
            AdminError::Name(typed, error) => no_name(typed, *error, language),
            AdminError::Unknown(name, meant) => unknown(name, meant.as_deref(), language),
            AdminError::Password(error) => no_password(*error, language),
            AdminError::Differ => differ(language).to_owned(),
            AdminError::NoTerminal => no_terminal(language).to_owned(),
            AdminError::Utf16 => utf16(language).to_owned(),
            AdminError::File(path, error) => format!("{}: {}.", path.display(), reason(error, language)),
            AdminError::Hash(why) => not_hashed(why, language),
            AdminError::Blank => nothing_to_say(language).to_owned(),
            AdminError::TooLong => too_long(language),
            AdminError::Refused(refusal) => refused(refusal, language),
            AdminError::NoAnswer(dir, error) => no_answer(error, dir, language),
            AdminError::Occupied(dir) => occupied(dir, language),
            AdminError::Store(error) => error.describe(language),
            #[cfg(feature = "cluster")]
            AdminError::Engine(error) => error.describe(language),
            #[cfg(feature = "cluster")]
            AdminError::EngineAddress(path, error) => no_engine_address(path, *error, language),
            #[cfg(feature = "cluster")]
            AdminError::NoLogKey(path) => no_log_key(path, language),
            #[cfg(feature = "cluster")]
            AdminError::KeyExposed(exposed) => exposed.describe(language),
            AdminError::Output(error) => reason(error, language),
        }
    }
}

#[cfg(feature = "cluster")]
fn no_engine_address(path: &Path, error: EngineAddressError, language: Language) -> String {
    let words = match (error, language) {
        (EngineAddressError::Malformed, Spanish) => "la primera línea no es la dirección de un Redis.",
        (EngineAddressError::Malformed, English) => "the first line is no address of a Redis.",
        (EngineAddressError::WithoutTls, Spanish) => "rediss:// pide TLS, y este programa se compiló sin él.",
        (EngineAddressError::WithoutTls, English) => {
            "rediss:// asks for TLS, without which this program was built."
        }
    };
    format!("{}: {words}", path.display())
}

#[cfg(feature = "cluster")]
fn no_log_key(path: &Path, language: Language) -> String {
    let words = match language {
        Spanish => {
            "la primera línea no es una clave: son 64 cifras hexadecimales, como las que da openssl rand -hex 32."
        }
        English => {
            "the first line is no key: it has 64 hexadecimal digits, as openssl rand -hex 32 makes them."
        }
    };
    format!("{}: {words}", path.display())
}

#[cfg(feature = "cluster")]
pub(super) fn founded(address: &EngineAddress, language: Language) -> String {
    match language {
        Spanish => format!("Registro fundado en {address}. Los servidores se lanzan con --cluster y --node."),
        English => format!("Log founded at {address}. Servers are started with --cluster and --node."),
    }
}

#[cfg(feature = "cluster")]
pub(super) fn left(dir: &Path, language: Language) -> String {
    let dir = dir.display();
    match language {
        Spanish => format!("{dir} es otra vez de un servidor solo; al registro no vuelve."),
        English => format!("{dir} is for a server that is alone again; it does not go back to the log."),
    }
}

#[cfg(feature = "cluster")]
pub(super) fn skipped(entry: EntryId, language: Language) -> String {
    match language {
        Spanish => format!("La entrada {entry} ya no está en el registro."),
        English => format!("Entry {entry} is not in the log any more."),
    }
}

pub(super) fn added(name: &Name, language: Language) -> String {
    match language {
        Spanish => format!("Cuenta creada: {name}."),
        English => format!("Account made: {name}."),
    }
}

pub(super) fn changed(name: &Name, language: Language) -> String {
    match language {
        Spanish => format!("Contraseña cambiada: {name}."),
        English => format!("Password changed: {name}."),
    }
}

pub(super) fn removed(name: &Name, language: Language) -> String {
    match language {
        Spanish => format!("Cuenta borrada: {name}."),
        English => format!("Account removed: {name}."),
    }
}

pub(super) fn questions(language: Language) -> [&'static str; 2] {
    match language {
        Spanish => ["Contraseña: ", "Otra vez: "],
        English => ["Password: ", "Once more: "],
    }
}

fn differ(language: Language) -> &'static str {
    match language {
        Spanish => "Las dos contraseñas no son iguales.",
        English => "The two passwords are not the same.",
    }
}

fn no_terminal(language: Language) -> &'static str {
    match language {
        Spanish => {
            "Aquí no hay terminal donde escribir la contraseña: usa --password-file (- es la entrada estándar)."
        }
        English => {
            "There is no terminal to type the password at: use --password-file (- is the standard input)."
        }
    }
}

fn no_password(error: PasswordError, language: Language) -> String {
    match (error, language) {
        (PasswordError::Blank, Spanish) => "La contraseña no puede estar vacía.".into(),
        (PasswordError::Blank, English) => "The password cannot be blank.".into(),
        (PasswordError::TooLong, Spanish) => {
            format!("La contraseña es demasiado larga: caben {PASSWORD_MAX_BYTES} bytes.")
        }
        (PasswordError::TooLong, English) => {
            format!("The password is too long: {PASSWORD_MAX_BYTES} bytes fit.")
        }
        (PasswordError::TooShort, Spanish) => {
            format!("La contraseña es demasiado corta: al menos {PASSWORD_MIN_CHARS} caracteres.")
        }
        (PasswordError::TooShort, English) => {
            format!("The password is too short: at least {PASSWORD_MIN_CHARS} characters.")
        }
        (PasswordError::Control, Spanish) => "La contraseña no puede llevar caracteres de control.".into(),
        (PasswordError::Control, English) => "The password cannot hold control characters.".into(),
        (PasswordError::NotUtf8, Spanish) => "La contraseña tiene que estar en UTF-8.".into(),
        (PasswordError::NotUtf8, English) => "The password has to be UTF-8.".into(),
    }
}

fn utf16(language: Language) -> &'static str {
    match language {
        Spanish => "El archivo de la contraseña está en UTF-16: guárdalo en UTF-8.",
        English => "The password's file is in UTF-16: save it as UTF-8.",
    }
}

/// A warning about a password that every user of the machine can read in the file at `path`, for its `mode`.
pub fn password_exposed(path: &Path, mode: u32, language: Language) -> String {
    let path = path.display();
    match language {
        Spanish => {
            format!("{path}: cualquier usuario de este equipo puede leer la contraseña (permisos {mode:o})")
        }
        English => format!("{path}: every user of this machine can read the password (mode {mode:o})"),
    }
}

fn no_name(typed: &Text, error: NameError, language: Language) -> String {
    let typed = typed.as_str();
    match (error, language) {
        (NameError::Malformed, Spanish) => format!(
            "«{typed}» no es un nombre: de 1 a {NAME_MAX_CHARS} letras, dígitos, - o _, y empieza por una letra."
        ),
        (NameError::Malformed, English) => format!(
            "\"{typed}\" is no name: 1 to {NAME_MAX_CHARS} letters, digits, - or _, beginning with a letter."
        ),
        (NameError::Spaced, Spanish) => format!("«{typed}» lleva espacios: pon - o _ en su lugar."),
        (NameError::Spaced, English) => format!("\"{typed}\" has spaces in it: put - or _ in their place."),
        (NameError::MixedScripts, Spanish) => {
            format!("«{typed}» mezcla letras de dos alfabetos: escríbelo con las de uno solo.")
        }
        (NameError::MixedScripts, English) => {
            format!("\"{typed}\" mixes letters of two scripts: write it with those of one.")
        }
        (NameError::Reserved, Spanish) => format!("«{typed}» está reservado para el servidor."),
        (NameError::Reserved, English) => format!("\"{typed}\" is kept for the server."),
    }
}

fn unknown(name: &Name, meant: Option<&str>, language: Language) -> String {
    let meant = meant.map(Text::clean);
    match (meant.as_ref().map(Text::as_str), language) {
        (None, Spanish) => format!("No hay ninguna cuenta {name}."),
        (None, English) => format!("There is no account {name}."),
        (Some(meant), Spanish) => format!("No hay ninguna cuenta {name}, pero sí {meant}."),
        (Some(meant), English) => format!("There is no account {name}, but there is {meant}."),
    }
}

fn refused(refusal: &ControlRefusal, language: Language) -> String {
    match (refusal, language) {
        (ControlRefusal::Unclear, Spanish) => {
            "El servidor no entiende la orden: es de otra versión del programa. No se ha hecho nada.".into()
        }
        (ControlRefusal::Unclear, English) => {
            "The server does not understand the order: it is another version of the program. Nothing was done.".into()
        }
        (ControlRefusal::Taken(other), Spanish) => {
            format!(
                "Ya hay una cuenta con ese nombre o uno que se le parece: {}.",
                Text::clean(other).as_str()
            )
        }
        (ControlRefusal::Taken(other), English) => {
            format!(
                "There is an account of that name or one that looks like it: {}.",
                Text::clean(other).as_str()
            )
        }
        (ControlRefusal::Unknown, Spanish) => "La cuenta ya no existe.".into(),
        (ControlRefusal::Unknown, English) => "The account is there no more.".into(),
        (ControlRefusal::NoneLeft, Spanish) => format!("No caben más de {} cuentas.", number(ACCOUNTS_MAX as u64, language)),
        (ControlRefusal::NoneLeft, English) => format!("No more than {} accounts fit.", number(ACCOUNTS_MAX as u64, language)),
        (ControlRefusal::Failed(why), Spanish) => advised(
            format!("El servidor no ha podido escribirlo ({}). No se ha hecho nada.", why.reason(language)),
            why.advice(language),
        ),
        (ControlRefusal::Failed(why), English) => advised(
            format!("The server could not write it ({}). Nothing was done.", why.reason(language)),
            why.advice(language),
        ),
        (ControlRefusal::Busy, Spanish) => {
            "El servidor tiene demasiado por escribir. No se ha hecho nada: prueba dentro de un momento.".into()
        }
        (ControlRefusal::Busy, English) => {
            "The server has too much to write. Nothing was done: try again in a moment.".into()
        }
        (ControlRefusal::NoSuchPerson, Spanish) => "No hay nadie con ese nombre.".into(),
        (ControlRefusal::NoSuchPerson, English) => "Nobody there has that name.".into(),
        (ControlRefusal::NoSuchRoom, Spanish) => "No hay ninguna sala con ese nombre.".into(),
        (ControlRefusal::NoSuchRoom, English) => "There is no room of that name.".into(),
        (ControlRefusal::NotThere, Spanish) => "Esa persona no está en esa sala.".into(),
        (ControlRefusal::NotThere, English) => "That person is not in that room.".into(),
        (ControlRefusal::Explained(words), _) => Text::clean(words).as_str().to_owned(),
        (ControlRefusal::Uncertain, Spanish) => {
            "El registro común se perdió mientras tanto: no se sabe si se ha hecho.".into()
        }
        (ControlRefusal::Uncertain, English) => {
            "The log of the servers was lost meanwhile: nobody can know whether it was done.".into()
        }
        (ControlRefusal::Stopping, Spanish) => "El servidor se está deteniendo. No se ha hecho nada.".into(),
        (ControlRefusal::Stopping, English) => "The server is stopping. Nothing was done.".into(),
        (ControlRefusal::Unfinished, Spanish) => {
            "El servidor se ha detenido, pero no ha podido terminar de escribir el historial: falta lo último.".into()
        }
        (ControlRefusal::Unfinished, English) => {
            "The server has stopped, but could not write the history to its end: what came last is missing.".into()
        }
    }
}

/// A line that also says what to do, if that is known.
fn advised(line: String, advice: Option<&str>) -> String {
    advice.map_or(line.clone(), |advice| format!("{line} {advice}"))
}

/// Why no answer came, and whether something may have been done all the same.
fn no_answer(error: &CallError, dir: &Path, language: Language) -> String {
    let dir = dir.display();
    match (error, language) {
        (CallError::NoServer, Spanish) => format!("En {dir} no hay ningún servidor en marcha."),
        (CallError::NoServer, English) => format!("No server is running on {dir}."),
        (CallError::Denied, Spanish) => {
            format!(
                "No tienes permiso para dar órdenes al servidor de {dir}: hazlo como el usuario que lo lanzó."
            )
        }
        (CallError::Denied, English) => {
            format!(
                "You have no permission to give orders to the server of {dir}: do so as the user who started it."
            )
        }
        (CallError::Stranger, Spanish) => {
            format!(
                "En {dir} contesta un programa de otro usuario, que no es el dueño de la carpeta. No se ha hecho nada."
            )
        }
        (CallError::Stranger, English) => {
            format!(
                "In {dir} a program of another user answers, who does not own the directory. Nothing was done."
            )
        }
        (CallError::Silent, Spanish) => {
            format!("El servidor de {dir} no responde: puede estar detenido o colgado. No se ha hecho nada.")
        }
        (CallError::Silent, English) => {
            format!("The server of {dir} does not answer: it may be suspended or hang. Nothing was done.")
        }
        (CallError::OtherVersion, Spanish) => {
            format!("El servidor de {dir} es de otra versión del programa. No se ha hecho nada.")
        }
        (CallError::OtherVersion, English) => {
            format!("The server of {dir} is another version of the program. Nothing was done.")
        }
        (CallError::Unanswered, Spanish) => {
            format!(
                "El servidor de {dir} ha recibido la orden, pero no ha contestado: puede que la haya cumplido y puede que no."
            )
        }
        (CallError::Unanswered, English) => {
            format!(
                "The server of {dir} has received the order but has not answered: it may have carried it out or not."
            )
        }
        (CallError::Failed(error), Spanish) => {
            format!(
                "No se puede hablar con el servidor de {dir} ({}). No se ha hecho nada.",
                reason(error, language)
            )
        }
        (CallError::Failed(error), English) => {
            format!("Cannot talk to the server of {dir} ({}). Nothing was done.", reason(error, language))
        }
    }
}

fn occupied(dir: &Path, language: Language) -> String {
    let dir = dir.display();
    match language {
        Spanish => format!(
            "Otro programa tiene ocupado {dir} y no atiende órdenes; quizá es un servidor que acaba de empezar, o cuyo tertulia.sock ha \
             borrado alguien. No se ha hecho nada."
        ),
        English => format!(
            "Another program holds {dir} and takes no orders; it may be a server that has just begun, or whose tertulia.sock was \
             deleted. Nothing was done."
        ),
    }
}

fn nothing_to_say(language: Language) -> &'static str {
    match language {
        Spanish => "No hay nada que decir: el texto está vacío.",
        English => "There is nothing to say: the text is blank.",
    }
}

fn too_long(language: Language) -> String {
    match language {
        Spanish => format!("El texto es demasiado largo: caben {LINE_MAX_BYTES} bytes."),
        English => format!("The text is too long: {LINE_MAX_BYTES} bytes fit."),
    }
}

pub(super) fn stopped(language: Language) -> &'static str {
    match language {
        Spanish => "El servidor se ha detenido.",
        English => "The server has stopped.",
    }
}

fn not_hashed(why: &str, language: Language) -> String {
    match language {
        Spanish => format!("No se puede cifrar la contraseña: {why}."),
        English => format!("The password cannot be hashed: {why}."),
    }
}
