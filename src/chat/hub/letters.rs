//! Private words for somebody with a registered name who is not there: kept, and handed over when they come.
//!
//! Law: a letter is gone when its reader has done something after they were handed it; who lost the connection before
//! is handed it again.

use super::{Client, CloseReason, Done, Event, Hub, Name, Output, tell};
use crate::chat::account::{AccountKey, Letter, Posted};
use crate::chat::correspondent::Correspondent;
use crate::chat::id::ClientId;
use crate::chat::moment::Moment;
use crate::chat::text::Text;
use crate::limits::LETTER_WRITERS;

impl Hub {
    /// Whether a client's letter is kept, and its number if so.
    pub fn posted(&mut self, id: ClientId, posted: Posted, number: Option<u64>, out: &mut Vec<Output>) {
        // Answers come in the order of the letters.
        if let Some(at) = self.posting.iter().position(|(writer, _)| *writer == id) {
            let (_, who) = self.posting.remove(at);
            if let Some(number) = number {
                if self.writers.len() >= LETTER_WRITERS {
                    self.writers.pop_front();
                }
                self.writers.push_back(Writer { number, who });
            }
        }
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
        let Some(last) = letters.last() else { return };
        let writer = self.writer_of(up_to, last);
        let Some(client) = self.client_mut(id).filter(|client| client.account == Some(account)) else {
            return;
        };
        client.set_correspondent(writer);
        client.set_letters(up_to);
        out.push(tell(id, Event::Letters { now: self.stamp(now), letters }));
    }

    /// Keeps words for the owner of an account, who is not there, and shows them to the sender as sent.
    pub(super) fn post(
        &mut self,
        id: ClientId,
        from: &Name,
        (account, to): (AccountKey, Name),
        text: Text,
        now: Moment,
        out: &mut Vec<Output>,
    ) -> Done {
        let (at, away) = (self.stamp(now), None);
        let writer = self.client_mut(id).and_then(Client::contact);
        self.posting.extend(writer.map(|writer| (id, writer)));
        out.push(tell(id, Event::PrivateSent { to, text: text.clone(), away }));
        out.push(Output::Post(
            id,
            account,
            Letter { from: from.clone(), sender: self.account(id), at, text },
        ));
        Ok(())
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

    /// The person who wrote the letter of that number: somebody else who has the name by now is not meant.
    fn writer_of(&self, number: u64, letter: &Letter) -> Correspondent {
        self.spend(self.writers.len() / 2);
        let written = |writer: &&Writer| writer.number == number;
        let known = self.writers.iter().rev().find(written).map(|writer| writer.who.clone());
        known.unwrap_or_else(|| Correspondent::new(None, letter.sender, letter.from.clone()))
    }
}

/// Who wrote a letter since the server started.
#[derive(Debug)]
pub(super) struct Writer {
    /// The number of the letter.
    number: u64,
    who: Correspondent,
}
