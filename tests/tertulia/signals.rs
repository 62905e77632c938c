//! Signals to the real server: a stop that was asked for early, a terminal that is gone, and what is read again.

use std::fs::{self, OpenOptions};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tertulia::limits;

use crate::endings::with_a_stalled_reader;
use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
#[cfg(target_os = "linux")]
use crate::support::proc::blocked_signals;
use crate::support::process::{Process, has};
use crate::support::server::{Server, after_time, behind, command};
use crate::upgrade::upgrade;

/// A server that has no terminal, wherever the tests run.
fn without_a_terminal(options: &[&str]) -> Server {
    Server::from_command(behind("setsid", &[], options).stdin(Stdio::null()))
}

const REREAD: &str = "SIGHUP: se reabre el registro y se vuelven a leer el mensaje de bienvenida, la zona horaria y los archivos de TLS";

/// A server that is at its start until somebody writes to its greeting, made by `command` of its options.
fn held_at_its_start(dir: &Dir, command: impl FnOnce(&[&str]) -> Command) -> (Process, fs::File) {
    let pipe = dir.path().join("motd");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let options = ["--motd", pipe.to_str().expect("a plain path")];
    let process = Process::start(command(&options).stderr(Stdio::piped()));
    // It waits until the server reads.
    let greeting = OpenOptions::new().write(true).open(&pipe).expect("a pipe");
    (process, greeting)
}

#[test]
fn stop_asked_during_the_start_is_orderly() {
    let dir = Dir::new();
    for signal in [Signal::TERM, Signal::HUP] {
        if !has("setsid") {
            return;
        }
        // Without a terminal a hang-up asks for something else.
        let (terminal, _master) = terminal();
        let at_it = |options: &[&str]| {
            let mut command = behind("setsid", &["--ctty"], options);
            command.stdin(terminal);
            command
        };
        let (mut process, greeting) = held_at_its_start(&dir, at_it);
        process.signal(signal);
        drop(greeting);
        let said = process.stderr.rest();
        assert_eq!(process.wait().code(), Some(0), "{said:?}");
        assert_eq!(after_time(said.last().expect("a line")), "[INFO] El servidor se detiene");
        fs::remove_file(dir.path().join("motd")).expect("the pipe");
    }
}

#[test]
fn stop_asked_twice_during_the_start_does_not_wait_for_it() {
    let dir = Dir::new();
    let (mut process, greeting) = held_at_its_start(&dir, command);
    process.signal(Signal::TERM);
    // Another one: two of a kind may arrive as one.
    process.signal(Signal::INT);
    process.signal(Signal::TERM);
    let status = process.wait();
    assert!(matches!(status.signal(), Some(2 | 15)), "{status}");
    drop(greeting);
}

/// A terminal, and its other side.
fn terminal() -> (OwnedFd, OwnedFd) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
    grantpt(&master).expect("a terminal");
    unlockpt(&master).expect("a terminal");
    let name = ptsname(&master, Vec::new()).expect("a name");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    (rustix::fs::open(name, flags, Mode::empty()).expect("a terminal"), master)
}

/// A server at a terminal of its own, whose other side is the second.
fn at_a_terminal(options: &[&str]) -> (Server, OwnedFd) {
    let (terminal, master) = terminal();
    let mut command = behind("setsid", &["--ctty"], options);
    command.stdin(terminal.try_clone().expect("a descriptor")).stderr(terminal);
    (Server::from_command(&mut command), master)
}

