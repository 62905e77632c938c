//! Making rooms, entering and leaving them, what they are about, and which there are.

use std::cmp::Reverse;

use super::{Audience, Chat, Done, Event, Fact, GENERAL, Name, RoomId, RoomRefusal};
use crate::chat::command::Wording;
use crate::chat::effect::LogEntry;
use crate::chat::event::Decision;
use crate::chat::join_part_batch::Threshold;
use crate::chat::listing::RoomListing;
use crate::chat::member_id::MemberId;
use crate::chat::origin::Origin;
use crate::chat::record::{RoomChange, RoomFact, RoomRecord};
use crate::chat::room_key::RoomKey;
use crate::chat::text::Text;
use crate::limits::{
    ANSWER_MAX_BYTES, KEY_MAX_BYTES, NAMES_TOLD_MAX, ROOMS_LISTED, ROOMS_MAX, ROOMS_PER_ACCOUNT,
    ROOMS_PER_PERSON, is_over_share,
};

/// What a row of `/rooms` is beside its name and its topic.
const ROW_BYTES: usize = 64;

impl Chat {
    /// Enters a room, which is made if there is none of that name, and makes it the current one.
    pub(super) fn join(&mut self, id: MemberId, name: &Name, wanted: &Text, key: Option<Text>) -> Done {
        let room_name = room_name(wanted).ok_or(RoomRefusal::Malformed)?;
        // A key from before there was a bound is kept as far as it goes, and still opens.
        let key = key.map(|key| key.cut(KEY_MAX_BYTES));
        let found = self.find_room(&room_name);
        if found.is_none() {
            self.vet_room(&room_name, wanted)?;
        }
        let member = &mut self.people[id];
        let entered = match found {
            Some(room) if member.membership(room).is_some() => {
                member.current = Some(room);
                self.tell_entered(id, room, false);
                return Ok(());
            }
            _ if member.memberships().count() >= ROOMS_PER_PERSON => return Err(RoomRefusal::TooMany.into()),
            Some(room) => {
                self.may_enter(id, name, room, key)?;
                room
            }
            None => self.make_a_room_for(id, room_name)?,
        };
        let created = found.is_none();
        self.arrive(id, name, entered, Threshold::Room);
        if created {
            let made = &mut self.rooms[entered];
            made.modes.operators.push(id);
            let fact = RoomFact::Made(made.name.clone());
            self.persist(entered, [fact]);
            self.own(id, entered);
        }
        self.tell_entered(id, entered, created);
        self.facts.push(Fact::Replay(id, entered));
        Ok(())
    }

    /// Leaves a room: the current one, or the one named.
    pub(super) fn leave(&mut self, id: MemberId, name: &Name, wanted: Option<Text>) -> Done {
        let room = match wanted {
            None => self.current(id)?,
            Some(wanted) => self.room_called(&wanted)?,
        };
        let room_name = self.rooms[room].name.clone();
        let membership = self.remove_member(id, room).ok_or_else(|| RoomRefusal::NotIn(room_name.clone()))?;
        if membership.announced() {
            self.tell_left(room, name);
        }
        self.remove_if_empty(room);
        self.tell_current(id, room_name);
        Ok(())
    }

    /// What a room is about.
    ///
    /// # Errors
    ///
    /// There is no such room, or the member is not in it.
    pub(in crate::chat) fn topic_of(
        &self,
        id: MemberId,
        target: Option<&Text>,
    ) -> Result<Event, RoomRefusal> {
        let room = &self.rooms[self.target_room(id, target)?];
        Ok(Event::Topic { room: room.name.clone(), topic: room.topic.clone() })
    }

    /// Decides what a room is about; `-` clears it.
    pub(super) fn topic(&mut self, id: MemberId, name: &Name, target: Option<&Text>, topic: Text) -> Done {
        let room = self.target_room(id, target)?;
        let may_speak = self.may_speak(id, name, room);
        let about = &mut self.rooms[room];
        if !may_speak {
            return Err(RoomRefusal::MayNotSpeak(about.name.clone()).into());
        }
        if let Some(trouble) = Wording::Topic.trouble(Some(&topic)) {
            return Err(trouble.into());
        }
        let topic = (topic.as_str() != "-").then_some(topic);
        let event = Event::Decided {
            room: about.name.clone(),
            by: name.clone(),
            decision: Decision::Topic(topic.clone()),
        };
        if about.topic != topic {
            about.topic = topic.clone();
            self.persist(room, [RoomFact::Topic(topic)]);
        }
        self.announce(id, room);
        // A member's words, unlike what operators decide: a recipient who hides the sender does not hear it.
        let to = Audience::Room { room, except: None, from: Some(name.clone()), beyond: None };
        self.facts.push(Fact::Deliver { to, event });
        Ok(())
    }

