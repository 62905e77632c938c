//! What docs/running.md has people type: its commands are run as they stand there. Its snippets for proxies are tried in
//! [`proxies`](crate::proxies).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::process::has;
use crate::support::server::{Server, behind};

/// The block of docs/running.md in `language` that has `mark` in it.
#[track_caller]
pub fn snippet(language: &str, mark: &str) -> String {
    support::snippet("docs/running.md", language, mark)
}

/// Runs a block of commands in a directory.
#[track_caller]
fn run(dir: &Dir, commands: &str) {
    let mut shell = Command::new("sh");
    let status = shell.args(["-ec", commands]).current_dir(dir.path()).status().expect("a shell");
    assert!(status.success(), "{commands}");
}

#[test]
fn backup_is_made_and_taken_back_as_the_docs_say() {
    if !has("sqlite3") {
        return;
    }
    let dir = Dir::new();
    let data = dir.path().join("chat");
    let start = || Server::start(&["--rate-limit", "0", "-q", "--data", data.to_str().expect("UTF-8")]);
    let server = start();
    let mut ana = Peer::enter(&server, "Ana");
    ana.say("antes\n/historial");
    ana.until("Ana: antes"); // so it is on the disk
    run(&dir, &snippet("sh", "sqlite3 chat/"));
    let copy = fs::metadata(dir.path().join("copy.db")).expect("a copy");
    assert_eq!(copy.permissions().mode() & 0o777, 0o600, "for its owner alone");
    ana.say("después\n/historial");
    ana.until("Ana: después");
    assert_eq!(server.complaints(), "");

    run(&dir, &snippet("sh", "install -m 600"));
    let server = start();
    let mut eva = Peer::enter(&server, "Eva");
    eva.say("/idioma");
    let shown = eva.until("Te hablo en español").join("\n");
    assert!(shown.contains("Ana: antes") && !shown.contains("después"), "{shown}");
    assert_eq!(server.complaints(), "");
}

/// A limit on the size of files stands for a disk that is full, which a test cannot have.
#[test]
fn disk_that_takes_no_more_keeps_nobody_from_talking_and_what_is_missing_is_marked() {
    if !has("prlimit") {
        return;
    }
    let dir = Dir::new();
    let options = ["--rate-limit", "0", "--data", dir.arg()];
    let mut server = Server::from_command(&mut behind("prlimit", &["--fsize=150000"], &options));
    let (mut ana, mut eva) = (Peer::enter(&server, "Ana"), Peer::enter(&server, "Eva"));
    let words = "palabra ".repeat(400);
    for number in 0..60 {
        ana.say(&format!("{number} {words}"));
        eva.until(&format!("Ana: {number} "));
    }
    server.console_find(|line| line.starts_with("[WARN] El historial falla"));
    eva.say("aquí sigo");
    ana.until("Eva: aquí sigo");
    assert!(server.stop().success());

    // There is room again.
    let server = Server::keeping(&dir);
    let mut luis = Peer::enter(&server, "Luis");
    luis.say("/historial\n/idioma");
    let shown = luis.until("Te hablo en español").join("\n");
    assert!(shown.contains("] [… faltan "), "{}", shown.len());
}
