//! Words and actions on their way to a room, or to one person.

use super::{Audience, Done, Event, Hub, Name, Output, RoomId, RoomRefusal, answer};
use crate::chat::id::ClientId;
use crate::chat::output::Note;
use crate::chat::text::Text;

impl Hub {
    /// Words for the current room; blank ones are nothing.
    pub(super) fn say(&mut self, id: ClientId, name: &Name, text: Text, out: &mut Vec<Output>) -> Done {
        if text.is_blank() {
            return Ok(());
        }
        let (room, room_name) = self.take_the_floor(id, name, out)?;
        out.push(Output::Note(Note::Said(room_name.clone(), name.clone(), text.clone())));
        let event = Event::Said { room: room_name, from: name.clone(), text };
        out.push(Output::Deliver { to: Audience::others(room, id, name), event });
        Ok(())
    }

    /// An action for the current room.
    pub(super) fn act(&mut self, id: ClientId, name: &Name, text: Text, out: &mut Vec<Output>) -> Done {
        let (room, room_name) = self.take_the_floor(id, name, out)?;
        out.push(Output::Note(Note::Acted(room_name.clone(), name.clone(), text.clone())));
        let event = Event::Acted { room: room_name, from: name.clone(), text };
        out.push(Output::Deliver { to: Audience::others(room, id, name), event });
        Ok(())
    }

    /// Words for one person, whom they reach wherever they are. Not on the console.
    pub(super) fn message(
        &mut self,
        id: ClientId,
        name: &Name,
        to: &Text,
        text: Text,
        out: &mut Vec<Output>,
    ) -> Done {
        let Some((whom, to_name)) = self.person_called(to.as_str()) else {
            return answer(id, Event::NoSuchPerson(to.clone()), out);
        };
        if whom == id {
            return answer(id, Event::ThatIsYou, out);
        }
        let to_client = self.client_mut(whom).expect("they were found");
        let away = to_client.away().cloned();
        // Whoever hides somebody does not tell them so.
        if !to_client.hides(&name.likeness()) {
            to_client.set_correspondent(name.clone());
            let to = Audience::Several { clients: vec![whom], from: name.clone() };
            let event = Event::Private { from: name.clone(), text: text.clone() };
            out.push(Output::Deliver { to, event });
        }
        answer(id, Event::PrivateSent { from: name.clone(), to: to_name, text, away }, out)
    }

    /// Words for whoever wrote last.
    pub(super) fn reply(&mut self, id: ClientId, name: &Name, text: Text, out: &mut Vec<Output>) -> Done {
        match self.client(id).and_then(|client| client.correspondent()).cloned() {
            Some(to) => self.message(id, name, &Text::clean(to.as_str()), text, out),
            None => answer(id, Event::NobodyToAnswer, out),
        }
    }

    /// The room that hears this client now, if it does.
    fn take_the_floor(
        &mut self,
        id: ClientId,
        name: &Name,
        out: &mut Vec<Output>,
    ) -> Result<(RoomId, Name), RoomRefusal> {
        let room = self.current(id)?;
        let heard = self.room(room).expect("the current room is there");
        let room_name = heard.name.clone();
        if !heard.may_speak(id, || name.likeness()) {
            return Err(RoomRefusal::MayNotSpeak(room_name));
        }
        self.announce(id, room, out);
        Ok((room, room_name))
    }
}
