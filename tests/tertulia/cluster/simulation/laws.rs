//! What holds when everything has calmed down.

use std::collections::{BTreeMap, BTreeSet};

use tertulia::cluster::{NodeName, StopReason};

use super::process::{Fate, Process};
use super::world::World;

/// What is left of a log between two snapshots: 15 s of beats and what is said at once, twice.
const LINES_MAX: usize = 500;

pub fn at_rest(world: &World) {
    let running: Vec<&Process> = world.processes.iter().filter(|process| process.is_running()).collect();
    all_know_the_same(world, &running);
    of_each_name_one_lives(world, &running);
    each_change_counts_once(world);
    if world.calm {
        calm_ends_nobody(world);
    }
}

/// Who is there has read the whole log, has made the same of it, and waits for nothing.
fn all_know_the_same(world: &World, running: &[&Process]) {
    let (replica, room) = world.engine.truth();
    for process in running {
        let own = process.node.replica().expect("it reads");
        assert!(process.node.epoch().is_some(), "{} is not there", process.name);
        assert!(replica.at().millis - own.at().millis < 2_000, "{} is behind", process.name);
        assert!(process.outside.is_empty(), "people of {} are outside", process.name);
        let known: BTreeSet<&String> = process.people.iter().collect();
        let there = room.people.iter().filter(|(_, by)| **by == process.name).map(|(name, _)| name);
        assert_eq!(known, there.collect(), "who is there by {}", process.name);
        assert_eq!(process.room, *room, "what {} knows", process.name);
    }
    if running.is_empty() {
        // Nobody is left to say that the last one is gone.
        return;
    }
    let living: BTreeSet<&NodeName> = replica.ledger().living().map(|(node, _)| node).collect();
    assert_eq!(living, running.iter().map(|process| &process.name).collect(), "who is there");
    assert!(world.engine.len() < LINES_MAX, "the log is trimmed: {} lines", world.engine.len());
}

/// Of several processes with one name one goes on, and the others say why they do not.
fn of_each_name_one_lives(world: &World, running: &[&Process]) {
    let mut names: BTreeMap<&NodeName, (usize, bool)> = BTreeMap::new();
    for process in &world.processes {
        let (lives, killed) = names.entry(&process.name).or_default();
        *lives += usize::from(running.iter().any(|it| std::ptr::eq(*it, process)));
        *killed |= process.killed;
        if let Some(reason) = &process.stopped {
            assert_eq!(*reason, StopReason::Replaced, "{} has no other reason", process.name);
        }
    }
    for (name, (lives, killed)) in names {
        assert!(lives == 1 || killed && lives == 0, "{lives} processes called {name}");
    }
}

/// What was accepted is there, once; what was refused is not; and of everything that was asked somebody has heard.
fn each_change_counts_once(world: &World) {
    let (_, room) = world.engine.truth();
    let mut counted: BTreeSet<u64> = BTreeSet::new();
    for (token, _) in &room.deeds {
        assert!(counted.insert(*token), "change {token} counts twice");
    }
    for process in &world.processes {
        for (token, fate) in &process.fates {
            let counts = counted.contains(token);
            let lost = world.engine.rewinds > 0 && !process.is_running();
            match fate {
                Fate::Submitted => assert!(!process.is_running(), "nobody hears of change {token}"),
                Fate::Accepted => assert!(counts || lost, "change {token} was accepted, and is lost"),
                Fate::Refused(rewinds) if *rewinds == world.engine.rewinds => {
                    assert!(!counts, "change {token} was refused, and counts");
                }
                Fate::Refused(_) | Fate::Perhaps => {}
            }
        }
    }
}

/// An engine that stands still, and connections that are there again soon, cost nobody anything.
fn calm_ends_nobody(world: &World) {
    assert_eq!(world.engine.deaths, 0, "held for dead");
    for process in &world.processes {
        assert_eq!(process.gaps, 0, "{} has missed something", process.name);
        let refused = process.fates.values().filter(|fate| matches!(fate, Fate::Refused(_))).count();
        assert_eq!(refused, 0, "{} was refused something", process.name);
    }
}
