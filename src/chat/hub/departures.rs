//! Which clients take leave of a chat of several nodes, and until when each of them waits for the log.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ClientId;
use crate::chat::mono_time::MonoTime;

/// Clients that take leave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<ClientId, MonoTime>", into = "BTreeMap<ClientId, MonoTime>")]
pub(super) struct Departures {
    /// Until when each of them waits for the log.
    clients: BTreeMap<ClientId, MonoTime>,
    due: BTreeSet<(MonoTime, ClientId)>,
}

impl From<BTreeMap<ClientId, MonoTime>> for Departures {
    fn from(clients: BTreeMap<ClientId, MonoTime>) -> Departures {
        let due = clients.iter().map(|(&id, &until)| (until, id)).collect();
        Departures { clients, due }
    }
}

impl From<Departures> for BTreeMap<ClientId, MonoTime> {
    fn from(departures: Departures) -> BTreeMap<ClientId, MonoTime> {
        departures.clients
    }
}

impl Departures {
    pub(super) fn add(&mut self, id: ClientId, until: MonoTime) {
        self.clients.insert(id, until);
        self.due.insert((until, id));
    }

    /// A client is gone; says whether it was taking leave.
    pub(super) fn remove(&mut self, id: ClientId) -> bool {
        let until = self.clients.remove(&id);
        until.is_some_and(|until| self.due.remove(&(until, id)))
    }

    /// The one that waits no longer next, and when.
    pub(super) fn first_due(&self) -> Option<(MonoTime, ClientId)> {
        self.due.first().copied()
    }

    pub(super) fn contains(&self, id: ClientId) -> bool {
        self.clients.contains_key(&id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }
}
