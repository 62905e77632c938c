//! The real client and the real server: what is said arrives whole, and the exit status tells how it went.

use std::io::{ErrorKind, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::thread;

use rustix::process::Signal;

use crate::support::peer::{PROMPT, Peer};
use crate::support::process::Process;
use crate::support::server::Server;

/// What is said in each language: the server's options, the prompt, and the greeting of a bot without its name.
const LANGUAGES: [(&str, &str, &str, &str); 2] = [
    ("es", PROMPT, "Bienvenido al chat, bot!", "Escribe 'salir' para desconectarte."),
    ("en", "Enter your name: ", "Welcome to the chat, bot!", "Type 'quit' to disconnect."),
];

/// What follows in each of them for who comes first.
const COMPANY: [[&str; 2]; 2] = [
    ["No hay nadie más por ahora.", "Para ver los comandos: /ayuda"],
    ["Nobody else is here yet.", "To see the commands: /help"],
];

/// The client, about to talk to `server`.
fn client(server: &Server, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    command.arg(server.address.to_string()).args(options);
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color").env("LC_ALL", "es");
    command
}

/// It between three pipes, with the other end of its input.
fn in_pipes(server: &Server, options: &[&str]) -> (Process, ChildStdin) {
    let mut command = client(server, options);
    let mut bot = Process::start(command.stdin(Stdio::piped()).stderr(Stdio::piped()));
    let keyboard = bot.stdin();
    (bot, keyboard)
}

/// It with `input` and no more.
fn with_input(server: &Server, options: &[&str], input: &str) -> Process {
    let (bot, mut keyboard) = in_pipes(server, options);
    // One that is refused at once reads nothing of it.
    let written = keyboard.write_all(input.as_bytes()).map_err(|error| error.kind());
    assert!(matches!(written, Ok(()) | Err(ErrorKind::BrokenPipe)), "{written:?}");
    bot
}

/// Waits for its end: status, what it printed and has not been looked at, what it complained of.
#[track_caller]
fn ended(mut bot: Process) -> (Option<i32>, Vec<String>, Vec<String>) {
    let said = bot.stdout.rest();
    (bot.wait().code(), said, bot.stderr.rest())
}

/// Reads what a bot that came in is told.
#[track_caller]
fn expect_greeting(bot: &Process) {
    let (_, prompt, welcome, hint) = LANGUAGES[0];
    for line in [prompt, welcome, hint, "", COMPANY[0][0], COMPANY[0][1]] {
        assert_eq!(bot.stdout.next().as_deref(), Some(line));
    }
}

#[test]
fn bot_says_its_lines_and_leaves() {
    for ((language, prompt, welcome, hint), [alone, help]) in LANGUAGES.into_iter().zip(COMPANY) {
        let server = Server::start(&["--lang", language]);
        let bot = with_input(&server, &["--name", "bot"], "/idioma es\nhola\n/quien\nsalir\n");
        let (status, said, errors) = ended(bot);
        assert_eq!(said[..6], [prompt, welcome, hint, "", alone, help], "{said:#?}");
        assert_eq!(said[7..], ["En #general, 1 persona:", "  bot (tú)"], "{said:#?}");
        assert_eq!((status, errors), (Some(0), vec![]));
        server.console_find(|line| line == "[INFO] bot: hola");
    }
}

#[test]
fn end_of_the_input_is_a_goodbye_and_loses_nothing() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let bot = with_input(&server, &["--name", "bot"], "hola\r\nsin final");
    for line in [">>> bot se unió al chat", "bot: hola", "bot: sin final", "<<< bot salió del chat"] {
        maria.expect_line(line);
    }
    let (status, said, errors) = ended(bot);
    let (_, prompt, welcome, hint) = LANGUAGES[0];
    assert_eq!(said, [prompt, welcome, hint, "", "Aquí está María.", COMPANY[0][1]]);
    assert_eq!((status, errors), (Some(0), vec![]));
}

#[test]
fn name_in_use_is_the_end_and_no_line_becomes_a_name() {
    let reasons = ["El nombre 'María' ya está en uso.", "The name 'María' is already in use."];
    for ((language, prompt, ..), reason) in LANGUAGES.into_iter().zip(reasons) {
        let server = Server::start(&["--lang", language]);
        let mut maria = Peer::connect(&server);
        maria.expect(prompt);
        maria.say("María");
        maria.expect("\n");
        let bot = with_input(&server, &["--name", "María"], "Pedro\nhola\n");
        let (status, said, errors) = ended(bot);
        assert_eq!(said[0], format!("{prompt}{reason}"));
        assert!(said[1..].iter().all(|line| line == prompt), "{said:#?}");
        assert_eq!((status, errors), (Some(1), vec![]));
        maria.say("fin");
        let told = server.console_until("María: fin");
        assert!(!told.iter().any(|line| line.contains("Pedro") || line.contains("hola")), "{told:#?}");
    }
}

#[test]
fn full_chat_is_the_end_and_says_why() {
    let reasons = [
        "El chat está lleno (1 persona). Prueba más tarde.",
        "The chat is full (1 person). Try again later.",
    ];
    for ((language, prompt, ..), reason) in LANGUAGES.into_iter().zip(reasons) {
        let server = Server::start(&["--lang", language, "--max-clients", "1"]);
        let mut maria = Peer::connect(&server);
        maria.expect(prompt);
        maria.say("María");
        maria.expect("\n");
        for options in [&["--name", "bot"][..], &[]] {
            let (status, said, complained) = ended(with_input(&server, options, "hola\nsalir\n"));
            assert_eq!((status, said), (Some(1), vec![reason.to_owned()]), "{options:?}");
            assert_eq!(complained, [""; 0], "the server has said it all");
        }
    }
}

