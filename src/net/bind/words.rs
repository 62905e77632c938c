//! Why the server cannot listen, in two languages, one line each.

use std::io::ErrorKind;

use super::{BindCause, BindError, PassedError};
use crate::chat::Language;
use crate::limits::PASSED_SOCKETS_MAX;
use crate::locale::reason;

/// The port to propose where the one that was asked for cannot be had.
const DEFAULT_PORT: u16 = 65434;

impl BindError {
    /// The one line for the person who started the server.
    pub fn describe(&self, language: Language) -> String {
        let address = &self.address;
        match (language, &self.cause) {
            (_, BindCause::Passed(wrong)) => passed(*wrong, address, language),
            (Language::Spanish, BindCause::Unresolved(error)) => {
                // A resolver's own errors have no number, and speak English.
                let why = match error.raw_os_error() {
                    None if error.kind() != ErrorKind::InvalidInput => {
                        "ese nombre no lleva a ninguna parte".into()
                    }
                    _ => reason(error, language),
                };
                format!("No se encuentra {address}: {why}.")
            }
            (Language::Spanish, BindCause::NoInterface) => {
                format!("En {address} falta la interfaz de red: {}.", with_interface(address))
            }
            (Language::Spanish, BindCause::NoSuchInterface(name)) => {
                format!("No se encuentra {address}: este equipo no tiene ninguna interfaz de red {name}.")
            }
            (Language::Spanish, BindCause::InUse) => format!(
                "El puerto {address} ya está en uso. ¿Hay otro tertulia-server en marcha? Para usar otro puerto: --listen {}",
                another_port(address)
            ),
            (Language::Spanish, BindCause::Denied) => format!(
                "No hay permiso para usar el puerto {address}. Por debajo de 1024 suelen ser del administrador. Para usar \
                 otro puerto: --listen {}",
                default_port(address)
            ),
            (Language::Spanish, BindCause::NotHere) => format!(
                "La dirección {address} no es de este equipo. Para todas las que tiene: --listen {}",
                everywhere(address)
            ),
            (Language::Spanish, BindCause::Other(error)) => {
                format!("No se puede escuchar en {address}: {}.", reason(error, language))
            }
            (Language::English, BindCause::Unresolved(error)) => {
                format!("Cannot find {address}: {}.", reason(error, language))
            }
            (Language::English, BindCause::NoInterface) => {
                format!("The network interface is missing in {address}: {}.", with_interface(address))
            }
            (Language::English, BindCause::NoSuchInterface(name)) => {
                format!("Cannot find {address}: this machine has no network interface {name}.")
            }
            (Language::English, BindCause::InUse) => format!(
                "The port {address} is already in use. Is another tertulia-server running? To use another port: --listen {}",
                another_port(address)
            ),
            (Language::English, BindCause::Denied) => format!(
                "No permission to use the port {address}. Those below 1024 are mostly the administrator's. To use another \
                 port: --listen {}",
                default_port(address)
            ),
            (Language::English, BindCause::NotHere) => format!(
                "The address {address} is not of this machine. For all that it has: --listen {}",
                everywhere(address)
            ),
            (Language::English, BindCause::Other(error)) => {
                format!("Cannot listen on {address}: {}.", reason(error, language))
            }
        }
    }
}

/// What is wrong about the sockets that the service manager passes.
fn passed(wrong: PassedError, address: &str, language: Language) -> String {
    match (language, wrong) {
        (Language::Spanish, PassedError::InUse) => format!(
            "El puerto {address} ya lo tiene un socket que pasa el gestor de servicios: cámbialo en su unidad .socket, \
             o quita --listen"
        ),
        (Language::Spanish, PassedError::NoListener(number)) => format!(
            "El gestor de servicios pasa un descriptor ({number}) que no es un socket TCP que escucha: mira la unidad \
             .socket (ListenStream=, y Accept=no)"
        ),
        (Language::Spanish, PassedError::Count) => {
            format!("{address}: hace falta un número de 0 a {PASSED_SOCKETS_MAX}")
        }
        (Language::English, PassedError::InUse) => format!(
            "A socket passed by the service manager has the port {address} already: change it in its .socket unit, or \
             leave --listen out"
        ),
        (Language::English, PassedError::NoListener(number)) => format!(
            "The service manager passes a descriptor ({number}) that is not a listening TCP socket: look at the .socket \
             unit (ListenStream=, and Accept=no)"
        ),
        (Language::English, PassedError::Count) => {
            format!("{address}: a number from 0 to {PASSED_SOCKETS_MAX} is needed")
        }
    }
}

/// The address with the next port.
fn another_port(address: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let port = port.parse().map_or(DEFAULT_PORT, |port: u16| port.checked_add(1).unwrap_or(DEFAULT_PORT));
    format!("{host}:{port}")
}

/// The address with a port that anybody may use.
fn default_port(address: &str) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    format!("{host}:{DEFAULT_PORT}")
}

/// The port on every address of this machine.
fn everywhere(address: &str) -> String {
    format!("0.0.0.0:{}", address.rsplit_once(':').map_or("", |(_, port)| port))
}

/// The address as it is written with an interface.
fn with_interface(address: &str) -> String {
    let (ip, port) = address.rsplit_once("]:").unwrap_or((address, ""));
    format!("{}%eth0]:{port}", ip.trim_end_matches('%'))
}
