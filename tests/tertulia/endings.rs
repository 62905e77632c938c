//! How connections end: half closed, broken off, told to go, or with the server.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tertulia::limits;

use crate::support::DEADLINE;
use crate::support::peer::{PROMPT, Peer};
use crate::support::process::ignores;
use crate::support::server::Server;

#[test]
fn half_closed_connection_is_answered_in_full() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::connect(&server);
    juan.send("Juan\nhola\n/quien\nla última línea, sin final".as_bytes());
    juan.end_input();
    juan.expect(PROMPT);
    juan.expect_welcome("Juan");
    juan.expect_line("En #general, 2 personas:");
    assert!(juan.line().starts_with("  Juan"));
    assert!(juan.line().starts_with("  María"));
    juan.expect_end();
    for line in [">>> Juan se unió al chat", "Juan: hola", "Juan: la última línea, sin final"] {
        maria.expect_line(line);
    }
    maria.expect_line("<<< Juan salió del chat");
}

#[test]
fn input_of_several_turns_is_answered_in_full_after_a_half_close() {
    const LINES: usize = 2_000; // a turn takes 64 lines of one person; the answers fill their queue many times over
    let server = Server::start(&["--rate-limit", "0"]);
    let mut juan = Peer::join(&server, "Juan");
    juan.send("/ayuda\n".repeat(LINES).as_bytes());
    juan.end_input();
    let answers = juan.rest();
    assert_eq!(answers.matches(" /ignorar ").count(), LINES);
    assert!(answers.ends_with("escribe //.\n"), "the last answer is whole");
}

/// Answers that fit into what the server's system keeps for one connection, and not into a narrow peer's: when the
/// server closes, most of them are still on their way.
const ON_THEIR_WAY: usize = 120;

#[test]
fn last_answers_arrive_while_lots_are_still_being_sent() {
    let server = Server::start(&["--rate-limit", "0"]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::narrow(&server).named("Juan");
    juan.send("/ayuda\n".repeat(ON_THEIR_WAY).as_bytes());
    juan.say("salir");
    // Nobody reads this any more; a bare close would make the system throw away what Juan has not read.
    juan.send(&[b'x'; 400_000]);
    maria.expect_line(">>> Juan se unió al chat");
    maria.expect_line("<<< Juan salió del chat");
    let answers = juan.rest();
    assert_eq!(answers.matches("escribe //.\n").count(), ON_THEIR_WAY);
    assert!(answers.ends_with("escribe //.\n"));
}

#[test]
fn client_that_is_sent_away_while_sending_reads_why() {
    let server = Server::start(&["--rate-limit", "0", "--login-timeout", "1", "-v"]);
    let mut juan = Peer::narrow(&server);
    juan.send("/ayuda\n".repeat(ON_THEIR_WAY).as_bytes());
    juan.send(&[b'x'; 50_000]);
    server.console_find(|line| line.ends_with("NameTimeout"));
    // The server has hung up, and has to bear for a while that not everybody knows.
    for _ in 0..50 {
        juan.send(&[b'x'; 1_000]);
    }
    let told = juan.rest();
    assert_eq!(told.matches("escribe //.\n").count(), ON_THEIR_WAY);
    let too_long = format!("Línea demasiado larga: caben {} bytes. No se envió.\n", limits::LINE_MAX_BYTES);
    let last = format!("{too_long}{PROMPT}\nSe acabó el tiempo para dar un nombre.\n");
    assert!(told.ends_with(&last), "{told:?}");
}

#[test]
fn connection_broken_off_is_told_as_lost() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    juan.reset();
    maria.expect_line("<<< Juan salió del chat (conexión perdida)");
    server.console_until("Juan se desconectó");
}

