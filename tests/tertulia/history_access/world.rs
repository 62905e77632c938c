//! A chat with its history behind it, in which one person is watched: all that reaches them is written down.

use std::collections::HashMap;
use std::time::Duration;

use tertulia::chat::{
    ChatConfig, ClientId, CloseReason, Command, Effect, Event, Found, Hub, Input, Message, MonoTime, Origin,
    Reach, Reply, Request, Time,
};
use tertulia::storage::Memory;

use super::accounts::password;
use super::doors::{Door, Fact, Query, Shelf, Window};
use crate::hub::{join, leave, message, nick, text, topic};
use crate::support::book::Book;
use crate::support::records::{self, Records};
use crate::support::shell::{Shell, Slots};

/// The room that is read, or not.
pub const ROOM: &str = "sala";
/// A word in each line of that room and in no other.
pub const WORD: &str = "dentro";
/// What opens the room, if it is closed.
pub const KEY: &str = "sésamo";

/// How movements are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    OneByOne,
    /// So many at once that they are told in one line.
    InACrowd,
}

/// An answer of the history that is on its way.
struct Answer {
    query: Query,
    asked: usize,
    to: ClientId,
    found: [(Shelf, Found); 2],
}

pub struct World {
    pub(super) hub: Hub,
    now: MonoTime,
    pace: Pace,
    memory: Memory,
    pub(super) said: Vec<Message>,
    pub(super) book: Book,
    /// Rooms as they were last remembered.
    pub(super) records: Records,
    /// What the hub wants of the accounts, and since when they are slow: nothing of it is seen to.
    pub(super) waiting: Option<Vec<Effect>>,
    pub(super) slots: Slots,
    people: HashMap<&'static str, ClientId>,
    /// Who is watched, while they are there.
    pub reader: Option<ClientId>,
    /// What they are called.
    pub name: &'static str,
    /// What opens the room now, as those know it who are let in.
    pub key: &'static str,
    /// Whether somebody is in the room who speaks.
    pub spoken_in: bool,
    /// Each arrives at the end of each stage from that of its question on, as if it had arrived then only.
    answers: Vec<Answer>,
    /// Why the history is asked just now.
    query: Query,
    stage: usize,
    /// The way of what the reader asked for and is told at once, and when they asked.
    way: Option<(Door, usize)>,
    /// What reached the reader, and how often.
    pub told: HashMap<(Fact, Door, Window), usize>,
    /// Private words that two people should have heard, less those that anybody heard.
    whispers: isize,
}

impl World {
    /// The reader is called Rita and is in the chat; Olga has made the room, closed if it is to be, and speaks there.
    pub fn new(keyed: bool, pace: Pace) -> World {
        let mut world = World {
            hub: Hub::new(ChatConfig::default()),
            now: MonoTime::from_micros(1_234_567),
            pace,
            memory: Memory::default(),
            said: Vec::new(),
            book: World::first_book(),
            records: Records::new(),
            waiting: None,
            slots: Slots::default(),
            people: HashMap::new(),
            reader: None,
            name: "Rita",
            key: KEY,
            spoken_in: true,
            answers: Vec::new(),
            query: Query::Entering,
            stage: 0,
            way: None,
            told: HashMap::new(),
            whispers: 0,
        };
        world.begins_to_serve();
        world.lets("Olga", join(ROOM));
        if keyed {
            world.lets("Olga", Command::Key { room: None, key: Some(text(KEY)) });
        }
        world.reader = Some(world.enters("Rita"));
        world.rests();
        world
    }

    /// A server with the accounts and rooms that there are, and all but the reader come.
    pub(super) fn begins_to_serve(&mut self) {
        self.hub = Hub::new(ChatConfig { replay: 100, ..self.kept() });
        for name in ["Olga", "Paso", "Fina", "Fito", "Zulema", "Gala"] {
            self.enters(name);
            if name != "Gala" {
                self.lets(name, leave("general"));
            }
        }
        self.rests();
    }

