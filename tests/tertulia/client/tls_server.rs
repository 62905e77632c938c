//! The client and the server of this house, through TLS.

use std::fs;

use super::{client, ended, with_input};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;

/// A server with a key that it keeps in `dir`, and its fingerprint as the console shows it.
fn server(dir: &Dir) -> (Server, String) {
    let server = Server::start(&["--listen", "127.0.0.1:0", "--rate-limit", "0", "--tls-dir", dir.arg()]);
    loop {
        if let Some((_, digits)) = server.console_line().split_once("SHA256:") {
            return (server, format!("SHA256:{digits}"));
        }
    }
}

#[test]
fn client_remembers_the_key_that_the_console_shows() {
    let (dir, home) = (Dir::new(), Dir::new());
    let (server, key) = server(&dir);
    let mut command = client(&server.address.to_string(), &["--tls", "--name", "Ana"]);
    command.env("XDG_STATE_HOME", home.path());
    let (status, said, told) = ended(with_input(command, b"hola\n"));
    assert!(status == Some(0) && said.contains("Bienvenido al chat, Ana!"), "{said}{told}");
    let known = fs::read_to_string(home.path().join("tertulia/known_hosts")).unwrap();
    assert!(told.contains(&key) && known.ends_with(&format!("\n{} {key}\n", server.address)), "{known}");
}

#[test]
fn key_outlives_a_restart_and_another_server_has_another_one() {
    let dir = Dir::new();
    let (first, key) = server(&dir);
    drop(first);
    for (dir, status) in [(dir, 0), (Dir::new(), 1)] {
        let (server, shown) = server(&dir);
        let options = ["--name", "Ana", "--tls-fingerprint", &key];
        let (ended, _, told) = ended(with_input(client(&server.address.to_string(), &options), b"salir\n"));
        assert_eq!(ended, Some(status), "{told}");
        assert!(status == 0 || told.contains(&key) && told.contains(&shown), "{told}");
    }
}

#[test]
fn pipe_through_tls_is_answered_to_its_end() {
    let dir = Dir::new();
    let (server, key) = server(&dir);
    let mut luis = Peer::join(&server, "Luis");
    let options = ["--tls-fingerprint", &key];
    let lines: String = (0..1000).map(|number| format!("línea {number}\n")).collect();
    for last in ["", "salir\n"] {
        // All at once, so that the end of it may be there with the end of the handshake.
        let input = format!("Ana\n{lines}{last}");
        let (status, said, told) =
            ended(with_input(client(&server.address.to_string(), &options), input.as_bytes()));
        assert_eq!((status, told.as_str()), (Some(0), ""), "{said}");
        assert!(said.contains("Bienvenido al chat, Ana!"), "{said}");
        luis.expect_line(">>> Ana se unió al chat");
        for line in lines.lines() {
            luis.expect_line(&format!("Ana: {line}"));
        }
        luis.expect_line("<<< Ana salió del chat");
    }
}
