//! Nodes that come into the chat and go, and what becomes of their members.

use std::collections::BTreeSet;

use super::{Chat, Fact, GENERAL, MemberId, RoomId};
use crate::chat::join_part_batch::Threshold;
use crate::chat::member::Membership;
use crate::chat::node_name::NodeName;
use crate::limits::EMPTIED_ROOM_WAIT;

/// Members whom one entry tells of what moved in their rooms, and what a room costs beside them. The last room may go beyond it.
const ENTRY_MEMBERS: usize = 10_000;
const ENTRY_ROOM: usize = 50;

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

    /// A node is there no more: its members leave, all at once. Each room is told of them in one line, and one that they leave empty is
    /// kept for a while, for they may come back.
    pub(super) fn node_gone(&mut self, node: &NodeName) {
        let slots: Vec<u32> = self.nodes.members(node).collect();
        let members: Vec<MemberId> = slots.into_iter().filter_map(|slot| self.people.in_slot(slot)).collect();
        let mut left = BTreeSet::new();
        for id in members {
            self.go_with_node(id, &mut left);
        }
        let until = self.now() + EMPTIED_ROOM_WAIT;
        for room in left {
            self.spend(self.rooms[room].movements.arrived.len() / 4);
            let (rooms, people) = (&mut self.rooms, &self.people);
            // Behind all of them, for each would be looked for among all.
            rooms.forget_arrivals(room, |id| people.get(id).is_none());
            self.tell_movements(room);
            if self.rooms[room].members.is_empty() {
                self.rooms.keep_empty(room, until);
            }
        }
        self.nodes.forget(node);
    }

    /// A member leaves because its node is gone; adds the rooms where that is to be told.
    fn go_with_node(&mut self, id: MemberId, left: &mut BTreeSet<RoomId>) {
        let Some(reentry) = self.reentry(id) else { return };
        let name = reentry.name.clone();
        self.facts.push(Fact::GoneWithNode(id, Box::new(reentry)));
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
        // Nobody is going to tell what became of their letters.
        self.posting.retain(|(writer, _)| *writer != id);
    }

    /// Time has passed, up to that of an entry: what is due by then is told, as much of it as one entry bears, and rooms that were kept
    /// long enough are no more. The same everywhere, for the state and the time are.
    pub(super) fn elapse(&mut self) {
        let now = self.now();
        let mut asked = 0;
        while asked < ENTRY_MEMBERS
            && let Some(room) = self.rooms.take_emptied(now)
        {
            asked += ENTRY_ROOM;
            self.remove_if_empty(room);
        }
        while asked < ENTRY_MEMBERS
            && let Some((due, room)) = self.rooms.first_restless()
            && now >= due
        {
            asked += ENTRY_ROOM + self.room(room).map_or(0, |room| room.members.len());
            self.tell_movements(room);
        }
    }
}
