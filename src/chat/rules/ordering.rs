//! What the operators of a room may do: close it, let a person in, put a member out, decide who speaks.

use std::cell::OnceCell;
use std::collections::{BTreeSet, BinaryHeap};

use super::{AccountKey, Audience, Chat, Done, Event, Fact, GENERAL, Name, RoomId, RoomRefusal};
use crate::chat::ban_list::{BanList, LIFTED_STEPS, NameKey};
use crate::chat::command::Wording;
use crate::chat::effect::LogEntry;
use crate::chat::event::{Decision, PutOut};
use crate::chat::member_id::MemberId;
use crate::chat::record::{RoomFact, RoomList};
use crate::chat::refusal::Refusal;
use crate::chat::room::{Room, push_bounded};
use crate::chat::text::Text;
use crate::limits::DECISIONS_MAX;

/// What it takes to work out what a name looks like, in steps: some 10 us where it has letters beside ASCII.
const NAME_KEY_STEPS: usize = 500;

impl Chat {
    /// Closes a room by a key; without one, opens it.
    pub(super) fn lock(
        &mut self,
        id: MemberId,
        name: &Name,
        target: Option<&Text>,
        key: Option<Text>,
    ) -> Done {
        let room = self.ordered_room(id, target)?;
        if room == GENERAL {
            return Err(RoomRefusal::Everybodys(self.room_name(room)).into());
        }
        if let Some(trouble) = Wording::Key.trouble(key.as_ref()) {
            return Err(trouble.into());
        }
        let keyed = key.is_some();
        let modes = &mut self.rooms[room].modes;
        if modes.key != key {
            modes.key.clone_from(&key);
            modes.key_guard = None;
            self.persist(room, [RoomFact::Key(key)]);
        }
        self.tell_decision(room, name, Decision::Keyed(keyed));
        Ok(())
    }

    /// Lets one person in, key or no key.
    pub(super) fn invite(&mut self, id: MemberId, name: &Name, target: Option<&Text>, whom: &Text) -> Done {
        let room = self.ordered_room(id, target)?;
        let Some((guest, guest_name)) = self.person_called(whom.as_str()) else {
            return Err(Refusal::NoSuchPerson(whom.clone()));
        };
        let inside = self.sits_in(guest, room);
        let facts = self.strike_person(room, RoomList::Bans, &guest_name, Some(guest)).unwrap_or_default();
        let open = &mut self.rooms[room];
        open.modes.invited.retain(|&invited| invited != guest);
        // A member who is inside would keep it until they are put out, and come back by it.
        if !inside {
            push_bounded(&mut open.modes.invited, guest);
            self.note_decision(guest, room);
        }
        self.persist(room, facts);
        self.bound_decisions(1);
        self.tell_decision(room, name, Decision::Invited(guest_name));
        // Not an answer: a recipient who hides the operator is spared, and one who does not read is skipped.
        let to = Audience::Several { recipients: vec![guest], from: name.clone() };
        let event = Event::Invited { room: self.room_name(room), by: name.clone() };
        self.facts.push(Fact::Deliver { to, event });
        Ok(())
    }

    /// Puts a member out of a room.
    pub(super) fn kick(
        &mut self,
        id: MemberId,
        name: &Name,
        target: Option<&Text>,
        (whom, reason): (&Text, Option<Text>),
    ) -> Done {
        let room = self.ordered_room(id, target)?;
        let (guest, guest_name) = self.member_called(room, whom)?;
        if guest == id {
            return Err(RoomRefusal::Yourself.into());
        }
        if let Some(trouble) = Wording::Reason.trouble(reason.as_ref()) {
            return Err(trouble.into());
        }
        let cause = PutOut::Kicked(name.clone(), reason.clone());
        self.put_out(room, guest, name, Decision::Kicked(guest_name, reason), cause);
        Ok(())
    }

