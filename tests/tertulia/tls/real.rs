//! The real server in TLS, and other clients than ours.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use rustls::{ALL_VERSIONS, StreamOwned};
use tertulia::chat::Language::{English, Spanish};
use tertulia::protocol::console;
use tertulia::tls::{IdentitySource, Tls};

use super::rsa;
use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::process::{Process, has};
use crate::support::server::{Server, command};
use crate::support::tls_client::connection;

fn says(server: &Server, words: &str) -> String {
    let stream = TcpStream::connect_timeout(&server.address, DEADLINE).expect("a server that listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
    let mut stream = StreamOwned::new(connection(ALL_VERSIONS), stream);
    stream.write_all(words.as_bytes()).expect("a server that reads");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("an end in order");
    heard
}

fn fingerprint(dir: &Dir) -> String {
    let source = IdentitySource::Own { dir: dir.path().into(), names: Vec::new() };
    Tls::open(&source).expect("a key").fingerprint().to_owned()
}

#[test]
fn server_with_a_place_for_a_key_speaks_tls_on_its_port_and_tells_the_fingerprint() {
    let dir = Dir::new();
    for language in [Spanish, English] {
        let lang = if language == Spanish { "es" } else { "en" };
        let server = Server::start(&["--lang", lang, "--data", dir.arg(), "--listen", "127.0.0.1:0"]);
        server.console_find(|line| line.contains(&console::listening(&server.shown, language)));
        server.expect_console(&console::fingerprint(&fingerprint(&dir), language));
        let heard = says(&server, "Ana\n/salir\n");
        assert!(heard.contains("Ana"), "{heard}");
        let heard = says(&server, "GET /salud HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(heard.ends_with("\r\n\r\nok\n"), "{heard}");
    }
}

/// Each handshake stops the chat for as long as the key signs, which is measured.
#[test]
fn rsa_key_that_is_longer_than_usual_is_warned_of() {
    if !has("openssl") {
        return;
    }
    for (bits, lang, warning) in [
        (4096, "es", Some("RSA de 4096 bits: cada conexión nueva en TLS detiene el chat unos ")),
        (3072, "en", Some("RSA of 3072 bits: each new connection in TLS stops the chat for some ")),
        (2048, "en", None),
    ] {
        let dir = Dir::new();
        let (cert, key) = rsa(&dir, bits);
        let files = [cert, key].map(|file| file.display().to_string());
        let options =
            ["--lang", lang, "--listen", "127.0.0.1:0", "--tls-cert", &files[0], "--tls-key", &files[1]];
        let server = Server::start(&options);
        says(&server, "Ana\n/salir\n");
        let console = server.complaints();
        let warned = console.lines().find(|line| line.contains("RSA"));
        assert_eq!(warned.is_some(), warning.is_some(), "{console}");
        let Some(warning) = warning else { continue };
        let (_, rest) = console.split_once(warning).unwrap_or_else(|| panic!("{console}"));
        let millis = rest.split_once(" ms").and_then(|(millis, _)| millis.parse::<u32>().ok());
        assert!(millis.is_some_and(|millis| (1..1000).contains(&millis)), "{console}");
    }
}

#[test]
fn tls_that_was_asked_for_and_cannot_be_is_an_error() {
    let dir = Dir::new();
    let nothing = dir.path().join("nada.pem").display().to_string();
    for (options, says) in [
        (vec!["--listen", "tls://127.0.0.1:0"], "TLS necesita --data"),
        (vec!["--listen", "https://127.0.0.1:0"], "TLS necesita --data"),
        (vec!["--tls-cert", &nothing, "--tls-key", &nothing], "nada.pem: no existe"),
        (vec!["--tls-dir", "/proc/nada"], "/proc/nada"),
    ] {
        let mut server = Process::start(command(&options).stderr(Stdio::piped()));
        assert_eq!(server.wait().code(), Some(1), "{options:?}");
        let said = server.stderr.rest().join("\n");
        assert!(said.contains(says), "{options:?}: {said}");
    }
}

#[test]
fn hangup_reads_the_key_anew_and_a_bad_file_changes_nothing() {
    let (one, other) = (Dir::new(), Dir::new());
    let (old, new) = (fingerprint(&one), fingerprint(&other));
    let path = |dir: &Dir, name: &str| dir.path().join(name).display().to_string();
    let (cert, key) = (path(&one, "tls-cert.pem"), path(&one, "tls-key.pem"));
    let server = Server::from_command(
        command(&["--listen", "tls://127.0.0.1:0", "--tls-cert", &cert, "--tls-key", &key])
            .stderr(Stdio::piped()),
    );
    server.console_until(&console::fingerprint(&old, Spanish));
    assert!(says(&server, "Ana\n/salir\n").contains("Ana"));
    for name in ["tls-cert.pem", "tls-key.pem"] {
        fs::copy(other.path().join(name), one.path().join(name)).expect("copied");
    }
    server.signal(Signal::HUP);
    server.console_until(&console::fingerprint(&new, Spanish));
    fs::write(&key, "nada").expect("written");
    server.signal(Signal::HUP);
    server.console_find(|line| line.contains("Se sigue con la clave y el certificado anteriores"));
    assert!(says(&server, "Ana\n/salir\n").contains("Ana"));
    // Nobody writes to it: who waits for that serves nobody.
    fs::remove_file(&key).expect("a file");
    assert!(Command::new("mkfifo").arg(&key).status().expect("mkfifo").success());
    server.signal(Signal::HUP);
    server.console_find(|line| line.ends_with("tls-key.pem: no es un archivo corriente"));
    assert!(says(&server, "Ana\n/salir\n").contains("Ana"));
}

fn set_mode(path: &str, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

#[test]
fn key_that_other_users_can_read_is_told_and_our_own_closed() {
    let dir = Dir::new();
    fingerprint(&dir);
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (cert, key) = (path("tls-cert.pem"), path("tls-key.pem"));
    set_mode(&key, 0o644);
    // Somebody else looks after it.
    let mut server = Server::start(&["--tls-cert", &cert, "--tls-key", &key]);
    server.console_find(|line| {
        line.ends_with(&format!("tienen acceso a {key} (permisos 644). Para quitárselo: chmod 640 {key}"))
    });
    assert_eq!(server.stop().code(), Some(0));
    let mut server = Server::start(&["--tls-dir", dir.arg()]);
    server.console_find(|line| {
        line.ends_with(&format!("tenían acceso a {key} (permisos 644); ya no lo tienen"))
    });
    assert_eq!(fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    assert_eq!(server.stop().code(), Some(0));
    // A group may be meant to have it.
    set_mode(&key, 0o640);
    let server = Server::start(&["--tls-cert", &cert, "--tls-key", &key]);
    let complaints = server.complaints();
    assert!(!complaints.contains("tienen acceso"), "{complaints}");
}

#[test]
fn openssl_and_curl_are_understood() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg(), "--listen", "127.0.0.1:0"]);
    let place = server.address.to_string();
    if has("openssl") {
        for version in ["-tls1_2", "-tls1_3"] {
            let mut client = Process::start(
                Command::new("sh")
                    .args(["-c", &format!("printf 'Ana\\n/idioma\\n/salir\\n' | openssl s_client -quiet -ign_eof {version} -connect {place}")])
                    .stderr(Stdio::piped()),
            );
            let heard = client.stdout.rest().join("\n");
            assert!(heard.contains("Te hablo en español"), "{version}: {heard}");
            client.wait();
        }
        // Another handshake inside of one, which TLS 1.2 knows, is refused.
        let mut client = Process::start(
            Command::new("openssl")
                .args(["s_client", "-tls1_2", "-connect", &place])
                .stdin(Stdio::piped())
                .stderr(Stdio::piped()),
        );
        // Its input stays open until it has the answer, or it would not wait for that.
        let mut keyboard = client.stdin();
        keyboard.write_all(b"R\n").expect("it reads");
        let mut said = Vec::new();
        while !said.iter().any(|line: &String| line.contains("no renegotiation")) {
            said.push(client.stderr.next().unwrap_or_else(|| panic!("it has ended: {said:#?}")));
        }
        assert!(said.iter().any(|line| line == "RENEGOTIATING"), "{said:#?}");
        drop(keyboard);
        client.wait();
    }
    if has("curl") {
        let cert = dir.path().join("tls-cert.pem").display().to_string();
        let address = format!("https://localhost:{}/salud", server.address.port());
        let mut client = Process::start(
            Command::new("curl").args(["-sS", "--cacert", &cert, &address]).stderr(Stdio::piped()),
        );
        assert_eq!(client.stdout.rest(), ["ok"], "{:?}", client.stderr.rest());
        client.wait();
    }
}
