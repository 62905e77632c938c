//! Who is here, who is away, and whom one would rather not hear.

use std::cmp::Reverse;
use std::time::Duration;

use super::{Chat, Done, Event, Name, RoomRefusal};
use crate::chat::account::AccountKey;
use crate::chat::command::Wording;
use crate::chat::hiding::HiddenId;
use crate::chat::listing::{Office, Person};
use crate::chat::member_id::MemberId;
use crate::chat::mono_time::MonoTime;
use crate::chat::origin::Origin;
use crate::chat::refusal::Refusal;
use crate::chat::room::Room;
use crate::chat::text::Text;
use crate::limits::{ANSWER_MAX_BYTES, IGNORED_ALWAYS, IGNORED_BEYOND_MAX, IGNORED_MAX, WHO_MAX_PEOPLE};

/// What a row of `/who` is beside its name and a reason.
const ROW_BYTES: usize = 64;

/// What it takes to look at one member, whose address and rights are looked up: some 40 ns.
const GUEST_STEPS: usize = 2;

/// The operators of a room, in order: many of them are looked for among many.
struct Offices {
    operators: Vec<MemberId>,
    owners: Vec<AccountKey>,
}

impl Offices {
    fn of(room: &Room) -> Offices {
        let (mut operators, mut owners) = (room.modes.operators.clone(), room.modes.owners.clone());
        operators.sort_unstable();
        owners.sort_unstable();
        Offices { operators, owners }
    }
}

impl Chat {
    /// Lists who is in a room by name; of very many, who asks and the members who were active last, as far as one answer bears
    /// them.
    ///
    /// # Errors
    ///
    /// There is no such room, or it is closed to who asks.
    pub(in crate::chat) fn who(
        &self,
        id: MemberId,
        wanted: Option<Text>,
        now: MonoTime,
    ) -> Result<Event, RoomRefusal> {
        let room = match wanted {
            None => self.current(id)?,
            Some(wanted) => self.room_called(&wanted)?,
        };
        let is_member = self.sits_in(id, room);
        let room = &self.rooms[room];
        if !is_member && room.modes.key.is_some() {
            return Err(RoomRefusal::Closed(room.name.clone()));
        }
        let members = &room.members;
        self.spend(members.len());
        let present = members.iter().filter_map(|&member| Some((member, self.member(member)?)));
        let mut latest: Vec<_> =
            present.map(|(other, it)| (other != id, Reverse(it.active), other)).collect();
        if latest.len() > WHO_MAX_PEOPLE {
            latest.select_nth_unstable(WHO_MAX_PEOPLE);
            latest.truncate(WHO_MAX_PEOPLE);
        }
        latest.sort_unstable();
        let offices = Offices::of(room);
        self.spend(room.decision_steps());
        let person = |(_, Reverse(active), other): (_, Reverse<MonoTime>, MemberId)| {
            let member = self.member(other)?;
            let (name, away) = (member.name.clone(), member.away().cloned());
            let (you, office) = (other == id, self.office((other, member.account), &offices));
            // A member who asks is active, whether the chat has been told so or not.
            let idle = if you { Duration::ZERO } else { now.since(active) };
            Some(Person { name, idle, away, you, office })
        };
        let mut bytes = 0;
        let fits = |person: &Person| {
            let words = [Some(person.name.as_str()), person.away.as_ref().map(Text::as_str)];
            bytes += words.into_iter().flatten().map(str::len).sum::<usize>() + ROW_BYTES;
            bytes <= ANSWER_MAX_BYTES
        };
        let mut people: Vec<Person> = latest.into_iter().filter_map(person).take_while(fits).collect();
        people.sort_by_cached_key(|person| person.name.as_str().to_lowercase());
        Ok(Event::Present { room: room.name.clone(), people, total: members.len() })
    }

    /// The members without a registered name that have a connection and are no operators of the server, each with how many places its
    /// address has and since when it is silent. So many `newcomers`, who are no members, have places at these addresses.
    pub(in crate::chat) fn guests(
        &self,
        newcomers: impl ExactSizeIterator<Item = (Origin, usize)>,
    ) -> impl Iterator<Item = (MemberId, usize, MonoTime)> {
        self.spend(GUEST_STEPS * (self.people.slots() + newcomers.len()));
        let places = self.people.places_with(newcomers);
        let is_guest = |id: MemberId| !self.is_empowered(id) && !self.is_detached(id);
        let guests = self.people.iter().filter(move |(id, member)| member.account.is_none() && is_guest(*id));
        guests.map(move |(id, member)| (id, places[member.holder.index()], member.active))
    }

    /// Marks away with a reason; without one, back.
    pub(super) fn away(&mut self, id: MemberId, reason: Option<Text>) -> Done {
        if let Some(trouble) = Wording::Reason.trouble(reason.as_ref()) {
            return Err(trouble.into());
        }
        let member = &mut self.people[id];
        let event = match (&reason, member.away()) {
            (Some(reason), _) => Event::AwaySet(reason.clone()),
            (None, Some(_)) => Event::AwayCleared,
            (None, None) => Event::NotAway,
        };
        member.set_away(reason);
        self.answer(id, event)
    }

