//! Connections, counted where they come, change and go, so that nobody has to look at all of them.
//!
//! Invariant: who came is here, or has ended for one reason.

use serde::{Deserialize, Serialize};

use crate::chat::CloseReason;
use crate::net::connection::{Carrier, ConnKind};
use crate::protocol::Family;
use crate::protocol::metrics::{FAMILIES, Handshakes, REASONS, TRANSPORTS};

/// Connections since the start.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    came: u64,
    /// Those that are here, by what carries what they speak, and by that.
    here: [[u64; FAMILIES.len()]; TRANSPORTS.len()],
    /// Those that are gone, by the reason.
    ended: [u64; REASONS.len()],
    /// Those that are gone because their request was answered.
    answered: u64,
    handshakes: Handshakes,
}

impl Counts {
    pub(super) fn come(&mut self, kind: ConnKind) {
        self.came += 1;
        *self.of(kind) += 1;
    }

    /// It has shown what it speaks, perhaps.
    pub(super) fn change(&mut self, before: ConnKind, now: ConnKind) {
        if before != now {
            *self.of(before) -= 1;
            *self.of(now) += 1;
            let completed = (before.carrier, now.carrier) == (Carrier::Handshake, Carrier::Tls);
            self.handshakes.completed += u64::from(completed);
        }
    }

    pub(super) fn go(&mut self, kind: ConnKind) {
        *self.of(kind) -= 1;
    }

    /// One that is gone has ended for this reason.
    pub(super) fn end(&mut self, kind: ConnKind, reason: CloseReason) {
        self.handshakes.failed += u64::from(kind.carrier == Carrier::Handshake);
        match (kind.family, reason) {
            // Nobody who has not come into the chat can ask to leave it.
            (Family::Http, CloseReason::Quit) => self.answered += 1,
            _ => self.ended[reason as usize] += 1, // as many as there are reasons
        }
    }

    /// The same, with the connections counted anew.
    pub(super) fn with(self, here: impl Iterator<Item = ConnKind>) -> Counts {
        let mut counts = Counts { here: Default::default(), ..self };
        here.for_each(|kind| *counts.of(kind) += 1);
        counts
    }

    pub(super) fn came(&self) -> u64 {
        self.came
    }

    /// How many are here, for each of [`TRANSPORTS`] and [`FAMILIES`].
    pub(super) fn here(&self) -> [[u64; FAMILIES.len()]; TRANSPORTS.len()] {
        self.here
    }

    /// How many have ended, for each of [`REASONS`].
    pub(super) fn ended(&self) -> [u64; REASONS.len()] {
        self.ended
    }

    /// How many have ended because their request was answered.
    pub(super) fn answered(&self) -> u64 {
        self.answered
    }
    /// Handshakes of TLS.
    pub(super) fn handshakes(&self) -> Handshakes {
        self.handshakes
    }

    fn of(&mut self, ConnKind { family, carrier }: ConnKind) -> &mut u64 {
        &mut self.here[usize::from(carrier != Carrier::Plain)][family as usize]
    }
}
