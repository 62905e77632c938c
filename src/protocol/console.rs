//! What the server's console shows of the chat, in the server's language.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::phrases::{self, whom};
use super::{english, spanish};
use crate::chat::{Expulsion, Language, LogEntry, Message, MessageKind, Name, Origin, Text};
use crate::limits::{GUESSES_INTERVAL, MOTD_MAX_BYTES};
use crate::locale::number;

/// The console's line about `note`.
pub fn note(note: &LogEntry, language: Language) -> Option<String> {
    Some(match (note, language) {
        (LogEntry::Arrived(..) | LogEntry::Resumed(..), _) => return None,
        (LogEntry::Left(name, _), Language::Spanish) => format!("{name} se desconectó"),
        (LogEntry::Left(name, _), Language::English) => format!("{name} disconnected"),
        (LogEntry::Message(room, Message { from, kind: MessageKind::Acted, text, .. }), _) => {
            format!("{}* {from} {text}", elsewhere(room))
        }
        (LogEntry::Message(room, Message { from, text, .. }), _) => {
            format!("{}{from}: {text}", elsewhere(room))
        }
        (LogEntry::Renamed(old, new), Language::Spanish) => format!("{old} ahora es {new}"),
        (LogEntry::Renamed(old, new), Language::English) => format!("{old} is now {new}"),
        (LogEntry::Registered(name), Language::Spanish) => format!("{name} ha registrado su nombre"),
        (LogEntry::BecameOperator(name), Language::Spanish) => {
            format!("{name} es ahora operador del servidor")
        }
        (LogEntry::BecameOperator(name), Language::English) => {
            format!("{name} is now an operator of the server")
        }
        (LogEntry::ServerSaid(None, text), Language::Spanish) => format!("--- Servidor: {text}"),
        (LogEntry::ServerSaid(Some(room), text), Language::Spanish) => {
            format!("--- Servidor (#{room}): {text}")
        }
        (LogEntry::ServerSaid(None, text), Language::English) => format!("--- Server: {text}"),
        (LogEntry::ServerSaid(Some(room), text), Language::English) => {
            format!("--- Server (#{room}): {text}")
        }
        (LogEntry::ServerKicked(name, room, reason), Language::Spanish) => {
            let from = room.as_ref().map(|room| format!(" de #{room}")).unwrap_or_default();
            format!("Con tertulia-server kick se ha echado a {name}{from}{}", because(reason.as_ref()))
        }
        (LogEntry::ServerKicked(name, room, reason), Language::English) => {
            let from = room.as_ref().map(|room| format!(" from #{room}")).unwrap_or_default();
            format!("tertulia-server kick put {name} out{from}{}", because(reason.as_ref()))
        }
        (LogEntry::Registered(name), Language::English) => format!("{name} has registered their name"),
        (LogEntry::KeysTried(room, tries, name), Language::Spanish) => {
            format!("{tries} llaves incorrectas para #{room}; la última, de {name}")
        }
        (LogEntry::KeysTried(room, tries, name), Language::English) => {
            format!("{tries} wrong keys to #{room}, the last one by {name}")
        }
        (LogEntry::Expelled(expulsion), Language::Spanish) => {
            let Expulsion { by, reason, .. } = &**expulsion;
            let by = decider(by, language);
            let time = minutes(expulsion).map(|minutes| format!(" ({minutes} min)")).unwrap_or_default();
            format!("{by} ha expulsado a {}{time}{}", whom(expulsion, "y"), because(reason.as_ref()))
        }
        (LogEntry::Expelled(expulsion), Language::English) => {
            let Expulsion { by, reason, .. } = &**expulsion;
            let by = decider(by, language);
            let time = minutes(expulsion).map(|minutes| format!(" ({minutes} min)")).unwrap_or_default();
            format!("{by} expelled {}{time}{}", whom(expulsion, "and"), because(reason.as_ref()))
        }
        (LogEntry::Readmitted(by, expulsion), Language::Spanish) => {
            format!("{} ha readmitido a {}", decider(by, language), whom(expulsion, "y"))
        }
        (LogEntry::Readmitted(by, expulsion), Language::English) => {
            format!("{} readmitted {}", decider(by, language), whom(expulsion, "and"))
        }
        (LogEntry::Decided(room, by, decision), Language::Spanish) => spanish::decision(room, by, decision),
        (LogEntry::Decided(room, by, decision), Language::English) => english::decision(room, by, decision),
        (LogEntry::PutOut(room, name), Language::Spanish) => {
            format!("{name} ha salido de #{room} por un veto")
        }
        (LogEntry::PutOut(room, name), Language::English) => {
            format!("{name} has left #{room} because of a ban")
        }
    })
}

