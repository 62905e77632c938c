//! A server that says and expects exactly what a test tells it to.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::DEADLINE;

/// The question for a name.
pub(crate) const NAME: &str = "Ingresa tu nombre: ";

/// What an accepted name is answered with.
pub(crate) fn welcome(name: &str) -> String {
    format!("\nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n\n")
}

/// A receive buffer that is soon full: the system takes more where this is too little.
pub(crate) const NARROW_BYTES: usize = 4096;

/// Listens on a port of its own.
pub(crate) struct FakeServer {
    listener: TcpListener,
}

/// What the client sends to a server that says nothing by itself.
const ANNOUNCEMENT: u8 = 0;

/// One connection to it.
pub(crate) struct Peer {
    stream: TcpStream,
    /// Whether nothing has come of the client, not even that it is there: a server that is slow to ask is told.
    fresh: bool,
}

impl FakeServer {
    pub(crate) fn start() -> FakeServer {
        FakeServer { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    /// One that has little room for what it has not read.
    pub(crate) fn narrow() -> FakeServer {
        let server = FakeServer::start();
        SockRef::from(&server.listener).set_recv_buffer_size(NARROW_BYTES).unwrap();
        server
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

    /// Nobody has come, as far as can be known now.
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    pub(crate) fn expect_nobody(&self) {
        self.listener.set_nonblocking(true).unwrap();
        assert_eq!(self.listener.accept().map_err(|error| error.kind()).unwrap_err(), ErrorKind::WouldBlock);
    }

    /// The next connection, through the name question and into the chat.
    pub(crate) fn accept_as(&self, name: &str) -> Peer {
        let mut peer = self.accept();
        peer.send(NAME);
        peer.expect(format!("{name}\n"));
        peer.send(welcome(name));
        peer
    }

    /// The next connection, through the name question to the question for a password.
    pub(crate) fn accept_registered(&self, name: &str) -> Peer {
        let mut peer = self.accept();
        peer.send(NAME);
        peer.expect(format!("{name}\n"));
        peer.send("Contraseña: ");
        peer
    }
}

impl Peer {
    fn new(stream: TcpStream) -> Peer {
        stream.set_nonblocking(false).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Peer { stream, fresh: true }
    }

    /// Waits until the client announces itself, which it does when nobody asks it anything.
    pub(crate) fn expect_announcement(&mut self) {
        let mut byte = [1];
        self.stream.read_exact(&mut byte).unwrap();
        assert_eq!((byte, self.fresh), ([ANNOUNCEMENT], true));
        self.fresh = false;
    }

    pub(crate) fn send(&mut self, text: impl AsRef<[u8]>) {
        self.stream.write_all(text.as_ref()).unwrap();
    }

    /// The port from which the client has come.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    pub(crate) fn port_of_client(&self) -> u16 {
        self.stream.peer_addr().unwrap().port()
    }

    /// A second handle, to speak from another thread.
    pub(crate) fn speaker(&self) -> TcpStream {
        self.stream.try_clone().unwrap()
    }

    /// Reads exactly these bytes.
    pub(crate) fn expect(&mut self, bytes: impl AsRef<[u8]>) {
        let mut got = vec![0; bytes.as_ref().len()];
        let mut count = 0;
        while count < got.len() {
            match self.stream.read(&mut got[count..]) {
                // How soon the test asks for a name depends on the machine.
                Ok(more @ 1..) if self.fresh && got[0] == ANNOUNCEMENT => {
                    self.fresh = false;
                    got.copy_within(1..more, 0);
                    count = more - 1;
                }
                Ok(more @ 1..) => (count, self.fresh) = (count + more, false),
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
        assert_eq!(String::from_utf8_lossy(&rest).trim_start_matches('\0'), "");
    }

    /// The client is gone, with or without having read everything.
    pub(crate) fn expect_gone(&mut self) {
        let end = self.stream.read_to_end(&mut Vec::new()).map_err(|error| error.kind());
        assert!(matches!(end, Ok(_) | Err(ErrorKind::ConnectionReset)), "{end:?}");
    }

    /// Nothing has come, as far as can be known now.
    pub(crate) fn expect_nothing_yet(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let mut byte = [1];
        let mut got = self.stream.read(&mut byte).map_err(|error| error.kind());
        if got == Ok(1) && byte == [ANNOUNCEMENT] && std::mem::take(&mut self.fresh) {
            got = self.stream.read(&mut byte).map_err(|error| error.kind());
        }
        self.stream.set_nonblocking(false).unwrap();
        assert_eq!(got, Err(ErrorKind::WouldBlock));
    }

    /// Ends the connection from the server's side.
    pub(crate) fn close(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
