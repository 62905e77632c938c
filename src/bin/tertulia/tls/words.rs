//! What is told about TLS, in Spanish and English.
//!
//! Invariant: one line each; what a library says stands in brackets, in its own words.

use std::io::{self, ErrorKind};

use super::failure::Failure;
use super::known_hosts::Trust;
use super::verifier::{Reason, Refusal};
use crate::address::Address;
use crate::notice;
use crate::safe::Safe;

/// Other places with the same key that are named.
const PLACES_NAMED_MAX: usize = 3;

/// Characters of what a library says.
const SAID_MAX_CHARS: usize = 160;

/// Of lines that cannot be understood so many are named.
const LINES_NAMED_MAX: usize = 10;

/// Why there is no connection, and no other attempt.
pub(crate) fn lines(failure: &Failure, address: &Address, english: bool) -> Vec<String> {
    let say = |spanish: &str, in_english: &str| if english { in_english } else { spanish }.to_string();
    let clear = say(
        "Sin --tls se entra en claro: lo que se dice se puede leer en la red.",
        "Without --tls one comes in in the clear: what is said can be read on the network.",
    );
    let mut details = Vec::new();
    let why = match failure {
        Failure::NotTls => say("ahí no se habla TLS. ", "TLS is not spoken there. ") + &clear,
        Failure::Declined(alert) => {
            say("no acepta TLS", "it does not take TLS") + &format!(" ({alert}). {clear}")
        }
        Failure::HungUp => say(
            "ha cortado al empezar con TLS. ¿Lo habla ese servidor?",
            "it hung up when TLS began. Does that server speak it?",
        ),
        Failure::Silent => say(
            "no contesta al empezar con TLS. ¿Lo habla ese puerto?",
            "it does not answer when TLS begins. Does that port speak it?",
        ),
        Failure::Wrong(what) => {
            say("su TLS no es válido", "its TLS is not valid") + &format!(" ({}).", said(what))
        }
        Failure::Unproven(what) => match english {
            false => format!("su certificado no vale ({}). No se ha enviado nada.", said(what)),
            true => format!("its certificate is not valid ({}). Nothing was sent.", said(what)),
        },
        Failure::Unreadable { error, fingerprint, file } => {
            details = vec![
                say("la de ahora: ", "the one now: ") + fingerprint,
                say(
                    "Arregla ese archivo, o da la clave que esperas con --tls-fingerprint.",
                    "Mend that file, or give the key that you expect with --tls-fingerprint.",
                ),
            ];
            let why = why(error, english);
            match english {
                false => format!(
                    "no se puede leer {file} ({why}), y no se sabe si su clave es la de antes. No se ha enviado nada."
                ),
                true => format!(
                    "{file} cannot be read ({why}), and it is not known whether its key is the one of before. Nothing was sent."
                ),
            }
        }
        Failure::Untrusted { refusal, file } => {
            let (why, more) = self::refusal(refusal, file, english);
            details = more;
            why
        }
    };
    let mut lines = vec![notice::unconnected(address, &why, english)];
    lines.extend(details.into_iter().map(|line| format!("  {line}")));
    lines
}

/// The same in a few words, where there is more to it than that there is no connection.
pub(crate) fn in_short(failure: &Failure, english: bool) -> Option<String> {
    match (failure, english) {
        (Failure::NotTls, false) => Some("Ahí no se habla TLS".to_string()),
        (Failure::NotTls, true) => Some("TLS is not spoken there".to_string()),
        (Failure::Declined(alert), false) => Some(format!("El servidor no acepta TLS ({alert})")),
        (Failure::Declined(alert), true) => Some(format!("The server does not take TLS ({alert})")),
        (Failure::Wrong(what), false) => Some(format!("Su TLS no es válido ({})", said(what))),
        (Failure::Wrong(what), true) => Some(format!("Its TLS is not valid ({})", said(what))),
        _ => None,
    }
}

