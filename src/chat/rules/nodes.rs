//! Nodes that come into the chat and go, and what becomes of their members.

use std::collections::BTreeSet;

use super::{Chat, Fact, GENERAL, MemberId, RoomId};
use crate::chat::join_part_batch::Threshold;
use crate::chat::member::Membership;
use crate::chat::node_name::NodeName;
use crate::limits::{EMPTIED_ROOM_WAIT, STRANDED_PER_TURN};

/// People who are told at once of what moved in their rooms, and those of whom they are told; and what a room costs beside them. The last
/// room may go beyond it.
const TOLD_AT_ONCE: usize = 10_000;
const ROOM_TOLD: usize = 50;

/// Steps of work that it takes to take a member out of all indexes.
const LEAVE_STEPS: usize = 150;

impl Chat {
    /// How many members each node has.
    pub(in crate::chat) fn people_by_node(&self) -> impl Iterator<Item = (&NodeName, usize)> {
        self.nodes.counts()
    }

    /// A node is there from now on, with nobody.
    pub(super) fn node_joined(&mut self, node: NodeName) {
        self.nodes.add(node);
    }

    /// A member goes on under a connection of the node whose change this is.
    pub(super) fn seat(&mut self, id: MemberId) {
        if let Some(node) = self.by.clone() {
            self.nodes.seat(&node, id.place());
        }
    }

    /// Whether a member goes on under a connection of another node by now: what becomes of an earlier one is not about them any more.
    pub(super) fn is_elsewhere(&self, id: MemberId) -> bool {
        self.by.as_ref().is_some_and(|node| self.nodes.is_elsewhere(node, id.place()))
    }

    /// A node is there no more; its members [leave](Self::leave_with_node).
    pub(super) fn node_gone(&mut self, node: &NodeName) {
        debug_assert!(self.stranded.is_empty(), "the members of one node leave before another one is gone");
        self.stranded.slots = self.nodes.remove_node(node);
        self.spend(self.people.slots() / 64);
    }

    /// Whether members of a node that is gone have yet to leave, or their rooms to be told.
    pub(in crate::chat) fn has_stranded(&self) -> bool {
        !self.stranded.is_empty()
    }

    /// Those of them who leave next, in order.
    pub(in crate::chat) fn next_stranded(&self) -> impl Iterator<Item = MemberId> {
        self.stranded.slots.iter().take(STRANDED_PER_TURN).filter_map(|&slot| self.people.in_slot(slot))
    }

    /// As many members of a node that is gone leave as a turn of the loop bears. When all have, as many rooms are told as it bears, each of
    /// all who left in one line; one that is empty by then is kept for a while, for they may come back. How much one turn bears is nowhere
    /// to be seen: what comes of all of them is the same.
    pub(super) fn leave_with_node(&mut self) {
        let members: Vec<MemberId> = self.next_stranded().collect();
        let count = STRANDED_PER_TURN.min(self.stranded.slots.len());
        self.stranded.slots.drain(..count);
        self.strand(&members);
        if !self.stranded.slots.is_empty() {
            return;
        }
        let mut told = 0;
        while told < TOLD_AT_ONCE
            && let Some(room) = self.stranded.rooms.pop_first()
        {
            told += self.tell_movements_of(room);
            if self.rooms[room].members.is_empty() {
                self.rooms.keep_empty(room, self.now() + EMPTIED_ROOM_WAIT);
            }
        }
    }

    /// Members leave because their node is gone.
    fn strand(&mut self, members: &[MemberId]) {
        self.spend(LEAVE_STEPS * members.len());
        let mut left = BTreeSet::new();
        members.iter().for_each(|&id| self.strand_one(id, &mut left));
        let Chat { people, rooms, posting, .. } = self;
        // Behind all of them, for each would be looked for among all.
        for &room in &left {
            rooms.forget_arrivals(room, |id| people.get(id).is_none());
        }
        // Nobody is going to tell what became of their letters.
        posting.retain(|(writer, _)| people.get(*writer).is_some());
        self.stranded.rooms.append(&mut left);
    }

    /// One of them leaves; adds the rooms where that is to be told.
    fn strand_one(&mut self, id: MemberId, left: &mut BTreeSet<RoomId>) {
        let Some(name) = self.name(id).cloned() else { return };
        self.facts.push(Fact::GoneWithNode(id));
        self.keep_belongings(id, &name);
        let rooms: Vec<RoomId> = self.rooms_of(id).collect();
        let in_general = self.member(id).and_then(|member| member.membership(GENERAL));
        let in_general = in_general.is_some_and(Membership::announced);
        for room in rooms {
            if self.give_up_seat(id, room).is_some_and(Membership::announced) {
                // A recipient who is in #general too is told there.
                let beyond = (in_general && room != GENERAL).then_some(GENERAL);
                self.rooms.depart_later(room, Threshold::Chat, beyond, name.clone());
            }
            left.insert(room);
        }
        self.forget_member(id, &name);
    }

    /// Time has passed, up to that of an entry: what is due by then is told, as much of it as one entry bears, and what was kept
    /// long enough is no more. The same everywhere, for the state and the time are.
    pub(super) fn elapse(&mut self) {
        let now = self.now();
        let mut told = 0;
        while told < TOLD_AT_ONCE && self.left_behind.give_up_one(now) {
            told += 1;
        }
        while told < TOLD_AT_ONCE
            && let Some(room) = self.rooms.take_emptied(now)
        {
            told += ROOM_TOLD;
            self.remove_if_empty(room);
        }
        while told < TOLD_AT_ONCE
            && let Some((due, room)) = self.rooms.first_restless()
            && now >= due
        {
            told += self.tell_movements_of(room);
        }
    }

    /// Tells what waits of a room's movements; gives how many people are told, and told of, with what the room costs itself.
    fn tell_movements_of(&mut self, room: RoomId) -> usize {
        let people = self.room(room).map_or(0, |room| room.members.len() + room.movements.people());
        self.spend(people);
        self.tell_movements(room);
        ROOM_TOLD + people
    }
}
