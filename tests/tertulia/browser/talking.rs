//! What people do at the page, with others at `nc`.

use std::io::Write;
use std::process::{Command, Stdio};

use super::reader::Reader;
use super::{luis_and_ana, missing, server};
use crate::support::peer::Peer;
use crate::support::process::{Process, has};
use crate::support::server::Server;

/// The conversation that the system before this one had, between a browser and `nc` on one port.
#[test]
fn browser_and_nc_hold_the_conversation_on_one_port() {
    if missing() || !has("nc") {
        return;
    }
    let server = Server::start(&["--listen", "127.0.0.1:0"]);
    let port = server.address.port().to_string();
    let mut nc = Process::start(Command::new("nc").args(["127.0.0.1", &port]).stdin(Stdio::piped()));
    let mut keyboard = nc.stdin();
    writeln!(keyboard, "Juan").expect("an open pipe");
    server.console_find(|line| line.starts_with("[INFO] Juan se ha conectado desde "));

    let mut maria = Reader::join(&server, "María");
    server.console_find(|line| line.starts_with("[INFO] María se ha conectado desde "));
    let until = |line: &str| while nc.stdout.next().as_deref() != Some(line) {};
    until(">>> María se unió al chat");
    maria.0.wait("document.getElementById('folkList').textContent.includes('Juan')");

    writeln!(keyboard, "Hola a todos!").expect("an open pipe");
    maria.sees("Hola a todos!");
    server.expect_console("Juan: Hola a todos!");
    maria.say("Hola Juan!");
    assert_eq!(nc.stdout.next().as_deref(), Some("María: Hola Juan!"));
    server.expect_console("María: Hola Juan!");

    writeln!(keyboard, "salir").expect("an open pipe");
    maria.sees("Juan salió");
    assert_eq!(maria.words(), ["Hola a todos!", "Hola Juan!"]);
    maria.expect_no_complaints();
    drop(keyboard);
    assert_eq!(nc.stdout.rest(), [""; 0]);
}

#[test]
fn page_shows_rooms_as_tabs_with_what_is_unread() {
    if missing() {
        return;
    }
    let server = server();
    let mut ana = Reader::join(&server, "Ana");
    ana.say("/entrar cocina");
    ana.looks_at("#cocina");
    let mut luis = Peer::enter(&server, "Luis");
    luis.say("uno");
    luis.say("oye, ana: dos");
    let badge = "[...document.querySelectorAll('#roomTabs li')].find((tab) => tab.textContent.includes('general'))\
                 .querySelector('.badge')";
    ana.0.wait(&format!("{badge}.textContent.startsWith('@ 2')"));
    ana.0.wait("document.title.startsWith('(2)')");
    assert_eq!(ana.words(), [""; 0]);
    ana.turn_to("general");
    ana.looks_at("#general");
    ana.sees("oye, ana: dos");
    ana.0.wait(&format!("!{badge}.textContent"));
    ana.0.wait("document.querySelector('#log mark').textContent === 'ana'");
    ana.say("hola");
    luis.until("Ana: hola");
    ana.turn_to("cocina");
    ana.looks_at("#cocina");
    ana.click("#roomTabs li.active .tool");
    ana.looks_at("#general");
    assert_eq!(ana.0.evaluate("document.querySelectorAll('#roomTabs li').length"), 1);
    ana.expect_no_complaints();
}

#[test]
fn page_shows_private_messages_to_both_and_to_nobody_else() {
    if missing() {
        return;
    }
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    let mut eva = Peer::enter(&server, "Eva");
    let mut ana = Reader::join(&server, "Ana");
    luis.until("Ana se unió");
    luis.say("/msg Ana ¿vienes?");
    ana.0.wait("document.querySelector('#privateTabs .badge').textContent.startsWith('1')");
    ana.turn_to("Luis");
    ana.looks_at("Luis");
    ana.sees("¿vienes?");
    ana.say("voy");
    ana.sees("voy");
    luis.until("voy");
    luis.say("fin");
    let heard = eva.until("Luis: fin");
    assert!(heard.iter().all(|line| !line.contains("vienes") && !line.contains("voy")), "{heard:?}");
    assert_eq!(ana.words(), ["¿vienes?", "voy"]);
    ana.expect_no_complaints();
}

