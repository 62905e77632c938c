//! How long a change takes to come back; printed, and compared with nothing.

use std::time::{Duration, Instant};

use super::nodes::{self, Fate};

#[test]
#[ignore = "prints figures"]
fn changes_come_back() {
    let Some((_server, mut nodes)) = nodes::founded(2) else { return };
    let mut taken: Vec<Duration> = Vec::new();
    for turn in 0..3000 {
        let began = Instant::now();
        let token = nodes.say(turn % 2).expect("it is open");
        nodes.until("it is back", |nodes| nodes.members[turn % 2].fates[&token] == Fate::Accepted);
        taken.push(began.elapsed());
    }
    taken.sort();
    println!("one at a time: p50 {:?}, p90 {:?}, p99 {:?}", taken[1500], taken[2700], taken[2970]);
    let began = Instant::now();
    for _ in 0..20 {
        nodes.say_all(500);
        nodes.settle();
    }
    let (count, seconds) = (20.0 * 1000.0, began.elapsed().as_secs_f64());
    println!("1,000 entries under way at a time, two nodes: {:.0} entries/s, read by both", count / seconds);
    nodes.stop();
}
