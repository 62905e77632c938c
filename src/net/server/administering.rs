//! What the administrator asks of the server, beside what people ask of it.

use std::mem;

use super::Server;
use super::order_kind::OrderKind;
use crate::auth::is_hash;
use crate::chat::{
    AccountEdit, AdminOrder, AdminRefusal, AdminReply, ClientId, Description, Event, ExpulsionNews, Input,
    Language, MonoTime, Name, Origin, PasswordHash,
};
use crate::control::{AccountOrder, AccountReply, ControlRefusal, row};
use crate::net::stream::Stream;
use crate::protocol::Format;

impl<S: Stream> Server<S> {
    /// Has an order about the accounts carried out: by the history's thread or, if it changes those of several nodes, by their log. False if
    /// too much waits for it.
    pub fn order_account(&mut self, ticket: u64, order: AccountOrder, now: MonoTime) -> bool {
        let is_opened = self.is_opened();
        match &mut self.log_end {
            None => return self.storage.order(ticket, order),
            Some(_) if order.only_reads() && is_opened => return self.storage.order(ticket, order),
            // What is here is of an earlier place of the log yet.
            Some(log) if order.only_reads() => {
                log.early_orders.push((ticket, order));
                return true;
            }
            Some(_) => {}
        }
        match edit(order) {
            Some(edit) => {
                self.orders.insert(ticket, OrderKind::Account);
                self.apply(Input::EditAccount(ticket, edit), now);
            }
            None => self.account_replies.push((ticket, AccountReply::Refused(ControlRefusal::Unclear))),
        }
        true
    }

    /// Has those carried out that came before the node was there.
    pub(super) fn carry_out_early_orders(&mut self) {
        let early = self.log_end.as_mut().map(|log| mem::take(&mut log.early_orders)).unwrap_or_default();
        for (ticket, order) in early {
            if !self.storage.order(ticket, order) {
                self.account_replies.push((ticket, AccountReply::Refused(ControlRefusal::Busy)));
            }
        }
    }

    /// What came of such orders since this was asked last, each with its ticket. The chat knows of it already.
    pub fn take_account_replies(&mut self) -> Vec<(u64, AccountReply)> {
        mem::take(&mut self.account_replies)
    }

    /// Has an order about the chat carried out, which is [answered](Self::take_chat_replies) in `language`: at once, or by one of several
    /// nodes when it comes back from their log.
    pub fn administer(&mut self, ticket: u64, order: AdminOrder, language: Language, now: MonoTime) {
        self.orders.insert(ticket, OrderKind::Chat(language));
        self.apply(Input::Admin(ticket, order), now);
    }

    /// What came of such orders since this was asked last, each with its ticket: the rows of the answer, if it is answered with words, or
    /// why it is not carried out.
    pub fn take_chat_replies(&mut self) -> Vec<(u64, Result<String, ControlRefusal>)> {
        mem::take(&mut self.chat_replies)
    }

    /// Takes what came of an order.
    pub(super) fn settle_order(&mut self, ticket: u64, reply: AdminReply) {
        match self.orders.remove(&ticket) {
            Some(OrderKind::Account) => self.account_replies.push((ticket, account_reply(reply))),
            Some(OrderKind::Chat(language)) => {
                let reply = match reply {
                    AdminReply::Refused(why) => Err(refusal(why)),
                    AdminReply::Expulsion(news) => self.expulsion_words(news, language),
                    AdminReply::Done => Ok(String::new()),
                };
                self.chat_replies.push((ticket, reply));
            }
            None => {}
        }
    }

    /// What people are told of an expulsion, as rows of an answer.
    fn expulsion_words(&mut self, news: ExpulsionNews, language: Language) -> Result<String, ControlRefusal> {
        let refused = matches!(news, ExpulsionNews::Refused(_));
        let bytes = self.egress.encode(&Event::Expulsion(news), Format::Line { language, crlf: false });
        let words = String::from_utf8_lossy(bytes);
        match refused {
            true => Err(ControlRefusal::Explained(words.trim_end().replace('\n', " "))),
            false => Ok(words.lines().map(|line| row([line])).collect()),
        }
    }

