//! The disk of the simulated machine, which is slow, busy or full, and the law of what is on it.

use std::time::Duration;

use tertulia::chat::{Name, RoomKey};
use tertulia::limits;
use tertulia::storage::{DiskFault, KeptRow, SimulatedHelpers, Storage};

use super::dice::Dice;
use super::slips;
use super::world::World;

/// The room of everybody.
const GENERAL: RoomKey = RoomKey(0);
/// What a change takes beside its words, at the most.
const CHANGE_BYTES: usize = 1024;

/// The helper threads, whom the dice give their turns.
pub struct SimulatedDisk {
    helpers: SimulatedHelpers,
    /// As many bytes as may wait for the one that writes.
    most_bytes: usize,
    healthy: bool,
}

impl SimulatedDisk {
    /// Few places in its queue, mostly.
    pub fn new(accounts: Vec<(Name, String)>, dice: &mut Dice) -> (Storage, SimulatedDisk) {
        let jobs = [4, 12, 100, limits::HISTORY_QUEUE_JOBS][dice.below(4)];
        let most_bytes = [4_000, 40_000, limits::HISTORY_QUEUE_MAX_BYTES][dice.below(3)];
        let (storage, helpers) = SimulatedHelpers::new(accounts, jobs, most_bytes);
        (storage, SimulatedDisk { helpers, most_bytes, healthy: true })
    }

    /// The disk becomes well or ill, and some of the helpers have their turns.
    pub fn step(&mut self, dice: &mut Dice) {
        if dice.one_in(12) {
            let fault = [None, None, Some(DiskFault::Busy), Some(DiskFault::Full)][dice.below(4)];
            self.healthy = fault.is_none();
            self.helpers.set_fault(fault);
        }
        if dice.one_in(3) {
            self.helpers.write();
        }
        if dice.one_in(2) {
            self.helpers.answer();
        }
        if dice.one_in(2) {
            self.helpers.compute();
        }
    }

    /// The disk works, and all of them do all that there is to do; says whether there was anything.
    pub fn settle(&mut self) -> bool {
        if !self.healthy {
            self.healthy = true;
            self.helpers.set_fault(None);
        }
        self.helpers.write();
        let (mut answered, mut computed) = (false, false);
        while self.helpers.answer() {
            answered = true;
        }
        while self.helpers.compute() {
            computed = true;
        }
        answered || computed || self.helpers.has_left() || self.helpers.is_called()
    }

    /// What stands on the disk for the password of that name.
    pub fn password_of(&self, name: &str) -> Option<String> {
        self.helpers.password_of(name)
    }

    /// Whether one of them has called the loop.
    pub fn take_call(&mut self) -> bool {
        self.helpers.take_call()
    }
}

/// What waits for the disk stays within its bytes.
pub fn what_waits_is_bounded(world: &World) {
    let Some(disk) = &world.disk else { return };
    let (in_hand, pending) = world.server.unwritten_bytes();
    assert!(in_hand <= disk.most_bytes, "{in_hand} bytes are in the writer's hands");
    let most = limits::HISTORY_CHANGES_MAX_BYTES + CHANGE_BYTES;
    assert!(pending <= most, "{pending} bytes of changes wait");
}

/// Each line that was said is on the disk, in its order, or counted where it is missing. To be called at the end.
pub fn each_line_is_stored_or_counted(world: &mut World) {
    let said = said(&world.people[0].lines());
    let Some(mut disk) = world.disk.take() else { return };
    // The end comes also with a disk that fails.
    if world.dice.one_in(3) {
        disk.helpers.set_fault(Some([DiskFault::Busy, DiskFault::Full][world.dice.below(2)]));
        disk.healthy = false;
    }
    let server = &mut world.server;
    let patience = if disk.healthy { Duration::from_secs(60) } else { Duration::ZERO };
    let kept = std::thread::scope(|scope| {
        let helpers = disk.helpers;
        let finished = scope.spawn(move || helpers.finish());
        server.close_history(patience);
        finished.join().expect("the helper keeps its laws")
    });
    let lines = kept.values().flatten();
    let told = lines.filter(|kept| matches!(kept, KeptRow::Line(text) if slips::tells(text))).count();
    assert_eq!(told, 0, "a password is in the history");
    let mut at = 0;
    for kept in kept.get(&GENERAL).into_iter().flatten() {
        match kept {
            KeptRow::Line(text) => {
                let next = said.get(at);
                assert_eq!(Some(text), next, "line {at} of {}", said.len());
                at += 1;
            }
            KeptRow::Missing(lines) => at += *lines as usize,
        }
    }
    assert_eq!(at, said.len(), "each line is stored, or counted once");
}

/// What was said in the room of everybody, in the order in which the witness heard it.
fn said(lines: &[String]) -> Vec<String> {
    let words = |line: &String| {
        if let Some(acted) = line.strip_prefix("* ") {
            return acted.split_once(' ').map(|(_, words)| words.to_owned());
        }
        line.split_once(": ").filter(|(name, _)| !name.contains(' ')).map(|(_, words)| words.to_owned())
    };
    lines.iter().filter_map(words).collect()
}
