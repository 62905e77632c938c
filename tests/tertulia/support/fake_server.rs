//! A server that says and expects exactly what a test tells it to.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::DEADLINE;

/// The question for a name.
pub(crate) const NAME: &str = "Ingresa tu nombre: ";

/// What an accepted name is answered with.
pub(crate) fn welcome(name: &str) -> String {
    format!("\nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n\n")
}

/// Listens on a port of its own.
pub(crate) struct FakeServer {
    listener: TcpListener,
}

/// One connection to it.
pub(crate) struct Peer {
    stream: TcpStream,
}

impl FakeServer {
    pub(crate) fn start() -> FakeServer {
        FakeServer { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    /// The address as the client's argument.
    pub(crate) fn place(&self) -> String {
        self.addr().to_string()
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// The next connection.
    pub(crate) fn accept(&self) -> Peer {
        self.listener.set_nonblocking(true).unwrap();
        let start = Instant::now();
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return Peer::new(stream),
                Err(error) => assert!(start.elapsed() < DEADLINE, "nobody connects: {error}"),
            }
            thread::sleep(Duration::from_millis(1)); // an accept cannot be given a time limit
        }
    }

    /// The next connection, through the name question and into the chat.
    pub(crate) fn accept_as(&self, name: &str) -> Peer {
        let mut peer = self.accept();
        peer.send(NAME);
        peer.expect(format!("{name}\n"));
        peer.send(welcome(name));
        peer
    }
}

impl Peer {
    fn new(stream: TcpStream) -> Peer {
        stream.set_nonblocking(false).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Peer { stream }
    }

    pub(crate) fn send(&mut self, text: impl AsRef<[u8]>) {
        self.stream.write_all(text.as_ref()).unwrap();
    }

    /// Reads exactly these bytes.
    pub(crate) fn expect(&mut self, bytes: impl AsRef<[u8]>) {
        let mut got = vec![0; bytes.as_ref().len()];
        let mut count = 0;
        while count < got.len() {
            match self.stream.read(&mut got[count..]) {
                Ok(more @ 1..) => count += more,
                // A read with a time limit is not taken up again after a signal.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                end => panic!("{end:?} after {:?}", String::from_utf8_lossy(&got[..count])),
            }
        }
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(bytes.as_ref()));
    }

    /// The client has nothing more to say.
    pub(crate) fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    /// The client is gone, with or without having read everything.
    pub(crate) fn expect_gone(&mut self) {
        let end = self.stream.read_to_end(&mut Vec::new()).map_err(|error| error.kind());
        assert!(matches!(end, Ok(_) | Err(ErrorKind::ConnectionReset)), "{end:?}");
    }

    /// Nothing has come, as far as can be known now.
    pub(crate) fn expect_nothing_yet(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let got = self.stream.read(&mut [0]).map_err(|error| error.kind());
        self.stream.set_nonblocking(false).unwrap();
        assert_eq!(got, Err(ErrorKind::WouldBlock));
    }

    /// Ends the connection from the server's side.
    pub(crate) fn close(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
