//! The engine stands still, fails, forgets; two processes have one name; somebody else writes into the log.

use std::cell::Cell;

use rustix::process::Signal;

use super::Several;
use crate::support::peer::Peer;
use crate::support::server::Server;

pub(super) const AWAY: &str =
    "--- El chat espera a su registro. Lo que escribas espera también y se dirá después.";
const BACK: &str = "--- El chat sigue.";

/// Has the engine be away while people talk, and looks at what they hear. While it is away and they know it, `meanwhile` is done to the
/// first node.
pub(super) fn talk_while_away(
    away: impl FnOnce(&mut Several),
    meanwhile: impl FnOnce(&Server),
    back: impl FnOnce(&mut Several),
) {
    let Some(mut several) = Several::steady() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let mut luis = Peer::enter(&b, "Luis");
    ana.until("Luis");
    away(&mut several);
    ana.say("uno\ndos\n/quien");
    luis.say("tres");
    ana.expect_line(AWAY);
    luis.until(AWAY);
    meanwhile(&a);
    back(&mut several);
    let mut heard = [ana.until("(tú)"), luis.until("Ana: dos")];
    luis.say("/idioma");
    heard[1].extend(luis.until("en español"));
    for heard in &heard {
        let backs = heard.iter().filter(|line| *line == BACK).count();
        assert_eq!(backs, 1, "{heard:?}");
    }
    assert_eq!(
        heard[1].iter().filter(|line| line.starts_with("Ana: ")).collect::<Vec<_>>(),
        ["Ana: uno", "Ana: dos"]
    );
    ana.say("cuatro");
    luis.until("Ana: cuatro");
    luis.say("cinco");
    let behind = ana.until("Luis: cinco");
    let told = heard[0].iter().chain(&behind).filter(|line| line.starts_with("Luis: ")).count();
    assert_eq!(told, 2, "what was typed meanwhile comes once: {heard:?} {behind:?}");
}

#[test]
fn lines_wait_while_the_engine_stands_still() {
    talk_while_away(
        |several| several.redis.signal(Signal::STOP),
        |_| (),
        |several| several.redis.signal(Signal::CONT),
    );
}

#[test]
fn lines_wait_while_the_engine_is_started_again() {
    talk_while_away(|several| several.redis.kill(), |_| (), |several| several.redis.begin());
}

#[test]
fn node_whose_name_another_process_takes_ends_for_good() {
    let Some(several) = Several::founded() else { return };
    let mut first = several.node("a");
    let mut ana = Peer::join(&first, "Ana");
    let second = several.node("a");
    first.console_find(|line| line.contains("[ERROR]") && line.contains("--node"));
    assert_eq!(first.wait().code(), Some(3), "its unit does not start it again");
    ana.until("--- El servidor se detiene.");
    ana.expect_end();
    let mut ana = Peer::join(&second, "Ana");
    ana.say("aquí");
    second.console_find(|line| line == "[INFO] Ana: aquí");
}

#[test]
fn entry_that_no_node_has_written_is_told_and_ignored() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    for garbage in ["e {", "e {\"v\":1}", "x y", "e \u{0}"] {
        several.redis.run(&format!("XADD tertulia:log * {garbage}"));
    }
    ana.say("sigo");
    let is_told = |line: &str| line.contains("no la ha escrito");
    for node in [&a, &b] {
        // They are told behind what is said in the same turn.
        let (told, said) = (Cell::new(0), Cell::new(false));
        node.console_find(|line| {
            told.set(told.get() + usize::from(is_told(line)));
            said.set(said.get() || line == "[INFO] Ana: sigo");
            said.get() && told.get() == 4
        });
    }
    ana.say("y sigo");
    for node in [&a, &b] {
        let behind = node.console_find(|line| line == "[INFO] Ana: y sigo");
        assert!(!behind.iter().any(|line| is_told(line)), "{behind:?}");
    }
}

#[test]
fn nodes_end_when_the_engine_has_lost_all() {
    let Some(several) = Several::founded() else { return };
    let mut nodes = ["a", "b"].map(|name| several.node(name));
    let mut ana = Peer::join(&nodes[0], "Ana");
    several.redis.run("FLUSHALL");
    for node in &mut nodes {
        node.console_find(|line| line.contains("[ERROR]") && line.contains("cluster init"));
        assert_eq!(node.wait().code(), Some(3));
    }
    ana.until("--- El servidor se detiene.");
}
