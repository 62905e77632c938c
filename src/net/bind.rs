//! From `localhost:65434` to sockets that listen.
//!
//! Invariant: who asked for an address gets it or one line that says why not; nothing is left out in silence but an address
//! family that this machine does not have.

mod error;
mod socket;
mod words;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

use mio::net::TcpListener;
use rustix::io::Errno;
use socket2::Socket;

pub use error::{BindCause, BindError, PassedError};
use socket::listen;
pub(super) use socket::prepare;

use crate::config::Door;

/// Ports tried until one is free on all addresses of a name, when any port will do.
const ANY_PORT_ATTEMPTS: usize = 16;

/// An address as it was asked for, with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedAddress {
    /// The words: `localhost:65434`.
    pub text: String,
    /// What they mean here. The port is the same in all.
    pub addresses: Vec<SocketAddr>,
    /// What may be spoken there.
    pub door: Door,
}

/// A socket that listens. One name may have several, one behind the other and with the same `shown`.
#[derive(Debug)]
pub struct Listening {
    /// The socket; accepting from it does not wait.
    pub listener: TcpListener,
    /// What was asked for, with the port that it has.
    pub shown: String,
    /// What may be spoken there.
    pub door: Door,
}

/// Listens on all `addresses`, beside the sockets that were `passed`, which come first.
///
/// # Errors
///
/// The first address that cannot be had, and why.
pub fn listeners_beside(
    mut passed: Vec<Listening>,
    addresses: &[String],
) -> Result<Vec<Listening>, BindError> {
    let ports: Vec<u16> =
        passed.iter().filter_map(|one| Some(one.listener.local_addr().ok()?.port())).collect();
    let port = |text: &str| text.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let own = listeners(addresses).map_err(|error| match error {
        BindError { address, cause: BindCause::InUse }
            if port(&address).is_some_and(|port| ports.contains(&port)) =>
        {
            BindError { address, cause: BindCause::Passed(PassedError::InUse) }
        }
        error => error,
    })?;
    passed.extend(own);
    Ok(passed)
}

/// Listens on all `addresses`, each `host:port`, `1.2.3.4:port`, `[::1]:port` or `[fe80::1%eth0]:port`, and on each once. In front
/// of one may stand what is spoken there: `line://host:port` or `http://host:port`.
///
/// # Errors
///
/// The first address that cannot be had, and why.
pub fn listeners(addresses: &[String]) -> Result<Vec<Listening>, BindError> {
    let asked = addresses.iter().map(|text| resolve(text)).collect::<Result<Vec<_>, _>>()?;
    bind(&asked)
}

/// Finds what `text` stands for. Waits for the resolver, which the server may do before it starts.
///
/// # Errors
///
/// It stands for nothing.
pub fn resolve(text: &str) -> Result<RequestedAddress, BindError> {
    let (door, text) = Door::split(text);
    let unresolved = |error| BindError { address: text.into(), cause: BindCause::Unresolved(error) };
    let addresses = match text.rsplit_once(':') {
        // Not left to the resolver: many a hosts file gives localhost one address only, and then half of the clients,
        // who try the other one first, would be refused. RFC 6761 §6.3 says it is both, always.
        Some((host, port)) if host.eq_ignore_ascii_case("localhost") => {
            let port =
                port.parse().map_err(|error| unresolved(io::Error::new(ErrorKind::InvalidInput, error)))?;
            [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].map(|ip| (ip, port).into()).into()
        }
        Some((host, port)) if host.starts_with("[fe80:") || host.contains('%') => {
            vec![scoped(host, port).map_err(|cause| BindError { address: text.into(), cause })?.into()]
        }
        _ => text.to_socket_addrs().map_err(unresolved)?.collect(),
    };
    Ok(RequestedAddress { text: text.into(), addresses, door })
}

/// An address that holds on one network interface only: `[fe80::1%eth0]`, or with the interface's number.
fn scoped(host: &str, port: &str) -> Result<SocketAddrV6, BindCause> {
    let invalid = || BindCause::Unresolved(ErrorKind::InvalidInput.into());
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).ok_or_else(invalid)?;
    let (ip, interface) = host.split_once('%').unwrap_or((host, ""));
    let ip: Ipv6Addr = ip.parse().map_err(|_| invalid())?;
    let port = port.parse().map_err(|_| invalid())?;
    if interface.is_empty() {
        return Err(BindCause::NoInterface);
    }
    let number = interface.parse().ok().or_else(|| interface_number(interface));
    let number = number.ok_or_else(|| BindCause::NoSuchInterface(interface.into()))?;
    Ok(SocketAddrV6::new(ip, port, 0, number))
}

