//! The end of the chat: everybody is told that the server stops; of very many, some in each turn.
//!
//! Invariant: from the first moment on nobody is heard, and nobody hears anything but this.

use super::{Audience, CloseReason, Effect, Event, Hub};
use crate::limits::WRITES_PER_TURN;

impl Hub {
    /// Tells everybody that the server stops, and lets them all go: the first of them now, the rest in
    /// [`Input::Tick`](crate::chat::Input::Tick)s.
    pub(super) fn stop(&mut self) {
        let (at, effects, work) = (self.at, std::mem::take(&mut self.effects), self.work.take());
        let empty = Hub { at, effects, work: work.into(), ..Hub::new(std::mem::take(&mut self.config)) };
        let mut stopped = Box::new(std::mem::replace(self, empty));
        // They are taken from the end.
        stopped.clients.reverse();
        self.stopped = Some(stopped);
        self.part();
    }

    /// Lets some of those go who were there when the chat stopped, and frees some of what there was.
    pub(super) fn part(&mut self) {
        let Some(stopped) = &mut self.stopped else { return };
        for _ in 0..WRITES_PER_TURN {
            if let Some(client) = stopped.clients.pop().flatten() {
                let to = Audience::One(client.id);
                self.effects.push(Effect::Deliver { to, event: Event::Stopping });
                self.effects.push(Effect::Close(client.id, CloseReason::ServerStops));
            }
        }
        stopped.rooms.truncate(stopped.rooms.len().saturating_sub(WRITES_PER_TURN));
        if stopped.clients.is_empty() && stopped.rooms.is_empty() {
            self.stopped = None;
        }
    }
}
