//! Members whose node is held for dead while their connections are alive: they come back in as what they were.
//!
//! Invariant: a client whose member is gone with its node is either outside, and waits, or has left.

use super::newcomers::{Admission, Newcomer};
use super::resuming::Told;
use super::under_way::{Outside, Route};
use super::{
    AccountKey, Change, ClientId, CloseReason, Command, Effect, Event, Farewell, Hub, MemberId, MessageId,
    Name, NameRefusal, Origin, Outcome, Reentry, Refusal, Then,
};
use crate::chat::account::{AccountChange, Credential};
use crate::chat::event::AccountNews;
use crate::chat::look::Look;
use crate::chat::message::Message;
use crate::chat::request::Request;

impl Hub {
    /// Members of a node that is gone are about to leave: those who are here through it come back in as what they are, when the node does.
    pub(super) fn note_stranded(&mut self) {
        let here = self.chat.next_stranded().filter(|&member| self.sessions.seats.client(member).is_some());
        let here: Vec<_> = here.filter_map(|member| Some((member, self.chat.reentry(member)?))).collect();
        let heard = self.chat.last_message();
        here.into_iter().for_each(|(member, reentry)| self.gone_with_node(member, reentry, heard));
    }

    /// A member is gone with its node. If it is here through this one, it comes back in when the node does; `heard` is the last
    /// message before that.
    pub(super) fn gone_with_node(&mut self, member: MemberId, reentry: Reentry, heard: MessageId) {
        let Route::Log(under_way) = &mut self.route else { return };
        under_way.rise(member);
        if let Some(id) = self.sessions.seats.client(member) {
            self.sessions.seats.rise(member);
            if under_way.departures.remove(id) {
                self.sessions.forget(id);
                return self.effects.push(Effect::Close(id, CloseReason::Quit));
            }
            under_way.go_outside(id, Outside { reentry, heard });
        }
    }

    /// The node is there again: its people come back in.
    pub(super) fn bring_back(&mut self) {
        let Route::Log(under_way) = &mut self.route else { return };
        for (id, outside) in under_way.outside.clone() {
            if !self.end_if_decided(id) {
                self.change(Change::Reenter(Box::new(outside.reentry)), Then::Reenter(id));
            }
        }
    }

    /// Accounts change: clients who are outside have to leave as members do, if a password that they gave is none any more. To be
    /// called before the chat makes the change, which still knows the names then.
    pub(super) fn revoke_outside(&mut self, change: &Change) {
        match change {
            Change::SetPassword(_, credential, _) if self.is_current(*credential) => {
                self.revoke_outside_of(credential.account, AccountNews::Renewed);
            }
            Change::Renew(key, _) => self.revoke_outside_of(*key, AccountNews::Renewed),
            Change::Accounts(changes) => {
                for change in changes {
                    match change {
                        AccountChange::Added(_) => {}
                        AccountChange::Renewed(key) => self.revoke_outside_of(*key, AccountNews::Renewed),
                        AccountChange::Removed(key) => self.revoke_outside_of(*key, AccountNews::Removed),
                    }
                }
            }
            _ => {}
        }
    }

    fn is_current(&self, credential: Credential) -> bool {
        self.chat.accounts().is_some_and(|accounts| accounts.is_current(credential))
    }

    fn revoke_outside_of(&mut self, key: AccountKey, why: fn(Name) -> AccountNews) {
        let Route::Log(under_way) = &self.route else { return };
        let Some(name) = self.chat.accounts().and_then(|accounts| accounts.name(key)) else { return };
        for (&id, _) in under_way.outside.iter().filter(|(_, outside)| outside.reentry.has_proven(key)) {
            self.sessions.revoked.entry(id).or_insert_with(|| why(name.clone()));
        }
    }

