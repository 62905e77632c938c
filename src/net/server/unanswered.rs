//! By what programs know the answers to commands that are under way in the log, while the connection goes on to others.
//!
//! Invariant: a connection answers by the reference of the command whose change has come back, or which is handled anew, until what follows
//! from that is told; then by what it was before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::connections::Connections;
use crate::chat::ClientId;
use crate::net::stream::Stream;
use crate::protocol::Answering;

/// What is to be answered when it has come back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Unanswered {
    /// By clients, and the numbers of their commands. None is empty: of a client that is gone nobody looks at those of the others.
    under_way: BTreeMap<ClientId, BTreeMap<u64, Answering>>,
    /// The last command that went out.
    last: u64,
    /// The command that is being handled anew, while effects are performed, and by what its connection answered before.
    #[serde(skip)]
    anew: Option<(ClientId, u64, Option<Answering>)>,
}

impl Unanswered {
    /// A command has gone out: its connection answers others meanwhile. One that is handled anew has gone out before.
    pub(super) fn goes_out<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        (id, number): (ClientId, u64),
    ) {
        if number <= self.last {
            return;
        }
        self.last = number;
        if let Some(answering) = answer_as(connections, id, None) {
            self.note((id, number), answering);
        }
    }

    /// A command has come back: gives by what its answers are known.
    pub(super) fn comes_back(&mut self, (id, number): (ClientId, u64)) -> Option<Answering> {
        let of_client = self.under_way.get_mut(&id)?;
        let answering = of_client.remove(&number);
        if of_client.is_empty() {
            self.under_way.remove(&id);
        }
        answering
    }

    fn note(&mut self, (id, number): (ClientId, u64), answering: Answering) {
        self.under_way.entry(id).or_default().insert(number, answering);
    }

    /// A command is being handled anew.
    pub(super) fn begins_anew<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        (id, number): (ClientId, u64),
    ) {
        self.ends_anew(connections);
        let answering = self.comes_back((id, number));
        let before = answer_as(connections, id, answering);
        self.anew = Some((id, number, before));
    }

    /// It has been handled: what is not answered by now will be when it comes back.
    pub(super) fn ends_anew<S: Stream>(&mut self, connections: &mut Connections<S>) {
        let Some((id, number, before)) = self.anew.take() else { return };
        if let Some(answering) = answer_as(connections, id, before).filter(|it| !it.is_answered()) {
            self.note((id, number), answering);
        }
    }

    /// Whether this can have been a server's.
    pub(super) fn is_sound(&self) -> bool {
        let mut clients = self.under_way.values();
        clients.all(|commands| !commands.is_empty() && commands.values().all(Answering::is_sound))
    }

    /// A client is gone.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.under_way.remove(&id);
    }
}

/// Has a connection answer by this from now on; gives by what it did before.
pub(super) fn answer_as<S: Stream>(
    connections: &mut Connections<S>,
    id: ClientId,
    answering: Option<Answering>,
) -> Option<Answering> {
    connections.with_input(id, |conn| conn.answer_as(answering)).flatten()
}