/// For how long a member was expelled.
fn minutes(expulsion: &Expulsion) -> Option<i64> {
    expulsion.until.map(|until| (until.0 - expulsion.at.0) / 60_000)
}

fn because(reason: Option<&Text>) -> String {
    phrases::because(reason).unwrap_or_default()
}

/// Who has decided something, at the beginning of a sentence.
fn decider(by: &Name, language: Language) -> &str {
    let spanish = language == Language::Spanish;
    phrases::decider(by, if spanish { "El servidor" } else { "The server" })
}

/// The console's line about a member who came from `address`.
pub fn arrived(name: &Name, address: SocketAddr, language: Language) -> String {
    let address = place(address);
    match language {
        Language::Spanish => format!("{name} se ha conectado desde {address}"),
        Language::English => format!("{name} connected from {address}"),
    }
}

/// The console's line about a proxy that is believed, and sends a header that is none.
pub fn bad_proxy_header(address: SocketAddr, language: Language) -> String {
    let address = place(address);
    match language {
        Language::Spanish => format!("El proxy {address} envió una cabecera PROXY que no se entiende"),
        Language::English => format!("The proxy {address} sent a PROXY header that makes no sense"),
    }
}

/// An address as it is told: of some that a proxy tells there is no port.
fn place(address: SocketAddr) -> String {
    let (ip, port) = (address.ip().to_canonical(), address.port());
    if port == 0 { ip.to_string() } else { SocketAddr::new(ip, port).to_string() }
}

/// The console's line about a member who goes on from `address` after their connection was lost.
pub fn resumed(name: &Name, address: SocketAddr, language: Language) -> String {
    let address = place(address);
    match language {
        Language::Spanish => format!("{name} ha vuelto a conectarse desde {address}"),
        Language::English => format!("{name} is connected again from {address}"),
    }
}

/// The console's line about wrong passwords: `times` for the account of that name from there, if they are `alike`; else of
/// many accounts or addresses, the last one there. Without a name nobody has registered it, and it is not shown: it may
/// be a password that was typed in its place.
pub fn guesses(name: Option<&Name>, origin: Origin, times: u32, alike: bool, language: Language) -> String {
    let spanish = language == Language::Spanish;
    let whose = match name {
        Some(name) if spanish => format!("para {name} desde {origin}"),
        Some(name) => format!("for {name} from {origin}"),
        None if spanish => format!("para un nombre sin registrar desde {origin}"),
        None => format!("for a name that is not registered from {origin}"),
    };
    let seconds = GUESSES_INTERVAL.as_secs();
    match (alike, times, spanish) {
        (true, 1, true) => format!("Contraseña incorrecta {whose}"),
        (true, 1, false) => format!("Wrong password {whose}"),
        (true, _, true) => format!("Contraseña incorrecta {whose} (van {times})"),
        (true, _, false) => format!("Wrong password {whose} ({times} so far)"),
        (false, 1, true) => format!("1 contraseña incorrecta más en {seconds} s, {whose}"),
        (false, 1, false) => format!("1 more wrong password in {seconds} s, {whose}"),
        (false, _, true) => {
            format!("{times} contraseñas incorrectas más en {seconds} s; la última, {whose}")
        }
        (false, _, false) => format!("{times} more wrong passwords in {seconds} s, the last one {whose}"),
    }
}

/// The console's first line: where the server listens.
pub fn listening(address: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("Servidor de chat multiusuario en {address}"),
        Language::English => format!("Multi-user chat server on {address}"),
    }
}

/// The console's line about where the metrics are.
pub fn metrics(address: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("Métricas en http://{address}/metrics"),
        Language::English => format!("Metrics at http://{address}/metrics"),
    }
}

