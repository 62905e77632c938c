//! The hub against a naive model: whatever people do, the same are in, and each hears the same in the same order.

mod notebook;

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;
use tertulia::chat::{ClientId, CloseReason, Command, Event, Name};

use self::notebook::{Notebook, ROOMS, Sitter, looks};
use super::hub::{Chat, act, brief, ignore, join, message, nick, text};

const SEATS: usize = 6;
const NAMES: [&str; 10] = ["Ana", "ANA", "Luis", "Eva", "Éva", "Iker", "Bob", "B0b", "tú", "2x"];

#[derive(Clone, Debug)]
pub enum Deed {
    Connect,
    Say(usize),
    Blank(usize),
    Act(usize),
    /// A name for a newcomer, or another one.
    Nick(usize, &'static str),
    /// What a newcomer types at the prompt, and the others would hear.
    Type(usize, &'static str),
    Ignore(usize, &'static str),
    Who(usize),
    Join(usize, &'static str),
    Leave(usize),
    Whisper(usize, &'static str),
    Reply(usize),
    Quit(usize),
    Lose(usize),
    Wait(u64),
    Tick,
}

/// Something that one of them does, or that happens.
pub fn deed() -> impl Strategy<Value = Deed> {
    let seat = 0..SEATS;
    let name = prop::sample::select(NAMES.to_vec());
    prop_oneof![
        3 => Just(Deed::Connect),
        4 => seat.clone().prop_map(Deed::Say),
        1 => seat.clone().prop_map(Deed::Blank),
        1 => seat.clone().prop_map(Deed::Act),
        4 => (seat.clone(), name.clone()).prop_map(|(seat, name)| Deed::Nick(seat, name)),
        6 => (seat.clone(), name.clone()).prop_map(|(seat, name)| Deed::Type(seat, name)),
        2 => (seat.clone(), name.clone()).prop_map(|(seat, name)| Deed::Ignore(seat, name)),
        3 => (seat.clone(), prop::sample::select(ROOMS.to_vec())).prop_map(|(seat, room)| Deed::Join(seat, room)),
        1 => seat.clone().prop_map(Deed::Leave),
        1 => (seat.clone(), name).prop_map(|(seat, name)| Deed::Whisper(seat, name)),
        1 => seat.clone().prop_map(Deed::Reply),
        1 => seat.clone().prop_map(Deed::Who),
        2 => seat.clone().prop_map(Deed::Quit),
        1 => seat.prop_map(Deed::Lose),
        2 => prop::sample::select(vec![1, 300, 999, 1000, 5000]).prop_map(Deed::Wait),
        1 => Just(Deed::Tick),
    ]
}

/// Who is in the first room in the eyes of one who has been there, and only there, from the beginning.
#[derive(Default)]
struct Witness {
    known: HashSet<String>,
    count: usize,
    /// Some came or left whom they hide.
    blurred: bool,
}

impl Witness {
    fn sees(&mut self, event: &Event) {
        let knows = |known: &HashSet<String>, name: &Name| known.contains(name.as_str());
        match event {
            Event::Arrived { crowd, room } => {
                assert!(
                    room.as_ref().is_none_or(|room| room.as_str() == ROOMS[0]),
                    "of another room: {room:?}"
                );
                self.count += crowd.count();
                self.blurred |= crowd.hidden > 0;
                for name in crowd.names.iter() {
                    assert!(self.known.insert(name.to_string()) || self.blurred, "{name} came twice");
                }
            }
            Event::ManyDeparted { crowd, room } => {
                assert!(
                    room.as_ref().is_none_or(|room| room.as_str() == ROOMS[0]),
                    "of another room: {room:?}"
                );
                self.count -= crowd.count();
                self.blurred |= crowd.hidden > 0;
                crowd.names.iter().for_each(|name| self.loses(name));
            }
            Event::Departed { name, .. } => {
                self.count -= 1;
                self.loses(name);
            }
            Event::Renamed { from, to } => {
                self.loses(from);
                assert!(self.known.insert(to.to_string()) || self.blurred, "{to} was here already");
            }
            Event::Message { message, .. } => {
                let from = &message.from;
                assert!(knows(&self.known, from) || self.blurred, "{from} speaks and never came");
            }
            _ => {}
        }
    }

    fn loses(&mut self, name: &Name) {
        assert!(self.known.remove(name.as_str()) || self.blurred, "{name} left and never came");
    }
}

/// The chat, and what is to be heard in it.
pub struct Trial {
    pub chat: Chat,
    book: Notebook,
    witness: (ClientId, Witness),
    said: usize,
}

impl Trial {
    pub fn new() -> Trial {
        let mut chat = Chat::new();
        let id = chat.enters("Testigo");
        chat.events(id);
        let mut sitter = Sitter::new(id);
        sitter.name = Some("Testigo".into());
        sitter.enter(ROOMS[0]);
        sitter.due.clear();
        let witness = Witness { known: ["Testigo".into()].into(), count: 1, blurred: false };
        Trial {
            chat,
            book: Notebook { people: vec![sitter], ..Notebook::default() },
            witness: (id, witness),
            said: 0,
        }
    }

    pub fn run(&mut self, deed: &Deed) {
        match deed {
            Deed::Connect if self.book.people.len() <= SEATS => {
                let id = self.chat.connects();
                self.book.people.push(Sitter::new(id));
            }
            Deed::Connect => {}
            Deed::Wait(millis) => self.chat.now = self.chat.now + Duration::from_millis(*millis),
            Deed::Tick => self.chat.tick(),
            Deed::Say(seat)
            | Deed::Blank(seat)
            | Deed::Act(seat)
            | Deed::Nick(seat, _)
            | Deed::Type(seat, _)
            | Deed::Ignore(seat, _)
            | Deed::Who(seat)
            | Deed::Join(seat, _)
            | Deed::Leave(seat)
            | Deed::Whisper(seat, _)
            | Deed::Reply(seat)
            | Deed::Quit(seat)
            | Deed::Lose(seat) => {
                if seat + 1 < self.book.people.len() {
                    self.deed_of(seat + 1, deed);
                }
            }
        }
        self.look();
    }

    fn deed_of(&mut self, seat: usize, deed: &Deed) {
        let (chat, book) = (&mut self.chat, &mut self.book);
        let (id, name) = (book.people[seat].id, book.people[seat].name.clone());
        match (deed, name) {
            (Deed::Nick(_, wanted), _) => {
                chat.does(id, nick(wanted));
                book.name(seat, wanted);
            }
            (Deed::Type(_, wanted), None) => {
                chat.says(id, wanted);
                book.name(seat, wanted);
            }
            (Deed::Say(_) | Deed::Blank(_), None) => {
                chat.does(id, Command::Say { room: None, text: text(" ") });
                book.people[seat].due.extend(["malformed".into(), "name?".into()]);
            }
            (Deed::Quit(_) | Deed::Lose(_), _) => {
                if matches!(deed, Deed::Quit(_)) {
                    chat.quits(id)
                } else {
                    chat.ends(id, CloseReason::Lost)
                }
                book.depart(seat);
            }
            (_, None) => {
                let command = self.command(deed);
                self.chat.does(id, command);
                self.book.people[seat].due.extend(["name first".into(), "name?".into()]);
            }
            (_, Some(name)) => self.deed_of_member(seat, &name, deed),
        }
    }

    fn deed_of_member(&mut self, seat: usize, name: &str, deed: &Deed) {
        self.said += 1;
        let command = self.command(deed);
        let words = self.said.to_string();
        let book = &mut self.book;
        self.chat.does(book.people[seat].id, command);
        match deed {
            Deed::Blank(_) => {}
            Deed::Say(_) | Deed::Type(..) => book.speak(seat, &format!("{name}: {words}")),
            Deed::Act(_) => book.speak(seat, &format!("* {name} {words}")),
            Deed::Who(_) => {
                let current = book.people[seat].current;
                let answer = current.map_or("nowhere".into(), |room| format!("{} here", book.count(room)));
                book.people[seat].due.push(answer);
            }
            Deed::Join(_, room) => book.join(seat, room),
            Deed::Leave(_) => book.leave(seat),
            Deed::Whisper(_, whom) => book.whisper(seat, whom, &words),
            Deed::Reply(_) => book.reply(seat, &words),
            Deed::Ignore(_, whom) => book.ignore(seat, whom),
            other => unreachable!("{other:?} is done elsewhere"),
        }
    }

    /// What somebody with a name types for `deed`; words are numbers that nobody has said before.
    fn command(&self, deed: &Deed) -> Command {
        let words = self.said.to_string();
        match deed {
            Deed::Blank(_) => Command::Say { room: None, text: text("  ") },
            Deed::Say(_) | Deed::Type(..) => Command::Say { room: None, text: text(&words) },
            Deed::Act(_) => act(&words),
            Deed::Who(_) => Command::Who(None),
            Deed::Join(_, room) => join(room),
            Deed::Leave(_) => Command::Leave(None),
            Deed::Whisper(_, whom) => message(whom, &words),
            Deed::Reply(_) => Command::Reply(text(&words)),
            Deed::Ignore(_, whom) => ignore(whom),
            other => unreachable!("{other:?} is done elsewhere"),
        }
    }

    /// Compares what everybody heard with the notebook. Newcomers whose time was over are struck off.
    fn look(&mut self) {
        for (id, reason) in std::mem::take(&mut self.chat.closed) {
            assert_eq!(reason, CloseReason::NameTimeout);
            let at = self.book.people.iter().position(|sitter| sitter.id == id).expect("they were here");
            assert_eq!(self.book.people.remove(at).name, None);
        }
        for sitter in &mut self.book.people {
            assert_eq!(self.chat.hub.name(sitter.id).map(Name::as_str), sitter.name.as_deref());
            let events = self.chat.events(sitter.id);
            let moves = |event: &&Event| {
                matches!(event, Event::Arrived { .. } | Event::Departed { .. } | Event::ManyDeparted { .. })
            };
            if sitter.id == self.witness.0 {
                events.iter().for_each(|event| self.witness.1.sees(event));
            }
            if sitter.name.is_none() {
                assert_eq!(events.iter().filter(moves).count(), 0, "an outsider hears who comes and goes");
            }
            let heard: Vec<String> = events.iter().filter(|event| !moves(event)).map(brief).collect();
            let heard = heard.into_iter().map(|line| match line.split_once(" here: ") {
                Some((count, _)) => format!("{count} here"),
                None => line,
            });
            assert_eq!(heard.collect::<Vec<_>>(), std::mem::take(&mut sitter.due));
        }
        let names: Vec<_> = self.book.people.iter().filter_map(|s| s.name.as_deref().map(looks)).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "names are unique: {names:?}");
        assert_eq!(self.chat.hub.people(), names.len());
    }

    fn end(mut self) {
        self.chat.waits(Duration::from_secs(1));
        self.look();
        let here = self.book.count(ROOMS[0]);
        assert_eq!(self.witness.1.count, here, "the witness has heard of everybody");
        for sitter in &self.book.people {
            self.chat.quits(sitter.id);
        }
        self.chat.waits(Duration::from_secs(1));
        assert!(self.chat.hub.is_empty(), "{:?}", self.chat.hub);
        assert_eq!(self.chat.hub.next_due(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn hub_does_what_the_notebook_says(deeds in prop::collection::vec(deed(), 0..120)) {
        let mut trial = Trial::new();
        deeds.iter().for_each(|deed| trial.run(deed));
        trial.end();
    }
}
