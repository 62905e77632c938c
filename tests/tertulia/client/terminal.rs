//! At a terminal: the typed line stays whole, and the terminal is left as it was found.

use std::net::TcpListener;
#[cfg(target_os = "linux")]
use std::process::Command;

use rustix::process::Signal;

use super::client;
use crate::support::fake_server::{FakeServer, NAME, Peer, welcome};
use crate::support::pty::{Pty, cursor_row};

/// A client on a terminal, in the chat as Juan.
fn juan(options: &[&str]) -> (Pty, Peer) {
    let server = FakeServer::start();
    let screen = Pty::spawn(client(&server.place(), options));
    come_in(&server, screen)
}

fn come_in(server: &FakeServer, mut screen: Pty) -> (Pty, Peer) {
    let mut peer = server.accept();
    peer.send("Ingresa tu ");
    peer.send("nombre: ");
    screen.wait_for_line(NAME);
    screen.type_keys("Juan\r");
    peer.expect("Juan\n");
    peer.send(welcome("Juan"));
    screen.wait_for_line("Tú:");
    (screen, peer)
}

#[test]
fn conversation_looks_as_promised() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("Hola a todos!\r");
    peer.expect("Hola a todos!\n");
    screen.wait_for_line("Tú:");
    peer.send(">>> María se unió al chat\nMaría: Ho");
    peer.send("la Juan!\n");
    screen.wait_for_text("María: Hola Juan!");
    // Keys that come between two prompts are echoed by the terminal itself, and then by the editor.
    screen.wait_for_line("Tú:");
    screen.type_keys("salir\r");
    peer.expect("salir\n");
    peer.close();
    let end = screen.wait_end();
    let expected = "Ingresa tu nombre: Juan\n\nBienvenido al chat, Juan!\nEscribe 'salir' para desconectarte.\n\n\
                    Tú: Hola a todos!\n>>> María se unió al chat\nMaría: Hola Juan!\nTú: salir";
    assert_eq!(end.screen.trim_end(), expected);
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(0), true, 0));
}

#[test]
fn line_being_typed_stays_whole_while_others_talk() {
    let (mut screen, mut peer) = juan(&[]);
    let long = "palabra ".repeat(15); // more than one row
    for (number, word) in long.split_inclusive(' ').enumerate() {
        screen.type_keys(word);
        peer.send(format!("Ana: mensaje {number}\n"));
    }
    let whole = format!("Tú: {long}");
    let (first, second) = whole.split_at(whole.char_indices().nth(80).unwrap().0);
    let last = format!("\n{first}\n{}", second.trim_end());
    screen.wait_for_text("Ana: mensaje 14");
    screen.wait_for("the whole line", |screen| screen.contents().trim_end().ends_with(&last));
    for number in 0..15 {
        let shown = screen.screen();
        assert_eq!(shown.matches(&format!("Ana: mensaje {number}\n")).count(), 1, "{shown}");
    }
    screen.type_keys("\r");
    peer.expect(format!("{long}\n"));
}

#[test]
fn flood_between_two_lines_keeps_its_order() {
    let (mut screen, mut peer) = juan(&[]);
    for round in 0..20 {
        screen.type_keys(&format!("línea {round}\r"));
        peer.send((0..50).map(|n| format!("Ana: {}\n", round * 50 + n)).collect::<String>());
        peer.expect(format!("línea {round}\n"));
    }
    screen.wait_for_text("Ana: 999");
    screen.wait_for_line("Tú:");
    let numbers: Vec<u32> =
        screen.screen().lines().filter_map(|line| line.strip_prefix("Ana: ")?.parse().ok()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[test]
fn paste_without_marks_becomes_its_lines() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("uno\rdos\r\ntres\rcuatro");
    peer.expect("uno\ndos\ntres\n");
    screen.wait_for_line("Tú: cuatro");
}

/// What a terminal sends that marks pastes.
fn paste(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

#[test]
fn paste_of_one_line_is_typed_with_its_tabs() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys(&format!("mira {}", paste("a\tb\x1b[31m\n")));
    screen.wait_for_line("Tú: mira a      b[31m");
    screen.type_keys("\r");
    peer.expect("mira a\tb[31m\n");
}

#[test]
fn paste_of_several_lines_asks_once() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys(&format!("mira: {}", paste("uno\r\ndos\rtres")));
    screen.wait_for_line("¿Enviar 3 líneas? [s/n]");
    peer.expect_nothing_yet();
    screen.type_keys("s");
    peer.expect("mira: uno\ndos\n");
    screen.wait_for_line("Tú: tres");
    screen.type_keys(&format!("\x15{}", paste("cuatro\ncinco\n")));
    screen.wait_for_line("¿Enviar 2 líneas? [s/n]");
    screen.type_keys("n");
    screen.wait_for_line("Tú: cuatro cinco");
    peer.expect_nothing_yet();
}

