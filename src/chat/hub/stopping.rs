//! The end of the chat: everybody is told that the server stops; of very many, some in each turn.
//!
//! Invariant: from the first moment on nobody is heard, and nobody hears anything but this.

use super::{CloseReason, Effect, Event, Hub, tell};
use crate::limits::WRITES_PER_TURN;

impl Hub {
    /// Tells everybody that the server stops, and lets them all go: the first of them now, the rest in
    /// [`tick`](Hub::tick).
    pub fn stop(&mut self, out: &mut Vec<Effect>) {
        let (work, wall_clock) = (self.work.take(), self.wall_clock);
        let empty = Hub { work: work.into(), wall_clock, ..Hub::new(std::mem::take(&mut self.config)) };
        let mut stopped = Box::new(std::mem::replace(self, empty));
        // They are taken from the end.
        stopped.clients.reverse();
        self.stopped = Some(stopped);
        self.part(out);
    }

    /// Lets some of those go who were there when the chat stopped, and frees some of what there was.
    pub(super) fn part(&mut self, out: &mut Vec<Effect>) {
        let Some(stopped) = &mut self.stopped else { return };
        for _ in 0..WRITES_PER_TURN {
            if let Some(client) = stopped.clients.pop().flatten() {
                out.push(tell(client.id, Event::Stopping));
                out.push(Effect::Close(client.id, CloseReason::ServerStops));
            }
        }
        stopped.rooms.truncate(stopped.rooms.len().saturating_sub(WRITES_PER_TURN));
        if stopped.clients.is_empty() && stopped.rooms.is_empty() {
            self.stopped = None;
        }
    }
}
