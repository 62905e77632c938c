//! People who do not read what they are sent: skipped with a count, or read later, and nobody else notices.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use tertulia::limits;

use crate::support::peer::Peer;
use crate::support::proc::resident_bytes;
use crate::support::server::Server;

/// How much the server may grow while somebody does not read: their queue, the rest's, and what the allocator keeps.
const GROWTH_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The line that stands at `place` in a long talk.
fn numbered(place: usize) -> String {
    format!("{place:0>4000}")
}

/// Says the lines of `places` one by one, each when `listener` has heard the one before; returns the longest wait.
fn talk(talker: &mut Peer, listener: &mut Peer, places: std::ops::Range<usize>) -> Duration {
    let mut longest = Duration::ZERO;
    for place in places {
        let said = Instant::now();
        talker.say(&numbered(place));
        listener.expect_line(&format!("Habla: {}", numbered(place)));
        longest = longest.max(said.elapsed());
    }
    longest
}

/// Follows a talk through the eyes of somebody who was skipped: no line is missing that was not counted, none comes
/// twice or late. Counts the counts.
struct Follower {
    place: usize,
    notices: usize,
}

impl Follower {
    fn hear(&mut self, line: &str) {
        let omitted = line
            .strip_prefix("[… ")
            .and_then(|rest| rest.strip_suffix(" mensajes omitidos; /historial para verlos]"));
        if let Some(count) = omitted {
            self.place += count.replace(' ', "").parse::<usize>().expect("a number");
            self.notices += 1;
        } else {
            assert_eq!(line, format!("Habla: {}", numbered(self.place)));
            self.place += 1;
        }
    }
}

/// Three people: one with hardly any receive buffer, one who reads, one who talks.
fn three(server: &Server) -> (Peer, Peer, Peer) {
    let mut slow = Peer::narrow(server).named("Lento");
    let mut fast = Peer::join(server, "Veloz");
    let talker = Peer::join(server, "Habla");
    slow.expect_line(">>> Veloz se unió al chat");
    slow.expect_line(">>> Habla se unió al chat");
    fast.expect_line(">>> Habla se unió al chat");
    (slow, fast, talker)
}

#[test]
fn fifty_megabytes_pass_somebody_by_and_every_line_is_accounted_for() {
    const LINES: usize = 12_500;
    const LATER: usize = LINES + 500;
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let (mut slow, mut fast, mut talker) = three(&server);
    let before = resident_bytes(server.id());

    let longest = talk(&mut talker, &mut fast, 0..LINES);
    assert!(longest < Duration::from_secs(2), "the others were held up for {longest:?}");
    let growth = resident_bytes(server.id()).saturating_sub(before);
    // The history keeps the last lines too, as they were said and as they are searched.
    let history = 2 * (limits::HISTORY_LINES_PER_ROOM * numbered(0).len()) as u64;
    assert!(growth < GROWTH_MAX_BYTES + history, "{growth} bytes are kept for somebody who does not read");

    // Nobody talks now: what was kept comes, then one count of all the rest.
    let mut follower = Follower { place: 0, notices: 0 };
    while follower.notices == 0 {
        follower.hear(&slow.line());
    }
    assert_eq!(follower.place, LINES);

    // From here on they read, and miss nothing.
    thread::scope(|scope| {
        scope.spawn(|| talk(&mut talker, &mut fast, LINES..LATER));
        while follower.place < LATER {
            follower.hear(&slow.line());
        }
    });
}

#[test]
fn slow_reader_can_account_for_every_line() {
    const LINES: usize = 3_000;
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let (mut slow, mut fast, mut talker) = three(&server);
    talk(&mut talker, &mut fast, 0..LINES / 3);
    let mut follower = Follower { place: 0, notices: 0 };
    thread::scope(|scope| {
        scope.spawn(|| talk(&mut talker, &mut fast, LINES / 3..LINES));
        while follower.place < LINES {
            follower.hear(&slow.line());
        }
    });
    assert!(follower.notices > 0, "nothing was skipped");
}

#[test]
fn answers_are_never_skipped() {
    const ASKED: usize = 20;
    const LINES: usize = 400;
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let (mut slow, mut fast, mut talker) = three(&server);
    talk(&mut talker, &mut fast, 0..LINES / 2);
    slow.send("/idioma\n".repeat(ASKED).as_bytes());
    talk(&mut talker, &mut fast, LINES / 2..LINES);

    let mut answers = 0;
    let mut follower = Follower { place: 0, notices: 0 };
    while follower.place < LINES || answers < ASKED {
        match slow.line().as_str() {
            "Te hablo en español. For English: /lang en" => answers += 1,
            line => follower.hear(line),
        }
    }
    assert!(follower.notices > 0, "nothing was skipped");
}

#[test]
fn sender_of_many_commands_who_does_not_read_is_read_later_and_loses_nothing() {
    const ASKED: usize = 10_000; // some 7 MB of answers
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut flooder = Peer::narrow(&server).named("Prisa");
    juan.expect_line(">>> Prisa se unió al chat");
    let before = resident_bytes(server.id());

    // So long that both sides' buffers cannot hold them all.
    let questions = format!("/ayuda{:2000}\n", "").repeat(ASKED).into_bytes();
    let sent = send_until_stuck(&mut flooder, &questions);
    assert!(sent < questions.len(), "the server reads on and on");
    let growth = resident_bytes(server.id()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes are kept for somebody who does not read");
    juan.say("/idioma");
    juan.expect_line("Te hablo en español. For English: /lang en");

    let mut writer = flooder.writer();
    thread::scope(|scope| {
        scope.spawn(move || writer.write_all(&questions[sent..]).expect("a server that reads on"));
        for _ in 0..ASKED {
            flooder.expect_line("Lo que escribes lo lee toda tu sala, salvo los comandos:");
            flooder.lines_until("Para que una línea empiece por /, escribe //.");
        }
    });
}

#[test]
fn answers_to_telnet_are_bounded_too() {
    const ASKED: usize = 8 * 1024 * 1024;
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let mut juan = Peer::join(&server, "Juan");
    let mut flooder = Peer::narrow(&server).named("Prisa");
    juan.expect_line(">>> Prisa se unió al chat");
    let before = resident_bytes(server.id());

    // "Are you there?", again and again: each two bytes ask for fourteen.
    let questions = b"\xff\xf6".repeat(ASKED);
    let sent = send_until_stuck(&mut flooder, &questions);
    assert!(sent < questions.len(), "the server reads on and on");
    let growth = resident_bytes(server.id()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes are kept for somebody who does not read");
    juan.say("hola");
    juan.say("/idioma");
    juan.expect_line("Te hablo en español. For English: /lang en");
    flooder.lines_until("[… 1 mensaje omitido; /historial para verlo]");
}

/// Sends as much of `bytes` as the server takes while nobody reads its answers; returns how much that was. That it
/// takes no more can only be seen by waiting; somebody slow to read is not told from somebody who does not.
fn send_until_stuck(peer: &mut Peer, bytes: &[u8]) -> usize {
    let mut writer = peer.writer();
    writer.set_write_timeout(Some(Duration::from_millis(500))).expect("a connection");
    let mut sent = 0;
    while let Ok(more @ 1..) = writer.write(&bytes[sent..]) {
        sent += more;
    }
    // The two handles are one connection.
    writer.set_write_timeout(Some(limits::STALL_TIMEOUT)).expect("a connection");
    sent
}
