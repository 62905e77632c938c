//! The whole state of the chat as a value: what a node that joins would need, and nothing of connections.
//!
//! Invariant: all of [`Chat`] is written down but what is empty between two changes, so no field can be forgotten. What can be worked
//! out from the rest (indexes, counts) is worked out when it is read.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::letter_writer::LetterWriter;
use super::listed_expulsion::ListedExpulsion;
use super::{Chat, MemberId};
use crate::chat::member::Member;
use crate::chat::snapshot_error::SnapshotError;
use crate::chat::time::Time;
use crate::limits::IGNORED_ALWAYS;

/// No chat counts so far: a million a second for nine years.
pub(in crate::chat) const COUNTS_MAX: u64 = 1 << 48;

impl Chat {
    /// The whole state between two changes. To be asked when the facts of the last one have been taken.
    pub(in crate::chat) fn snapshot(&self) -> Chat {
        debug_assert!(self.facts.is_empty(), "facts belong to the caller of `apply`");
        let mut state = Chat { at: Time::default(), work: Cell::default(), by: None, ..self.clone() };
        let agree = state.share_again();
        debug_assert!(agree, "what is one has one value");
        state
    }

    /// The same chat, if it is one: of a state that was written down and read back.
    ///
    /// # Errors
    ///
    /// The state contradicts itself.
    pub(in crate::chat) fn checked(mut self) -> Result<Chat, SnapshotError> {
        self.check()?;
        if !self.share_again() {
            return Err(SnapshotError::Broken("who wrote to whom"));
        }
        Ok(self)
    }

    /// Whether those without a connection are the members in these slots.
    pub(in crate::chat) fn are_detached(&self, slots: &BTreeSet<u32>) -> bool {
        self.detached.is_of(slots)
    }

    /// How many members there are, and how many rooms.
    pub(in crate::chat) fn size(&self) -> (usize, usize) {
        (self.people.count(), self.rooms.count())
    }

    /// Has all who can answer the same sender share what is known of them, and nobody outside of this state. Says whether they
    /// know the same.
    fn share_again(&mut self) -> bool {
        let mut known = BTreeMap::new();
        let written = self.writers.iter_mut().map(LetterWriter::correspondent);
        let posting = self.posting.iter_mut().map(|(_, writer)| writer.correspondent());
        let left = self.left_behind.correspondents();
        let all = self.people.correspondents().chain(written).chain(posting).chain(left);
        let mut agree = true;
        for correspondent in all {
            agree &= correspondent.share_again(&mut known);
        }
        agree
    }

    /// Whether what the parts say of each other is so.
    fn check(&self) -> Result<(), SnapshotError> {
        let places: usize = self.rooms.iter().map(|(_, room)| room.members.len()).sum();
        let memberships: usize = self.people.iter().map(|(_, member)| member.memberships().count()).sum();
        let hidden = || self.people.iter().map(|(id, member)| (id.place(), member.hidden()));
        let beyond = |list: usize| list.saturating_sub(IGNORED_ALWAYS);
        let hidden_beyond: usize = hidden().map(|(_, list)| beyond(list.len())).sum();
        let holders = self.rooms.iter().filter_map(|(_, room)| room.holder);
        let numbers = self.expulsions.iter().map(ListedExpulsion::number).max();
        let slots: BTreeSet<u32> =
            self.detached.iter().filter(|&slot| self.people.in_slot(slot).is_some()).collect();
        let lists =
            self.rooms.iter().flat_map(|(_, room)| [room.modes.banned.next(), room.modes.muted.next()]);
        let counts =
            [self.next_message.0, self.rooms.next_key(), self.last_expulsion, self.hiding.departures()];
        let counts = counts.into_iter().chain(lists);
        let checks = [
            (self.people.iter().all(|(id, it)| self.sits_where_it_says(id, it)), "who is in which room"),
            (places == memberships, "who is in which room"),
            (self.movements_are_sound(), "who has come and is not told of"),
            (self.people.agree_about_holdings(holders), "what addresses have"),
            (self.hiding.agrees(hidden()), "who hides whom"),
            (hidden_beyond == self.hidden_beyond, "how many are hidden"),
            (self.proven.all().all(|id| self.people.get(id).is_some()), "who gave a password"),
            (self.detached.is_of(&slots), "who has no connection"),
            (numbers.is_none_or(|last| last <= self.last_expulsion), "the numbers of expulsions"),
            ({ counts }.all(|count| count < COUNTS_MAX), "how much there was"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(SnapshotError::Broken(what)),
            None => Ok(()),
        }
    }

    /// Whether a member stands in its rooms where it says, and its words go to one of them, or nowhere if it is in none.
    fn sits_where_it_says(&self, id: MemberId, member: &Member) -> bool {
        let stands = |room, place: u32| self.rooms.get(room)?.members.get(place as usize).copied();
        let mut memberships = member.memberships();
        memberships.all(|membership| stands(membership.room, membership.place()) == Some(id))
            && member.current.is_none_or(|room| member.membership(room).is_some())
    }

    /// Whether the members of a room who are to be told of are all who were not.
    fn movements_are_sound(&self) -> bool {
        self.rooms.iter().all(|(id, room)| {
            let untold = room.members.iter().copied().filter(|&member| {
                let membership = self.people.get(member).and_then(|member| member.membership(id));
                membership.is_some_and(|membership| !membership.announced())
            });
            room.movements.is_sound(untold.collect())
        })
    }
}
