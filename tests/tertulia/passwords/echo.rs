//! What is typed for a password is not shown by a telnet, and nobody else is sent telnet's bytes.

use std::process::Command;

use super::{maria, server};
use crate::support::dir::Dir;
use crate::support::peer::{HELP, PROMPT, Peer, welcome};
use crate::support::process::has;
use crate::support::pty::{Pty, cursor_row};

const HIDE: &str = "\u{ff}\u{fb}\u{1}";
const SHOW: &str = "\u{ff}\u{fc}\u{1}";

/// Telnet's bytes in front of words, as they stand on the wire.
fn wire(command: &str, words: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = command.chars().map(|c| c as u8).collect();
    bytes.extend_from_slice(words.as_bytes());
    bytes
}

#[test]
fn client_that_ends_lines_as_telnet_does_is_asked_not_to_echo() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut peer = Peer::connect(&server);
    peer.expect(PROMPT);
    peer.send("María\r\n".as_bytes());
    peer.expect_bytes(&wire(HIDE, "Contraseña: "));
    peer.send(b"\xff\xfd\x01"); // it does what it is asked
    peer.send(b"margarita\r\n");
    peer.expect_bytes(&wire(
        SHOW,
        "\r\nNombre o contraseña incorrectos.\r\nCon una línea vacía vuelves al nombre.\r\n",
    ));
    peer.expect_bytes(&wire(HIDE, "Contraseña: "));
    peer.send(b"\xff\xfe\x01"); // it refuses, and shows the end of the line itself
    peer.send(b"girasoles\r\n");
    peer.expect_bytes(&wire(SHOW, &welcome("María").replace('\n', "\r\n")));
    peer.send(b"salir\r\n");
    peer.expect_end();
}

#[test]
fn client_that_has_shown_to_be_a_telnet_is_asked_not_to_echo() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut peer = Peer::connect(&server);
    peer.expect(PROMPT);
    peer.send(b"\xff\xf1Mar\xc3\xada\n");
    peer.expect_bytes(&wire(HIDE, "Contraseña: "));
}

#[test]
fn client_of_another_kind_is_sent_no_byte_of_telnet() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut maria = maria(&server);
    maria.say("/clave");
    maria.expect("Contraseña actual: ");
    maria.say("girasoles");
    maria.expect("Nueva contraseña: ");
    maria.say("");
    maria.expect("Contraseña no válida: está vacía.\n");
}

#[test]
fn password_at_a_real_telnet_is_not_on_the_screen() {
    if !(has("telnet") && has("setsid")) {
        return;
    }
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut command = Command::new("setsid");
    command.args(["--ctty", "telnet", "127.0.0.1", &server.address.port().to_string()]).env("TERM", "xterm");
    let mut screen = Pty::spawn(command);
    screen.wait_for_line(PROMPT);
    screen.type_keys("María\r");
    screen.wait_for("the question", |screen| cursor_row(screen).starts_with("Contraseña:"));
    screen.type_keys("gira\x7faxol\x7f\x7f\x7fsoles\r");
    screen
        .wait_for("the greeting", |screen| screen.contents().contains(HELP) && cursor_row(screen).is_empty());
    screen.type_keys("hola\r/clave\r");
    screen.wait_for("the question", |screen| cursor_row(screen).starts_with("Contraseña actual:"));
    screen.type_keys("girasoles\r");
    screen.wait_for("the next question", |screen| cursor_row(screen).starts_with("Nueva contraseña:"));
    screen.type_keys("/salir ya\r");
    screen.wait_for("the last question", |screen| cursor_row(screen).starts_with("Repite la contraseña:"));
    screen.type_keys("/salir ya\r");
    screen.wait_for_text("Contraseña cambiada.");
    screen.type_keys("/salir adiós\r");
    let shown = screen.wait_end().screen;
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    let shown = shown.join("\n");
    let start = shown.find("Ingresa").expect("a question");
    assert!(
        shown[start..].starts_with(
            &format!("Ingresa tu nombre: María\nContraseña:\n\nBienvenido al chat, María!\n\
             Escribe 'salir' para desconectarte.\n\nNo hay nadie más por ahora.\n{HELP}\nhola\n/clave\nContraseña actual:\nNueva contraseña:\n\
             Repite la contraseña:\nContraseña cambiada.\n/salir adiós")
        ),
        "{shown}"
    );
}
