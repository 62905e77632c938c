//! The real server goes on as another program, and the people who are there notice nothing.

pub(crate) mod refused;

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::process::Signal;

use super::support::dir::Dir;
use super::support::peer::{PROMPT, Peer};
use super::support::process::has;
use super::support::server::{Server, after_time, behind, command, order};
use super::web::{UPGRADE, frame};

const UPGRADED: &str = "[INFO] Actualizado de ";

/// Asks for one.
const ORDER: [&str; 3] = ["upgrade", "--lang", "en"];

/// Lines that one says without a pause.
const FLOOD: usize = 4_000;

/// Waits until the console tells of an upgrade.
#[track_caller]
fn is_upgraded(server: &Server) {
    server.console_find(|line| line.starts_with(UPGRADED));
}

/// Has the server in a directory upgraded by an order; gives what that says.
#[track_caller]
fn ordered(dir: &Dir) -> String {
    let asked = order(dir, &ORDER);
    assert!(asked.status.success(), "{asked:?}");
    String::from_utf8(asked.stdout).expect("UTF-8")
}

/// Has the server upgraded by a signal.
#[track_caller]
pub(crate) fn upgrade(server: &Server) {
    server.signal(Signal::USR2);
    is_upgraded(server);
}

/// The program under a name of its own.
pub(crate) fn installed(dir: &Dir) -> PathBuf {
    let path = dir.path().join("server");
    fs::copy(env!("CARGO_BIN_EXE_tertulia-server"), &path).expect("a copy");
    path
}

/// The server that was installed there, with `options`.
#[track_caller]
pub(crate) fn start(program: &Path, options: &[&str]) -> Server {
    let usual = command(options);
    let mut own = Command::new(program);
    own.args(usual.get_args()).env("LC_ALL", "C.UTF-8").stderr(Stdio::piped());
    Server::from_command(&mut own)
}

/// The file of the program that runs there.
fn program_of(server: &Server) -> u64 {
    fs::metadata(format!("/proc/{}/exe", server.id())).expect("it runs").ino()
}

#[test]
fn upgrade_keeps_everybody_and_every_line_in_order() {
    let server = Server::start(&["--rate-limit", "0"]);
    let mut reader = Peer::enter(&server, "Ana");
    let half = &mut Peer::enter(&server, "Luis");
    let telnet = &mut Peer::enter(&server, "Eva");
    let newcomer = &mut Peer::connect(&server);
    newcomer.expect(PROMPT);
    half.send(b"la mitad ");
    telnet.send(b"con telnet\xff\xfa\x18");
    newcomer.send(b"Mar");
    reader.until(">>> Eva se unió al chat");
    let (mut flooder, mut listener) = (Peer::enter(&server, "Flor"), Peer::enter(&server, "Paz"));
    let lines = thread::scope(|scope| {
        scope.spawn(move || {
            (0..FLOOD).for_each(|number| flooder.say(&number.to_string()));
            flooder.say("fin");
            // Held until all have heard it.
            flooder.until("Paz: basta");
        });
        let heard = scope.spawn(|| {
            let lines = listener.until("Flor: fin");
            listener.say("basta");
            lines
        });
        (0..3).for_each(|_| upgrade(&server));
        heard.join().expect("it listens")
    });
    let heard: Vec<usize> =
        lines.iter().filter_map(|line| line.strip_prefix("Flor: ")?.parse().ok()).collect();
    let skipped = lines.iter().any(|line| line.contains("omitido"));
    assert!(heard.is_sorted_by(|one, next| one < next), "in order, and each once");
    assert!(skipped || heard.len() == FLOOD, "every line: {} of {FLOOD}", heard.len());
    half.say("de una línea");
    telnet.send(b"\x00\xff\xf0 y lo dem\xc3\xa1s\r\n");
    newcomer.say("ta");
    let heard = listener.until("Eva: con telnet y lo demás");
    assert!(heard.contains(&"Luis: la mitad de una línea".to_owned()), "{heard:?}");
    newcomer.until("Escribe 'salir'");
}

#[test]
fn upgrade_goes_on_as_the_program_that_is_in_its_place_by_now() {
    let dir = Dir::new();
    let program = installed(&dir);
    let mut server = start(&program, &[]);
    let (id, before) = (server.id(), program_of(&server));
    let mut ana = Peer::join(&server, "Ana");
    let next = dir.path().join("next");
    fs::copy(&program, &next).expect("a copy");
    fs::rename(&next, &program).expect("it takes the place of the other");
    assert_eq!(program_of(&server), before);
    upgrade(&server);
    assert_eq!((server.id(), program_of(&server)), (id, fs::metadata(&program).expect("it is there").ino()));
    assert_ne!(program_of(&server), before);
    ana.say("/quien");
    ana.until("Ana");
    assert_eq!(server.stop().code(), Some(0), "it hears signals as before");
}

