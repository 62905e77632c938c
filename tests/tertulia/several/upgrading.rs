//! Another program goes on in the place of a node: its people keep their connections, and those of the others notice nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::thread;

use rustix::process::Signal;

use super::bad_luck::{AWAY, talk_while_away};
use super::{Several, THERE, order};
use crate::engine::server::RedisServer;
use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer};
use crate::support::server::{Server, order as order_in};
use crate::upgrade::refused::{refusal, replace, replace_with_fleeting};
use crate::upgrade::{installed, start, upgrade};

/// Lines that one says without a pause.
const FLOOD: usize = 600;

/// A node that was installed there.
#[track_caller]
fn installed_node(dir: &Dir, options: &[&str]) -> Server {
    let server = start(&installed(dir), &[options, &["--node", "a", "--rate-limit", "0"]].concat());
    server.console_find(|line| line.contains(THERE));
    server
}

#[test]
fn upgrade_of_a_node_keeps_everybody_and_every_line_and_the_others_notice_nothing() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let mut listeners = [Peer::join(&a, "Ana"), Peer::enter(&b, "Luis")];
    let half = &mut Peer::enter(&a, "Eva");
    half.send(b"la mitad ");
    let newcomer = &mut Peer::connect(&a);
    newcomer.expect(PROMPT);
    let mut talkers = [Peer::enter(&a, "Flor"), Peer::enter(&b, "Pau")];
    for listener in &mut listeners {
        listener.until(">>> Pau se unió al chat");
    }
    let heard = thread::scope(|scope| {
        for talker in &mut talkers {
            scope.spawn(move || {
                (0..FLOOD).for_each(|number| talker.say(&number.to_string()));
                talker.say("fin");
                // Held until it has heard itself out: its question is answered behind what it said.
                talker.say("/idioma");
                talker.until("Te hablo en español");
            });
        }
        let hear = |listener: &mut Peer| {
            let mut lines = Vec::new();
            while lines.iter().filter(|line: &&String| line.ends_with(": fin")).count() < 2 {
                lines.push(listener.line());
            }
            lines
        };
        let threads = listeners.each_mut().map(|listener| scope.spawn(move || hear(listener)));
        (0..3).for_each(|_| upgrade(&a));
        threads.map(|thread| thread.join().expect("it listens"))
    });
    let [own, other] = &heard;
    assert_eq!(own, other, "all hear the same, in the same order");
    for name in ["Flor", "Pau"] {
        let said = |line: &String| line.strip_prefix(&format!("{name}: "))?.parse::<usize>().ok();
        let numbers: Vec<usize> = own.iter().filter_map(said).collect();
        assert_eq!(numbers, (0..FLOOD).collect::<Vec<_>>(), "{name}: each once, in order");
    }
    assert_eq!(own.len(), 2 * FLOOD + 2, "and nothing else is told");
    half.say("de una línea");
    newcomer.say("Marta");
    for listener in &mut listeners {
        let told = [listener.line(), listener.line()];
        assert!(told.contains(&"Eva: la mitad de una línea".to_owned()), "{told:?}");
        assert!(told.contains(&">>> Marta se unió al chat".to_owned()), "{told:?}");
    }
}

#[test]
fn upgrade_of_a_node_keeps_what_waits_for_an_engine_that_stands_still() {
    talk_while_away(
        |several| several.redis.signal(Signal::STOP),
        upgrade,
        |several| several.redis.signal(Signal::CONT),
    );
}

#[test]
fn upgrade_of_a_node_keeps_what_waits_for_an_engine_that_is_not_there() {
    talk_while_away(|several| several.redis.kill(), upgrade, |several| several.redis.begin());
}

#[test]
fn upgrade_of_a_node_keeps_what_the_engine_has_been_given_and_has_not_answered() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let (mut ana, mut luis) = (Peer::join(&a, "Ana"), Peer::enter(&b, "Luis"));
    ana.until(">>> Luis se unió al chat");
    for round in 0..5 {
        // It carries out what both programs have sent when it goes on.
        several.redis.signal(Signal::STOP);
        ana.say(&format!("uno {round}\n/ocultar nadie\ndos {round}"));
        upgrade(&a);
        several.redis.signal(Signal::CONT);
        let told = luis.until(&format!("Ana: dos {round}"));
        let said: Vec<&String> = told.iter().filter(|line| line.starts_with("Ana: ")).collect();
        assert_eq!(said, [&format!("Ana: uno {round}"), &format!("Ana: dos {round}")]);
    }
    ana.say("/quien");
    assert!(ana.until("(tú)").iter().all(|line| !line.contains("<<<")));
}

