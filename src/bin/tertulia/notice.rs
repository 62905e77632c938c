//! What the client says itself: in the language of the environment until the server has asked something, then in the
//! server's.
//!
//! Invariant: one line each; at a screen they look like the server's own notices.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::address::Address;
use crate::tls;

/// Why a connection ended.
pub(crate) enum End {
    /// It never began.
    Unreachable(io::Error),
    /// It never began, because of TLS.
    Insecure(tls::Failure),
    /// The server closed it, or the network did.
    Lost,
    /// It broke off without a leave that TLS would have shown: something may be missing.
    Cut,
    /// The name was refused, and there is no user to ask for another.
    Refused,
    /// The password was asked for in the clear, and had been given through TLS only.
    Exposed,
}

impl End {
    /// Whether there was no connection.
    pub(crate) fn never_began(&self) -> bool {
        matches!(self, End::Unreachable(_) | End::Insecure(_))
    }

    /// Whether a person has to look at it before another attempt, there or elsewhere.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, End::Insecure(failure) if failure.is_final())
    }
}

/// A connection is being opened.
#[cfg_attr(not(feature = "prompt"), allow(dead_code))]
pub(crate) fn connecting(address: &Address, english: bool) -> String {
    if english { format!("Connecting to {address} …") } else { format!("Conectando con {address} …") }
}

/// No connection, and no other attempt.
pub(crate) fn unreachable(address: &Address, error: &io::Error, english: bool) -> String {
    let why = match (error.kind(), english) {
        (ErrorKind::ConnectionRefused, false) => {
            "nadie escucha ahí. ¿Está en marcha el servidor (tertulia-server)?".to_string()
        }
        (ErrorKind::ConnectionRefused, true) => {
            "nobody listens there. Is the server (tertulia-server) running?".to_string()
        }
        (ErrorKind::TimedOut, false) => "no contesta. ¿Es esa la dirección? ¿Hay un cortafuegos?".to_string(),
        (ErrorKind::TimedOut, true) => {
            "it does not answer. Is the address right? Is there a firewall?".to_string()
        }
        (ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, false) => {
            "no hay red hasta ahí.".to_string()
        }
        (ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, true) => {
            "no network leads there.".to_string()
        }
        // Only the resolver gives an error without a number of the system's.
        _ if error.raw_os_error().is_none() && !english => {
            "no se encuentra ese nombre en la red.".to_string()
        }
        _ if error.raw_os_error().is_none() => "that name is not known on the network.".to_string(),
        (ErrorKind::PermissionDenied, false) => {
            "no hay permiso. ¿Lo impide un cortafuegos de este equipo?".to_string()
        }
        (ErrorKind::PermissionDenied, true) => {
            "no permission. Does a firewall of this machine forbid it?".to_string()
        }
        (ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted, false) => {
            "el otro lado ha cortado. Prueba otra vez.".to_string()
        }
        (ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted, true) => {
            "the other side hung up. Try again.".to_string()
        }
        (_, false) => "este equipo no puede llegar a esa dirección. ¿Está bien escrita?".to_string(),
        (_, true) => "this machine cannot reach that address. Is it spelled right?".to_string(),
    };
    unconnected(address, &why, english)
}

/// No connection, and why.
pub(crate) fn unconnected(address: &Address, why: &str, english: bool) -> String {
    if english {
        format!("tertulia: cannot connect to {address}: {why}")
    } else {
        format!("tertulia: no se puede conectar con {address}: {why}")
    }
}

/// The server ended it without our asking.
pub(crate) fn lost(english: bool) -> &'static str {
    if english { "--- Connection lost" } else { "--- Conexión perdida" }
}

/// An encrypted connection ended without the server's leave.
pub(crate) fn cut(english: bool) -> &'static str {
    match english {
        false => "--- Conexión cortada sin despedida del servidor: puede faltar algo",
        true => "--- Connection cut off without the server's leave: something may be missing",
    }
}

/// This program was built without TLS.
pub(crate) fn no_tls(english: bool) -> &'static str {
    match english {
        false => "esta tertulia se compiló sin TLS",
        true => "this tertulia was built without TLS",
    }
}

/// The server did not say in time that it was said.
pub(crate) fn late(english: bool) -> &'static str {
    if english { "the server does not answer" } else { "el servidor no contesta" }
}

/// A line to be said by which one leaves.
pub(crate) fn says_farewell(english: bool) -> &'static str {
    match english {
        false => "una línea con la que se sale del chat no se puede decir: añádele algo",
        true => "a line by which one leaves the chat cannot be said: add something to it",
    }
}

/// A pasted line is longer than a line may be.
#[cfg_attr(not(feature = "prompt"), allow(dead_code))]
pub(crate) fn pasted_too_long(english: bool) -> &'static str {
    match english {
        false => "--- Una línea de lo pegado es demasiado larga: no se ha pegado",
        true => "--- A line of what was pasted is too long: it was not pasted",
    }
}

/// There will be another attempt.
pub(crate) fn retry(end: &End, pause: Duration, english: bool) -> String {
    let again = if english { "trying again in" } else { "nuevo intento en" };
    format!("--- {}; {again} {} s", in_short(end, english), pause.as_secs())
}

/// Another address is tried at once.
pub(crate) fn next(end: &End, address: &Address, english: bool) -> String {
    let next = if english { "trying" } else { "probando con" };
    format!("--- {}; {next} {address}", in_short(end, english))
}

/// A connection to another address than before; `exposed`: in the clear, and that one was through TLS.
pub(crate) fn connected(address: &Address, exposed: bool, english: bool) -> String {
    let clear = match (exposed, english) {
        (false, _) => "",
        (true, false) => ", sin TLS: lo que se dice se puede leer en la red",
        (true, true) => ", without TLS: what is said can be read on the network",
    };
    format!("--- {} {address}{clear}", if english { "Connected to" } else { "Conectado con" })
}

fn in_short(end: &End, english: bool) -> String {
    let insecure = match end {
        End::Insecure(failure) => tls::in_short(failure, english),
        _ => None,
    };
    match (end, english) {
        (End::Unreachable(_) | End::Insecure(_), false) => insecure.as_deref().unwrap_or("Sin conexión"),
        (End::Unreachable(_) | End::Insecure(_), true) => insecure.as_deref().unwrap_or("No connection"),
        (End::Lost | End::Cut, false) => "Conexión perdida",
        (End::Lost | End::Cut, true) => "Connection lost",
        (End::Refused, false) => "Nombre ocupado",
        (End::Refused, true) => "Name in use",
        (End::Exposed, false) => "La contraseña no se envía sin TLS",
        (End::Exposed, true) => "The password is not sent without TLS",
    }
    .to_string()
}

/// A lost connection is back in these rooms, the current one last.
pub(crate) fn back(rooms: &[String], english: bool) -> String {
    let rooms: Vec<String> = rooms.iter().map(|room| format!("#{room}")).collect();
    format!("--- {} {}", if english { "Back in" } else { "De vuelta en" }, rooms.join(", "))
}

/// A line was typed while there is no connection, or while it goes back into its rooms.
pub(crate) fn away(connected: bool, english: bool) -> &'static str {
    match (connected, english) {
        (false, false) => "--- Sin conexión: no se envió",
        (false, true) => "--- Not connected: not sent",
        (true, false) => "--- Volviendo a tus salas: no se envió",
        (true, true) => "--- Going back into your rooms: not sent",
    }
}