/// Why a server is not trusted, and what to know about it.
fn refusal(refusal: &Refusal, file: &str, english: bool) -> (String, Vec<String>) {
    let say = |spanish: &str, in_english: &str| if english { in_english } else { spanish }.to_string();
    let Refusal { reason, fingerprint, authority } = refusal;
    let now = say("la de ahora: ", "the one now: ") + fingerprint;
    match reason {
        Reason::Pinned(pin) => (
            say(
                "LA CLAVE DEL SERVIDOR NO ES LA QUE SE PIDE. No se ha enviado nada.",
                "THE SERVER'S KEY IS NOT THE ONE ASKED FOR. Nothing was sent.",
            ),
            vec![say("la que se pide: ", "the one asked for: ") + pin, now, meaning(english)],
        ),
        Reason::Damaged(line) => (
            match english {
                false => format!(
                    "la línea {line} de {file}, que habla de él, no se entiende. No se ha enviado nada."
                ),
                true => format!(
                    "line {line} of {file}, which is about it, cannot be understood. Nothing was sent."
                ),
            },
            vec![
                now,
                say(
                    "Corrige esa línea; o bórrala, si la clave de ahora es la que muestra la consola del servidor.",
                    "Mend that line; or remove it, if the key now is the one that the server's console shows.",
                ),
            ],
        ),
        Reason::Remembered(lines) => {
            let mut details: Vec<String> =
                lines.iter().map(|(line, trust)| remembered(*line, trust, file, english)).collect();
            details.push(now);
            details.extend(authority.iter().map(|why| {
                say("ninguna autoridad responde de él: ", "no authority vouches for it: ") + &said(why)
            }));
            details.push(meaning(english));
            details.push(say(
                "Pregunta a quien lo lleva, no por este chat. Si la clave de ahora es la suya, borra esa línea y entra otra vez.",
                "Ask who runs it, not through this chat. If the key now is theirs, remove that line and come in again.",
            ));
            let what = say(
                "¡LA CLAVE DEL SERVIDOR HA CAMBIADO! No se ha enviado nada.",
                "THE SERVER'S KEY HAS CHANGED! Nothing was sent.",
            );
            (what, details)
        }
    }
}

/// A server was seen for the first time; `elsewhere`: other places with the same key.
pub(super) fn first_time(place: &str, fingerprint: &str, elsewhere: &[String], english: bool) -> Vec<String> {
    let first = match english {
        false => format!("--- Primera vez con {place}. Su clave: {fingerprint}"),
        true => format!("--- First time with {place}. Its key: {fingerprint}"),
    };
    let named =
        elsewhere.iter().take(PLACES_NAMED_MAX).map(|place| said(place)).collect::<Vec<_>>().join(", ");
    let compare = match (named.is_empty(), english) {
        (false, false) => format!("--- Es la misma que la de {named}"),
        (false, true) => format!("--- It is the same as that of {named}"),
        (true, false) => {
            "--- Compárala con la que muestra la consola del servidor; desde ahora se espera esa".to_string()
        }
        (true, true) => {
            "--- Compare it with the one that the server's console shows; from now on it is expected"
                .to_string()
        }
    };
    vec![first, compare]
}

/// It could not be remembered.
pub(super) fn not_remembered(file: &str, error: &io::Error, english: bool) -> String {
    let why = why(error, english);
    match english {
        false => {
            format!("--- No se ha podido anotar en {file} ({why}): la próxima vez no se notará si cambia")
        }
        true => {
            format!("--- It could not be noted in {file} ({why}): next time a change will not be noticed")
        }
    }
}

/// What is remembered cannot be read.
pub(super) fn unreadable(file: &str, error: &io::Error, english: bool) -> String {
    let why = why(error, english);
    match english {
        false => {
            format!("--- No se puede leer {file} ({why}): no se nota si la clave del servidor ha cambiado")
        }
        true => format!("--- {file} cannot be read ({why}): a change of the server's key is not noticed"),
    }
}

/// Lines of the file cannot be understood.
pub(super) fn damaged(file: &str, lines: &[usize], english: bool) -> String {
    let named = lines.len().min(LINES_NAMED_MAX);
    let mut numbers = lines[..named].iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if let more @ 1.. = lines.len() - named {
        numbers += &match english {
            false => format!(" y {more} más"),
            true => format!(" and {more} more"),
        };
    }
    match english {
        false => format!("--- {file}: no se entiende, y se deja como está: línea {numbers}"),
        true => format!("--- {file}: not understood, and left as it is: line {numbers}"),
    }
}

/// A server whose key was remembered has a certificate of an authority now.
pub(super) fn signed_now(place: &str, english: bool) -> String {
    match english {
        false => format!("--- {place} tiene ahora un certificado de una autoridad conocida"),
        true => format!("--- {place} now has a certificate of a known authority"),
    }
}

