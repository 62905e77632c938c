//! Words and actions on their way to a room, or to one person.

use super::{Audience, Done, Effect, Event, Hub, Name, RoomId, RoomRefusal};
use crate::chat::account::Posted;
use crate::chat::correspondent::Contact;
use crate::chat::effect::LogEntry;
use crate::chat::id::ClientId;
use crate::chat::line::RoomKey;
use crate::chat::message::{Message, MessageId, MessageKind};
use crate::chat::refusal::Refusal;
use crate::chat::text::Text;

impl Hub {
    /// Words for a room, or a deed.
    pub(super) fn say(
        &mut self,
        id: ClientId,
        name: &Name,
        target: Option<&Text>,
        (kind, text): (MessageKind, Text),
    ) -> Done {
        let (room, room_name, key) = self.authorize_send(id, name, target)?;
        let (message_id, at, from) = (self.next_message_id(), self.at.wall, name.clone());
        let message = Message { id: message_id, room: key, at, from, kind, text };
        self.effects.push(Effect::Keep(message.clone()));
        self.effects.push(Effect::Log(LogEntry::Message(room_name.clone(), message.clone())));
        self.hiding.said(message_id, name);
        let to = Audience::others(room, id, name);
        self.effects.push(Effect::Deliver { to, event: Event::Message { room: room_name, message } });
        Ok(())
    }

    /// The number of the next message.
    pub(super) fn next_message_id(&mut self) -> MessageId {
        let id = self.next_message;
        self.next_message = id.next();
        id
    }

    /// Words for one person, whom they reach wherever they are. Not on the console.
    pub(super) fn message(&mut self, id: ClientId, name: &Name, to: &Text, text: Text) -> Done {
        if let Some((whom, _)) = self.person_called(to.as_str()) {
            self.whisper(id, name, whom, text)
        } else if let Some((account, to)) = self.absent_called(to.as_str()) {
            self.post(id, name, (account, to), text)
        } else {
            Err(Refusal::NoSuchPerson(to.clone()))
        }
    }

    /// Words for the person who wrote last: wherever they are by now, and nobody else.
    pub(super) fn reply(&mut self, id: ClientId, name: &Name, text: Text) -> Done {
        let Some(correspondent) = self.client(id).and_then(|client| client.correspondent()) else {
            return Err(Refusal::NobodyToAnswer);
        };
        let Contact { client, account, name: theirs } = correspondent.contact();
        let registered = account.and_then(|key| Some((key, self.account_index.as_ref()?.name(key)?.clone())));
        let elsewhere = || self.holder_of(account?);
        if let Some(whom) = client.filter(|&whom| self.name(whom).is_some()).or_else(elsewhere) {
            self.whisper(id, name, whom, text)
        } else if let Some(to) = registered {
            self.post(id, name, to, text)
        } else {
            Err(Refusal::HasLeft(theirs))
        }
    }

    /// Words for one client.
    fn whisper(&mut self, id: ClientId, name: &Name, whom: ClientId, text: Text) -> Done {
        if whom == id {
            return Err(Refusal::ThatIsYou);
        }
        let sender = self.people[id].contact().expect("a member has a name");
        let hides = self.hiding.hiders(name).is_some_and(|hiders| hiders.contains(whom.place()));
        // Their session may be over before they come back: a letter is there then, too.
        let lost = self.account(whom).filter(|_| !hides && self.lost.is_lost(whom));
        if let Some(to) = lost.and_then(|account| Some((account, self.name(whom)?.clone()))) {
            return self.post(id, name, to, text);
        }
        let to_client = &self.people[whom];
        let to_name = to_client.name.clone().expect("they were found by it");
        let away = to_client.away().cloned();
        let at = self.at.wall;
        // Whoever hides somebody does not tell them so.
        if !hides {
            let (from, words) = (name.clone(), text.clone());
            let event = Event::Private { from, to: to_name.clone(), text: words, at };
            if self.lost.is_lost(whom) && !self.lost.has_room(whom, &event) {
                let from = name.clone();
                self.tell(id, Event::PrivateSent { from, to: to_name, text, at, here: false, away });
                return self.answer(id, Event::Posted(Posted::Full));
            }
            self.people[whom].set_correspondent(sender);
            if self.lost.is_lost(whom) {
                self.lost.keep(whom, event);
            } else {
                let to = Audience::Several { clients: vec![whom], from: name.clone() };
                self.effects.push(Effect::Deliver { to, event });
            }
        }
        self.answer(id, Event::PrivateSent { from: name.clone(), to: to_name, text, at, here: true, away })
    }

    /// The room that hears this client now, if it does.
    fn authorize_send(
        &mut self,
        id: ClientId,
        name: &Name,
        target: Option<&Text>,
    ) -> Result<(RoomId, Name, RoomKey), RoomRefusal> {
        let room = self.target_room(id, target)?;
        if !self.may_speak(id, name, room) {
            return Err(RoomRefusal::MayNotSpeak(self.room_name(room)));
        }
        let heard = &mut self.rooms[room];
        heard.spoken = true;
        let (room_name, key) = (heard.name.clone(), heard.key);
        self.announce(id, room);
        Ok((room, room_name, key))
    }
}