    /// What a member may decide in the room of those offices.
    fn office(&self, (id, account): (MemberId, Option<AccountKey>), offices: &Offices) -> Option<Office> {
        if self.is_admin(id) {
            return Some(Office::Server);
        }
        let owns = account.is_some_and(|account| offices.owners.binary_search(&account).is_ok());
        (owns || offices.operators.binary_search(&id).is_ok()).then_some(Office::Room)
    }

    /// Hides a person from `id`, or shows them again.
    pub(super) fn toggle_ignored(&mut self, id: MemberId, own: &Name, whom: Text) -> Done {
        let event = self.toggle_hidden(id, own, whom)?;
        self.answer(id, event)
    }

    /// Lists the people whom a member hides; of whom nothing is known any more is forgotten.
    pub(super) fn list_ignored(&mut self, id: MemberId) -> Done {
        let mut hidden = self.people[id].hidden().to_vec();
        self.hiding.tidy(&mut hidden);
        let names = hidden.iter().filter_map(|&hidden| self.hiding.name(hidden).cloned()).collect();
        self.set_hidden(id, hidden);
        self.answer(id, Event::IgnoreList(names))
    }

    /// Writes down whom a member hides, and how many are hidden beyond what each member may hide, by all together.
    fn set_hidden(&mut self, id: MemberId, hidden: Vec<HiddenId>) {
        let beyond = |count: usize| count.saturating_sub(IGNORED_ALWAYS);
        let member = &mut self.people[id];
        let (before, now) = (beyond(member.hidden().len()), beyond(hidden.len()));
        member.set_hidden(hidden);
        self.hidden_beyond = self.hidden_beyond + now - before;
    }

    /// A member leaves, and hides nobody any more.
    pub(super) fn show_all(&mut self, id: MemberId) {
        let hidden = self.member(id).map_or(Vec::new(), |member| member.hidden().to_vec());
        if !hidden.is_empty() {
            hidden.iter().for_each(|&hidden| self.hiding.show(id.place(), hidden));
            self.set_hidden(id, Vec::new());
        }
    }

    /// A member who comes back in hides the people whom they hid.
    pub(super) fn hide_again(&mut self, id: MemberId, names: &[Name]) {
        let hidden = names.iter().map(|name| self.hiding.hide(id.place(), name)).collect();
        self.set_hidden(id, hidden);
    }

    fn toggle_hidden(&mut self, id: MemberId, own: &Name, whom: Text) -> Result<Event, Refusal> {
        let Ok(wanted) = Name::known(whom.as_str().trim()) else { return Err(Refusal::NoSuchPerson(whom)) };
        let present = self.person_called(wanted.as_str()).map(|(_, name)| name);
        if present.as_ref() == Some(own) {
            return Err(Refusal::ThatIsYou);
        }
        let skeleton = wanted.skeleton();
        let hider = id.place();
        let mut hidden = self.people[id].hidden().to_vec();
        self.hiding.tidy(&mut hidden);
        let called = self.hiding.called(&hidden, present.as_ref(), &skeleton);
        hidden.retain(|hidden| !called.contains(hidden));
        called.iter().for_each(|&shown| self.hiding.show(hider, shown));
        let changed = match present {
            present if !called.is_empty() => Ok(Event::NoLongerIgnoring(present.unwrap_or(wanted))),
            None => Err(Refusal::NoSuchPerson(whom)),
            Some(_) if hidden.len() >= IGNORED_MAX => Err(Refusal::IgnoreListFull(hidden.len())),
            Some(_) if hidden.len() >= IGNORED_ALWAYS && self.hidden_beyond >= IGNORED_BEYOND_MAX => {
                Err(Refusal::IgnoreListFull(hidden.len()))
            }
            Some(name) => {
                hidden.push(self.hiding.hide(hider, &name));
                Ok(Event::Ignoring(name))
            }
        };
        self.set_hidden(id, hidden);
        changed
    }

    /// A member has this name from now on: hidden people who left under such a name are them.
    pub(super) fn took_name(&mut self, id: MemberId, old: Option<&Name>, new: &Name) {
        if self.hiding.is_empty() {
            return;
        }
        let skeleton = new.skeleton();
        self.hiding.took_name(old, new, &skeleton);
        // A member who hid a person of that name would hide themselves.
        let Some(mut hidden) = self.member(id).map(|member| member.hidden().to_vec()) else { return };
        let own = self.hiding.called(&hidden, Some(new), &skeleton);
        if !own.is_empty() {
            hidden.retain(|hidden| !own.contains(hidden));
            own.into_iter().for_each(|shown| self.hiding.show(id.place(), shown));
            self.set_hidden(id, hidden);
        }
    }
}
