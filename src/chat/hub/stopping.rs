//! The end of the chat: everybody is told that the server stops; of very many, some in each turn.
//!
//! Invariant: from the first moment on nobody is heard, and nobody hears anything but this; and that what they typed may not have been said.

use std::collections::BTreeSet;

use super::stopped::Stopped;
use super::under_way::UnderWay;
use super::{ClientId, CloseReason, Effect, Event, Hub};
use crate::chat::event::LogNews;
use crate::limits::WRITES_PER_TURN;

impl Hub {
    /// Tells everybody that the server stops, and lets them all go: the first of them now, the rest in
    /// [`Input::Tick`](crate::chat::Input::Tick)s. What has come of those who are `held` nobody has handled.
    pub(super) fn stop(&mut self, held: Vec<ClientId>) {
        let (at, effects, work) = (self.at, std::mem::take(&mut self.effects), self.work.take());
        let empty = Hub { at, effects, work: work.into(), ..Hub::new(std::mem::take(&mut self.config)) };
        let stopped = std::mem::replace(self, empty);
        let mut clients: Vec<ClientId> = stopped.with_connection().chain(stopped.outside()).collect();
        let under_way = stopped.route.log().into_iter().flat_map(UnderWay::typed);
        let unsaid: BTreeSet<ClientId> = held.into_iter().chain(under_way).collect();
        let Hub { chat, .. } = stopped;
        clients.sort_unstable_by_key(|id| std::cmp::Reverse(id.slot()));
        clients.dedup();
        let (rooms, members) = (chat.all_rooms().numbers(), chat.slots());
        let memory = Some(chat.into_memory());
        self.stopped = Some(Box::new(Stopped { clients, unsaid, rooms, members, memory }));
        self.part();
    }

    /// All clients that have a connection and a member, or no name yet.
    pub(super) fn with_connection(&self) -> impl Iterator<Item = ClientId> {
        let (seats, newcomers) = (self.sessions.seats.iter(), self.sessions.newcomers.iter());
        let seated = seats.map(|(_, id)| id).filter(|&id| !self.sessions.lost.is_lost(id));
        seated.chain(newcomers.map(|(id, _)| id))
    }

    /// Lets some of those go who were there when the chat stopped, and frees some of what there was.
    pub(super) fn part(&mut self) {
        let Some(Stopped { clients, unsaid, rooms, members, memory }) = self.stopped.as_deref_mut() else {
            return;
        };
        *rooms = rooms.saturating_sub(WRITES_PER_TURN);
        *members = members.saturating_sub(WRITES_PER_TURN);
        let told = clients.split_off(clients.len().saturating_sub(WRITES_PER_TURN));
        if let Some((people, freed)) = memory {
            people.free_from(*members);
            freed.free_from(*rooms);
        }
        let told: Vec<(ClientId, bool)> = told.into_iter().map(|id| (id, unsaid.remove(&id))).collect();
        if clients.is_empty() && *rooms == 0 && *members == 0 {
            self.stopped = None;
        }
        for (id, is_unsaid) in told.into_iter().rev() {
            if is_unsaid {
                self.tell(id, Event::Log(LogNews::Unsaid));
            }
            self.tell(id, Event::Stopping);
            self.effects.push(Effect::Close(id, CloseReason::ServerStops));
        }
    }
}
