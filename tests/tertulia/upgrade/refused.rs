//! An upgrade that cannot be made: the server goes on as if nothing had been, and says why.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::process::Signal;
use tertulia::chat::Language;
use tertulia::control::{ControlOrder, SOCKET};

use super::{ORDER, installed, is_upgraded, start, upgrade};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::{Server, after_time, order};

const REFUSED: &str = "[WARN] No se ha actualizado, y el servidor sigue como estaba: ";

/// Has the server upgraded by a signal, and gives the end of what it says about that it cannot be.
#[track_caller]
pub(crate) fn refusal(server: &Server) -> String {
    server.signal(Signal::USR2);
    refused(server)
}

/// The end of what a server says about that it cannot be upgraded.
#[track_caller]
fn refused(server: &Server) -> String {
    loop {
        let line = server.console_line();
        assert!(!line.contains("Actualizado de"), "{line}");
        if let Some(why) = after_time(&line).strip_prefix(REFUSED) {
            return why.to_owned();
        }
    }
}

/// Puts a program in the place of the one that runs.
pub(crate) fn replace(program: &Path, with: &str) {
    fs::remove_file(program).expect("it is there");
    fs::write(program, with).expect("a file");
    fs::set_permissions(program, Permissions::from_mode(0o700)).expect("a file");
}

/// Puts a program in the place of the one that runs that takes the state, and cannot be started any more when its time has come.
pub(crate) fn replace_with_fleeting(dir: &Dir, program: &Path) {
    let shell = dir.path().join("shell");
    symlink("/bin/sh", &shell).expect("a link");
    replace(program, &format!("#!{}\ncat >/dev/null\nrm \"${{0%/*}}/shell\"\n", shell.display()));
}