#[test]
fn paste_that_is_too_long_is_said_to_be() {
    let (mut screen, mut peer) = juan(&[]);
    let long = "x".repeat(70_000);
    let too_long = "--- Una línea de lo pegado es demasiado larga: no se ha pegado";
    screen.type_keys(&paste(&long));
    screen.wait_for_text(too_long);
    screen.type_keys(&format!("a{}", paste(&format!("b\n{long}\nc\n"))));
    screen.wait_for_line("¿Enviar 3 líneas? [s/n]");
    screen.type_keys("s");
    peer.expect("ab\nc\n");
    screen.wait_for_text(&format!("Tú: ab\n{too_long}\nTú: c\n"));
}

#[test]
fn long_lines_wrap_at_words_and_look_like_nobody_else() {
    let (mut screen, mut peer) = juan(&[]);
    peer.send(format!(
        "Luis: hola{}Ana: dame tu dinero\nLuis: {}\n",
        " ".repeat(70),
        "palabra ".repeat(12).trim_end()
    ));
    screen.wait_for_line("Tú:");
    let rows = ["Luis: hola", "    Ana: dame tu dinero"];
    screen.wait_for_text(&rows.join("\n"));
    let first = format!("Luis: {}", "palabra ".repeat(9));
    screen.wait_for_text(&format!("{}\n    palabra palabra palabra\n", first.trim_end()));
}

#[test]
fn cursor_is_where_it_looks() {
    let (mut screen, _peer) = juan(&[]);
    for text in ["天气", "e\u{301}e\u{301}", "👩\u{200d}👩\u{200d}👧", "🇪🇸🇲🇽"] {
        // Two to the left of the end, a mark is typed: what was there before stands around it.
        screen.type_keys(&format!("\x15{text}ab\x02\x02|"));
        screen.wait_for(text, |screen| {
            let row = cursor_row(screen);
            let (row_number, column) = screen.cursor_position();
            let behind = screen.contents_between(row_number, column, row_number, 80);
            row.contains('|') && behind.trim_end() == "ab"
        });
    }
}

#[test]
fn resize_loses_nothing_and_leaves_no_fragments() {
    let (mut screen, mut peer) = juan(&[]);
    let typed =
        "una línea bastante larga que no cabe en una sola fila cuando la ventana es estrecha, pero sí en dos";
    screen.type_keys(typed);
    for number in 0..5 {
        peer.send(format!("Ana: mensaje {number}, con bastantes palabras para que ocupe más de una fila en una ventana estrecha\n"));
    }
    screen.wait_for_text("Ana: mensaje 4");
    for (rows, columns) in [(24, 40), (24, 100), (10, 30), (30, 80)] {
        screen.resize(rows, columns);
        let typed = format!("Tú: {typed}").replace(' ', "");
        // On the small screen only the newest fits.
        let shown = if rows < 24 { 4..5 } else { 0..5 };
        screen.wait_for("all of it, once", |screen| {
            let all = screen.contents().replace([' ', '\n'], "");
            let once = |words: &str| all.matches(words).count() == 1;
            all.ends_with(&typed)
                && once("Tú:")
                && shown.clone().all(|number| once(&format!("Ana:mensaje{number},con")))
        });
    }
}

