//! An upgrade that cannot be made: the server goes on as if nothing had been, and says why.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;

use super::{ORDER, installed, is_upgraded, start, upgrade};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::{Server, after_time, order};

const REFUSED: &str = "[WARN] No se ha actualizado, y el servidor sigue como estaba: ";

/// Has the server upgraded by a signal, and gives the end of what it says about that it cannot be.
#[track_caller]
pub(crate) fn refusal(server: &Server) -> String {
    server.signal(Signal::USR2);
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
fn upgrade_to_what_takes_the_state_and_cannot_be_started_is_refused() {
    let dir = Dir::new();
    let program = installed(&dir);
    let mut server = start(&program, &["--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Ana");
    // It takes the state, and is not there any more when its time has come.
    let script = "#!/bin/sh\ncat >/dev/null\nrm \"$0\"\n";
    replace(&program, script);
    refusal(&server);
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