/// Metrics can be read from everywhere, or that cannot be ruled out.
pub fn metrics_exposed(address: &str, language: Language) -> String {
    match language {
        Language::Spanish => {
            format!("Cualquiera que llegue a {address} puede leer las métricas: no piden contraseña.")
        }
        Language::English => {
            format!("Anybody who can reach {address} can read the metrics: they ask for no password.")
        }
    }
}

/// What the others type into a browser.
pub fn from_browser(address: SocketAddr, in_tls: bool, language: Language) -> String {
    let scheme = if in_tls { "https" } else { "http" };
    match language {
        Language::Spanish => format!("Con un navegador: {scheme}://{address}/"),
        Language::English => format!("With a browser: {scheme}://{address}/"),
    }
}

/// What the others type where only TLS is spoken, and lines in it.
pub fn from_elsewhere_in_tls(address: SocketAddr, language: Language) -> String {
    match language {
        Language::Spanish => format!("Desde otra máquina: tertulia tls://{address}"),
        Language::English => format!("From another machine: tertulia tls://{address}"),
    }
}

/// The console's line about the key by which clients know the server.
pub fn fingerprint(fingerprint: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("Huella de la clave de TLS: {fingerprint}"),
        Language::English => format!("Fingerprint of the TLS key: {fingerprint}"),
    }
}

/// The console's warning about an RSA key so long that each handshake keeps the chat waiting for `time`.
pub fn slow_key(bits: u64, time: Duration, language: Language) -> String {
    let millis = ((time.as_micros() + 500) / 1000).max(1);
    match language {
        Language::Spanish => format!(
            "La clave de TLS es RSA de {bits} bits: cada conexión nueva en TLS detiene el chat unos {millis} ms. Con una clave \
             ECDSA es una décima de milisegundo"
        ),
        Language::English => format!(
            "The TLS key is RSA of {bits} bits: each new connection in TLS stops the chat for some {millis} ms. With an \
             ECDSA key it is a tenth of a millisecond"
        ),
    }
}

/// The console's line about a key or a certificate that could not be read anew.
pub fn tls_kept(why: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("Se sigue con la clave y el certificado anteriores: {why}"),
        Language::English => format!("Going on with the key and certificate as they were: {why}"),
    }
}

/// The console's line about how to come in from another machine.
pub fn from_elsewhere(address: SocketAddr, language: Language) -> String {
    let (ip, port) = (address.ip(), address.port());
    match language {
        Language::Spanish => format!("Desde otra máquina: nc {ip} {port}"),
        Language::English => format!("From another machine: nc {ip} {port}"),
    }
}

/// The console's line about a machine that is on no network.
pub fn no_network(language: Language) -> &'static str {
    match language {
        Language::Spanish => {
            "Este equipo no está en ninguna red: por ahora solo se puede entrar desde él mismo"
        }
        Language::English => "This machine is on no network: for now one can only come in from here",
    }
}

/// What the service manager shows of a running server.
pub fn connected(clients: usize, language: Language) -> String {
    match language {
        Language::Spanish => format!("Conectados: {}", number(clients as u64, language)),
        Language::English => format!("Connected: {}", number(clients as u64, language)),
    }
}

/// The console's line about an orderly stop.
pub fn stopping(language: Language) -> &'static str {
    match language {
        Language::Spanish => "El servidor se detiene",
        Language::English => "The server is stopping",
    }
}

/// The console's line about an upgrade that begins.
pub fn upgrading(language: Language) -> &'static str {
    match language {
        Language::Spanish => "Actualización: el programa nuevo comprueba el estado de este servidor",
        Language::English => "Upgrade: the new program looks at the state of this server",
    }
}

/// The console's line about an upgrade that is not made; why, without a full stop.
pub fn upgrade_refused(why: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("No se ha actualizado, y el servidor sigue como estaba: {why}"),
        Language::English => format!("Not upgraded, and the server goes on as it was: {why}"),
    }
}

