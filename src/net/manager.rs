//! What the service manager is told (`sd_notify(3)`): that the server is ready, is reading again, stops, and how many are connected.
//!
//! Invariant: the loop does not wait for it, and does not wake up to say what was said before. There is no watchdog: its signs
//! of life would wake a server at rest.

use std::env;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use log::debug;
use rustix::time::{ClockId, clock_gettime};

use crate::chat::{Language, MonoTime};
use crate::limits::{READY_PATIENCE, STATUS_INTERVAL};
use crate::protocol::console;

/// The service manager that wants to be told: systemd, or what speaks as it does.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
    address: SocketAddr,
    language: Language,
    /// It has been told that the server is ready, once at least.
    started: bool,
    /// Clients that it knows of.
    connected: usize,
    /// When it may be told of others.
    next: MonoTime,
    /// There are others.
    is_outdated: bool,
}

impl ServiceManager {
    /// The one that `NOTIFY_SOCKET` names: a path, or an abstract name behind `@`.
    ///
    /// # Errors
    ///
    /// It names no socket that there can be.
    pub fn from_env(language: Language) -> io::Result<Option<ServiceManager>> {
        let name = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        name.map(|name| ServiceManager::at(&name, language)).transpose()
    }

    fn at(name: &OsStr, language: Language) -> io::Result<ServiceManager> {
        let address = match name.as_bytes() {
            [b'/', ..] => SocketAddr::from_pathname(name)?,
            #[cfg(target_os = "linux")]
            [b'@', name @ ..] => {
                use std::os::linux::net::SocketAddrExt;
                SocketAddr::from_abstract_name(name)?
            }
            _ => return Err(ErrorKind::InvalidInput.into()),
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(READY_PATIENCE))?;
        let (started, connected, next, is_outdated) = (false, 0, MonoTime::START, false);
        Ok(ServiceManager { socket, address, language, started, connected, next, is_outdated })
    }

    /// The server does what it is there for, from the start or again, and has so many clients.
    pub(super) fn ready(&mut self, clients: usize) {
        self.connected = clients;
        self.is_outdated = false;
        self.say(&format!("READY=1\n{}", self.status()));
        if !self.started {
            self.started = true;
            if let Err(error) = self.socket.set_nonblocking(true) {
                debug!("NOTIFY_SOCKET: {error}");
            }
        }
    }

    /// The server begins to read what can have changed.
    pub(super) fn reloading(&mut self) {
        let now = clock_gettime(ClockId::Monotonic);
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1_000_000 + now.tv_nsec / 1_000));
    }

    /// The server begins to stop.
    pub(super) fn stopping(&mut self) {
        self.say("STOPPING=1");
    }

    /// So many clients are connected now. The first to come in a while is told of at once, others together.
    pub(super) fn connected(&mut self, clients: usize, now: MonoTime) {
        self.is_outdated = clients != self.connected;
        if self.is_outdated && now >= self.next {
            self.connected = clients;
            self.is_outdated = false;
            self.next = now + STATUS_INTERVAL;
            self.say(&self.status());
        }
    }

    /// When there is something to tell.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.is_outdated.then_some(self.next)
    }

    fn status(&self) -> String {
        format!("STATUS={}", console::connected(self.connected, self.language))
    }

    /// What does not arrive is lost: the manager is not there, or so much behind that it would hold up the chat.
    fn say(&self, words: &str) {
        if let Err(error) = self.socket.send_to_addr(words.as_bytes(), &self.address) {
            debug!("NOTIFY_SOCKET: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn status_is_told_at_once_and_then_at_most_every_interval() {
        use std::os::linux::net::SocketAddrExt;
        let name = format!("tertulia-status-{}", std::process::id());
        let heard = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        heard.set_nonblocking(true).unwrap();
        let next = || {
            let mut bytes = [0; 100];
            heard.recv(&mut bytes).ok().map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned())
        };
        let mut manager = ServiceManager::at(format!("@{name}").as_ref(), Language::English).unwrap();
        let start = MonoTime::START + Duration::from_secs(1);
        manager.connected(0, start);
        assert_eq!((next(), manager.due()), (None, None), "nobody came");
        manager.connected(1, start);
        assert_eq!((next().as_deref(), manager.due()), (Some("STATUS=Connected: 1"), None));
        manager.connected(2, start);
        let later = start + STATUS_INTERVAL;
        assert_eq!((next(), manager.due()), (None, Some(later)));
        manager.connected(1, start);
        assert_eq!((next(), manager.due()), (None, None), "as it was told");
        manager.ready(7);
        manager.connected(7, later);
        assert_eq!((next().as_deref(), manager.due()), (Some("READY=1\nSTATUS=Connected: 7"), None));
        assert_eq!(next(), None, "as it was told");
        manager.connected(15_000, start);
        manager.connected(15_000, later);
        assert_eq!((next().as_deref(), manager.due()), (Some("STATUS=Connected: 15,000"), None));
    }

    #[test]
    fn manager_without_a_socket_that_can_be_is_an_error() {
        for name in ["tertulia", "vsock:2:1", &format!("/{}", "x".repeat(200))] {
            assert!(ServiceManager::at(name.as_ref(), Language::Spanish).is_err(), "{name}");
        }
    }
}