#[cfg(target_os = "linux")]
#[test]
fn broken_connections_are_nobody_elses_business_and_leave_nothing_behind() {
    use crate::support::proc::descriptors;

    let server = Server::start(&["--rate-limit", "0"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.expect_line(">>> María se unió al chat");
    let before = descriptors(server.id());
    for round in 0..50 {
        // Before they were let in, perhaps; without a name; in the middle of a line; with answers unread.
        Peer::connect(&server).reset();
        let mut nameless = Peer::connect(&server);
        nameless.expect(PROMPT);
        nameless.reset();
        let mut talker = Peer::join(&server, &format!("p{round}"));
        talker.send(b"a medias");
        talker.reset();
        let mut asker = Peer::connect(&server);
        asker.send(format!("q{round}\n{}", "/ayuda\n".repeat(200)).as_bytes());
        asker.reset();
        maria.say(&format!("ronda {round}"));
        let told = juan.lines_until(&format!("María: ronda {round}"));
        assert!(told.iter().all(|line| line.starts_with(">>> ") || line.starts_with("<<< ")), "{told:?}");
    }
    let deadline = Instant::now() + DEADLINE;
    while descriptors(server.id()) != before {
        assert!(Instant::now() < deadline, "{} descriptors, not {before}", descriptors(server.id()));
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn interrupt_of_telnet_is_a_farewell() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    juan.send(b"nunca dicho \xff\xf4");
    juan.expect_end();
    maria.expect_line(">>> Juan se unió al chat");
    maria.expect_line("<<< Juan salió del chat");
}

#[test]
fn asked_to_stop_it_tells_everybody_and_ends_well() {
    // Run in the background of a script, tests and their server ignore an interrupt.
    let signals = [Signal::TERM, Signal::INT].into_iter().filter(|&signal| !ignores(signal));
    for signal in signals {
        let mut server = Server::start(&[]);
        let mut juan = Peer::join(&server, "Juan");
        let mut unnamed = Peer::connect(&server);
        unnamed.expect(PROMPT);
        server.signal(signal);
        juan.expect_line("--- El servidor se detiene.");
        juan.expect_end();
        unnamed.expect_line(""); // behind the question for a name nothing else is written
        unnamed.expect_line("--- El servidor se detiene.");
        unnamed.expect_end();
        server.console_until("El servidor se detiene");
        drop((juan, unnamed));
        assert_eq!(server.wait().code(), Some(0));
    }
}

#[test]
fn stop_right_after_the_start_is_orderly_too() {
    for _ in 0..20 {
        let mut server = Server::start(&[]);
        assert_eq!(server.stop().code(), Some(0));
    }
}

/// Two people in a server without a limit, of whom one does not read, so that it cannot end in order before its bound.
pub fn with_a_stalled_reader(server: &Server) -> (Peer, Peer) {
    let mut stalled = Peer::narrow(server).named("Lento");
    // More than the connection's queue and both sides' buffers hold.
    stalled.send("/ayuda\n".repeat(1_000).as_bytes());
    let mut juan = Peer::join(server, "Juan");
    // Each of these takes a turn of the loop, and each turn some of those.
    for _ in 0..20 {
        juan.say("/idioma");
        juan.expect_line("Te hablo en español. For English: /lang en");
    }
    (stalled, juan)
}

#[test]
fn stop_waits_for_a_stalled_reader_only_so_long() {
    let mut server = Server::start(&["--rate-limit", "0", "-q"]);
    let (_stalled, mut juan) = with_a_stalled_reader(&server);
    let asked = Instant::now();
    server.signal(Signal::TERM);
    juan.expect_line("--- El servidor se detiene.");
    juan.expect_end();
    drop(juan);
    assert_eq!(server.wait().code(), Some(0));
    let took = asked.elapsed();
    assert!(took >= limits::STOP_TIMEOUT, "{took:?}: nobody was waited for");
    assert!(took < limits::STOP_TIMEOUT + Duration::from_secs(4), "{took:?}");
}

#[test]
fn second_signal_stops_at_once() {
    let mut server = Server::start(&["--rate-limit", "0", "-q"]);
    let (_stalled, mut juan) = with_a_stalled_reader(&server);
    let asked = Instant::now();
    server.signal(Signal::TERM);
    juan.expect_line("--- El servidor se detiene.");
    server.signal(if ignores(Signal::INT) { Signal::TERM } else { Signal::INT });
    assert_eq!(server.wait().code(), Some(0));
    let took = asked.elapsed();
    assert!(took < limits::STOP_TIMEOUT, "{took:?}");
}

#[test]
fn port_is_free_again_right_after_a_stop() {
    // More than once, for another test may take the port in between.
    let came_back = (0..20).any(|_| {
        let mut server = Server::start(&[]);
        let mut juan = Peer::join(&server, "Juan");
        // The server ends this connection first, so that its port lingers in TIME_WAIT.
        juan.say("salir");
        juan.expect_end();
        drop(juan);
        assert_eq!(server.stop().code(), Some(0));
        Server::start_at(server.address).is_some()
    });
    assert!(came_back);
}
