//! Connections that are over and not yet gone: where room is short, some of them end before their time.
//!
//! Invariants: a connection ends early only for another one that comes; first those to which all has been written, the oldest of
//! them; and of those that found no place, one of the address that has most of them, and more than one.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use slab::Slab;

use crate::chat::{ClientId, Origin};
use crate::net::connection::Conn;
use crate::net::stream::Stream;

/// Connections that are being closed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Closing {
    /// Those to which something may have to be written, oldest first. Some have gone on since.
    draining: VecDeque<ClientId>,
    /// Those that are only read any more, oldest first. Some are gone.
    lingering: VecDeque<ClientId>,
    /// Those that found no place, oldest first, and from where.
    refused: Vec<(ClientId, Origin)>,
    /// How many of them each address has: hundreds may be there, and it is asked for each that comes.
    #[serde(skip)]
    held: HashMap<Origin, usize>,
}

impl Closing {
    /// What was written down.
    pub(super) fn restore(stored: Closing) -> Closing {
        let Closing { draining, lingering, refused, held: _ } = stored;
        let mut closing = Closing { draining, lingering, ..Closing::default() };
        refused.into_iter().for_each(|(id, origin)| closing.refused(id, origin));
        closing
    }

    pub(super) fn drains<S: Stream>(&mut self, id: ClientId, conns: &Slab<Conn<S>>) {
        note(&mut self.draining, id, conns, Conn::is_draining);
    }

    pub(super) fn lingers<S: Stream>(&mut self, id: ClientId, conns: &Slab<Conn<S>>) {
        note(&mut self.lingering, id, conns, Conn::is_lingering);
    }

    pub(super) fn refused(&mut self, id: ClientId, origin: Origin) {
        self.refused.push((id, origin));
        *self.held.entry(origin).or_default() += 1;
    }

    /// How many of those that found no place are not gone.
    pub(super) fn count_refused(&self) -> usize {
        self.refused.len()
    }

    /// One that found no place is gone.
    pub(super) fn gone(&mut self, id: ClientId) {
        let Some(at) = self.refused.iter().position(|&(refused, _)| refused == id) else { return };
        let (_, origin) = self.refused.remove(at);
        let held = self.held.get_mut(&origin).expect("it has one");
        *held -= 1;
        if *held == 0 {
            self.held.remove(&origin);
        }
    }

    /// The one that can be missed most.
    pub(super) fn oldest<S: Stream>(&mut self, conns: &Slab<Conn<S>>) -> Option<ClientId> {
        first(&mut self.lingering, conns, Conn::is_lingering)
            .or_else(|| first(&mut self.draining, conns, Conn::is_draining))
    }

    /// Of those that found no place, at the address with most of them, the oldest to which the reason has been written.
    pub(super) fn refused_giving_way<S: Stream>(&self, conns: &Slab<Conn<S>>) -> Option<ClientId> {
        if self.held.len() == self.refused.len() {
            return None;
        }
        let held = |origin| self.held.get(&origin).copied().unwrap_or(0);
        let told = self.refused.iter().filter(|&&(id, _)| is(id, conns, Conn::is_lingering));
        let &(id, origin) = told.min_by_key(|&&(_, origin)| Reverse(held(origin)))?;
        (held(origin) > 1).then_some(id)
    }
}

/// Whether `id` is still there, and as far as that.
fn is<S: Stream>(id: ClientId, conns: &Slab<Conn<S>>, phase: impl Fn(&Conn<S>) -> bool) -> bool {
    conns.get(id.slot()).is_some_and(|conn| conn.is(id) && phase(conn))
}

/// Puts `id` behind all others. Those that are not there any more are forgotten before they are most of all.
fn note<S: Stream>(
    queue: &mut VecDeque<ClientId>,
    id: ClientId,
    conns: &Slab<Conn<S>>,
    phase: impl Fn(&Conn<S>) -> bool + Copy,
) {
    if queue.len() > 2 * conns.len() {
        queue.retain(|&id| is(id, conns, phase));
    }
    queue.push_back(id);
}

/// The first that is still there, which stays.
fn first<S: Stream>(
    queue: &mut VecDeque<ClientId>,
    conns: &Slab<Conn<S>>,
    phase: impl Fn(&Conn<S>) -> bool + Copy,
) -> Option<ClientId> {
    while queue.front().is_some_and(|&id| !is(id, conns, phase)) {
        queue.pop_front();
    }
    queue.front().copied()
}
