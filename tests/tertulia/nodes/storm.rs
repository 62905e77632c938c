//! Two whole servers over one log that does not answer, is put back, or holds one of them for dead, driven by a seed: in the end both
//! have the same chat, everybody is answered, and no line was said twice, nor lost where the log has lost nothing.

use std::time::Duration;

use super::servers::{SECOND, World};
use crate::simulation::dice::Dice;
use crate::support::seeds::live_through;

const SEEDS: u64 = 500;
const STEPS: usize = 250;

/// A person at a connection.
struct Person {
    who: (usize, usize),
    /// All that it has heard.
    heard: String,
    /// It has said that it goes.
    is_leaving: bool,
    /// Its lines that have to be in the log in the end.
    said: Vec<String>,
}

impl Person {
    /// Whether it has come in, and nothing was said to it of another name since.
    fn is_in(&self) -> bool {
        self.heard.contains("Bienvenid") && !self.heard.contains("en uso")
    }
}

struct Storm {
    world: World,
    dice: Dice,
    people: Vec<Person>,
    lines: usize,
    /// The log is put back in this one at times.
    rewinds: bool,
}

impl Storm {
    fn new(seed: u64) -> Storm {
        let dice = Dice::new(seed);
        Storm { world: World::new(), dice, people: Vec::new(), lines: 0, rewinds: !seed.is_multiple_of(3) }
    }

    fn step(&mut self) {
        let at = self.dice.below(2);
        match self.dice.below(100) {
            0..=5 => self.comes(at),
            6..=30 => self.speaks(),
            31..=38 => self.does(),
            39..=40 => self.goes(),
            41..=80 => self.world.takes_a_turn(at),
            81..=83 => self.world.toggles_log(at),
            84..=85 => self.world.asleep[at] ^= true,
            86..=87 if self.rewinds => self.puts_log_back(),
            88..=89 => self.upgrades(),
            _ => self.world.waits(Duration::from_millis(self.dice.below(1500) as u64)),
        }
    }

    fn comes(&mut self, at: usize) {
        let who = (at, self.world.houses[at].connect());
        self.world.houses[at].listen(who.1);
        let name = format!("p{}\n", self.dice.below(12));
        self.world.houses[at].send(who.1, name.as_bytes());
        self.people.push(Person { who, heard: String::new(), is_leaving: false, said: Vec::new() });
    }

    /// One of those who are connected.
    fn anybody(&mut self) -> Option<usize> {
        let here = |person: &Person, world: &World| {
            !person.is_leaving && !world.houses[person.who.0].is_over(person.who.1)
        };
        let here: Vec<usize> =
            (0..self.people.len()).filter(|&nth| here(&self.people[nth], &self.world)).collect();
        (!here.is_empty()).then(|| here[self.dice.below(here.len())])
    }

    fn send(&mut self, nth: usize, typed: &str) {
        let (at, who) = self.people[nth].who;
        self.world.houses[at].send(who, typed.as_bytes());
    }

    fn hear(&mut self) {
        for person in &mut self.people {
            person.heard += &self.world.houses[person.who.0].heard(person.who.1);
        }
    }

    fn speaks(&mut self) {
        let Some(nth) = self.anybody() else { return };
        self.hear();
        for _ in 0..=self.dice.below(3) {
            self.lines += 1;
            let line = format!("m{}.", self.lines);
            self.send(nth, &format!("{line}\n"));
            if self.people[nth].is_in() {
                self.people[nth].said.push(line);
            }
        }
    }

    fn does(&mut self) {
        let Some(nth) = self.anybody() else { return };
        let other = self.dice.below(12);
        let typed = match self.dice.below(6) {
            0 => "/entrar sala\n".to_owned(),
            1 => "/dejar\n".to_owned(),
            2 => "/quien\n".to_owned(),
            3 => format!("/msg p{other} hola\n"),
            4 => format!("/invitar p{other}\n"),
            _ => "/historial\n".to_owned(),
        };
        self.send(nth, &typed);
    }

    fn goes(&mut self) {
        let Some(nth) = self.anybody() else { return };
        self.people[nth].is_leaving = true;
        let (at, who) = self.people[nth].who;
        match self.dice.below(3) {
            0 => self.send(nth, "/salir adiós\n"),
            1 => self.world.houses[at].breaks_unseen(who),
            _ => self.world.houses[at].ends(who),
        }
        // Whether the last lines of who is gone came in time nobody has promised.
        self.people[nth].said.clear();
    }

    fn puts_log_back(&mut self) {
        let lost = self.dice.below(20);
        let left = self.world.lines.len().saturating_sub(lost).max(1);
        self.world.lines.truncate(left);
    }

    #[cfg(feature = "cluster")]
    fn upgrades(&mut self) {
        if !self.world.asleep[0] && self.world.has_log(0) {
            self.world.upgrades();
        }
    }

    #[cfg(not(feature = "cluster"))]
    fn upgrades(&mut self) {}

    /// Nothing bad happens any more.
    fn calms_down(&mut self) {
        self.world.asleep = [false; 2];
        for at in [0, 1] {
            if !self.world.has_log(at) {
                self.world.toggles_log(at);
            }
        }
        (0..20).for_each(|_| self.world.passes(SECOND));
        self.hear();
    }

    fn has_ended_well(&mut self) {
        let chats = self.world.houses.each_ref().map(|house| {
            assert!(house.server.is_there());
            serde_json::to_value(house.server.hub().chat_snapshot()).expect("a state")
        });
        assert_eq!(chats[0], chats[1], "both have the same chat");
        for person in &self.people {
            let mut told: Vec<&str> = person.heard.lines().filter_map(said).collect();
            let all = told.len();
            told.sort_unstable();
            told.dedup();
            assert_eq!(told.len(), all, "something is heard twice: {}", person.heard);
        }
        if !self.rewinds {
            let log =
                String::from_utf8_lossy(&self.world.lines.iter().fold(Vec::new(), |mut all, (_, bytes)| {
                    all.extend_from_slice(bytes);
                    all
                }))
                .into_owned();
            for person in self.people.iter().filter(|person| person.is_in()) {
                for line in &person.said {
                    assert!(log.contains(line.as_str()), "{line} is not in the log: {}", person.heard);
                }
            }
        }
        self.answers_everybody();
    }

    fn answers_everybody(&mut self) {
        let here: Vec<usize> = (0..self.people.len())
            .filter(|&nth| {
                let (at, who) = self.people[nth].who;
                !self.people[nth].is_leaving && !self.world.houses[at].is_over(who)
            })
            .collect();
        for nth in here {
            let who = self.people[nth].who;
            self.world.says(who, "/quien\n");
            assert_ne!(self.world.heard(who), "", "nobody waits for ever: {}", self.people[nth].heard);
        }
    }
}

/// What somebody says, if this is a line that tells it: of what was said before the time stands in front.
fn said(told: &str) -> Option<&str> {
    let (name, line) = told.split_once(": ")?;
    (name.starts_with('p') && !name.contains(' ') && line.starts_with('m')).then_some(line)
}

fn live(seed: u64) {
    let mut storm = Storm::new(seed);
    for _ in 0..STEPS {
        storm.step();
    }
    storm.calms_down();
    storm.has_ended_well();
}

#[test]
fn servers_behind_one_log_weather_whatever_happens_to_it() {
    live_through(SEEDS, live);
}
