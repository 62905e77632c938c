//! Private words for somebody with a registered name who is not there: kept, and handed over when they come.
//!
//! Invariant: a letter is gone when its reader has done something after they were handed it; who lost the connection before
//! is handed it again.

use serde::{Deserialize, Serialize};

use super::{Client, CloseReason, Done, Effect, Event, Hub, Name};
use crate::chat::account::{AccountKey, OfflineMessage, Posted};
use crate::chat::correspondent::Correspondent;
use crate::chat::id::ClientId;
use crate::chat::message::MessageId;
use crate::chat::request::Request;
use crate::chat::text::Text;
use crate::limits::LETTER_WRITERS;

impl Hub {
    /// Whether a client's letter is kept.
    pub(super) fn posted(&mut self, id: ClientId, posted: Posted) {
        // Answers come in the order of the letters.
        if let Some(at) = self.posting.iter().position(|(client, _)| *client == id) {
            let (_, writer) = self.posting.remove(at);
            if posted == Posted::Kept {
                if self.writers.len() >= LETTER_WRITERS {
                    self.writers.pop_front();
                }
                self.writers.push_back(writer);
            }
        }
        if self.client(id).is_some() {
            self.tell(id, Event::Posted(posted));
        }
    }

    /// The letters that were kept for a client.
    pub(super) fn offline_messages(
        &mut self,
        id: ClientId,
        account: AccountKey,
        messages: Vec<OfflineMessage>,
    ) {
        // Who lost the connection asks again when they are back.
        let Some(last) = messages.last().filter(|_| !self.lost.is_lost(id)) else { return };
        let (writer, up_to) = (self.writer_of(last), last.id);
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
        let (letter, at) = (self.next_message_id(), self.at.wall);
        let who = self.client_mut(id).and_then(Client::contact);
        self.posting.extend(who.map(|who| (id, Writer { letter, who })));
        let (from, sender) = (from.clone(), self.account(id));
        let (sent, here, away) = (text.clone(), false, None);
        self.tell(id, Event::PrivateSent { from: from.clone(), to, text: sent, at, here, away });
        self.effects.push(Effect::Request(
            id,
            Request::Post(account, OfflineMessage { id: letter, from, sender, at, text }),
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
        if matches!(reason, CloseReason::Quit | CloseReason::EndOfInput | CloseReason::GoneAway) {
            self.acknowledge(id);
        }
    }

    /// The person who wrote a letter: somebody else who has the name by now is not meant.
    fn writer_of(&self, offline_message: &OfflineMessage) -> Correspondent {
        self.spend(self.writers.len() / 2);
        let written = |writer: &&Writer| writer.letter == offline_message.id;
        let known = self.writers.iter().rev().find(written).map(|writer| writer.who.clone());
        known
            .unwrap_or_else(|| Correspondent::new(None, offline_message.sender, offline_message.from.clone()))
    }
}

/// Who wrote a letter since the server started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Writer {
    letter: MessageId,
    who: Correspondent,
}

impl Writer {
    pub(super) fn correspondent(&mut self) -> &mut Correspondent {
        &mut self.who
    }
}