    /// A client's member is there again, or cannot be.
    pub(super) fn reentered(&mut self, id: ClientId, outcome: Result<Outcome, Refusal>) {
        let Route::Log(under_way) = &mut self.route else { return };
        let Some(outside) = under_way.end_outside(id) else { return };
        let commands = under_way.again.remove(&id).unwrap_or_default();
        let is_lost = self.sessions.lost.is_lost(id);
        match outcome {
            Ok(_) => {
                if !is_lost {
                    self.tell_programs_where(id);
                    self.ask_for_meanwhile(id, outside.heard);
                    self.fetch_letters_meanwhile(id);
                }
                commands.into_iter().for_each(|(number, command)| self.handle_anew(id, number, command));
                let member = self.member(id).filter(|_| is_lost);
                member.into_iter().for_each(|member| self.change(Change::Detach(member), Then::Nothing));
            }
            // A password that they gave is none any more.
            Err(_) if self.end_if_decided(id) => {}
            Err(_) if is_lost => drop(self.sessions.forget(id)),
            // The owner of the account has come in by another connection meanwhile.
            Err(_)
                if outside.reentry.account.is_some_and(|account| self.chat.holder_of(account).is_some()) =>
            {
                self.sessions.forget(id);
                self.tell(id, Event::Account(AccountNews::Replaced));
                self.effects.push(Effect::Close(id, CloseReason::Replaced));
            }
            Err(refusal) => self.become_newcomer((id, outside.reentry.origin), refusal, commands),
        }
    }

    /// A client cannot be again what it was, and is asked for a name; of what it wanted then nothing comes.
    fn become_newcomer(
        &mut self,
        (id, origin): (ClientId, Origin),
        refusal: Refusal,
        commands: Vec<(u64, Command)>,
    ) {
        let newcomer = Newcomer { origin, since: self.now() };
        self.sessions.newcomers.add(id, newcomer, Admission::Placed);
        self.end_question(id);
        self.tell(id, refusal.into());
        // A line that was meant for a room is no name.
        for (number, _) in commands {
            self.effects.push(Effect::HandledAnew(id, number));
            self.tell(id, Refusal::from(NameRefusal::Missing).into());
        }
        self.ask_name_again(id);
    }

    /// A program has lists of who is where, and heard nothing of who came and went meanwhile. People at lines have none to be mended.
    fn tell_programs_where(&mut self, id: ClientId) {
        if self.sessions.lost.is_program(id)
            && let Some(member) = self.member(id)
        {
            self.tell_resumed(id, member);
        }
    }

    /// Asks for what was said in a member's rooms while it was outside. The reply comes before anything more is said.
    fn ask_for_meanwhile(&mut self, id: ClientId, heard: MessageId) {
        let rooms = self.member(id).map(|member| self.keys_of(member)).unwrap_or_default();
        if !rooms.is_empty() {
            self.effects.push(Effect::Request(id, Request::Look(Look::Missed(rooms, heard))));
        }
    }

    /// That is told.
    pub(super) fn tell_meanwhile(&mut self, id: ClientId, lines: Vec<Message>) {
        let Some(member) = self.member(id) else { return };
        let Told { mut lines, skipped } = self.told(member, lines);
        // Nobody noted meanwhile what those have said whom this member hides.
        lines.retain(|(.., message)| self.chat.reached(&message.from)(member.place()));
        if let Some(skipped) = skipped {
            self.tell(id, Event::Skipped(skipped));
        }
        self.tell_missed(id, lines);
    }

    /// A client's member is this one from now on.
    pub(super) fn sit_again(&mut self, id: ClientId, member: MemberId) {
        let Route::Log(under_way) = &self.route else { return };
        if under_way.outside.contains_key(&id) {
            self.seat(id, member);
            self.sessions.lost.is_of(id, member);
        } else {
            self.change(Change::Leave(member, Farewell::Lost, CloseReason::Lost), Then::Nothing);
        }
    }

    /// A client has left, whether its member was to come back or not.
    pub(super) fn forget_outside(&mut self, id: ClientId) {
        if let Route::Log(under_way) = &mut self.route {
            under_way.end_outside(id);
            under_way.again.remove(&id);
        }
    }
}
