//! Private words for somebody with a registered name who is not there: kept, and handed over when they come.
//!
//! Invariant: a letter is gone when its reader has done something after they were handed it; who lost the connection before
//! is handed it again.

use serde::{Deserialize, Serialize};

use super::{Client, CloseReason, Done, Effect, Event, Hub, Name};
use crate::chat::account::{AccountKey, OfflineMessage, Posted};
use crate::chat::correspondent::Correspondent;
use crate::chat::id::ClientId;
use crate::chat::text::Text;
use crate::limits::LETTER_WRITERS;

impl Hub {
    /// Whether a client's letter is kept, and its number if so.
    pub(super) fn posted(&mut self, id: ClientId, posted: Posted, number: Option<u64>) {
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
            self.tell(id, Event::Posted(posted));
        }
    }

    /// The letters that were kept for a client, up to the one with this number.
    pub(super) fn offline_messages(
        &mut self,
        id: ClientId,
        account: AccountKey,
        messages: Vec<OfflineMessage>,
        up_to: u64,
    ) {
        let Some(last) = messages.last() else { return };
        let writer = self.writer_of(up_to, last);
        let Some(client) = self.client_mut(id).filter(|client| client.account == Some(account)) else {
            return;
        };
        client.set_correspondent(writer);
        client.set_offline_messages(up_to);
        self.tell(id, Event::OfflineMessages { now: self.at.wall, messages });
    }

    /// Keeps words for the owner of an account, who is not there, and shows them to the sender as sent.
    pub(super) fn post(
        &mut self,
        id: ClientId,
        from: &Name,
        (account, to): (AccountKey, Name),
        text: Text,
    ) -> Done {
        let (at, away) = (self.at.wall, None);
        let writer = self.client_mut(id).and_then(Client::contact);
        self.posting.extend(writer.map(|writer| (id, writer)));
        self.tell(id, Event::PrivateSent { to, text: text.clone(), away });
        self.effects.push(Effect::Post(
            id,
            account,
            OfflineMessage { from: from.clone(), sender: self.account(id), at, text },
        ));
        Ok(())
    }

    /// A client did something: they have seen the letters they were handed.
    pub(super) fn acknowledge(&mut self, id: ClientId) {
        if let Some(client) = self.client_mut(id)
            && let Some(account) = client.account
            && let Some(up_to) = client.take_offline_messages()
        {
            self.effects.push(Effect::Ack(account, up_to));
        }
    }

    /// A client left: in good order, they had seen everything.
    pub(super) fn acknowledge_at_the_end(&mut self, id: ClientId, reason: CloseReason) {
        if matches!(reason, CloseReason::Quit | CloseReason::EndOfInput) {
            self.acknowledge(id);
        }
    }

    /// The person who wrote the letter of that number: somebody else who has the name by now is not meant.
    fn writer_of(&self, number: u64, offline_message: &OfflineMessage) -> Correspondent {
        self.spend(self.writers.len() / 2);
        let written = |writer: &&Writer| writer.number == number;
        let known = self.writers.iter().rev().find(written).map(|writer| writer.who.clone());
        known
            .unwrap_or_else(|| Correspondent::new(None, offline_message.sender, offline_message.from.clone()))
    }
}

/// Who wrote a letter since the server started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Writer {
    /// The number of the letter.
    number: u64,
    who: Correspondent,
}

impl Writer {
    pub(super) fn correspondent(&mut self) -> &mut Correspondent {
        &mut self.who
    }
}
