//! The server over simulated streams, clock and readiness, driven by a seed.
//!
//! `TERTULIA_SEEDS=100000 cargo test simulation` tries that many; a seed that breaks a law is printed, and
//! `TERTULIA_SEED=n cargo test simulation` replays it.

mod accounts;
mod clock;
pub mod dice;
mod disk;
mod errand;
mod handover;
mod laws;
mod log;
mod orders;
mod person;
mod pipe;
mod places;
mod sealed;
mod settings;
mod slips;
mod turns;
mod web;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use world::World;

const DEFAULT_SEEDS: u64 = 2_000;
const STEPS: usize = 120;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn live(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    laws::at_rest(&mut world);
    if world.dice.one_in(4) {
        world.stop();
    }
    world.everybody_leaves();
    laws::when_all_have_left(&mut world);
    clock::history_has_the_clock_of_each_line(&mut world);
    laws::when_all_have_left(&mut world);
    disk::each_line_is_stored_or_counted(&mut world);
}

#[test]
fn laws_hold_whatever_the_network_does() {
    let seeds = match from_environment("TERTULIA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("TERTULIA_SEEDS").unwrap_or(DEFAULT_SEEDS),
    };
    let workers =
        std::thread::available_parallelism().map_or(1, |n| n.get() as u64).min(seeds.end - seeds.start);
    // One seed is enough to look into: the other workers need not finish theirs.
    let broken = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let seeds = seeds.clone().skip(worker as usize).step_by(workers as usize);
            scope.spawn(move || {
                for seed in seeds.take_while(|_| !broken.load(Ordering::Relaxed)) {
                    log::listen(false);
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| live(seed))) {
                        broken.store(true, Ordering::Relaxed);
                        eprintln!("a law is broken: replay with TERTULIA_SEED={seed}");
                        std::panic::resume_unwind(panic);
                    }
                }
            });
        }
    });
}
