//! A server at rest: people are there, nobody talks, and it makes no system call.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::DEADLINE;
use crate::support::peer::Peer;
use crate::support::proc::{anonymous_bytes, context_switches, cpu_ticks, is_asleep};
use crate::support::server::Server;

/// A second in which arrivals are counted goes by within it, and then some.
const NIGHT: Duration = Duration::from_millis(1_500);

/// What a server has cost so far: each system call that waits is a switch, and all else is time.
fn cost(server: &Server) -> (u64, u64) {
    (context_switches(server.id()), cpu_ticks(server.id()))
}

/// Waits until every thread sleeps, and did so a moment ago without having been awake in between.
fn settle(server: &Server) -> (u64, u64) {
    let deadline = Instant::now() + DEADLINE;
    let mut last = cost(server);
    loop {
        thread::sleep(Duration::from_millis(20));
        let now = cost(server);
        if now == last && is_asleep(server.id()) {
            return now;
        }
        assert!(Instant::now() < deadline, "it never sleeps");
        last = now;
    }
}

#[test]
fn server_at_rest_does_nothing() {
    let server = Server::start(&[]);
    let mut herald = Peer::join(&server, "Heraldo");
    let mut people: Vec<_> = (0..100).map(|n| Peer::join(&server, &format!("p{n}"))).collect();
    // Nothing is left to be told of them: who speaks has been told of before.
    people[99].say("buenas noches");
    herald.lines_until("p99: buenas noches");

    let before = settle(&server);
    thread::sleep(NIGHT);
    assert_eq!(cost(&server), before, "switches and hundredths of a second");

    herald.say("buenos días");
    people[0].lines_until("Heraldo: buenos días");
    assert_ne!(settle(&server), before, "what would be noticed if it were not at rest");
}

/// What 2,000 people who say nothing may cost each, in bytes of memory. The bench holds the true target, 256, at 10,000 and
/// 19,900, where what is shared weighs less: here it was 296 to 303. Resident pages of the program's file are not among them:
/// of those 64 KiB come and go at a time, 32 bytes each, as what the system has in its cache.
const IDLE_MAX_BYTES: u64 = 340;

#[test]
fn people_who_say_nothing_cost_little() {
    const PEOPLE: u64 = 2_000;
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    // Whatever grows with the first people is there before it is counted.
    let mut first: Vec<_> = (0..200).map(|n| Peer::join(&server, &format!("a{n}"))).collect();
    settle(&server);
    let before = anonymous_bytes(server.id());
    let _rest: Vec<_> = (0..PEOPLE).map(|n| Peer::join(&server, &format!("b{n}"))).collect();
    first[0].say("ya");
    first[1].lines_until("a0: ya");
    settle(&server);
    let each = (anonymous_bytes(server.id()) - before) / PEOPLE;
    assert!(each <= IDLE_MAX_BYTES, "{each} bytes each");
}
