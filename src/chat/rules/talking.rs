//! Words and actions on their way to a room, or to one person.

use super::{Audience, Chat, Done, Event, Fact, Name, Recipient, RoomId, RoomRefusal};
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
        self.rooms[room].last_message = message_id;
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
        to: Recipient,
        (text, full): (Text, bool),
    ) -> Done {
        match to {
            Recipient::Member(whom, ..) if self.member(whom).is_some() => {
                self.whisper((id, name), whom, (text, full))
            }
            // They left through another node meanwhile, or left this one for another.
            Recipient::Member(_, called, Some(account)) => match self.holder_of(account) {
                Some(whom) => self.whisper((id, name), whom, (text, full)),
                None => self.post(id, name, (account, called), text),
            },
            Recipient::Member(_, called, None) => Err(Refusal::HasLeft(called)),
            Recipient::Owner(account, called) => self.post(id, name, (account, called), text),
        }
    }

    /// Who gets private words for `whom`.
    ///
    /// # Errors
    ///
    /// Nobody is called so.
    pub(in crate::chat) fn recipient(&self, whom: &Text) -> Result<Recipient, Refusal> {
        if let Some((member, name)) = self.person_called(whom.as_str()) {
            return Ok(Recipient::Member(member, name, self.account(member)));
        }
        let absent = self.absent_called(whom.as_str());
        let (account, name) = absent.ok_or_else(|| Refusal::NoSuchPerson(whom.clone()))?;
        Ok(Recipient::Owner(account, name))
    }

    /// Who gets what a member answers: the person who wrote last, wherever they are by now, and nobody else.
    ///
    /// # Errors
    ///
    /// Nobody has written, or that one has left.
    pub(in crate::chat) fn answered_by(&self, id: MemberId) -> Result<Recipient, Refusal> {
        let correspondent = self.member(id).and_then(|member| member.correspondent());
        let Contact { member, account, name } = correspondent.ok_or(Refusal::NobodyToAnswer)?.contact();
        let here = member.filter(|&whom| self.member(whom).is_some());
        if let Some(whom) = here.or_else(|| self.holder_of(account?)) {
            return Ok(Recipient::Member(whom, name, account));
        }
        let registered = |key| Some(Recipient::Owner(key, self.account_index.as_ref()?.name(key)?.clone()));
        account.and_then(registered).ok_or(Refusal::HasLeft(name))
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
        let recipient = &self.people[whom];
        let to_name = recipient.name.clone();
        let away = recipient.away().cloned();
        let at = self.at.wall;
        // The sender is not told that the recipient hides them.
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
                false => Audience::Several { recipients: vec![whom], from: name.clone() },
            };
            self.facts.push(Fact::Deliver { to, event });
        }
        self.answer(id, Event::PrivateSent { from: name.clone(), to: to_name, text, at, here: true, away })
    }

    /// The room that hears this member now, if it does.
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