/// What there is to say about an upgrade from one version to another: for so many connections nobody was served for so many milliseconds.
pub fn upgraded(before: &str, now: &str, connections: usize, millis: u64, language: Language) -> String {
    let (connections, millis) = (number(connections as u64, language), number(millis, language));
    match language {
        Language::Spanish => {
            format!(
                "Actualizado de {before} a {now}: siguen {connections} conexiones, tras {millis} ms de pausa"
            )
        }
        Language::English => {
            format!(
                "Upgraded from {before} to {now}: {connections} connections go on, after a pause of {millis} ms"
            )
        }
    }
}

/// The console's line about what is read again because of a signal.
pub fn rereading(language: Language) -> &'static str {
    match language {
        Language::Spanish => {
            "SIGHUP: se reabre el registro y se vuelven a leer el mensaje de bienvenida, la zona horaria y los archivos de TLS"
        }
        Language::English => {
            "SIGHUP: opening the log again, reading the greeting, the time zone and the files for TLS again"
        }
    }
}

/// The console's line about a signal that the server hears and does nothing for.
pub fn unused(signal: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("{signal}: esta señal no hace nada"),
        Language::English => format!("{signal}: this signal does nothing"),
    }
}

/// Why the text of `--motd` is not taken.
pub fn motd_too_long(language: Language) -> String {
    match language {
        Language::Spanish => {
            format!("el texto es demasiado largo: caben {} bytes", number(MOTD_MAX_BYTES as u64, language))
        }
        Language::English => {
            format!("the text is too long: {} bytes fit", number(MOTD_MAX_BYTES as u64, language))
        }
    }
}

/// The console's line about a text of `--motd` that cannot be read again.
pub fn motd_kept(error: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("El mensaje de bienvenida queda como estaba: {error}"),
        Language::English => format!("The greeting stays as it was: {error}"),
    }
}

/// The console's line about administrator's commands that cannot be heard, for this `reason`.
pub fn no_control(socket: &str, reason: &str, language: Language) -> String {
    match language {
        Language::Spanish => {
            format!("No se puede abrir {socket} ({reason}): las órdenes de tertulia-server no llegarán aquí")
        }
        Language::English => {
            format!("Cannot open {socket} ({reason}): commands of tertulia-server will not be heard here")
        }
    }
}

/// The console's line about an account that the administrator has made.
pub fn account_added(name: &str, language: Language) -> String {
    let name = Text::clean(name);
    match language {
        Language::Spanish => format!("Cuenta creada con tertulia-server account: {name}"),
        Language::English => format!("Account made by tertulia-server account: {name}"),
    }
}

/// The console's line about a password that the administrator has changed.
pub fn account_changed(name: &str, language: Language) -> String {
    let name = Text::clean(name);
    match language {
        Language::Spanish => format!("Contraseña cambiada con tertulia-server account: {name}"),
        Language::English => format!("Password changed by tertulia-server account: {name}"),
    }
}

/// The console's line about an account that the administrator has removed.
pub fn account_removed(name: &str, language: Language) -> String {
    let name = Text::clean(name);
    match language {
        Language::Spanish => format!("Cuenta borrada con tertulia-server account: {name}"),
        Language::English => format!("Account removed by tertulia-server account: {name}"),
    }
}

/// The console's line about places that were asked for and cannot be had.
pub fn fewer_places(asked: usize, places: usize, language: Language) -> String {
    match language {
        Language::Spanish => {
            format!(
                "Caben {} personas, no {}: el sistema no deja abrir más archivos (ulimit -n)",
                number(places as u64, language),
                number(asked as u64, language)
            )
        }
        Language::English => {
            format!(
                "{} people fit, not {}: the system allows no more open files (ulimit -n)",
                number(places as u64, language),
                number(asked as u64, language)
            )
        }
    }
}

/// The console's line about a zone that the variable `TZ` does not name.
pub fn no_zone(language: Language) -> &'static str {
    match language {
        Language::Spanish => "TZ no es ninguna zona horaria: las horas son UTC",
        Language::English => "TZ names no time zone: times are UTC",
    }
}

