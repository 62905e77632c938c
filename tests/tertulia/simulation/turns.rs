//! How a turn of the loop is shared, seen in what was logged of it.

use std::collections::BTreeMap;

use super::accounts::is_told_of_passwords;
use super::log;
use super::world::World;

/// Of a turn's lines those who had some shared equally: as many each as all of them, divided by who had some.
pub fn lines_were_shared(world: &World) {
    let lines = log::take();
    let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        assert!(!is_told_of_passwords(line), "a password is in the log: {line}");
        let said = line.split_once(": m").map(|(name, _)| name);
        let name = said.or_else(|| line.strip_prefix("* ")?.split_once(" m").map(|(name, _)| name));
        if let Some(name) = name.filter(|name| !name.contains(' ')) {
            *heard.entry(name).or_default() += 1;
        }
    }
    let budget = world.lines_per_turn;
    let (all, most) = (heard.values().sum::<usize>(), heard.values().max().copied().unwrap_or(0));
    assert!(all <= budget.max(1), "{all} lines in a turn of {budget}");
    let share = budget.checked_div(heard.len()).unwrap_or(budget).max(1);
    assert!(most <= share, "{heard:?} of {budget} lines in a turn");
}
