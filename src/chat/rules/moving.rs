//! Coming into rooms and going out of them, and how the others are told: a few one by one, many in one line.

use super::crowds::Hearers;
use super::{Audience, Chat, Event, Fact, Farewell, GENERAL, Name, RoomId};
use crate::chat::event::Crowd;
use crate::chat::join_part_batch::{Moved, Threshold};
use crate::chat::member::Membership;
use crate::chat::member_id::MemberId;
use crate::chat::room::Room;
use crate::chat::slots::SlotSet;

impl Chat {
    /// Seats a member in a room, which becomes the current one, and tells the others.
    pub(super) fn arrive(&mut self, id: MemberId, name: &Name, room: RoomId, threshold: Threshold) {
        let now = self.now();
        self.overdue_movements(room);
        self.spend(self.room(room).map_or(0, Room::office_steps));
        let entered = &mut self.rooms[room];
        let place = entered.enter(id);
        let announced = entered.movements.count(now);
        if announced {
            let room_name = (threshold == Threshold::Room).then(|| entered.name.clone());
            let event = Event::Arrived { crowd: Crowd::one(name.clone()), room: room_name };
            self.facts.push(Fact::Deliver { to: Audience::others(room, id, name), event });
        } else {
            self.rooms.arrive_later(room, threshold, id);
        }
        let member = &mut self.people[id];
        member.join(Membership::new(room, place, announced));
        member.current = Some(room);
    }

    /// Takes a member's seat in a room away; what was overdue is told before.
    pub(super) fn remove_member(&mut self, id: MemberId, room: RoomId) -> Option<Membership> {
        self.overdue_movements(room);
        self.vacate(id, room)
    }

    /// Takes a member's seat in a room away. If it was not told that they came, it will not be.
    pub(super) fn vacate(&mut self, id: MemberId, room: RoomId) -> Option<Membership> {
        let membership = self.give_up_seat(id, room)?;
        if !membership.announced() {
            self.spend(self.rooms[room].movements.arrived.len() / 4);
            self.rooms.forget_arrival(room, id);
        }
        Some(membership)
    }

    /// Takes a member's seat in a room away; that they came may wait to be told as before.
    pub(super) fn give_up_seat(&mut self, id: MemberId, room: RoomId) -> Option<Membership> {
        let membership = self.member_mut(id)?.part(room)?;
        self.spend(self.rooms[room].office_steps());
        if let Some(moved) = self.rooms.leave(membership) {
            let moved = self.people[moved].membership_mut(room).expect("members have a seat");
            moved.set_place(membership.place());
        }
        Some(membership)
    }

    /// Tells the members of a room that a member who was known to be there left it; at once, or with others.
    pub(super) fn tell_left(&mut self, room: RoomId, name: &Name) {
        let now = self.now();
        let left = &mut self.rooms[room];
        if !left.movements.count(now) {
            return self.rooms.depart_later(room, Threshold::Room, None, name.clone());
        }
        let crowd = Crowd::one(name.clone());
        let event = Event::ManyDeparted { crowd, room: Some(left.name.clone()) };
        let to = Audience::Room { room, except: None, from: Some(name.clone()), beyond: None };
        self.facts.push(Fact::Deliver { to, event });
    }

