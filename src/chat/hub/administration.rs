//! What whoever runs the server sees of the chat and does in it, without being in it.

use std::time::Duration;

use super::{Hub, Name};
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;

/// A client as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name, unless it has not been given yet.
    pub name: Option<Name>,
    /// How long ago the client last sent a line, or connected.
    pub idle: Duration,
    /// The rooms it is in, the current one first.
    pub rooms: Vec<Name>,
}

impl Hub {
    /// What the administrator is shown of a client.
    pub fn describe(&self, id: ClientId, now: Moment) -> Option<Description> {
        let client = self.client(id)?;
        let others = client.seats().map(|seat| seat.room).filter(|&room| Some(room) != client.current);
        let rooms = client.current.into_iter().chain(others).filter_map(|room| self.room(room));
        let rooms = rooms.map(|room| room.name.clone()).collect();
        Some(Description { name: client.name.clone(), idle: now.since(client.active), rooms })
    }
}
