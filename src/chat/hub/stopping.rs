//! The end of the chat: everybody is told that the server stops; of very many, some in each turn.
//!
//! Invariant: from the first moment on nobody is heard, and nobody hears anything but this.

use super::{Audience, CloseReason, Effect, Event, Hub};
use crate::chat::id::ClientId;
use crate::chat::people::People;
use crate::chat::rooms::Rooms;
use crate::limits::WRITES_PER_TURN;

/// What there was when the chat stopped, as far as it is not over.
#[derive(Debug)]
pub(super) struct Stopped {
    /// Those who have not been told, the next one last.
    clients: Vec<ClientId>,
    people: People,
    rooms: Rooms,
}

impl Hub {
    /// Tells everybody that the server stops, and lets them all go: the first of them now, the rest in
    /// [`Input::Tick`](crate::chat::Input::Tick)s.
    pub(super) fn stop(&mut self) {
        let (at, effects, work) = (self.at, std::mem::take(&mut self.effects), self.work.take());
        let empty = Hub { at, effects, work: work.into(), ..Hub::new(std::mem::take(&mut self.config)) };
        let Hub { people, rooms, .. } = std::mem::replace(self, empty);
        let mut clients: Vec<ClientId> = people.iter().map(|client| client.id).collect();
        clients.reverse();
        self.stopped = Some(Box::new(Stopped { clients, people, rooms }));
        self.part();
    }

    /// Lets some of those go who were there when the chat stopped, and frees some of what there was.
    pub(super) fn part(&mut self) {
        let Some(stopped) = &mut self.stopped else { return };
        for _ in 0..WRITES_PER_TURN {
            let Some(id) = stopped.clients.pop() else { break };
            stopped.people.free(id);
            self.effects.push(Effect::Deliver { to: Audience::One(id), event: Event::Stopping });
            self.effects.push(Effect::Close(id, CloseReason::ServerStops));
        }
        stopped.rooms.free_some(WRITES_PER_TURN);
        if stopped.clients.is_empty() && stopped.rooms.numbers() == 0 {
            self.stopped = None;
        }
    }
}