    pub fn connects(&mut self) -> ClientId {
        let id = self.slots.take();
        self.apply(None, Input::Connected(id, Origin::UNKNOWN));
        assert!(self.hub.origin(id).is_some());
        id
    }

    pub fn enters(&mut self, name: &'static str) -> ClientId {
        let id = self.connects();
        self.people.insert(name, id);
        self.does(id, Command::Say { room: None, text: text(name) });
        if self.book.has(name) {
            self.types(id, &password(name));
        }
        id
    }

    pub fn person(&self, name: &str) -> ClientId {
        self.people[name]
    }

    /// Somebody comes and is watched from then on, in place of who was watched before.
    pub fn reader_is(&mut self, name: &'static str) {
        let id = self.connects();
        self.reader = Some(id);
        self.name = name;
        self.does(id, Command::Say { room: None, text: text(name) });
    }

    pub fn reader_is_lost(&mut self) {
        let id = self.reader.take().expect("the reader is here");
        self.is_lost(id);
    }

    pub fn loses(&mut self, name: &'static str) {
        self.is_lost(self.people[name]);
    }

    /// From now on somebody is watched who is here already.
    pub fn watches(&mut self, name: &'static str) {
        self.reader = Some(self.people[name]);
        self.told.clear();
    }

    pub(super) fn is_lost(&mut self, id: ClientId) {
        self.apply(None, Input::Disconnected(id, CloseReason::Lost));
        self.slots.free(id);
    }

    pub fn lets(&mut self, name: &'static str, command: Command) {
        self.does(self.people[name], command);
    }

    pub fn reader_does(&mut self, command: Command) {
        self.does(self.reader.expect("the reader is here"), command);
    }

    pub(super) fn does(&mut self, id: ClientId, command: Command) {
        self.apply(None, Input::Command(id, command));
    }

    /// Time passes until nothing is left to be told.
    pub fn rests(&mut self) {
        self.now = self.now + Duration::from_secs(2);
        self.apply(None, Input::Tick);
        assert_eq!(self.hub.next_due(), None);
    }

    /// A stage begins.
    pub fn begins(&mut self, stage: usize) {
        self.stage = stage;
    }

    /// Everything that can be read or not happens once; words carry the number of the stage.
    pub fn happens(&mut self) {
        let stage = self.stage;
        if self.spoken_in {
            self.many_move(true);
            self.lets_in("Paso");
            self.rests();
            let words = text(&format!("noticia {WORD}{stage}"));
            let acted = stage % 2 == 1;
            self.lets(
                "Olga",
                if acted {
                    Command::Act { room: None, text: words }
                } else {
                    Command::Say { room: None, text: words }
                },
            );
            self.lets("Olga", topic(&format!("tema{stage}")));
            self.lets("Paso", nick("Vado"));
        }
        self.lets("Gala", Command::Say { room: None, text: text(&format!("noticia fuera{stage}")) });
        self.whispers += 2;
        self.lets("Olga", message("Zulema", &format!("susurro{stage}")));
        self.lets("Olga", message("Rita", &format!("recado{stage}")));
        self.lets("Zulema", Command::Reply(text(&format!("susurro{stage}"))));
    }

    /// Who came into the room in this stage goes again, and answers arrive.
    pub fn is_over(&mut self) {
        if self.spoken_in {
            self.many_move(false);
            self.lets("Paso", leave(ROOM));
            self.lets("Paso", nick("Paso"));
        }
        self.rests();
        self.answers_arrive();
    }

    /// What was looked for is told, once more if it was told in another stage.
    pub fn answers_arrive(&mut self) {
        for answer in std::mem::take(&mut self.answers) {
            let Answer { query, asked, to, ref found } = answer;
            for (shelf, found) in found.clone() {
                let way = (Door::Recalled(query, shelf), asked);
                self.apply(Some(way), Input::Reply(to, Reply::Found(found)));
            }
            self.answers.push(answer);
        }
    }