#[test]
fn page_does_what_is_typed_and_gives_back_what_is_wrong() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana(&server);
    ana.say("/entrar cocina");
    ana.looks_at("#cocina");
    // About the room that is shown, wherever the server believes her to speak.
    ana.turn_to("general");
    ana.say("/tema De libros");
    luis.until("De libros");
    ana.0.wait("document.getElementById('topic').textContent === 'De libros'");
    ana.say("/me saluda");
    luis.until("* Ana saluda");
    ana.say("//barra");
    luis.until("Ana: /barra");
    let given_back = |ana: &mut Reader, line: &str, why: &str| {
        ana.say(line);
        ana.hint(why);
        assert_eq!(ana.0.evaluate("document.getElementById('line').value"), line);
    };
    given_back(&mut ana, "/xyzzy hola", "No existe /xyzzy");
    given_back(&mut ana, "7clave girasol123", "/clave");
    given_back(&mut ana, "clave girasol123", "/clave");
    ana.say("/msg Luis hola");
    ana.looks_at("Luis");
    ana.sees("hola");
    given_back(&mut ana, "clave girasol123", "/clave");
    given_back(&mut ana, "/yo saluda", "solo vale en una sala");
    ana.say("/salir me voy");
    let heard = luis.until("me voy");
    assert!(heard.iter().all(|line| !line.contains("girasol")), "{heard:?}");
    ana.0.wait("!document.getElementById('hello').hidden");
    ana.expect_no_complaints();
}

#[test]
fn page_shows_what_was_said_before_after_a_reload() {
    if missing() {
        return;
    }
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    luis.say("antes de ella");
    let mut ana = Reader::join(&server, "Ana");
    ana.sees("antes de ella");
    ana.say("hola");
    ana.sees("hola");
    ana.come_back();
    ana.sees("hola");
    assert_eq!(ana.words(), ["antes de ella", "hola"]);
    ana.expect_no_complaints();
}

#[test]
fn page_loads_what_was_said_before_when_its_reader_scrolls_back() {
    const SAID: usize = 300;
    if missing() {
        return;
    }
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    let lines: Vec<String> = (0..SAID).map(|number| format!("línea {number}")).collect();
    luis.send((lines.join("\n") + "\n").as_bytes());
    // A barrier: what comes behind it has been said after them.
    luis.say("/salas");
    luis.until("#general");
    let mut ana = Reader::join(&server, "Ana");
    ana.sees("línea 299");
    assert!(ana.words().len() < SAID, "not everything is loaded at once");
    let mut before = 0;
    while !ana
        .0
        .evaluate("document.getElementById('older').textContent")
        .as_str()
        .unwrap_or("")
        .starts_with("Aquí")
    {
        let loaded = ana.words().len();
        assert!(loaded > before, "{loaded} lines, and no older ones come");
        before = loaded;
        ana.0.evaluate("document.getElementById('scroll').scrollTop = 0");
        ana.0.wait(&format!(
            "document.querySelectorAll('#log .text').length > {loaded} || document.getElementById('older').textContent.startsWith('Aquí')"
        ));
    }
    assert_eq!(ana.words(), lines);
    ana.expect_no_complaints();
}

#[test]
fn page_says_when_the_server_is_away_and_finds_it_again() {
    if missing() {
        return;
    }
    let mut server = server();
    let mut ana = Reader::join(&server, "Ana");
    ana.say("/entrar cocina");
    ana.looks_at("#cocina");
    ana.0.evaluate("document.getElementById('line').focus()");
    ana.0.write("a medias");
    server.stop();
    ana.0.wait("!document.getElementById('bar').hidden");
    ana.0.press("Enter");
    ana.0.wait("document.getElementById('hint').textContent.includes('Sin conexión')");
    let server = Server::start_at(server.address).expect("a port that is free again");
    ana.0.wait("document.getElementById('bar').hidden");
    // In the same room, under the same name, with what was typed.
    ana.0.wait(
        "!document.querySelector('li.gone') && document.getElementById('title').textContent === '#cocina'",
    );
    assert_eq!(ana.0.evaluate("document.getElementById('line').value"), "a medias");
    ana.0.press("Enter");
    ana.sees("a medias");
    let mut luis = Peer::enter(&server, "Luis");
    luis.say("/entrar cocina");
    luis.until("Ana: a medias");
}

#[test]
fn page_speaks_english_to_who_reads_english() {
    if missing() {
        return;
    }
    let server = server();
    let mut ana = Reader::visit(&server);
    ana.0.speaks("en-GB");
    ana.0.reload();
    ana.0.wait("document.documentElement.lang === 'en'");
    ana.come_in("Ana");
    ana.say("/nothing");
    ana.hint("/help");
    // And to who asks for Spanish.
    ana.say("/lang es");
    ana.0.wait("document.querySelector('#side h2').textContent === 'Salas'");
    ana.say("/nada");
    ana.hint("Prueba /ayuda");
    ana.expect_no_complaints();
}
