//! Getting a name, and changing it.

use super::{
    Arrival, Change, ClientId, Deed, Effect, Event, Hub, MemberId, Name, NameRefusal, Outcome, Refusal, Text,
    Then, Verb,
};
use crate::chat::effect::LogEntry;

impl Hub {
    /// Asks a client that has just come for a name; if a log is away, it is told that first.
    pub(super) fn greet(&mut self, id: ClientId) {
        let news = self.sessions.log_news.greet(id);
        news.into_iter().for_each(|news| self.tell(id, Event::Log(news)));
        self.tell(id, Event::NamePrompt);
    }

    /// A command of a client is being handled, which may have been held until now.
    pub(super) fn note_heard(&mut self, id: ClientId) {
        if !self.is_awaited(id) {
            self.sessions.newcomers.name_comes_back(id, self.now());
        }
    }

    /// A newcomer proposes a name; with a good one they are in.
    pub(super) fn take_name(&mut self, id: ClientId, wanted: Text) {
        let Some(newcomer) = self.sessions.newcomers.get(id) else { return };
        if let Err(refusal) = vet(&wanted) {
            return self.named(id, Err(refusal), &wanted);
        }
        let (origin, placed) = (newcomer.origin, self.has_place(id));
        self.change(Change::Enter { origin, wanted: wanted.clone(), placed }, Then::Name(id, wanted));
    }

    /// A member wants another name.
    pub(super) fn rename(&mut self, id: ClientId, member: MemberId, wanted: Text) {
        if let Err(refusal) = vet(&wanted) {
            self.note_active(Some(member));
            return self.named(id, Err(refusal), &wanted);
        }
        self.change(Change::Do(member, Deed::Rename(wanted.clone())), Then::Name(id, wanted));
    }

    /// What came of it that a client wants a name: they have it, have to give a password for it, or cannot have it.
    pub(super) fn named(&mut self, id: ClientId, outcome: Result<Outcome, Refusal>, wanted: &Text) {
        let asked = match outcome {
            Ok(Outcome::Registered(account, name)) => self.ask_to_log_in(id, Some(account), name),
            Ok(_) => Ok(()),
            Err(refusal) => {
                self.disregard_behind_name(id, wanted);
                Err(refusal)
            }
        };
        asked.err().into_iter().for_each(|refusal| self.refuse(id, refusal));
    }

    /// A client that wants a name that looks like a registered one may have sent its password as well.
    fn disregard_behind_name(&mut self, id: ClientId, wanted: &Text) {
        let name = Name::known(wanted.as_str().trim()).ok();
        if name.is_some_and(|name| self.chat.is_registered_alike(&name)) {
            self.effects.push(Effect::Disregard(id, Verb::Login.secrets()));
        }
    }

    /// Greets a client who is a member from now on, and says it on the console.
    pub(super) fn welcome(
        &mut self,
        id: ClientId,
        Arrival { member: _, name, room, topic, others }: Arrival,
    ) {
        let token = self.token(id);
        self.tell(id, Event::Welcome { name: name.clone(), room, topic, others, token });
        if !self.config.motd.is_empty() {
            self.tell(id, Event::Motd(self.config.motd.clone()));
        }
        self.effects.push(Effect::Log(LogEntry::Arrived(id, name)));
    }
}

/// What can be no name is refused before it goes into a log, where it could be as long as a line.
///
/// # Errors
///
/// Whatever the chat is like, nobody can be called so.
fn vet(wanted: &Text) -> Result<(), Refusal> {
    let wanted = wanted.as_str().trim();
    Name::known(wanted).map(drop).map_err(|error| NameRefusal::of(error, wanted).into())
}
