//! Getting a name, changing it, and leaving the chat.

use super::{
    Audience, Client, CloseReason, Done, Effect, Event, Farewell, GENERAL, Hub, Name, NameRefusal, RoomId,
    RoomRefusal,
};
use crate::chat::account::AccountKey;
use crate::chat::command::Verb;
use crate::chat::effect::LogEntry;
use crate::chat::id::ClientId;
use crate::chat::join_part_batch::Threshold;
use crate::chat::text::Text;

impl Hub {
    /// A newcomer proposes a name; with a good one they are in.
    pub(super) fn take_name(&mut self, id: ClientId, wanted: &Text) -> Done {
        match self.vet_name(id, wanted) {
            Ok(Wanted::Free(name)) if self.has_place(id) => {
                self.enter_chat(id, name);
                Ok(())
            }
            Ok(Wanted::Free(name)) => Err(NameRefusal::NoPlace(name).into()),
            Ok(Wanted::Registered(account, name)) => self.ask_to_log_in(id, Some(account), name),
            Err(refusal) => {
                self.disregard_behind_name(id, wanted);
                Err(refusal.into())
            }
        }
    }

    /// Whoever wants a name that looks like a registered one may have sent its password as well.
    fn disregard_behind_name(&mut self, id: ClientId, wanted: &Text) {
        let name = Name::known(wanted.as_str().trim()).ok();
        let taken = |name: Name| {
            self.account_index.as_ref().is_some_and(|account_index| account_index.is_taken(&name.skeleton()))
        };
        if name.is_some_and(taken) {
            self.effects.push(Effect::Disregard(id, Verb::Login.secrets()));
        }
    }

    /// A newcomer enters under a name that is theirs to take.
    pub(super) fn enter_chat(&mut self, id: ClientId, name: Name) {
        let now = self.now();
        self.people.set_name(id, name.clone(), now);
        self.took_name(id, None, &name);
        let banned = self.is_banned(id, &name, GENERAL);
        self.welcome(id, &name, (!banned).then_some(GENERAL));
        if banned {
            let refusal = RoomRefusal::BannedOnArrival(self.room_name(GENERAL));
            self.tell(id, Event::RoomRefused(refusal));
        } else {
            self.arrive(id, &name, GENERAL, Threshold::Chat);
            self.replay(id, GENERAL);
        }
    }

    /// Greets a client who has a name from now on and whose words go to `room`, and says it on the console.
    pub(super) fn welcome(&mut self, id: ClientId, name: &Name, room: Option<RoomId>) {
        let others = room.map(|room| self.others_in(id, room));
        let entered = room.and_then(|room| self.room(room));
        let (room, topic) =
            (entered.map(|room| room.name.clone()), entered.and_then(|room| room.topic.clone()));
        let token = self.token(id);
        self.tell(id, Event::Welcome { name: name.clone(), room, topic, others, token });
        if !self.config.motd.is_empty() {
            self.tell(id, Event::Motd(self.config.motd.clone()));
        }
        self.effects.push(Effect::Log(LogEntry::Arrived(id, name.clone())));
    }

    /// A member wants another name.
    pub(super) fn rename(&mut self, id: ClientId, old: &Name, wanted: &Text) -> Done {
        let refusal = match self.vet_name(id, wanted) {
            Ok(Wanted::Free(new)) if new != *old => {
                // A name of their own goes with its account.
                self.people[id].account = None;
                self.change_name(id, old, new);
                return Ok(());
            }
            Ok(Wanted::Registered(account, name))
                if self.client(id).is_some_and(|c| c.account != Some(account)) =>
            {
                return self.ask_to_log_in(id, Some(account), name);
            }
            Ok(_) => NameRefusal::Yours(old.clone()),
            Err(refusal) => refusal,
        };
        self.disregard_behind_name(id, wanted);
        Err(refusal.into())
    }

    /// Gives a member another name, which is free, and tells everyone who shares a room with them.
    pub(super) fn change_name(&mut self, id: ClientId, old: &Name, new: Name) {
        let memberships = self.client(id).into_iter().flat_map(Client::memberships);
        let rooms: Vec<_> = memberships.map(|membership| membership.room).collect();
        // Before the old name is gone, and before the new one may be told as that of somebody who left.
        for &room in &rooms {
            self.tell_movements(room);
        }
        let now = self.now();
        self.people.set_name(id, new.clone(), now);
        self.took_name(id, Some(old), &new);
        let banned = self.banned_rooms(id, &new, &rooms);
        let rooms: Vec<RoomId> = rooms.into_iter().filter(|room| !banned.contains(room)).collect();
        // Everyone who shares a room with them, once.
        let mut clients = self.members_of(&rooms, &new, None);
        if rooms.is_empty() {
            clients.push(id);
        }
        let to = Audience::Several { clients, from: new.clone() };
        self.effects
            .push(Effect::Deliver { to, event: Event::Renamed { from: old.clone(), to: new.clone() } });
        self.effects.push(Effect::Log(LogEntry::Renamed(old.clone(), new.clone())));
        for room in banned {
            self.leave_banned_room(id, old, &new, room);
        }
    }

    /// Takes a client out of everything, and tells the others if they knew of them.
    pub(super) fn depart(&mut self, id: ClientId, farewell: Farewell, reason: CloseReason) {
        self.acknowledge_at_the_end(id, reason);
        let Some(client) = self.client(id) else { return };
        if let Some(name) = client.name.clone() {
            self.effects.push(Effect::Log(LogEntry::Left(name.clone(), reason)));
            self.leave_all(id, &name, farewell);
            self.hiding.left(&name);
        }
        self.show_all(id);
        if let Some(client) = self.people.remove(id) {
            client.end_contact();
            self.forget_decisions(id);
            self.expelling.remove(&id);
            self.sessions.close(id);
            self.lost.forget(id);
        }
    }

    /// Takes a client out of everything by the will of somebody else, and ends its connection if it has one.
    pub(super) fn put_out_of_chat(&mut self, id: ClientId, farewell: Farewell, reason: CloseReason) {
        let connected = !self.lost.is_lost(id);
        self.depart(id, farewell, reason);
        self.effects.extend(connected.then_some(Effect::Close(id, reason)));
    }

    /// Whether `id` may be called `wanted`, and whether a password has to be given for it.
    fn vet_name(&self, id: ClientId, wanted: &Text) -> Result<Wanted, NameRefusal> {
        let wanted = wanted.as_str().trim();
        let name = Name::known(wanted).map_err(|error| NameRefusal::of(error, wanted))?;
        let account = self.owner_of(&name);
        if let Some(expelled) = self.expelled_name(&name, account) {
            return Err(NameRefusal::Expelled(name, expelled));
        }
        // Its owner may have it for longer than it is reserved.
        if let Some(account) = account {
            return Ok(Wanted::Registered(account, name));
        }
        if name.is_reserved() {
            return Err(NameRefusal::Reserved(Text::clean(wanted)));
        }
        let skeleton = name.skeleton();
        let registered =
            self.account_index.as_ref().is_some_and(|account_index| account_index.is_taken(&skeleton));
        if registered || self.people.alike(&skeleton).any(|(holder, _)| holder.id != id) {
            Err(NameRefusal::InUse(name))
        } else if self.config.accounts_only {
            Err(NameRefusal::Unregistered(name))
        } else {
            Ok(Wanted::Free(name))
        }
    }
}

/// A name that can be had.
enum Wanted {
    /// By whoever asks first.
    Free(Name),
    /// By whoever knows its password.
    Registered(AccountKey, Name),
}
