//! Private messages that were kept for the owner of an account, and are handed over when they come.
//!
//! Invariant: a letter is gone when its reader has done something after they were handed it; who lost the connection before
//! is handed it again.

use super::{AccountKey, Change, ClientId, CloseReason, Effect, Event, Hub, Then};
use crate::chat::account::{OfflineMessage, Posted};
use crate::chat::request::Request;

impl Hub {
    /// Whether a client's letter is kept.
    pub(super) fn posted(&mut self, id: ClientId, posted: Posted) {
        if let Some(at) = self.sessions.posting.iter().position(|(client, _)| *client == id) {
            let (_, member) = self.sessions.posting.remove(at);
            self.change(Change::Posted(member, posted), Then::Nothing);
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
        let Some(last) = messages.last().filter(|_| !self.sessions.lost.is_lost(id)) else { return };
        let member = self.member(id).filter(|&member| self.chat.account(member) == Some(account));
        let Some(member) = member else { return };
        self.sessions.handed.insert(id, (account, last.id));
        self.change(Change::HandOver(member, last.clone()), Then::GoOn(id));
        self.tell(id, Event::OfflineMessages { now: self.chat_time().wall, messages });
    }

    /// A client is to be handed the letters of its account: those of several nodes are in the chat.
    pub(super) fn fetch_letters(&mut self, id: ClientId, account: AccountKey) {
        if self.is_alone() {
            self.effects.push(Effect::Request(id, Request::Fetch(account)));
        } else {
            let messages = self.chat.letters_of(account);
            self.offline_messages(id, account, messages);
        }
    }

    /// A client that was outside is to be handed the letters that came meanwhile: not once more those that it has.
    pub(super) fn fetch_letters_meanwhile(&mut self, id: ClientId) {
        let Some(account) = self.member(id).and_then(|member| self.chat.account(member)) else { return };
        let handed = self.sessions.handed.get(&id).filter(|(of, _)| *of == account).map(|&(_, last)| last);
        let mut messages = self.chat.letters_of(account);
        messages.retain(|message| handed.is_none_or(|last| message.id > last));
        self.offline_messages(id, account, messages);
    }

    /// A client did something: they have seen the letters they were handed.
    pub(super) fn acknowledge(&mut self, id: ClientId) {
        if self.sessions.handed.is_empty() {
            return;
        }
        let own = self.member(id).and_then(|member| self.chat.account(member));
        if own.is_some()
            && let Some((account, up_to)) = self.sessions.handed.remove(&id)
        {
            if self.is_alone() {
                self.effects.push(Effect::Ack(account, up_to));
            } else {
                self.change(Change::Read(account, up_to), Then::Nothing);
            }
        }
    }

    /// A client left: in good order, they had seen everything.
    pub(super) fn acknowledge_at_the_end(&mut self, id: ClientId, reason: CloseReason) {
        if matches!(reason, CloseReason::Quit | CloseReason::EndOfInput | CloseReason::GoneAway) {
            self.acknowledge(id);
        }
    }
}
