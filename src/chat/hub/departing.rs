//! Clients that take leave of a chat of several nodes: until the log says that their members have left, they hear what comes before that.
//! So what is told as delivered to one of them is.
//!
//! Invariants: a client that takes leave has a connection and a seat, and asks for nothing more; it is let go when its member has left, and
//! when it has waited so long, if the log is away. Alone, a member has left at once, and nobody takes leave.

use super::under_way::Route;
use super::{Change, ClientId, CloseReason, Effect, Farewell, Hub, Then};
use crate::chat::mono_time::MonoTime;
use crate::limits::{DEPARTURE_WAIT, WRITES_PER_TURN};

impl Hub {
    /// A client takes leave with these words.
    pub(super) fn take_leave(&mut self, id: ClientId, farewell: Farewell) {
        let (reason, until) = (CloseReason::Quit, self.now() + DEPARTURE_WAIT);
        let Some(member) = self.member(id) else { return self.end(id, farewell, reason) };
        let Route::Log(under_way) = &mut self.route else { return self.end(id, farewell, reason) };
        under_way.departures.add(id, until);
        self.acknowledge_at_the_end(id, reason);
        self.sessions.questions.take(id);
        self.change(Change::Leave(member, farewell, reason), Then::GoOn(id));
    }

    /// Whether a client takes leave.
    pub(super) fn is_departing(&self, id: ClientId) -> bool {
        self.route.log().is_some_and(|under_way| under_way.departures.contains(id))
    }

    /// A client that takes leave waits no longer for the log, in which its member is about to leave. Says whether it was one.
    pub(super) fn stop_waiting_to_leave(&mut self, id: ClientId) -> bool {
        let is_departing = self.is_departing(id);
        if is_departing {
            self.member(id).into_iter().for_each(|member| self.unseat(member));
            self.sessions.forget(id);
        }
        is_departing
    }

    /// Lets those go who have waited for the log for long enough: of very many, the rest in the next turn.
    pub(super) fn end_departures(&mut self) {
        let now = self.now();
        for _ in 0..WRITES_PER_TURN {
            let Some((_, id)) = self.first_departure().filter(|&(due, _)| now >= due) else { return };
            self.stop_waiting_to_leave(id);
            self.effects.push(Effect::Close(id, CloseReason::Quit));
        }
    }

    /// The client that is let go next if the log does not come, and when.
    pub(super) fn first_departure(&self) -> Option<(MonoTime, ClientId)> {
        self.route.log().and_then(|under_way| under_way.departures.first_due())
    }
}
