//! Who has to be looked at, and when.
//!
//! Law: a connection has at most one due time, and none that is over its reason: a server at rest sleeps.

use std::collections::BTreeSet;

use crate::chat::{ClientId, Moment};

/// The due times of all connections.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    due: BTreeSet<(Moment, ClientId)>,
}

impl Deadlines {
    /// Replaces `id`'s due time.
    pub(super) fn set(&mut self, id: ClientId, old: Option<Moment>, new: Option<Moment>) {
        if let Some(old) = old {
            self.due.remove(&(old, id));
        }
        if let Some(new) = new {
            self.due.insert((new, id));
        }
    }

    /// Takes out those whose time has come, `most` of them: the ones that are due longest.
    pub(super) fn take_due(&mut self, now: Moment, most: usize) -> Vec<ClientId> {
        let mut due = Vec::new();
        while let Some(&(at, id)) = self.due.first()
            && at <= now
            && due.len() < most
        {
            self.due.pop_first();
            due.push(id);
        }
        due
    }

    pub(super) fn next(&self) -> Option<Moment> {
        self.due.first().map(|&(due, _)| due)
    }
}
