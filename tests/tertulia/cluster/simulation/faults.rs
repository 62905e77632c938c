//! What may happen to an engine, a network and processes.

use super::world::World;

impl World {
    /// Something goes wrong.
    pub fn mishap(&mut self) {
        match self.dice.below(if self.calm { 5 } else { 12 }) {
            // Longer than it would take for all leases to end.
            0 => self.paused_until = self.now + 1 + self.dice.below(30_000) as u64,
            1 => self.engine.millis -= self.dice.below(5_000) as u64,
            2 | 3 => self.cut(2_000),
            4 => self.upgrade(2_000),
            5 => self.upgrade(30_000),
            6 => self.cut(30_000),
            7 => self.put_to_sleep(),
            8 => self.kill(),
            9 => self.twin(),
            10 => self.restart_engine(),
            _ => self.rewind(),
        }
    }

    fn any(&mut self) -> Option<usize> {
        let running: Vec<usize> =
            (0..self.processes.len()).filter(|&at| self.processes[at].is_running()).collect();
        if running.is_empty() { None } else { Some(running[self.dice.below(running.len())]) }
    }

    /// A process loses its connections, for so many milliseconds at most.
    fn cut(&mut self, longest: usize) {
        let Some(at) = self.any() else { return };
        let until = self.now + self.dice.below(longest) as u64;
        self.lose(at, until);
    }

    fn lose(&mut self, at: usize, until: u64) {
        let pipe = self.processes[at].lose(self.now, &self.engine, until);
        self.leave_behind(pipe);
    }

    /// What was written to a connection that broke is carried out later, or a part of it, or never.
    fn leave_behind(&mut self, mut pipe: std::collections::VecDeque<super::engine::Command>) {
        match self.dice.below(4) {
            0 => {}
            1 => pipe.truncate(self.dice.below(pipe.len() + 1)),
            _ => return self.late.extend((!pipe.is_empty()).then_some(pipe)),
        }
        if self.dice.one_in(2) && self.is_up() {
            for command in pipe {
                self.engine.execute(command);
            }
        }
    }

    /// Another program goes on in the place of one, and is connected in so many milliseconds at most.
    fn upgrade(&mut self, longest: usize) {
        let Some(at) = self.any() else { return };
        let until = self.now + self.dice.below(longest) as u64;
        let pipe = self.processes[at].upgrade(self.now, &self.engine, until);
        self.leave_behind(pipe);
    }

    fn put_to_sleep(&mut self) {
        let Some(at) = self.any() else { return };
        self.processes[at].asleep_until = self.now + self.dice.below(40_000) as u64;
    }

    /// A process is killed, and another of its name starts now or later.
    fn kill(&mut self) {
        let Some(at) = self.any() else { return };
        let process = &mut self.processes[at];
        process.killed = true;
        let pipe = std::mem::take(&mut process.pipe);
        self.leave_behind(pipe);
        if self.dice.below(3) > 0 {
            self.twin_of(at);
        }
    }

    /// Somebody starts a process with the name of one that is running, or was.
    fn twin(&mut self) {
        if self.dice.one_in(2) {
            let at = self.dice.below(self.processes.len());
            self.twin_of(at);
        }
    }

    fn twin_of(&mut self, at: usize) {
        let node = usize::from(self.processes[at].name.as_str().as_bytes()[0] - b'a');
        self.start(node);
    }

    /// All connections break; the engine keeps its disk.
    fn restart_engine(&mut self) {
        self.late.clear();
        for at in 0..self.processes.len() {
            if self.processes[at].is_running() {
                let until = self.now + self.dice.below(3_000) as u64;
                self.lose(at, until);
            }
        }
        self.late.clear();
    }

    /// A replica takes over that lacks the tail. Not everybody notices it by their connections.
    fn rewind(&mut self) {
        if !self.rewinds || self.dice.one_in(2) {
            return;
        }
        let commands = 1 + self.dice.below(30);
        self.engine.rewind(commands);
        for at in 0..self.processes.len() {
            if self.processes[at].is_running() && self.dice.one_in(2) {
                let until = self.now + self.dice.below(3_000) as u64;
                self.lose(at, until);
            }
        }
    }
}
