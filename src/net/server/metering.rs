//! The numbers of the server, for who watches over it.
//!
//! Invariant: each was counted where it arose; nothing here looks at all connections, or at all people.

use std::time::Duration;

use super::Server;
use crate::chat::{AuthResult, Matter, Reply};
use crate::net::connection::SentCounts;
use crate::net::stream::Stream;
use crate::protocol::metrics::{Figures, History, Logins};
use crate::storage::Backlog;

impl<S: Stream> Server<S> {
    /// The numbers as they are now. What the loop and the system know beside is missing.
    pub fn figures(&self) -> Figures {
        let counts = self.connections.counts();
        let received = self.ingress.received();
        let SentCounts { messages: sent_messages, skipped: skipped_lines, bytes: sent_bytes } =
            self.egress.sent();
        Figures {
            people: self.hub.people(),
            lost: self.hub.lost_sessions(),
            rooms: self.hub.rooms(),
            connections: counts.here(),
            connections_max: self.connections_max,
            accepted: counts.came(),
            ended: counts.ended(),
            answered: counts.answered(),
            handshakes: counts.handshakes(),
            received_messages: received.messages,
            received_bytes: received.bytes,
            said: self.said,
            sent_messages,
            sent_bytes,
            skipped_lines,
            queue_bytes: self.connections.queued(),
            input_bytes: self.input_bytes(),
            logins: self.logins,
            log_away: self.hub.is_log_away() || !self.is_there(),
            log_under_way: self.hub.under_way().unwrap_or(0),
            history: self.history_figures(),
            ..Figures::default()
        }
    }

    fn history_figures(&self) -> History {
        let Backlog { unwritten_lines, queue_bytes, missing_lines, gaps, oldest, displaced } =
            self.storage.backlog();
        // The clock may have been set back since.
        let millis = oldest.map_or(0, |at| self.clocks.wall.0.saturating_sub(at.0));
        let oldest = Duration::from_millis(millis.try_into().unwrap_or(0));
        let queue_bytes = queue_bytes as u64;
        History { unwritten_lines, queue_bytes, missing_lines, gaps, oldest, displaced }
    }
}

/// Counts what came of a password that was given to log in.
pub(super) fn note_login(logins: &mut Logins, reply: &Reply) {
    let Reply::AuthResult(Matter::Login(_) | Matter::Operator, auth_result) = reply else { return };
    let count = match auth_result {
        AuthResult::Granted(_) | AuthResult::Operator => &mut logins.granted,
        AuthResult::Wrong => &mut logins.wrong,
        AuthResult::Wait(_) => &mut logins.throttled,
        AuthResult::Busy => &mut logins.busy,
        AuthResult::NoneLeft | AuthResult::OverShare | AuthResult::Displaced | AuthResult::Failed => {
            &mut logins.failed
        }
    };
    *count += 1;
}
