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

use world::World;

use crate::support::seeds::live_through;

const DEFAULT_SEEDS: u64 = 2_000;
const STEPS: usize = 120;

fn live(seed: u64) {
    log::listen(false);
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
    live_through(DEFAULT_SEEDS, live);
}
