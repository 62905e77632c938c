//! What a node's fan-out costs it, where the room is spread over several, beside a server that has as many readers and no log.

use std::time::Duration;

use super::house::House;
use super::support::progress::Progress;
use super::support::redis::RedisServer;
use super::support::table::{Table, Target, figure};
use super::support::{Failure, median};

/// Nodes that the room is spread over.
const NODES: usize = 3;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// People of the room, on all nodes together.
    pub(crate) room: usize,
    pub(crate) rounds: usize,
    pub(crate) full: bool,
}

/// How long nothing may have come before the arrivals are over: they are told once a second, and by nodes at the first entry behind that; a beat is
/// one, each second.
const QUIET_MS: u32 = 2500;

/// Lines that one person says at once.
const AT_ONCE: usize = 16;

/// One round: processor time of each server for a line to one of its readers, in microseconds, and until the last had it.
struct Round {
    each: Vec<f64>,
    redis: f64,
    last_ms: f64,
}

/// A chat in one room, of which all hear each line.
struct Room {
    house: House,
    people: usize,
}

impl Room {
    fn pass(&mut self, redis: &RedisServer, round: usize, messages: usize) -> Result<Round, Failure> {
        let (before, redis_before) = (self.house.processors()?, redis.processor()?);
        let took = self.house.load.work(format_args!("pass {round} {messages}"))?;
        let (after, redis_after) = (self.house.processors()?, redis.processor()?);
        // All but the one who speaks.
        let readers = (self.people - 1) as f64 / before.len() as f64;
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / messages as f64;
        let each =
            before.iter().zip(after).map(|(before, after)| micros(after.since(*before).total) / readers);
        Ok(Round {
            each: each.collect(),
            redis: micros(redis_after.since(redis_before).total),
            last_ms: Duration::from_nanos(took.parse()?).as_secs_f64() * 1e3,
        })
    }
}

/// Measures both, in turns.
pub(crate) fn measure(scale: &Scale, redis: &RedisServer, table: &mut Table) -> Result<(), Failure> {
    let Scale { room: people, .. } = *scale;
    let local = people.div_ceil(NODES);
    let nodes = House::of_nodes(redis, "room", (NODES, people), Some(0))?;
    let mut nodes = Room { house: nodes, people };
    let mut alone = Room { house: House::alone(local, Some(0))?, people: local };
    for room in [&mut nodes, &mut alone] {
        room.house.load.work(format_args!("settle {QUIET_MS}"))?;
    }
    for (messages, what) in [(1, "one at a time"), (AT_ONCE, "16 of one person at once")] {
        let what = format!("{what}, room of {} over {NODES} nodes", figure(people as f64));
        compare(&what, messages, scale, (&mut nodes, &mut alone, redis), table)?;
    }
    Ok(())
}

fn compare(
    what: &str,
    messages: usize,
    scale: &Scale,
    (nodes, alone, redis): (&mut Room, &mut Room, &RedisServer),
    table: &mut Table,
) -> Result<(), Failure> {
    let mut progress = Progress::start(what);
    let mut pairs = Vec::new();
    for round in 0..=scale.rounds {
        let pair = if round % 2 == 0 {
            let first = nodes.pass(redis, round, messages)?;
            (first, alone.pass(redis, round, messages)?)
        } else {
            let first = alone.pass(redis, round, messages)?;
            (nodes.pass(redis, round, messages)?, first)
        };
        // The first round was for the caches.
        if round > 0 {
            pairs.push(pair);
        }
        progress.at(round, scale.rounds);
    }
    let middle = |of: &dyn Fn(&(Round, Round)) -> f64| median(pairs.iter().map(of).collect());
    let mean = |round: &Round| round.each.iter().sum::<f64>() / round.each.len() as f64;
    let ratio = middle(&|(nodes, alone)| mean(alone) / mean(nodes));
    let (cost, least) = (middle(&|pair| mean(&pair.0)), middle(&|pair| mean(&pair.1)));
    progress.done(&format!("{ratio:.3} of one server alone"));
    table.add(format!("{what}: of each node"), 1e6 / cost, "deliveries/CPU s");
    table.floor(1e6 / least, ratio);
    if scale.full && messages == 1 {
        table.target(Target::OfOther(0.95));
    }
    let readers = scale.room as f64 / NODES as f64;
    table.add(format!("{what}: what a line takes each node"), cost * readers, "µs");
    table.floor(least * readers, cost / least);
    let [last, others] = [middle(&|pair| pair.0.last_ms), middle(&|pair| pair.1.last_ms)];
    table.add(format!("{what}: until the last has it"), last, "ms");
    table.floor(others, last / others);
    table.add(format!("{what}: Redis's processor time for a line"), middle(&|pair| pair.0.redis), "µs");
    Ok(())
}