/// The number that the system has given a network interface. The resolver knows it, on any system, but it tells it of
/// link-local addresses alone.
fn interface_number(name: &str) -> Option<u32> {
    let mut found = (format!("fe80::%{name}"), 0).to_socket_addrs().ok()?;
    found.find_map(|address| match address {
        SocketAddr::V6(address) if address.scope_id() != 0 => Some(address.scope_id()),
        _ => None,
    })
}

/// Listens on everything `asked`.
///
/// # Errors
///
/// The first address that cannot be had, and why.
pub fn bind(asked: &[RequestedAddress]) -> Result<Vec<Listening>, BindError> {
    let mut taken: Vec<SocketAddr> = Vec::new();
    let mut listening = Vec::new();
    for one in asked {
        let mut fresh = Vec::new();
        for address in &one.addresses {
            if !taken.contains(address) && !fresh.contains(address) {
                fresh.push(*address);
            }
        }
        // Port 0 is not an address that could be taken twice: each time it is another port.
        taken.extend(fresh.iter().filter(|address| address.port() != 0));
        let failed = |cause| BindError { address: one.text.clone(), cause };
        let sockets = bind_name(&fresh, v4_beside(one, asked)).map_err(failed)?;
        if sockets.is_empty() && fresh.len() == one.addresses.len() {
            return Err(failed(BindCause::NotHere));
        }
        for socket in sockets {
            listening.push(show(socket, one)?);
        }
    }
    Ok(listening)
}

/// Whether an IPv4 socket will have the port of `one`.
fn v4_beside(one: &RequestedAddress, asked: &[RequestedAddress]) -> bool {
    let port = one.addresses.first().map_or(0, SocketAddr::port);
    let shares_port = |other: &&RequestedAddress| *other == one || port != 0;
    let mut addresses = asked.iter().filter(shares_port).flat_map(|other| &other.addresses);
    addresses.any(|address| address.is_ipv4() && address.port() == port)
}

/// Puts the port that the system gave into the words that asked for any.
fn show(socket: Socket, asked: &RequestedAddress) -> Result<Listening, BindError> {
    let failed = |error| BindError { address: asked.text.clone(), cause: BindCause::Other(error) };
    let listener = std::net::TcpListener::from(socket);
    let port = listener.local_addr().map_err(failed)?.port();
    let host = asked.text.rsplit_once(':').map_or(asked.text.as_str(), |(host, _)| host);
    Ok(Listening {
        listener: TcpListener::from_std(listener),
        shown: format!("{host}:{port}"),
        door: asked.door,
    })
}

/// Listens on all `addresses` of one name that this machine has, on one port. If any port will do, it is the one that
/// the system gives the first address, and another one when that is not free on the rest.
fn bind_name(addresses: &[SocketAddr], v4_beside: bool) -> Result<Vec<Socket>, BindCause> {
    let mut attempts = 1;
    loop {
        let mut sockets = Vec::new();
        match bind_once(addresses, v4_beside, &mut sockets) {
            Ok(()) => return Ok(sockets),
            Err(error) => {
                // A first socket that fails had the free choice: then there is no port left at all.
                let unlucky = addresses[0].port() == 0 && !sockets.is_empty();
                if !unlucky || error.kind() != ErrorKind::AddrInUse || attempts == ANY_PORT_ATTEMPTS {
                    return Err(BindCause::from(error));
                }
                attempts += 1;
            }
        }
    }
}

fn bind_once(addresses: &[SocketAddr], v4_beside: bool, sockets: &mut Vec<Socket>) -> io::Result<()> {
    for &(mut address) in addresses {
        if let (0, Some(first)) = (address.port(), sockets.first()) {
            address.set_port(first.local_addr()?.as_socket().map_or(0, |first| first.port()));
        }
        match listen(address, v4_beside) {
            Ok(socket) => sockets.push(socket),
            Err(error) if not_here(&error) => log::debug!("{address}: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn not_here(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable || Errno::from_io_error(error) == Some(Errno::AFNOSUPPORT)
}
