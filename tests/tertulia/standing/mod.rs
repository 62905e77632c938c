//! Every rule about a name, a connection or an account is asked on every way in: what operators decide and what a person
//! does, in every order, against a naive model.
//!
//! A new rule or a new way in is a step in `steps.rs`, what it means is a line in `model.rs`, how it is done one in `Trial::take`.

mod model;
mod steps;

use std::collections::BTreeSet;
use std::env;
use std::panic::{self, AssertUnwindSafe};

use tertulia::chat::{
    ChatConfig, ClientId, CloseReason, Command, Event, NameRefusal, Password, PutOut, RoomRecord,
};

use self::model::{ANA, Entry, Fate, MARTA, Model};
use self::steps::{Kind, Room, STEPS, Step, Whom};
use super::hub::{Chat, brief, join, leave, nick, text, topic};
use super::support::book::Book;

/// How many steps are taken one after the other, unless `TERTULIA_DEPTH` says more.
const DEPTH: usize = 3;
const KEY: &str = "sésamo";
const OPERATOR: &str = "quien manda aquí";

fn password(name: &str) -> String {
    format!("me llamo {name}")
}

/// The chat itself: Olga, who may do everything, is in the room, and so is Testigo; the person may be.
struct Trial {
    chat: Chat,
    room: Room,
    kind: Kind,
    olga: ClientId,
    person: ClientId,
}

impl Trial {
    fn new(room: Room, kind: Kind) -> Trial {
        let mut book = Book::of(&[]);
        let registered = ["Olga", MARTA].into_iter().chain((kind != Kind::Guest).then_some(ANA));
        registered.for_each(|name| book.add(name, &password(name)));
        let mut trial = Trial {
            chat: Chat::with(ChatConfig::default(), Book::default()),
            room,
            kind,
            olga: ClientId::new(0, 1),
            person: ClientId::new(0, 1),
        };
        trial.serves(book, Vec::new());
        if room == Room::Sala {
            trial.chat.does(trial.olga, join("sala"));
            trial.chat.does(trial.olga, topic("recetas"));
        }
        trial.person = trial.comes(ANA);
        trial.chat.hush();
        trial
    }

    /// A server begins, with what was kept.
    fn serves(&mut self, book: Book, rooms: Vec<RoomRecord>) {
        let operators = ["Olga", ANA].into_iter().take(if self.kind == Kind::Operator { 2 } else { 1 });
        let operators = operators.map(|name| book.key(name)).collect();
        let next_key = rooms.iter().map(|room| room.key.0 + 1).max().unwrap_or_default();
        let records = rooms.iter().map(|room| (room.key, room.clone())).collect();
        let accounts = Some(book.accounts());
        let operator_password = true;
        let next_account = Some(book.next_account());
        let config = ChatConfig {
            accounts,
            operators,
            operator_password,
            rooms,
            next_key,
            next_account,
            ..ChatConfig::default()
        };
        self.chat = Chat::with(config, book);
        self.chat.book.operator = Password::new(OPERATOR).ok();
        self.chat.records = records;
        self.olga = self.comes("Olga");
    }

    /// Somebody comes, with the password if the name has one.
    fn comes(&mut self, name: &str) -> ClientId {
        let id = self.chat.connects();
        self.chat.says(id, name);
        self.gives_password(id, name);
        id
    }

    fn gives_password(&mut self, id: ClientId, name: &str) {
        if self.chat.book.has(name) {
            self.chat.types_secret(id, &password(name));
        }
    }

