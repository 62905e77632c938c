//! The client `tertulia`, run as people run it, against a server that follows a script.

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

use std::io::Write;
use std::process::{Command, Output, Stdio};

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
    child.stdin.take().unwrap().write_all(input).unwrap();
    child
}

/// How it ended: status, output, errors.
fn ended(child: Owned) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = child.output();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}