    /// Puts a person out of a room for good, whether they are there or not.
    pub(super) fn ban(&mut self, id: MemberId, name: &Name, target: Option<&Text>, whom: &Text) -> Done {
        let room = self.ordered_room(id, target)?;
        let (guest, guest_name) = self.anybody_called(room, whom)?;
        if guest == Some(id) {
            return Err(RoomRefusal::Yourself.into());
        }
        let proven = guest.map(|guest| self.proven_names(guest)).unwrap_or_default();
        let mut accounts: BTreeSet<AccountKey> = proven.iter().map(|(key, _)| *key).collect();
        accounts.extend(self.owner_of(&guest_name));
        let mut facts = Vec::new();
        for &account in &accounts {
            // Who may not be here does not decide here either.
            facts.extend(self.rooms.disown(room, account));
        }
        self.rooms[room].modes.invited.retain(|&invited| Some(invited) != guest);
        let listed = self.enlist_person(room, RoomList::Bans, &guest_name, guest);
        let added = listed.len();
        facts.extend(listed);
        self.persist(room, facts);
        self.bound_decisions(added);
        if let Some(guest) = guest {
            self.note_decision(guest, room);
        }
        let decision = Decision::Banned(guest_name);
        match guest.filter(|&guest| self.sits_in(guest, room)) {
            Some(guest) => {
                self.put_out(room, guest, name, decision, PutOut::Banned(name.clone()));
            }
            None => self.tell_decision_about(guest, room, (id, name), decision),
        }
        // Members who go by other names and have given the password of one that is banned now.
        let others = accounts.into_iter().flat_map(|account| self.proven.members(account));
        let others: BTreeSet<MemberId> =
            others.filter(|&other| Some(other) != guest && other != id).collect();
        for other in others {
            let Some(called) = self.name(other).cloned().filter(|_| self.sits_in(other, room)) else {
                continue;
            };
            if self.is_banned(other, &called, room) {
                self.put_out(room, other, name, Decision::Banned(called), PutOut::Banned(name.clone()));
            }
        }
        Ok(())
    }

    /// Lets a person come back.
    pub(super) fn unban(&mut self, id: MemberId, name: &Name, target: Option<&Text>, whom: &Text) -> Done {
        let room = self.ordered_room(id, target)?;
        let (guest, guest_name) = self.anybody_called(room, whom)?;
        let lifted = self.strike_person(room, RoomList::Bans, &guest_name, guest);
        let Some(facts) = lifted else {
            return Err(RoomRefusal::NotBanned(guest_name, self.room_name(room)).into());
        };
        self.persist(room, facts);
        self.tell_decision_about(guest, room, (id, name), Decision::Unbanned(guest_name));
        Ok(())
    }

    /// Lists who may not enter a room, and who may not speak there.
    ///
    /// # Errors
    ///
    /// There is no such room, or the member does not decide there.
    pub(in crate::chat) fn bans(&self, id: MemberId, target: Option<&Text>) -> Result<Event, RoomRefusal> {
        let room = self.ordered_room(id, target)?;
        let Room { name, modes, .. } = &self.rooms[room];
        let (banned, muted) = (names_of(&modes.banned), names_of(&modes.muted));
        Ok(Event::Bans { room: name.clone(), banned, muted })
    }

    /// Silences a person, or lets them speak again; without a name, everyone but operators.
    pub(super) fn mute(
        &mut self,
        id: MemberId,
        name: &Name,
        target: Option<&Text>,
        whom: Option<Text>,
    ) -> Done {
        let room = self.ordered_room(id, target)?;
        let Some(whom) = whom else {
            let modes = &mut self.rooms[room].modes;
            modes.moderated = !modes.moderated;
            let moderated = modes.moderated;
            self.persist(room, [RoomFact::Moderated(moderated)]);
            self.tell_decision(room, name, Decision::Moderated(moderated));
            return Ok(());
        };
        let (guest, guest_name) = self.anybody_called(room, &whom)?;
        let lifted = self.strike_person(room, RoomList::Mutes, &guest_name, guest);
        let silenced = lifted.is_none();
        let facts = lifted.unwrap_or_else(|| self.enlist_person(room, RoomList::Mutes, &guest_name, guest));
        let added = if silenced { facts.len() } else { 0 };
        self.persist(room, facts);
        self.bound_decisions(added);
        if let Some(guest) = guest {
            self.note_decision(guest, room);
            self.announce(guest, room);
        }
        self.tell_decision_about(guest, room, (id, name), Decision::Muted(guest_name, silenced));
        Ok(())
    }

    /// Makes a member an operator.
    pub(super) fn op(&mut self, id: MemberId, name: &Name, target: Option<&Text>, whom: &Text) -> Done {
        let room = self.ordered_room(id, target)?;
        let (guest, guest_name) = self.member_called(room, whom)?;
        let operators = &mut self.rooms[room].modes.operators;
        if !operators.contains(&guest) {
            push_bounded(operators, guest);
        }
        self.own(guest, room);
        self.announce(guest, room);
        self.tell_decision(room, name, Decision::Opped(guest_name));
        Ok(())
    }

    /// Puts a member out. They are told in words of their own, and no second line tells the others that they are gone.
    pub(super) fn put_out(
        &mut self,
        room: RoomId,
        guest: MemberId,
        by: &Name,
        decision: Decision,
        cause: PutOut,
    ) {
        self.announce(guest, room);
        // The audience is the members of the room when the change is over; the one who was put out is none.
        self.tell_decision(room, by, decision);
        self.lose_membership(guest, room, cause);
        self.remove_if_empty(room);
    }

