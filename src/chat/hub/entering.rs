//! Getting a name, changing it, leaving, and what the others are told of it.

use super::{Audience, CloseReason, Event, Farewell, GENERAL, Hub, Name, NameRefusal, Output, RoomId, tell};
use crate::chat::event::Crowd;
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::name::NameError;
use crate::chat::output::Note;
use crate::chat::text::Text;
use crate::limits::NAMES_SPELLED;

impl Hub {
    /// A newcomer proposes a name; with a good one they are in.
    pub(super) fn take_name(&mut self, id: ClientId, wanted: &Text, now: Moment, out: &mut Vec<Output>) {
        let name = match self.vet_name(id, wanted) {
            Ok(name) => name,
            Err(refusal) => {
                out.push(tell(id, Event::NameRefused(refusal)));
                return out.push(tell(id, Event::NamePrompt));
            }
        };
        self.roster.insert(&name.likeness(), id);
        let place = self.rooms[GENERAL.0 as usize].enter(id);
        let client = self.client_mut(id).expect("the caller knows them");
        client.name = Some(name.clone());
        client.place = place;
        out.push(tell(id, Event::Welcome { name: name.clone() }));
        out.push(Output::Note(Note::Arrived(id, name.clone())));
        self.arrive(id, name, now, out);
        // Forgets who is first in the list of those without a name and has one by now.
        self.oldest_newcomer();
    }

    /// A member wants another name.
    pub(super) fn rename(&mut self, id: ClientId, old: &Name, wanted: &Text, out: &mut Vec<Output>) {
        let new = match self.vet_name(id, wanted) {
            Ok(new) if new == *old => {
                return out.push(tell(id, Event::NameRefused(NameRefusal::Yours(new))));
            }
            Ok(new) => new,
            Err(refusal) => return out.push(tell(id, Event::NameRefused(refusal))),
        };
        // Before the old name is gone, and before the new one may be told as that of somebody who left.
        self.tell_movements(GENERAL, out);
        let old_likeness = old.likeness();
        self.roster.remove(&old_likeness, id);
        self.roster.insert(&new.likeness(), id);
        if self.hiding > 0 {
            for client in self.clients.iter_mut().flatten() {
                client.rename_hidden(&old_likeness, &new);
            }
        }
        self.client_mut(id).expect("the caller knows them").name = Some(new.clone());
        // Whoever hid the old name hides the new one by now, and does not hear of it.
        let to = Audience::Room { room: GENERAL, except: None, from: Some(new.clone()) };
        out.push(Output::Deliver { to, event: Event::Renamed { from: old.clone(), to: new.clone() } });
        out.push(Output::Note(Note::Renamed(old.clone(), new)));
    }

    /// Takes a client out of everything, and tells the others if they knew of them.
    pub(super) fn depart(
        &mut self,
        id: ClientId,
        farewell: Farewell,
        reason: CloseReason,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        self.overdue_movements(GENERAL, now, out);
        let Some(client) = self.client(id) else { return };
        let (name, place, announced) = (client.name.clone(), client.place, client.announced);
        if let Some(name) = name {
            self.roster.remove(&name.likeness(), id);
            if let Some(moved) = self.rooms[GENERAL.0 as usize].leave(place) {
                self.client_mut(moved).expect("members are clients").place = place;
            }
            out.push(Output::Note(Note::Left(name.clone(), reason)));
            if announced {
                let movements = &mut self.rooms[GENERAL.0 as usize].movements;
                if movements.count(now) {
                    let to = Audience::Room { room: GENERAL, except: None, from: Some(name.clone()) };
                    out.push(Output::Deliver { to, event: Event::Departed { name, farewell } });
                } else {
                    movements.departed.push(name);
                }
            }
        }
        self.forget(id);
    }

    /// Tells of somebody's arrival before they are heard of in another way.
    pub(super) fn announce(&mut self, id: ClientId, out: &mut Vec<Output>) {
        if self.client(id).is_some_and(|client| !client.announced) {
            self.tell_movements(GENERAL, out);
        }
    }

    /// Tells what waits of a room's movements: first who left, then who came.
    pub(super) fn tell_movements(&mut self, room: RoomId, out: &mut Vec<Output>) {
        let movements = &mut self.rooms[room.0 as usize].movements;
        let departed = std::mem::take(&mut movements.departed);
        let mut arrived = std::mem::take(&mut movements.arrived);
        if let Some(crowd) = crowd(departed) {
            let alone = if let [name] = crowd.names.as_slice() { Some(name.clone()) } else { None };
            let to = Audience::Room { room, except: None, from: alone };
            out.push(Output::Deliver { to, event: Event::ManyDeparted(crowd) });
        }
        arrived.retain(|&id| self.client(id).is_some());
        let names = arrived.iter().filter_map(|&id| {
            let client = self.client_mut(id)?;
            client.announced = true;
            client.name.clone()
        });
        if let Some(crowd) = crowd(names.collect()) {
            // Who came alone knows it; of many, each hears of the others.
            let alone = arrived.first().copied().filter(|_| arrived.len() == 1);
            let to =
                Audience::Room { room, except: alone, from: alone.and_then(|id| self.name(id)).cloned() };
            out.push(Output::Deliver { to, event: Event::Arrived(crowd) });
        }
    }

    fn arrive(&mut self, id: ClientId, name: Name, now: Moment, out: &mut Vec<Output>) {
        self.overdue_movements(GENERAL, now, out);
        let movements = &mut self.rooms[GENERAL.0 as usize].movements;
        if movements.count(now) {
            self.client_mut(id).expect("the caller knows them").announced = true;
            let to = Audience::Room { room: GENERAL, except: Some(id), from: Some(name.clone()) };
            out.push(Output::Deliver { to, event: Event::Arrived(Crowd { names: vec![name], more: 0 }) });
        } else {
            movements.arrived.push(id);
        }
    }

    /// A second that is over is told before the next one begins.
    fn overdue_movements(&mut self, room: RoomId, now: Moment, out: &mut Vec<Output>) {
        if self.rooms[room.0 as usize].movements.due().is_some_and(|due| now >= due) {
            self.tell_movements(room, out);
        }
    }

    /// Whether `id` may be called `wanted`.
    fn vet_name(&self, id: ClientId, wanted: &Text) -> Result<Name, NameRefusal> {
        let wanted = wanted.as_str().trim();
        let name = Name::new(wanted).map_err(|error| match error {
            NameError::Malformed => NameRefusal::Malformed,
            NameError::Reserved => NameRefusal::Reserved(Text::clean(wanted)),
        })?;
        match self.holder(&name.likeness()) {
            Some(holder) if holder.id != id => Err(NameRefusal::InUse(name)),
            _ => Ok(name),
        }
    }

    fn forget(&mut self, id: ClientId) {
        if let Some(client) = self.clients[id.slot()].take()
            && client.hidden().next().is_some()
        {
            self.hiding -= 1;
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