    fn room_name(&self) -> &'static str {
        if self.room == Room::General { "general" } else { "sala" }
    }

    /// Takes a step; `name` is what the person is called before it, one of their `names`.
    fn take(&mut self, step: Step, name: &str, names: &BTreeSet<&str>) {
        let whom = |whom| match whom {
            Whom::Now => text(name),
            Whom::Called(name) => text(name),
        };
        let (olga, person) = (self.olga, self.person);
        let (id, command) = match step {
            Step::Ban(meant) => (olga, Command::Ban { room: None, whom: whom(meant) }),
            Step::Unban(meant) => (olga, Command::Unban { room: None, whom: whom(meant) }),
            Step::Mute(meant) => (olga, Command::Mute { room: None, whom: Some(whom(meant)) }),
            Step::Hush => (olga, Command::Mute { room: None, whom: None }),
            Step::Lock => (olga, Command::Key { room: None, key: Some(text(KEY)) }),
            Step::Invite => (olga, Command::Invite { room: None, whom: text(name) }),
            Step::Op => (olga, Command::Op { room: None, whom: text(name) }),
            Step::Kick => (olga, Command::Kick { room: None, whom: text(name), reason: None }),
            Step::Enter => (person, join(self.room_name())),
            Step::EnterWithKey => (person, Command::Join { room: text("sala"), key: Some(text(KEY)) }),
            Step::Leave => (person, leave(self.room_name())),
            Step::Take(wanted) => {
                self.chat.does(person, nick(wanted));
                return self.gives_password(person, wanted);
            }
            Step::Register => {
                self.chat.does(person, Command::Register);
                (0..2).for_each(|_| self.chat.types_secret(person, &password(name)));
                return;
            }
            Step::Preside => {
                self.chat.does(person, Command::Login(text("operador")));
                return self.chat.types_secret(person, OPERATOR);
            }
            Step::TakeOver => {
                self.person = self.comes(name);
                assert_eq!(self.chat.closed.pop(), Some((person, CloseReason::Replaced)));
                return;
            }
            Step::Reconnect | Step::Return(_) => {
                self.chat.ends(person, CloseReason::Lost);
                self.person = self.comes(if let Step::Return(other) = step { other } else { name });
                return;
            }
            Step::Expel => return self.expels(name, names),
            Step::Restart => return self.restarts(name),
        };
        self.chat.does(id, command);
    }

    /// Who is expelled stands nowhere, and comes back by none of their names and accounts before they are readmitted.
    fn expels(&mut self, name: &str, names: &BTreeSet<&str>) {
        let order = Command::Expel { whom: text(name), minutes: None, reason: None };
        self.chat.does(self.olga, order);
        assert_eq!(self.chat.closed.pop(), Some((self.person, CloseReason::Expelled)));
        assert!(!self.inside().iter().any(|inside| inside == name), "who is expelled stands nowhere");
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        for other in names.iter().copied().chain(lower.iter().map(String::as_str)) {
            for way in [
                Command::Say { room: None, text: text(other) },
                Command::Nick(text(other)),
                Command::Login(text(other)),
            ] {
                let id = self.chat.connects();
                self.chat.does(id, way.clone());
                let refused = |event: &Event| matches!(event, Event::NameRefused(NameRefusal::Expelled(..)));
                assert_eq!(self.heard(id, refused).len(), 1, "{other}, {way:?}");
                assert_eq!(self.chat.hub.name(id), None, "{other}, {way:?}");
                self.chat.ends(id, CloseReason::Lost);
            }
        }
        names.iter().for_each(|other| self.chat.does(self.olga, Command::Readmit(text(other))));
        self.person = self.comes(name);
    }

    fn restarts(&mut self, name: &str) {
        let records = std::mem::take(&mut self.chat.records);
        let book = std::mem::take(&mut self.chat.book);
        self.serves(book, records.into_values().collect());
        self.chat.does(self.olga, join(self.room_name()));
        self.person = self.comes(name);
    }

    /// Who is in the room, as Olga is told, who is in it too.
    fn inside(&mut self) -> Vec<String> {
        self.chat.does(self.olga, Command::Who(Some(text(self.room_name()))));
        let events = self.chat.events(self.olga);
        let people = events.into_iter().find_map(|event| match event {
            Event::Present { people, .. } => Some(people),
            _ => None,
        });
        people.into_iter().flatten().map(|person| person.name.to_string()).collect()
    }

    /// What `id` heard since it was last asked, of what fits `told`.
    fn heard(&mut self, id: ClientId, told: impl Fn(&Event) -> bool) -> Vec<String> {
        self.chat.events(id).iter().filter(|event| told(event)).map(brief).collect()
    }

    /// Compares what a step did with what the model says of it.
    fn looks(&mut self, model: &Model, fate: Fate, before: &str) {
        assert_eq!(self.chat.hub.name(self.person).map(ToString::to_string).as_deref(), Some(model.name));
        let (room, now) = (self.room_name(), model.name);
        let told = self.heard(self.person, |event| {
            matches!(event, Event::PutOut { cause: PutOut::Name(_) | PutOut::Person, .. })
        });
        let seen = self.heard(self.olga, |event| matches!(event, Event::RenamedAndOut { .. }));
        if fate == Fate::PutOut {
            assert_eq!(seen, [format!("<<< {before} is {now}, banned from #{room}")]);
            let causes = [format!("out of #{room}: {now} is banned"), format!("out of #{room}: banned")];
            assert!(told.len() == 1 && causes.contains(&told[0]), "{told:?}");
        } else {
            assert!(told.is_empty() && seen.is_empty(), "{told:?} {seen:?}");
        }
        let inside = self.inside();
        assert!(inside.iter().any(|name| name == "Olga"));
        assert_eq!(
            inside.iter().any(|name| name == model.name),
            model.inside,
            "whether they are in the room"
        );
    }

    /// Asks the rules that are asked in the room, or at its door.
    fn ends(&mut self, model: &Model) {
        self.chat.hush();
        self.chat.does(self.person, join(self.room_name()));
        if !model.inside {
            let refused = self.heard(self.person, |event| matches!(event, Event::RoomRefused(_)));
            let (room, entry) = (self.room_name(), model.entry());
            match entry {
                Entry::In => assert_eq!(refused, [""; 0]),
                Entry::Banned => assert_eq!(refused, [format!("banned from #{room}")]),
                Entry::Closed => assert_eq!(refused, [format!("#{room} is closed")]),
            }
            if entry != Entry::In {
                return;
            }
        }
        self.chat.hush();
        self.chat.says(self.person, "probando");
        let heard = self.heard(self.olga, |event| matches!(event, Event::Message { .. }));
        assert_eq!(heard.len(), usize::from(model.may_speak()), "whether they may speak");
        self.chat.does(self.person, Command::Bans { room: None });
        let shown = self.heard(self.person, |event| matches!(event, Event::Bans { .. }));
        assert_eq!(shown.len(), usize::from(model.decides()), "whether they decide");
    }
}