    /// Takes a member's seat away and tells them why, and where their words go now.
    fn lose_membership(&mut self, id: MemberId, room: RoomId, cause: PutOut) {
        self.tell(id, Event::PutOut { room: self.room_name(room), cause });
        let before = self.current(id).ok();
        self.vacate(id, room).expect("the caller found them there");
        if before == Some(room) {
            // Or their next words would surprise another room.
            let current = self.current(id).ok().map(|room| self.room_name(room));
            self.tell(id, Event::Speaking(current));
        }
    }

    /// Whether a ban keeps a member of that name out of a room.
    pub(super) fn is_banned(&self, id: MemberId, name: &Name, room: RoomId) -> bool {
        !self.banned_rooms(id, name, &[room]).is_empty()
    }

    /// From which of these rooms a ban keeps a member of that name. The names of the member are worked out once for all
    /// rooms.
    pub(super) fn banned_rooms(&self, id: MemberId, name: &Name, rooms: &[RoomId]) -> Vec<RoomId> {
        let keys = OnceCell::new();
        let is_banned = |room: &Room| {
            self.is_listed_under(&room.modes.banned, id, || keys.get_or_init(|| self.name_keys(name, id)))
                && !self.operates(id, room)
        };
        rooms.iter().copied().filter(|&room| self.room(room).is_some_and(is_banned)).collect()
    }

    /// Whether a list holds a member of that name, or an account whose password the member has given.
    pub(super) fn is_listed(&self, list: &BanList, id: MemberId, name: &Name) -> bool {
        let keys = OnceCell::new();
        self.is_listed_under(list, id, || keys.get_or_init(|| self.name_keys(name, id)))
    }

