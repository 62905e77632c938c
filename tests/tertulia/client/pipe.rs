//! In pipes: nothing lost on either side, and an exit status that tells.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use super::{carries_a_megabyte_each_way, client, converses, ended, in_pipes, with_input};
use crate::support::fake_server::{FakeServer, NAME, welcome};

#[test]
fn named_bot_says_its_lines_and_hears_everything() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &["--name", "bot"]), b"hola\nsalir\n");
    let mut peer = server.accept();
    peer.send("Ingresa tu no");
    peer.expect_nothing_yet();
    peer.send("mbre: ");
    peer.expect("bot\n");
    peer.expect_nothing_yet(); // nothing from the pipe before the verdict
    peer.send(welcome("bot"));
    converses(bot, peer);
}

#[test]
fn lines_go_out_bare_without_a_name() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &[]), b"bot\nhola \xff\r\nsin final");
    let mut peer = server.accept();
    peer.expect(b"bot\nhola \xff\r\nsin final");
    peer.expect_end();
    peer.send(format!("{NAME}{}", welcome("bot")));
    peer.close();
    assert_eq!(ended(bot), (Some(0), format!("{NAME}{}", welcome("bot")), String::new()));
}

#[test]
fn refused_name_ends_with_the_reason() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &["--name", "bot"]), b"hola\n");
    let mut peer = server.accept();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(format!("El nombre 'bot' ya está en uso.\n{NAME}"));
    peer.expect_gone();
    let (status, said, _) = ended(bot);
    assert_eq!(status, Some(1));
    assert!(said.contains("El nombre 'bot' ya está en uso.\n"), "{said}");
}

#[test]
fn being_turned_away_unasked_is_a_refusal_whatever_was_sent() {
    for input in ["", "bot\nhola\n", "bot\nhola\nsalir\n"] {
        let server = FakeServer::start();
        let bot = with_input(client(&server.place(), &[]), input.as_bytes());
        let mut peer = server.accept();
        peer.expect(input);
        peer.expect_end();
        peer.send("El chat está lleno.\n");
        peer.close();
        let (status, said, _) = ended(bot);
        assert_eq!((status, said.as_str()), (Some(1), "El chat está lleno.\n"), "{input:?}");
    }
}

#[test]
fn registered_name_takes_its_password_from_the_first_line() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &["--name", "bot"]), b"secreto\nhola\n");
    let mut peer = server.accept_registered("bot");
    peer.expect("secreto\n");
    peer.expect_nothing_yet();
    peer.send(welcome("bot"));
    peer.expect("hola\n");
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}

#[test]
fn being_dropped_is_a_loss_and_leaving_is_not() {
    for (input, status) in
        [("hola\n", 1), ("/salir me voy\n", 0), ("SALIR\n", 0), ("/quit\n", 0), ("salir ya\n", 1)]
    {
        let server = FakeServer::start();
        let mut bot = in_pipes(client(&server.place(), &["--name=bot"]));
        let mut keyboard = bot.stdin.take().unwrap();
        keyboard.write_all(input.as_bytes()).unwrap();
        let mut peer = server.accept_as("bot");
        peer.expect(input);
        peer.send("Se cierra.\n");
        peer.close();
        let (got, said, _) = ended(bot);
        assert_eq!(got, Some(status), "{input:?}");
        assert!(said.ends_with("Se cierra.\n"), "{said}");
        drop(keyboard); // open until here: the end was not the input's
    }
}

#[test]
fn terminal_commands_do_not_come_out() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &["--name", "bot"]), b"");
    let mut peer = server.accept_as("bot");
    peer.expect_end();
    peer.send(b"Ana: \x1b[31mrojo\x1b[0m \x1b]0;t\xc3\xadtulo\x07\xff\xe2\x80\xae\xc2\x9b2Jfin\r\n");
    peer.close();
    let (_, said, _) = ended(bot);
    assert!(said.ends_with("Ana: rojo \u{fffd}fin\n"), "{said:?}");
}

#[test]
fn reader_that_leaves_early_ends_it_quietly() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot"]));
    let _keyboard = bot.stdin.take().unwrap();
    let mut peer = server.accept_as("bot");
    let mut first = String::new();
    BufReader::new(bot.stdout.take().unwrap()).read_line(&mut first).unwrap(); // and closes it
    peer.send("Ana: hola\n");
    peer.expect_gone();
    let (status, _, errors) = ended(bot);
    assert_eq!((status, errors), (Some(0), String::new()));
    assert_eq!(first, format!("{NAME}\n"));
}