    /// Takes a member out of all their rooms and out of the chat. A recipient who shared several with them hears of it once.
    pub(super) fn leave_all(&mut self, id: MemberId, name: &Name, farewell: Farewell) {
        let now = self.now();
        self.overdue_movements(GENERAL);
        let rooms: Vec<RoomId> = self.rooms_of(id).collect();
        let membership = self.member(id).and_then(|member| member.membership(GENERAL));
        let known = membership.is_some_and(Membership::announced);
        let mut at_once = Vec::new();
        for &room in &rooms {
            if !self.remove_member(id, room).is_some_and(Membership::announced) {
                continue;
            }
            if self.rooms[room].movements.count(now) {
                at_once.push(room);
            } else {
                let beyond = (known && room != GENERAL).then_some(GENERAL);
                self.rooms.depart_later(room, Threshold::Chat, beyond, name.clone());
            }
        }
        // Who is in #general too is told there, now or when its second is over.
        let beyond = (known && !at_once.contains(&GENERAL)).then_some(GENERAL);
        let from = name.clone();
        let to = match at_once.as_slice() {
            [] => None,
            &[room] => Some(Audience::Room { room, except: None, from: Some(from), beyond }),
            several => Some(Audience::Several { recipients: self.members_of(several, name, beyond), from }),
        };
        let event = Event::Departed { name: name.clone(), farewell };
        self.facts.extend(to.map(|to| Fact::Deliver { to, event }));
        rooms.into_iter().for_each(|room| self.remove_if_empty(room));
    }

    /// The members of these rooms, each once, but for members who hide `from` and members of the room `beyond`.
    pub(super) fn members_of(&self, rooms: &[RoomId], from: &Name, beyond: Option<RoomId>) -> Vec<MemberId> {
        let members = |room: RoomId| self.room(room).map(|room| &room.slots);
        let mut slots = SlotSet::of_many(self.people.slots());
        // Members who are spared are taken out at once, however many they are.
        let mut steps = 3 * slots.steps();
        for room in rooms.iter().filter_map(|&room| members(room)) {
            slots.unite(room);
            steps += room.steps();
        }
        for spared in self.hiding.hiders(from).into_iter().chain(beyond.and_then(members)) {
            slots.subtract(spared);
        }
        self.spend(steps);
        let mut members = Vec::with_capacity(slots.len());
        members.extend(slots.iter().filter_map(|slot| self.people.in_slot(slot)));
        members
    }

    /// Tells of a member's arrival before they are heard of in another way.
    pub(super) fn announce(&mut self, id: MemberId, room: RoomId) {
        let membership = self.member(id).and_then(|member| member.membership(room));
        if membership.is_some_and(|membership| !membership.announced()) {
            self.tell_movements(room);
        }
    }

    /// A second that is over is told before the next one begins.
    pub(super) fn overdue_movements(&mut self, room: RoomId) {
        let now = self.now();
        let due = self.room(room).and_then(|room| room.movements.due());
        if due.is_some_and(|due| now >= due) {
            self.tell_movements(room);
        }
    }

    /// Tells what waits of a room's movements: first who left, then who came, for a name may be another's by then.
    pub(super) fn tell_movements(&mut self, room: RoomId) {
        let Some((mut departed, arrived)) = self.rooms.take_movements(room) else { return };
        let room_name = self.room_name(room);
        let named = |threshold| (threshold == Threshold::Room).then(|| room_name.clone());
        for order in [(Threshold::Chat, None), (Threshold::Chat, Some(GENERAL)), (Threshold::Room, None)] {
            let told = departed.iter().position(|(threshold, beyond, _)| (*threshold, *beyond) == order);
            let Some((threshold, beyond, moved)) = told.map(|at| departed.swap_remove(at)) else { continue };
            let event = |crowd| Event::ManyDeparted { crowd, room: named(threshold) };
            self.tell_crowd(Hearers { room, except: None, beyond }, moved, event);
        }
        self.spend(arrived.len());
        for threshold in [Threshold::Chat, Threshold::Room] {
            let (mut came, mut last) = (Vec::new(), None);
            for &(_, id) in arrived.iter().filter(|(across, _)| *across == threshold) {
                let member = &mut self.people[id];
                member.membership_mut(room).expect("who has left again is not among them").announce();
                came.push(member.name.clone());
                last = Some(id);
            }
            // Who came alone knows it; of many, each hears of the others.
            let hearers = Hearers { room, except: last.filter(|_| came.len() == 1), beyond: None };
            let event = |crowd| Event::Arrived { crowd, room: named(threshold) };
            self.tell_crowd(hearers, Moved(came), event);
        }
    }
}
