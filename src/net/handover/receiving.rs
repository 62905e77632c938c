//! What the program before this one has handed over, taken out of the standard input.

use std::env;
use std::fs::File;
use std::io::{self, Seek};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process;
use std::vec;

use super::HandoverError;
use super::descriptors::unpack;
use super::program::VARIABLE;
use super::replacing::hear_signals;
use super::state::Handover;
use crate::config::Door;
use crate::storage::LockFiles;

/// What was handed over.
#[derive(Debug)]
pub struct Handed {
    pub(in crate::net) state: Handover,
    /// The lock on the directory, if there is one. To be taken before the loop begins.
    pub lock: Option<LockFiles>,
    pub(in crate::net) control: Option<(UnixListener, Vec<UnixStream>)>,
    pub(in crate::net) listeners: Vec<TcpListener>,
    pub(in crate::net) metrics: Vec<TcpListener>,
    pub(in crate::net) streams: Vec<TcpStream>,
}

impl Handed {
    /// What may be spoken at the sockets that listen.
    pub fn doors(&self) -> &[Door] {
        &self.state.doors
    }

    /// How many sockets listen for who asks for the metrics.
    pub fn metrics(&self) -> usize {
        self.metrics.len()
    }

    /// Takes what was handed over to this process, if anything was. The standard input is what it was before, and signals are heard: there
    /// have to be handlers for them.
    ///
    /// # Errors
    ///
    /// It is not all there, or makes no sense.
    pub fn receive() -> Result<Option<Handed>, HandoverError> {
        let own = process::id().to_string();
        if env::var_os(VARIABLE).is_none_or(|id| id.to_str() != Some(&own)) {
            return Ok(None);
        }
        let stdin = io::stdin();
        // Behind a second upgrade in which nothing was handed over, the variable is an old one.
        let Ok(files) = unpack(stdin.as_fd()) else { return Ok(None) };
        hear_signals();
        let mut files = files.into_iter();
        let mut text = File::from(next(&mut files)?);
        rustix::stdio::dup2_stdin(next(&mut files)?).map_err(broken)?;
        text.rewind().map_err(broken)?;
        let state = Handover::read(text)?;
        if files.len() != state.files() {
            return Err(HandoverError::Sockets { expected: state.files(), found: files.len() });
        }
        let lock = match state.lock {
            0 => None,
            with => Some(LockFiles {
                file: next(&mut files)?.into(),
                dir: if with > 1 { Some(next(&mut files)?.into()) } else { None },
            }),
        };
        let control = match &state.control {
            None => None,
            Some(control) => {
                let listener = next(&mut files)?.into();
                let sessions = files.by_ref().take(control.sessions.len()).map(UnixStream::from);
                Some((listener, sessions.collect()))
            }
        };
        let listeners = files.by_ref().take(state.doors.len()).map(TcpListener::from).collect();
        let metrics = files.by_ref().take(state.metrics).map(TcpListener::from).collect();
        let streams = files.map(TcpStream::from).collect();
        Ok(Some(Handed { state, lock, control, listeners, metrics, streams }))
    }
}

fn next(files: &mut vec::IntoIter<OwnedFd>) -> Result<OwnedFd, HandoverError> {
    files.next().ok_or(HandoverError::Sockets { expected: 1, found: 0 })
}

fn broken(error: impl std::error::Error) -> HandoverError {
    HandoverError::Files(error.to_string())
}
