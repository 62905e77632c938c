//! Somebody at a plain socket, in the words of a script. Every wait has a deadline.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use super::DEADLINE;
pub use super::greeting::{HELP, PROMPT, opening, welcome, welcome_to};
use super::server::Server;

/// All that a server answers to `request`, up to its end.
#[track_caller]
pub fn answer(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut peer = Peer::from(TcpStream::connect_timeout(&address, DEADLINE).expect("a server that listens"));
    peer.send(request.as_ref());
    peer.rest()
}

/// One connection to the server.
pub struct Peer(BufReader<TcpStream>);

impl Peer {
    /// Connects, and says and reads nothing.
    #[track_caller]
    pub fn connect(server: &Server) -> Peer {
        Peer::from(TcpStream::connect_timeout(&server.address, DEADLINE).expect("a server that listens"))
    }

    /// Connects and takes a name, as whoever is spoken to in Spanish.
    #[track_caller]
    pub fn join(server: &Server, name: &str) -> Peer {
        Peer::connect(server).named(name)
    }

    /// Connects with as small a receive buffer as the system gives, so that it is soon full.
    #[track_caller]
    pub fn narrow(server: &Server) -> Peer {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        socket.connect(&server.address.into()).expect("a server that listens");
        Peer::from(TcpStream::from(socket))
    }

    /// Answers the prompt with `name`.
    #[track_caller]
    pub fn named(mut self, name: &str) -> Peer {
        self.expect(PROMPT);
        self.say(name);
        self.expect_welcome(name);
        self
    }

    /// Connects and takes a name; reads the greeting to its end, whatever is in it.
    #[track_caller]
    pub fn enter(server: &Server, name: &str) -> Peer {
        let mut peer = Peer::connect(server);
        peer.say(name);
        peer.until("Escribe 'salir'");
        peer
    }

    /// Reads a greeting, whoever is here.
    #[track_caller]
    pub fn expect_welcome(&mut self, name: &str) {
        self.expect(&opening(name));
        let company = self.line();
        assert!(company.starts_with("Aquí está") || company.starts_with("No hay nadie"), "{company}");
        self.expect_line(HELP);
    }

    /// Sends a line.
    #[track_caller]
    pub fn say(&mut self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    /// Sends bytes.
    #[track_caller]
    pub fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("a server that reads");
    }

    /// Sends bytes, the last of them as urgent.
    #[track_caller]
    pub fn send_urgent(&mut self, bytes: &[u8]) {
        let sent = SockRef::from(self.0.get_ref()).send_out_of_band(bytes).expect("a server that reads");
        assert_eq!(sent, bytes.len());
    }

    /// The next line, without its LF.
    #[track_caller]
    pub fn line(&mut self) -> String {
        let mut bytes = Vec::new();
        self.0.read_until(b'\n', &mut bytes).unwrap_or_else(|error| panic!("{error}; so far {bytes:?}"));
        let line = String::from_utf8(bytes).expect("UTF-8");
        line.strip_suffix('\n').unwrap_or_else(|| panic!("the end came after {line:?}")).to_owned()
    }

    /// The next line has to be `line`: so nothing else was heard before it.
    #[track_caller]
    pub fn expect_line(&mut self, line: &str) {
        assert_eq!(self.line(), line);
    }

    /// Reads lines up to `line` and returns those before it.
    #[track_caller]
    pub fn lines_until(&mut self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let next = self.line();
            if next == line {
                return before;
            }
            before.push(next);
        }
    }

    /// Reads lines up to one that holds `mark`, and returns them, that one included.
    #[track_caller]
    pub fn until(&mut self, mark: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains(mark)) {
            let Some(line) = self.hear() else { panic!("the end before {mark:?}, after {lines:?}") };
            lines.push(line);
        }
        lines
    }

    /// The next line, without its LF; `None` where the connection ends instead, in whatever way.
    pub fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(1..) if line.ends_with('\n') => Some(line.trim_end().to_owned()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("{error} after {line:?}"),
            _ => None,
        }
    }

    /// The next bytes have to be those of `words`.
    #[track_caller]
    pub fn expect(&mut self, words: &str) {
        self.expect_bytes(words.as_bytes());
    }

    /// The next bytes have to be these.
    #[track_caller]
    pub fn expect_bytes(&mut self, expected: &[u8]) {
        let mut bytes = vec![0; expected.len()];
        let said = String::from_utf8_lossy(expected);
        self.0.read_exact(&mut bytes).unwrap_or_else(|error| panic!("{error} instead of {said:?}"));
        assert!(bytes == expected, "{:?} instead of {said:?}", String::from_utf8_lossy(&bytes));
    }

    /// Nothing more comes but an orderly end.
    #[track_caller]
    pub fn expect_end(&mut self) {
        assert_eq!(self.rest(), "");
    }

    /// All that still comes up to an orderly end.
    #[track_caller]
    pub fn rest(&mut self) -> String {
        String::from_utf8(self.rest_bytes()).expect("UTF-8")
    }

    /// All bytes that still come up to an orderly end.
    #[track_caller]
    pub fn rest_bytes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap_or_else(|error| panic!("{error} after {bytes:?}"));
        bytes
    }

    /// Says that no more input will come.
    pub fn end_input(&self) {
        self.0.get_ref().shutdown(Shutdown::Write).expect("a connection");
    }

    /// Breaks the connection off.
    pub fn reset(self) {
        SockRef::from(self.0.get_ref()).set_linger(Some(Duration::ZERO)).expect("a connection");
    }

    /// A second handle on the same connection, to write from another thread.
    pub fn writer(&self) -> TcpStream {
        self.0.get_ref().try_clone().expect("a descriptor")
    }

    /// This side's address, as the server sees it.
    pub fn address(&self) -> SocketAddr {
        self.0.get_ref().local_addr().expect("a connection")
    }
}

impl From<TcpStream> for Peer {
    fn from(stream: TcpStream) -> Peer {
        stream.set_nodelay(true).expect("a connection");
        stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
        stream.set_write_timeout(Some(DEADLINE)).expect("a connection");
        Peer(BufReader::new(stream))
    }
}
