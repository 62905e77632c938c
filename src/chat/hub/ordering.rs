//! What the operators of a room may do: close it, let somebody in, put somebody out, decide who speaks.

use super::{Audience, Done, Event, GENERAL, Hub, Likeness, Name, Output, RoomId, RoomRefusal, answer, tell};
use crate::chat::command::Wording;
use crate::chat::event::Decision;
use crate::chat::id::ClientId;
use crate::chat::record::{RoomFact, RoomList};
use crate::chat::room::{Marked, Room, push_bounded};
use crate::chat::text::Text;
use crate::limits::DECISIONS_MAX;

impl Hub {
    /// Closes the current room by a key; without one, opens it.
    pub(super) fn lock(
        &mut self,
        id: ClientId,
        name: &Name,
        key: Option<Text>,
        out: &mut Vec<Output>,
    ) -> Done {
        let room = self.ordered_room(id)?;
        if room == GENERAL {
            return Err(RoomRefusal::Everybodys(self.room_name(room)));
        }
        if let Some(trouble) = Wording::Key.trouble(key.as_ref()) {
            return answer(id, Event::Trouble(trouble), out);
        }
        let keyed = key.is_some();
        let rules = &mut self.rules_of(room).rules;
        if rules.key != key {
            rules.key.clone_from(&key);
            rules.key_guard = None;
            self.persist(room, [RoomFact::Key(key)], out);
        }
        self.tell_decision(room, name, Decision::Keyed(keyed), out);
        Ok(())
    }

    /// Lets one person in, key or no key.
    pub(super) fn invite(&mut self, id: ClientId, name: &Name, whom: &Text, out: &mut Vec<Output>) -> Done {
        let room = self.ordered_room(id)?;
        let Some((guest, guest_name)) = self.person_called(whom.as_str()) else {
            return answer(id, Event::NoSuchPerson(whom.clone()), out);
        };
        let likeness = guest_name.likeness();
        let inside = self.sits_in(guest, room);
        let open = self.rules_of(room);
        let facts = open.strike(RoomList::Bans, |banned| banned.is(Some(guest), &likeness));
        open.rules.invited.retain(|&invited| invited != guest);
        // Whoever is inside would keep it until they are put out, and come back by it.
        if !inside {
            push_bounded(&mut open.rules.invited, guest);
        }
        self.persist(room, facts, out);
        self.bound_decisions(out);
        self.tell_decision(room, name, Decision::Invited(guest_name), out);
        // Not an answer: whoever hides the operator is spared, and whoever does not read is skipped.
        let to = Audience::Several { clients: vec![guest], from: name.clone() };
        let event = Event::Invited { room: self.room_name(room), by: name.clone() };
        out.push(Output::Deliver { to, event });
        Ok(())
    }

    /// Puts somebody out of the current room.
    pub(super) fn kick(
        &mut self,
        id: ClientId,
        name: &Name,
        whom: &Text,
        reason: Option<Text>,
        out: &mut Vec<Output>,
    ) -> Done {
        let room = self.ordered_room(id)?;
        let (guest, guest_name) = self.member_called(room, whom)?;
        if let Some(trouble) = Wording::Reason.trouble(reason.as_ref()) {
            return answer(id, Event::Trouble(trouble), out);
        }
        self.put_out(room, guest, name, Decision::Kicked(guest_name, reason), out);
        Ok(())
    }

    /// Puts somebody out of the current room for good, whether they are there or not.
    pub(super) fn ban(&mut self, id: ClientId, name: &Name, whom: &Text, out: &mut Vec<Output>) -> Done {
        let room = self.ordered_room(id)?;
        let (guest, guest_name) = self.anybody_called(room, whom)?;
        let likeness = guest_name.likeness();
        let account = self.owner_of(&guest_name);
        let closed = self.rules_of(room);
        let rules = &mut closed.rules;
        // Whoever may not be here does not decide here either.
        let owner = account.filter(|account| rules.owners.contains(account));
        rules.owners.retain(|&other| Some(other) != owner);
        rules.invited.retain(|&invited| Some(invited) != guest);
        let mut facts: Vec<RoomFact> =
            owner.map(|owner| RoomFact::Operator(owner, false)).into_iter().collect();
        if !rules.banned.iter().any(|banned| banned.covers(guest, &likeness)) {
            facts.extend(closed.enlist(RoomList::Bans, Marked::new(guest_name.clone(), guest)));
        }
        owner.into_iter().for_each(|owner| self.discount_owner(owner));
        self.persist(room, facts, out);
        self.bound_decisions(out);
        let decision = Decision::Banned(guest_name);
        match guest.filter(|&guest| self.sits_in(guest, room)) {
            Some(guest) => self.put_out(room, guest, name, decision, out),
            None => self.tell_decision(room, name, decision, out),
        }
        Ok(())
    }

    /// Lets somebody come back.
    pub(super) fn unban(&mut self, id: ClientId, name: &Name, whom: &Text, out: &mut Vec<Output>) -> Done {
        let room = self.ordered_room(id)?;
        let (guest, guest_name) = self.anybody_called(room, whom)?;
        let likeness = guest_name.likeness();
        let facts = self.rules_of(room).strike(RoomList::Bans, |banned| banned.is(guest, &likeness));
        self.persist(room, facts, out);
        self.tell_decision(room, name, Decision::Unbanned(guest_name), out);
        Ok(())
    }

