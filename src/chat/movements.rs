//! Arrivals and departures of one room: the first few of a second one by one, the rest of it as one line.
//!
//! Law: a storm of N people costs each member lines in proportion to its seconds, never to N.

use super::id::ClientId;
use super::moment::Moment;
use super::name::Name;
use super::output::RoomId;
use crate::limits::{MOVEMENT_WINDOW, MOVEMENTS_TOLD};

/// What somebody came into or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threshold {
    /// The chat as a whole.
    Chat,
    /// This room, from elsewhere in the chat.
    Room,
}

/// The movements of one room within the second that is running.
#[derive(Debug, Default)]
pub(super) struct Movements {
    ends: Moment,
    told: usize,
    /// Came, not yet told of; whoever has left again by the time of telling is left out.
    pub(super) arrived: Vec<(Threshold, ClientId)>,
    /// Left, not yet told of; and the room in which those who are there too are told of it instead.
    pub(super) departed: Vec<(Threshold, Option<RoomId>, Name)>,
}

impl Movements {
    /// Counts one movement; says whether it is one of the few to be told at once. Call only when nothing is overdue.
    pub(super) fn count(&mut self, now: Moment) -> bool {
        if now >= self.ends {
            self.ends = now + MOVEMENT_WINDOW;
            self.told = 0;
        }
        let at_once = self.told < MOVEMENTS_TOLD;
        if at_once {
            self.told += 1;
        }
        at_once
    }

    /// Forgets an arrival that was not told of: who comes and goes within a second, over and over, leaves nothing. The
    /// latest come first, for those who go at once are among them.
    pub(super) fn forget(&mut self, id: ClientId) {
        if let Some(at) = self.arrived.iter().rposition(|&(_, arrived)| arrived == id) {
            self.arrived.remove(at);
        }
    }

    /// When what waits has to be told.
    pub(super) fn due(&self) -> Option<Moment> {
        (!self.arrived.is_empty() || !self.departed.is_empty()).then_some(self.ends)
    }
}
