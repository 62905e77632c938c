//! What can happen in a chat with accounts, operators, rooms that stay, and passwords that take their time.

use std::time::Duration;

use proptest::prelude::*;
use tertulia::chat::{
    AdminOrder, ChatConfig, ClientId, CloseReason, Command, Input, MonoTime, Password, Text, Verb,
};

use crate::hub::{Chat, SECOND, address, ignore, join, leave, message, nick, text, topic};
use crate::support::book::Book;
use crate::support::twin::Twin;

const SEATS: usize = 7;
const NAMES: [&str; 9] = ["Ana", "Marta", "Olga", "Luis", "ana", "0lga", "Eva", "operador", "Iker"];
const SECRETS: [&str; 5] = ["me llamo Ana", "me llamo Marta", "me llamo Olga", "otra cosa", "corta"];
const ROOMS: [&str; 3] = ["general", "sala", "cine"];

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Somebody comes from one of a few addresses.
    Connect(u8),
    /// One of them asks for something.
    Does(usize, Command),
    /// One of them has gone.
    Lost(usize, CloseReason),
    Admin(AdminOrder),
    Motd,
    /// From now on the accounts answer later, or what waited is answered and they answer at once.
    Slow(bool),
    /// Another program removes an account.
    Removed(&'static str),
    /// Time passes, in milliseconds, with a tick whenever one is due.
    Wait(u64),
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES.to_vec())
}

fn room() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ROOMS.to_vec())
}

fn key() -> impl Strategy<Value = Option<Text>> {
    prop::option::of(prop::sample::select(vec![text("llave"), text("otra")]))
}

/// What is asked in a room, and at its door.
fn in_rooms() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => room().prop_map(join),
        2 => (room(), key()).prop_map(|(room, key)| Command::Join { room: text(room), key }),
        2 => room().prop_map(leave),
        2 => key().prop_map(|key| Command::Key { room: None, key }),
        1 => Just(topic("recetas")),
        2 => name().prop_map(|name| Command::Invite { room: None, whom: text(name) }),
        1 => name().prop_map(|name| Command::Kick { room: None, whom: text(name), reason: None }),
        3 => name().prop_map(|name| Command::Ban { room: None, whom: text(name) }),
        1 => name().prop_map(|name| Command::Unban { room: None, whom: text(name) }),
        2 => prop::option::of(name()).prop_map(|name| Command::Mute { room: None, whom: name.map(text) }),
        2 => name().prop_map(|name| Command::Op { room: None, whom: text(name) }),
        1 => Just(Command::Bans { room: None }),
        1 => Just(Command::Rooms),
        1 => Just(Command::Who(None)),
        1 => Just(Command::History { room: None, lines: None, before: None }),
        1 => Just(Command::Search(text("recetas"))),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let secret = prop::sample::select(SECRETS.to_vec());
    prop_oneof![
        8 => name().prop_map(|name| Command::Say { room: None, text: text(name) }),
        4 => name().prop_map(nick),
        4 => name().prop_map(|name| Command::Login(text(name))),
        14 => secret.prop_map(|secret| Command::Secret(Password::new(secret))),
        2 => Just(Command::Register),
        1 => Just(Command::ChangePassword),
        16 => in_rooms(),
        4 => name().prop_map(|name| message(name, "hola")),
        2 => Just(Command::Reply(text("qué tal"))),
        3 => name().prop_map(ignore),
        1 => Just(Command::Ignore(None)),
        1 => Just(Command::Away(Some(text("vuelvo")))),
        1 => (name(), prop::option::of(1..3_u32)).prop_map(|(name, minutes)| {
            Command::Expel { whom: text(name), minutes, reason: None }
        }),
        1 => name().prop_map(|name| Command::Readmit(text(name))),
        1 => Just(Command::Expelled),
        1 => Just(Command::Help(Some(Verb::Login))),
        1 => Just(Command::Quit(None)),
    ]
}

