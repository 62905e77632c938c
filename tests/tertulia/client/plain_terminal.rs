//! At a terminal without the editor: the terminal's own line, and text as it comes.

use super::client;
use crate::support::fake_server::{FakeServer, NAME, Peer, welcome};
use crate::support::pty::Pty;

/// Juan, who came into the chat at a cooked terminal.
fn juan() -> (Pty, Peer) {
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
    (screen, peer)
}

#[test]
fn plain_is_a_cooked_terminal_with_bare_lines() {
    let (mut screen, mut peer) = juan();
    screen.type_keys("salir\r");
    peer.expect("salir\n");
    peer.close();
    let end = screen.wait_end();
    assert_eq!(end.status.code(), Some(0));
    assert!(end.screen.starts_with("Ingresa tu nombre: Juan\n\nBienvenido al chat, Juan!"), "{}", end.screen);
}

#[test]
fn dumb_terminal_gets_no_editor() {
    let server = FakeServer::start();
    let mut command = client(&server.place(), &["--name", "Juan"]);
    command.env("TERM", "dumb");
    let mut screen = Pty::spawn(command);
    let _peer = server.accept_as("Juan");
    screen.wait_for_text("desconectarte.");
    assert!(screen.is_cooked());
}

/// Somebody at a cooked terminal who is asked for a password in the chat.
fn asked() -> (Pty, Peer) {
    let (mut screen, mut peer) = juan();
    screen.type_keys("/clave\r");
    peer.expect("/clave\n");
    peer.send("Contraseña actual: ");
    screen.wait_for_line("Contraseña actual: ");
    screen.wait_until_hidden();
    (screen, peer)
}

#[test]
fn notice_behind_a_question_has_a_line_of_its_own() {
    let server = FakeServer::start();
    let mut screen = Pty::spawn(client(&server.place(), &["--name", "Juan", "--plain", "--reconnect"]));
    let peer = server.accept_as("Juan");
    screen.wait_for_text("desconectarte.");
    peer.close();
    screen.wait_for_text("desconectarte.\n\n--- Conexión perdida; nuevo intento en 1 s");
    let mut peer = server.accept();
    peer.send(NAME);
    peer.expect("Juan\n");
    peer.send(format!("El nombre 'Juan' ya está en uso.\n{NAME}"));
    screen.wait_for_text("\n--- Nombre ocupado; nuevo intento en 2 s");
}

#[test]
fn password_is_not_shown() {
    let (mut screen, mut peer) = asked();
    screen.type_keys("gira\x7fasol\r");
    peer.expect("girasol\n");
    peer.send("Nombre o contraseña incorrectos.\n");
    screen.wait_for_text("incorrectos.");
    assert!(screen.is_cooked(), "what is typed now is shown again");
    screen.type_keys("hola\r");
    peer.expect("hola\n");
    screen.wait_for_text("hola");
    assert!(!screen.screen().contains("sol"), "{}", screen.screen());
    let shown = screen.screen().replace(" \n", "\n");
    assert!(shown.contains("Contraseña actual:\nNombre o"), "{shown}");
}

#[test]
fn control_c_at_a_password_leaves_the_terminal_as_it_was() {
    let (mut screen, _peer) = asked();
    screen.type_keys("gira\x03");
    screen.wait_until_cooked();
    let end = screen.wait_end();
    assert_eq!(end.status.code(), Some(130));
    assert!(!end.screen.contains("gira"), "{}", end.screen);
}

#[test]
fn end_of_the_connection_at_a_password_leaves_the_terminal_as_it_was() {
    let (screen, peer) = asked();
    peer.close();
    screen.wait_until_cooked();
    assert_eq!(screen.wait_end().status.code(), Some(1));
}
