//! Every event in both languages: whole lines, nothing but words on them.

use std::collections::HashSet;
use std::time::Duration;

use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{Crowd, Event, Farewell, Language, Name, NameRefusal, Person, Text, Trouble, Verb};
use tertulia::proto::{Encodings, Kind};

fn name(raw: &str) -> Name {
    Name::new(raw).unwrap()
}

fn text(words: &str) -> Text {
    Text::clean(words)
}

fn crowd(names: &[&str], more: usize) -> Crowd {
    Crowd { names: names.iter().map(|raw| name(raw)).collect(), more }
}

fn person(idle_secs: u64, away: Option<&str>, you: bool) -> Person {
    Person { name: name("Ana"), idle: Duration::from_secs(idle_secs), away: away.map(text), you }
}

/// A number for each kind of event. Whoever adds an event is asked for an example of it in [`events`].
fn kind_of(event: &Event) -> usize {
    match event {
        Event::NamePrompt => 0,
        Event::NameRefused(_) => 1,
        Event::Welcome { .. } => 2,
        Event::Said { .. } => 3,
        Event::Acted { .. } => 4,
        Event::Arrived(_) => 5,
        Event::Departed { .. } => 6,
        Event::ManyDeparted(_) => 7,
        Event::Renamed { .. } => 8,
        Event::Present { .. } => 9,
        Event::AwaySet(_) => 10,
        Event::AwayCleared => 11,
        Event::Ignoring(_) => 12,
        Event::NoLongerIgnoring(_) => 13,
        Event::IgnoreList(_) => 14,
        Event::IgnoreListFull => 15,
        Event::NoSuchPerson(_) => 16,
        Event::ThatIsYou => 17,
        Event::LanguageSet => 18,
        Event::LanguageIs => 19,
        Event::Help(_) => 20,
        Event::Trouble(_) => 21,
        Event::Skipped(_) => 22,
        Event::NameTimeout => 23,
        Event::Full(_) => 24,
        Event::MadeRoom => 25,
        Event::Stopping => 26,
    }
}

const KINDS: usize = 27;

fn events() -> Vec<Event> {
    let (juan, ana) = (name("Juan"), name("Ana"));
    let verbs =
        [Verb::Help, Verb::Who, Verb::Nick, Verb::Me, Verb::Away, Verb::Ignore, Verb::Lang, Verb::Quit];
    let mut events = vec![
        Event::NamePrompt,
        Event::Welcome { name: juan.clone() },
        Event::Said { from: juan.clone(), text: text("hola") },
        Event::Acted { from: juan.clone(), text: text("salta") },
        Event::Renamed { from: juan.clone(), to: ana.clone() },
        Event::Present { people: vec![person(5, None, true)], total: 1 },
        Event::Present {
            people: vec![person(5, Some("café"), false), person(0, Some("x"), true)],
            total: 300,
        },
        Event::AwaySet(text("café")),
        Event::AwayCleared,
        Event::Ignoring(ana.clone()),
        Event::NoLongerIgnoring(ana.clone()),
        Event::IgnoreList(vec![]),
        Event::IgnoreList(vec![juan.clone()]),
        Event::IgnoreList(vec![juan.clone(), ana.clone(), name("Eva")]),
        Event::IgnoreListFull,
        Event::NoSuchPerson(text("Nadie")),
        Event::ThatIsYou,
        Event::LanguageSet,
        Event::LanguageIs,
        Event::Help(None),
        Event::Trouble(Trouble::TooLong),
        Event::Trouble(Trouble::NotUtf8),
        Event::Trouble(Trouble::NoSuchCommand { word: text("x"), nearest: None }),
        Event::Trouble(Trouble::NoSuchCommand { word: text(""), nearest: Some(Verb::Me) }),
        Event::Skipped(1),
        Event::Skipped(312),
        Event::NameTimeout,
        Event::Full(1000),
        Event::MadeRoom,
        Event::Stopping,
    ];
    for farewell in [Farewell::Plain, Farewell::Words(text("chao")), Farewell::Lost] {
        events.push(Event::Departed { name: juan.clone(), farewell });
    }
    for crowd in [crowd(&["Ana"], 0), crowd(&["Ana", "Eva"], 0), crowd(&["Ana", "Luis"], 37)] {
        events.extend([Event::Arrived(crowd.clone()), Event::ManyDeparted(crowd)]);
    }
    for refusal in [
        NameRefusal::Malformed,
        NameRefusal::InUse(ana.clone()),
        NameRefusal::Reserved(text("Tú")),
        NameRefusal::Yours(juan),
        NameRefusal::Missing,
    ] {
        events.push(Event::NameRefused(refusal));
    }
    for verb in verbs {
        events.extend([Event::Help(Some(verb)), Event::Trouble(Trouble::Usage(verb))]);
    }
    events
}

fn encode(event: &Event, language: Language, crlf: bool) -> String {
    String::from_utf8(Encodings::default().once(event, Kind { language, crlf }).to_vec()).unwrap()
}

