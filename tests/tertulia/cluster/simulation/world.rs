//! The world: an engine, processes, and what happens to them.

use std::collections::VecDeque;

use tertulia::cluster::NodeName;

use super::engine::{Command, Engine};
use super::process::Process;
use super::room::{Deed, What};
use crate::simulation::dice::Dice;

/// What the calendar says at the beginning.
pub const BASE: u64 = 1_764_000_000_000;
const NAMES: [&str; 6] = ["Ana", "Luis", "Eva", "Iker", "Bea", "Olga"];
const NODES: [&str; 4] = ["a", "b", "c", "d"];

/// Tenths of a second until everything is settled: what is dead is known by then, and two more snapshots are written.
const SETTLING: usize = 350;

pub struct World {
    pub dice: Dice,
    pub now: u64,
    pub engine: Engine,
    /// All processes there ever were.
    pub processes: Vec<Process>,
    /// What was written to connections that broke, and may be carried out.
    pub late: Vec<VecDeque<Command>>,
    /// The engine stands still until then.
    pub paused_until: u64,
    /// Nothing happens to nodes, only to the engine and the network, and that is over soon.
    pub calm: bool,
    /// The log may be rewound.
    pub rewinds: bool,
    tokens: u64,
    instances: u64,
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let nodes = 1 + dice.below(NODES.len());
        World::of(dice, nodes)
    }

    /// One with so many nodes.
    pub fn of(mut dice: Dice, nodes: usize) -> World {
        let calm = dice.one_in(3);
        let rewinds = !calm && dice.one_in(3);
        let mut world = World {
            dice,
            now: 0,
            engine: Engine::new(BASE),
            processes: Vec::new(),
            late: Vec::new(),
            paused_until: 0,
            calm,
            rewinds,
            tokens: 0,
            instances: 0,
        };
        (0..nodes).for_each(|node| world.start(node));
        world
    }

    /// Starts a process with the name of that number.
    pub fn start(&mut self, node: usize) {
        self.instances += 1;
        let name: NodeName = NODES[node].parse().expect("a name");
        let skew = self.dice.below(100_000) as i64 - 50_000;
        self.processes.push(Process::new(name, self.instances, self.now, skew));
    }

    /// Some time passes, and each does something, or not.
    pub fn step(&mut self) {
        let longest = if self.dice.one_in(8) { 2_000 } else { 250 };
        let millis = 1 + self.dice.below(longest) as u64;
        self.pass(millis);
        if self.dice.one_in(6) {
            self.mishap();
        }
        for _ in 0..self.processes.len() {
            let at = self.dice.below(self.processes.len());
            self.serve(at);
        }
        if !self.late.is_empty() && self.dice.one_in(3) && self.is_up() {
            let at = self.dice.below(self.late.len());
            self.carry_out_late(at);
        }
    }

    /// All mishaps are over: whoever is there finds together.
    pub fn settle(&mut self) {
        self.paused_until = 0;
        self.processes.iter_mut().for_each(|process| process.asleep_until = 0);
        // What comes late is a sign of life of who sent it.
        while !self.late.is_empty() {
            self.go_on();
        }
        for _ in 0..SETTLING {
            self.go_on();
        }
    }

    /// A tenth of a second passes in which nothing happens to anybody.
    pub fn go_on(&mut self) {
        self.pass(100);
        if !self.late.is_empty() && self.dice.one_in(4) {
            let at = self.dice.below(self.late.len());
            self.carry_out_late(at);
        }
        for at in 0..self.processes.len() {
            let (now, up) = (self.now, self.is_up());
            let process = &mut self.processes[at];
            if !process.is_running() {
                continue;
            }
            if process.lost_until.is_some() {
                process.connect(now, &self.engine);
            }
            process.tick(now, &self.engine);
            if up {
                process.execute(now, &mut self.engine, usize::MAX);
                process.ask(&mut self.engine, usize::MAX);
                process.hear(now, &self.engine);
            }
            self.come_in_again(at);
        }
    }

    pub fn is_up(&self) -> bool {
        self.now >= self.paused_until
    }

    fn pass(&mut self, millis: u64) {
        self.now += millis;
        self.engine.millis += millis;
    }

    /// The engine carries out one command of a connection that broke.
    fn carry_out_late(&mut self, at: usize) {
        match self.late[at].pop_front() {
            Some(command) => drop(self.engine.execute(command)),
            None => drop(self.late.swap_remove(at)),
        }
    }

    /// One process goes on.
    fn serve(&mut self, at: usize) {
        let (now, up) = (self.now, self.is_up());
        let Self { dice, engine, processes, .. } = self;
        let process = &mut processes[at];
        if !process.is_running() || now < process.asleep_until {
            return;
        }
        if up && process.lost_until.is_some_and(|until| now >= until) {
            process.connect(now, engine);
        }
        if process.lost_until.is_none() && up {
            if dice.below(4) > 0 {
                process.execute(now, engine, dice.below(6));
            }
            if dice.below(3) > 0 {
                process.ask(engine, 1 + dice.below(12));
            }
        }
        if dice.below(4) > 0 {
            process.hear(now, engine);
        }
        process.tick(now, engine);
        if self.dice.one_in(2) {
            self.come_in_again(at);
            self.talk(at);
        }
    }

    /// People whose node was away come in once more.
    fn come_in_again(&mut self, at: usize) {
        let process = &mut self.processes[at];
        if !process.node.is_open() || process.outside.is_empty() {
            return;
        }
        let names = std::mem::take(&mut process.outside);
        let deeds = names.into_iter().map(|name| self.deed(What::Enter(name))).collect();
        self.processes[at].submit(deeds);
    }

    /// People of a node do something.
    pub fn talk(&mut self, at: usize) {
        if !self.processes[at].node.is_open() {
            return;
        }
        let mut deeds = Vec::new();
        for _ in 0..1 + self.dice.below(3) {
            let name = NAMES[self.dice.below(NAMES.len())].to_owned();
            let what = match self.dice.below(6) {
                0 | 1 => What::Enter(name),
                2 => What::Leave(name),
                _ => What::Say(name),
            };
            deeds.push(self.deed(what));
        }
        self.processes[at].submit(deeds);
    }

    fn deed(&mut self, what: What) -> Deed {
        self.tokens += 1;
        Deed { token: self.tokens, what }
    }
}