    /// Silences somebody, or lets them speak again; without a name, everyone but operators.
    pub(super) fn mute(
        &mut self,
        id: ClientId,
        name: &Name,
        whom: Option<Text>,
        out: &mut Vec<Output>,
    ) -> Done {
        let room = self.ordered_room(id)?;
        let Some(whom) = whom else {
            let rules = &mut self.rules_of(room).rules;
            rules.hushed = !rules.hushed;
            let hushed = rules.hushed;
            self.persist(room, [RoomFact::Moderated(hushed)], out);
            self.tell_decision(room, name, Decision::Hushed(hushed), out);
            return Ok(());
        };
        let (guest, guest_name) = self.anybody_called(room, &whom)?;
        let likeness = guest_name.likeness();
        let here = self.rules_of(room);
        let silenced = !here.rules.muted.iter().any(|marked| marked.is(guest, &likeness));
        let facts = if silenced {
            here.enlist(RoomList::Mutes, Marked::new(guest_name.clone(), guest))
        } else {
            here.strike(RoomList::Mutes, |marked| marked.is(guest, &likeness))
        };
        self.persist(room, facts, out);
        self.bound_decisions(out);
        if let Some(guest) = guest {
            self.announce(guest, room, out);
        }
        self.tell_decision(room, name, Decision::Muted(guest_name, silenced), out);
        Ok(())
    }

    /// Makes a member an operator.
    pub(super) fn op(&mut self, id: ClientId, name: &Name, whom: &Text, out: &mut Vec<Output>) -> Done {
        let room = self.ordered_room(id)?;
        let (guest, guest_name) = self.member_called(room, whom)?;
        let operators = &mut self.rules_of(room).rules.operators;
        if !operators.contains(&guest) {
            push_bounded(operators, guest);
        }
        self.own(guest, room, out);
        self.announce(guest, room, out);
        self.tell_decision(room, name, Decision::Opped(guest_name), out);
        Ok(())
    }

    /// Puts a member out. They hear of it too, and no second line tells the others that they are gone.
    pub(super) fn put_out(
        &mut self,
        room: RoomId,
        guest: ClientId,
        by: &Name,
        decision: Decision,
        out: &mut Vec<Output>,
    ) {
        self.announce(guest, room, out);
        self.tell_decision(room, by, decision.clone(), out);
        // The audience is whoever is there when the call is over; whoever was put out is not.
        let (room_name, by) = (self.room_name(room), by.clone());
        let left = room_name.clone();
        out.push(tell(guest, Event::Decided { room: room_name, by, decision }));
        let before = self.current(guest).ok();
        self.vacate(guest, room).expect("they were found there");
        if before == Some(room) {
            // Or their next words would surprise another room.
            out.push(self.left(guest, left));
        }
        self.vanish_if_empty(room, out);
    }

    /// Keeps the decisions of all rooms together within their bound: beyond it the room that has most forgets its oldest,
    /// so that many in one room cost no other room its few.
    fn bound_decisions(&mut self, out: &mut Vec<Output>) {
        self.spend(self.rooms.len());
        let numbered = self.rooms.iter().enumerate();
        let counts = numbered.filter_map(|(number, room)| Some((room.as_ref()?.decisions(), number)));
        let (mut all, mut fullest) = (0, (0, 0));
        for (decisions, number) in counts {
            all += decisions;
            fullest = fullest.max((decisions, number));
        }
        if all > DECISIONS_MAX {
            let room = RoomId::at(fullest.1);
            let facts = self.rules_of(room).forget_oldest();
            self.persist(room, facts, out);
        }
    }

    /// The current room, if the client is its operator.
    fn ordered_room(&self, id: ClientId) -> Result<RoomId, RoomRefusal> {
        let room = self.current(id)?;
        if self.room(room).is_some_and(|room| self.presides(id, room)) {
            Ok(room)
        } else {
            Err(RoomRefusal::NotOperator(self.room_name(room)))
        }
    }

    /// Whether a client decides in a room.
    pub(super) fn presides(&self, id: ClientId, room: &Room) -> bool {
        room.is_operator(id, self.account(id)) || self.runs_the_chat(id)
    }

    /// Whether a member called `name` may speak.
    pub(super) fn may_speak(&self, id: ClientId, name: &Name, room: RoomId) -> bool {
        let room = self.room(room).expect("the caller found it");
        room.may_speak(id, || name.likeness()) || self.presides(id, room)
    }

    fn member_called(&self, room: RoomId, whom: &Text) -> Result<(ClientId, Name), RoomRefusal> {
        let found = self.person_called(whom.as_str()).filter(|(id, _)| self.sits_in(*id, room));
        found.ok_or_else(|| RoomRefusal::NotThere(whom.clone(), self.room_name(room)))
    }

    /// Whoever has that name now, or may have had it.
    fn anybody_called(&self, room: RoomId, whom: &Text) -> Result<(Option<ClientId>, Name), RoomRefusal> {
        let wanted = Name::new(whom.as_str().trim());
        let wanted = wanted.map_err(|_| RoomRefusal::NotThere(whom.clone(), self.room_name(room)))?;
        let marked = |likeness: &Likeness| {
            let rules = &self.room(room)?.rules;
            let all = rules.banned.iter().chain(&rules.muted);
            all.filter(|marked| marked.is(None, likeness)).map(|marked| marked.name().clone()).next()
        };
        Ok(match self.person_called(whom.as_str()) {
            Some((id, name)) => (Some(id), name),
            None => (None, marked(&wanted.likeness()).unwrap_or(wanted)),
        })
    }

    pub(super) fn sits_in(&self, id: ClientId, room: RoomId) -> bool {
        self.client(id).is_some_and(|client| client.seat(room).is_some())
    }

    pub(super) fn room_name(&self, room: RoomId) -> Name {
        self.room(room).expect("the caller found it").name.clone()
    }

    fn rules_of(&mut self, room: RoomId) -> &mut Room {
        self.room_mut(room).expect("the caller found it")
    }
}