#[test]
fn upgrade_of_a_node_that_was_held_for_dead_brings_its_people_back() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let (mut ana, mut luis) = (Peer::join(&a, "Ana"), Peer::enter(&b, "Luis"));
    ana.until(">>> Luis se unió al chat");
    a.signal(Signal::STOP);
    ana.say("mientras tanto");
    b.console_find(|line| line == "[INFO] El nodo a no da señales: se le da por caído");
    luis.until("<<< Ana");
    // It hears of both when it goes on.
    a.signal(Signal::USR2);
    a.signal(Signal::CONT);
    let told = luis.until("Ana: mientras tanto");
    assert!(told.iter().any(|line| line.starts_with(">>> Ana")), "{told:?}");
    a.console_find(|line| line.starts_with("[INFO] Actualizado de "));
    ana.say("y sigo");
    luis.expect_line("Ana: y sigo");
    luis.say("te oigo");
    ana.until("Luis: te oigo");
}

#[test]
fn upgrade_of_a_node_keeps_its_accounts_without_a_directory() {
    let Some(several) = Several::founded() else { return };
    let a = several.node("a");
    let mut ana = Peer::join(&a, "Ana");
    ana.say("/registrar\ncaracola azul\ncaracola azul");
    ana.until("es tuyo desde ahora");
    upgrade(&a);
    let mut again = Peer::connect(&a);
    again.expect(PROMPT);
    again.say("Ana");
    again.expect("Contraseña: ");
    again.say("caracola azul");
    again.until("Bienvenid");
    again.say("/clave\ncaracola azul\ncaracola verde\ncaracola verde");
    again.until("contraseña");
}

#[test]
fn upgrade_of_a_node_keeps_orders_of_the_administrator_that_wait_for_the_log() {
    let (Some(several), dir) = (Several::founded(), Dir::new()) else { return };
    let (dir, url) = (&dir, several.redis.url());
    let a = Server::start(&["--cluster", &url, "--node", "a", "--data", dir.arg()]);
    a.console_find(|line| line.contains(THERE));
    let mut ana = Peer::join(&a, "Ana");
    several.redis.signal(Signal::STOP);
    thread::scope(|scope| {
        let said = scope.spawn(|| order_in(dir, &["say", "a todos"]));
        let kept = scope.spawn(|| order_in(dir, &["expel", "Luis", "--minutes", "5"]));
        ana.until(AWAY);
        let upgraded = order_in(dir, &["upgrade"]);
        assert!(upgraded.status.success(), "{upgraded:?}");
        several.redis.signal(Signal::CONT);
        ana.until("a todos");
        for done in [said, kept] {
            let done = done.join().expect("it is answered");
            assert_ne!(done.status.code(), None, "{done:?}");
            let words = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success() || words.contains("Luis"), "{done:?}");
        }
    });
    // Orders that come later have numbers of their own.
    assert!(order_in(dir, &["say", "otra vez"]).status.success());
    ana.until("otra vez");
}

#[test]
fn upgrade_of_a_node_to_what_cannot_go_on_is_refused_and_it_goes_on_with_its_log() {
    let Some(several) = Several::founded() else { return };
    let dir = Dir::new();
    let (a, b) = (installed_node(&dir, &["--cluster", &several.redis.url()]), several.node("b"));
    let (mut ana, mut luis) = (Peer::join(&a, "Ana"), Peer::enter(&b, "Luis"));
    let mut talks = |words: &str| {
        ana.say(words);
        luis.until(&format!("Ana: {words}"));
    };
    let program = dir.path().join("server");
    replace(&program, "#!/bin/sh\necho no >&2\nexit 1\n");
    assert!(refusal(&a).ends_with(": no"));
    talks("otra versión");
    // It takes the state, and cannot be started then: the old one has given everything away that there is.
    replace_with_fleeting(&dir, &program);
    assert!(refusal(&a).ends_with("no existe"));
    talks("sigo aquí");
    fs::remove_file(&program).expect("it is there");
    installed(&dir);
    upgrade(&a);
    talks("y ahora sí");
}

#[test]
fn upgrade_of_a_node_to_another_log_or_another_key_is_refused() {
    let Some(redis) = RedisServer::start() else { return };
    let dir = Dir::new();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
        path.to_str().expect("a plain path").to_owned()
    };
    let (url, digits) = (redis.url(), "0aF3".repeat(16));
    let (address, key) = (file("address", &url), file("key", &digits));
    let place = ["--cluster-file", &address, "--cluster-key-file", &key];
    let founded = order(&[&["cluster", "init"][..], &place].concat());
    assert!(founded.status.success(), "{founded:?}");
    let a = installed_node(&dir, &place);
    let mut ana = Peer::join(&a, "Ana");
    file("address", "unix:///elsewhere");
    let why = refusal(&a);
    assert!(
        why.contains(&format!("the log is {url} tertulia:log")) && why.contains("unix:///elsewhere"),
        "{why}"
    );
    file("address", &url);
    file("key", &digits.replace('0', "1"));
    assert!(refusal(&a).ends_with("--cluster-key-file has not the key of the log"));
    file("key", &digits.to_lowercase());
    // It is the same log for another user as well.
    redis.allow_documented("otra", "clave");
    file("address", &redis.url_of("otra", "clave"));
    upgrade(&a);
    ana.say("sellado");
    a.console_find(|line| line == "[INFO] Ana: sellado");
    assert!(redis.ask::<String>("CLIENT LIST").contains("user=otra"));
}
