//! What was said before, and who may see it.
//!
//! Invariant: every line of history passes [`Hub::may_read`] on its way to a person, whichever door it came through.

use super::{Done, Effect, Event, Hub, answer, tell};
use crate::chat::effect::RoomId;
use crate::chat::event::Occasion;
use crate::chat::id::ClientId;
use crate::chat::line::{Found, Look, RoomKey, UnixMillis};
use crate::chat::mono_time::MonoTime;
use crate::chat::name::Name;
use crate::chat::text::Text;
use crate::limits::{HISTORY_DEFAULT_LINES, SEARCH_LINES};

impl Hub {
    /// What a client looked for was found; they are told as much of it as they may read now.
    pub fn found(&mut self, id: ClientId, found: Found, now: MonoTime, out: &mut Vec<Effect>) {
        let Some(client) = self.client(id) else { return };
        let current = client.current;
        let lines = found.lines.into_iter().filter_map(|line| {
            let room = self.may_read(id, line.room)?;
            let elsewhere = (Some(room) != current).then(|| self.room(room).map(|room| room.name.clone()));
            Some((elsewhere.flatten(), line))
        });
        let lines: Vec<(Option<Name>, _)> = lines.collect();
        let occasion = match found.look {
            Look::Entering(..) if lines.is_empty() => return,
            Look::Entering(..) => Occasion::Entering,
            Look::Last(..) => Occasion::Asked,
            Look::Search(..) => Occasion::Searched,
        };
        out.push(tell(id, Event::Recalled { occasion, now: self.stamp(now), lines, reach: found.reach }));
    }

    /// What a client looked for cannot be found now.
    pub fn not_found_now(&mut self, id: ClientId, out: &mut Vec<Effect>) {
        if self.client(id).is_some() {
            out.push(tell(id, Event::HistoryBusy));
        }
    }

    /// The one rule of who may read what: a room's lines are for those who are in it now. Who has left, was put out,
    /// or never got in reads none of them, and a room made again under an old name is another room.
    fn may_read(&self, id: ClientId, room: RoomKey) -> Option<RoomId> {
        let mut memberships = self.client(id)?.memberships();
        memberships
            .find(|membership| self.room(membership.room).is_some_and(|here| here.key == room))
            .map(|membership| membership.room)
    }

    /// The last lines of the current room.
    pub(super) fn history(&mut self, id: ClientId, lines: Option<usize>, out: &mut Vec<Effect>) -> Done {
        let room = self.current(id)?;
        let key = self.room(room).expect("the current room is there").key;
        out.push(Effect::Look(id, Look::Last(key, lines.unwrap_or(HISTORY_DEFAULT_LINES))));
        Ok(())
    }

    /// Lines with these words.
    pub(super) fn search(&mut self, id: ClientId, words: Text, out: &mut Vec<Effect>) -> Done {
        let Some(client) = self.client(id) else { return Ok(()) };
        let rooms: Vec<RoomKey> = client
            .memberships()
            .filter_map(|membership| self.room(membership.room))
            .map(|room| room.key)
            .collect();
        if rooms.is_empty() {
            return answer(id, Event::RoomRefused(super::RoomRefusal::Nowhere), out);
        }
        out.push(Effect::Look(id, Look::Search(rooms, words, SEARCH_LINES)));
        Ok(())
    }

    /// Asks for what is told again to who enters a room.
    pub(super) fn replay(&self, id: ClientId, room: RoomId, out: &mut Vec<Effect>) {
        if self.config.replay > 0
            && let Some(room) = self.room(room)
        {
            out.push(Effect::Look(id, Look::Entering(room.key, self.config.replay)));
        }
    }

    /// What the wall clock says at `now`: what it said when it was last read, and the time since then.
    pub(super) fn stamp(&self, now: MonoTime) -> UnixMillis {
        let (read, at) = self.wall_clock;
        UnixMillis(read.0.saturating_add(i64::try_from(now.since(at).as_millis()).unwrap_or(i64::MAX)))
    }
}
