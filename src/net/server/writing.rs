//! The end of a turn: what waits is written, and who is gone is swept.
//!
//! Invariants: so many a turn and no more, first come first served; whoever is left has work waiting, so that the loop does
//! not sleep over them. Answers do not stand in line behind a room.

use std::collections::BinaryHeap;

use log::debug;

use super::Server;
use crate::chat::{ClientId, CloseReason, Event, Input, MonoTime};
use crate::limits;
use crate::net::broadcast::Broadcast;
use crate::net::conn::{Conn, Standing};
use crate::net::stream::Stream;
use crate::protocol::EncodeCache;

/// Tells a reader how many lines passed them by, when it is time to; says whether it did.
pub(super) fn report_skipped<S: Stream>(
    encode_cache: &mut EncodeCache,
    broadcast: &Broadcast,
    conn: &mut Conn<S>,
    last: bool,
    now: MonoTime,
) -> bool {
    let skipped = conn.take_skipped(last);
    if let Some(lines) = skipped {
        conn.answer(encode_cache.once(&Event::Skipped(lines.into()), conn.format()), broadcast, now);
    }
    skipped.is_some()
}

/// Asks again for a password if something came between.
fn ask_again<S: Stream>(
    encode_cache: &mut EncodeCache,
    broadcast: &Broadcast,
    conn: &mut Conn<S>,
    now: MonoTime,
) {
    if let Some(question) = conn.overtaken() {
        conn.answer(encode_cache.once(&Event::PasswordPrompt(question), conn.format()), broadcast, now);
    }
}

impl<S: Stream> Server<S> {
    /// Ends the turn: writes what was queued, then sweeps who is dead, then writes what the others are told of it.
    /// Says how many connections were freed.
    pub fn finish_turn(&mut self, now: MonoTime) -> usize {
        let (mut answers, mut rooms) = (self.config.share.writes, self.config.share.writes);
        if self.serves_others(now) {
            rooms = rooms.min(limits::WRITES_PER_TURN_BESIDE_OTHERS);
        }
        self.flush(&mut answers, &mut rooms, now);
        let freed = self.sweep(now);
        debug_assert_eq!(
            self.queued,
            self.conns.iter().map(|(_, conn)| conn.queued()).sum::<usize>(),
            "all is counted"
        );
        debug_assert_eq!(
            self.input,
            self.conns.iter().map(|(_, conn)| conn.input_held()).sum::<usize>(),
            "all input is counted"
        );
        self.flush(&mut answers, &mut rooms, now);
        freed
    }

    /// Whether so much waits to be written to rooms that nobody is listened to until it is: their readers' queues
    /// would fill up through no fault of theirs.
    pub(super) fn is_behind(&self) -> bool {
        self.broadcast.longest() >= self.config.share.unwritten_bytes
    }

    /// Writes to those who have something to be written, as far as the budgets go.
    fn flush(&mut self, answers: &mut usize, rooms: &mut usize, now: MonoTime) {
        while *answers > 0
            && let Some(id) = self.urgent.pop_front()
        {
            let Some(conn) = self.conn_mut(id) else { continue };
            conn.urgent = false;
            *answers -= usize::from(self.write_to(id, now));
        }
        while *rooms > 0
            && let Some(slot) = self.dirty.pop_front()
        {
            // Another tenant of the slot may stand in line by now as well: they come earlier, and once.
            let Some(conn) = self.conns.get_mut(slot as usize).filter(|conn| conn.dirty) else { continue };
            conn.dirty = false;
            let id = conn.id(slot as usize);
            *rooms -= usize::from(self.write_to(id, now));
        }
        self.relieve();
        if self.urgent.is_empty() && self.dirty.is_empty() {
            debug_assert!(
                self.conns.iter().all(|(_, conn)| !conn.shares()),
                "whoever has something is on a list"
            );
            self.broadcast.forget();
        }
    }

    /// Writes what waits for one connection; says whether anything did.
    fn write_to(&mut self, id: ClientId, now: MonoTime) -> bool {
        let conn = &self.conns[id.slot()];
        let ahead = conn.awaits_writing() && conn.wants_flush();
        if ahead {
            self.read_before_writing(id, now);
        }
        let Server { conns, encode_cache, broadcast, queued, .. } = self;
        let conn = &mut conns[id.slot()];
        if !conn.wants_flush() {
            return false;
        }
        conn.counted(queued, |conn| {
            ask_again(encode_cache, broadcast, conn, now);
            conn.flush(broadcast, now);
            if report_skipped(encode_cache, broadcast, conn, false, now) {
                ask_again(encode_cache, broadcast, conn, now);
                conn.flush(broadcast, now);
            }
        });
        let (dead, lingers, release) = (conn.is_dead(), conn.is_lingering(), conn.take_release());
        if lingers {
            self.closing.lingers(id, conns);
        }
        if dead {
            self.dead.push_back(id);
        } else if release {
            self.later(id);
        }
        if ahead {
            self.with_input(id, Conn::note_written);
        }
        self.reschedule(id);
        true
    }

    /// Lets those with the largest queues go when all queues together hold too much. Looks at everybody, but then
    /// makes room for an eighth of all that may wait, so that it is not asked again for long.
    pub(super) fn relieve(&mut self) {
        let most = self.config.queues_max_bytes;
        if self.queued <= most {
            return;
        }
        let holding = self.conns.iter().filter(|(_, conn)| conn.queued() > 0);
        // A heap: mostly a few of very many are taken out.
        let mut queues: BinaryHeap<(usize, ClientId)> =
            holding.map(|(slot, conn)| (conn.queued(), conn.id(slot))).collect();
        self.steps += self.conns.len() as u64;
        while self.queued > most - most / 8
            && let Some((_, id)) = queues.pop()
        {
            self.mark_dead(id, CloseReason::Stalled);
        }
    }

    /// Frees who is dead, and tells the hub of those who left without its doing.
    pub(super) fn sweep(&mut self, now: MonoTime) -> usize {
        let mut freed = 0;
        let begun = self.work().total();
        // Most leave rooms in which many are told of it at once.
        while freed < self.config.share.sweeps
            && self.work().total() - begun < self.config.share.steps
            && let Some(id) = self.dead.pop_front()
        {
            let Some(conn) = self.conn_mut(id) else { continue };
            let Some(cause) = conn.cause() else { continue };
            let (scheduled, standing) = (conn.scheduled, conn.standing);
            if conn.awaiting.is_some() {
                self.history.leave(id);
            }
            self.take_origin(id);
            if standing == Standing::Refused {
                self.closing.gone(id);
            }
            self.deadlines.set(id, scheduled, None);
            let mut gone = self.conns.remove(id.slot());
            self.input -= gone.input_held();
            freed += 1;
            if standing == Standing::InChat {
                debug!("{id:?}: {cause:?}");
                let farewell =
                    (cause == CloseReason::Lost).then(|| gone.last_words(&mut self.scratch)).flatten();
                let input = match farewell {
                    Some(farewell) => Input::Command(id, farewell),
                    None => Input::Disconnected(id, cause),
                };
                self.apply(input, now);
            }
        }
        if self.conns.is_empty() {
            self.conns.shrink_to_fit();
        }
        freed
    }
}