#[test]
fn upgrade_to_what_cannot_go_on_is_refused_and_nothing_happens() {
    let dir = Dir::new();
    let program = installed(&dir);
    let server = start(&program, &["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    let mut luis = Peer::enter(&server, "Luis");
    let talks = |ana: &mut Peer, luis: &mut Peer, words: &str| {
        ana.say(words);
        luis.until(&format!("Ana: {words}"));
    };
    fs::set_permissions(&program, Permissions::from_mode(0o600)).expect("a file");
    if !rustix::process::geteuid().is_root() || refusal(&server).contains("permiso") {
        talks(&mut ana, &mut luis, "sin permiso");
    }
    replace(
        &program,
        "#!/bin/sh\necho 'the state has version 1, and only version 7 is known here' >&2\nexit 1\n",
    );
    assert!(refusal(&server).ends_with("and only version 7 is known here"));
    talks(&mut ana, &mut luis, "otra versión");
    let told = order(&dir, &ORDER);
    assert_eq!(told.status.code(), Some(1));
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(said.contains("only version 7 is known here"), "{said}");
    server.console_find(|line| line.starts_with(REFUSED));
    replace(&program, "#!/bin/sh\nkill -KILL $$\n");
    assert!(refusal(&server).contains("signal: 9"));
    talks(&mut ana, &mut luis, "muerto");
    replace(&program, "no program\n");
    refusal(&server);
    fs::remove_file(&program).expect("it is there");
    refusal(&server);
    talks(&mut ana, &mut luis, "borrado");
    installed(&dir);
    upgrade(&server);
    talks(&mut ana, &mut luis, "y ahora sí");
}

#[test]
fn state_has_no_copy_for_each_reader_of_what_all_have_still_to_be_written() {
    const READERS: usize = 100;
    let dir = Dir::new();
    let program = installed(&dir);
    let server = start(&program, &["--data", dir.arg(), "--rate-limit", "0"]);
    let mut readers: Vec<Peer> = (0..READERS).map(|n| Peer::enter(&server, &format!("p{n}"))).collect();
    let mut speaker = Peer::enter(&server, "Ana");
    // It only counts the state.
    replace(&program, "#!/bin/sh\nwc -c >&2\nexit 1\n");
    // Lines and order are there when the server goes on: it takes both in one turn, and writes behind them.
    server.signal(Signal::STOP);
    let line = format!("{}\n", "x".repeat(4_000));
    speaker.send(line.repeat(6).as_bytes());
    let mut caller = UnixStream::connect(dir.path().join(SOCKET)).expect("a server");
    caller.write_all(ControlOrder::Upgrade(Language::Spanish).encode().as_bytes()).expect("a server");
    server.signal(Signal::CONT);
    let why = refused(&server);
    let bytes = why.rsplit(' ').next().and_then(|number| number.parse::<usize>().ok());
    assert!(bytes.is_some_and(|bytes| bytes < READERS * line.len()), "{why}");
    readers.iter_mut().for_each(|reader| drop(reader.until(&line[..100])));
}

#[test]
fn upgrade_to_what_takes_the_state_and_cannot_be_started_is_refused() {
    let dir = Dir::new();
    let program = installed(&dir);
    let mut server = start(&program, &["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    replace_with_fleeting(&dir, &program);
    assert!(refusal(&server).ends_with("no existe"));
    ana.say("sigo aquí");
    server.console_until("Ana: sigo aquí");
    installed(&dir);
    upgrade(&server);
    ana.say("y aquí");
    server.console_until("Ana: y aquí");
    assert_eq!(server.stop().code(), Some(0));
    let mut lines = dir.sql();
    let lines = lines.transaction().and_then(|sql| {
        sql.query_row("SELECT group_concat(text, '|') FROM line", [], |row| row.get::<_, String>(0))
    });
    assert_eq!(lines.expect("a history"), "sigo aquí|y aquí");
}

#[test]
fn upgrade_is_refused_while_the_history_cannot_be_written() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    ana.say("uno");
    server.console_until("Ana: uno");
    let aside = dir.path().join("aside");
    fs::rename(dir.file(), &aside).expect("a history");
    refusal(&server);
    fs::rename(&aside, dir.file()).expect("a history");
    ana.say("dos");
    server.console_find(|line| line.contains("vuelve a estar en su sitio"));
    upgrade(&server);
}

#[test]
fn upgrade_asked_for_twice_is_made() {
    let server = Server::start(&[]);
    let mut ana = Peer::enter(&server, "Ana");
    server.signal(Signal::USR2);
    server.signal(Signal::USR2);
    is_upgraded(&server);
    ana.say("aquí");
    server.console_until("Ana: aquí");
}

#[test]
fn upgrade_during_a_stop_is_refused() {
    let mut server = Server::start(&[]);
    let mut ana = Peer::narrow(&server);
    ana.say("Ana");
    ana.until("Escribe 'salir'");
    server.signal(Signal::TERM);
    server.console_until("El servidor se detiene");
    server.signal(Signal::USR2);
    server.console_find(|line| line.starts_with(REFUSED));
    drop(ana);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn upgrade_is_refused_while_another_program_writes_to_the_history() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").expect("a history");
    ana.say("uno");
    assert_eq!(refusal(&server), "ahora no se puede escribir el historial");
    ana.say("dos");
    server.console_until("Ana: dos");
    sql.execute_batch("COMMIT").expect("a history");
    upgrade(&server);
}

#[test]
fn upgrade_to_what_says_very_much_is_refused_with_the_first_line_of_it() {
    let dir = Dir::new();
    let program = installed(&dir);
    let server = start(&program, &[]);
    // More than a pipe holds: who is not listened to does not come to an end.
    replace(&program, "#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' '\\n' >&2\necho no >&2\nexit 1\n");
    assert!(refusal(&server).ends_with("exit status: 1"), "nothing is in the beginning but ends of lines");
    replace(&program, "#!/bin/sh\necho no quiero >&2\nhead -c 3000000 /dev/zero >&2\nexit 1\n");
    assert!(refusal(&server).ends_with(" no quiero"));
}

#[test]
fn upgrade_to_another_program_than_has_looked_at_the_state_is_refused() {
    let dir = Dir::new();
    let program = installed(&dir);
    let server = start(&program, &[]);
    let mut ana = Peer::enter(&server, "Ana");
    let other = dir.path().join("other");
    fs::copy(&program, &other).expect("a copy");
    replace(&program, "#!/bin/sh\ncat >/dev/null\nmv \"${0%/*}/other\" \"$0\"\n");
    let changed = format!("{} ha cambiado mientras miraba el estado de este servidor", program.display());
    assert_eq!(refusal(&server), changed);
    ana.say("aquí");
    server.console_until("Ana: aquí");
    upgrade(&server);
}

#[test]
fn upgrade_keeps_signals_for_the_program_that_comes() {
    let dir = Dir::new();
    let program = installed(&dir);
    let mut server = start(&program, &[]);
    // It takes the state, and then only tells which signals wait.
    let script = "#!/bin/sh\ncase \" $* \" in\n*--check-state*) cat >/dev/null; exit 0;;\nesac\n\
                  while read -r name mask; do\n[ \"$name\" = SigBlk: ] && echo \"$mask\" >\"${0%/*}/mask\"\n\
                  done </proc/$$/status\nexit 0\n";
    replace(&program, script);
    server.signal(Signal::USR2);
    assert!(server.wait().success(), "the other program has come to its end");
    let mask = fs::read_to_string(dir.path().join("mask")).expect("it was there");
    let mask = u64::from_str_radix(mask.trim(), 16).expect("a number");
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::USR2] {
        assert!(mask & 1 << (signal.as_raw() - 1) != 0, "{signal:?} waits: {mask:x}");
    }
}
