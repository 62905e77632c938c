//! Private words for somebody with a registered name who is not there: kept, and handed over when they come.
//!
//! Law: a letter is gone when its reader has done something after they were handed it; who lost the connection before
//! is handed it again.

use super::{CloseReason, Event, Hub, Name, Output, tell};
use crate::chat::account::{AccountKey, Letter, Posted};
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::text::Text;

impl Hub {
    /// Whether a client's letter is kept.
    pub fn posted(&mut self, id: ClientId, posted: Posted, out: &mut Vec<Output>) {
        if self.client(id).is_some() {
            out.push(tell(id, Event::Posted(posted)));
        }
    }

    /// The letters that were kept for a client, up to the one with this number.
    pub fn letters(
        &mut self,
        id: ClientId,
        account: AccountKey,
        letters: Vec<Letter>,
        up_to: u64,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        let Some(client) = self.client_mut(id).filter(|client| client.account == Some(account)) else {
            return;
        };
        let Some(last) = letters.last() else { return };
        client.set_correspondent(last.from.clone());
        client.set_letters(up_to);
        out.push(tell(id, Event::Letters { now: self.stamp(now), letters }));
    }

    /// Keeps words for somebody who is not there; `text` has been shown to the sender as sent.
    pub(super) fn post(
        &mut self,
        id: ClientId,
        from: &Name,
        to: AccountKey,
        text: Text,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        let letter = Letter { from: from.clone(), at: self.stamp(now), text };
        out.push(Output::Post(id, to, letter));
    }

    /// A client did something: they have seen the letters they were handed.
    pub(super) fn acknowledge(&mut self, id: ClientId, out: &mut Vec<Output>) {
        if let Some(client) = self.client_mut(id)
            && let Some(account) = client.account
            && let Some(up_to) = client.take_letters()
        {
            out.push(Output::HandedOver(account, up_to));
        }
    }

    /// A client left: in good order, they had seen everything.
    pub(super) fn acknowledge_at_the_end(
        &mut self,
        id: ClientId,
        reason: CloseReason,
        out: &mut Vec<Output>,
    ) {
        if matches!(reason, CloseReason::Quit | CloseReason::EndOfInput) {
            self.acknowledge(id, out);
        }
    }
}