/// Why the server does not start: an operator whose name anybody could register.
pub fn no_such_operator(name: &str, language: Language) -> String {
    let name = Text::clean(name);
    match language {
        Language::Spanish => {
            format!(
                "--operator {name}: ese nombre no está registrado (tertulia-server account add {name} --data …)"
            )
        }
        Language::English => {
            format!(
                "--operator {name}: that name is not registered (tertulia-server account add {name} --data …)"
            )
        }
    }
}

/// The console's line about a history that fails, or lacks lines; and why, if that is known, and what to do about it.
pub fn history_lost(lines: u64, why: Option<(String, Option<&str>)>, language: Language) -> String {
    let spanish = language == Language::Spanish;
    let (reason, advice) = why.unzip();
    let failure = match reason {
        None if spanish => "El historial no da abasto".to_owned(),
        None => "The history cannot keep up".to_owned(),
        Some(why) if spanish => format!("El historial falla ({why})"),
        Some(why) => format!("The history fails ({why})"),
    };
    let line = match lines {
        0 => failure,
        1 if spanish => format!("{failure}: le falta 1 mensaje"),
        1 => format!("{failure}: 1 message is missing"),
        _ if spanish => format!("{failure}: le faltan {} mensajes", number(lines, language)),
        _ => format!("{failure}: {} messages are missing", number(lines, language)),
    };
    advice.flatten().map_or(line.clone(), |advice| format!("{line}. {advice}"))
}

/// The console's line about bans and mutes of which the file had more than there may be.
pub fn decisions_forgotten(count: usize, language: Language) -> String {
    let many = number(count as u64, language);
    match (language, count) {
        (Language::Spanish, 1) => {
            "En el historial había más vetos y silencios de los que caben: se ha olvidado el más antiguo"
                .into()
        }
        (Language::Spanish, _) => {
            format!(
                "En el historial había más vetos y silencios de los que caben: se han olvidado los {many} más antiguos"
            )
        }
        (Language::English, 1) => {
            "The history had more bans and mutes than there may be: the oldest one has been forgotten".into()
        }
        (Language::English, _) => {
            format!(
                "The history had more bans and mutes than there may be: the oldest {many} have been forgotten"
            )
        }
    }
}

/// The console's line about a file of the history that is not in its place any more.
pub fn file_displaced(path: &Path, language: Language) -> String {
    let path = path.display();
    match language {
        Language::Spanish => format!(
            "{path} ya no es el archivo en uso: lo han borrado, movido o cambiado. Desde ahora no se guarda nada; si no \
             vuelve a su sitio, hay que reiniciar el servidor"
        ),
        Language::English => format!(
            "{path} is not the file in use any more: it was deleted, moved or replaced. From now on nothing is kept; unless \
             it comes back, the server has to be restarted"
        ),
    }
}

/// The console's line about files of the history that are in their places again.
pub fn file_back(path: &Path, language: Language) -> String {
    let path = path.display();
    match language {
        Language::Spanish => format!("{path} vuelve a estar en su sitio: se sigue guardando"),
        Language::English => format!("{path} is back in its place: what is said is kept again"),
    }
}

/// The console's line about a lock file that was deleted.
pub fn lock_restored(path: &Path, language: Language) -> String {
    let path = path.display();
    match language {
        Language::Spanish => format!("{path} ya no estaba: se ha vuelto a crear"),
        Language::English => format!("{path} was gone: it has been made again"),
    }
}

/// The console's line about a clock by which the whole history is old.
pub fn old_lines_stay(language: Language) -> &'static str {
    match language {
        Language::Spanish => {
            "¿Está bien el reloj de este equipo? Todo el historial es muy anterior: por si acaso, en las próximas 24 horas no \
             se borra nada de él"
        }
        Language::English => {
            "Is the clock of this machine right? The whole history is much older: just in case, nothing of it is deleted \
             within the next 24 hours"
        }
    }
}

/// The console's line about a history that was not written to its end when the server had to.
pub fn history_unfinished(language: Language) -> &'static str {
    match language {
        Language::Spanish => "No se ha podido terminar de escribir el historial: falta lo último",
        Language::English => "The history could not be written to its end: what came last is missing",
    }
}

/// The room in front of a line, unless it is the first.
fn elsewhere(room: &Name) -> String {
    if room.as_str() == "general" { String::new() } else { format!("#{room} ") }
}