#[test]
fn upgrade_keeps_a_websocket_in_the_middle_of_a_frame() {
    let server = Server::start(&["--listen", "127.0.0.1:0"]);
    let mut reader = Peer::enter(&server, "Ana");
    let mut program = Peer::from(TcpStream::connect(server.address).expect("a server that listens"));
    program.send(UPGRADE.as_bytes());
    program.until("Sec-WebSocket-Protocol");
    program.send(&frame(0x81, br#"{"type":"name","name":"Luis"}"#));
    reader.until(">>> Luis se unió al chat");
    let words = frame(0x81, br#"{"type":"say","text":"hola"}"#);
    program.send(&words[..9]);
    upgrade(&server);
    program.send(&words[9..]);
    reader.expect_line("Luis: hola");
}

#[test]
fn upgrade_keeps_what_was_said_where_there_is_no_file() {
    let server = Server::start(&[]);
    let mut ana = Peer::enter(&server, "Ana");
    ana.say("antes");
    server.console_until("Ana: antes");
    upgrade(&server);
    let mut luis = Peer::connect(&server);
    luis.say("Luis");
    let told = luis.until("antes");
    assert!(told.last().is_some_and(|line| line.ends_with("Ana: antes")), "{told:?}");
}

#[test]
fn upgrade_is_told_to_who_asks_for_it() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    for _ in 0..2 {
        let said = ordered(&dir);
        assert!(said.starts_with("Upgraded from ") && said.contains(": 1 connections go on"), "{said}");
        is_upgraded(&server);
    }
    ana.say("/quien");
    ana.until("Ana");
}

#[test]
fn upgrade_answers_passwords_that_were_being_hashed() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut ana = Peer::join(&server, "Ana");
    ana.send(b"/registrar\ncaracola azul\ncaracola azul\n");
    // Three hashes behind one another: at least one of them is under way, or waits.
    let mut others: Vec<Peer> = (0..3).map(|number| Peer::enter(&server, &format!("n{number}"))).collect();
    for other in &mut others {
        other.send(b"/registrar\ncaracola verde\ncaracola verde\n");
    }
    upgrade(&server);
    ana.until("es tuyo desde ahora");
    others.iter_mut().for_each(|other| drop(other.until("es tuyo desde ahora")));
    let mut again = Peer::connect(&server);
    again.expect(PROMPT);
    again.say("Ana");
    again.expect("Contraseña: ");
    upgrade(&server);
    again.say("caracola azul");
    again.until("Escribe 'salir'");
}

#[test]
fn upgrade_lets_everybody_in_who_comes_meanwhile() {
    let server = Server::start(&["--rate-limit", "0"]);
    let (came, address) = (AtomicUsize::new(0), server.address);
    thread::scope(|scope| {
        let comers = scope.spawn(|| {
            let mut peers = Vec::new();
            while peers.len() < 400 {
                let mut peer = Peer::from(TcpStream::connect(address).expect("a server that listens"));
                peer.say(&format!("n{}", peers.len()));
                peers.push(peer);
                came.fetch_add(1, Ordering::Relaxed);
            }
            peers
        });
        // The first upgrade begins when some have come, the second behind it: both while others come.
        while came.load(Ordering::Relaxed) < 20 {
            thread::yield_now();
        }
        upgrade(&server);
        upgrade(&server);
        for mut peer in comers.join().expect("they come") {
            peer.until("Escribe 'salir'");
        }
    });
}

#[test]
fn upgrade_needs_no_more_descriptors_than_there_are() {
    let limit = ["-c", "ulimit -n 100; exec \"$0\" \"$@\""];
    let server = Server::from_command(&mut behind("sh", &limit, &["--max-clients", "40"]));
    let mut peers: Vec<Peer> = (0..30).map(|number| Peer::enter(&server, &format!("n{number}"))).collect();
    upgrade(&server);
    let mut last = peers.pop().expect("one of many");
    last.say("aquí");
    peers.iter_mut().for_each(|peer| drop(peer.until("n29: aquí")));
}

#[test]
fn upgrade_is_made_where_the_end_of_children_is_ignored() {
    let server = Server::from_command(&mut behind("sh", &["-c", "trap '' CHLD; exec \"$0\" \"$@\""], &[]));
    let mut ana = Peer::join(&server, "Ana");
    upgrade(&server);
    ana.say("/idioma");
    ana.until("Te hablo en español");
}

#[test]
fn upgrade_goes_on_without_a_log_file_until_there_is_one() {
    let dir = Dir::new();
    let (home, moved) = (dir.path().join("logs"), dir.path().join("moved"));
    fs::create_dir(&home).expect("a directory");
    let log = home.join("chat.log");
    let mut server = Server::start(&["--log-file", log.to_str().expect("a plain path")]);
    let mut ana = Peer::enter(&server, "Ana");
    fs::rename(&home, &moved).expect("a directory");
    server.signal(Signal::USR2);
    let missing = format!(
        "[WARN] {}: no se puede abrir (no existe); se vuelve a intentar con cada línea del registro",
        log.display()
    );
    server.console_find(|line| line == missing);
    ana.say("sin archivo");
    server.console_until("Ana: sin archivo");
    fs::rename(&moved, &home).expect("a directory");
    ana.say("con archivo");
    server.console_until("Ana: con archivo");
    assert!(server.stop().success());
    let lines = fs::read_to_string(log).expect("a log");
    assert!(lines.contains("del registro.") && lines.contains("Ana: con archivo"), "{lines}");
}

#[test]
fn upgrade_and_rereading_are_both_done_whichever_comes_first() {
    if !has("setsid") {
        return;
    }
    // At a terminal SIGHUP would be one to stop.
    let server = Server::from_command(behind("setsid", &[], &[]).stdin(Stdio::null()));
    for signals in [[Signal::USR2, Signal::HUP], [Signal::HUP, Signal::USR2]] {
        signals.iter().for_each(|&signal| server.signal(signal));
        let mut awaited = vec![UPGRADED, "[INFO] SIGHUP: "];
        while !awaited.is_empty() {
            let line = server.console_line();
            awaited.retain(|start| !after_time(&line).starts_with(start));
        }
    }
}
