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

    /// The next to be looked at, if their time has come.
    pub(super) fn pop(&mut self, now: Moment) -> Option<ClientId> {
        let &(due, id) = self.due.first()?;
        (due <= now).then(|| {
            self.due.pop_first();
            id
        })
    }

    pub(super) fn next(&self) -> Option<Moment> {
        self.due.first().map(|&(due, _)| due)
    }
}
