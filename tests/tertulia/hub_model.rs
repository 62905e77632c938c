//! The hub against a naive model: whatever people do, the same are in, and each hears the same in the same order.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;
use tertulia::chat::{ClientId, CloseReason, Command, Crowd, Event, Name};

use super::hub::{Chat, act, brief, ignore, nick, text};

const SEATS: usize = 6;
const NAMES: [&str; 9] = ["Ana", "ANA", "Luis", "Eva", "Iker", "Bob", "B0b", "tú", "2x"];

#[derive(Clone, Debug)]
enum Deed {
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
    Quit(usize),
    Lose(usize),
    Wait(u64),
    Tick,
}

fn deed() -> impl Strategy<Value = Deed> {
    let seat = 0..SEATS;
    let name = prop::sample::select(NAMES.to_vec());
    prop_oneof![
        3 => Just(Deed::Connect),
        4 => seat.clone().prop_map(Deed::Say),
        1 => seat.clone().prop_map(Deed::Blank),
        1 => seat.clone().prop_map(Deed::Act),
        4 => (seat.clone(), name.clone()).prop_map(|(seat, name)| Deed::Nick(seat, name)),
        6 => (seat.clone(), name.clone()).prop_map(|(seat, name)| Deed::Type(seat, name)),
        2 => (seat.clone(), name).prop_map(|(seat, name)| Deed::Ignore(seat, name)),
        1 => seat.clone().prop_map(Deed::Who),
        2 => seat.clone().prop_map(Deed::Quit),
        1 => seat.prop_map(Deed::Lose),
        2 => prop::sample::select(vec![1, 300, 999, 1000, 5000]).prop_map(Deed::Wait),
        1 => Just(Deed::Tick),
    ]
}

/// Who sits where, as a child would note it down.
#[derive(Default)]
struct Notebook {
    people: Vec<Sitter>,
}

struct Sitter {
    id: ClientId,
    name: Option<String>,
    /// Looks of the names they do not want to hear.
    deaf_to: Vec<String>,
    /// What they should have heard since the last look, movements aside.
    due: Vec<String>,
}

/// What a name looks like, as far as those in [`NAMES`] go.
fn looks(name: &str) -> String {
    name.to_lowercase().replace('0', "o")
}

impl Notebook {
    fn room(&mut self, speaker: usize, line: &str, speaker_too: bool) {
        let look = self.people[speaker].name.as_deref().map(looks).unwrap();
        for (at, sitter) in self.people.iter_mut().enumerate() {
            let deaf = sitter.deaf_to.contains(&look);
            if sitter.name.is_some() && !deaf && (at != speaker || speaker_too) {
                sitter.due.push(line.to_owned());
            }
        }
    }

    /// The answer to whoever in `seat` wants to be called `wanted`; none if they may.
    fn objection(&self, seat: usize, wanted: &str) -> Option<String> {
        let taken = |(at, sitter): (usize, &Sitter)| {
            at != seat && sitter.name.as_deref().map(looks) == Some(looks(wanted))
        };
        match wanted {
            "2x" => Some("malformed".into()),
            "tú" => Some("reserved: tú".into()),
            _ if self.people.iter().enumerate().any(taken) => Some(format!("in use: {wanted}")),
            _ if self.people[seat].name.as_deref() == Some(wanted) => Some(format!("yours: {wanted}")),
            _ => None,
        }
    }

    fn name(&mut self, seat: usize, wanted: &str) {
        let old = self.people[seat].name.clone();
        if let Some(objection) = self.objection(seat, wanted) {
            self.people[seat].due.push(objection);
            if old.is_none() {
                self.people[seat].due.push("name?".into());
            }
            return;
        }
        self.people[seat].name = Some(wanted.to_owned());
        let Some(old) = old else { return self.people[seat].due.push(format!("welcome {wanted}")) };
        for sitter in &mut self.people {
            if let Some(at) = sitter.deaf_to.iter().position(|look| *look == looks(&old)) {
                sitter.deaf_to.retain(|look| *look != looks(wanted) && *look != looks(&old));
                sitter.deaf_to.insert(at.min(sitter.deaf_to.len()), looks(wanted));
            }
        }
        self.room(seat, &format!("--- {old} is {wanted}"), true);
    }

    fn ignore(&mut self, seat: usize, whom: &str) {
        let look = looks(whom);
        let holder = self.people.iter().find_map(|s| s.name.clone().filter(|name| looks(name) == look));
        let me = &mut self.people[seat];
        let Some(own) = &me.name else { return me.due.extend(["name first".into(), "name?".into()]) };
        let answer = if looks(own) == look {
            "ThatIsYou".into()
        } else if me.deaf_to.contains(&look) {
            me.deaf_to.retain(|other| *other != look);
            format!("shown: {}", holder.unwrap_or(whom.into()))
        } else if let Some(name) = holder {
            me.deaf_to.push(look);
            format!("hidden: {name}")
        } else {
            format!("nobody: {whom}")
        };
        me.due.push(answer);
    }
}

