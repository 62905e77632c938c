//! A connection to a server, in the clear or through TLS: one thread reads, others write.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::args::Options;
use crate::notice::End;
use crate::socket;
use crate::tls::{self, TlsStream};

/// How long connecting may take, all addresses of the name together; and then TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// See the top of the file.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Arc<TlsStream>),
}

impl Stream {
    /// Connects to `address` as the options say; `person`: a user reads what is told, one line each.
    pub(crate) fn open(
        address: &Address,
        options: &Options,
        person: bool,
        tell: &mut dyn FnMut(String),
    ) -> Result<Stream, End> {
        let socket = connect(address).map_err(End::Unreachable)?;
        let _ = socket.set_nodelay(true);
        socket::notice_loss(&socket);
        if !address.tls {
            return Ok(Stream::Plain(socket));
        }
        let deadline = Instant::now() + CONNECT_TIMEOUT;
        tls::open(socket, address, options, person, deadline, tell).map(Stream::Tls).map_err(End::Insecure)
    }

    pub(crate) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => (&*socket).read(bytes),
            Stream::Tls(stream) => stream.read(bytes),
        }
    }

    /// Waits while the server does not read, for as long as a write may take.
    pub(crate) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket::write_all(socket, bytes),
            Stream::Tls(stream) => stream.write_all(bytes),
        }
    }

    /// Nothing more will be written. Waits for what is being written.
    pub(crate) fn finish(&self) {
        match self {
            Stream::Plain(socket) => drop(socket.shutdown(Shutdown::Write)),
            Stream::Tls(stream) => stream.finish(),
        }
    }

    /// Waits until there is something to be read, or the end.
    pub(crate) fn has_something(&self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.peek(&mut [0]).map(drop),
            Stream::Tls(stream) => stream.has_something(),
        }
    }

    pub(crate) fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.set_read_timeout(limit),
            Stream::Tls(stream) => stream.set_read_timeout(limit),
        }
    }

    pub(crate) fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.set_write_timeout(limit),
            Stream::Tls(stream) => stream.set_write_timeout(limit),
        }
    }

    /// Whether it is through TLS: then an end of it without a leave means that something may be missing.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Stream::Tls(_))
    }
}

/// Tries the addresses of the name until one answers.
fn connect(address: &Address) -> io::Result<TcpStream> {
    let deadline = Instant::now() + CONNECT_TIMEOUT;
    let addresses: Vec<_> = (address.host.as_str(), address.port).to_socket_addrs()?.collect();
    socket::connect(&addresses, deadline)
}
