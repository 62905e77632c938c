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

    /// When what waits has to be told.
    pub(super) fn due(&self) -> Option<Moment> {
        (!self.arrived.is_empty() || !self.departed.is_empty()).then_some(self.ends)
    }
}