/// Takes these steps in a chat of its own and compares after the last one; those before it have been compared already.
fn compare(room: Room, kind: Kind, steps: &[Step]) -> Model {
    let (mut trial, mut model) = (Trial::new(room, kind), Model::new(room, kind));
    for (at, &step) in steps.iter().enumerate() {
        let (before, names) = (model.name, model.names());
        trial.take(step, before, &names);
        let fate = model.take(step);
        if at + 1 == steps.len() {
            trial.looks(&model, fate, before);
        } else {
            trial.chat.hush();
        }
    }
    trial.ends(&model);
    model
}

/// Tries all that can follow `steps`; gives how many sequences were compared.
fn explore(room: Room, kind: Kind, steps: &mut Vec<Step>, depth: usize, count: &mut usize) {
    let here = *count;
    let compared = panic::catch_unwind(AssertUnwindSafe(|| compare(room, kind, steps)));
    let model = compared.unwrap_or_else(|_| panic!("{room:?}, {kind:?}, sequence {here}: {steps:?}"));
    *count += 1;
    if depth == 0 {
        return;
    }
    for step in STEPS {
        if model.may(step) {
            steps.push(step);
            explore(room, kind, steps, depth - 1, count);
            steps.pop();
        }
    }
}

#[test]
fn decisions_hold_through_all_that_comes_after() {
    let depth = env::var("TERTULIA_DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or(DEPTH);
    let mut count = 0;
    for room in [Room::General, Room::Sala] {
        for kind in [Kind::Guest, Kind::Registered, Kind::Operator] {
            explore(room, kind, &mut Vec::new(), depth, &mut count);
        }
    }
    println!("{count} sequences");
    assert!(count > 10_000, "{count} sequences");
}
