//! Several nodes over one simulated log, driven by a seed: delays, lost replies, commands that come late, trims, rewinds, deaths,
//! restarts, upgrades in place, two processes of one name.
//!
//! `TERTULIA_SEEDS=100000 cargo test cluster::simulation` tries that many; a seed that breaks a law is printed, and
//! `TERTULIA_SEED=n cargo test cluster::simulation` replays it.

mod engine;
mod faults;
mod laws;
mod process;
pub mod room;
mod world;

use tertulia::limits::BEATS_TO_DEATH;

use super::ledger::name;
use crate::simulation::dice::Dice;
use crate::support::seeds::live_through;
use process::Fate;
use world::World;

const DEFAULT_SEEDS: u64 = 1_000;
const STEPS: usize = 250;

fn live(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    laws::at_rest(&world);
}

#[test]
fn nodes_agree_whatever_happens_to_the_log() {
    live_through(DEFAULT_SEEDS, live);
}

/// Three nodes that have found together.
fn three() -> World {
    let mut world = World::of(Dice::new(3), 3);
    (0..20).for_each(|_| world.go_on());
    let (replica, _) = world.engine.truth();
    assert_eq!(replica.ledger().living().count(), 3);
    world
}

#[test]
fn node_that_is_killed_is_gone_for_all_twelve_seconds_later() {
    let mut world = three();
    world.calm = false;
    world.processes[1].killed = true;
    let killed = world.now;
    while world.engine.truth().0.ledger().living().any(|(node, _)| *node == name("b")) {
        world.go_on();
        assert!(world.now - killed <= 12_000, "it is held for living");
    }
    assert!(world.now - killed > 1_000 * u64::from(BEATS_TO_DEATH - 2), "an upgrade takes less");
    world.go_on();
    laws::at_rest(&world);
}

#[test]
fn engine_that_stands_still_for_thirty_seconds_costs_nobody_anything() {
    let mut world = three();
    (0..3).for_each(|at| world.talk(at));
    world.paused_until = world.now + 30_000;
    while !world.is_up() {
        world.go_on();
    }
    let up = world.now;
    while world.processes.iter().any(|it| it.fates.values().any(|fate| *fate != Fate::Accepted)) {
        world.go_on();
        assert!(world.now - up <= 2_000, "it is too slow");
    }
    assert_eq!(world.engine.deaths, 0);
    (0..20).for_each(|_| world.go_on());
    laws::at_rest(&world);
}
