//! The control socket and the directory under attack: by the same user, who has no reason to, and by others.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use tertulia::control::{AccountOrder, ControlOrder, SOCKET};
use tertulia::limits::{CONTROL_BACKLOG, CONTROL_CONNECTIONS, HISTORY_BUSY_TIMEOUT};
use tertulia::storage::Store;

use super::admin::{command_for, refusal};
use super::support::{DEADLINE, Dir, Server};
use crate::support::owned::Owned;

/// Somebody who runs other programs on the machine.
const NOBODY: u32 = 65_534;

fn connect(dir: &Dir) -> UnixStream {
    let stream = UnixStream::connect(dir.path().join(SOCKET)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// A connection that has been greeted.
fn caller(dir: &Dir) -> BufReader<UnixStream> {
    let mut caller = BufReader::new(connect(dir));
    caller.read_line(&mut String::new()).unwrap();
    caller
}

fn line(caller: &mut BufReader<UnixStream>) -> String {
    let mut line = String::new();
    caller.read_line(&mut line).unwrap();
    line
}

#[test]
fn silent_connections_keep_no_command_waiting_for_long() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let silent: Vec<UnixStream> =
        (0..CONTROL_BACKLOG as usize - CONTROL_CONNECTIONS).map(|_| connect(&dir)).collect();
    assert_eq!(command_for(&dir, &["who"]).0, 0);
    drop(silent);
    assert_eq!(server.complaints(), "");
}

#[test]
fn endless_orders_and_half_orders_come_to_nothing() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    for bytes in [&b"sto"[..], b"\n", b"\0\xff\n", b"stop\tnow\n", b"account-add\tAna\n"] {
        let mut caller = caller(&dir);
        caller.get_mut().write_all(bytes).unwrap();
        let told = line(&mut caller);
        assert!(["", "no\tunclear\t\n"].contains(&told.as_str()), "{bytes:?}: {told:?}");
    }
    let mut endless = caller(&dir);
    let piece = [b'x'; 4096];
    // Until the server hangs up.
    while endless.get_mut().write_all(&piece).is_ok() {}
    let mut rest = Vec::new();
    let _ = endless.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    assert_eq!(command_for(&dir, &["who"]).0, 0);
    assert_eq!(server.complaints(), "");
}

#[test]
fn orders_whose_clients_hang_up_are_bounded() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    // Another program is writing: orders wait.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let order = ControlOrder::Account(AccountOrder::Remove { name: "Ana".into() }).encode();
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut callers: Vec<_> = (1..CONTROL_CONNECTIONS).map(|_| caller(&dir)).collect();
        let last = callers.len() - 1;
        callers.iter_mut().for_each(|caller| caller.get_mut().write_all(order.as_bytes()).unwrap());
        // Those that are refused are told so at once; all have been read then.
        let mut asks = caller(&dir);
        asks.get_mut().write_all(b"who\n").unwrap();
        while line(&mut asks) != "ok\n" {}
        callers[last].get_mut().set_nonblocking(true).unwrap();
        let mut answer = String::new();
        let _ = callers[last].read_line(&mut answer);
        told.push(answer);
    }
    assert!(start.elapsed() < HISTORY_BUSY_TIMEOUT, "the first are still waiting");
    assert_eq!(told, ["", "no\tbusy\t\n"]);
    sql.execute_batch("COMMIT").unwrap();
    drop(server);
}

#[test]
fn deleted_socket_is_not_taken_for_no_server() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    fs::remove_file(dir.path().join(SOCKET)).unwrap();
    let told = refusal(command_for(&dir, &["stop", "--lang", "en"]));
    assert!(told.contains(" holds ") && told.ends_with("Nothing was done."), "{told}");
    assert_eq!(server.complaints(), "");
    let told = refusal(command_for(&dir, &["stop", "--lang", "en"]));
    assert!(told.starts_with("No server is running"), "{told}");
}

#[test]
fn socket_of_another_user_is_given_no_order() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can be two users");
        return;
    }
    let dir = Dir::new();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    let socket = dir.path().join(SOCKET);
    if Command::new("nc").arg("-h").output().is_err() {
        assert!(std::env::var_os("TERTULIA_NO_SKIP").is_none(), "nc is missing");
        return;
    }
    let mut theirs = Command::new("nc");
    theirs.arg("-lU").arg(&socket).uid(NOBODY).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut theirs = Owned::start(&mut theirs);
    while !socket.exists() {
        std::thread::yield_now();
    }
    let told = refusal(command_for(&dir, &["who"]));
    assert!(told.contains("otro usuario") && told.ends_with("No se ha hecho nada."), "{told}");
    theirs.kill().unwrap();
    let mut heard = Vec::new();
    theirs.stdout.take().unwrap().read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"", "they have heard nothing");
    theirs.wait().unwrap();
}

#[test]
fn pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    for name in ["tertulia.db", "tertulia.db-gaps", "tertulia.lock"] {
        let dir = Dir::new();
        drop(Store::open(dir.path(), None).unwrap());
        let path = dir.path().join(name);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(Store::open(dir.path(), None).is_err(), "{name}");
    }
}
