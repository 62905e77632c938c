//! Starting the real server: where it listens, and what it says when it cannot or does not understand.

use std::fs::{self, OpenOptions, Permissions};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::process::{Process, skip};
use crate::support::server::{Server, behind, command};

/// Runs the server with `options`, which must not start; returns its exit status and what it says.
#[track_caller]
fn refused(options: &[&str]) -> (i32, Vec<String>) {
    let mut process = Process::start(command(options).stderr(Stdio::piped()));
    assert_eq!(process.stdout.next(), None, "it started");
    let said = process.stderr.rest();
    (process.wait().code().expect("an exit"), said)
}

#[test]
fn several_addresses_are_one_chat() {
    let server = Server::start(&["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
    let second = server.stdout().next().expect("a second address");
    assert_ne!(second, server.shown);
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    server.expect_console(&format!("Servidor de chat multiusuario en {second}"));

    let mut juan = Peer::join(&server, "Juan");
    let there = TcpStream::connect(second.as_str()).expect("a server that listens");
    let mut maria = Peer::from(there).named("María");
    juan.expect_line(">>> María se unió al chat");
    juan.say("hola");
    maria.expect_line("Juan: hola");
}

#[test]
fn localhost_is_both_loopback_addresses() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        skip("this machine has no ::1");
        return;
    }
    let server = Server::start(&["--listen", "localhost:0"]);
    let port = server.address.port();
    assert_eq!(server.shown, format!("localhost:{port}"));
    server.expect_console(&format!("Servidor de chat multiusuario en localhost:{port}"));

    let join = |address: SocketAddr, name: &str| {
        Peer::from(TcpStream::connect(address).expect("a server that listens")).named(name)
    };
    let mut juan = join((Ipv4Addr::LOCALHOST, port).into(), "Juan");
    server.expect_console(&format!("Juan se ha conectado desde 127.0.0.1:{}", juan.address().port()));
    let mut maria = join((Ipv6Addr::LOCALHOST, port).into(), "María");
    server.expect_console(&format!("María se ha conectado desde [::1]:{}", maria.address().port()));
    juan.expect_line(">>> María se unió al chat");
    juan.say("hola");
    maria.expect_line("Juan: hola");
}

#[test]
fn wrong_usage_is_told_and_has_status_2() {
    let (status, said) = refused(&["--bogus"]);
    assert_eq!(status, 2);
    assert_eq!(said[0], "error: no se entiende '--bogus'");
    let (status, said) = refused(&["--lang", "en", "--bogus"]);
    assert_eq!(status, 2);
    assert_eq!(said[0], "error: unexpected argument '--bogus' found");
    let (status, said) = refused(&["--listen", "7000"]);
    assert_eq!(status, 2);
    assert!(said[0].contains("--listen") && said[0].contains("localhost:7000"), "{}", said[0]);
}

#[test]
fn taken_port_is_one_line_and_status_1() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let (status, said) = refused(&["--listen", &address]);
    assert_eq!(status, 1);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with(&format!("tertulia-server: El puerto {address} ya está en uso. ")),
        "{said:?}"
    );
    let (status, said) = refused(&["--lang", "en", "--listen", &address]);
    assert_eq!(status, 1);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with(&format!("tertulia-server: The port {address} is already in use. ")),
        "{said:?}"
    );
}

#[test]
fn log_that_cannot_be_written_is_one_line_and_status_1() {
    let file = "/nowhere/to/be/found/chat.log";
    let (status, said) = refused(&["--log-file", file]);
    assert_eq!(status, 1);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("tertulia-server: {file}: ")), "{}", said[0]);
}

#[test]
fn version_is_told_without_starting() {
    let mut process = Process::start(command(&["--version"]).stderr(Stdio::piped()));
    let told = format!("tertulia-server {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(process.stdout.next(), Some(told));
    assert_eq!(process.wait().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_behind_stdout_or_stderr_is_status_1() {
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let taken = other.local_addr().expect("an address").to_string();
    let status = |command: &mut Command| command.status().expect("a program to start").code();
    assert_eq!(status(command(&["--listen", &taken]).stderr(full())), Some(1));
    assert_eq!(status(command(&["--bogus"]).stderr(full())), Some(2));
    for help in ["--help", "--version"] {
        assert_eq!(status(command(&[help]).stdout(full()).stderr(full())), Some(1), "{help}");
    }
    let (dir, password) = (Dir::new(), Dir::new());
    let file = password.path().join("password");
    fs::write(&file, "girasoles\n").expect("a file");
    let account = |order: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
        command.arg("account").args(order).args(["--data", dir.arg()]).stdin(Stdio::null());
        command
    };
    let add = ["add", "Vera", "--password-file", file.to_str().expect("a plain path")];
    assert_eq!(status(account(&add).stdout(Stdio::null())), Some(0));
    assert_eq!(status(account(&["list"]).stdout(full()).stderr(full())), Some(1));
    assert_eq!(status(account(&["list"]).stdout(Stdio::null())), Some(0));
    assert_eq!(status(account(&["passwd", "Nora"]).stderr(full())), Some(1));
}

/// The mode of a file, without its kind.
fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn log_file_is_its_owners_whatever_the_umask() {
    let dir = Dir::new();
    for umask in ["0", "022", "0277"] {
        let log = dir.path().join(format!("{umask}.log"));
        let options = ["--log-file", log.to_str().expect("a plain path")];
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let mut server = Server::from_command(&mut behind("sh", &["-c", &script], &options));
        assert_eq!(mode(&log), 0o600, "umask {umask}");
        assert_eq!(server.stop().code(), Some(0));
    }
}

#[test]
fn log_file_keeps_its_mode_and_is_told_if_everybody_can_read_it() {
    let dir = Dir::new();
    let log = dir.path().join("chat.log");
    for (given, told) in [(0o644, true), (0o640, false)] {
        fs::write(&log, "").expect("a file");
        fs::set_permissions(&log, Permissions::from_mode(given)).expect("a file of ours");
        let mut server = Server::start(&["--log-file", log.to_str().expect("a plain path")]);
        let words = "cualquier usuario de este equipo puede leer el registro (permisos 644)";
        let before = server.console_until(&format!("Servidor de chat multiusuario en {}", server.shown));
        let expected = if told { vec![format!("[WARN] {}: {words}", log.display())] } else { vec![] };
        assert_eq!(before, expected);
        assert_eq!(mode(&log), given);
        assert_eq!(server.stop().code(), Some(0));
    }
}
