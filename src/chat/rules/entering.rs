//! Getting a name, changing it, and leaving the chat.

use super::{
    Arrival, Audience, Chat, CloseReason, Event, Fact, Farewell, GENERAL, MemberId, Name, NameRefusal,
    Origin, Outcome, Refusal, RoomId, RoomRefusal,
};
use crate::chat::account::AccountKey;
use crate::chat::effect::LogEntry;
use crate::chat::join_part_batch::Threshold;
use crate::chat::text::Text;

/// A name that can be had.
enum Wanted {
    /// By the first that asks for it.
    Free(Name),
    /// By its owner, who has to give the password.
    Registered(AccountKey, Name),
}

impl Chat {
    /// A client wants to come in from there under a name, and has a place or not.
    ///
    /// # Errors
    ///
    /// The name cannot be had, or there is no place.
    pub(super) fn take_name(
        &mut self,
        origin: Origin,
        wanted: &Text,
        placed: bool,
    ) -> Result<Outcome, Refusal> {
        match self.vet_name(None, wanted.as_str())? {
            Wanted::Free(name) if placed => self.enter(origin, name, None),
            Wanted::Free(name) => return Err(NameRefusal::NoPlace(name).into()),
            Wanted::Registered(account, name) => return Ok(Outcome::Registered(account, name)),
        }
        Ok(Outcome::Done)
    }

    /// A member is here from now on, under a name that is theirs to take: as the owner of an account, if it is one's.
    pub(super) fn enter(&mut self, origin: Origin, name: Name, account: Option<AccountKey>) {
        let now = self.now();
        let id = self.people.add(name.clone(), origin, now);
        self.seat(id);
        if let Some(account) = account {
            self.proven.open(account, id);
            self.people[id].account = Some(account);
        }
        self.took_name(id, None, &name);
        let banned = self.is_banned(id, &name, GENERAL);
        let entry = self.entry(id, &name, (!banned).then_some(GENERAL));
        self.facts.push(Fact::Entered(entry));
        if banned {
            let refusal = RoomRefusal::BannedOnArrival(self.room_name(GENERAL));
            self.tell(id, Event::RoomRefused(refusal));
        } else {
            self.arrive(id, &name, GENERAL, Threshold::Chat);
            self.facts.push(Fact::Replay(id, GENERAL));
        }
    }

    /// What a member is told on entering, and whose words go to `room`.
    pub(super) fn entry(&self, id: MemberId, name: &Name, room: Option<RoomId>) -> Box<Arrival> {
        let others = room.map(|room| self.others_in(id, room));
        let entered = room.and_then(|room| self.room(room));
        let (room, topic) =
            (entered.map(|room| room.name.clone()), entered.and_then(|room| room.topic.clone()));
        Box::new(Arrival { member: id, name: name.clone(), room, topic, others })
    }

    /// A member wants another name.
    ///
    /// # Errors
    ///
    /// It cannot be had, or it is the one that they have.
    pub(super) fn rename(&mut self, id: MemberId, old: &Name, wanted: &Text) -> Result<Outcome, Refusal> {
        match self.vet_name(Some(id), wanted.as_str())? {
            Wanted::Free(new) if new != *old => {
                // A name of their own goes with its account.
                self.people[id].account = None;
                self.change_name(id, old, new);
                Ok(Outcome::Done)
            }
            Wanted::Registered(account, name) if self.account(id) != Some(account) => {
                Ok(Outcome::Registered(account, name))
            }
            _ => Err(NameRefusal::Yours(old.clone()).into()),
        }
    }

    /// Gives a member another name, which is free, and tells everyone who shares a room with them.
    pub(super) fn change_name(&mut self, id: MemberId, old: &Name, new: Name) {
        let rooms: Vec<_> = self.rooms_of(id).collect();
        // Before the old name is gone, and before the new one may be told as that of a member who left.
        for &room in &rooms {
            self.tell_movements(room);
        }
        self.people.set_name(id, new.clone());
        self.took_name(id, Some(old), &new);
        let banned = self.banned_rooms(id, &new, &rooms);
        let rooms: Vec<RoomId> = rooms.into_iter().filter(|room| !banned.contains(room)).collect();
        // Everyone who shares a room with them, once.
        let mut recipients = self.members_of(&rooms, &new, None);
        if rooms.is_empty() {
            recipients.push(id);
        }
        let to = Audience::Several { recipients, from: new.clone() };
        self.facts.push(Fact::Deliver { to, event: Event::Renamed { from: old.clone(), to: new.clone() } });
        self.facts.push(Fact::Log(LogEntry::Renamed(old.clone(), new.clone())));
        for room in banned {
            self.leave_banned_room(id, old, &new, room);
        }
    }

    /// Takes a member out of everything, and tells the others.
    pub(super) fn depart(&mut self, id: MemberId, farewell: Farewell, reason: CloseReason) {
        let Some(name) = self.name(id).cloned() else { return };
        self.facts.push(Fact::Log(LogEntry::Left(name.clone(), reason)));
        self.leave_all(id, &name, farewell);
        self.forget_member(id, &name);
        self.facts.push(Fact::Gone(id, reason));
    }

    /// A member who is in no room any more is none any more.
    pub(super) fn forget_member(&mut self, id: MemberId, name: &Name) {
        self.hiding.left(name);
        self.show_all(id);
        if let Some(member) = self.people.remove(id) {
            member.end_contact();
            self.forget_decisions(id);
            self.proven.close(id);
            self.detached.remove(id.place());
            self.nodes.remove(id.place());
        }
    }

    /// The connection of a member was lost. Where several nodes make changes, the member may have left by the time that this is read.
    pub(super) fn detach(&mut self, id: MemberId) {
        if self.member(id).is_some() {
            self.detached.insert(id.place());
        }
    }

    /// A member goes on from there, who was not connected.
    pub(super) fn attach(&mut self, id: MemberId, origin: Origin) {
        if self.member(id).is_some() {
            self.detached.remove(id.place());
            self.people.set_origin(id, origin);
            self.seat(id);
        }
    }

    /// Whether `id`, or a client that is no member yet, may be called `wanted`, and whether a password has to be given for it.
    ///
    /// # Errors
    ///
    /// It cannot be had.
    fn vet_name(&self, id: Option<MemberId>, wanted: &str) -> Result<Wanted, NameRefusal> {
        let wanted = wanted.trim();
        let name = Name::known(wanted).map_err(|error| NameRefusal::of(error, wanted))?;
        let skeleton = name.skeleton();
        let accounts = self.account_index.as_ref();
        let account = accounts.and_then(|accounts| accounts.find_alike(&name, &skeleton));
        if let Some(expelled) = self.expelled_alike(&skeleton, account, self.at.wall) {
            return Err(NameRefusal::Expelled(name, expelled));
        }
        // Its owner may have it for longer than it is reserved.
        if let Some(account) = account {
            return Ok(Wanted::Registered(account, name));
        }
        if name.is_reserved() {
            return Err(NameRefusal::Reserved(Text::clean(wanted)));
        }
        if accounts.is_some_and(|accounts| accounts.is_taken(&skeleton))
            || self.people.alike(&skeleton).any(|(holder, _)| Some(holder) != id)
        {
            Err(NameRefusal::InUse(name))
        } else if self.options.accounts_only {
            Err(NameRefusal::Unregistered(name))
        } else {
            Ok(Wanted::Free(name))
        }
    }

    /// Whether a name looks like a registered one.
    pub(in crate::chat) fn is_registered_alike(&self, name: &Name) -> bool {
        self.account_index.as_ref().is_some_and(|account_index| account_index.is_taken(&name.skeleton()))
    }
}
