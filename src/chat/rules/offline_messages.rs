//! Private messages for the owner of an account who is not there: the sender is known, so that they can be answered.

use super::letter_writer::LetterWriter;
use super::{AccountKey, Chat, Done, Event, Fact, MemberId, Name};
use crate::chat::account::{OfflineMessage, Posted};
use crate::chat::correspondent::Correspondent;
use crate::chat::letters::Letter;
use crate::chat::message::MessageId;
use crate::chat::text::Text;
use crate::limits::LETTER_WRITERS;

impl Chat {
    /// Whether a member's letter is kept.
    pub(super) fn posted(&mut self, id: MemberId, posted: Posted) {
        // Answers come in the order of the letters.
        if let Some(at) = self.posting.iter().position(|(member, _)| *member == id) {
            let (_, writer) = self.posting.remove(at);
            if posted == Posted::Kept {
                self.note_writer(writer);
            }
        }
        if self.member(id).is_some() {
            self.tell(id, Event::Posted(posted));
        }
    }

    /// Lets a letter wait at all nodes, if there is room for it; the sender is told.
    fn let_wait(&mut self, id: MemberId, letter: Letter, writer: Option<LetterWriter>) {
        let posted = match self.account_index.as_ref().and_then(|accounts| accounts.name(letter.to)) {
            Some(_) => self.letters.post(letter.clone()),
            None => Posted::Failed,
        };
        if posted == Posted::Kept {
            writer.into_iter().for_each(|writer| self.note_writer(writer));
            self.facts.push(Fact::Letter(Box::new(letter)));
        }
        self.tell(id, Event::Posted(posted));
    }

    /// Remembers who wrote a letter that is kept.
    fn note_writer(&mut self, writer: LetterWriter) {
        if self.writers.len() >= LETTER_WRITERS {
            self.writers.pop_front();
        }
        self.writers.push_back(writer);
    }

    /// The owner of an account has read its letters up to that one.
    pub(super) fn read(&mut self, account: AccountKey, up_to: MessageId) {
        self.letters.forget(account, up_to);
        self.facts.push(Fact::Read(account, up_to));
    }

    /// The letters that wait for an account at all nodes.
    pub(in crate::chat) fn letters_of(&self, account: AccountKey) -> Vec<OfflineMessage> {
        self.letters.of(account)
    }

    /// Keeps words for the owner of an account, who is not there, and shows them to the sender as sent.
    pub(super) fn post(
        &mut self,
        id: MemberId,
        from: &Name,
        (account, to): (AccountKey, Name),
        text: Text,
    ) -> Done {
        let (letter, at) = (self.take_message_id(), self.at.wall);
        let who = self.member_mut(id).map(|member| member.contact(id));
        let writer = who.map(|who| LetterWriter { letter, who });
        let (from, sender) = (from.clone(), self.account(id));
        let (sent, here, away) = (text.clone(), false, None);
        self.tell(id, Event::PrivateSent { from: from.clone(), to, text: sent, at, here, away });
        let message = OfflineMessage { id: letter, from, sender, at, text };
        if self.by.is_some() {
            self.let_wait(id, Letter { to: account, message, from: self.origin(id) }, writer);
        } else {
            self.posting.extend(writer.map(|writer| (id, writer)));
            self.facts.push(Fact::Post(id, account, message));
        }
        Ok(())
    }

    /// A member has been handed the letters that were kept for them, of which this is the last: they can answer who wrote it.
    pub(super) fn handed_over(&mut self, id: MemberId, last: &OfflineMessage) {
        let writer = self.writer_of(last);
        self.member_mut(id).into_iter().for_each(|member| member.set_correspondent(writer.clone()));
    }

    /// The person who wrote a letter: another member who has the name by now is not meant.
    fn writer_of(&self, offline_message: &OfflineMessage) -> Correspondent {
        self.spend(self.writers.len() / 2);
        let written = |writer: &&LetterWriter| writer.letter == offline_message.id;
        let known = self.writers.iter().rev().find(written).map(|writer| writer.who.clone());
        known
            .unwrap_or_else(|| Correspondent::new(None, offline_message.sender, offline_message.from.clone()))
    }
}
