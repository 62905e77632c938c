//! Commands that have come back from the log, or are handled anew, are answered as if nothing had been taken from their clients since.

use super::Server;
use super::unanswered::answer_as;
use crate::chat::{ClientId, MonoTime};
use crate::net::connection::Conn;
use crate::net::stream::Stream;

impl<S: Stream> Server<S> {
    /// Does `work`, from which the answers to a command come that has come back.
    pub(super) fn answering(
        &mut self,
        (id, number): (ClientId, u64),
        now: MonoTime,
        work: impl FnOnce(&mut Self),
    ) {
        let answering = self.log_end.as_mut().and_then(|log| log.unanswered.comes_back((id, number)));
        let before = answer_as(&mut self.connections, id, answering);
        let awaited = self.awaits_reply(id);
        work(self);
        // What the storage replies to what was asked now answers the same command.
        if awaited || !self.awaits_reply(id) {
            self.egress.finish_command(&mut self.connections, id, now);
            answer_as(&mut self.connections, id, before);
        }
    }

    /// Whether a client waits for the storage.
    pub(super) fn awaits_reply(&self, id: ClientId) -> bool {
        self.connections.get(id).is_some_and(Conn::awaits_reply)
    }

    /// Of a command nobody knows whether it was carried out: its client hears what everybody does.
    pub(super) fn leave_unanswered(&mut self, command: (ClientId, u64)) {
        if let Some(log) = &mut self.log_end {
            log.unanswered.comes_back(command);
        }
    }

    /// A command that was under way is being handled anew.
    pub(super) fn begin_anew(&mut self, command: (ClientId, u64)) {
        if let Some(log) = &mut self.log_end {
            log.unanswered.begins_anew(&mut self.connections, command);
        }
    }

    /// What was handled anew has been.
    pub(super) fn end_anew(&mut self) {
        if let Some(log) = &mut self.log_end {
            log.unanswered.ends_anew(&mut self.connections);
        }
    }

    /// A client is gone: nothing is to be answered any more.
    pub(super) fn forget_unanswered(&mut self, id: ClientId) {
        if let Some(log) = &mut self.log_end {
            log.unanswered.forget(id);
        }
    }
}
