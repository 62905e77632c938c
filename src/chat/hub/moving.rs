//! Coming into rooms and going out of them, and how the others are told: a few one by one, many in one line.

use super::{Audience, Event, Farewell, GENERAL, Hub, Name, Output, RoomId};
use crate::chat::client::{Client, Seat};
use crate::chat::event::Crowd;
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::movements::Threshold;

impl Hub {
    /// Seats a client in a room, which becomes the current one, and tells the others.
    pub(super) fn arrive(
        &mut self,
        id: ClientId,
        name: &Name,
        room: RoomId,
        threshold: Threshold,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        self.overdue_movements(room, now, out);
        let entered = self.room_mut(room).expect("the caller found it");
        let place = entered.enter(id);
        let announced = entered.movements.count(now);
        if announced {
            let room_name = (threshold == Threshold::Room).then(|| entered.name.clone());
            let crowd = Crowd { names: vec![name.clone()], more: 0 };
            let event = Event::Arrived { crowd, room: room_name };
            out.push(Output::Deliver { to: Audience::others(room, id, name), event });
        } else {
            entered.movements.arrived.push((threshold, id));
            self.restless.insert(room);
        }
        let client = self.client_mut(id).expect("the caller knows them");
        client.sit(Seat { room, place, announced });
        client.current = Some(room);
    }

    /// Takes a client's seat in a room away; what was overdue is told before.
    pub(super) fn unseat(
        &mut self,
        id: ClientId,
        room: RoomId,
        now: Moment,
        out: &mut Vec<Output>,
    ) -> Option<Seat> {
        self.overdue_movements(room, now, out);
        self.vacate(id, room)
    }

    /// Takes a client's seat in a room away.
    pub(super) fn vacate(&mut self, id: ClientId, room: RoomId) -> Option<Seat> {
        let seat = self.client_mut(id)?.rise(room)?;
        let moved = self.room_mut(room).expect("a seat is in a room").leave(seat.place);
        if let Some(moved) = moved {
            let moved = self.client_mut(moved).expect("members are clients");
            moved.seat_mut(room).expect("members have a seat").place = seat.place;
        }
        if !seat.announced {
            let movements = &mut self.room_mut(room).expect("a seat is in a room").movements;
            movements.forget(id);
            if movements.due().is_none() {
                self.restless.remove(&room);
            }
        }
        Some(seat)
    }

    /// Tells the members of a room that somebody who was known to be there left it; at once, or with others.
    pub(super) fn tell_left(&mut self, room: RoomId, name: &Name, now: Moment, out: &mut Vec<Output>) {
        let left = self.room_mut(room).expect("the caller found it");
        if !left.movements.count(now) {
            left.movements.departed.push((Threshold::Room, None, name.clone()));
            self.restless.insert(room);
            return;
        }
        let crowd = Crowd { names: vec![name.clone()], more: 0 };
        let event = Event::ManyDeparted { crowd, room: Some(left.name.clone()) };
        let to = Audience::Room { room, except: None, from: Some(name.clone()), beyond: None };
        out.push(Output::Deliver { to, event });
    }

    /// Takes a client out of all their rooms and out of the chat. Whoever shared several with them hears of it once.
    pub(super) fn leave_all(
        &mut self,
        id: ClientId,
        name: &Name,
        farewell: Farewell,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        self.overdue_movements(GENERAL, now, out);
        let rooms: Vec<RoomId> =
            self.client(id).into_iter().flat_map(Client::seats).map(|seat| seat.room).collect();
        let seat = self.client(id).and_then(|client| client.seat(GENERAL));
        let known = seat.is_some_and(|seat| seat.announced);
        let mut at_once = Vec::new();
        for &room in &rooms {
            let Some(Seat { announced: true, .. }) = self.unseat(id, room, now, out) else { continue };
            let movements = &mut self.room_mut(room).expect("a seat is in a room").movements;
            if movements.count(now) {
                at_once.push(room);
            } else {
                let beyond = (known && room != GENERAL).then_some(GENERAL);
                movements.departed.push((Threshold::Chat, beyond, name.clone()));
                self.restless.insert(room);
            }
        }
        // Who is in #general too is told there, now or when its second is over.
        let beyond = (known && !at_once.contains(&GENERAL)).then_some(GENERAL);
        let from = name.clone();
        let to = match at_once.as_slice() {
            [] => None,
            &[room] => Some(Audience::Room { room, except: None, from: Some(from), beyond }),
            several => Some(Audience::Several { clients: self.members_of(several, beyond), from }),
        };
        let event = Event::Departed { name: name.clone(), farewell };
        out.extend(to.map(|to| Output::Deliver { to, event }));
        rooms.into_iter().for_each(|room| self.vanish_if_empty(room, out));
    }

