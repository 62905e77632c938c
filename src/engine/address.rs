//! Where the engine is, and what is told of that: never who logs in there, nor with which password.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use thiserror::Error;

/// The address of a Redis or Valkey: `redis://host:port/`, with TLS `rediss://`, or `unix:///path`; in front of the host `user:password@`.
#[derive(Clone)]
pub struct EngineAddress {
    pub(super) connection: ConnectionInfo,
    shown: String,
}

/// Why a text is no address. It does not repeat the text, in which there may be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EngineAddressError {
    /// It is none.
    #[error("no address of a Redis")]
    Malformed,
    /// It asks for TLS, without which this program was built.
    #[error("built without TLS")]
    WithoutTls,
}

impl FromStr for EngineAddress {
    type Err = EngineAddressError;

    fn from_str(typed: &str) -> Result<EngineAddress, EngineAddressError> {
        let scheme = typed.split_once(':').map_or("", |(scheme, _)| scheme);
        if !cfg!(feature = "tls") && matches!(scheme, "rediss" | "valkeys") {
            return Err(EngineAddressError::WithoutTls);
        }
        let connection = typed.into_connection_info().map_err(|_| EngineAddressError::Malformed)?;
        let db = match connection.redis_settings().db() {
            0 => String::new(),
            db => format!("/{db}"),
        };
        let host = |host: &str| if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let shown = match connection.addr() {
            ConnectionAddr::Tcp(name, port) => format!("redis://{}:{port}{db}", host(name)),
            // A key that is not looked at is no TLS.
            ConnectionAddr::TcpTls { insecure: true, .. } => return Err(EngineAddressError::Malformed),
            ConnectionAddr::TcpTls { host: name, port, .. } => format!("rediss://{}:{port}{db}", host(name)),
            ConnectionAddr::Unix(path) => format!("unix://{}{db}", path.display()),
            _ => return Err(EngineAddressError::Malformed),
        };
        let tcp = connection.tcp_settings().clone().set_nodelay(true);
        // One command less that its user has to be allowed.
        let login = connection.redis_settings().clone().set_skip_set_lib_name();
        let login = login.set_protocol(ProtocolVersion::RESP2);
        let connection = connection.set_tcp_settings(tcp).set_redis_settings(login);
        Ok(EngineAddress { connection, shown })
    }
}

impl EngineAddress {
    /// Whether what passes between here and there can be read on a network: plain TCP to another machine. A name is another machine's
    /// unless it is `localhost`.
    pub(super) fn is_in_the_clear(&self) -> bool {
        let ConnectionAddr::Tcp(host, _) = self.connection.addr() else { return false };
        match host.parse::<IpAddr>() {
            Ok(address) => !address.to_canonical().is_loopback(),
            Err(_) => !host.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// Without user and password.
impl fmt::Display for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EngineAddress({})", self.shown)
    }
}
