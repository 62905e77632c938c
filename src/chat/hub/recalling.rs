//! What was said before, and who may see it.
//!
//! Law: every line of history passes [`Hub::may_read`] on its way to a person, whichever door it came through.

use super::{Done, Event, Hub, Output, answer, tell};
use crate::chat::event::Occasion;
use crate::chat::id::ClientId;
use crate::chat::line::{Found, Look, RoomKey, Stamp};
use crate::chat::moment::Moment;
use crate::chat::name::Name;
use crate::chat::output::RoomId;
use crate::chat::text::Text;
use crate::limits::{HISTORY_DEFAULT_LINES, SEARCH_LINES};

impl Hub {
    /// What a client looked for was found; they are told as much of it as they may read now.
    pub fn found(&mut self, id: ClientId, found: Found, now: Moment, out: &mut Vec<Output>) {
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
    pub fn not_found_now(&mut self, id: ClientId, out: &mut Vec<Output>) {
        if self.client(id).is_some() {
            out.push(tell(id, Event::HistoryBusy));
        }
    }

    /// The one rule of who may read what: a room's lines are for those who are in it now. Who has left, was put out,
    /// or never got in reads none of them, and a room made again under an old name is another room.
    fn may_read(&self, id: ClientId, room: RoomKey) -> Option<RoomId> {
        let mut seats = self.client(id)?.seats();
        seats.find(|seat| self.room(seat.room).is_some_and(|here| here.key == room)).map(|seat| seat.room)
    }

    /// The last lines of the current room.
    pub(super) fn history(&mut self, id: ClientId, lines: Option<usize>, out: &mut Vec<Output>) -> Done {
        let room = self.current(id)?;
        let key = self.room(room).expect("the current room is there").key;
        out.push(Output::Look(id, Look::Last(key, lines.unwrap_or(HISTORY_DEFAULT_LINES))));
        Ok(())
    }

    /// Lines with these words.
    pub(super) fn search(&mut self, id: ClientId, words: Text, out: &mut Vec<Output>) -> Done {
        let Some(client) = self.client(id) else { return Ok(()) };
        let rooms: Vec<RoomKey> =
            client.seats().filter_map(|seat| self.room(seat.room)).map(|room| room.key).collect();
        if rooms.is_empty() {
            return answer(id, Event::RoomRefused(super::RoomRefusal::Nowhere), out);
        }
        out.push(Output::Look(id, Look::Search(rooms, words, SEARCH_LINES)));
        Ok(())
    }

    /// Asks for what is told again to who enters a room.
    pub(super) fn replay(&self, id: ClientId, room: RoomId, out: &mut Vec<Output>) {
        if self.rules.replay > 0
            && let Some(room) = self.room(room)
        {
            out.push(Output::Look(id, Look::Entering(room.key, self.rules.replay)));
        }
    }

    /// What the wall clock says at `now`: what it said when it was last read, and the time since then.
    pub(super) fn stamp(&self, now: Moment) -> Stamp {
        let (read, at) = self.wall_clock;
        Stamp(read.0.saturating_add(i64::try_from(now.since(at).as_millis()).unwrap_or(i64::MAX)))
    }
}
