//! The client `tertulia`, run as people run it, against a server that follows a script.

mod addresses;
#[cfg(feature = "tls")]
mod addresses_tls;
mod announcing;
mod hearing;
mod known_servers;
mod pipe;
mod plain_build;
mod plain_terminal;
mod reconnect;
mod safe_output;
mod say;
mod screen_lines;
#[cfg(feature = "prompt")]
mod terminal;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
mod tls_server;
#[cfg(feature = "tls")]
mod tls_trust;

use std::io::{ErrorKind, Write};
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::support::fake_server::{FakeServer, NAME, Peer, welcome};
use crate::support::owned::Owned;

/// The client, about to talk to `place`.
fn client(place: &str, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    command.arg(place).args(options).env_remove("NO_COLOR").env("TERM", "xterm-256color").env("LC_ALL", "es");
    command
}

/// Starts it between three pipes.
fn in_pipes(mut command: Command) -> Owned {
    Owned::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// Starts it with this input and no more.
fn with_input(command: Command, input: &[u8]) -> Owned {
    let mut child = in_pipes(command);
    // One that is refused at once reads nothing of it.
    let written = child.stdin.take().unwrap().write_all(input).map_err(|error| error.kind());
    assert!(matches!(written, Ok(()) | Err(ErrorKind::BrokenPipe)), "{written:?}");
    child
}

/// How it ended: status, output, errors.
fn ended(child: Owned) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = child.output();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A bot that is in the chat says a line and `salir`, and hears what comes behind it: it is told nothing besides, and ends well.
fn converses(bot: Owned, mut peer: Peer) {
    peer.expect("hola\nsalir\n");
    peer.expect_end();
    // It can still hear when it has nothing more to say.
    peer.send("Ana: hola, bot\nadiós");
    peer.close();
    let said = format!("{NAME}{}Ana: hola, bot\nadiós", welcome("bot"));
    assert_eq!(ended(bot), (Some(0), said, String::new()));
}

/// Plays a server where `bot` comes in with its password and says `uno`, and which is lost then.
fn lost_after_login(mut asked: Peer) {
    asked.expect("girasol\n");
    asked.send("\nBienvenido al chat, bot!\n\n");
    asked.expect("uno\n");
    asked.close();
}

/// A megabyte passes each way, both at once: neither direction waits for the other.
fn carries_a_megabyte_each_way(command: Command, server: &FakeServer) {
    let mut bot = in_pipes(command);
    let lines: String = (0..60_000).map(|number| format!("bot dice {number}\n")).collect();
    let (mut keyboard, input) = (bot.stdin.take().unwrap(), lines.clone());
    let writer = thread::spawn(move || keyboard.write_all(input.as_bytes()).unwrap());
    let mut peer = server.accept_as("bot");
    let (mut theirs, answer) = (peer.speaker(), lines.clone());
    let speaker = thread::spawn(move || theirs.write_all(answer.as_bytes()).unwrap());
    peer.expect(&lines);
    peer.expect_end();
    speaker.join().unwrap();
    peer.close();
    let (status, said, told) = ended(bot);
    assert_eq!((status, told.as_str()), (Some(0), ""));
    assert!(said == format!("{NAME}{}{lines}", welcome("bot")), "{} of {} bytes", said.len(), lines.len());
    writer.join().unwrap();
}
