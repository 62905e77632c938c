//! Arrivals and departures of one room: the first few of a second one by one, the rest of it as one line.
//!
//! Invariant: a storm of N people costs each member lines in proportion to its seconds, never to N.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::effect::RoomId;
use super::member_id::MemberId;
use super::mono_time::MonoTime;
use super::name::Name;
use crate::limits::{MOVEMENT_WINDOW, MOVEMENTS_TOLD};

/// What a member came into or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Threshold {
    /// The chat as a whole.
    Chat,
    /// This room, from elsewhere in the chat.
    Room,
}

/// People who moved together, in their order.
///
/// Bounded: of each person who was there when the second began it holds one departure, for who comes back and goes again
/// within it was not told of and leaves nothing; so it never holds more names than there were people, beside the few who
/// came within the second and were told of at once. A name is shared with the person: it takes 16 bytes here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Moved(pub(super) Vec<Name>);

/// Who came, and into what.
pub(super) type Arrived = (Threshold, MemberId);

/// People who left together: what, and the room whose members are told of it there instead.
pub(super) type Departed = (Threshold, Option<RoomId>, Moved);

/// The movements of one room within the second that is running.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct JoinPartBatch {
    ends: MonoTime,
    told: usize,
    /// Came and are there still, but not yet told of.
    pub(super) arrived: Vec<Arrived>,
    /// Left, not yet told of: by what they left, and by where they are told of instead.
    pub(super) departed: Vec<Departed>,
}

impl JoinPartBatch {
    /// Counts one movement; says whether it is one of the few to be told at once. Call only when nothing is overdue.
    pub(super) fn count(&mut self, now: MonoTime) -> bool {
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

    /// A member left who will be told of later.
    pub(super) fn depart(&mut self, threshold: Threshold, beyond: Option<RoomId>, name: Name) {
        let known =
            self.departed.iter_mut().find(|(across, told, _)| (*across, *told) == (threshold, beyond));
        match known {
            Some((.., moved)) => moved.0.push(name),
            None => self.departed.push((threshold, beyond, Moved(vec![name]))),
        }
    }

    /// Forgets an arrival that was not told of: who comes and goes within a second, over and over, leaves nothing. The
    /// latest come first, for members who go at once are among them.
    pub(super) fn forget_arrival(&mut self, id: MemberId) {
        if let Some(at) = self.arrived.iter().rposition(|&(_, arrived)| arrived == id) {
            self.arrived.remove(at);
        }
    }

    /// Whether the arrivals are members who have not been told of, each once, and whether it is known who left.
    pub(super) fn is_sound(&self, mut untold: BTreeSet<MemberId>) -> bool {
        self.arrived.iter().all(|(_, id)| untold.remove(id))
            && untold.is_empty()
            && self.departed.iter().all(|(.., moved)| !moved.0.is_empty())
    }

    /// How many people there are to be told of.
    pub(super) fn people(&self) -> usize {
        let departed: usize = self.departed.iter().map(|(.., moved)| moved.0.len()).sum();
        self.arrived.len() + departed
    }

    /// When what waits has to be told.
    pub(super) fn due(&self) -> Option<MonoTime> {
        (!self.arrived.is_empty() || !self.departed.is_empty()).then_some(self.ends)
    }
}
