//! Who is here, who is away, and whom one would rather not hear.

use super::{Client, Done, Event, Hub, Name, Output, RoomRefusal, answer};
use crate::chat::command::Wording;
use crate::chat::event::Person;
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::text::Text;
use crate::limits::{ANSWER_MAX_BYTES, IGNORED_ALWAYS, IGNORED_BEYOND_MAX, IGNORED_MAX, WHO_MAX_PEOPLE};

/// What a row of `/who` is beside its name and a reason.
const ROW_BYTES: usize = 64;

impl Hub {
    /// Lists who is in a room by name; of very many, who asks and those who were active last, as far as one answer bears
    /// them.
    pub(super) fn who(&self, id: ClientId, wanted: Option<Text>, now: Moment, out: &mut Vec<Output>) -> Done {
        let room = match wanted {
            None => self.current(id)?,
            Some(wanted) => self.room_called(&wanted)?,
        };
        let member = self.client(id).is_some_and(|client| client.seat(room).is_some());
        let room = self.room(room).expect("it was found");
        if !member && room.rules.key.is_some() {
            return Err(RoomRefusal::Closed(room.name.clone()));
        }
        let members = &room.members;
        self.spend(members.len());
        let mut present: Vec<_> = members.iter().filter_map(|&member| self.client(member)).collect();
        let last = |client: &&Client| (client.id != id, std::cmp::Reverse(client.active), client.id);
        if present.len() > WHO_MAX_PEOPLE {
            present.select_nth_unstable_by_key(WHO_MAX_PEOPLE, last);
            present.truncate(WHO_MAX_PEOPLE);
        }
        present.sort_unstable_by_key(last);
        let mut bytes = 0;
        let fits = |client: &&Client| {
            let words = [client.name.as_ref().map(Name::as_str), client.away().map(Text::as_str)];
            bytes += words.into_iter().flatten().map(str::len).sum::<usize>() + ROW_BYTES;
            bytes <= ANSWER_MAX_BYTES
        };
        let present = present.into_iter().take_while(fits);
        let mut people: Vec<Person> = present
            .filter_map(|client| {
                let name = client.name.clone()?;
                let idle = now.since(client.active);
                Some(Person { name, idle, away: client.away().cloned(), you: client.id == id })
            })
            .collect();
        people.sort_by_cached_key(|person| person.name.as_str().to_lowercase());
        answer(id, Event::Present { room: room.name.clone(), people, total: members.len() }, out)
    }

    /// Marks away with a reason; without one, back.
    pub(super) fn away(&mut self, id: ClientId, reason: Option<Text>, out: &mut Vec<Output>) -> Done {
        if let Some(trouble) = Wording::Reason.trouble(reason.as_ref()) {
            return answer(id, Event::Trouble(trouble), out);
        }
        let event = reason.clone().map_or(Event::AwayCleared, Event::AwaySet);
        self.client_mut(id).expect("the caller knows them").set_away(reason);
        answer(id, event, out)
    }

    /// Hides a person from `id`, or shows them again; without a name, lists the hidden.
    pub(super) fn ignore(
        &mut self,
        id: ClientId,
        own: &Name,
        whom: Option<Text>,
        out: &mut Vec<Output>,
    ) -> Done {
        let event = match whom {
            None => {
                let client = self.client(id).expect("the caller knows them");
                Event::IgnoreList(client.hidden().map(|hidden| hidden.name.clone()).collect())
            }
            Some(whom) => self.toggle_hidden(id, own, whom),
        };
        answer(id, event, out)
    }

    /// How many are hidden beyond those whom everybody may hide, by all together.
    fn hidden_beyond(&self) -> usize {
        self.spend(self.clients.len());
        let hidden = self.clients.iter().flatten().map(|client| client.hidden().count());
        hidden.map(|hidden| hidden.saturating_sub(IGNORED_ALWAYS)).sum()
    }

    fn toggle_hidden(&mut self, id: ClientId, own: &Name, whom: Text) -> Event {
        let Ok(wanted) = Name::new(whom.as_str().trim()) else { return Event::NoSuchPerson(whom) };
        let likeness = wanted.likeness();
        if likeness.clashes(&own.likeness()) {
            return Event::ThatIsYou;
        }
        let present = self.holder(&likeness).and_then(|client| client.name.clone());
        let client = self.client_mut(id).expect("the caller knows them");
        let hidden_before = client.hidden().count();
        if client.show(&likeness) {
            if client.hidden().next().is_none() {
                self.hiding -= 1;
            }
            return Event::NoLongerIgnoring(present.unwrap_or(wanted));
        }
        let Some(name) = present else { return Event::NoSuchPerson(whom) };
        if hidden_before >= IGNORED_MAX
            || hidden_before >= IGNORED_ALWAYS && self.hidden_beyond() >= IGNORED_BEYOND_MAX
        {
            return Event::IgnoreListFull(hidden_before);
        }
        let client = self.client_mut(id).expect("the caller knows them");
        client.hide(name.clone());
        if hidden_before == 0 {
            self.hiding += 1;
        }
        Event::Ignoring(name)
    }
}
