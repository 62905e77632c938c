//! Sockets that the service manager has opened for us (`sd_listen_fds(3)`), so that newcomers can wait while there is no server.
//!
//! Invariant: whatever was passed is used, or the server does not start and says why.

use std::env;
use std::net::TcpListener;
use std::process;

use listenfd::ListenFd;
use socket2::SockRef;

use super::bind::{BindCause, BindError, Listening, PassedError, prepare};
use crate::config::Door;
use crate::limits::PASSED_SOCKETS_MAX;

/// The number of the first descriptor that is passed.
const FIRST: usize = 3;

/// Takes over the sockets that were passed, each once. Their names in `LISTEN_FDNAMES` say what may be spoken there: `line`, `http`, `tls` or
/// `https`, and otherwise whatever there is. To be called before the process has a second thread or listens anywhere: it takes the variables out of the environment.
///
/// # Errors
///
/// One of them is not a TCP socket that listens, or it is not said how many there are.
pub fn passed() -> Result<Vec<Listening>, BindError> {
    let variable = |name| env::var(name).unwrap_or_default();
    let (pid, asked) = (variable("LISTEN_PID"), variable("LISTEN_FDS"));
    // Meant for a process that has started this one.
    if asked.is_empty() || pid.parse() != Ok(process::id()) {
        return Ok(Vec::new());
    }
    let failed =
        |wrong| BindError { address: format!("LISTEN_FDS={asked}"), cause: BindCause::Passed(wrong) };
    let count = asked.parse().ok().filter(|&count: &usize| count <= PASSED_SOCKETS_MAX);
    let count = count.ok_or_else(|| failed(PassedError::Count))?;
    let names = variable("LISTEN_FDNAMES");
    let mut names = names.split(':');
    let mut found = ListenFd::from_env();
    let take = |index| {
        let no_listener = || failed(PassedError::NoListener(FIRST + index));
        let listener = found.take_tcp_listener(index).ok().flatten().ok_or_else(no_listener)?;
        let door = names.next().map_or(Door::Any, |name| Door::split(&format!("{name}://")).0);
        taken_over(listener, door).ok_or_else(no_listener)
    };
    (0..count).map(take).collect()
}

/// Makes a socket like those that we open. None: it does not listen.
fn taken_over(listener: TcpListener, door: Door) -> Option<Listening> {
    let socket = SockRef::from(&listener);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if !socket.is_listener().ok()? {
        return None;
    }
    prepare(socket);
    listener.set_nonblocking(true).ok()?;
    let shown = listener.local_addr().ok()?.to_string();
    Some(Listening { listener: mio::net::TcpListener::from_std(listener), shown, door })
}
