//! Our own client and the real server: passwords at a terminal and in a pipe.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{maria, server};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::process::Process;
#[cfg(feature = "prompt")]
use crate::support::pty::{Pty, cursor_row};
use crate::support::server::Server;

fn client(server: &Server, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    command.arg(server.address.to_string()).args(options);
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color").env("LC_ALL", "es");
    command
}

#[test]
fn password_is_the_first_line_in_a_pipe() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    for (input, status) in [("girasoles\nhola\nsalir\n", 0), ("margarita\nhola\nsalir\n", 1)] {
        let mut command = client(&server, &["--name", "María"]);
        let mut bot = Process::start(command.stdin(Stdio::piped()).stderr(Stdio::piped()));
        let mut keyboard = bot.stdin();
        // Who is refused stops reading.
        let _ = keyboard.write_all(input.as_bytes());
        drop(keyboard);
        assert_eq!(bot.wait().code(), Some(status), "{input}");
    }
}

#[cfg(feature = "prompt")]
#[test]
fn password_at_a_terminal_is_not_shown() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut screen = Pty::spawn(client(&server, &[]));
    screen.wait_for_line("Ingresa tu nombre:");
    screen.type_keys("María\r");
    screen.wait_for_line("Contraseña:");
    screen.type_keys("girasoles\r");
    screen.wait_for_line("Tú:");
    screen.type_keys("/clave\r");
    screen.wait_for_line("Contraseña actual:");
    screen.type_keys("girasoles\r");
    screen.wait_for_line("Nueva contraseña:");
    screen.type_keys("margarita\r");
    screen.wait_for_line("Repite la contraseña:");
    screen.type_keys("margarita\r");
    screen.wait_for_text("Contraseña cambiada.");
    screen.wait_for_line("Tú:");
    screen.type_keys("\x1b[A");
    screen.wait_for_line("Tú: /clave");
    let shown = screen.screen();
    assert!(!shown.contains("girasoles") && !shown.contains("margarita"), "{shown}");
}

#[cfg(feature = "prompt")]
#[test]
fn wrong_password_at_a_terminal_is_asked_for_again_and_not_shown() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    for options in [&[][..], &["--name", "María"], &["--plain"]] {
        let mut screen = Pty::spawn(client(&server, options));
        if options.len() < 2 {
            screen.wait_for_line("Ingresa tu nombre:");
            screen.type_keys("María\r");
        }
        // Without an editor the terminal shows what is typed until the question has come.
        let hidden = |screen: &Pty| {
            if options == ["--plain"] {
                screen.wait_until_hidden();
            }
        };
        let asked_again = |text: &str, times: usize| {
            let shown: Vec<&str> = text.lines().map(str::trim_end).collect();
            shown.iter().filter(|line| **line == "Contraseña:").count() == times
        };
        screen.wait_for("the question", |screen| asked_again(&screen.contents(), 1));
        hidden(&screen);
        screen.type_keys("margarita\r");
        screen.wait_for("the question again", |screen| asked_again(&screen.contents(), 2));
        // Back to the name, and on.
        hidden(&screen);
        screen.type_keys("\r");
        screen.wait_for("the name", |screen| cursor_row(screen).starts_with("Ingresa tu nombre:"));
        screen.type_keys("María\r");
        screen.wait_for("the question", |screen| asked_again(&screen.contents(), 3));
        hidden(&screen);
        screen.type_keys("girasoles\r");
        screen.wait_for_text("Bienvenido al chat, María!");
        screen.type_keys("salir\r");
        let shown = screen.wait_end().screen;
        assert!(!shown.contains("girasoles") && !shown.contains("margarita"), "{shown}");
    }
}

/// Two clients of one name that both come back would throw each other out for ever.
#[test]
fn client_that_was_replaced_does_not_come_back_by_itself() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut command = client(&server, &["--name", "María", "--reconnect"]);
    let mut bot = Process::start(command.stdin(Stdio::piped()).stderr(Stdio::piped()));
    let mut keyboard = bot.stdin();
    let mut luis = Peer::join(&server, "Luis");
    keyboard.write_all(b"girasoles\nhola\n").expect("an open pipe");
    luis.lines_until("María: hola");
    let _maria = maria(&server);
    assert_eq!(bot.wait().code(), Some(1));
}