#[test]
fn megabyte_each_way_arrives_whole() {
    let server = FakeServer::start();
    carries_a_megabyte_each_way(client(&server.place(), &["--name", "bot"]), &server);
}

#[test]
fn control_c_is_the_signal_that_a_shell_calls_130() {
    let server = FakeServer::start();
    let bot = in_pipes(client(&server.place(), &["--name", "bot"]));
    let _peer = server.accept_as("bot");
    kill_process(Pid::from_child(&bot), Signal::INT).unwrap();
    assert_eq!(bot.output().status.signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn absent_server_is_one_clear_line() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (status, said, errors) = ended(with_input(client(&free.to_string(), &[]), b"hola\n"));
    assert_eq!((status, said.as_str()), (Some(1), ""));
    assert!(errors.starts_with(&format!("tertulia: no se puede conectar con {free}: ")), "{errors}");
    assert_eq!(errors.lines().count(), 1);
}

#[test]
fn wrong_words_are_named() {
    for (word, told) in [("--nmae", "--nmae"), ("localhost:0", "0"), ("localhost:x", "x")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
        command.arg(word);
        let (status, _, errors) = ended(in_pipes(command));
        assert_eq!(status, Some(2));
        assert!(errors.contains(told) && errors.lines().count() == 1, "{errors}");
    }
    for (word, told) in [("--help", "--reconnect"), ("--version", "tertulia 0.")] {
        let (status, said, _) = ended(in_pipes(client("localhost", &[word])));
        assert_eq!(status, Some(0));
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn pipe_repeats_nothing_that_was_said_before_unless_asked() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &["--name", "bot"]), b"/historial 1\nsalir\n");
    let mut peer = server.accept_as("bot");
    // The command may be on its way before what is told again to a newcomer has come.
    peer.expect("/idioma\n/historial 1\nsalir\n");
    peer.send("[12:03] Ana: bot, ven\n[2026-03-01 12:04] * Ana espera\nAna: hola\n");
    peer.send("Te hablo en español. For English: /lang en\n[12:05] Ana: hola\n");
    peer.close();
    let (status, said, _) = ended(bot);
    assert_eq!((status, said), (Some(0), format!("{NAME}{}Ana: hola\n[12:05] Ana: hola\n", welcome("bot"))));
}

#[test]
fn errors_and_help_are_in_the_language_of_the_environment() {
    for (language, help, mistake) in
        [("es_MX.UTF-8", "Uso: ", "prueba --help"), ("en_GB.UTF-8", "Usage: ", "try --help")]
    {
        let run = |option: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
            command.arg(option).env("LC_ALL", language);
            ended(with_input(command, b""))
        };
        let (status, said, _) = run("--help");
        assert!(status == Some(0) && said.starts_with(help), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        let (status, _, complaint) = run("--nada");
        assert!(status == Some(2) && complaint.contains(mistake), "{complaint}");
    }
}

/// A server whose machine is gone does not say so: the system asks it, and a client that only listens hears of the loss.
#[cfg(all(target_os = "linux", any(feature = "prompt", feature = "tls")))]
#[test]
fn silent_server_is_asked_whether_it_is_there() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot"]));
    let peer = server.accept_as("bot");
    // What it has sent was acknowledged with the welcome, so nothing else is waited for.
    let mut said = BufReader::new(bot.stdout.take().unwrap());
    while !said.by_ref().lines().next().unwrap().unwrap().contains("Bienvenido") {}
    let timer = timer_of(peer.port_of_client(), server.addr().port());
    assert_eq!(timer, "02", "that of keepalive, as proc(5) has them");
}

/// Which timer runs for a connection of this machine with itself, between these ports.
#[cfg(all(target_os = "linux", any(feature = "prompt", feature = "tls")))]
fn timer_of(local: u16, remote: u16) -> String {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ends = [local, remote].map(|port| format!("0100007F:{port:04X}"));
    let row = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = row.into_iter().find(|row| row[1..3] == ends).expect("a connection");
    row[5].split(':').next().unwrap().to_string()
}
