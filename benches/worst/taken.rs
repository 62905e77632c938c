//! What the loop's thread takes for something, in processor time: what other programs do meanwhile counts little.

use std::time::Duration;

use super::house::House;
use super::support::thread_time::thread_time;

/// What was taken: in all, and in the longest turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) all: Duration,
    pub(crate) turn: Duration,
}

impl Taken {
    /// Adds what one turn, or a part of it, takes.
    pub(crate) fn add(&mut self, doing: impl FnOnce()) {
        let begun = thread_time();
        doing();
        let took = thread_time() - begun;
        self.all += took;
        self.turn = self.turn.max(took);
    }

    /// Adds what the turns take until there is nothing to do without waiting.
    pub(crate) fn settle(&mut self, house: &mut House) {
        while house.server.has_work() || house.server.next_due().is_some_and(|due| due <= house.now) {
            self.add(|| house.turn());
        }
    }
}