/// The first lines of a new file.
pub(super) fn header(english: bool) -> &'static str {
    match english {
        false => "# Servidores conocidos de tertulia: HOST:PUERTO y la huella de su clave, uno por línea.\n",
        true => "# Servers that tertulia knows: HOST:PORT and the fingerprint of the key, one a line.\n",
    }
}

/// There is no place to remember anything in.
pub(super) fn no_home(english: bool) -> &'static str {
    match english {
        false => "--- Sin carpeta personal (HOME) no se anota: la próxima vez no se notará si cambia",
        true => "--- Without a home directory (HOME) it is not noted: next time a change will not be noticed",
    }
}

fn remembered(line: usize, trust: &Trust, file: &str, english: bool) -> String {
    match (trust, english) {
        (Trust::Key(key), false) => format!("la recordada: {key} (línea {line} de {file})"),
        (Trust::Key(key), true) => format!("the one remembered: {key} (line {line} of {file})"),
        (Trust::Authority, false) => {
            format!("hasta ahora: un certificado de una autoridad conocida (línea {line} de {file})")
        }
        (Trust::Authority, true) => {
            format!("until now: a certificate of a known authority (line {line} of {file})")
        }
    }
}

fn meaning(english: bool) -> String {
    match english {
        false => "O el servidor tiene otra clave (otro equipo, otra carpeta de datos), o alguien en la red se hace pasar por él.",
        true => "Either the server has another key (another machine, another data directory), or someone on the network poses as it.",
    }
    .to_string()
}

/// What a library or a file says may hold what a server says: no more than fits on two lines, and nothing that moves a cursor.
fn said(words: &str) -> String {
    let safe = Safe::default().feed(words.as_bytes());
    safe.chars().filter(|c| !c.is_control()).take(SAID_MAX_CHARS).collect()
}

fn why(error: &io::Error, english: bool) -> String {
    match (error.kind(), english) {
        (ErrorKind::PermissionDenied, false) => "no hay permiso".to_string(),
        (ErrorKind::PermissionDenied, true) => "no permission".to_string(),
        (ErrorKind::ReadOnlyFilesystem, false) => "ahí no se puede escribir".to_string(),
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, false) => "no queda sitio".to_string(),
        (ErrorKind::NotFound, false) => "no existe".to_string(),
        (ErrorKind::Unsupported, false) => "no es un archivo corriente".to_string(),
        (ErrorKind::TimedOut, false) => "otro programa lo tiene".to_string(),
        (ErrorKind::TimedOut, true) => "another program has it".to_string(),
        (ErrorKind::FileTooLarge, false) => "es demasiado grande".to_string(),
        (ErrorKind::FileTooLarge, true) => "it is too large".to_string(),
        (ErrorKind::IsADirectory, false) => "es una carpeta".to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_lines_are_named_up_to_ten() {
        let lines: Vec<usize> = (1..=200_000).collect();
        assert!(damaged("f", &lines[..2], false).ends_with(": línea 1, 2"));
        assert!(damaged("f", &lines[..10], true).ends_with(": line 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"));
        assert!(damaged("f", &lines, true).ends_with("9, 10 and 199990 more"));
        assert!(damaged("f", &lines, false).ends_with("9, 10 y 199990 más"));
    }

    #[test]
    fn words_of_a_library_are_told_without_what_commands_a_terminal() {
        let evil = format!(
            "\u{1b}]0;a\u{7}b\u{1b}[2Jc\r\n\u{8}d\u{9b}1me\u{202e}f\u{2066}g\u{7f} {}",
            "h".repeat(60_000)
        );
        for english in [false, true] {
            let refusal = || Refusal {
                reason: Reason::Remembered(vec![(1, Trust::Authority)]),
                fingerprint: String::new(),
                authority: Some(evil.clone()),
            };
            let untrusted = Failure::Untrusted { refusal: refusal(), file: String::new() };
            for failure in [Failure::Wrong(evil.clone()), Failure::Unproven(evil.clone()), untrusted] {
                let mut told = lines(&failure, &Address::default(), english);
                told.extend(in_short(&failure, english));
                let told = told.join("\n");
                assert!(told.contains("bc") && told.contains("efg h"), "{told:?}");
                assert_eq!(told, Safe::default().feed(told.as_bytes()));
                assert!(told.lines().all(|line| line.chars().count() < 300), "{told}");
            }
            let told = first_time("host:1", "SHA256:", std::slice::from_ref(&evil), english).join("\n");
            assert_eq!((told.lines().count(), &told), (2, &Safe::default().feed(told.as_bytes())));
        }
    }
}