#[test]
fn server_that_stops_says_farewell() {
    let farewells = ["--- El servidor se detiene.", "--- The server is stopping."];
    let cases = LANGUAGES.into_iter().zip(COMPANY).zip(farewells);
    for (((language, prompt, welcome, hint), [alone, help]), farewell) in cases {
        let mut server = Server::start(&["--lang", language]);
        let (bot, keyboard) = in_pipes(&server, &["--name", "bot"]);
        for line in [prompt, welcome, hint, "", alone, help] {
            assert_eq!(bot.stdout.next().as_deref(), Some(line));
        }
        assert!(server.stop().success());
        assert_eq!(ended(bot), (Some(1), vec![farewell.to_owned()], vec![]), "the server has said it all");
        drop(keyboard); // open until here: the end was not the input's
    }
}

#[test]
fn bot_comes_back_to_a_server_that_was_started_again() {
    let mut server = Server::start(&[]);
    let (mut bot, mut keyboard) = in_pipes(&server, &["--name", "bot", "--reconnect"]);
    expect_greeting(&bot);
    server.signal(Signal::TERM);
    assert_eq!(bot.stdout.next().as_deref(), Some("--- El servidor se detiene."));
    assert_eq!(bot.stderr.next().as_deref(), Some("--- Conexión perdida; nuevo intento en 1 s"));
    assert!(server.wait().success());

    let server = Server::start_at(server.address).expect("a port that is free again");
    let mut maria = Peer::join(&server, "María");
    writeln!(keyboard, "ya volví").expect("an open pipe"); // waits in the pipe if it has not yet
    let before = maria.lines_until("bot: ya volví");
    assert!(before.is_empty() || before == [">>> bot se unió al chat"], "{before:#?}");
    for expected in 0..6 {
        let line = bot.stdout.next().expect("a greeting");
        assert!(expected != 5 || line == COMPANY[0][1], "{line}");
    }
    maria.say("qué bien");
    while let line = bot.stdout.next().expect("more")
        && line != "María: qué bien"
    {
        assert_eq!(line, ">>> María se unió al chat");
    }
    writeln!(keyboard, "salir").expect("an open pipe");
    maria.expect_line("<<< bot salió del chat");
    assert_eq!(bot.stdout.rest(), [""; 0]);
    assert_eq!(bot.wait().code(), Some(0));
}

#[test]
fn five_thousand_lines_arrive_in_order() {
    let server = Server::start(&["--rate-limit", "0"]);
    let mut maria = Peer::join(&server, "María");
    let (bot, mut keyboard) = in_pipes(&server, &["--name", "bot"]);
    let writer = thread::spawn(move || {
        let lines: String = (0..5000).map(|number| format!("línea {number}\n")).collect();
        keyboard.write_all(lines.as_bytes()).expect("an open pipe");
    });
    maria.expect_line(">>> bot se unió al chat");
    for number in 0..5000 {
        maria.expect_line(&format!("bot: línea {number}"));
    }
    maria.expect_line("<<< bot salió del chat");
    writer.join().expect("a pipe that was read");
    assert_eq!(ended(bot).0, Some(0));
}

#[cfg(feature = "prompt")]
mod at_a_terminal {
    use super::*;
    use crate::support::pty::Pty;

    #[test]
    fn english_server_makes_an_english_prompt() {
        let server = Server::start(&["--lang", "en"]);
        let mut screen = Pty::spawn(client(&server, &[]));
        screen.wait_for_line("Enter your name:");
        screen.type_keys("Juan\r");
        screen.wait_for_line("You:");
        screen.type_keys("/quit\r");
        let end = screen.wait_end();
        let expected = "Enter your name: Juan\n\nWelcome to the chat, Juan!\nType 'quit' to disconnect.\n\n\
                        Nobody else is here yet.\nTo see the commands: /help\nYou: /quit";
        assert_eq!(end.screen.trim_end(), expected);
        assert_eq!((end.status.code(), end.cooked, end.column), (Some(0), true, 0));
    }

    #[test]
    fn person_comes_back_with_the_name_that_was_taken() {
        let mut server = Server::start(&[]);
        let maria = Peer::join(&server, "Juan");
        let mut screen = Pty::spawn(client(&server, &["--reconnect"]));
        for name in ["Juan", "Juancho"] {
            screen.wait_for_line(PROMPT);
            screen.type_keys(name);
            screen.wait_for_line(&format!("{PROMPT}{name}"));
            screen.type_keys("\r");
        }
        screen.wait_for_line("Tú:");
        assert!(screen.screen().contains("El nombre 'Juan' ya está en uso."), "{}", screen.screen());
        screen.type_keys("a medias");
        screen.wait_for_line("Tú: a medias");
        drop(maria);
        assert!(server.stop().success());
        screen.wait_for_text("--- El servidor se detiene.\n--- Conexión perdida; nuevo intento en 1 s");
        screen.wait_for_line("Tú: a medias");

        let server = Server::start_at(server.address).expect("a port that is free again");
        screen.wait_for("the second greeting", |screen| {
            screen.contents().matches("Bienvenido al chat, Juancho!").count() == 2
        });
        let mut maria = Peer::join(&server, "María");
        screen.wait_for_text(">>> María se unió al chat");
        screen.wait_for_line("Tú: a medias");
        screen.type_keys(" no\r");
        maria.expect_line("Juancho: a medias no");
    }
}
