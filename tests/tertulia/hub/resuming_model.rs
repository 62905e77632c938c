//! Programs that lose their connections and come back, in any order: each line reaches each of them once.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use tertulia::chat::{ClientId, CloseReason, Event, MessageId, Origin, Token};
use tertulia::limits::LOST_SESSION_WAIT;

use super::resuming::{chat_of, connects, given, loses, resumes};
use super::{Chat, ignore, nick};
use crate::support::twin::Twin;

#[derive(Clone, Copy, Debug)]
enum Deed {
    Say(usize),
    Lose(usize),
    Resume(usize),
    Hide(usize, usize),
    Nick(usize),
    Guest,
    Wait(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0..4_usize;
    prop_oneof![
        4 => who().prop_map(Deed::Say),
        3 => who().prop_map(Deed::Lose),
        3 => who().prop_map(Deed::Resume),
        1 => (who(), who()).prop_map(|(one, other)| Deed::Hide(one, other)),
        1 => who().prop_map(Deed::Nick),
        2 => Just(Deed::Guest),
        2 => (0..40_u64).prop_map(Deed::Wait),
    ]
}

/// Somebody with a program.
struct Person {
    id: ClientId,
    token: Token,
    connected: bool,
    name: String,
    hides: BTreeSet<usize>,
    /// The last line when they came in, and all that they were told since, and should have been.
    begun: MessageId,
    told: Vec<MessageId>,
    due: Vec<MessageId>,
    own: BTreeSet<MessageId>,
}

struct Trial {
    chat: Chat,
    people: Vec<Person>,
    named: usize,
}

impl Trial {
    fn new() -> Trial {
        let mut chat = chat_of(&[]);
        chat.twin = Twin::recording();
        let mut trial = Trial { chat, people: Vec::new(), named: 0 };
        for _ in 0..4 {
            let person = trial.comes();
            trial.people.push(person);
        }
        trial
    }

    fn comes(&mut self) -> Person {
        self.named += 1;
        let name = format!("p{}", self.named);
        let id = connects(&mut self.chat, Origin::UNKNOWN);
        self.chat.says(id, &name);
        let token = given(&mut self.chat, id).expect("a token");
        let begun = self.last();
        let (hides, told, due, own) = (BTreeSet::new(), Vec::new(), Vec::new(), BTreeSet::new());
        Person { id, token, connected: true, name, hides, begun, told, due, own }
    }

    fn last(&self) -> MessageId {
        self.chat.kept.last().map_or(MessageId(0), |line| line.id)
    }

    fn run(&mut self, deed: Deed) {
        match deed {
            Deed::Say(who) if self.people[who].connected => {
                self.chat.says(self.people[who].id, "hola");
                let id = self.last();
                self.people[who].own.insert(id);
                for (other, person) in self.people.iter_mut().enumerate() {
                    if other != who && !person.hides.contains(&who) {
                        person.due.push(id);
                    }
                }
            }
            Deed::Lose(who) if self.people[who].connected => {
                self.hear(who);
                loses(&mut self.chat, self.people[who].id);
                self.people[who].connected = false;
            }
            Deed::Resume(who) => {
                self.hear(who);
                let Person { token, begun, ref told, .. } = self.people[who];
                let after = told.iter().copied().max().unwrap_or(begun).max(begun);
                let id = resumes(&mut self.chat, token, Some(after));
                let person = &mut self.people[who];
                (person.id, person.connected) = (id, true);
                self.hear(who);
            }
            // Who is shown again is shown with what they said of late.
            Deed::Hide(who, whom) if self.people[who].connected && who != whom => {
                let name = self.people[whom].name.clone();
                if self.people[who].hides.insert(whom) {
                    self.hear(who);
                    self.chat.does(self.people[who].id, ignore(&name));
                }
            }
            Deed::Nick(who) if self.people[who].connected => {
                self.named += 1;
                self.people[who].name = format!("p{}", self.named);
                self.chat.does(self.people[who].id, nick(&self.people[who].name));
            }
            Deed::Guest => {
                let guest = self.chat.connects();
                self.chat.ends(guest, CloseReason::Lost);
            }
            Deed::Wait(seconds) => self.chat.waits(Duration::from_secs(seconds)),
            _ => {}
        }
    }

    fn hear(&mut self, who: usize) {
        let person = &mut self.people[who];
        for event in self.chat.events(person.id) {
            match event {
                // One's own come back as well.
                Event::Message { message, .. } | Event::Missed { message, .. }
                    if !person.own.contains(&message.id) =>
                {
                    assert!(person.told.last().is_none_or(|&last| last < message.id), "in their order");
                    person.told.push(message.id);
                }
                Event::Resumed { name, token, .. } => {
                    assert_eq!(name.as_str(), person.name);
                    person.token = token.expect("another one");
                }
                Event::Departed { name, .. } => panic!("{name} was waited for"),
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn line_said_while_somebody_was_lost_is_told_exactly_once(
        deeds in prop::collection::vec(deed(), 0..60),
        cut in 0..60_usize,
    ) {
        let mut trial = Trial::new();
        let mut waited = 0;
        for (at, &deed) in deeds.iter().enumerate() {
            if at == cut {
                trial.chat.twin.is_made(&trial.chat.hub);
            }
            // Nobody waits in vain here.
            if let Deed::Wait(seconds) = deed {
                waited += seconds;
                if waited >= LOST_SESSION_WAIT.as_secs() {
                    (0..4).for_each(|who| trial.run(Deed::Resume(who)));
                    waited = seconds;
                }
            }
            trial.run(deed);
        }
        (0..4).for_each(|who| trial.run(Deed::Resume(who)));
        for person in &trial.people {
            prop_assert_eq!(&person.told, &person.due, "{}", person.name);
        }
        let names: Vec<String> = trial.people.iter().map(|person| person.name.clone()).collect();
        for (who, person) in trial.people.iter().enumerate() {
            prop_assert_eq!(trial.chat.hub.name(person.id).map(ToString::to_string), Some(names[who].clone()));
        }
    }
}
