//! The end of the chat: everybody is told that the server stops; of very many, some in each turn.
//!
//! Invariant: from the first moment on nobody is heard, and nobody hears anything but this.

use serde::{Deserialize, Serialize};

use super::{CloseReason, Effect, Event, Hub};
use crate::chat::id::ClientId;
use crate::chat::people::People;
use crate::chat::rooms::Rooms;
use crate::limits::WRITES_PER_TURN;

/// What there was when the chat stopped, as far as it is not over.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stopped {
    /// Those who have not been told, the next one last.
    clients: Vec<ClientId>,
    /// How many rooms have not been freed.
    rooms: usize,
    /// The memory that is freed bit by bit. Nothing is asked of it any more.
    #[serde(skip)]
    memory: Option<(People, Rooms)>,
}

impl Clone for Stopped {
    /// Without the memory.
    fn clone(&self) -> Stopped {
        Stopped { clients: self.clients.clone(), rooms: self.rooms, memory: None }
    }
}

impl Hub {
    /// Tells everybody that the server stops, and lets them all go: the first of them now, the rest in
    /// [`Input::Tick`](crate::chat::Input::Tick)s.
    pub(super) fn stop(&mut self) {
        let (at, effects, work) = (self.at, std::mem::take(&mut self.effects), self.work.take());
        let empty = Hub { at, effects, work: work.into(), ..Hub::new(std::mem::take(&mut self.config)) };
        let Hub { people, rooms, lost, .. } = std::mem::replace(self, empty);
        let connected = people.iter().map(|client| client.id).filter(|&id| !lost.is_lost(id));
        let mut clients: Vec<ClientId> = connected.collect();
        clients.reverse();
        let stopped = Stopped { clients, rooms: rooms.numbers(), memory: Some((people, rooms)) };
        self.stopped = Some(Box::new(stopped));
        self.part();
    }

    /// Lets some of those go who were there when the chat stopped, and frees some of what there was.
    pub(super) fn part(&mut self) {
        let Some(Stopped { clients, rooms, memory }) = self.stopped.as_deref_mut() else { return };
        *rooms = rooms.saturating_sub(WRITES_PER_TURN);
        let told = clients.split_off(clients.len().saturating_sub(WRITES_PER_TURN));
        if let Some((people, freed)) = memory {
            told.iter().for_each(|&id| people.free(id));
            freed.free_from(*rooms);
        }
        if clients.is_empty() && *rooms == 0 {
            self.stopped = None;
        }
        for id in told.into_iter().rev() {
            self.tell(id, Event::Stopping);
            self.effects.push(Effect::Close(id, CloseReason::ServerStops));
        }
    }
}
