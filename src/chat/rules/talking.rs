//! Words and actions on their way to a room, or to one person.

use super::{Audience, Chat, Done, Event, Fact, Name, RoomId, RoomRefusal};
use crate::chat::account::Posted;
use crate::chat::correspondent::Contact;
use crate::chat::effect::LogEntry;
use crate::chat::member_id::MemberId;
use crate::chat::message::{Message, MessageId, MessageKind};
use crate::chat::refusal::Refusal;
use crate::chat::room_key::RoomKey;
use crate::chat::text::Text;

impl Chat {
    /// Words for a room, or a deed.
    pub(super) fn say(
        &mut self,
        id: MemberId,
        name: &Name,
        target: Option<&Text>,
        (kind, text): (MessageKind, Text),
    ) -> Done {
        let (room, room_name, key) = self.authorize_send(id, name, target)?;
        let (message_id, at, from) = (self.take_message_id(), self.at.wall, name.clone());
        let message = Message { id: message_id, room: key, at, from, kind, text };
        self.facts.push(Fact::Keep(message.clone()));
        self.facts.push(Fact::Log(LogEntry::Message(room_name.clone(), message.clone())));
        self.hiding.said(message_id, name);
        let to = Audience::others(room, id, name);
        self.facts.push(Fact::Deliver { to, event: Event::Message { room: room_name, message } });
        Ok(())
    }

    /// The number of the next message.
    pub(super) fn take_message_id(&mut self) -> MessageId {
        let id = self.next_message;
        self.next_message = id.next();
        id
    }

    /// Words for one person, whom they reach wherever they are. Not on the console.
    pub(super) fn message(
        &mut self,
        id: MemberId,
        name: &Name,
        to: &Text,
        (text, full): (Text, bool),
    ) -> Done {
        if let Some((whom, _)) = self.person_called(to.as_str()) {
            self.whisper((id, name), whom, (text, full))
        } else if let Some((account, to)) = self.absent_called(to.as_str()) {
            self.post(id, name, (account, to), text)
        } else {
            Err(Refusal::NoSuchPerson(to.clone()))
        }
    }

    /// Words for the person who wrote last: wherever they are by now, and nobody else.
    pub(super) fn reply(&mut self, id: MemberId, name: &Name, (text, full): (Text, bool)) -> Done {
        let Some(correspondent) = self.member(id).and_then(|client| client.correspondent()) else {
            return Err(Refusal::NobodyToAnswer);
        };
        let Contact { account, name: theirs, .. } = correspondent.contact();
        let registered = account.and_then(|key| Some((key, self.account_index.as_ref()?.name(key)?.clone())));
        if let Some(whom) = self.answered_by(id) {
            self.whisper((id, name), whom, (text, full))
        } else if let Some(to) = registered {
            self.post(id, name, to, text)
        } else {
            Err(Refusal::HasLeft(theirs))
        }
    }

    /// Who gets what a member answers now, if that is here.
    pub(in crate::chat) fn answered_by(&self, id: MemberId) -> Option<MemberId> {
        let Contact { member, account, .. } = self.member(id)?.correspondent()?.contact();
        member.filter(|&whom| self.name(whom).is_some()).or_else(|| self.holder_of(account?))
    }

    /// Words for one member; `full` says that there is no place for them while that one has no connection.
    fn whisper(&mut self, (id, name): (MemberId, &Name), whom: MemberId, (text, full): (Text, bool)) -> Done {
        if whom == id {
            return Err(Refusal::ThatIsYou);
        }
        let sender = self.people[id].contact(id);
        let hides = self.hiding.hiders(name).is_some_and(|hiders| hiders.contains(whom.place()));
        // Their session may be over before they come back: a letter is there then, too.
        let absent = self.account(whom).filter(|_| !hides && self.is_detached(whom));
        if let Some(to) = absent.and_then(|account| Some((account, self.name(whom)?.clone()))) {
            return self.post(id, name, to, text);
        }
        let to_client = &self.people[whom];
        let to_name = to_client.name.clone();
        let away = to_client.away().cloned();
        let at = self.at.wall;
        // Whoever hides somebody does not tell them so.
        if !hides {
            if full && self.is_detached(whom) {
                let from = name.clone();
                self.tell(id, Event::PrivateSent { from, to: to_name, text, at, here: false, away });
                return self.answer(id, Event::Posted(Posted::Full));
            }
            self.people[whom].set_correspondent(sender);
            let (from, words) = (name.clone(), text.clone());
            let event = Event::Private { from, to: to_name.clone(), text: words, at };
            let to = match self.is_detached(whom) {
                true => Audience::One(whom),
                false => Audience::Several { clients: vec![whom], from: name.clone() },
            };
            self.facts.push(Fact::Deliver { to, event });
        }
        self.answer(id, Event::PrivateSent { from: name.clone(), to: to_name, text, at, here: true, away })
    }

    /// The room that hears this client now, if it does.
    fn authorize_send(
        &mut self,
        id: MemberId,
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
