//! Programs and people at the real server who send no line end, or not always.

use std::process::Command;
use std::thread;

use tertulia::limits::FIRST_PIECE_QUIET;

use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer};
use crate::support::process::has;
use crate::support::pty::Pty;
use crate::support::server::Server;

/// Somebody in the chat who sends what is typed and nothing else, and prints what comes.
fn pia(server: &Server) -> Peer {
    let mut pia = Peer::connect(server);
    pia.expect(PROMPT);
    pia.send("Pía".as_bytes());
    pia.expect_welcome("Pía");
    pia
}

#[test]
fn whole_conversation_without_a_line_end() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut pia = Peer::connect(&server);
    pia.expect(PROMPT);
    pia.send("Pía Pérez".as_bytes());
    pia.expect("Un nombre no lleva espacios: pon '-' o '_' en su lugar.\n");
    pia.expect(PROMPT);
    pia.send("Pía".as_bytes());
    pia.expect_welcome("Pía");
    maria.expect_line(">>> Pía se unió al chat");
    for words in ["Hola a todos!", "¿qué tal, María?", "y", "/yo saluda 👋🏽"] {
        pia.send(words.as_bytes());
        let heard = maria.line();
        assert!(heard == format!("Pía: {words}") || heard == "* Pía saluda 👋🏽", "{heard}");
    }
    maria.say("Hola Pía!");
    pia.expect_line("María: Hola Pía!");
    pia.send(b"/idioma");
    pia.expect_line("Te hablo en español. For English: /lang en");
    pia.send(b"salir");
    maria.expect_line("<<< Pía salió del chat");
    pia.expect_end();
}

#[test]
fn name_that_is_sent_before_the_question_is_taken() {
    let server = Server::start(&[]);
    let mut pia = Peer::connect(&server);
    pia.send("Pía".as_bytes());
    pia.expect(PROMPT);
    pia.expect_welcome("Pía");
}

#[test]
fn piece_salir_and_a_close_are_a_farewell() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut one = pia(&server);
    maria.expect_line(">>> Pía se unió al chat");
    one.send(b"salir");
    drop(one);
    maria.expect_line("<<< Pía salió del chat");
    // With something unread, which makes the system reset the connection.
    let mut one = pia(&server);
    maria.expect_line(">>> Pía se unió al chat");
    maria.say("Hola Pía!\n/idioma");
    maria.expect_line("Te hablo en español. For English: /lang en");
    one.send(b"salir");
    one.reset();
    maria.expect_line("<<< Pía salió del chat");
}

#[test]
fn password_is_asked_and_given_without_line_ends() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut one = pia(&server);
    one.send(b"/registrar");
    one.expect("Nueva contraseña: ");
    one.send(b"margaritas");
    one.expect("Repite la contraseña: ");
    one.send(b"margaritas");
    one.expect("El nombre 'Pía' es tuyo desde ahora: para entrar con él hará falta la contraseña.\n");
    one.send(b"salir");
    one.expect_end();
    let mut one = Peer::connect(&server);
    one.expect(PROMPT);
    one.send("Pía".as_bytes());
    one.expect("Contraseña: ");
    one.send(b"margaritas");
    one.expect_welcome("Pía");
}

/// `nc` at a terminal that takes lines, where Ctrl-D sends what has been typed of one.
fn nc(server: &Server) -> Pty {
    let mut command = Command::new("nc");
    command.args(["127.0.0.1", &server.address.port().to_string()]);
    let mut nc = Pty::spawn(command);
    nc.wait_for_text("Ingresa tu nombre:");
    nc
}

const CTRL_D: &str = "\x04";

#[test]
fn line_at_nc_stays_one_though_a_part_of_it_was_sent_before() {
    if !has("nc") {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = nc(&server);
    juan.type_keys("Juan\r");
    maria.expect_line(">>> Juan se unió al chat");
    juan.type_keys(&format!("ho{CTRL_D}"));
    thread::sleep(FIRST_PIECE_QUIET * 2); // what is tried is that time makes no difference
    juan.type_keys("la\r");
    maria.expect_line("Juan: hola");
}

#[test]
fn part_of_a_first_line_at_nc_is_a_name() {
    if !has("nc") {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = nc(&server);
    juan.type_keys(&format!("Ju{CTRL_D}"));
    maria.expect_line(">>> Ju se unió al chat");
    juan.type_keys("\r"); // the end of that line
    juan.type_keys("an\r");
    maria.expect_line("Ju: an");
    juan.type_keys(&format!("ho{CTRL_D}"));
    thread::sleep(FIRST_PIECE_QUIET * 2); // as above
    juan.type_keys("la\r");
    maria.expect_line("Ju: hola");
}
