//! Getting a name, and changing it.

use super::{
    Change, ClientId, Deed, Done, Effect, Entry, Event, Hub, MemberId, Name, NameRefusal, Text, Verb, Wanted,
};
use crate::chat::effect::LogEntry;

impl Hub {
    /// A newcomer proposes a name; with a good one they are in.
    pub(super) fn take_name(&mut self, id: ClientId, wanted: &Text) -> Done {
        match self.chat.vet_name(None, wanted.as_str(), self.at.wall) {
            Ok(Wanted::Free(name)) if self.has_place(id) => {
                let Some(newcomer) = self.sessions.newcomers.get(id) else { return Ok(()) };
                self.change_of(Some(id), Change::Enter(newcomer.origin, name)).map(drop)
            }
            Ok(Wanted::Free(name)) => Err(NameRefusal::NoPlace(name).into()),
            Ok(Wanted::Registered(account, name)) => self.ask_to_log_in(id, Some(account), name),
            Err(refusal) => {
                self.disregard_behind_name(id, wanted);
                Err(refusal.into())
            }
        }
    }

    /// Whoever wants a name that looks like a registered one may have sent its password as well.
    fn disregard_behind_name(&mut self, id: ClientId, wanted: &Text) {
        let name = Name::known(wanted.as_str().trim()).ok();
        if name.is_some_and(|name| self.chat.is_registered_alike(&name)) {
            self.effects.push(Effect::Disregard(id, Verb::Login.secrets()));
        }
    }

    /// Greets a client who is a member from now on, and says it on the console.
    pub(super) fn welcome(&mut self, id: ClientId, Entry { member: _, name, room, topic, others }: Entry) {
        let token = self.token(id);
        self.tell(id, Event::Welcome { name: name.clone(), room, topic, others, token });
        if !self.config.motd.is_empty() {
            self.tell(id, Event::Motd(self.config.motd.clone()));
        }
        self.effects.push(Effect::Log(LogEntry::Arrived(id, name)));
    }

    /// A member wants another name.
    pub(super) fn rename(&mut self, id: ClientId, member: MemberId, wanted: &Text) -> Done {
        let Some(old) = self.chat.name(member).cloned() else { return Ok(()) };
        let refusal = match self.chat.vet_name(Some(member), wanted.as_str(), self.at.wall) {
            Ok(Wanted::Free(new)) if new != old => {
                return self.change(Change::Do(member, Deed::Rename(new))).map(drop);
            }
            Ok(Wanted::Registered(account, name)) if self.chat.account(member) != Some(account) => {
                return self.ask_to_log_in(id, Some(account), name);
            }
            Ok(_) => NameRefusal::Yours(old),
            Err(refusal) => refusal,
        };
        self.disregard_behind_name(id, wanted);
        Err(refusal.into())
    }
}
