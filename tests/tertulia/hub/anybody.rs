//! People who take names, guess passwords, register, come twice, and are answered late, from a seed.
//!
//! Invariants: no two have the same name; whoever has a registered name gave its password, or had it before it was
//! registered; letters are read by the owner of the name they are for; when all have left, nothing remains.

use std::collections::BTreeSet;

use tertulia::chat::{
    AccountKey, AuthRequest, AuthResult, ClientId, CloseReason, Command, Event, Input, Matter, Name, Reply,
};

use super::{Chat, join, leave, message, nick, text};
use crate::simulation::dice::Dice;

const NAMES: [&str; 6] = ["Ana", "Eva", "María", "Juan", "maría", "Nadie"];
const PASSWORDS: [&str; 2] = ["girasoles", "margarita"];
const PEOPLE: usize = 5;
const STEPS: usize = 250;
const SEEDS: u64 = 400;

struct Street {
    chat: Chat,
    dice: Dice,
    here: Vec<ClientId>,
    /// Who may have which registered name.
    entitled: BTreeSet<(ClientId, AccountKey)>,
    rooms: bool,
    /// How often something happened that the laws are about.
    granted: usize,
    messages: usize,
    replaced: usize,
}

impl Street {
    fn new(seed: u64) -> Street {
        let mut chat = Chat::with_accounts(&[("María", PASSWORDS[0]), ("Juan", PASSWORDS[1])]);
        chat.slow = true;
        let rooms = seed.is_multiple_of(2);
        let (here, entitled) = (Vec::new(), BTreeSet::new());
        Street { chat, dice: Dice::new(seed), here, entitled, rooms, granted: 0, messages: 0, replaced: 0 }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.dice.below(from.len())]
    }

    fn step(&mut self) {
        if self.here.len() < PEOPLE && self.dice.one_in(4) {
            let id = self.chat.connects();
            self.here.push(id);
        } else if !self.chat.auth_requests.is_empty() && self.dice.one_in(2) {
            let which = self.dice.below(self.chat.auth_requests.len());
            let (id, auth_request) = self.chat.auth_requests.remove(which);
            self.settle(id, auth_request);
        } else if !self.here.is_empty() {
            let id = self.here[self.dice.below(self.here.len())];
            self.act(id);
        }
        let chat = &self.chat;
        let before = self.here.len();
        self.here.retain(|&id| chat.is_here(id));
        self.replaced += before - self.here.len();
        self.look();
    }

    fn act(&mut self, id: ClientId) {
        let (name, password, room) =
            (self.pick(&NAMES), self.pick(&PASSWORDS), self.pick(&["sala", "patio"]));
        let command = match self.dice.below(if self.rooms { 13 } else { 11 }) {
            0 | 1 => Command::Say { room: None, text: text(name) },
            2 => Command::Login(text(name)),
            3 => nick(name),
            4 => Command::Register,
            5 => Command::ChangePassword,
            6 | 7 => return self.chat.types_secret(id, password),
            8 => message(name, &format!("para {}", name.replace('m', "M"))),
            9 => return self.chat.ends(id, CloseReason::Lost),
            10 if self.dice.one_in(3) => {
                self.chat.does(id, Command::Quit(None));
                self.chat.closed.clear();
                return;
            }
            10 => Command::Away(None),
            11 => join(room),
            _ => leave(room),
        };
        self.chat.does(id, command);
    }

    /// An answer, late perhaps, and for somebody who may have gone.
    fn settle(&mut self, id: ClientId, auth_request: AuthRequest) {
        let taken = |name: &Name, chat: &Chat| {
            chat.book.accounts().iter().any(|account| account.name.skeleton().clashes(&name.skeleton()))
        };
        let (matter, auth_result) = match auth_request {
            // The real accounts do not let a name be registered twice either.
            AuthRequest::Register { name, .. } if taken(&name, &self.chat) => {
                (Matter::Register(name), AuthResult::Wrong)
            }
            auth_request => self.chat.book.settle(auth_request),
        };
        if let AuthResult::Granted(key) = auth_result {
            self.granted += 1;
            self.entitled.insert((id, key));
            if let Matter::Register(name) = &matter {
                // Whoever has it by now had it before it was registered.
                let had = self.here.iter().filter(|&&id| self.chat.hub.name(id) == Some(name));
                self.entitled.extend(had.map(|&id| (id, key)));
            }
        }
        self.chat.apply(Input::Reply(id, Reply::AuthResult(matter, auth_result)));
        self.chat.closed.clear();
    }

    /// Whether all laws hold.
    fn look(&mut self) {
        let accounts = self.chat.book.accounts();
        let named: Vec<(ClientId, Name)> =
            self.here.iter().filter_map(|&id| Some((id, self.chat.hub.name(id)?.clone()))).collect();
        for (at, (id, name)) in named.iter().enumerate() {
            for (other, same) in &named[..at] {
                assert!(!same.skeleton().clashes(&name.skeleton()), "{other:?} and {id:?} are {name}");
            }
            for account in accounts.iter().filter(|account| account.name.skeleton().clashes(&name.skeleton()))
            {
                assert!(self.entitled.contains(&(*id, account.key)), "{id:?} is {name}");
            }
        }
        for id in self.here.clone() {
            for event in self.chat.events(id) {
                let Event::OfflineMessages { messages, .. } = event else { continue };
                self.messages += messages.len();
                for letter in messages {
                    let owner = accounts
                        .iter()
                        .find(|account| format!("para {}", account.name) == letter.text.as_str());
                    let owner = owner.unwrap_or_else(|| panic!("{letter:?} is for nobody"));
                    assert!(self.entitled.contains(&(id, owner.key)), "{id:?} reads {letter:?}");
                }
            }
        }
    }
}

#[test]
fn registered_name_is_its_owner_s_whatever_happens() {
    let (mut granted, mut messages, mut replaced) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut street = Street::new(seed);
        (0..STEPS).for_each(|_| street.step());
        for id in std::mem::take(&mut street.here) {
            street.chat.ends(id, CloseReason::Lost);
        }
        street.chat.waits(super::SECOND * 2);
        street.chat.settles();
        assert!(street.rooms || street.chat.hub.is_empty(), "seed {seed}: something remains");
        granted += street.granted;
        messages += street.messages;
        replaced += street.replaced;
    }
    assert!(granted > 1_000 && messages > 100 && replaced > 1_000, "{granted} {messages} {replaced}");
}
