//! Nodes and the engine are killed, stopped, paused and upgraded while people talk: what was accepted comes once, in its sender's order.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::{Several, kill};
use crate::simulation::dice::Dice;
use crate::support::peer::Peer;
use crate::support::server::Server;
use crate::upgrade::upgrade;

/// As many as usual; `TERTULIA_ROUNDS` asks for others.
const ROUNDS: u32 = 20;

/// How long a process stands still: that is what is tried, and nothing is waited for by it.
const PAUSE: Duration = Duration::from_secs(1);

/// The answer to a question, behind which what was said before is known to be accepted.
const FENCE: &str = "Te hablo en español";

/// What one sender knows.
#[derive(Default)]
struct Sent {
    /// Lines that were sent, from 1 on.
    sent: u32,
    /// Those that are known to be accepted.
    accepted: u32,
}

/// Talks until told to end, or until the connection does.
fn talk(mut peer: Peer, name: &str, over: &AtomicBool) -> Sent {
    let (mut known, mut writer) = (Sent::default(), peer.writer());
    while !over.load(Ordering::Relaxed) {
        known.sent += 1;
        if writer.write_all(format!("{name} {}\n/idioma\n", known.sent).as_bytes()).is_err() {
            break;
        }
        loop {
            match peer.hear() {
                Some(line) if line.starts_with(FENCE) => break,
                Some(_) => {}
                None => return known,
            }
        }
        known.accepted = known.sent;
    }
    known
}

/// The lines that senders of the rounds have said, as the reader heard them: sender and number.
fn told(line: &str) -> Option<(String, u32)> {
    let (_, said) = line.split_once(": ")?;
    let (name, number) = said.split_once(' ')?;
    Some((name.to_owned(), number.parse().ok()?))
}

/// Has the senders end, also where the test does.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What happens in one round.
fn disturb(several: &mut Several, nodes: &mut [Server; 2], dice: &mut Dice) {
    let which = dice.below(2);
    match dice.below(7) {
        0 | 1 => kill(&mut nodes[which]),
        2 => assert_eq!(nodes[which].stop().code(), Some(0)),
        3 => {
            several.redis.kill();
            several.redis.begin();
            return;
        }
        4 => {
            several.redis.signal(Signal::STOP);
            thread::sleep(PAUSE);
            several.redis.signal(Signal::CONT);
            return;
        }
        5 => return upgrade(&nodes[which]),
        _ => {
            nodes[which].signal(Signal::STOP);
            thread::sleep(PAUSE);
            nodes[which].signal(Signal::CONT);
            return;
        }
    }
    nodes[which] = several.node(["a", "b"][which]);
}

#[test]
fn nothing_that_was_accepted_is_lost_or_doubled_whatever_fails() {
    let Some(mut several) = Several::steady() else { return };
    let rounds = std::env::var("TERTULIA_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let seed = std::env::var("TERTULIA_SEED").map_or(7, |seed| seed.parse().expect("a number"));
    let mut dice = Dice::new(seed);
    let mut nodes = ["a", "b"].map(|name| several.node(name));
    let steady = several.node("c");
    let mut reader = Peer::join(&steady, "Lectora");
    let mut known: BTreeMap<String, Sent> = BTreeMap::new();
    let mut heard: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for round in 0..rounds {
        let over = AtomicBool::new(false);
        let senders = [0, 1].map(|at| (format!("Voz{round}{}", ["a", "b"][at]), Peer::connect(&nodes[at])));
        let senders = senders.map(|(name, mut peer)| {
            peer.say(&name);
            peer.until(&format!("Bienvenido al chat, {name}!"));
            (name, peer)
        });
        thread::scope(|scope| {
            let (over, ending) = (&over, Over(&over));
            let talks =
                senders.map(|(name, peer)| (name.clone(), scope.spawn(move || talk(peer, &name, over))));
            // Some of what they say is under way when it happens.
            let mut lines = 0;
            while lines < 50 {
                if let Some((name, number)) = told(&reader.line()) {
                    heard.entry(name).or_default().push(number);
                    lines += 1;
                }
            }
            disturb(&mut several, &mut nodes, &mut dice);
            drop(ending);
            for (name, talk) in talks {
                known.insert(name, talk.join().expect("it talks"));
            }
        });
        // Behind this all has been told that was accepted.
        let mut last = Peer::connect(&steady);
        last.say(&format!("Fin{round}\nfin {round}"));
        for line in reader.until(&format!("Fin{round}: fin {round}")) {
            if let Some((name, number)) = told(&line).filter(|(name, _)| name.starts_with("Voz")) {
                heard.entry(name).or_default().push(number);
            }
        }
    }
    for (name, Sent { sent, accepted }) in known {
        let numbers = heard.remove(&name).unwrap_or_default();
        let all: Vec<u32> = (1..=numbers.len() as u32).collect();
        assert_eq!(numbers, all, "{name}: each once, in order");
        let count = numbers.len() as u32;
        assert!((accepted..=sent).contains(&count), "{name}: {count} of {accepted} accepted, {sent} sent");
    }
}
