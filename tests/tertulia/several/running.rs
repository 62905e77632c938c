//! While all is well nobody sees that there are several; and a node that goes takes its own people with it, and nothing else.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Several, THERE, kill};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;

#[test]
fn people_of_several_nodes_are_in_one_chat() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let mut luis = Peer::enter(&b, "Luis");
    ana.expect_line(">>> Luis se unió al chat");
    luis.say("hola");
    ana.expect_line("Luis: hola");
    ana.say("/privado Luis solo tú\n/entrar cocina");
    luis.until("[privado] Ana: solo tú");
    ana.until("cocina");
    luis.say("/entrar cocina");
    ana.expect_line(">>> Luis entró en #cocina");
    luis.until("cocina");
    // The chat knows one Ana, whatever the node.
    let mut other = Peer::connect(&b);
    other.say("ana");
    other.until("en uso");
    luis.say("/quien");
    let people = luis.until("Luis (tú)").join("\n");
    assert!(people.contains("Ana"), "{people}");
}

#[test]
fn history_of_a_room_is_told_at_each_node() {
    let Some(several) = Several::founded() else { return };
    let (a, b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    ana.say("para después");
    let mut luis = Peer::connect(&b);
    luis.say("Luis\n/historial");
    let told = luis.until("Ana: para después");
    assert!(told.iter().all(|line| !line.contains("No hay")), "{told:?}");
}

#[test]
fn people_of_a_killed_node_leave_as_one_crowd() {
    let Some(several) = Several::founded() else { return };
    let (a, mut b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let mut others: Vec<Peer> = ["Eva", "Luis", "Pau"].map(|name| Peer::enter(&b, name)).into();
    others[2].say("adiós");
    ana.until("Pau: adiós");
    let killed = Instant::now();
    kill(&mut b);
    let told = ana.line();
    assert!(["<<<", "Eva", "Luis", "Pau"].iter().all(|word| told.contains(word)), "{told}");
    assert!(killed.elapsed() <= Duration::from_secs(12), "{:?}", killed.elapsed());
    // Nothing of hers is lost, and their names are free.
    ana.say("sigo");
    ana.say("/quien");
    let people = ana.until("Ana (tú)").join("\n");
    assert!(!people.contains("Eva"), "{people}");
    let mut eva = Peer::enter(&a, "Eva");
    eva.say("/historial");
    eva.until("Ana: sigo");
}

#[test]
fn node_that_is_stopped_takes_leave_at_once() {
    let Some(several) = Several::founded() else { return };
    let (a, mut b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let (mut eva, mut luis) = (Peer::enter(&b, "Eva"), Peer::enter(&b, "Luis"));
    luis.say("lo último");
    ana.until("Luis: lo último");
    b.signal(Signal::TERM);
    let crowd = ana.line();
    assert!(crowd.contains("Eva") && crowd.contains("Luis"), "{crowd}");
    assert_eq!(b.wait().code(), Some(0));
    for peer in [&mut eva, &mut luis] {
        peer.until("--- El servidor se detiene.");
        peer.expect_end();
    }
    a.console_find(|line| line == "[INFO] El nodo b ha terminado");
}

#[test]
fn node_that_is_stopped_says_first_what_its_people_have_typed() {
    let Some(several) = Several::founded() else { return };
    let (a, mut b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let mut luis = Peer::enter(&b, "Luis");
    ana.until("Luis");
    // What stands behind a name waits until that has come back.
    luis.say("/nick Lino\nuno\n/nick Lucas\ndos");
    b.signal(Signal::TERM);
    ana.until("Lino: uno");
    ana.until("Lucas: dos");
    let heard = luis.until("--- El servidor se detiene.");
    assert!(!heard.iter().any(|line| line.contains("Puede que")), "{heard:?}");
    assert_eq!(b.wait().code(), Some(0));
}

#[test]
fn node_comes_again_and_its_people_with_it() {
    let Some(several) = Several::founded() else { return };
    let (a, mut b) = (several.node("a"), several.node("b"));
    let mut ana = Peer::join(&a, "Ana");
    let luis = Peer::enter(&b, "Luis");
    ana.until("Luis");
    kill(&mut b);
    drop(luis);
    // It need not wait until the others hold its forerunner for dead.
    let b = several.node("b");
    ana.until("<<< Luis");
    let mut luis = Peer::enter(&b, "Luis");
    ana.expect_line(">>> Luis se unió al chat");
    luis.say("otra vez");
    ana.expect_line("Luis: otra vez");
}

#[test]
fn operator_of_the_server_sees_who_is_on_which_node() {
    let Some(several) = Several::founded() else { return };
    let dir = Dir::new();
    let path = dir.path().join("clave");
    fs::write(&path, "quien manda aquí").expect("a file");
    let url = several.redis.url();
    let a = Server::start(&[
        "--cluster",
        &url,
        "--node",
        "a",
        "--operator-password-file",
        path.to_str().expect("a plain path"),
    ]);
    a.console_find(|line| line.contains(THERE));
    let b = several.node("b");
    let mut ana = Peer::join(&a, "Ana");
    let _luis = Peer::enter(&b, "Luis");
    ana.until(">>> Luis se unió al chat");
    ana.say("/nodos");
    ana.expect_line("Eso solo lo pueden hacer los operadores del servidor.");
    ana.say("/identificar operador");
    ana.expect("Contraseña: ");
    ana.say("quien manda aquí");
    ana.expect_line("Eres operador del servidor hasta que te desconectes.");
    ana.say("/nodos");
    ana.expect_line("2 nodos:");
    let rows = [ana.line(), ana.line()];
    assert!(rows[0].starts_with("  a (el tuyo), 1 persona, última señal hace "), "{rows:?}");
    assert!(rows[1].starts_with("  b, 1 persona, última señal hace "), "{rows:?}");
    b.signal(Signal::TERM);
    ana.until("<<< Luis salió del chat");
    ana.say("/nodes");
    let rows = ana.until("  b, no está, última señal hace ");
    assert!(rows.iter().all(|row| !row.contains("  b, 1")), "{rows:?}");
}
