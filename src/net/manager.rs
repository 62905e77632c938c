//! What the service manager is told (`sd_notify(3)`): that the server is ready, is reading again, stops, and how many are connected.
//!
//! Invariant: nothing here waits for it or reads a clock, and the loop does not wake up to say what was said before. There is no watchdog:
//! its signs of life would wake a server at rest.

use std::env;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use log::debug;

use crate::chat::{Language, MonoTime};
use crate::limits::{READY_RETRY, STATUS_INTERVAL};
use crate::protocol::console;

/// The service manager that wants to be told: systemd, or what speaks as it does.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
    address: SocketAddr,
    language: Language,
    /// It could not be told that the server is ready: when that is tried again, and how long is waited behind that.
    owed: Option<(MonoTime, Duration)>,
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
        socket.set_nonblocking(true)?;
        let (owed, connected, next, is_outdated) = (None, 0, MonoTime::START, false);
        Ok(ServiceManager { socket, address, language, owed, connected, next, is_outdated })
    }

    /// The server does what it is there for, from the start or again, and has so many clients. Where the manager is behind, that is tried
    /// again: a start that it hears nothing of has failed.
    pub(super) fn ready(&mut self, clients: usize, now: MonoTime) {
        self.tell_ready(clients, READY_RETRY, now);
    }

    fn tell_ready(&mut self, clients: usize, wait: Duration, now: MonoTime) {
        self.connected = clients;
        self.is_outdated = false;
        let told = self.say(&format!("READY=1\n{}", self.status()));
        // A manager that never reads is tried less and less often.
        self.owed = (!told).then(|| (now + wait, wait * 2));
    }

    /// The server begins to read what can have changed, when the system's monotonic clock says `system`.
    pub(super) fn reloading(&mut self, system: Duration) {
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={}", system.as_micros()));
    }

    /// The server begins to stop.
    pub(super) fn stopping(&mut self) {
        self.owed = None;
        self.say("STOPPING=1");
    }

    /// So many clients are connected now. The first to come in a while is told of at once, others together.
    pub(super) fn connected(&mut self, clients: usize, now: MonoTime) {
        if let Some((again, wait)) = self.owed {
            if now >= again {
                self.tell_ready(clients, wait, now);
            }
            return;
        }
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
        match self.owed {
            Some((again, _)) => Some(again),
            None => self.is_outdated.then_some(self.next),
        }
    }

    fn status(&self) -> String {
        format!("STATUS={}", console::connected(self.connected, self.language))
    }

    /// Says something, unless the manager is so much behind that there is no room for it. One that is not there hears nothing.
    fn say(&self, words: &str) -> bool {
        let Err(error) = self.socket.send_to_addr(words.as_bytes(), &self.address) else { return true };
        debug!("NOTIFY_SOCKET: {error}");
        error.kind() != ErrorKind::WouldBlock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manager's socket, and who talks to it.
    #[cfg(target_os = "linux")]
    fn manager(name: &str) -> (UnixDatagram, ServiceManager) {
        use std::os::linux::net::SocketAddrExt;
        let name = format!("tertulia-{name}-{}", std::process::id());
        let heard = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        heard.set_nonblocking(true).unwrap();
        (heard, ServiceManager::at(format!("@{name}").as_ref(), Language::English).unwrap())
    }

    /// The next message, if there is one.
    #[cfg(target_os = "linux")]
    fn next(heard: &UnixDatagram) -> Option<String> {
        let mut bytes = [0; 100];
        heard.recv(&mut bytes).ok().map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn ready_is_told_again_and_again_to_a_manager_that_is_behind() {
        let (heard, mut manager) = manager("ready");
        let mut waiting = 0;
        while manager.say("STATUS=") {
            waiting += 1;
        }
        let start = MonoTime::START + Duration::from_secs(1);
        manager.ready(1, start);
        assert_eq!(manager.due(), Some(start + READY_RETRY));
        let second = start + READY_RETRY;
        manager.connected(1, second);
        assert_eq!(manager.due(), Some(second + READY_RETRY * 2), "it is still behind");
        (0..waiting).for_each(|_| assert_eq!(next(&heard).as_deref(), Some("STATUS=")));
        manager.connected(2, second);
        assert_eq!(next(&heard), None, "not yet");
        manager.connected(3, second + READY_RETRY * 2);
        assert_eq!((next(&heard).as_deref(), manager.due()), (Some("READY=1\nSTATUS=Connected: 3"), None));
        while manager.say("STATUS=") {}
        manager.ready(3, second);
        manager.stopping();
        while next(&heard).is_some() {}
        manager.connected(3, second + STATUS_INTERVAL);
        assert_eq!((next(&heard), manager.due()), (None, None), "a server that stops is not ready");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn status_is_told_at_once_and_then_at_most_every_interval() {
        let (heard, mut manager) = manager("status");
        let next = || next(&heard);
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
        manager.ready(7, start);
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
