//! Several hubs over one log, driven by a seed: each makes of it what the others do, and nobody's words are lost or said twice.
//!
//! What the log does with nodes and their entries has a simulation of its own, `cluster::simulation`; here it keeps its promises, and
//! the whole chat is behind it.

mod away;
mod belongings;
mod examples;
mod keeping;
mod late;
mod leaving;
mod letters;
mod meanwhile;
mod outside;
mod pipelining;
mod process;
mod questions;
mod resuming;
mod servers;
mod storm;
mod together;
mod turns;
#[cfg(feature = "cluster")]
mod upgraded;
mod world;

use crate::support::seeds::live_through;
use world::World;

const SEEDS: u64 = 300;
const STEPS: usize = 400;

fn live(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    world.agrees();
}

#[test]
fn hubs_behind_one_log_agree_and_lose_no_words() {
    live_through(SEEDS, live);
}
