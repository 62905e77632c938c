//! What the administrator does in the chat, without being in it.

use super::{Audience, Chat, CloseReason, Done, Event, Fact, Farewell, Name, Refusal, RoomRefusal};
use crate::chat::effect::LogEntry;
use crate::chat::event::{Decision, PutOut, ServerNews};
use crate::chat::text::Text;

impl Chat {
    /// The server speaks to a room, or to everybody who has a name, each once. Not part of any room's history, which holds
    /// what its members say.
    ///
    /// # Errors
    ///
    /// There is no such room.
    pub(super) fn server_says(&mut self, room: Option<&Text>, text: Text) -> Done {
        let (to, room) = match room {
            Some(wanted) => {
                let room = self.room_called(wanted)?;
                (Audience::room(room), Some(self.room_name(room)))
            }
            None => {
                // Nobody hides the server.
                let (recipients, from) = (self.people.iter().map(|(id, _)| id).collect(), Name::server());
                (Audience::Several { recipients, from }, None)
            }
        };
        self.facts.push(Fact::Log(LogEntry::ServerSaid(room.clone(), text.clone())));
        self.facts.push(Fact::Deliver { to, event: Event::Server(ServerNews::Said { room, text }) });
        Ok(())
    }

    /// The administrator closes a person's connection, or puts them out of a room; they may come back.
    ///
    /// # Errors
    ///
    /// There is no such person or room, or that person is not there.
    pub(super) fn server_kicks(&mut self, whom: &Text, room: Option<&Text>, reason: Option<Text>) -> Done {
        let room = room.map(|wanted| self.room_called(wanted)).transpose()?;
        let found = self.person_called(whom.as_str());
        let (id, name) = found.ok_or_else(|| Refusal::NoSuchPerson(whom.clone()))?;
        let Some(room) = room else {
            self.facts.push(Fact::Log(LogEntry::ServerKicked(name, None, reason.clone())));
            self.tell(id, Event::Server(ServerNews::Disconnected(reason.clone())));
            self.depart(id, Farewell::Kicked(reason), CloseReason::Kicked);
            return Ok(());
        };
        if !self.sits_in(id, room) {
            return Err(RoomRefusal::NotThere(whom.clone(), self.room_name(room)).into());
        }
        self.facts.push(Fact::Log(LogEntry::ServerKicked(
            name.clone(),
            Some(self.room_name(room)),
            reason.clone(),
        )));
        let cause = PutOut::Kicked(Name::server(), reason.clone());
        self.put_out(room, id, &Name::server(), Decision::Kicked(name, reason), cause);
        Ok(())
    }
}
