//! What the administrator orders of the simulated server, what the host of a small room decides, and what holds behind it.

use std::collections::{BTreeMap, BTreeSet};

use tertulia::chat::{AdminOrder, Language, Text};
use tertulia::control::{AccountOrder, AccountReply, ControlRefusal};
use tertulia::storage::SimulatedHelpers;

use super::accounts::Accounts;
use super::dice::Dice;
use super::person::{Fate, Person};
use super::world::World;

/// The index of the host, who is an operator of the server and made the room of few.
pub const HOST: usize = 1;
/// The room of few.
const ROOM: &str = "sala";

/// What has been decided, as far as it is known.
#[derive(Debug, Default)]
pub struct Orders {
    /// Orders about accounts that were not answered yet, by ticket.
    waiting: BTreeMap<u64, (AccountOrder, Option<usize>)>,
    next_ticket: u64,
    /// Words said to everybody.
    said: u64,
    /// Names that are expelled, each with its address, if that is too.
    expelled: Vec<(String, Option<u8>)>,
    /// Who is banned from the room of few: names, and the people who had them then.
    banned: Vec<(String, Option<usize>)>,
    /// See [`is_tried`](Self::is_tried).
    tried: BTreeSet<String>,
    /// How much of what the host has read is known.
    heard: usize,
}

impl Orders {
    /// A name that may not be here, or not in the room of few, and that nobody registers.
    pub fn unwanted(&mut self, accounts: &Accounts, dice: &mut Dice) -> Option<String> {
        let names =
            self.expelled.iter().map(|(name, _)| name).chain(self.banned.iter().map(|(name, _)| name));
        let names: Vec<&String> = names.filter(|name| accounts.called(name).is_none()).collect();
        let name = (!names.is_empty()).then(|| names[dice.below(names.len())].clone());
        self.tried.extend(name.clone());
        name
    }

    /// Whether somebody has tried to take that name as one that may not be here: it is not to be registered, or they would
    /// be asked for a password.
    pub fn is_tried(&self, name: &str) -> bool {
        self.tried.contains(name)
    }

    /// Whether nobody may come from there.
    pub fn is_expelled(&self, address: u8) -> bool {
        self.expelled.iter().any(|(_, from)| *from == Some(address))
    }
}

/// An address of the simulated network.
pub fn address(number: u8) -> String {
    format!("10.0.0.{number}")
}

impl World {
    /// The administrator orders something.
    pub fn administrator_orders(&mut self) {
        match self.dice.below(7) {
            0 => {
                self.orders.said += 1;
                let words = Text::clean(&format!("n{}", self.orders.said));
                assert_eq!(self.orders(AdminOrder::Say { room: None, text: words }), Ok(String::new()));
            }
            1 => {
                let Some((name, index)) = self.somebody_here() else { return };
                let order = AdminOrder::Kick { whom: Text::clean(&name), room: None, reason: None };
                assert_eq!(self.orders(order), Ok(String::new()));
                self.people[index].put_out = true;
                let id = self.people[index].id.expect("they are here");
                assert!(self.server.hub().name(id).is_none(), "{name} is here still");
            }
            2 => {
                let Some((name, _)) = self.somebody_here() else { return };
                let (whom, room) = (Text::clean(&name), Text::clean(ROOM));
                let kicked = self.orders(AdminOrder::Kick { whom, room: Some(room), reason: None });
                let done = kicked == Ok(String::new()) || kicked == Err(ControlRefusal::NotThere);
                assert!(done, "{kicked:?}");
                assert!(!self.sits_in_the_room(&name), "{name} sits there still");
            }
            3 if self.dice.one_in(2) => self.expel(),
            4 => {
                if let Some((name, _)) = self.orders.expelled.pop() {
                    let told = self.orders(AdminOrder::Readmit(Text::clean(&name)));
                    assert!(told.is_ok(), "{name}: {told:?}");
                    // All that was decided about that name is taken back.
                    self.orders.expelled.retain(|(other, _)| *other != name);
                }
            }
            5 => self.list_people(),
            6 => self.order_account(),
            _ => {}
        }
    }

    fn orders(&mut self, order: AdminOrder) -> Result<String, ControlRefusal> {
        // No order about accounts gets so far.
        self.server.administer(u64::MAX, order, Language::Spanish, self.now);
        let mut replies = self.server.take_chat_replies();
        replies.pop().expect("a server that is alone answers at once").1
    }

