//! What the server says about registered names, passwords and letters, in Spanish.

use std::fmt::{Result, Write};

use super::words::{WORDS, number};
use crate::chat::{AccountNews, AccountRefusal, OfflineMessage, PasswordError, Posted, Question, UnixMillis};
use crate::clock::Zone;
use crate::limits::{ACCOUNTS_MAX, ACCOUNTS_PER_CONNECTION, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::protocol::phrases::{rooms, wait};

/// A prompt: programs know it by its word and its end.
pub(super) fn prompt(question: Question) -> &'static str {
    match question {
        Question::Password | Question::Operator => "Contraseña: ",
        Question::Current => "Contraseña actual: ",
        Question::New => "Nueva contraseña: ",
        Question::Again => "Repite la contraseña: ",
    }
}

pub(super) fn refused(refusal: &AccountRefusal, out: &mut String) -> Result {
    match refusal {
        AccountRefusal::NoAccounts => {
            writeln!(out, "Aquí no hay cuentas: quien lleva el servidor puede activarlas con --data.")
        }
        AccountRefusal::Unfit(error) => writeln!(out, "Contraseña no válida: {}", unfit(*error)),
        AccountRefusal::Differ => writeln!(out, "Las dos contraseñas no son iguales. No ha cambiado nada."),
        AccountRefusal::Wrong => writeln!(out, "Nombre o contraseña incorrectos."),
        AccountRefusal::WrongCurrent => writeln!(out, "Tu contraseña actual es otra. No ha cambiado nada."),
        AccountRefusal::NotOperators => writeln!(out, "Esa no es la contraseña del operador."),
        AccountRefusal::Busy => {
            writeln!(out, "Hay demasiadas contraseñas por comprobar. Prueba dentro de un momento.")
        }
        AccountRefusal::Wait(rest) => {
            writeln!(out, "Demasiadas contraseñas incorrectas. Prueba dentro de {}.", wait(*rest))
        }
        AccountRefusal::RegisteredMany(rest) => {
            writeln!(
                out,
                "Desde tu dirección se han registrado muchos nombres. Prueba dentro de {}.",
                wait(*rest)
            )
        }
        AccountRefusal::ManyHere => writeln!(
            out,
            "En esta conexión ya has usado {ACCOUNTS_PER_CONNECTION} nombres registrados: sal y vuelve a entrar para usar otro."
        ),
        AccountRefusal::InClear => {
            writeln!(
                out,
                "Aquí no se admiten contraseñas sin cifrar: entra por https:// o con tertulia --tls."
            )
        }
        AccountRefusal::OverShare => writeln!(
            out,
            "Desde tu dirección se ha registrado más de la mitad de los nombres, y caben pocos más."
        ),
        AccountRefusal::NoneLeft => writeln!(out, "Ya hay {} cuentas, y no caben más.", number(ACCOUNTS_MAX)),
        AccountRefusal::Displaced => {
            writeln!(
                out,
                "El servidor ha perdido su carpeta de datos y no puede guardar nada. Avisa a quien lo lleva."
            )
        }
        AccountRefusal::Failed => writeln!(out, "No se pudo hacer. Prueba más tarde."),
        AccountRefusal::Yours(name) => {
            writeln!(out, "El nombre '{name}' ya es tuyo. Para cambiar la contraseña: /clave")
        }
        AccountRefusal::Taken(name) => {
            writeln!(out, "El nombre '{name}' ya está registrado. Si es tuyo: /identificar {name}")
        }
        AccountRefusal::NotYours(name) => {
            writeln!(out, "El nombre '{name}' no está registrado. Para registrarlo: /registrar")
        }
    }
}

fn unfit(error: PasswordError) -> String {
    match error {
        PasswordError::Blank => "está vacía.".into(),
        PasswordError::TooLong => format!("caben {PASSWORD_MAX_BYTES} bytes."),
        PasswordError::TooShort => format!("tiene que tener al menos {PASSWORD_MIN_CHARS} caracteres."),
        PasswordError::Control => "contiene caracteres de control.".into(),
        PasswordError::NotUtf8 => "tu terminal no envía UTF-8.".into(),
    }
}

/// What a client is told of its account.
pub(super) fn news(news: &AccountNews, out: &mut String) -> Result {
    match news {
        AccountNews::Registered(name) => {
            writeln!(
                out,
                "El nombre '{name}' es tuyo desde ahora: para entrar con él hará falta la contraseña."
            )
        }
        AccountNews::Identified(name) => {
            writeln!(out, "Te has identificado como {name}.")
        }
        AccountNews::Operator => {
            writeln!(out, "Eres operador del servidor hasta que te desconectes.")
        }
        AccountNews::PasswordChanged => {
            writeln!(out, "Contraseña cambiada.")
        }
        AccountNews::Replaced => {
            writeln!(out, "--- Has entrado desde otro sitio: esta conexión se cierra.")
        }
        AccountNews::Renewed(name) => {
            writeln!(out, "--- La contraseña de '{name}' ha cambiado: esta conexión se cierra.")
        }
        AccountNews::Removed(name) => {
            writeln!(out, "--- El nombre '{name}' ya no está registrado: esta conexión se cierra.")
        }
        AccountNews::Reclaimed(name) => {
            writeln!(out, "--- El nombre '{name}' es de quien acaba de entrar: esta conexión se cierra.")
        }
        AccountNews::Resumed { rooms: all, current: Some(current) } => {
            writeln!(out, "Sigues donde estabas: {}. Hablas en #{current}.", rooms(all))
        }
        AccountNews::Resumed { current: None, .. } => {
            writeln!(out, "No estás en ninguna sala: /entrar general")
        }
    }
}

pub(super) fn posted(posted: Posted, out: &mut String) -> Result {
    match posted {
        Posted::Kept => writeln!(out, "No está ahora: lo leerá cuando vuelva."),
        Posted::Full => writeln!(out, "No está ahora, y no cabe más en su buzón. No se guardó."),
        Posted::OverShare => writeln!(
            out,
            "No está ahora, y su buzón está casi lleno, más de la mitad desde tu dirección. No se guardó."
        ),
        Posted::NoneLeft => {
            writeln!(out, "No está ahora, y no caben más mensajes para ausentes. No se guardó.")
        }
        Posted::OverShareOfAll => writeln!(
            out,
            "No está ahora, y casi no caben más mensajes para ausentes, más de la mitad desde tu dirección. No se guardó."
        ),
        Posted::Displaced => writeln!(
            out,
            "No está ahora, y no se guardó: el servidor ha perdido su carpeta de datos. Avisa a quien lo lleva."
        ),
        Posted::Failed => writeln!(out, "No está ahora, y no se pudo guardar. Prueba más tarde."),
    }
}

pub(super) fn offline_messages(
    messages: &[OfflineMessage],
    now: UnixMillis,
    zone: &Zone,
    out: &mut String,
) -> Result {
    writeln!(out, "Mientras no estabas:")?;
    WORDS.offline_messages(messages, now, zone, out)
}