    /// The members of these rooms, each once, but for those who are in the room `beyond`.
    pub(super) fn members_of(&self, rooms: &[RoomId], beyond: Option<RoomId>) -> Vec<ClientId> {
        let members = rooms.iter().filter_map(|&room| self.room(room)).flat_map(|room| &room.members);
        let mut clients: Vec<ClientId> =
            members.copied().filter(|&id| beyond.is_none_or(|beyond| !self.sits_in(id, beyond))).collect();
        clients.sort_unstable();
        clients.dedup();
        clients
    }

    /// Tells of somebody's arrival before they are heard of in another way.
    pub(super) fn announce(&mut self, id: ClientId, room: RoomId, out: &mut Vec<Output>) {
        let seat = self.client(id).and_then(|client| client.seat(room));
        if seat.is_some_and(|seat| !seat.announced) {
            self.tell_movements(room, out);
        }
    }

    /// A second that is over is told before the next one begins.
    pub(super) fn overdue_movements(&mut self, room: RoomId, now: Moment, out: &mut Vec<Output>) {
        let due = self.room(room).and_then(|room| room.movements.due());
        if due.is_some_and(|due| now >= due) {
            self.tell_movements(room, out);
        }
    }

    /// Tells what waits of a room's movements: first who left, then who came, for a name may be another's by then.
    pub(super) fn tell_movements(&mut self, room: RoomId, out: &mut Vec<Output>) {
        self.restless.remove(&room);
        let Some(moved) = self.room_mut(room) else { return };
        let room_name = moved.name.clone();
        let departed = std::mem::take(&mut moved.movements.departed);
        let arrived = std::mem::take(&mut moved.movements.arrived);
        let named = |threshold| (threshold == Threshold::Room).then(|| room_name.clone());
        for (threshold, beyond) in
            [(Threshold::Chat, None), (Threshold::Chat, Some(GENERAL)), (Threshold::Room, None)]
        {
            let names = departed.iter().filter(|(across, told, _)| (*across, *told) == (threshold, beyond));
            let names: Vec<Name> = names.map(|(.., name)| name.clone()).collect();
            let alone = if let [name] = names.as_slice() { Some(name.clone()) } else { None };
            let to = Audience::Room { room, except: None, from: alone, beyond };
            let event = |crowd| Event::ManyDeparted { crowd, room: named(threshold) };
            self.tell_crowd(to, &names, event, out);
        }
        for threshold in [Threshold::Chat, Threshold::Room] {
            let mut came = Vec::new();
            for &(_, id) in arrived.iter().filter(|(across, _)| *across == threshold) {
                // Whoever has gone again leaves no trace.
                let Some(client) = self.client_mut(id) else { continue };
                let Some(seat) = client.seat_mut(room) else { continue };
                if !std::mem::replace(&mut seat.announced, true) {
                    came.extend(client.name.clone().map(|name| (id, name)));
                }
            }
            // Who came alone knows it; of many, each hears of the others.
            let alone = came.first().filter(|_| came.len() == 1).cloned();
            let to = alone.map_or(Audience::room(room), |(id, name)| Audience::others(room, id, &name));
            let names: Vec<Name> = came.into_iter().map(|(_, name)| name).collect();
            self.tell_crowd(to, &names, |crowd| Event::Arrived { crowd, room: named(threshold) }, out);
        }
    }
}