#[test]
fn terminal_that_is_gone_stops_the_server_in_order() {
    if !has("setsid") {
        return;
    }
    let (mut server, terminal) = at_a_terminal(&[]);
    let mut juan = Peer::join(&server, "Juan");
    drop(terminal);
    juan.expect_line("--- El servidor se detiene.");
    juan.expect_end();
    drop(juan);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn hang_ups_at_a_terminal_are_no_haste() {
    if !has("setsid") {
        return;
    }
    let (mut server, _terminal) = at_a_terminal(&["--rate-limit", "0", "-q"]);
    let (_stalled, mut juan) = with_a_stalled_reader(&server);
    let asked = Instant::now();
    // The system tells it, the shell does, and so does what ends the session.
    server.signal(Signal::HUP);
    juan.expect_line("--- El servidor se detiene.");
    server.signal(Signal::HUP);
    server.signal(Signal::TERM);
    juan.expect_end();
    drop(juan);
    assert_eq!(server.wait().code(), Some(0));
    let took = asked.elapsed();
    assert!(took >= limits::STOP_TIMEOUT, "{took:?}: nobody was waited for");
}

#[test]
fn hang_up_stays_ignored_under_nohup() {
    let mut server = Server::from_command(&mut behind("nohup", &[], &[]));
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    server.signal(Signal::HUP);
    let juan = Peer::join(&server, "Juan");
    server.expect_console(&format!("Juan se ha conectado desde {}", juan.address()));
    drop(juan);
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn interrupt_stays_ignored_in_the_background_of_a_script() {
    let mut server = Server::from_command(&mut behind("sh", &["-c", "trap '' INT; exec \"$0\" \"$@\""], &[]));
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    server.signal(Signal::INT);
    let juan = Peer::join(&server, "Juan");
    server.expect_console(&format!("Juan se ha conectado desde {}", juan.address()));
    drop(juan);
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn signal_without_a_meaning_does_not_end_the_server() {
    for (language, said) in [("es", "esta señal no hace nada"), ("en", "this signal does nothing")] {
        let mut server = Server::start(&["--lang", language]);
        server.signal(Signal::USR1);
        server.console_until(&format!("SIGUSR1: {said}"));
        assert_eq!(server.stop().code(), Some(0));
    }
}

/// The words of a log's lines.
fn words(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a log");
    text.lines().map(|line| after_time(line).to_owned()).collect()
}

#[test]
fn hang_up_without_a_terminal_opens_the_log_again() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let (log, old) = (dir.path().join("chat.log"), dir.path().join("chat.log.1"));
    // At -q the signal itself is no line, and the next line may be far.
    for (options, told) in [(&["-v"][..], true), (&["-q"], false)] {
        let options = [options, &["--log-file", log.to_str().expect("a plain path")]].concat();
        let mut server = without_a_terminal(&options);
        let mut juan = Peer::join(&server, "Juan");
        juan.say("antes\n/idioma");
        juan.expect_line("Te hablo en español. For English: /lang en");
        fs::rename(&log, &old).expect("a log");
        server.signal(Signal::HUP);
        if told {
            server.console_until(REREAD);
            juan.say("después");
            server.console_until("Juan: después");
        } else {
            wait_for(&log);
        }
        drop(juan);
        assert_eq!(server.stop().code(), Some(0));
        let (before, after) = (words(&old), words(&log));
        if told {
            // What waited to be written when the signal came may be in either, once and in its order.
            let reread = format!("[INFO] {REREAD}");
            assert!(!before.contains(&reread) && after.contains(&reread), "{before:?}, {after:?}");
            let expected = ["[INFO] Juan: antes", &reread, "[INFO] Juan: después"];
            let all = before.iter().chain(&after).filter(|line| expected.contains(&line.as_str()));
            assert_eq!(all.collect::<Vec<_>>(), expected);
        } else {
            assert!(before.is_empty() && after.is_empty(), "{before:?}, {after:?}");
        }
        fs::remove_file(&log).expect("a log");
        fs::remove_file(&old).expect("a log");
    }
}

/// Waits until a file is there, which nobody tells.
fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < DEADLINE, "{} does not come", path.display());
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn log_that_cannot_be_opened_again_goes_on_where_it_was() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let (home, moved) = (dir.path().join("logs"), dir.path().join("moved"));
    fs::create_dir(&home).expect("a directory");
    let log = home.join("chat.log");
    let mut server = without_a_terminal(&["--log-file", log.to_str().expect("a plain path")]);
    fs::rename(&home, &moved).expect("a directory");
    server.signal(Signal::HUP);
    let why = "no existe";
    let kept = format!(
        "[WARN] {}: no se puede abrir de nuevo ({why}); el registro sigue en el archivo de antes",
        log.display()
    );
    server.console_find(|line| line == kept);
    let juan = Peer::join(&server, "Juan");
    let came = format!("Juan se ha conectado desde {}", juan.address());
    server.console_until(&came);
    drop(juan);
    assert_eq!(server.stop().code(), Some(0));
    let lines = words(&moved.join("chat.log"));
    assert!(lines.contains(&kept) && lines.contains(&format!("[INFO] {came}")), "{lines:?}");
}

/// Puts a pipe that nobody writes to, nor reads, in the place of a file.
fn put_a_pipe(path: &Path) {
    fs::remove_file(path).expect("a file");
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn pipe_in_the_place_of_the_log_is_not_waited_for() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let log = dir.path().join("chat.log");
    let mut server = without_a_terminal(&["--log-file", log.to_str().expect("a plain path")]);
    put_a_pipe(&log);
    server.signal(Signal::HUP);
    let kept = format!(
        "[WARN] {}: no se puede abrir de nuevo (nadie lee al otro lado); el registro sigue en el archivo de antes",
        log.display()
    );
    server.console_find(|line| line == kept);
    // The log's thread still does what is asked: a file that is there again is opened.
    fs::remove_file(&log).expect("a pipe");
    server.signal(Signal::HUP);
    wait_for(&log);
    let juan = Peer::join(&server, "Juan");
    let came = format!("Juan se ha conectado desde {}", juan.address());
    server.console_until(&came);
    drop(juan);
    assert_eq!(server.stop().code(), Some(0));
    assert!(words(&log).contains(&format!("[INFO] {came}")));
}

#[test]
fn pipe_without_a_reader_is_no_log_to_start_with() {
    let dir = Dir::new();
    let log = dir.path().join("chat.log");
    fs::write(&log, "").expect("a file");
    put_a_pipe(&log);
    let mut command = command(&["--log-file", log.to_str().expect("a plain path")]);
    let mut server = Process::start(command.stderr(Stdio::piped()));
    let why = format!("tertulia-server: {}: nadie lee al otro lado", log.display());
    assert_eq!(server.stderr.rest(), [why]);
    assert_eq!(server.wait().code(), Some(1));
}

