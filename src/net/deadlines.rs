//! Which connections have to be looked at, and when.
//!
//! Invariant: a connection has at most one due time, and none that is over its reason: a server at rest sleeps.

use std::collections::BTreeSet;

use crate::chat::{ClientId, MonoTime};

/// The due times of all connections.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    due: BTreeSet<(MonoTime, ClientId)>,
}

impl Deadlines {
    /// Replaces `id`'s due time.
    pub(super) fn set(&mut self, id: ClientId, old: Option<MonoTime>, new: Option<MonoTime>) {
        if let Some(old) = old {
            self.due.remove(&(old, id));
        }
        if let Some(new) = new {
            self.due.insert((new, id));
        }
    }

    /// Takes out the connections whose time has come, `most` of them: the ones that are due longest.
    pub(super) fn take_due(&mut self, now: MonoTime, most: usize) -> Vec<ClientId> {
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

    pub(super) fn next(&self) -> Option<MonoTime> {
        self.due.first().map(|&(due, _)| due)
    }
}
