//! How fast one person is heard: a burst at once, the rest in its time, and nobody else waits for it.

use std::time::{Duration, Instant};

use tertulia::limits::RATE_BURST;

use crate::support::peer::Peer;
use crate::support::server::Server;

fn pasted(lines: usize) -> String {
    (1..=lines).map(|line| format!("{line}\n")).collect()
}

#[test]
fn pasted_text_arrives_whole_in_its_time_and_holds_up_nobody() {
    const PASTED: usize = 120;
    const PER_SECOND: u32 = 5;
    // The name is the first line of a burst.
    const AT_ONCE: usize = RATE_BURST as usize - 1;
    let server = Server::start(&["--rate-limit", &PER_SECOND.to_string()]);
    let mut ana = Peer::join(&server, "Ana");
    let mut luis = Peer::join(&server, "Luis");
    ana.expect_line(">>> Luis se unió al chat");

    let start = Instant::now();
    let mut juan = Peer::join(&server, "Juan");
    ana.expect_line(">>> Juan se unió al chat");
    juan.send(pasted(PASTED).as_bytes());
    for line in 1..=AT_ONCE {
        ana.expect_line(&format!("Juan: {line}"));
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}: at their pace these lines take 20 s");

    luis.say("interrumpo");
    let mut interrupted_at = None;
    for line in AT_ONCE + 1..=PASTED {
        let mut heard = ana.line();
        if heard == "Luis: interrumpo" {
            interrupted_at = Some(line);
            heard = ana.line();
        }
        assert_eq!(heard, format!("Juan: {line}"));
        let earliest = Duration::from_secs(1) * (line - AT_ONCE) as u32 / PER_SECOND;
        assert!(start.elapsed() >= earliest, "line {line} came after {:?}", start.elapsed());
    }
    assert!(interrupted_at.is_some_and(|line| line < AT_ONCE + 15), "{interrupted_at:?}");
}

#[test]
fn pasted_text_arrives_at_once_without_a_limit() {
    const PASTED: usize = 2_000;
    let server = Server::start(&["--rate-limit", "0"]);
    let mut ana = Peer::join(&server, "Ana");
    let mut juan = Peer::join(&server, "Juan");
    ana.expect_line(">>> Juan se unió al chat");
    let start = Instant::now();
    juan.send(pasted(PASTED).as_bytes());
    for line in 1..=PASTED {
        ana.expect_line(&format!("Juan: {line}"));
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}: at the usual pace these lines take 190 s");
}