#[test]
fn pipes_in_the_place_of_the_greeting_and_the_zone_are_not_waited_for() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let (motd, zone) = (dir.path().join("motd"), dir.path().join("localtime"));
    fs::write(&motd, "Aula 3.\n").expect("a file");
    fs::write(&zone, zone_file(0)).expect("a file");
    let mut command = behind("setsid", &[], &["--motd", motd.to_str().expect("a plain path")]);
    let server = Server::from_command(command.stdin(Stdio::null()).env("TZ", &zone));
    put_a_pipe(&motd);
    put_a_pipe(&zone);
    server.signal(Signal::HUP);
    server.console_until(REREAD);
    let mut juan = Peer::join(&server, "Juan");
    juan.expect_line("Aula 3.");
}

#[test]
fn hang_up_without_a_terminal_reads_the_greeting_again() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let motd = dir.path().join("motd");
    fs::write(&motd, "Aula 3.\n").expect("a file");
    let server = without_a_terminal(&["--motd", motd.to_str().expect("a plain path")]);
    let greets = |name: &str, greeting: &str| {
        let mut peer = Peer::join(&server, name);
        peer.expect_line(greeting);
        server.console_until(&format!("{name} se ha conectado desde {}", peer.address()));
    };
    greets("Ana", "Aula 3.");
    fs::write(&motd, "Hoy hay examen.\n").expect("a file");
    server.signal(Signal::HUP);
    server.console_until(REREAD);
    greets("Berta", "Hoy hay examen.");
    let path = motd.display();
    fs::write(&motd, "x".repeat(4097)).expect("a file");
    server.signal(Signal::HUP);
    let too_long = format!(
        "[WARN] El mensaje de bienvenida queda como estaba: {path}: el texto es demasiado largo: caben 4096 bytes"
    );
    server.console_find(|line| line == too_long);
    greets("Clara", "Hoy hay examen.");
    fs::remove_file(&motd).expect("a file");
    server.signal(Signal::HUP);
    let gone = format!("[WARN] El mensaje de bienvenida queda como estaba: {path}: no existe");
    server.console_find(|line| line == gone);
    greets("Diana", "Hoy hay examen.");
}

/// The file of a zone that is always so many hours east of UTC.
fn zone_file(hours: i32) -> Vec<u8> {
    let mut file = Vec::new();
    // Once for old programs and once for the others: one kind of time, called "xxx", that never changes.
    for _ in 0..2 {
        file.extend_from_slice(b"TZif2");
        file.extend_from_slice(&[0; 15]);
        [0, 0, 0, 0, 1, 4].iter().for_each(|count: &u32| file.extend_from_slice(&count.to_be_bytes()));
        file.extend_from_slice(&(hours * 3600).to_be_bytes());
        file.extend_from_slice(&[0, 0]);
        file.extend_from_slice(b"xxx\0");
    }
    file.extend_from_slice(format!("\n<xxx>{}\n", -hours).as_bytes());
    file
}

#[test]
fn hang_up_without_a_terminal_reads_the_zone_again() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let zone = dir.path().join("localtime");
    fs::write(&zone, zone_file(0)).expect("a file");
    let mut command = behind("setsid", &[], &[]);
    let server = Server::from_command(command.stdin(Stdio::null()).env("TZ", &zone));
    let mut juan = Peer::join(&server, "Juan");
    juan.say("hola\n/historial");
    let before = juan.line();
    fs::write(&zone, zone_file(12)).expect("a file");
    server.signal(Signal::HUP);
    server.console_until(REREAD);
    juan.say("/historial");
    let after = juan.line();
    let time = |line: &str| -> (u32, String) {
        let (time, words) = line.strip_prefix('[').expect("a time").split_once("] ").expect("words");
        let (hour, minute) = time[time.len() - 5..].split_once(':').expect("hour and minute");
        (hour.parse().expect("an hour"), format!("{minute} {words}"))
    };
    let ((before, said), (after, said_still)) = (time(&before), time(&after));
    assert_eq!(((before + 12) % 24, said), (after, said_still));
}

#[cfg(target_os = "linux")]
#[test]
fn signals_come_to_the_first_thread_alone() {
    let dir = Dir::new();
    let log = dir.path().join("chat.log");
    let options = ["--data", dir.arg(), "--log-file", log.to_str().expect("a plain path")];
    let server = Server::start(&options);
    Peer::enter(&server, "Ana");
    for _ in 0..2 {
        let blocked = blocked_signals(server.id());
        let asks = [Signal::TERM, Signal::INT, Signal::HUP, Signal::USR1, Signal::USR2];
        let asks = asks.iter().fold(0_u64, |mask, signal| mask | 1 << (signal.as_raw() - 1));
        assert_eq!(blocked[0] & asks, 0, "the first thread");
        // History, questions, passwords, console and file.
        assert_eq!(blocked.len(), 6);
        assert!(blocked[1..].iter().all(|blocked| blocked & asks == asks), "{blocked:x?}");
        upgrade(&server);
    }
}
