//! Histories that follow from a seed, tried one after the other on all processors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Lives through the seeds that are asked for: `TERTULIA_SEED` alone, the first `TERTULIA_SEEDS`, or as many as usual. One that breaks a
/// law is printed.
pub fn live_through(usual: u64, live: impl Fn(u64) + Sync) {
    let seeds = match from_environment("TERTULIA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("TERTULIA_SEEDS").unwrap_or(usual),
    };
    let workers =
        std::thread::available_parallelism().map_or(1, |n| n.get() as u64).min(seeds.end - seeds.start);
    // One seed is enough to look into: the other workers need not finish theirs.
    let (broken, live) = (&AtomicBool::new(false), &live);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let seeds = seeds.clone().skip(worker as usize).step_by(workers as usize);
            scope.spawn(move || {
                for seed in seeds.take_while(|_| !broken.load(Ordering::Relaxed)) {
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
