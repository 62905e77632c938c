//! How long words take from one person to another while somebody else is busy.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::support::{Peer, Server};

/// Round trips of words between two people in a room of their own, while `noise` is made until it is over: the middle
/// one, the slowest of a hundred, of a thousand, and all.
pub(crate) fn round_trips(server: &Server, noise: impl FnOnce(&AtomicBool) + Send) -> [Duration; 4] {
    let (mut ana, mut luis) = (Peer::enter(server, "Ana"), Peer::enter(server, "Luis"));
    for person in [&mut ana, &mut luis] {
        person.say("/entrar aparte");
        person.say("/dejar general");
        person.until("Dejaste #general");
    }
    let over = AtomicBool::new(false);
    let mut times: Vec<Duration> = thread::scope(|scope| {
        scope.spawn(|| noise(&over));
        let times = (0..5_000).map(|number| {
            thread::sleep(Duration::from_millis(2)); // a person's pace, not a flood
            let start = Instant::now();
            ana.say(&format!("palabra {number}"));
            luis.until(&format!("palabra {number}"));
            start.elapsed()
        });
        let times = times.collect();
        over.store(true, Ordering::Relaxed);
        times
    });
    times.sort();
    [times[2_500], times[4_950], times[4_995], times[4_999]]
}