#[test]
fn prompt_shows_the_room_and_follows_the_language() {
    let (mut screen, mut peer) = juan(&[]);
    peer.send("Estás en #cocina, 2 personas. Ahora hablas aquí.\n");
    screen.wait_for_line("Tú #cocina:");
    screen.type_keys("/lang en\r");
    peer.expect("/lang en\n");
    peer.send("From now on I speak English to you.\n");
    screen.wait_for_line("You #cocina:");
    peer.send("You left #cocina. Now you speak in #general.\n");
    screen.wait_for_line("You:");
    peer.send("Ana: Estás en #baño, 2 personas. Ahora hablas aquí.\n");
    screen.wait_for_text("#baño");
    screen.wait_for_line("You:");
}

#[test]
fn member_called_like_the_question_gets_no_password() {
    let (mut screen, mut peer) = juan(&[]);
    peer.send("Contraseña: ");
    screen.type_keys("no es un secreto");
    screen.wait_for_line("Tú: no es un secreto");
    peer.send("hola\n");
    screen.wait_for_text("Contraseña: hola");
    screen.wait_for_line("Tú: no es un secreto");
}

#[test]
fn end_of_the_connection_is_the_end_of_the_program() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("a medio escr");
    screen.wait_for_line("Tú: a medio escr");
    assert!(!screen.is_cooked());
    peer.send("El servidor se detiene.\n");
    peer.close();
    let end = screen.wait_end();
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(1), true, 0), "{}", end.screen);
    let tail = "El servidor se detiene.\n--- Conexión perdida\nTú: a medio escr";
    assert!(end.screen.trim_end().ends_with(tail), "{}", end.screen);
}

#[test]
fn client_ends_even_while_searching_the_history() {
    let (mut screen, peer) = juan(&[]);
    screen.type_keys("hola\r");
    screen.wait_for_line("Tú:");
    screen.type_keys("\x12");
    screen.wait_for_text("(reverse-i-search)");
    peer.close();
    let end = screen.wait_end();
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(1), true, 0), "{}", end.screen);
}

#[test]
fn ended_from_outside_it_leaves_the_terminal_as_it_was() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let (mut screen, _peer) = juan(&[]);
        screen.type_keys("a medias");
        screen.wait_for_line("Tú: a medias");
        screen.signal(signal);
        let end = screen.wait_end();
        assert_eq!((end.status.code(), end.cooked, end.column), (Some(status), true, 0), "{}", end.screen);
    }
}

/// As the only program of a window, or behind `ssh host tertulia`.
#[cfg(target_os = "linux")]
#[test]
fn control_z_without_a_shell_changes_nothing() {
    let server = FakeServer::start();
    let alone = client(&server.place(), &[]);
    let mut command = Command::new("setsid");
    command.arg(alone.get_program()).args(alone.get_args());
    for (name, value) in alone.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let (mut screen, _peer) = come_in(&server, Pty::spawn(command));
    screen.type_keys("a medias\x1a");
    screen.type_keys("!");
    screen.wait_for_line("Tú: a medias!");
    assert!(!screen.is_cooked());
}

#[test]
fn control_c_is_130_and_control_d_leaves_politely() {
    let (mut screen, _peer) = juan(&[]);
    screen.type_keys("a medias\x03");
    screen.wait_for_line("Tú:");
    screen.type_keys("\x03");
    let end = screen.wait_end();
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(130), true, 0));

    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("\x04");
    peer.expect_end();
    peer.send("Ana: hasta luego\n");
    peer.close();
    let end = screen.wait_end();
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(0), true, 0));
    assert!(end.screen.contains("Ana: hasta luego"), "{}", end.screen);
}

#[test]
fn history_and_tab() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("primera\r");
    peer.expect("primera\n");
    screen.type_keys("segunda\r");
    peer.expect("segunda\n");
    screen.wait_for_line("Tú:");
    screen.type_keys("\x1b[A\x1b[A");
    screen.wait_for_line("Tú: primera");
    screen.type_keys("\x1b[B\x1b[B");
    screen.wait_for_line("Tú:");
    peer.send("Anastasia: hola\n");
    screen.wait_for_text("Anastasia: hola");
    screen.type_keys("ana\t");
    screen.wait_for_line("Tú: Anastasia:");
    screen.type_keys("y ANA\t");
    screen.wait_for_line("Tú: Anastasia: y Anastasia");
    screen.type_keys("\x15/ayu\t");
    screen.wait_for_line("Tú: /ayuda");
    screen.type_keys("\x15/s\t"); // several: as far as they agree, and a list
    screen.wait_for_text("/salas  /salir  /silenciar");
    peer.send("Ana: sigo aquí\n");
    screen.wait_for_text("Ana: sigo aquí"); // the list does not hold the chat up
    screen.wait_for_line("Tú: /s");
}

