//! One name, several connections, several servers.

use super::{maria, server};
use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer, welcome};
use crate::support::server::{self as program, Server};

#[test]
fn second_connection_takes_over_at_once() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut luis = Peer::join(&server, "Luis");
    let mut old = maria(&server);
    luis.expect_line(">>> María se unió al chat");
    old.say("/entrar cocina");
    old.expect_line("Has creado #cocina y eres su operador. Ahora hablas aquí.");
    let mut new = maria(&server);
    old.expect_line("--- Has entrado desde otro sitio: esta conexión se cierra.");
    old.expect_end();
    new.expect_line("Sigues donde estabas: #general, #cocina. Hablas en #cocina.");
    luis.say("/privado María ¿sigues ahí?");
    new.expect_line("[privado] Luis: ¿sigues ahí?");
    luis.expect_line("[privado a María] ¿sigues ahí?");
}

#[test]
fn accounts_letters_and_rooms_outlive_the_server() {
    let dir = Dir::new();
    let mut server = server(&dir, &[]);
    let mut peer = maria(&server);
    peer.send("/entrar cocina\nhola\n/llave sal\nsalir\n".as_bytes());
    peer.rest();
    let mut luis = Peer::join(&server, "Luis");
    luis.send("/privado María nos vemos luego\nsalir\n".as_bytes());
    assert_eq!(luis.rest(), "[privado a María] nos vemos luego\nNo está ahora: lo leerá cuando vuelva.\n");
    server.stop();
    let server = Server::start(&["--data", dir.arg()]);
    let mut luis = Peer::join(&server, "Luis");
    luis.say("/entrar cocina");
    luis.expect_line("#cocina está cerrada: para entrar, escribe la llave detrás de /entrar cocina");
    let mut maria = maria(&server);
    maria.expect_line("Mientras no estabas:");
    let letter = maria.line();
    assert!(letter.starts_with('[') && letter.ends_with("] [privado] Luis: nos vemos luego"), "{letter}");
    maria.say("/entrar cocina");
    maria.expect_line("Estás en #cocina, 1 persona. Ahora hablas aquí.");
    let line = maria.line();
    assert!(line.ends_with("] María: hola"), "{line}");
}

#[test]
fn names_are_registered_ones_only() {
    let dir = Dir::new();
    server(&dir, &[]).stop();
    let server = Server::start(&["--data", dir.arg(), "--accounts-only"]);
    let mut peer = Peer::connect(&server);
    peer.expect(PROMPT);
    peer.say("Luis");
    peer.expect("El nombre 'Luis' no está registrado, y aquí solo entran nombres registrados.\n");
    peer.expect(PROMPT);
    peer.send("María\ngirasoles\n".as_bytes());
    peer.expect("Contraseña: ");
    peer.expect(&welcome("María"));
}

#[test]
fn operator_of_the_server() {
    let dir = Dir::new();
    server(&dir, &[]).stop();
    let server = Server::start(&["--data", dir.arg(), "--operator", "maría"]);
    let mut luis = Peer::join(&server, "Luis");
    let mut maria = maria(&server);
    luis.expect_line(">>> María se unió al chat");
    maria.say("/echar Luis por hoy");
    maria.expect_line("--- María ha echado a Luis de #general (por hoy)");
    luis.expect_line("--- María te ha echado de #general (por hoy)");
}

#[test]
fn operator_that_anybody_could_register_is_none() {
    let dir = Dir::new();
    let output = program::command(&["--data", dir.arg(), "--operator", "Juan"]).output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("tertulia-server account add Juan"), "{said}");
    for options in [["--operator", "Juan"], ["--accounts-only", "-q"]] {
        let output = program::command(&options).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "there are no accounts without --data");
    }
}
