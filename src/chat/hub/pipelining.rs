//! What a client says while what it said before is on its way through the log.
//!
//! Invariants: only what is said goes out behind other changes of its client, and behind nothing but what is said; all of it comes back in
//! the order in which it was said, or is handled anew in that order.

use super::under_way::Route;
use super::{ClientId, Command, Hub, Recipient};
use crate::limits::CHANGES_UNDER_WAY_MAX;

impl Hub {
    /// Whether a client has anything under way in the log. Its next command has to wait for that, unless it
    /// [may go out behind it](Hub::has_to_wait).
    pub fn is_awaited(&self, id: ClientId) -> bool {
        self.route.log().is_some_and(|under_way| under_way.is_awaited(id))
    }

    /// Whether this command of a client has to wait until what that has under way has come back, or until there is
    /// [room](Self::room_for_changes) for what comes of it. To be asked when the one before has been handled.
    pub fn has_to_wait(&self, id: ClientId, command: &Command) -> bool {
        self.room_for_changes() == 0
            || self.is_awaited(id) && !(self.may_say_more(id) && self.is_only_said(id, command))
    }

    /// How many more changes may be under way in the log before every command has to wait.
    pub fn room_for_changes(&self) -> usize {
        self.route
            .log()
            .map_or(usize::MAX, |under_way| CHANGES_UNDER_WAY_MAX.saturating_sub(under_way.count()))
    }

    /// Whether what a client has under way is only said, and so little that more may be said behind it.
    pub fn may_say_more(&self, id: ClientId) -> bool {
        self.route.log().is_some_and(|under_way| under_way.may_say_more(id))
    }

    /// Whether a command only says something, so that what comes of it is the same whatever comes of what was said before.
    fn is_only_said(&self, id: ClientId, command: &Command) -> bool {
        let to = match command {
            Command::Say { .. } | Command::Act { .. } => return true,
            Command::Message { to, .. } => self.chat.recipient(to).ok(),
            Command::Reply(_) => self.member(id).and_then(|member| self.chat.answered_by(member).ok()),
            _ => None,
        };
        // A refusal is told at once; and would be told before what is told of the others.
        to.is_some_and(|to| self.is_reached(&to))
    }

    /// A session goes on under another client, which hears what comes of what it said.
    pub(super) fn follow_under_way(&mut self, session: ClientId, client: ClientId) {
        if let Route::Log(under_way) = &mut self.route {
            under_way.follow(session, client);
        }
    }

    /// Whether private words to that one have room wherever they go: they are not kept with a session that waits here.
    pub(super) fn is_reached(&self, to: &Recipient) -> bool {
        let Recipient::Member(whom, ..) = *to else { return true };
        !self.sessions.seats.client(whom).is_some_and(|id| self.sessions.lost.is_lost(id))
    }
}
