//! Members whose node was held for dead, and who come back in under the connections that they still have.
//!
//! Invariant: who comes back is what they were, as far as nothing was decided against that meanwhile: a ban and an expulsion are asked
//! again, a key is not. Who gave a password that is none any more does not come back in.

use super::reentry::Reentry;
use super::{
    AccountKey, Chat, Event, Fact, GENERAL, MemberId, Name, NameRefusal, Origin, Outcome, Refusal, RoomId,
    RoomRefusal,
};
use crate::chat::account::Credential;
use crate::chat::event::AccountRefusal;
use crate::chat::join_part_batch::Threshold;
use crate::chat::left_behind::Belongings;
use crate::chat::room::push_bounded;
use crate::chat::room_key::RoomKey;
use crate::chat::text::Text;
use crate::limits::EMPTIED_ROOM_WAIT;

impl Chat {
    /// What a member is, to come back in with it.
    pub(in crate::chat) fn reentry(&self, id: MemberId) -> Option<Reentry> {
        let member = self.member(id)?;
        let room = |number: RoomId| {
            let room = self.room(number)?;
            Some((room.name.clone(), room.key, room.modes.operators.contains(&id)))
        };
        Some(Reentry {
            name: member.name.clone(),
            origin: self.origin(id)?,
            account: member.account,
            credentials: self.credentials(id),
            operator: self.is_empowered(id),
            rooms: self.rooms_of(id).filter_map(room).collect(),
            member: id,
            decided: self.decided.rooms.get(&id).cloned().unwrap_or_default(),
            current: member.current.and_then(|room| self.room(room)).map(|room| room.key),
            away: member.away().cloned(),
            hidden: member.hidden().iter().filter_map(|&hidden| self.hiding.name(hidden).cloned()).collect(),
        })
    }

    /// A member comes back in.
    ///
    /// # Errors
    ///
    /// The name is another's by now, or they may not be here any more.
    pub(super) fn reenter(&mut self, reentry: Reentry) -> Result<Outcome, Refusal> {
        let Reentry { name, origin, account, credentials, operator, rooms, member: before, decided, .. } =
            reentry;
        let Reentry { current, away, hidden, .. } = reentry;
        self.vet_reentry(&name, origin, (account, &credentials))?;
        let now = self.now();
        let id = self.people.add(name.clone(), origin, now);
        self.seat(id);
        credentials.into_iter().for_each(|credential| self.proven.open(credential.account, id));
        if operator {
            self.proven.make_operator(id);
        }
        let member = &mut self.people[id];
        member.account = account;
        member.set_away(away);
        self.took_name(id, None, &name);
        self.hide_again(id, &hidden);
        self.facts.push(Fact::Reentered(id));
        self.pass_on_decisions(before, id, &decided);
        let is_general = |(_, key, _): &(Name, RoomKey, bool)| *key == RoomKey(0);
        let in_general = rooms.iter().any(is_general) && !self.is_banned(id, &name, GENERAL);
        for room in rooms {
            // Who is told in the general room that they came into the chat is not told so in each other one.
            let threshold = if in_general && !is_general(&room) { Threshold::Room } else { Threshold::Chat };
            self.reenter_room((id, &name), room, threshold);
        }
        self.take_up_belongings(id, &name, before);
        let found = self.rooms_of(id).find(|&room| self.room(room).map(|room| room.key) == current);
        let member = &mut self.people[id];
        member.current = found.or(member.current);
        Ok(Outcome::Done)
    }