    fn expel(&mut self) {
        let Some((name, index)) = self.somebody_here() else { return };
        self.people[index].put_out = true;
        let order = AdminOrder::Expel { whom: Text::clean(&name), minutes: None, reason: None };
        let told = self.orders(order);
        let told = told.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let from = (1..100).find(|&number| told.contains(&format!(" y {},", address(number))));
        self.orders.expelled.push((name, from));
        for person in &mut self.people[2..] {
            let called = |(name, from): &(String, Option<u8>)| {
                person.called.as_ref() == Some(name) || *from == Some(person.address)
            };
            person.put_out |= self.orders.expelled.last().is_some_and(called);
        }
        self.nobody_is_here_who_may_not();
    }

    /// The answer lists who is here, each once.
    fn list_people(&mut self) {
        let (mut rows, mut from) = (String::new(), Some(0));
        while let Some(slot) = from {
            from = self.server.list_people(slot, 1 + self.dice.below(8), self.now, &mut rows);
        }
        let names = rows.lines().filter_map(|row| row.split('\t').nth(1)).filter(|name| *name != "-");
        let mut listed: Vec<String> = names.map(str::to_owned).collect();
        let mut here = self.names();
        listed.sort();
        here.sort();
        assert_eq!(listed, here, "who is listed");
    }

    fn order_account(&mut self) {
        let ticket = self.orders.next_ticket;
        self.orders.next_ticket += 1;
        let secret = self.accounts.secret();
        let hash = SimulatedHelpers::hash(&secret);
        let known = self.accounts.any(&mut self.dice).filter(|&at| !self.accounts.all[at].changing);
        let guest = self.somebody_here();
        let guest =
            guest.filter(|(name, _)| self.accounts.called(name).is_none() && !self.orders.is_tried(name));
        let (order, account) = match (self.dice.below(4), known, guest) {
            (0, Some(at), _) => {
                self.accounts.all[at].passwords.push(secret);
                (AccountOrder::Change { name: self.accounts.all[at].name.clone(), hash }, Some(at))
            }
            (1, Some(at), _) => (AccountOrder::Remove { name: self.accounts.all[at].name.clone() }, Some(at)),
            (2, _, Some((name, _))) => {
                let at = self.accounts.add(&name, &secret, None);
                (AccountOrder::Add { name, hash }, Some(at))
            }
            _ => (AccountOrder::List, None),
        };
        account.into_iter().for_each(|at| self.accounts.all[at].changing = true);
        if self.server.order_account(ticket, order.clone(), self.now) {
            self.orders.waiting.insert(ticket, (order, account));
        } else {
            self.account_is_settled(&order, account, &AccountReply::Refused(ControlRefusal::Busy));
        }
    }

    /// What came of the orders about accounts is true when it is told.
    pub fn hear_replies(&mut self) {
        for (ticket, reply) in self.server.take_account_replies() {
            let (order, account) = self.orders.waiting.remove(&ticket).expect("each order is answered once");
            self.account_is_settled(&order, account, &reply);
        }
    }

    fn account_is_settled(&mut self, order: &AccountOrder, account: Option<usize>, reply: &AccountReply) {
        let done = *reply == AccountReply::Done;
        match (order, account, reply) {
            (AccountOrder::Change { .. }, Some(at), _) => {
                let new = self.accounts.all[at].passwords.last().cloned().unwrap_or_default();
                self.password_is(at, &new, done);
            }
            (AccountOrder::Remove { .. }, Some(at), _) => {
                self.accounts.all[at].changing = false;
                self.accounts.all[at].gone |= done;
                if done {
                    self.sessions_are_over(at, None);
                }
            }
            (AccountOrder::Add { .. }, Some(at), _) => {
                self.accounts.all[at].changing = false;
                self.accounts.all[at].gone = !done;
                self.accounts.all[at].since = done.then_some(self.turns);
            }
            (_, _, AccountReply::Listed(listed)) => {
                // Of those that somebody is making or deleting just now nothing is known.
                let there = |at: &usize| !self.accounts.all[*at].gone && !self.accounts.all[*at].changing;
                for at in (0..self.accounts.all.len()).filter(there) {
                    let name = &self.accounts.all[at].name;
                    assert!(listed.iter().any(|account| account.name == *name), "{name} is not listed");
                }
            }
            _ => {}
        }
    }

    /// The host bans somebody from the room of few, or lets them come back.
    pub fn host_decides(&mut self) {
        let Some((name, _)) = self.somebody_here() else { return };
        let order = match self.dice.below(4) {
            0 | 1 => format!("/vetar {name}\n"),
            2 => format!("/echar {name}\n"),
            _ => {
                // Whoever is called so now may be banned by another name as well, which is forgotten then.
                let Some((name, _)) = self.orders.banned.pop() else { return };
                self.orders.banned.clear();
                format!("/perdonar {name}\n")
            }
        };
        self.people[HOST].say(order.as_bytes(), None);
        self.people[HOST].push(&mut self.dice, true);
    }