    /// The same for a member whose names are given, and asked for only if the list is not empty.
    fn is_listed_under<'a>(
        &self,
        list: &BanList,
        id: MemberId,
        keys: impl FnOnce() -> &'a Vec<NameKey>,
    ) -> bool {
        let account_index = self.account_index.as_ref();
        let holds = |key: &NameKey| list.holds_name(key, account_index);
        !list.is_empty() && (list.holds_member(id) || keys().iter().any(holds))
    }

    /// All names of a member, as lists look for them.
    fn name_keys(&self, name: &Name, id: MemberId) -> Vec<NameKey> {
        let names = self.all_names_of(name, Some(id));
        self.spend(names.len() * NAME_KEY_STEPS);
        names.into_iter().map(NameKey::of).collect()
    }

    /// Puts a person on a list, under all their names.
    fn enlist_person(
        &mut self,
        room: RoomId,
        list: RoomList,
        name: &Name,
        member: Option<MemberId>,
    ) -> Vec<RoomFact> {
        let names = self.all_names_of(name, member);
        let (room, account_index) = (&mut self.rooms[room], self.account_index.as_ref());
        names.iter().flat_map(|name| room.enlist(list, name, member, account_index)).collect()
    }

    /// Takes a person off a list, under all their names; gives what there is to remember of that. None: they were not on it.
    fn strike_person(
        &mut self,
        room: RoomId,
        list: RoomList,
        name: &Name,
        member: Option<MemberId>,
    ) -> Option<Vec<RoomFact>> {
        let names = self.all_names_of(name, member);
        let (room, account_index) = (&mut self.rooms[room], self.account_index.as_ref());
        let before = room.decisions();
        let struck = names.iter().filter_map(|name| room.strike(list, member, name, account_index));
        let struck = struck.reduce(|facts, more| [facts, more].concat());
        let lifted = before - room.decisions();
        // Very many may be about names that look alike.
        self.spend(LIFTED_STEPS * lifted);
        struck
    }

    /// The name of a person, and those of the accounts whose passwords they have given.
    fn all_names_of(&self, name: &Name, member: Option<MemberId>) -> Vec<Name> {
        let proven = member.map(|member| self.proven_names(member)).unwrap_or_default();
        let others = proven.into_iter().map(|(_, proven)| proven).filter(|proven| proven != name);
        std::iter::once(name.clone()).chain(others).collect()
    }

    /// Puts a member out of a room where they are banned since they gave up `old` for `new`. The room hears one line, which
    /// tells the new name as well.
    pub(super) fn leave_banned_room(&mut self, id: MemberId, old: &Name, new: &Name, room: RoomId) {
        let (room_name, from) = (self.room_name(room), old.clone());
        let event = Event::RenamedAndOut { room: room_name.clone(), from, to: new.clone() };
        // The audience is the members of the room when the change is over.
        let to = Audience::Room { room, except: None, from: Some(new.clone()), beyond: None };
        self.facts.push(Fact::Deliver { to, event });
        let account_index = self.account_index.as_ref();
        let key = NameKey::of(new.clone());
        let by_name = self.room(room).is_some_and(|room| room.modes.banned.holds_name(&key, account_index));
        let cause = if by_name { PutOut::Name(new.clone()) } else { PutOut::Person };
        self.lose_membership(id, room, cause);
        self.facts.push(Fact::Log(LogEntry::PutOut(room_name, new.clone())));
        self.remove_if_empty(room);
    }

    /// Keeps the decisions of all rooms together within their bound: beyond it the room that has most forgets its oldest,
    /// so that many in one room cost no other room its few. So many were `added`, and no more are forgotten.
    pub(super) fn bound_decisions(&mut self, added: usize) {
        if added == 0 {
            return;
        }
        self.spend(self.rooms.numbers());
        let decided = self.rooms.iter().map(|(number, room)| (room.decisions(), number));
        let mut fullest: BinaryHeap<(usize, RoomId)> =
            decided.filter(|(decisions, _)| *decisions > 0).collect();
        let all: usize = fullest.iter().map(|(decisions, _)| decisions).sum();
        for _ in 0..added.min(all.saturating_sub(DECISIONS_MAX)) {
            let Some((_, room)) = fullest.pop() else { return };
            let facts = self.rooms[room].forget_oldest();
            fullest.push((self.rooms[room].decisions(), room));
            self.persist(room, facts);
        }
    }

    /// Tells a room what was decided about a person; if there is nobody of that name, only who decided it.
    fn tell_decision_about(
        &mut self,
        guest: Option<MemberId>,
        room: RoomId,
        (id, by): (MemberId, &Name),
        decision: Decision,
    ) {
        if guest.is_some() {
            return self.tell_decision(room, by, decision);
        }
        let (room, by) = (self.room_name(room), by.clone());
        self.facts.push(Fact::Log(LogEntry::Decided(room.clone(), by.clone(), decision.clone())));
        self.tell(id, Event::Decided { room, by, decision });
    }

    /// The room that an order is for, if the member is its operator.
    fn ordered_room(&self, id: MemberId, target: Option<&Text>) -> Result<RoomId, RoomRefusal> {
        let room = self.target_room(id, target)?;
        // Once for all that an order does with the lists.
        self.spend(self.room(room).map_or(0, Room::decision_steps));
        if self.room(room).is_some_and(|room| self.operates(id, room)) {
            Ok(room)
        } else {
            Err(RoomRefusal::NotOperator(self.room_name(room)))
        }
    }

    /// Whether a member decides in a room.
    pub(super) fn operates(&self, id: MemberId, room: &Room) -> bool {
        self.spend(room.office_steps());
        room.is_operator(id, self.account(id)) || self.is_admin(id)
    }

    /// Whether a member called `name` may speak.
    pub(super) fn may_speak(&self, id: MemberId, name: &Name, room: RoomId) -> bool {
        let room = &self.rooms[room];
        let silenced = room.modes.moderated || self.is_listed(&room.modes.muted, id, name);
        !silenced || self.operates(id, room)
    }

    fn member_called(&self, room: RoomId, whom: &Text) -> Result<(MemberId, Name), RoomRefusal> {
        let found = self.person_called(whom.as_str()).filter(|(id, _)| self.sits_in(*id, room));
        found.ok_or_else(|| RoomRefusal::NotThere(whom.clone(), self.room_name(room)))
    }

    /// The person who has that name now, or may have had it.
    fn anybody_called(&self, room: RoomId, whom: &Text) -> Result<(Option<MemberId>, Name), RoomRefusal> {
        let wanted = Name::known(whom.as_str().trim());
        let wanted = wanted.map_err(|_| RoomRefusal::NotThere(whom.clone(), self.room_name(room)))?;
        let known = |wanted: &Name| {
            let (modes, account_index) = (&self.room(room)?.modes, self.account_index.as_ref());
            modes
                .banned
                .name_like(wanted, account_index)
                .or_else(|| modes.muted.name_like(wanted, account_index))
                .cloned()
        };
        Ok(match self.person_called(whom.as_str()) {
            Some((id, name)) => (Some(id), name),
            None => {
                let wanted = self.absent_called(whom.as_str()).map_or(wanted, |(_, name)| name);
                (None, known(&wanted).unwrap_or(wanted))
            }
        })
    }

    pub(in crate::chat) fn sits_in(&self, id: MemberId, room: RoomId) -> bool {
        self.member(id).is_some_and(|member| member.membership(room).is_some())
    }

    pub(in crate::chat) fn room_name(&self, room: RoomId) -> Name {
        self.rooms[room].name.clone()
    }
}

/// The names on a list, the last one first.
fn names_of(list: &BanList) -> Vec<Name> {
    list.names().cloned().collect()
}
