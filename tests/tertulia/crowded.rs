//! More people than places, and more connections than the system has descriptors for.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tertulia::limits;

use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer};
use crate::support::process::{has, skip};
use crate::support::server::Server;

const FULL: &str = "El chat está lleno (2 personas). Prueba más tarde.\n";

#[test]
fn client_without_a_place_is_told_and_a_free_place_is_taken() {
    let server = Server::start(&["--max-clients", "2"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    for _ in 0..50 {
        let mut late = Peer::connect(&server);
        late.expect(FULL);
        late.expect_end();
    }
    juan.expect_line(">>> María se unió al chat");
    juan.say("salir");
    maria.expect_line("<<< Juan salió del chat");
    let mut ana = Peer::join(&server, "Ana");
    maria.expect_line(">>> Ana se unió al chat");
    ana.say("hola");
    maria.expect_line("Ana: hola");
}

#[test]
fn refused_crowd_is_told_why_to_the_last() {
    const CROWD: usize = 100;
    let server = Server::start(&["--max-clients", "2"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.expect_line(">>> María se unió al chat");
    #[cfg(target_os = "linux")]
    let before = crate::support::proc::cpu_ticks(server.id());
    // They all stay on the line, as somebody at a terminal does.
    let mut crowd: Vec<_> = (0..CROWD).map(|_| Peer::connect(&server)).collect();
    for (index, refused) in crowd.iter_mut().enumerate() {
        refused.expect(FULL);
        refused.expect_end();
        if index == CROWD / 2 {
            maria.say("hola");
            juan.expect_line("María: hola");
        }
    }
    #[cfg(target_os = "linux")]
    {
        let spent = crate::support::proc::cpu_ticks(server.id()) - before;
        assert!(spent <= 20, "{spent} hundredths of a second: the door was tried again and again");
    }
    juan.say("salir");
    maria.expect_line("<<< Juan salió del chat");
    Peer::join(&server, "Ana").say("hola");
    maria.lines_until("Ana: hola");
}

/// Those that say nothing are waited for, by the hundred at once, and told then. What looks for the one to end first must not look
/// at all of them for each that comes.
#[test]
fn silent_crowd_before_a_full_chat_is_told_why_to_the_last() {
    const CROWD: usize = 1_500;
    const { assert!(CROWD > 2 * limits::OPENING_MAX) };
    let server = Server::start(&["--listen", "127.0.0.1:0", "--max-clients", "2"]);
    let (mut juan, mut maria) = (Peer::enter(&server, "Juan"), Peer::enter(&server, "María"));
    #[cfg(target_os = "linux")]
    let before = crate::support::proc::cpu_ticks(server.id());
    let mut crowd: Vec<_> = (0..CROWD).map(|_| Peer::connect(&server)).collect();
    let mut browser = Peer::connect(&server);
    browser.send(
        b"GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert!(browser.line().starts_with("HTTP/1.1 503 "));
    maria.say("hola");
    juan.until("María: hola");
    for refused in &mut crowd {
        refused.expect(FULL);
        refused.expect_end();
    }
    #[cfg(target_os = "linux")]
    {
        let spent = crate::support::proc::cpu_ticks(server.id()) - before;
        assert!(spent <= 20, "{spent} hundredths of a second for {CROWD}");
    }
}

#[test]
fn client_without_a_name_makes_room_after_a_while() {
    let server = Server::start(&["--max-clients", "2"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut nameless = Peer::connect(&server);
    nameless.expect(PROMPT);
    let mut early = Peer::connect(&server);
    early.expect(FULL);
    early.expect_end();
    // A time is what is promised.
    thread::sleep(limits::NEWCOMER_GRACE);
    let mut ana = Peer::join(&server, "Ana");
    nameless.expect("\nEl chat está lleno y aún no has dado un nombre. Prueba más tarde.\n");
    nameless.expect_end();
    juan.expect_line(">>> Ana se unió al chat");
    ana.say("hola");
    juan.expect_line("Ana: hola");
}

#[test]
fn registered_person_comes_in_when_the_chat_is_full() {
    let dir = Dir::new();
    let server = Server::start(&["--max-clients", "2", "--data", dir.arg()]);
    let mut maria = Peer::join(&server, "María");
    maria.say("/registrar\ngirasoles\ngirasoles\nsalir");
    assert!(maria.rest().contains("El nombre 'María' es tuyo desde ahora"));
    let (mut juan, mut ana) = (Peer::join(&server, "Juan"), Peer::join(&server, "Ana"));
    juan.lines_until(">>> Ana se unió al chat");
    juan.say("hola");
    ana.expect_line("Juan: hola");
    let mut maria = Peer::connect(&server);
    maria.expect("El chat está lleno: ahora solo puede entrar quien tenga un nombre registrado.\n");
    maria.expect(PROMPT);
    maria.say("Eva");
    maria.expect_line("El nombre 'Eva' no está registrado, y ahora solo entran nombres registrados.");
    maria.expect(PROMPT);
    maria.say("María\ngirasoles");
    juan.expect_line(">>> María se unió al chat");
    juan.expect_line("<<< Ana salió del chat");
    ana.expect_line(
        "--- El chat está lleno, y tu plaza es ahora de alguien con un nombre registrado. Prueba más tarde.",
    );
    ana.expect_end();
    maria.say("gracias");
    juan.expect_line("María: gracias");
}

#[test]
fn client_that_gives_no_name_in_time_has_to_go() {
    let server = Server::start(&["--login-timeout", "1"]);
    let mut juan = Peer::join(&server, "Juan");
    let start = Instant::now();
    let mut nameless = Peer::connect(&server);
    nameless.expect(PROMPT);
    nameless.say("1 no es un nombre");
    nameless.expect_line("Nombre no válido: de 1 a 20 letras, dígitos, '-' o '_', y empieza por una letra.");
    nameless.expect(PROMPT);
    nameless.expect("\nSe acabó el tiempo para dar un nombre.\n");
    assert!(start.elapsed() >= Duration::from_secs(1));
    nameless.expect_end();
    // Who has one stays, and has heard nothing of it.
    let mut maria = Peer::join(&server, "María");
    maria.say("hola");
    juan.expect_line(">>> María se unió al chat");
    juan.expect_line("María: hola");
}

/// How many people a line about movements is about.
fn people_in(line: &str) -> usize {
    let words = line.split(' ').collect::<Vec<_>>();
    let more =
        words.iter().position(|&word| word == "más").map(|at| words[at - 1].parse().expect("a number"));
    let spelled = words.iter().filter(|word| word.starts_with("gente")).count();
    spelled + more.unwrap_or(0)
}

#[test]
fn crowd_that_comes_and_breaks_off_at_once_is_told_of_in_few_lines() {
    const CROWD: usize = 300;
    let server = Server::start(&["--rate-limit", "0"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.expect_line(">>> María se unió al chat");
    let crowd: Vec<_> = (0..CROWD).map(|n| Peer::join(&server, &format!("gente{n}"))).collect();
    let mut told = |mark: &str, maria: &mut Peer| {
        let (mut people, mut lines) = (0, 0);
        while people < CROWD {
            let line = juan.line();
            assert!(line.starts_with(mark), "{line}");
            (people, lines) = (people + people_in(&line), lines + 1);
        }
        assert_eq!(people, CROWD);
        assert!(lines < 60, "{lines} lines about {CROWD} people");
        maria.say("¿y ahora?");
        juan.expect_line("María: ¿y ahora?");
    };
    told(">>> ", &mut maria);
    // None of them has read what was sent to them: every connection breaks.
    drop(crowd);
    told("<<< ", &mut maria);
}

#[cfg(target_os = "linux")]
#[test]
fn class_that_connects_while_the_server_is_busy_is_kept_at_the_door() {
    const CLASS: usize = 1_000;
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux");
    if most.trim().parse::<usize>().expect("a number") < CLASS {
        skip("this machine keeps too few at the door");
        return;
    }
    let server = Server::start(&["--rate-limit", "0"]);
    let mut juan = Peer::join(&server, "Juan");
    server.signal(Signal::STOP);
    // Beyond the backlog these would wait for a retransmission, and for ever while nobody is let in.
    let mut class: Vec<_> = (0..CLASS).map(|_| Peer::connect(&server)).collect();
    server.signal(Signal::CONT);
    class.iter_mut().for_each(|pupil| pupil.expect(PROMPT));
    juan.say("/quien");
    juan.expect_line("En #general, 1 persona:");
    class.into_iter().for_each(Peer::reset);
}

#[cfg(target_os = "linux")]
#[test]
fn chat_goes_on_without_descriptors_and_lets_in_who_waits() {
    use std::process::Command;

    use crate::support::proc::{cpu_ticks, next_descriptor};

    if !has("prlimit") {
        return;
    }
    let server = Server::start(&["--rate-limit", "0"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    let mut luis = Peer::join(&server, "Luis");
    juan.lines_until(">>> Luis se unió al chat");
    maria.expect_line(">>> Luis se unió al chat");

    // All below are taken: the people's are among them, and become free when they leave.
    let limit = next_descriptor(server.id());
    let set = Command::new("prlimit")
        .args([format!("--nofile={limit}:{limit}"), "--pid".into(), server.id().to_string()])
        .status();
    assert!(set.expect("prlimit to start").success());
    let waiting = [Peer::connect(&server), Peer::connect(&server)];
    server.console_find(|line| line.starts_with("[WARN] accept: "));

    // How much a second costs can only be seen by letting it pass; people talk meanwhile.
    let (start, before) = (Instant::now(), cpu_ticks(server.id()));
    while start.elapsed() < Duration::from_secs(1) {
        maria.say("seguimos");
        juan.expect_line("María: seguimos");
        luis.expect_line("María: seguimos");
        thread::sleep(Duration::from_millis(100));
    }
    let spent = cpu_ticks(server.id()) - before;
    assert!(spent <= 20, "{spent} hundredths of a second in one");
    maria.say("fin");
    let said = server.console_until("María: fin");
    assert!(said.iter().all(|line| line == "[INFO] María: seguimos"), "one complaint is enough: {said:#?}");

    // One leaves for each who waits, and nobody else knocks. That it is at once the door's own tests tell, by a clock of
    // theirs.
    let mut inside = Vec::new();
    for ((newcomer, name), leaving) in waiting.into_iter().zip(["Ana", "Eva"]).zip([luis, maria]) {
        drop(leaving);
        inside.push(newcomer.named(name));
    }
    juan.lines_until(">>> Eva se unió al chat");
}