    /// Takes note of whom the host has banned. To be called when names of the turn before are known still.
    pub fn hear_the_host(&mut self) {
        let received = &self.people[HOST].received;
        let end = received.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let news = String::from_utf8_lossy(&received[self.orders.heard.min(end)..end]).into_owned();
        self.orders.heard = end;
        for line in news.lines() {
            if line.contains(" deja volver a ") {
                self.orders.banned.clear();
            }
            let name = line.split_once(" ha vetado a ").and_then(|(_, rest)| rest.split_once(" en #"));
            let Some((name, _)) = name else { continue };
            // Whoever has the name now, and had it before this turn, had it then.
            let had = |person: &Person| {
                let now = person.id.and_then(|id| self.server.hub().name(id));
                person.called.as_deref() == Some(name) && now.is_some_and(|now| now.as_str() == name)
            };
            let whom = self.people.iter().position(had);
            self.orders.banned.push((name.to_owned(), whom));
        }
    }

    /// Nobody who is expelled is in the chat, and nobody who is banned is in the room.
    pub fn nobody_is_here_who_may_not(&self) {
        if self.orders.expelled.is_empty() && self.orders.banned.is_empty() {
            return;
        }
        for (index, person) in self.people.iter().enumerate() {
            let Some(id) = person.id else { continue };
            if self.server.hub().origin(id).is_none() {
                continue;
            }
            let name = self.server.hub().name(id);
            let called = |other: &String| name.is_some_and(|name| name.as_str() == other);
            for (expelled, from) in &self.orders.expelled {
                let here = called(expelled) || *from == Some(person.address);
                assert!(
                    !here,
                    "{expelled} ({from:?}) is expelled, and {name:?} is here from {}",
                    person.address
                );
            }
            let banned = |(other, whom): &&(String, Option<usize>)| called(other) || *whom == Some(index);
            if let Some((banned, _)) = self.orders.banned.iter().find(banned) {
                let seats = self.server.hub().describe(id, self.now).map(|it| it.rooms).unwrap_or_default();
                let sits = seats.iter().any(|room| room.as_str() == ROOM);
                assert!(!sits, "{banned} is banned, and {name:?} sits there");
            }
        }
    }

    /// All accounts are deleted, when nobody is there any more.
    pub fn remove_accounts(&mut self) {
        for at in (0..self.accounts.all.len()).filter(|&at| !self.accounts.all[at].gone).collect::<Vec<_>>() {
            let name = self.accounts.all[at].name.clone();
            let ticket = self.orders.next_ticket;
            self.orders.next_ticket += 1;
            let order = AccountOrder::Remove { name };
            if self.server.order_account(ticket, order.clone(), self.now) {
                self.orders.waiting.insert(ticket, (order, Some(at)));
            }
            self.settle();
        }
    }

    /// Every order has been answered, and what was said to all has come to everybody once.
    pub fn orders_are_done(&self) {
        assert!(self.orders.waiting.is_empty(), "not answered: {:?}", self.orders.waiting);
        let lines = self.people[0].lines();
        for number in 1..=self.orders.said {
            let told = lines.iter().filter(|line| **line == format!("--- Servidor: n{number}"));
            assert_eq!(told.count(), 1, "n{number} was said to all");
        }
    }

    /// Somebody who has a name, beside the witness and the host.
    fn somebody_here(&mut self) -> Option<(String, usize)> {
        if self.people.len() <= 2 {
            return None;
        }
        let index = 2 + self.dice.below(self.people.len() - 2);
        let name = self.server.hub().name(self.people[index].id?)?;
        Some((name.as_str().to_owned(), index))
    }

    fn sits_in_the_room(&self, name: &str) -> bool {
        let ids = self.people.iter().filter_map(|person| person.id);
        let described = ids.filter_map(|id| self.server.hub().describe(id, self.now));
        described
            .filter(|it| it.name.as_ref().is_some_and(|own| own.as_str() == name))
            .any(|it| it.rooms.iter().any(|room| room.as_str() == ROOM))
    }

    /// The server stops: everybody who is there and reads is told, and all connections end.
    pub fn stop(&mut self) {
        let here = |person: &Person| person.id.is_some_and(|id| self.server.hub().origin(id).is_some());
        let here: Vec<bool> = self.people.iter().map(here).collect();
        self.server.stop(self.now);
        self.settle();
        for (person, here) in self.people.iter_mut().zip(here) {
            let told = person.lines().iter().any(|line| line == "--- El servidor se detiene.");
            assert!(!here || person.fate == Fate::Reset || told, "{} was not told of the end", person.name);
        }
    }
}
