//! At a terminal without the editor: the terminal's own line, and text as it comes.

use super::client;
use crate::support::fake_server::{FakeServer, NAME, welcome};
use crate::support::pty::Pty;

#[test]
fn plain_is_a_cooked_terminal_with_bare_lines() {
    let server = FakeServer::start();
    let mut screen = Pty::spawn(client(&server.place(), &["--plain"]));
    let mut peer = server.accept();
    peer.send(NAME);
    screen.wait_for_line(NAME);
    assert!(screen.is_cooked());
    screen.type_keys("Juan\r");
    peer.expect("Juan\n");
    peer.send(welcome("Juan"));
    screen.wait_for_text("desconectarte.");
    screen.type_keys("salir\r");
    peer.expect("salir\n");
    peer.close();
    let end = screen.wait_end();
    assert_eq!(end.status.code(), Some(0));
    assert!(end.screen.starts_with("Ingresa tu nombre: Juan\n\nBienvenido al chat, Juan!"), "{}", end.screen);
}

#[test]
fn a_dumb_terminal_gets_no_editor() {
    let server = FakeServer::start();
    let mut command = client(&server.place(), &["--name", "Juan"]);
    command.env("TERM", "dumb");
    let mut screen = Pty::spawn(command);
    let _peer = server.accept_as("Juan");
    screen.wait_for_text("desconectarte.");
    assert!(screen.is_cooked());
}
