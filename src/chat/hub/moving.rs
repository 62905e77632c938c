//! Coming into rooms and going out of them, and how the others are told: a few one by one, many in one line.

use super::{Audience, Event, Farewell, GENERAL, Hub, Name, Output, RoomId};
use crate::chat::client::Seat;
use crate::chat::event::Crowd;
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::movements::Threshold;
use crate::limits::NAMES_SPELLED;

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
        let seat = self.client_mut(id)?.rise(room)?;
        let moved = self.room_mut(room).expect("a seat is in a room").leave(seat.place);
        if let Some(moved) = moved {
            let moved = self.client_mut(moved).expect("members are clients");
            moved.seat_mut(room).expect("members have a seat").place = seat.place;
        }
        Some(seat)
    }

    /// Tells the members of a room that somebody who was known to be there is gone; at once, or with others.
    #[allow(clippy::too_many_arguments)] // all of it is one fact
    pub(super) fn tell_departure(
        &mut self,
        room: RoomId,
        name: &Name,
        threshold: Threshold,
        farewell: Farewell,
        beyond: Option<RoomId>,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        let left = self.room_mut(room).expect("the caller found it");
        if !left.movements.count(now) {
            return left.movements.departed.push((threshold, name.clone()));
        }
        let event = match threshold {
            Threshold::Chat => Event::Departed { name: name.clone(), farewell },
            Threshold::Room => {
                let crowd = Crowd { names: vec![name.clone()], more: 0 };
                Event::ManyDeparted { crowd, room: Some(left.name.clone()) }
            }
        };
        let to = Audience::Room { room, except: None, from: Some(name.clone()), beyond };
        out.push(Output::Deliver { to, event });
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

    /// Tells what waits of a room's movements: first who left, then who came.
    pub(super) fn tell_movements(&mut self, room: RoomId, out: &mut Vec<Output>) {
        let Some(moved) = self.room_mut(room) else { return };
        let room_name = moved.name.clone();
        let departed = std::mem::take(&mut moved.movements.departed);
        let arrived = std::mem::take(&mut moved.movements.arrived);
        for threshold in [Threshold::Chat, Threshold::Room] {
            let named = (threshold == Threshold::Room).then(|| room_name.clone());
            let names = departed.iter().filter(|(across, _)| *across == threshold);
            if let Some(crowd) = crowd(names.map(|(_, name)| name.clone()).collect()) {
                let beyond = (threshold == Threshold::Chat && room != GENERAL).then_some(GENERAL);
                let alone = if let [name] = crowd.names.as_slice() { Some(name.clone()) } else { None };
                let to = Audience::Room { room, except: None, from: alone, beyond };
                out.push(Output::Deliver { to, event: Event::ManyDeparted { crowd, room: named.clone() } });
            }
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
            if let Some(crowd) = crowd(came.into_iter().map(|(_, name)| name).collect()) {
                let to = alone.map_or(Audience::room(room), |(id, name)| Audience::others(room, id, &name));
                out.push(Output::Deliver { to, event: Event::Arrived { crowd, room: named } });
            }
        }
    }
}

/// The people of `names` as one line tells of them: one more than is spelled out is spelled out too.
fn crowd(mut names: Vec<Name>) -> Option<Crowd> {
    if names.is_empty() {
        return None;
    }
    let mut more = 0;
    if names.len() > NAMES_SPELLED + 1 {
        more = names.len() - NAMES_SPELLED;
        names.truncate(NAMES_SPELLED);
    }
    Some(Crowd { names, more })
}
