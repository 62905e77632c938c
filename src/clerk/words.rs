//! What the clerk says, in two languages, one line each.

use std::io;

use crate::chat::Language::{self, English, Spanish};
use crate::chat::{Name, NameError, PasswordError, Text};
use crate::keep::RegistryError;
use crate::limits::{ACCOUNTS_MAX, NAME_MAX_CHARS, PASSWORD_MAX_BYTES};

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

pub(super) fn differ(language: Language) -> &'static str {
    match language {
        Spanish => "Las dos contraseñas no son iguales.",
        English => "The two passwords are not the same.",
    }
}

pub(super) fn no_terminal(language: Language) -> &'static str {
    match language {
        Spanish => {
            "Aquí no hay terminal donde escribir la contraseña: usa --password-file (- es la entrada estándar)."
        }
        English => {
            "There is no terminal to type the password at: use --password-file (- is the standard input)."
        }
    }
}

pub(super) fn no_password(error: PasswordError, language: Language) -> String {
    match (error, language) {
        (PasswordError::Blank, Spanish) => "La contraseña no puede estar vacía.".into(),
        (PasswordError::Blank, English) => "The password cannot be blank.".into(),
        (PasswordError::TooLong, Spanish) => {
            format!("La contraseña es demasiado larga: caben {PASSWORD_MAX_BYTES} bytes.")
        }
        (PasswordError::TooLong, English) => {
            format!("The password is too long: {PASSWORD_MAX_BYTES} bytes fit.")
        }
        (PasswordError::Control, Spanish) => "La contraseña no puede llevar caracteres de control.".into(),
        (PasswordError::Control, English) => "The password cannot hold control characters.".into(),
        (PasswordError::NotUtf8, Spanish) => "La contraseña tiene que estar en UTF-8.".into(),
        (PasswordError::NotUtf8, English) => "The password has to be UTF-8.".into(),
    }
}

pub(super) fn utf16(language: Language) -> &'static str {
    match language {
        Spanish => "El archivo de la contraseña está en UTF-16: guárdalo en UTF-8.",
        English => "The password's file is in UTF-16: save it as UTF-8.",
    }
}

pub(super) fn no_name(typed: &Text, error: NameError, language: Language) -> String {
    let typed = typed.as_str();
    match (error, language) {
        (NameError::Malformed, Spanish) => format!(
            "«{typed}» no es un nombre: de 1 a {NAME_MAX_CHARS} letras, cifras, - y _, la primera una letra, en un \
             solo alfabeto."
        ),
        (NameError::Malformed, English) => format!(
            "\"{typed}\" is no name: 1 to {NAME_MAX_CHARS} letters, digits, - and _, a letter first, in one script."
        ),
        (NameError::Reserved, Spanish) => format!("«{typed}» está reservado para el servidor."),
        (NameError::Reserved, English) => format!("\"{typed}\" is kept for the server."),
    }
}

pub(super) fn unknown(name: &Name, meant: Option<&str>, language: Language) -> String {
    let meant = meant.map(Text::clean);
    match (meant.as_ref().map(Text::as_str), language) {
        (None, Spanish) => format!("No hay ninguna cuenta {name}."),
        (None, English) => format!("There is no account {name}."),
        (Some(meant), Spanish) => format!("No hay ninguna cuenta {name}, pero sí {meant}."),
        (Some(meant), English) => format!("There is no account {name}, but there is {meant}."),
    }
}

pub(super) fn refused(error: &RegistryError, language: Language) -> String {
    match (error, language) {
        (RegistryError::Store(error), _) => error.describe(language),
        (RegistryError::Taken(other), Spanish) => {
            format!(
                "Ya hay una cuenta con ese nombre o uno que se le parece: {}.",
                Text::clean(other).as_str()
            )
        }
        (RegistryError::Taken(other), English) => {
            format!(
                "There is an account of that name or one that looks like it: {}.",
                Text::clean(other).as_str()
            )
        }
        (RegistryError::Unknown, Spanish) => "La cuenta ya no existe.".into(),
        (RegistryError::Unknown, English) => "The account is there no more.".into(),
        (RegistryError::NoneLeft, Spanish) => format!("No caben más de {ACCOUNTS_MAX} cuentas."),
        (RegistryError::NoneLeft, English) => format!("No more than {ACCOUNTS_MAX} accounts fit."),
        (RegistryError::Hash(why), Spanish) => format!("No se puede cifrar la contraseña: {why}."),
        (RegistryError::Hash(why), English) => format!("The password cannot be hashed: {why}."),
    }
}

pub(super) fn not_told(error: &io::Error, language: Language) -> String {
    match language {
        Spanish => {
            format!(
                "Está hecho, pero no se ha podido avisar al servidor ({error}); lo sabrá cuando se reinicie."
            )
        }
        English => {
            format!("It is done, but the server could not be told ({error}); it will know at its next start.")
        }
    }
}
