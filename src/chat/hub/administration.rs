//! What the administrator sees of the chat and does in it, without being in it.

use std::time::Duration;

use super::under_way::Attempt;
use super::{Asker, Change, ClientId, Effect, Hub, MonoTime, Name, Outcome, Refusal, RoomRefusal, Then};
use crate::chat::admin::{AccountEdit, AdminOrder, AdminRefusal, AdminReply};
use crate::chat::event::AccountRefusal;
use crate::chat::expulsion::ExpulsionNews;

/// A client as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name, unless it has not been given yet.
    pub name: Option<Name>,
    /// How long ago the client last sent a line, or connected.
    pub idle: Duration,
    /// The rooms it is in, the current one first.
    pub rooms: Vec<Name>,
}

impl Hub {
    /// The administrator orders something; the answer goes by that number.
    pub(super) fn administer(&mut self, number: u64, order: AdminOrder) {
        self.try_again_with(Attempt::Order(number, order.clone()));
        let change = match order {
            AdminOrder::Say { room, text } => Change::ServerSay(room, text),
            AdminOrder::Kick { whom, room, reason } => Change::ServerKick { whom, room, reason },
            AdminOrder::Readmit(whom) => Change::Readmit(None, whom),
            AdminOrder::Expel { whom, minutes, reason } => {
                return self.expel((Asker::Administrator(number), None), whom, (minutes, reason));
            }
        };
        self.change(change, Then::Tell(Asker::Administrator(number)));
    }

    /// The administrator orders something about the accounts of several nodes; the answer goes by that number.
    pub(super) fn edit_account(&mut self, number: u64, edit: AccountEdit) {
        self.try_again_with(Attempt::Edit(number, edit.clone()));
        self.change(Change::EditAccount(edit), Then::Tell(Asker::Administrator(number)));
    }

    /// The administrator is told what came of an order.
    pub(super) fn reply_to_administrator(&mut self, number: u64, outcome: Result<Outcome, Refusal>) {
        let reply = match outcome {
            Ok(Outcome::Expulsion(news)) => AdminReply::Expulsion(news),
            Ok(_) => AdminReply::Done,
            Err(refusal) => refused(refusal),
        };
        self.effects.push(Effect::AdminReply(number, reply));
    }

    /// What the administrator is shown of a client.
    pub fn describe(&self, id: ClientId, now: MonoTime) -> Option<Description> {
        let Some(member) = self.member(id) else {
            let idle = now.since(self.sessions.newcomers.get(id)?.since);
            return Some(Description { name: None, idle, rooms: Vec::new() });
        };
        let current = self.chat.current(member).ok();
        let others = self.chat.rooms_of(member).filter(|&room| Some(room) != current);
        let rooms = current.into_iter().chain(others).map(|room| self.chat.room_name(room)).collect();
        let (name, active) = (self.chat.name(member).cloned(), self.chat.member(member)?.active);
        Some(Description { name, idle: now.since(active), rooms })
    }
}

/// What the administrator is told when nothing comes of an order: the room that it names is not found, or the person.
fn refused(refusal: Refusal) -> AdminReply {
    AdminReply::Refused(match refusal {
        Refusal::Expulsion(refusal) => return AdminReply::Expulsion(ExpulsionNews::Refused(refusal)),
        Refusal::Room(RoomRefusal::NotThere(..)) => AdminRefusal::NotThere,
        Refusal::Room(_) => AdminRefusal::NoSuchRoom,
        Refusal::Account(AccountRefusal::Taken(name)) => AdminRefusal::NameTaken(name),
        Refusal::Account(AccountRefusal::NoneLeft) => AdminRefusal::NoAccountLeft,
        Refusal::Account(_) => AdminRefusal::NoSuchAccount,
        _ => AdminRefusal::NoSuchPerson,
    })
}
