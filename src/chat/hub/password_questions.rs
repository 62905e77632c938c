//! The questions for passwords that are open, and what is waited for behind them.
//!
//! Invariants: a connection is asked one thing at a time; of the state of the hub, a password that was typed stands here alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ClientId;
use super::asking::{Asking, PendingAuth};
use crate::chat::account::Matter;
use crate::chat::command::{Command, Trouble};

/// What each client is asked, of the few that are, and not for long.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct PasswordQuestions {
    asked: BTreeMap<ClientId, Asking>,
    /// Who waits by now for what comes of a password that was typed on a connection which is lost. Each is gone with its reply.
    heirs: BTreeMap<ClientId, ClientId>,
}

impl PasswordQuestions {
    /// Asks a client, instead of what it was asked before.
    pub(super) fn ask(&mut self, client: ClientId, asking: Asking) {
        self.asked.insert(client, asking);
    }

    /// What a client was asked, which it will not be asked any more.
    pub(super) fn take(&mut self, client: ClientId) -> Option<Asking> {
        self.asked.remove(&client)
    }

    /// The connection of a client is lost: what it was asked cannot be answered any more, but what it has decided is waited for.
    pub(super) fn suspend(&mut self, client: ClientId) {
        match self.asked.get_mut(&client) {
            Some(Asking::Waiting(waiting)) if waiting.matter.decides() => waiting.spoken = true,
            _ => drop(self.take(client)),
        }
    }

    /// What `old` waits for is for `new` from now on.
    pub(super) fn follow(&mut self, old: ClientId, new: ClientId) {
        self.heirs.values_mut().filter(|heir| **heir == old).for_each(|heir| *heir = new);
        let Some(asking) = self.asked.remove(&old) else { return };
        if let Asking::Waiting(waiting) = &asking {
            self.heirs.insert(waiting.typed_on, new);
        }
        self.asked.insert(new, asking);
    }

    /// Who waits for the reply to what that client asked. To be called once for each reply.
    pub(super) fn heir(&mut self, client: ClientId) -> ClientId {
        self.heirs.remove(&client).unwrap_or(client)
    }

    /// What a client is waiting for, if it is this; it does no longer.
    pub(super) fn take_waiting(&mut self, client: ClientId, about: &Matter) -> Option<PendingAuth> {
        match self.asked.remove(&client)? {
            Asking::Waiting(waiting) if waiting.matter == *about => Some(waiting),
            other => {
                self.asked.insert(client, other);
                None
            }
        }
    }

    /// Whether the line that a client sends now is the first one since it began to wait for what comes of a password.
    pub(super) fn speaks_early(&mut self, client: ClientId) -> bool {
        match self.asked.get_mut(&client) {
            Some(Asking::Waiting(waiting)) => !std::mem::replace(&mut waiting.spoken, true),
            _ => false,
        }
    }

    /// Whether `command` says the password that a client has just typed, and nothing came of. Another line makes that forgotten.
    pub(super) fn repeats_secret(&mut self, client: ClientId, command: &Command) -> bool {
        let Some(asking) = self.asked.get(&client) else { return false };
        let (Asking::Refused(typed) | Asking::Waiting(PendingAuth { typed, .. })) = asking else {
            return false;
        };
        let repeats = command.shown().is_some_and(|words| typed.is_said_by(words));
        let unsaid = repeats || matches!(command, Command::Unclear(Trouble::TypedAhead));
        if !unsaid && matches!(asking, Asking::Refused(_)) {
            self.take(client);
        }
        repeats
    }

    /// Whether a question to a client is open.
    pub(super) fn is_open(&self, client: ClientId) -> bool {
        self.asked.get(&client).is_some_and(|asking| asking.question().is_some())
    }

    /// Clients that are asked something, or wait for what comes of it.
    pub(super) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.asked.keys().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.heirs.is_empty()
    }
}
