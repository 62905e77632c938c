//! The client built without TLS: nothing here can exist, and `--tls` is refused before it is asked for.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::args::Options;

/// Whether this program has TLS.
pub(crate) const AVAILABLE: bool = false;

/// Why there is no connection.
pub(crate) enum Failure {}

/// A connection.
pub(crate) enum TlsStream {}

/// Makes a connection of `socket`.
pub(crate) fn open(
    _socket: TcpStream,
    _address: &Address,
    _options: &Options,
    _person: bool,
    _deadline: Instant,
    _tell: &mut dyn FnMut(String),
) -> Result<Arc<TlsStream>, Failure> {
    unreachable!("--tls is refused where there is no TLS")
}

/// Why there is none, for a person.
pub(crate) fn lines(failure: &Failure, _address: &Address, _english: bool) -> Vec<String> {
    match *failure {}
}

/// The same in a few words, where there is more to it than that there is no connection.
pub(crate) fn in_short(failure: &Failure, _english: bool) -> Option<String> {
    match *failure {}
}

impl Failure {
    pub(crate) fn is_final(&self) -> bool {
        match *self {}
    }
}

impl TlsStream {
    pub(crate) fn read(&self, _bytes: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }

    pub(crate) fn has_something(&self) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn write_all(&self, _bytes: &[u8]) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn finish(&self) {
        match *self {}
    }

    pub(crate) fn set_read_timeout(&self, _limit: Option<Duration>) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn set_write_timeout(&self, _limit: Option<Duration>) -> io::Result<()> {
        match *self {}
    }
}
