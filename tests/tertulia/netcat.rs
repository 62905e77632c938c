//! People at `nc`, the real one.

use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};

use rustix::process::Signal;

use crate::support::peer::{HELP, PROMPT, Peer, welcome_to};
use crate::support::process::{Process, has};
use crate::support::server::Server;

/// `nc` to `server`, with its input in a pipe.
fn nc(server: &Server, options: &[&str]) -> Process {
    let port = server.address.port().to_string();
    Process::start(Command::new("nc").args(options).args(["127.0.0.1", &port]).stdin(Stdio::piped()))
}

/// María at a socket, and Juan at `nc` with his keyboard; she has heard that he came.
fn juan_and_maria() -> (Server, Peer, Process, ChildStdin) {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = nc(&server, &[]);
    let mut keyboard = juan.stdin();
    writeln!(keyboard, "Juan").expect("an open pipe");
    maria.expect_line(">>> Juan se unió al chat");
    (server, maria, juan, keyboard)
}

#[test]
fn nc_talks_and_leaves() {
    if !has("nc") {
        return;
    }
    let (_server, mut maria, juan, mut keyboard) = juan_and_maria();
    writeln!(keyboard, "Hola a todos!").expect("an open pipe");
    maria.expect_line("Juan: Hola a todos!");
    maria.say("Hola Juan!");
    let greeting = [PROMPT, "Bienvenido al chat, Juan!", "Escribe 'salir' para desconectarte.", ""];
    for line in greeting.into_iter().chain(["Aquí está María.", HELP, "María: Hola Juan!"]) {
        assert_eq!(juan.stdout.next().as_deref(), Some(line));
    }
    writeln!(keyboard, "salir").expect("an open pipe");
    maria.expect_line("<<< Juan salió del chat");
    // Some do not look at the connection again before they have seen their own input end.
    drop(keyboard);
    assert_eq!(juan.stdout.rest(), [""; 0]);
}

#[test]
fn piped_input_is_answered_in_full_and_nc_ends() {
    if !has("nc") {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = nc(&server, &["-N"]);
    juan.stdin().write_all("Juan\nhola\n/quien\n/yo se va".as_bytes()).expect("an open pipe");
    let answer = juan.stdout.rest().join("\n");
    assert!(juan.wait().success());
    let greeting = PROMPT.to_owned() + &welcome_to("Juan", "Aquí está María.");
    let listed = answer.strip_prefix(&greeting).expect("a greeting");
    assert!(listed.starts_with("En #general, 2 personas:\n  Juan (tú"), "{listed}");
    assert!(listed.contains("\n  María"), "{listed}");
    for line in [">>> Juan se unió al chat", "Juan: hola", "* Juan se va", "<<< Juan salió del chat"] {
        maria.expect_line(line);
    }
}

#[test]
fn nc_is_killed() {
    if !has("nc") {
        return;
    }
    let (_server, mut maria, mut juan, keyboard) = juan_and_maria();
    // All that was sent to it has been read, so that the system ends the connection as if nc had.
    while juan.stdout.next().is_some_and(|line| line != HELP) {}
    juan.signal(Signal::KILL);
    maria.expect_line("<<< Juan salió del chat");
    juan.wait();
    drop(keyboard);
}