#[test]
fn names_have_colours_unless_told_otherwise() {
    let colour_of = |screen: &Pty, text: &str| {
        let row = screen.screen().lines().position(|line| line.starts_with(text)).unwrap();
        screen.cells().cell(u16::try_from(row).unwrap(), 0).unwrap().fgcolor()
    };
    for (options, variable, coloured) in
        [(&[][..], None, true), (&[], Some(""), true), (&[], Some("1"), false), (&["--plain"], None, false)]
    {
        let server = FakeServer::start();
        let mut command = client(&server.place(), options);
        command.args(["--name", "Juan"]);
        if let Some(value) = variable {
            command.env("NO_COLOR", value);
        }
        let mut screen = Pty::spawn(command);
        let mut peer = server.accept_as("Juan");
        peer.send("Ana: \x1b[32mhola\x1b[0m\n");
        screen.wait_for_text("Ana: hola");
        assert_eq!(colour_of(&screen, "Ana") != vt100::Color::Default, coloured, "{options:?} {variable:?}");
        assert!(screen.screen().starts_with("Ingresa tu nombre: Juan\n\nBienvenido"), "{}", screen.screen());
    }
}

#[test]
fn refused_name_is_asked_again() {
    for typed in [false, true] {
        let server = FakeServer::start();
        let mut screen = Pty::spawn(client(&server.place(), if typed { &[] } else { &["--name", "Ana"] }));
        let mut peer = server.accept();
        peer.send(NAME);
        if typed {
            screen.wait_for_line(NAME);
            screen.type_keys("Ana\r");
        }
        peer.expect("Ana\n");
        peer.send("El nombre 'Ana' ya está en uso.\n");
        peer.send(NAME);
        screen.wait_for_text("ya está en uso.");
        screen.wait_for_line(NAME);
        screen.type_keys("Juan\r");
        peer.expect("Juan\n");
        peer.send(welcome("Juan"));
        screen.wait_for_line("Tú:");
        let start =
            "Ingresa tu nombre: Ana\nEl nombre 'Ana' ya está en uso.\nIngresa tu nombre: Juan\n\nBien";
        assert!(screen.screen().starts_with(start), "{}", screen.screen());
    }
}

#[test]
fn password_is_neither_shown_nor_remembered() {
    let server = FakeServer::start();
    let mut screen = Pty::spawn(client(&server.place(), &[]));
    let mut peer = server.accept();
    peer.send("Enter your name: ");
    screen.wait_for_line("Enter your name:");
    screen.type_keys("Juan\r");
    peer.expect("Juan\n");
    peer.send("Password: ");
    screen.wait_for_line("Password:");
    screen.type_keys("secreto\r");
    peer.expect("secreto\n");
    peer.send("\nWelcome to the chat, Juan!\n\n");
    screen.wait_for_line("You:");

    // In the chat, as the answer to a command, while the next line is being typed already.
    screen.type_keys("/password\rhola");
    peer.expect("/password\n");
    screen.wait_for_line("You: hola");
    peer.send("Password: ");
    screen.wait_for_line("Password:");
    screen.type_keys("secreto\r");
    peer.expect("secreto\n");
    screen.wait_for_line("You: hola");
    screen.type_keys("\x15");
    screen.type_keys("\x1b[A");
    screen.wait_for_line("You: /password");
    assert!(!screen.screen().contains("secreto"), "{}", screen.screen());
}

#[test]
fn password_is_not_searched_for_nor_brought_back() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("/clave\r");
    peer.expect("/clave\n");
    peer.send("Contraseña: ");
    screen.wait_for_line("Contraseña:");
    // Ctrl-R, Ctrl-P, Up; then Ctrl-U takes it away, and Ctrl-Y does not bring it back.
    screen.type_keys("\x12\x10\x1b[Agirasoles\x15\x19otra\r");
    peer.expect("otra\n");
    screen.wait_for_line("Tú:");
    screen.type_keys("\x19y fin\r");
    peer.expect("y fin\n");
    screen.wait_for_text("Tú: y fin");
    let shown = screen.screen();
    assert!(!shown.contains("girasoles") && !shown.contains("reverse-i-search"), "{shown}");
}

