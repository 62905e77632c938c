//! The client needs the standard library only: one file, one compiler, no package.

use std::env;
use std::process::Command;

use super::{ended, with_input};
use crate::support::fake_server::{FakeServer, NAME, welcome};

#[test]
fn rustc_alone_builds_a_client_that_talks() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/tertulia/main.rs");
    let binary = concat!(env!("CARGO_TARGET_TMPDIR"), "/tertulia-std");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let mut build = Command::new(rustc);
    // No optimiser and no debug information: this is about compiling at all.
    let build =
        build.args(["--edition", "2024", "-D", "warnings", "-C", "debuginfo=0", source, "-o", binary]);
    let output = build.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let server = FakeServer::start();
    let mut command = Command::new(binary);
    command.arg(server.place()).args(["--name", "bot"]);
    let bot = with_input(command, b"hola\nsalir\n");
    let mut peer = server.accept_as("bot");
    peer.expect("hola\nsalir\n");
    peer.close();
    assert_eq!(ended(bot), (Some(0), format!("{NAME}{}", welcome("bot")), String::new()));
}