    /// Lists the rooms by name; of very many, the fullest, as far as one answer bears them.
    pub(in crate::chat) fn listed_rooms(&self, id: MemberId) -> Event {
        let asking = &self.people[id];
        self.spend(self.rooms.numbers());
        let mut fullest: Vec<_> =
            self.rooms.iter().map(|(number, room)| (Reverse(room.members.len()), number)).collect();
        let total = fullest.len();
        if total > ROOMS_LISTED {
            fullest.select_nth_unstable(ROOMS_LISTED);
            fullest.truncate(ROOMS_LISTED);
        }
        fullest.sort_unstable();
        let row = |(Reverse(people), number): (_, RoomId)| {
            let room = &self.rooms[number];
            let is_member = asking.membership(number).is_some();
            let keyed = room.modes.key.is_some();
            let topic = room.topic.clone().filter(|_| is_member || !keyed);
            let current = asking.current == Some(number);
            RoomListing { name: room.name.clone(), people, topic, keyed, member: is_member, current }
        };
        let mut bytes = 0;
        let fits = |row: &RoomListing| {
            bytes += row.name.as_str().len()
                + row.topic.as_ref().map_or(0, |topic| topic.as_str().len())
                + ROW_BYTES;
            bytes <= ANSWER_MAX_BYTES
        };
        let mut rooms: Vec<RoomListing> = fullest.into_iter().map(row).take_while(fits).collect();
        rooms.sort_by_cached_key(|row| row.name.as_str().to_lowercase());
        Event::Rooms { rooms, total }
    }

    /// Makes an empty room for a member, if there may be one more from where they are.
    fn make_a_room_for(&mut self, id: MemberId, name: Name) -> Result<RoomId, RoomRefusal> {
        let holding = self.people.holding(&self.people[id]);
        // Counted only for addresses that have many.
        let free = || ROOMS_MAX.saturating_sub(self.rooms.count());
        if holding.rooms as usize > ROOMS_MAX / 2 && is_over_share(holding.rooms as usize, free(), ROOMS_MAX)
        {
            return Err(RoomRefusal::OverShare);
        }
        let made = self.rooms.make(name).ok_or(RoomRefusal::NoneLeft)?;
        let holder = self.people.take_room(holding.origin);
        self.rooms[made].holder = Some(holder);
        Ok(made)
    }

    /// Goes on with a room that there was before, and that counts for the address `made_from`.
    pub(super) fn resume_room(&mut self, record: RoomRecord, made_from: Option<Origin>) {
        let Some(room) = self.rooms.restore(record, self.account_index.as_ref()) else { return };
        // The first room is everybody's.
        let made_from = made_from.filter(|_| room != GENERAL);
        self.rooms[room].holder = made_from.map(|address| self.people.take_room(address));
    }

    /// What there is to remember of a room.
    pub(in crate::chat) fn room_record(&self, key: RoomKey) -> Option<RoomRecord> {
        self.rooms.iter().find(|(_, room)| room.key == key).map(|(_, room)| room.record())
    }

    /// Has it remembered what is different in a room.
    pub(super) fn persist(&mut self, room: RoomId, facts: impl IntoIterator<Item = RoomFact>) {
        if let Some(key) = self.room(room).map(|room| room.key) {
            self.facts.extend(facts.into_iter().map(|what| Fact::Room(RoomChange { room: key, what })));
        }
    }

    /// Makes a member, if their name is registered, an operator for good.
    pub(super) fn own(&mut self, id: MemberId, room: RoomId) {
        let Some(account) = self.account(id) else { return };
        if self.rooms.owned_by(account) >= ROOMS_PER_ACCOUNT {
            return;
        }
        if !self.rooms[room].modes.owners.contains(&account) {
            let forgotten = self.rooms.add_owner(room, account);
            let forgotten = forgotten.map(|oldest| RoomFact::Operator(oldest, false));
            self.persist(room, forgotten.into_iter().chain([RoomFact::Operator(account, true)]));
        }
    }