/// Who is here in the eyes of one who has been here from the beginning.
#[derive(Default)]
struct Witness {
    known: HashSet<String>,
    count: usize,
    /// Some came or left of whom only the number was told.
    blurred: bool,
}

impl Witness {
    fn sees(&mut self, event: &Event) {
        let knows = |known: &HashSet<String>, name: &Name| known.contains(name.as_str());
        match event {
            Event::Arrived { crowd: Crowd { names, more }, room: None } => {
                self.count += names.len() + more;
                self.blurred |= *more > 0;
                for name in names {
                    assert!(self.known.insert(name.to_string()) || self.blurred, "{name} came twice");
                }
            }
            Event::ManyDeparted { crowd: Crowd { names, more }, room: None } => {
                self.count -= names.len() + more;
                self.blurred |= *more > 0;
                names.iter().for_each(|name| self.loses(name));
            }
            Event::Departed { name, .. } => {
                self.count -= 1;
                self.loses(name);
            }
            Event::Renamed { from, to } => {
                self.loses(from);
                assert!(self.known.insert(to.to_string()) || self.blurred, "{to} was here already");
            }
            Event::Said { from, .. } | Event::Acted { from, .. } => {
                assert!(knows(&self.known, from) || self.blurred, "{from} speaks and never came");
            }
            _ => {}
        }
    }

    fn loses(&mut self, name: &Name) {
        assert!(self.known.remove(name.as_str()) || self.blurred, "{name} left and never came");
    }
}

struct Trial {
    chat: Chat,
    book: Notebook,
    witness: (ClientId, Witness),
    said: usize,
}

impl Trial {
    fn new() -> Trial {
        let mut chat = Chat::new();
        let id = chat.enters("Testigo");
        chat.events(id);
        let sitter = Sitter { id, name: Some("Testigo".into()), deaf_to: Vec::new(), due: Vec::new() };
        let witness = Witness { known: ["Testigo".into()].into(), count: 1, blurred: false };
        Trial { chat, book: Notebook { people: vec![sitter] }, witness: (id, witness), said: 0 }
    }

    fn run(&mut self, deed: &Deed) {
        match deed {
            Deed::Connect if self.book.people.len() <= SEATS => {
                let id = self.chat.connects();
                let due = vec!["name?".to_owned()];
                self.book.people.push(Sitter { id, name: None, deaf_to: Vec::new(), due });
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
        let unnamed = ["name first".to_owned(), "name?".to_owned()];
        match (deed, name) {
            (Deed::Nick(_, wanted), _) => {
                chat.does(id, nick(wanted));
                book.name(seat, wanted);
            }
            (Deed::Type(_, wanted), None) => {
                chat.says(id, wanted);
                book.name(seat, wanted);
            }
            (Deed::Say(_) | Deed::Type(..), Some(name)) => {
                self.said += 1;
                chat.says(id, &self.said.to_string());
                book.room(seat, &format!("{name}: {}", self.said), false);
            }
            (Deed::Act(_), Some(name)) => {
                self.said += 1;
                chat.does(id, act(&self.said.to_string()));
                book.room(seat, &format!("* {name} {}", self.said), false);
            }
            (Deed::Say(_) | Deed::Blank(_), None) => {
                chat.does(id, Command::Say(text(" ")));
                book.people[seat].due.extend(["malformed".into(), "name?".into()]);
            }
            (Deed::Blank(_), Some(_)) => chat.says(id, "  "),
            (Deed::Act(_) | Deed::Who(_), None) => {
                chat.does(id, if matches!(deed, Deed::Who(_)) { Command::Who(None) } else { act("x") });
                book.people[seat].due.extend(unnamed);
            }
            (Deed::Who(_), Some(_)) => {
                chat.does(id, Command::Who(None));
                let here = book.people.iter().filter(|sitter| sitter.name.is_some()).count();
                book.people[seat].due.push(format!("{here} here"));
            }
            (Deed::Ignore(_, whom), _) => {
                chat.does(id, ignore(whom));
                book.ignore(seat, whom);
            }
            (Deed::Quit(_) | Deed::Lose(_), _) => {
                if matches!(deed, Deed::Quit(_)) {
                    chat.quits(id)
                } else {
                    chat.ends(id, CloseReason::Lost)
                }
                book.people.remove(seat);
            }
            (Deed::Connect | Deed::Wait(_) | Deed::Tick, _) => unreachable!("nobody's deed"),
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
        let here = self.book.people.iter().filter(|sitter| sitter.name.is_some()).count();
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
    fn the_hub_does_what_the_notebook_says(deeds in prop::collection::vec(deed(), 0..120)) {
        let mut trial = Trial::new();
        deeds.iter().for_each(|deed| trial.run(deed));
        trial.end();
    }
}
