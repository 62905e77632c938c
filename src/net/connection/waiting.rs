//! Commands that wait: for the reply to a question, and for the log of several nodes.

use super::beside::ParkedCommand;
use super::{Awaited, Conn};
use crate::chat::Command;
use crate::net::stream::Stream;

impl<S: Stream> Conn<S> {
    /// A reply to a question of theirs is to come.
    pub(in crate::net) fn await_reply(&mut self, awaited: Awaited) {
        self.beside.get_or_insert_default().awaited = Some(awaited);
    }

    /// Whether they wait for the reply to a question.
    pub(in crate::net) fn awaits_reply(&self) -> bool {
        self.beside.as_ref().is_some_and(|beside| beside.awaited.is_some())
    }

    /// Waits no longer for a reply, if it is one of which `is_over` holds; says whether that is so.
    pub(in crate::net) fn take_awaited(&mut self, is_over: impl FnOnce(&Awaited) -> bool) -> bool {
        let Some(beside) = &mut self.beside else { return false };
        let taken = beside.awaited.take_if(|awaited| is_over(awaited)).is_some();
        self.tidy_beside();
        taken
    }

    /// What they do has to come back from the log.
    pub(in crate::net) fn await_log(&mut self) {
        self.beside.get_or_insert_default().awaits_log = true;
    }

    /// Whether they wait for the log.
    pub(super) fn awaits_log(&self) -> bool {
        self.beside.as_ref().is_some_and(|beside| beside.awaits_log)
    }

    /// Whether their next command waits for anything.
    pub(in crate::net) fn waits(&self) -> bool {
        self.awaits_reply() || self.awaits_log()
    }

    /// Whether something has come of them that waits for the log.
    pub(in crate::net) fn is_held(&self) -> bool {
        self.awaits_log() && (self.parked().is_some() || self.has_unseen())
    }

    /// Waits no longer for the log; says whether they did.
    pub(in crate::net) fn take_log_wait(&mut self) -> bool {
        let Some(beside) = &mut self.beside else { return false };
        let waited = std::mem::take(&mut beside.awaits_log);
        self.tidy_beside();
        waited
    }

    /// The command that was taken last has to wait for the log.
    pub(in crate::net) fn park(&mut self, command: Command) {
        let answering = self.protocol.answer_as(None);
        let beside = self.beside.get_or_insert_default();
        beside.parked = Some(Box::new(ParkedCommand { command, answering }));
        beside.awaits_log = true;
    }

    /// The command that was taken and has to wait.
    pub(in crate::net) fn parked(&self) -> Option<&Command> {
        self.beside.as_ref()?.parked.as_ref().map(|parked| &parked.command)
    }

    /// Goes on with that command.
    pub(super) fn take_parked(&mut self) -> Option<Command> {
        let ParkedCommand { command, answering } = *self.beside.as_mut()?.parked.take()?;
        self.protocol.answer_as(answering);
        self.tidy_beside();
        Some(command)
    }

    fn tidy_beside(&mut self) {
        self.beside.take_if(|beside| beside.is_empty());
    }
}
