//! The real server with `--data`: answers in the order of the questions, rooms over restarts.

use super::support::{Dir, Peer, Server};

/// Everything that is answered to `script`, whose sender ends their side right behind it.
fn answers(server: &Server, script: &str) -> String {
    let mut peer = Peer::connect(server);
    peer.send(script.as_bytes());
    peer.end_input();
    peer.rest()
}

#[test]
fn questions_are_answered_in_order_and_before_the_end() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    for end in ["", "salir\n"] {
        let heard =
            answers(&server, &format!("Ana\nhola María\n/historial 1\n/nadie\n/buscar maria\n/quien\n{end}"));
        let at = |mark: &str| heard.rfind(mark).unwrap_or_else(|| panic!("{mark} in {heard}"));
        assert_eq!(heard.matches("] Ana: hola María").count(), if end.is_empty() { 2 } else { 4 }, "{heard}");
        assert!(at("No existe /nadie") < at("] Ana: hola María"), "{heard}");
        assert!(at("] Ana: hola María") < at("En #general, 1 persona"), "{heard}");
    }
}

#[test]
fn rooms_and_history_over_a_restart() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut ana = Peer::enter(&server, "Ana");
    ana.say("hola a todos");
    ana.say("/tema meriendas");
    ana.say("/entrar cocina");
    ana.say("un secreto");
    ana.say("/historial");
    ana.until("] Ana: un secreto");
    assert_eq!(server.complaints(), "");

    let server = Server::keeping(&dir);
    let mut luis = Peer::enter(&server, "Luis");
    luis.until("] Ana: hola a todos");
    luis.say("/tema");
    luis.until("Tema de #general: meriendas");
    luis.say("/entrar cocina");
    luis.until("Has creado #cocina");
    luis.say("/historial");
    luis.until("Todavía no se ha dicho nada aquí.");
    luis.say("/buscar secreto");
    luis.until("No hay nada con esas palabras en tus salas.");
    luis.say("/buscar todos");
    luis.until("#general ["); // and its time
}

#[test]
fn orderly_stop_writes_all_that_was_said() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut ana = Peer::enter(&server, "Ana");
    let lines: String = (0..10_000).map(|number| format!("línea {number}\n")).collect();
    ana.say(lines.trim_end());
    // The answer comes when all has been said, which is not when all has been written.
    ana.say("/quien");
    ana.until("En #general");
    assert_eq!(server.complaints(), "");
    assert!(
        !dir.path().join("tertulia.db-wal").exists(),
        "the file is complete without what was written ahead"
    );
    let sql = dir.sql();
    let stored = sql.query_row("SELECT count(*), max(id) - min(id) + 1 FROM line", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    assert_eq!(stored, Ok((10_000, 10_000)));
}