    /// What a member has who leaves with its node is kept for it, if it has anything.
    pub(super) fn keep_belongings(&mut self, id: MemberId, name: &Name) {
        let Some(member) = self.member(id) else { return };
        let (contact, correspondent) = (member.known_contact().cloned(), member.correspondent().cloned());
        let is_invited = |&(number, key): &(RoomId, RoomKey)| {
            let room = self.room(number).filter(|room| room.key == key);
            room.is_some_and(|room| room.modes.invited.contains(&id))
        };
        let decided = self.decided.rooms.get(&id).into_iter().flatten().copied();
        let invited: Vec<_> = decided.filter(is_invited).collect();
        if contact.is_some() || correspondent.is_some() || !invited.is_empty() {
            let belongings = Belongings { name: name.clone(), contact, correspondent, invited };
            self.left_behind.keep(id, self.now() + EMPTIED_ROOM_WAIT, belongings);
        }
    }

    /// A member has again what it had before it left with its node: who can answer it, whom it can answer, and invitations to rooms where
    /// it was not banned since.
    fn take_up_belongings(&mut self, id: MemberId, name: &Name, before: MemberId) {
        let Some(belongings) = self.left_behind.take(before, name) else { return };
        let Belongings { contact, correspondent, invited, .. } = belongings;
        let member = &mut self.people[id];
        contact.into_iter().for_each(|contact| member.take_up_contact(id, contact));
        correspondent.into_iter().for_each(|correspondent| member.set_correspondent(correspondent));
        for (number, key) in invited {
            let room = self.room(number).filter(|room| room.key == key);
            if room.is_some() && !self.sits_in(id, number) && !self.is_banned(id, name, number) {
                push_bounded(&mut self.rooms[number].modes.invited, id);
                self.note_decision(id, number);
                self.bound_decisions(1);
            }
        }
    }

    /// A member is in a room again, unless it is another one by now or they are banned there.
    fn reenter_room(
        &mut self,
        (id, name): (MemberId, &Name),
        (room_name, key, was_operator): (Name, RoomKey, bool),
        threshold: Threshold,
    ) {
        let known = if key == RoomKey(0) { Some(GENERAL) } else { self.find_room(&room_name) };
        let room = known.filter(|&room| self.room(room).is_some_and(|room| room.key == key));
        let Some(room) = room else {
            let gone = RoomRefusal::NoSuchRoom(Text::clean(room_name.as_str()));
            return self.tell(id, Event::RoomRefused(gone));
        };
        if self.is_banned(id, name, room) {
            return self.tell(id, Event::RoomRefused(RoomRefusal::BannedOnArrival(room_name)));
        }
        self.arrive(id, name, room, threshold);
        if was_operator {
            push_bounded(&mut self.rooms[room].modes.operators, id);
        }
    }

    /// Whether a member may come back in under that name, who has given these passwords of accounts: the name is that of one of
    /// them, or of none.
    fn vet_reentry(
        &self,
        name: &Name,
        origin: Origin,
        (account, proven): (Option<AccountKey>, &[Credential]),
    ) -> Result<(), Refusal> {
        let accounts = self.account_index.as_ref();
        let is_current = |&credential| accounts.is_some_and(|accounts| accounts.is_current(credential));
        if !proven.iter().all(is_current) {
            return Err(AccountRefusal::Wrong.into());
        }
        let skeleton = name.skeleton();
        let owner = accounts.and_then(|accounts| accounts.find_alike(name, &skeleton));
        let expelled = self.expelled_alike(&skeleton, owner, self.at.wall);
        // Under whatever name, they are the persons of their accounts.
        let expelled = expelled.or_else(|| {
            let keys = proven.iter().map(|credential| credential.account);
            let named = keys.filter_map(|key| Some((key, accounts?.name(key)?)));
            named.into_iter().find_map(|(key, name)| self.expelled_name(name, Some(key), self.at.wall))
        });
        if let Some(expelled) = expelled.or_else(|| self.expelled_address(origin, self.at.wall)) {
            return Err(NameRefusal::Expelled(name.clone(), expelled).into());
        }
        let is_taken = self.people.alike(&skeleton).next().is_some();
        if is_taken || owner.is_some() && owner != account {
            return Err(NameRefusal::InUse(name.clone()).into());
        }
        Ok(())
    }
}