    /// Writes a row about each connection in the next `most` slots, from the slot `from` on: name, address (of IPv6 its /64), seconds since it
    /// last sent a line, rooms with the current one first; `-` for what there is none of. Behind all slots come the sessions that wait
    /// for a connection, with one field more: for how many seconds. Gives where to go on from, if there are more.
    pub fn list_people(&self, from: usize, most: usize, now: MonoTime, rows: &mut String) -> Option<usize> {
        let (slots, lost) = (self.connections.slots(), self.hub.lost_sessions());
        let end = slots + lost;
        let next = from.saturating_add(most).min(end);
        for slot in from..next.min(slots) {
            let Some(conn) = self.connections.in_slot(slot) else { continue };
            let id = conn.id(slot);
            self.list_person(id, self.hub.origin(id), now, None, rows);
        }
        let [skipped, upto] = [from, next].map(|at| at.saturating_sub(slots));
        for (id, origin, since) in self.hub.waiting().take(upto).skip(skipped) {
            self.list_person(id, Some(origin), now, Some(since), rows);
        }
        (next < end).then_some(next)
    }

    /// Writes one of those rows.
    fn list_person(
        &self,
        id: ClientId,
        origin: Option<Origin>,
        now: MonoTime,
        lost: Option<MonoTime>,
        rows: &mut String,
    ) {
        let Some(Description { name, idle, rooms: memberships }) = self.hub.describe(id, now) else { return };
        let address = origin.map(|origin| origin.to_string());
        let memberships: Vec<String> = memberships.iter().map(|room| format!("#{room}")).collect();
        let memberships = if memberships.is_empty() { "-".to_owned() } else { memberships.join(",") };
        let idle = idle.as_secs().to_string();
        let waited = lost.map(|since| now.since(since).as_secs().to_string());
        let fields =
            [name.as_ref().map_or("-", Name::as_str), address.as_deref().unwrap_or("-"), &idle, &memberships];
        rows.push_str(&row(fields.into_iter().chain(waited.as_deref())));
    }
}

/// What an order about the accounts of several nodes changes; none: it cannot be read.
fn edit(order: AccountOrder) -> Option<AccountEdit> {
    let hash = |hash: String| is_hash(&hash).then(|| PasswordHash::new(hash));
    Some(match order {
        AccountOrder::Add { name, hash: given } => AccountEdit::Add(Name::given(&name).ok()?, hash(given)?),
        AccountOrder::Change { name, hash: given } => {
            AccountEdit::Change(Name::known(&name).ok()?, hash(given)?)
        }
        AccountOrder::Remove { name } => AccountEdit::Remove(Name::known(&name).ok()?),
        AccountOrder::Find { .. } | AccountOrder::List => return None,
    })
}

fn account_reply(reply: AdminReply) -> AccountReply {
    match reply {
        AdminReply::Refused(why) => AccountReply::Refused(refusal(why)),
        AdminReply::Done | AdminReply::Expulsion(_) => AccountReply::Done,
    }
}

fn refusal(refusal: AdminRefusal) -> ControlRefusal {
    match refusal {
        AdminRefusal::NoSuchPerson => ControlRefusal::NoSuchPerson,
        AdminRefusal::NoSuchRoom => ControlRefusal::NoSuchRoom,
        AdminRefusal::NotThere => ControlRefusal::NotThere,
        AdminRefusal::NoSuchAccount => ControlRefusal::Unknown,
        AdminRefusal::NameTaken(name) => ControlRefusal::Taken(name.as_str().to_owned()),
        AdminRefusal::NoAccountLeft => ControlRefusal::NoneLeft,
        AdminRefusal::Unknown => ControlRefusal::Uncertain,
    }
}