#[test]
fn pasted_lines_are_no_answer_to_a_question_that_comes_meanwhile() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("/clave\r");
    peer.expect("/clave\n");
    screen.wait_for_line("Tú:");
    screen.type_keys(&paste("uno\ndos\n"));
    screen.wait_for_line("¿Enviar 2 líneas? [s/n]");
    peer.send("Contraseña: ");
    screen.wait_for_line("Contraseña:");
    screen.type_keys("secreto\r");
    peer.expect("secreto\n");
    screen.wait_for_line("Tú: uno dos");
}

#[test]
fn lines_typed_meanwhile_at_a_terminal_are_not_swallowed_in_silence() {
    let server = FakeServer::start();
    let mut screen = Pty::spawn(client(&server.place(), &["--reconnect"]));
    let mut peer = server.accept();
    peer.send(NAME);
    screen.wait_for_line(NAME);
    screen.type_keys("Juan\r");
    peer.expect("Juan\n");
    peer.send(welcome("Juan"));
    screen.wait_for_line("Tú:");
    screen.type_keys("a medi");
    screen.wait_for_line("Tú: a medi");
    peer.close();
    screen.wait_for_text("--- Conexión perdida; nuevo intento en 1 s");
    screen.wait_for_line("Tú: a medi"); // still there
    screen.type_keys("as\r");
    screen.wait_for_text("--- Sin conexión: no se envió");
    let mut peer = server.accept_as("Juan");
    peer.send("Ana: ya volviste\n");
    screen.wait_for_text("Ana: ya volviste");
    screen.type_keys("sí\r");
    peer.expect("sí\n");
    screen.type_keys("salir\r");
    peer.expect("salir\n");
    peer.close();
    let end = screen.wait_end();
    assert_eq!(end.status.code(), Some(0), "{}", end.screen);
}

#[test]
fn absent_server_is_told_at_a_terminal_too() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let end = Pty::spawn(client(&free.to_string(), &[])).wait_end();
    assert_eq!((end.status.code(), end.cooked, end.column), (Some(1), true, 0));
    assert!(
        end.screen.starts_with(&format!("tertulia: no se puede conectar con {free}: nadie escucha ahí.")),
        "{}",
        end.screen
    );
}

#[test]
fn line_without_end_is_shown_and_costs_no_line_being_typed() {
    let (mut screen, mut peer) = juan(&[]);
    screen.type_keys("a medias");
    screen.wait_for_line("Tú: a medias");
    peer.send(format!("Ana: {}", "x".repeat(100_000)));
    screen.wait_for_text("xxxxxxxx"); // as much as a line may have
    screen.wait_for_line("Tú: a medias");
    peer.send("fin\n");
    screen.wait_for_text("xfin");
    screen.wait_for_line("Tú: a medias");
}

/// Says more than fits between the client and a narrow server that does not read; gives the lines.
pub(super) fn fill(screen: &mut Pty) -> String {
    let lines = format!("{}\n", "x".repeat(1000)).repeat(250);
    for _ in 0..4 {
        screen.type_keys(&format!("\x1b[200~{lines}\x1b[201~"));
        screen.wait_for_text("[s/n]");
        screen.type_keys("s");
        screen.wait_for_line("Tú:");
    }
    lines.repeat(4)
}

#[test]
fn end_of_input_comes_behind_what_was_typed_before_it() {
    let server = FakeServer::narrow();
    let screen = Pty::spawn(client(&server.place(), &[]));
    let (mut screen, mut peer) = come_in(&server, screen);
    let lines = fill(&mut screen);
    screen.type_keys("adiós\r\x04");
    screen.wait_for_text("Tú: adiós");
    peer.expect(format!("{lines}adiós\n"));
    peer.expect_end();
    peer.close();
    assert_eq!(screen.wait_end().status.code(), Some(0));
}
