//! Commands that wait for the reply to a question.

use super::{Awaited, Conn};
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
        if beside.awaited.is_none() && beside.transport.is_none() {
            self.beside = None;
        }
        taken
    }
}