    /// The reader asks everything that can be asked, and searches for lines with that word.
    pub fn reader_asks_for(&mut self, word: &str) {
        let Some(id) = self.reader else { return };
        for (door, command) in [
            (Door::WhoThere, Command::Who(Some(text(ROOM)))),
            (Door::WhoHere, Command::Who(None)),
            (Door::Rooms, Command::Rooms),
            (Door::Topic, Command::Topic { room: None, topic: None }),
        ] {
            self.apply(Some((door, self.stage)), Input::Command(id, command));
        }
        for (query, command) in [
            (Query::History, Command::History { room: None, lines: Some(100), before: None }),
            (Query::Search, Command::Search(text(word))),
            (Query::SearchWord, Command::Search(text(WORD))),
        ] {
            self.query = query;
            self.does(id, command);
        }
        self.query = Query::Entering;
    }

    /// Private words that should have been told and were not.
    pub fn whispers_unheard(&self) -> isize {
        self.whispers
    }

    fn lets_in(&mut self, name: &'static str) {
        self.lets(name, Command::Join { room: text(ROOM), key: Some(text(self.key)) });
    }

    /// As many movements as are told one by one, and one more.
    fn many_move(&mut self, coming: bool) {
        if self.pace == Pace::InACrowd {
            for _ in 0..3 {
                self.lets_in("Fina");
                self.lets("Fina", leave(ROOM));
            }
            // And Fito goes with who walks there.
            if coming { self.lets_in("Fito") } else { self.lets("Fito", leave(ROOM)) }
        }
    }

    /// Hands something to the hub and does what it wants done. `way` is that of what the reader asked for, and when they did.
    pub(super) fn apply(&mut self, way: Option<(Door, usize)>, input: Input) {
        self.way = way;
        self.run(input);
    }
}

impl Shell for World {
    fn hub(&mut self) -> &mut Hub {
        &mut self.hub
    }

    fn book(&mut self) -> &mut Book {
        &mut self.book
    }

    fn time(&self) -> Time {
        Time::default().at(self.now)
    }

    fn hears(&mut self, id: ClientId, event: &Event, _: bool) {
        // What reaches the reader's old connection is compared with the rule, like everything that reaches them.
        let here = self.slots.holds(id) || self.reader == Some(id);
        assert!(here, "{event:?} is for {id:?}, who is not here");
        if let Event::Private { text, .. } = event {
            self.whispers -= isize::from(text.as_str().starts_with("susurro"));
        }
        if self.reader == Some(id) {
            let (door, asked) = self.way.unwrap_or_else(|| (Door::of(event), self.stage));
            let window = Window { asked, told: self.stage };
            for fact in Fact::in_words(&format!("{event:?}"), self.stage) {
                *self.told.entry((fact, door, window)).or_default() += 1;
            }
        }
    }

    fn carries_out(&mut self, effect: Effect) {
        match effect {
            Effect::Keep(line) => {
                self.said.push(line.clone());
                self.memory.keep(line);
            }
            Effect::Forget(room) => {
                self.memory.forget(room);
                self.records.remove(&room);
            }
            Effect::Close(id, _) => self.slots.free(id),
            Effect::Room(change) => records::note(&mut self.records, change),
            Effect::Ask(..) | Effect::Speak(..) | Effect::Log(_) | Effect::AdminReply(..) => {}
            Effect::Expelled(_) | Effect::Readmitted(_) | Effect::Account(_) | Effect::Disregard(..) => {}
            other => unreachable!("{other:?} wants a reply"),
        }
    }

    fn asks(&mut self, effect: Effect) {
        // What comes of it later is told of itself.
        self.way = None;
        match (&mut self.waiting, effect) {
            (_, Effect::Request(to, Request::Look(look))) => {
                let everything =
                    Found { look: look.clone(), lines: self.said.clone(), more: true, reach: Reach::All };
                let found = [(Shelf::Careful, self.memory.look(look)), (Shelf::Careless, everything)];
                self.answers.push(Answer { query: self.query, asked: self.stage, to, found });
            }
            (
                Some(waiting),
                effect @ (Effect::Request(_, Request::Authenticate(..))
                | Effect::Request(_, Request::Fetch(..))),
            ) => waiting.push(effect),
            (_, effect) => self.replies(effect),
        }
    }
}
