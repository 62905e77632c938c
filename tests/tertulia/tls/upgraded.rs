//! Those in TLS when another program takes the server's place: their keys stay behind, and nothing ends before it has to.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use rustls::{ALL_VERSIONS, ClientConnection, StreamOwned};

use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;
use crate::support::tls_client::connection;
use crate::upgrade::refused::{refusal, replace_with_fleeting};
use crate::upgrade::{installed, start, upgrade};

/// A person in TLS.
struct Sealed(BufReader<StreamOwned<ClientConnection, TcpStream>>);

impl Sealed {
    fn enter(server: &Server, name: &str) -> Sealed {
        let stream = TcpStream::connect_timeout(&server.address, DEADLINE).expect("a server that listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
        let mut sealed = Sealed(BufReader::new(StreamOwned::new(connection(ALL_VERSIONS), stream)));
        sealed.say(name);
        sealed.until("Escribe 'salir'");
        sealed
    }

    fn say(&mut self, words: &str) {
        self.0.get_mut().write_all(format!("{words}\n").as_bytes()).expect("a server that reads");
    }

    #[track_caller]
    fn until(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert!(self.0.read_line(&mut line).expect("a line") > 0, "{words}");
        }
    }

    /// What comes until the end, which is one in order.
    #[track_caller]
    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("an end in order");
        rest
    }
}

#[test]
fn upgrade_that_the_disk_refuses_keeps_those_in_tls() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg(), "--listen", "127.0.0.1:0"]);
    let mut luis = Peer::enter(&server, "Luis");
    let mut ana = Sealed::enter(&server, "Ana");
    luis.until("Ana se unió");
    let aside = dir.path().join("aside");
    fs::rename(dir.file(), &aside).expect("a history");
    refusal(&server);
    ana.say("sigo aquí");
    luis.expect_line("Ana: sigo aquí");
    luis.say("y yo");
    ana.until("Luis: y yo");
}

#[test]
fn upgrade_takes_leave_of_those_in_tls_alone() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg(), "--listen", "127.0.0.1:0"]);
    let mut luis = Peer::enter(&server, "Luis");
    let ana = Sealed::enter(&server, "Ana");
    // Its handshake is not over.
    let mut begun = TcpStream::connect(server.address).expect("a server that listens");
    begun.write_all(b"\x16\x03\x01").expect("a server that reads");
    luis.until("Ana se unió");
    upgrade(&server);
    ana.rest();
    luis.until("Ana");
    let mut ana = Sealed::enter(&server, "Ana");
    ana.say("otra vez");
    luis.until("Ana: otra vez");
}

#[test]
fn upgrade_that_fails_behind_the_leave_ends_those_in_tls_and_keeps_the_rest() {
    let dir = Dir::new();
    let program = installed(&dir);
    let server = start(&program, &["--data", dir.arg(), "--listen", "127.0.0.1:0"]);
    let mut luis = Peer::enter(&server, "Luis");
    let ana = Sealed::enter(&server, "Ana");
    luis.until("Ana se unió");
    replace_with_fleeting(&dir, &program);
    refusal(&server);
    ana.rest();
    let mut ana = Sealed::enter(&server, "Ana");
    ana.say("otra vez");
    luis.until("Ana: otra vez");
    luis.say("aquí");
    ana.until("Luis: aquí");
}
