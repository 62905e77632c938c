//! What the administrator sees of the chat and does in it, without being in it.

use std::time::Duration;

use super::{Audience, CloseReason, Effect, Event, Farewell, Hub, Name, RoomId};
use crate::chat::admin::{AdminOrder, AdminRefusal, AdminReply};
use crate::chat::effect::LogEntry;
use crate::chat::event::{Decision, PutOut, ServerNews};
use crate::chat::expulsion::{ExpulsionNews, ExpulsionRefusal};
use crate::chat::id::ClientId;
use crate::chat::mono_time::MonoTime;
use crate::chat::text::Text;

/// A client as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name, unless it has not been given yet.
    pub name: Option<Name>,
    /// How long ago the client last sent a line, or connected.
    pub idle: Duration,
    /// The rooms it is in, the current one first.
    pub rooms: Vec<Name>,
}

impl Hub {
    /// The administrator orders something.
    pub(super) fn administer(&mut self, order: AdminOrder) {
        let done = match order {
            AdminOrder::Say { room, text } => self.server_says(room.as_ref(), text),
            AdminOrder::Kick { whom, room, reason } => self.server_kicks(&whom, room.as_ref(), reason),
            AdminOrder::Expel { whom, minutes, reason } => {
                let news = self.expel(None, &Name::server(), &whom, (minutes, reason));
                return self.report_expulsion(news);
            }
            AdminOrder::Readmit(whom) => {
                let news = self.readmit(&Name::server(), &whom);
                return self.report_expulsion(news);
            }
        };
        let reply = done.map_or_else(AdminReply::Refused, |()| AdminReply::Done);
        self.effects.push(Effect::AdminReply(reply));
    }

    fn report_expulsion(&mut self, news: Result<ExpulsionNews, ExpulsionRefusal>) {
        let news = news.unwrap_or_else(ExpulsionNews::Refused);
        self.effects.push(Effect::AdminReply(AdminReply::Expulsion(news)));
    }

    /// What the administrator is shown of a client.
    pub fn describe(&self, id: ClientId, now: MonoTime) -> Option<Description> {
        let client = self.client(id)?;
        let others = client
            .memberships()
            .map(|membership| membership.room)
            .filter(|&room| Some(room) != client.current);
        let rooms = client.current.into_iter().chain(others).filter_map(|room| self.room(room));
        let rooms = rooms.map(|room| room.name.clone()).collect();
        Some(Description { name: client.name.clone(), idle: now.since(client.active), rooms })
    }

    /// The server speaks to a room, or to everybody who has a name, each once. Not part of any room's history, which holds
    /// what its members say.
    ///
    /// # Errors
    ///
    /// There is no such room.
    fn server_says(&mut self, room: Option<&Text>, text: Text) -> Result<(), AdminRefusal> {
        let (to, room) = match room {
            Some(wanted) => {
                let room = self.named_room(wanted)?;
                (Audience::room(room), Some(self.room_name(room)))
            }
            None => {
                let named = self.people.iter().filter(|client| client.name.is_some());
                // Nobody hides the server.
                let (clients, from) = (named.map(|client| client.id).collect(), Name::server());
                (Audience::Several { clients, from }, None)
            }
        };
        self.effects.push(Effect::Log(LogEntry::ServerSaid(room.clone(), text.clone())));
        self.effects.push(Effect::Deliver { to, event: Event::Server(ServerNews::Said { room, text }) });
        Ok(())
    }

    /// The administrator closes a person's connection, or puts them out of a room; they may come back.
    ///
    /// # Errors
    ///
    /// There is no such person or room, or that person is not there.
    fn server_kicks(
        &mut self,
        whom: &Text,
        room: Option<&Text>,
        reason: Option<Text>,
    ) -> Result<(), AdminRefusal> {
        let room = room.map(|wanted| self.named_room(wanted)).transpose()?;
        let (id, name) = self.person_called(whom.as_str()).ok_or(AdminRefusal::NoSuchPerson)?;
        let Some(room) = room else {
            self.effects.push(Effect::Log(LogEntry::ServerKicked(name, None, reason.clone())));
            self.tell(id, Event::Server(ServerNews::Disconnected(reason.clone())));
            self.put_out_of_chat(id, Farewell::Kicked(reason), CloseReason::Kicked);
            return Ok(());
        };
        if !self.sits_in(id, room) {
            return Err(AdminRefusal::NotThere);
        }
        self.effects.push(Effect::Log(LogEntry::ServerKicked(
            name.clone(),
            Some(self.room_name(room)),
            reason.clone(),
        )));
        let cause = PutOut::Kicked(Name::server(), reason.clone());
        self.put_out(room, id, &Name::server(), Decision::Kicked(name, reason), cause);
        Ok(())
    }

    fn named_room(&self, wanted: &Text) -> Result<RoomId, AdminRefusal> {
        self.room_called(wanted).map_err(|_| AdminRefusal::NoSuchRoom)
    }
}
