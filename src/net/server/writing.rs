//! The end of a turn: what waits is written, and dead connections are swept.
//!
//! Invariant: so many a turn and no more, first come first served.

use log::debug;

use super::Server;
use super::egress::{Flushed, LinesFlushed};
use crate::chat::{ClientId, CloseReason, Input, MonoTime};
use crate::limits;
use crate::net::connection::{Conn, HubStanding};
use crate::net::stream::Stream;

impl<S: Stream> Server<S> {
    /// Ends the turn: writes what was queued, then sweeps who is dead, then writes what the others are told of it.
    /// Says how many connections were freed.
    pub fn finish_turn(&mut self, now: MonoTime) -> usize {
        self.submit_proposed();
        self.release_into_room();
        let (mut answers, mut rooms) = (self.share.writes, self.share.writes);
        if self.ingress.serves_others(now) {
            rooms = rooms.min(limits::WRITES_PER_TURN_BESIDE_OTHERS);
        }
        self.flush(&mut answers, &mut rooms, now);
        let freed = self.sweep(now);
        debug_assert!(self.connections.are_counted(), "all is counted");
        self.flush(&mut answers, &mut rooms, now);
        freed
    }

    /// Whether so much waits to be written to rooms that nobody is listened to until it is: their readers' queues
    /// would fill up through no fault of theirs.
    pub(super) fn is_behind(&self) -> bool {
        self.egress.longest() >= self.share.unwritten_bytes
    }

    /// Writes to connections that have something to be written, as far as the budgets go.
    fn flush(&mut self, answers: &mut usize, rooms: &mut usize, now: MonoTime) {
        while *answers > 0
            && let Some(id) = self.egress.next_urgent(&mut self.connections)
        {
            *answers -= usize::from(self.write_to(id, now));
        }
        while *rooms > 0
            && let Some(lines) = self.egress.write_next_dirty(&mut self.connections)
        {
            *rooms -= match lines {
                LinesFlushed::Written => 1,
                LinesFlushed::Waiting(id) => usize::from(self.write_to(id, now)),
            };
        }
        self.egress.relieve(&mut self.connections);
        self.egress.forget_written(&self.connections);
    }

    /// Writes what waits for one connection; says whether anything did.
    pub(super) fn write_to(&mut self, id: ClientId, now: MonoTime) -> bool {
        let Server { connections, ingress, egress, .. } = self;
        let ahead = connections.get(id).is_some_and(|conn| conn.awaits_writing() && conn.wants_flush());
        if ahead {
            ingress.read_before_writing(connections, egress, id, now);
        }
        let Flushed::Written { release } = egress.flush(connections, id, now) else { return false };
        if release {
            ingress.mark_ready(connections, id);
        }
        if ahead {
            connections.with_input(id, Conn::note_written);
        }
        connections.reschedule(id);
        true
    }

    /// Frees dead connections, and tells the hub of those that it has not let go itself. Says how many.
    pub(super) fn sweep(&mut self, now: MonoTime) -> usize {
        let mut freed = 0;
        let begun = self.work().total();
        // Most leave rooms in which many are told of it at once.
        while freed < self.share.sweeps
            && self.work().total() - begun < self.share.steps
            && let Some((id, mut gone, cause)) = self.connections.remove_dead()
        {
            if gone.awaits_reply() {
                self.leave_requests(id);
            }
            self.forget_unanswered(id);
            self.take_source(id);
            freed += 1;
            let lost = gone.standing == HubStanding::InChat && cause == CloseReason::Lost;
            let farewell = if lost { self.ingress.last_words(&mut gone, now) } else { None };
            let reason = if farewell.is_some() { CloseReason::Quit } else { cause };
            self.connections.note_ended(&gone, reason);
            if gone.standing == HubStanding::InChat {
                debug!("{id:?}: {cause:?}");
                if let Some(farewell) = farewell {
                    self.apply(Input::Command(id, farewell), now);
                }
                self.apply(Input::Disconnected(id, cause), now);
            }
        }
        self.connections.shrink();
        freed
    }
}