#[test]
fn every_event_is_whole_lines_of_words() {
    let events = events();
    assert_eq!(events.iter().map(kind_of).collect::<HashSet<_>>().len(), KINDS, "there is one of each kind");
    for event in &events {
        for language in [Spanish, English] {
            let lines = encode(event, language, false);
            assert!(!lines.trim().is_empty(), "{event:?}");
            assert!(!lines.contains(|c: char| c.is_control() && c != '\n'), "{lines:?}");
            assert_eq!(lines.ends_with('\n'), *event != Event::NamePrompt, "{lines:?}");
            if *event != Event::NamePrompt {
                assert!(lines.lines().all(|line| line.trim_end() == line), "spaces at the end of {lines:?}");
            }
            assert_eq!(encode(event, language, true), lines.replace('\n', "\r\n"));
        }
    }
}

#[test]
fn what_the_server_says_is_said_in_both_languages() {
    for event in events() {
        let same = encode(&event, Spanish, false) == encode(&event, English, false);
        let words_of_people = matches!(event, Event::Said { .. } | Event::Acted { .. });
        assert_eq!(same, words_of_people, "{event:?}");
    }
}

#[test]
fn names_and_words_and_numbers_are_in_the_line() {
    for event in events() {
        for language in [Spanish, English] {
            let line = encode(&event, language, false);
            let parts: &[&str] = match &event {
                Event::Welcome { .. } => &["Juan"],
                Event::Renamed { .. } => &["Juan", "Ana"],
                Event::AwaySet(_) => &["café"],
                Event::Ignoring(_) | Event::NoLongerIgnoring(_) => &["Ana"],
                Event::NoSuchPerson(_) => &["Nadie"],
                Event::IgnoreListFull => &["100"],
                Event::Full(_) => &["1000"],
                Event::Trouble(Trouble::TooLong) => &["4096"],
                Event::Skipped(312) => &["[… 312 "],
                Event::NameRefused(NameRefusal::Malformed) => &["20"],
                Event::NameRefused(NameRefusal::Reserved(_)) => &["'Tú'"],
                _ => &[],
            };
            assert!(parts.iter().all(|part| line.contains(part)), "{parts:?} in {line:?}");
        }
    }
}

#[test]
fn crowds_read_like_sentences() {
    for (names, more, spanish, english) in [
        (&["Ana"][..], 0, ">>> Ana se unió al chat", ">>> Ana joined the chat"),
        (&["Ana", "Luis"], 0, ">>> Ana y Luis se unieron al chat", ">>> Ana and Luis joined the chat"),
        (&["Ana", "Inés"], 0, ">>> Ana e Inés se unieron al chat", ">>> Ana and Inés joined the chat"),
        (&["Ana", "Hilda"], 0, ">>> Ana e Hilda se unieron al chat", ">>> Ana and Hilda joined the chat"),
        (&["Inés", "Hugo"], 0, ">>> Inés y Hugo se unieron al chat", ">>> Inés and Hugo joined the chat"),
        (
            &["Ana", "Luis", "Eva"],
            0,
            ">>> Ana, Luis y Eva se unieron al chat",
            ">>> Ana, Luis and Eva joined the chat",
        ),
        (
            &["Ana", "Luis"],
            37,
            ">>> Ana, Luis y 37 más se unieron al chat",
            ">>> Ana, Luis and 37 more joined the chat",
        ),
    ] {
        let came = Event::Arrived(crowd(names, more));
        assert_eq!(encode(&came, Spanish, false), format!("{spanish}\n"));
        assert_eq!(encode(&came, English, false), format!("{english}\n"));
        let left =
            spanish.replace(">>>", "<<<").replace("unieron al", "#").replace("se unió al", "salió del");
        let left = left.replace("se #", "salieron del");
        assert_eq!(encode(&Event::ManyDeparted(crowd(names, more)), Spanish, false), format!("{left}\n"));
    }
}

#[test]
fn idle_times_read_like_those_of_people() {
    for (seconds, span) in [
        (0, "0 s"),
        (12, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (5 * 60 + 59, "5 min"),
        (3600, "1 h"),
        (2 * 3600 + 5 * 60, "2 h 5 min"),
        (24 * 3600, "1 d"),
        (3 * 86_400 + 4 * 3600 + 59, "3 d 4 h"),
    ] {
        let event = Event::Present { people: vec![person(seconds, None, false)], total: 1 };
        let spanish = encode(&event, Spanish, false);
        assert!(spanish.contains(&format!("Ana (hace {span})\n")), "{spanish}");
        let english = encode(&event, English, false);
        assert!(english.contains(&format!("Ana ({span} ago)\n")), "{english}");
    }
}

#[test]
fn one_encoding_serves_all_readers_of_a_kind_and_is_forgotten() {
    let mut encodings = Encodings::default();
    let lf = Kind { language: Spanish, crlf: false };
    let crlf = Kind { language: English, crlf: true };
    assert_eq!(encodings.of(&Event::Skipped(2), lf), encode(&Event::Skipped(2), Spanish, false).as_bytes());
    assert_eq!(encodings.of(&Event::Skipped(2), crlf), encode(&Event::Skipped(2), English, true).as_bytes());
    encodings.clear();
    assert_eq!(encodings.of(&Event::Stopping, lf), encode(&Event::Stopping, Spanish, false).as_bytes());
    assert_eq!(encodings.once(&Event::ThatIsYou, lf), encode(&Event::ThatIsYou, Spanish, false).as_bytes());
    assert_eq!(encodings.of(&Event::ThatIsYou, crlf), encode(&Event::ThatIsYou, English, true).as_bytes());
}
