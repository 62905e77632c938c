//! What was said before, and who may see it.
//!
//! Invariant: every line of history passes [`Hub::may_read`] on its way to a person, whichever door it came through.

use super::{
    ClientId, Done, Effect, Event, Hub, MemberId, MessageId, Name, RoomId, RoomKey, RoomRefusal, Text,
};
use crate::chat::event::Occasion;
use crate::chat::look::{Found, Look};
use crate::chat::request::Request;
use crate::limits::{HISTORY_DEFAULT_LINES, SEARCH_LINES};

impl Hub {
    /// What a client looked for was found; they are told as much of it as they may read now.
    pub(super) fn found(&mut self, id: ClientId, found: Found) {
        if let Look::Missed(..) = found.look {
            return self.missed(id, Some(found.lines));
        }
        let Some(member) = self.member(id) else { return };
        let current = self.chat.current(member).ok();
        let room = match found.look {
            Look::Search(..) | Look::Missed(..) => current,
            Look::Entering(room, _) | Look::Last(room, _) | Look::Before(room, ..) => {
                self.may_read(member, room)
            }
        };
        let lines = found.lines.into_iter().filter_map(|line| {
            let room = self.may_read(member, line.room)?;
            let elsewhere =
                (Some(room) != current).then(|| self.chat.room(room).map(|room| room.name.clone()));
            Some((elsewhere.flatten(), line))
        });
        let lines: Vec<(Option<Name>, _)> = lines.collect();
        let occasion = match found.look {
            Look::Entering(..) if lines.is_empty() => return,
            Look::Entering(..) => Occasion::Entering,
            Look::Last(..) | Look::Before(..) => Occasion::Asked,
            Look::Search(..) | Look::Missed(..) => Occasion::Searched,
        };
        let room = room.and_then(|room| self.chat.room(room)).map(|room| room.name.clone());
        let (now, more) = (self.chat_time().wall, found.more && !lines.is_empty());
        self.tell(id, Event::Recalled { occasion, now, room, lines, more, reach: found.reach });
    }

    /// What a client looked for cannot be found now.
    pub(super) fn not_found_now(&mut self, id: ClientId) {
        self.missed(id, None);
        if self.member(id).is_some() {
            self.tell(id, Event::HistoryBusy);
        }
    }

    /// The one rule of who may read what: a room's lines are for its members now. Who has left, was put out,
    /// or never got in reads none of them, and a room made again under an old name is another room.
    pub(super) fn may_read(&self, id: MemberId, room: RoomKey) -> Option<RoomId> {
        let mut rooms = self.chat.rooms_of(id);
        rooms.find(|&there| self.chat.room(there).is_some_and(|there| there.key == room))
    }

    /// The last lines of a room; or the last ones before another one.
    pub(super) fn history(
        &mut self,
        id: ClientId,
        member: MemberId,
        target: Option<&Text>,
        lines: Option<usize>,
        before: Option<MessageId>,
    ) -> Done {
        let room = self.chat.target_room(member, target)?;
        let Some(key) = self.chat.room(room).map(|room| room.key) else { return Ok(()) };
        let lines = lines.unwrap_or(HISTORY_DEFAULT_LINES);
        let look = match before {
            None => Look::Last(key, lines),
            Some(before) => Look::Before(key, lines, before),
        };
        self.effects.push(Effect::Request(id, Request::Look(look)));
        Ok(())
    }

    /// Lines with these words.
    pub(super) fn search(&mut self, id: ClientId, member: MemberId, words: Text) -> Done {
        let rooms = self.keys_of(member);
        if rooms.is_empty() {
            return Err(RoomRefusal::Nowhere.into());
        }
        self.effects.push(Effect::Request(id, Request::Look(Look::Search(rooms, words, SEARCH_LINES))));
        Ok(())
    }

    /// The rooms that a member may read.
    pub(super) fn keys_of(&self, member: MemberId) -> Vec<RoomKey> {
        self.chat.rooms_of(member).filter_map(|room| Some(self.chat.room(room)?.key)).collect()
    }

    /// Asks for what is told again to who enters a room.
    pub(super) fn replay(&mut self, id: ClientId, room: RoomId) {
        if self.config.replay > 0
            && let Some(room) = self.chat.room(room)
        {
            let look = Look::Entering(room.key, self.config.replay);
            self.effects.push(Effect::Request(id, Request::Look(look)));
        }
    }
}
