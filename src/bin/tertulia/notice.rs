//! What the client says itself, in the language in which the server asked.
//!
//! Law: one line each; at a screen they look like the server's own notices.

use std::io;
use std::time::Duration;

/// Why a connection ended.
pub(crate) enum End {
    /// It never began.
    Unreachable(io::Error),
    /// The server closed it, or the network did.
    Lost,
    /// The name was refused, and there is nobody to ask for another.
    Refused,
}

/// No connection, and no other attempt.
pub(crate) fn unreachable(host: &str, port: u16, error: &io::Error) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_string() };
    format!("tertulia: no se puede conectar con {host}:{port}: {error}")
}

/// The server ended it without our asking.
pub(crate) fn lost(english: bool) -> &'static str {
    if english { "--- Connection lost" } else { "--- Conexión perdida" }
}

/// There will be another attempt.
pub(crate) fn retry(end: &End, pause: Duration, english: bool) -> String {
    let why = match (end, english) {
        (End::Unreachable(_), false) => "Sin conexión",
        (End::Unreachable(_), true) => "No connection",
        (End::Lost, false) => "Conexión perdida",
        (End::Lost, true) => "Connection lost",
        (End::Refused, false) => "Nombre ocupado",
        (End::Refused, true) => "Name in use",
    };
    let again = if english { "trying again in" } else { "nuevo intento en" };
    format!("--- {why}; {again} {} s", pause.as_secs())
}

/// A line was typed while there is no connection.
pub(crate) fn away(english: bool) -> &'static str {
    if english { "--- Not connected: not sent" } else { "--- Sin conexión: no se envió" }
}