    /// A room with nobody in it is no more, unless it is worth keeping; but the first room is everybody's.
    pub(super) fn remove_if_empty(&mut self, room: RoomId) {
        if room == GENERAL
            || self.room(room).is_none_or(|room| !room.members.is_empty() || room.is_worth_keeping())
        {
            return;
        }
        if let Some(gone) = self.rooms.remove(room) {
            gone.holder.into_iter().for_each(|holder| self.people.leave_room(holder));
            self.facts.push(Fact::Forget(gone.key));
        }
    }

    /// The room that was named.
    pub(in crate::chat) fn room_called(&self, wanted: &Text) -> Result<RoomId, RoomRefusal> {
        let name = room_name(wanted).ok_or(RoomRefusal::Malformed)?;
        self.find_room(&name).ok_or_else(|| RoomRefusal::NoSuchRoom(wanted.clone()))
    }

    /// The room that a command of a member is for, which is one that they are in: the one named or, without a name, the
    /// current one.
    pub(in crate::chat) fn target_room(
        &self,
        id: MemberId,
        named: Option<&Text>,
    ) -> Result<RoomId, RoomRefusal> {
        let Some(named) = named else { return self.current(id) };
        let room = self.room_called(named)?;
        if self.sits_in(id, room) { Ok(room) } else { Err(RoomRefusal::NotIn(self.room_name(room))) }
    }

    /// Tells a whole room what was decided about it.
    pub(super) fn tell_decision(&mut self, room: RoomId, by: &Name, decision: Decision) {
        let room_name = self.rooms[room].name.clone();
        // What the administrator does is noted where it is done.
        if *by != Name::server() {
            self.facts.push(Fact::Log(LogEntry::Decided(room_name.clone(), by.clone(), decision.clone())));
        }
        let event = Event::Decided { room: room_name, by: by.clone(), decision };
        self.facts.push(Fact::Deliver { to: Audience::room(room), event });
    }

    /// Whether a room may be made of this name, of which there is none that was meant.
    fn vet_room(&self, name: &Name, typed: &Text) -> Result<(), RoomRefusal> {
        if self.rooms.alike(&name.skeleton()).next().is_some() {
            return Err(RoomRefusal::NoSuchRoom(typed.clone()));
        }
        Name::given(name.as_str()).map(drop).map_err(|_| RoomRefusal::Malformed)
    }

    /// The room that is meant by `wanted`.
    pub(super) fn find_room(&self, wanted: &Name) -> Option<RoomId> {
        let skeleton = wanted.skeleton();
        wanted.meant(self.rooms.alike(&skeleton))
    }

    fn may_enter(
        &mut self,
        id: MemberId,
        name: &Name,
        number: RoomId,
        key: Option<Text>,
    ) -> Result<(), RoomRefusal> {
        let room = &self.rooms[number];
        let modes = &room.modes;
        if self.operates(id, room) {
            return Ok(());
        }
        if self.is_listed(&modes.banned, id, name) {
            return Err(RoomRefusal::Banned(room.name.clone()));
        }
        if modes.key.is_none() || modes.invited.contains(&id) {
            return Ok(());
        }
        match key {
            None => Err(RoomRefusal::Closed(room.name.clone())),
            Some(key) => self.try_key(id, name, number, &key),
        }
    }

    /// Tells a member that has left `room` where its words go now.
    fn tell_current(&mut self, id: MemberId, room: Name) {
        let current = self.current(id).ok().and_then(|room| self.room(room)).map(|room| room.name.clone());
        self.tell(id, Event::Left { room, current });
    }

    fn tell_entered(&mut self, id: MemberId, room: RoomId, created: bool) {
        let people = self.all_in(id, room, NAMES_TOLD_MAX);
        let entered = &self.rooms[room];
        let (room, topic) = (entered.name.clone(), entered.topic.clone());
        self.tell(id, Event::Entered { room, people, topic, created });
    }
}

/// The name of a room as it was typed, with or without its `#`.
fn room_name(typed: &Text) -> Option<Name> {
    let typed = typed.as_str().trim();
    Name::known(typed.strip_prefix('#').unwrap_or(typed)).ok()
}