fn order() -> impl Strategy<Value = AdminOrder> {
    prop_oneof![
        Just(AdminOrder::Say { room: None, text: text("aviso") }),
        (name(), prop::option::of(room())).prop_map(|(whom, room)| AdminOrder::Kick {
            whom: text(whom),
            room: room.map(text),
            reason: None
        }),
        (1..4_u8).prop_map(|last| AdminOrder::Expel {
            whom: text(&address(last).to_string()),
            minutes: Some(1),
            reason: None
        }),
        name().prop_map(|whom| AdminOrder::Readmit(text(whom))),
    ]
}

/// Something that happens.
pub fn deed() -> impl Strategy<Value = Deed> {
    let reason = prop::sample::select(vec![CloseReason::Lost, CloseReason::EndOfInput]);
    prop_oneof![
        6 => (1..4_u8).prop_map(Deed::Connect),
        40 => (0..SEATS, command()).prop_map(|(seat, command)| Deed::Does(seat, command)),
        2 => (0..SEATS, reason).prop_map(|(seat, reason)| Deed::Lost(seat, reason)),
        1 => order().prop_map(Deed::Admin),
        1 => Just(Deed::Motd),
        2 => any::<bool>().prop_map(Deed::Slow),
        1 => Just(Deed::Removed("Marta")),
        4 => prop::sample::select(vec![1, 300, 1_000, 5_000, 61_000]).prop_map(Deed::Wait),
    ]
}

/// The chat in which it happens.
pub struct Trial {
    pub chat: Chat,
    pub config: ChatConfig,
}

impl Trial {
    /// A chat of three accounts, with few places: the operator of the server is in a room with two guests. What comes in is
    /// written down.
    pub fn new() -> Trial {
        let names = ["Ana", "Marta", "Olga"];
        let mut book = Book::of(&[]);
        names.iter().zip(SECRETS).for_each(|(name, secret)| book.add(name, secret));
        let config = ChatConfig {
            login_timeout: Some(60 * SECOND),
            places: Some(SEATS),
            replay: 2,
            accounts: Some(book.accounts()),
            operators: vec![book.key("Olga")],
            operator_password: true,
            ..ChatConfig::default()
        };
        let mut chat = Chat::with(config.clone(), book);
        chat.twin = Twin::recording();
        chat.book.operator = Password::new(SECRETS[3]).ok();
        let olga = chat.logs_in("Olga", SECRETS[2]);
        chat.does(olga, join("sala"));
        for guest in ["Luis", "Eva"] {
            let id = chat.enters(guest);
            chat.does(id, join("sala"));
        }
        Trial { chat, config }
    }

    pub fn run(&mut self, deed: &Deed) {
        let chat = &mut self.chat;
        match deed.clone() {
            Deed::Connect(last) => drop(chat.connects_from(address(last))),
            Deed::Does(seat, command) => {
                if let Some(id) = self.client(seat) {
                    self.chat.does(id, command);
                }
            }
            Deed::Lost(seat, reason) => {
                if let Some(id) = self.client(seat) {
                    self.chat.ends(id, reason);
                }
            }
            Deed::Admin(order) => drop(chat.orders(order)),
            Deed::Motd => chat.apply(Input::Motd(vec![text("bienvenida")])),
            Deed::Slow(slow) => {
                chat.slow = slow;
                if !slow {
                    chat.settles();
                }
            }
            Deed::Removed(name) if chat.book.has(name) => {
                let before = chat.book.accounts();
                chat.book.remove(name);
                let changes = chat.book.changes_since(&before);
                chat.apply(Input::AccountsChanged(changes));
            }
            Deed::Removed(_) => {}
            Deed::Wait(millis) => chat.waits(Duration::from_millis(millis)),
        }
        self.chat.closed.clear();
    }

    /// Who sits in that slot.
    pub fn client(&self, seat: usize) -> Option<ClientId> {
        self.chat.tenants().nth(seat)
    }

    /// What the clock says.
    pub fn now(&self) -> MonoTime {
        self.chat.now
    }
}
