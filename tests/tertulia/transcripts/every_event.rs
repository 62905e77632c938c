//! Every event in both languages: whole lines, nothing but words on them.

use std::collections::HashSet;
use std::time::Duration;

use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{
    Crowd, Decision, Event, Expulsion, ExpulsionNews, ExpulsionRefusal, Farewell, Language, Message,
    MessageId, MessageKind, Name, NameList, NameRefusal, Occasion, Origin, Person, PlaceNews, PutOut, Reach,
    RoomKey, RoomListing, RoomRefusal, ServerNews, Text, Trouble, UnixMillis, Verb, Wording,
};
use tertulia::limits::{BANS_LISTED, NAMES_ASKED};
use tertulia::locale;
use tertulia::protocol::{Encoder, Format};

use super::{commands::VERBS, nodes};

fn name(raw: &str) -> Name {
    Name::new(raw).unwrap()
}

fn text(words: &str) -> Text {
    Text::clean(words)
}

/// These people, and so many more of whom those who might be named in words are hidden.
fn crowd(names: &[&str], more: usize) -> Crowd {
    let hidden = if more == 0 { 0..0 } else { names.len()..NAMES_ASKED };
    let others = (0..hidden.len() + more).map(|number| name(&format!("p{number}")));
    let bits = hidden.clone().fold(0, |bits, nth| bits | 1 << nth);
    let others: Vec<Name> = others.filter(|_| more > 0).collect();
    Crowd { names: names.iter().map(|raw| name(raw)).chain(others).collect(), hidden: bits }
}

fn person(idle_secs: u64, away: Option<&str>, you: bool) -> Person {
    let idle = Duration::from_secs(idle_secs);
    Person { name: name("Ana"), idle, away: away.map(text), you, office: None }
}

fn message(from: &Name, kind: MessageKind, words: &str) -> Message {
    let (id, room, at) = (MessageId(1), RoomKey(0), UnixMillis(1));
    Message { id, room, at, from: from.clone(), kind, text: text(words) }
}

fn recalled(occasion: Occasion, lines: Vec<(Option<Name>, Message)>) -> Event {
    let (now, room) = (UnixMillis(86_400_000), Some(name("cocina")));
    Event::Recalled { occasion, now, room, lines, more: false, reach: Reach::All }
}

fn searched(reach: Reach) -> Event {
    let (occasion, now) = (Occasion::Searched, UnixMillis(86_400_000));
    Event::Recalled { occasion, now, room: None, lines: vec![], more: false, reach }
}

/// A number for each kind of event. Whoever adds an event is asked for an example of it in [`events`].
fn kind_of(event: &Event) -> usize {
    match event {
        Event::NamePrompt => 0,
        Event::NameRefused(_) => 1,
        Event::Welcome { .. } => 2,
        Event::Message { message: Message { kind: MessageKind::Said, .. }, .. } => 3,
        Event::Message { .. } => 4,
        Event::Arrived { .. } => 5,
        Event::Departed { .. } => 6,
        Event::ManyDeparted { .. } => 7,
        Event::Renamed { .. } => 8,
        Event::Present { .. } => 9,
        Event::AwaySet(_) => 10,
        Event::AwayCleared => 11,
        Event::Ignoring(_) => 12,
        Event::NoLongerIgnoring(_) => 13,
        Event::IgnoreList(_) => 14,
        Event::IgnoreListFull(_) => 15,
        Event::NoSuchPerson(_) => 16,
        Event::ThatIsYou => 17,
        Event::LanguageSet => 18,
        Event::LanguageIs => 19,
        Event::Help(_) => 20,
        Event::Trouble(_) => 21,
        Event::Skipped(_) => 22,
        Event::NameTimeout => 23,
        Event::Place(_) => 24,
        Event::Expulsion(_) => 25,
        Event::KeysTried { .. } => 100,
        Event::Log(_) => 101,
        Event::Nodes(_) => 102,
        Event::Stopping => 26,
        Event::Entered { .. } => 27,
        Event::Left { .. } => 28,
        Event::RoomRefused(_) => 29,
        Event::Rooms { .. } => 30,
        Event::Topic { .. } => 31,
        Event::Decided { .. } => 32,
        Event::Invited { .. } => 33,
        Event::Private { .. } => 34,
        Event::PrivateSent { .. } => 35,
        Event::NobodyToAnswer => 36,
        Event::Recalled { .. } => 37,
        Event::Motd(_) => 38,
        Event::HistoryBusy => 39,
        Event::PasswordPrompt(..) => 40,
        Event::AccountRefused(_) => 41,
        Event::Account(_) => 42,
        Event::Posted(_) => 43,
        Event::OfflineMessages { .. } => 44,
        Event::HasLeft(_) => 45,
        Event::PutOut { .. } => 46,
        Event::RenamedAndOut { .. } => 47,
        Event::Speaking(_) => 48,
        Event::Bans { .. } => 49,
        Event::NotAway => 50,
        Event::Server(_) => 51,
        Event::PasswordAgain => 52,
        Event::Resumed { .. } => 53,
        Event::Missed { .. } => 54,
    }
}

const KINDS: usize = 58;

/// What the administrator does.
fn administration(juan: &Name) -> Vec<Event> {
    let farewells = [Farewell::Kicked(None), Farewell::Kicked(Some(text("spam")))];
    let departed = farewells.map(|farewell| Event::Departed { name: juan.clone(), farewell });
    let news = [
        ServerNews::Said { room: None, text: text("hola") },
        ServerNews::Said { room: Some(name("cocina")), text: text("hola") },
        ServerNews::Disconnected(None),
        ServerNews::Disconnected(Some(text("mantenimiento"))),
    ];
    departed.into_iter().chain(news.map(Event::Server)).collect()
}

fn troubles() -> impl Iterator<Item = Trouble> {
    let about = VERBS.iter().flat_map(|(verb, ..)| [Trouble::Usage(*verb), Trouble::Slip(*verb)]);
    let others = [
        Trouble::TooLong,
        Trouble::NotUtf8,
        Trouble::NoSuchCommand { word: text("x"), nearest: None },
        Trouble::NoSuchCommand { word: text(""), nearest: Some(Verb::Me) },
        Trouble::TypedAhead,
        Trouble::Repeated,
        Trouble::Incomplete,
    ];
    others.into_iter().chain(about)
}

pub fn events() -> Vec<Event> {
    let (juan, ana, general) = (name("Juan"), name("Ana"), name("general"));
    let mut events = vec![
        Event::NamePrompt,
        Event::Message { room: general.clone(), message: message(&juan, MessageKind::Said, "hola") },
        Event::Message { room: general.clone(), message: message(&juan, MessageKind::Acted, "salta") },
        Event::Renamed { from: juan.clone(), to: ana.clone() },
        Event::Present { room: general.clone(), people: vec![person(5, None, true)], total: 1 },
        Event::Present {
            room: general,
            people: vec![person(5, Some("café"), false), person(0, Some("x"), true)],
            total: 300,
        },
        recalled(Occasion::Asked, vec![]),
        recalled(Occasion::Searched, vec![]),
        recalled(
            Occasion::Entering,
            vec![
                (None, message(&juan, MessageKind::Said, "hola")),
                (Some(ana.clone()), message(&juan, MessageKind::Acted, "hola")),
            ],
        ),
        Event::Motd(vec![text("Hola"), text("")]),
        Event::HistoryBusy,
        Event::AwaySet(text("café")),
        Event::AwayCleared,
        Event::Ignoring(ana.clone()),
        Event::NoLongerIgnoring(ana.clone()),
        Event::IgnoreList(vec![]),
        Event::IgnoreList(vec![juan.clone()]),
        Event::IgnoreList(vec![juan.clone(), ana.clone(), name("Eva")]),
        Event::IgnoreListFull(100),
        Event::NoSuchPerson(text("Nadie")),
        Event::ThatIsYou,
        Event::LanguageSet,
        Event::LanguageIs,
        Event::Help(None),
        Event::NameTimeout,
        Event::Stopping,
    ];
    events.extend(nodes::events().into_iter().chain([1, 312].map(Event::Skipped)));
    events.extend(administration(&juan));
    for crowd in [crowd(&["Ana"], 0), crowd(&["Ana", "Eva"], 0), crowd(&["Ana", "Luis"], 37), crowd(&[], 9)] {
        for room in [None, Some(name("cocina"))] {
            events.push(Event::Arrived { crowd: crowd.clone(), room: room.clone() });
            events.push(Event::ManyDeparted { crowd: crowd.clone(), room });
        }
    }
    events.extend(events_of_names());
    for (verb, ..) in VERBS {
        events.push(Event::Help(Some(verb)));
    }
    events.extend(troubles().map(Event::Trouble));
    events.extend(events_of_farewells());
    events.extend(events_of_places());
    events.extend(events_of_expulsions());
    events.extend(events_of_rooms());
    events.extend(super::account_events::events());
    events
}

fn events_of_farewells() -> impl Iterator<Item = Event> {
    let farewells = [
        Farewell::Plain,
        Farewell::Words(text("chao")),
        Farewell::Lost,
        Farewell::Expelled(None),
        Farewell::Expelled(Some(text("insultos"))),
    ];
    farewells.into_iter().map(|farewell| Event::Departed { name: name("Juan"), farewell })
}

fn events_of_expulsions() -> impl Iterator<Item = Event> {
    let (ana, origin) = (name("Ana"), Origin::parse("203.0.113.7"));
    let row = |name: Option<&Name>, origin, until, reason: Option<&str>| Expulsion {
        number: 1,
        account: None,
        name: name.cloned(),
        origin,
        until,
        reason: reason.map(text),
        by: Name::server(),
        at: UnixMillis(1),
    };
    let rows = [
        row(Some(&ana), origin, None, None),
        row(Some(&ana), None, Some(UnixMillis(90_000_000)), Some("insultos")),
        row(None, origin, Some(UnixMillis(60_000)), None),
    ];
    let list = |count: usize, total| ExpulsionNews::List {
        now: UnixMillis(2),
        listed: rows[..count].to_vec(),
        total,
    };
    let mut news = vec![list(0, 0), list(1, 1), list(3, 3), list(3, 312)];
    for row in &rows {
        news.push(ExpulsionNews::Readmitted(Box::new(row.clone())));
        for spared in [None, origin.map(|origin| (origin, 29))] {
            news.push(ExpulsionNews::Done(Box::new(row.clone()), spared));
        }
        news.extend(row.told(UnixMillis(2)).map(ExpulsionNews::Told));
    }
    let origin = origin.expect("an address");
    let refusals = [
        ExpulsionRefusal::NotOperator,
        ExpulsionRefusal::Malformed(text("¿?")),
        ExpulsionRefusal::Yourself,
        ExpulsionRefusal::Operator(ana.clone()),
        ExpulsionRefusal::Everybodys(origin),
        ExpulsionRefusal::OwnAddress(origin),
        ExpulsionRefusal::OperatorsAddress(origin, ana.clone()),
        ExpulsionRefusal::TooMany,
        ExpulsionRefusal::NotExpelled(text("Ana")),
    ];
    news.extend(refusals.map(ExpulsionNews::Refused));
    let told = rows.into_iter().filter_map(|row| row.told(UnixMillis(2)));
    let names: Vec<Event> =
        told.map(|told| Event::NameRefused(NameRefusal::Expelled(ana.clone(), told))).collect();
    news.into_iter().map(Event::Expulsion).chain(names)
}

fn events_of_names() -> Vec<Event> {
    let (juan, ana) = (name("Juan"), name("Ana"));
    let many = NameList { names: vec![ana.clone()], total: 12_345 };
    let welcome =
        |others| Event::Welcome { name: juan.clone(), room: None, topic: None, others, token: None };
    let mut events = Vec::from([None, Some(NameList::default()), Some(many)].map(welcome));
    for refusal in [
        NameRefusal::Malformed,
        NameRefusal::Spaced,
        NameRefusal::MixedScripts(text("Ju\u{430}n")),
        NameRefusal::InUse(ana.clone()),
        NameRefusal::Reserved(text("Tú")),
        NameRefusal::Yours(juan.clone()),
        NameRefusal::Missing,
        NameRefusal::Unregistered(ana.clone()),
        NameRefusal::NoPlace(ana.clone()),
        NameRefusal::NoSession,
    ] {
        events.push(Event::NameRefused(refusal));
    }
    events
}

fn events_of_places() -> impl Iterator<Item = Event> {
    let news = [PlaceNews::Full(1000), PlaceNews::MadeRoom, PlaceNews::Crowded, PlaceNews::GaveWay];
    let only = [false, true].map(|crowded| PlaceNews::OnlyRegistered { crowded });
    let keys = Event::KeysTried { room: name("cocina"), tries: 25, by: name("Juan") };
    news.into_iter().chain(only).map(Event::Place).chain([keys])
}

fn events_of_rooms() -> Vec<Event> {
    let (juan, ana, room) = (name("Juan"), name("Ana"), name("cocina"));
    let row = |topic: Option<&str>, keyed, member| RoomListing {
        name: name("cocina"),
        people: 2,
        topic: topic.map(text),
        keyed,
        member,
        current: member && keyed,
    };
    let rooms = vec![row(None, true, false), row(Some("recetas"), false, true), row(None, true, true)];
    let mut events = vec![
        searched(Reach::FirstWords),
        searched(Reach::Newest),
        searched(Reach::Displaced),
        Event::Rooms { rooms: rooms[..1].to_vec(), total: 1 },
        Event::Rooms { rooms, total: 312 },
        Event::Left { room: room.clone(), current: None },
        Event::Left { room: room.clone(), current: Some(name("general")) },
        Event::Invited { room: room.clone(), by: juan.clone() },
        Event::Private { from: juan.clone(), to: ana.clone(), text: text("hola"), at: UnixMillis(1) },
        Event::NobodyToAnswer,
        Event::HasLeft(juan.clone()),
        Event::NotAway,
        Event::RenamedAndOut { room: room.clone(), from: juan.clone(), to: ana.clone() },
        Event::Speaking(Some(room.clone())),
        Event::Speaking(None),
    ];
    events.extend(events_of_bans(&room, &juan, &ana));
    for away in [None, Some(text("café"))] {
        let (from, to, text, at) = (juan.clone(), ana.clone(), text("hola"), UnixMillis(1));
        events.push(Event::PrivateSent { from, to, text, at, here: true, away });
    }
    for topic in [None, Some(text("recetas"))] {
        events.push(Event::Topic { room: room.clone(), topic: topic.clone() });
        for (people, created) in [(1, true), (1, false), (7, false)] {
            let people = NameList { names: Vec::new(), total: people };
            events.push(Event::Entered { room: room.clone(), people, topic: topic.clone(), created });
        }
        let decision = Decision::Topic(topic);
        events.push(Event::Decided { room: room.clone(), by: juan.clone(), decision });
    }
    for decision in [
        Decision::Keyed(true),
        Decision::Keyed(false),
        Decision::Invited(ana.clone()),
        Decision::Kicked(ana.clone(), None),
        Decision::Kicked(ana.clone(), Some(text("por pesada"))),
        Decision::Banned(ana.clone()),
        Decision::Unbanned(ana.clone()),
        Decision::Muted(ana.clone(), true),
        Decision::Muted(ana.clone(), false),
        Decision::Moderated(true),
        Decision::Moderated(false),
        Decision::Opped(ana),
    ] {
        events.push(Event::Decided { room: room.clone(), by: juan.clone(), decision });
    }
    events.extend(events_of_refusals(&room, &juan));
    events
}

/// Those about who may not be in a room, or not speak there.
fn events_of_bans(room: &Name, juan: &Name, ana: &Name) -> Vec<Event> {
    let mut events = Vec::new();
    let one = vec![ana.clone()];
    let others = (0..=BANS_LISTED).map(|number| name(&format!("p{number}")));
    let many = one.iter().cloned().chain(others).collect();
    for (banned, muted) in [(vec![], vec![]), (one.clone(), vec![]), (many, one)] {
        events.push(Event::Bans { room: room.clone(), banned, muted });
    }
    for cause in [
        PutOut::Kicked(juan.clone(), None),
        PutOut::Kicked(juan.clone(), Some(text("por pesada"))),
        PutOut::Banned(juan.clone()),
        PutOut::Name(juan.clone()),
        PutOut::Person,
    ] {
        events.push(Event::PutOut { room: room.clone(), cause });
    }

    events
}

/// Those about what cannot be done in rooms.
fn events_of_refusals(room: &Name, juan: &Name) -> Vec<Event> {
    let mut events = Vec::new();
    for refusal in [
        RoomRefusal::Malformed,
        RoomRefusal::NoSuchRoom(text("Nadie")),
        RoomRefusal::NotIn(room.clone()),
        RoomRefusal::Nowhere,
        RoomRefusal::Banned(room.clone()),
        RoomRefusal::Closed(room.clone()),
        RoomRefusal::KeyWait(room.clone(), Duration::from_secs(4)),
        RoomRefusal::TooMany,
        RoomRefusal::NoneLeft,
        RoomRefusal::OverShare,
        RoomRefusal::NotOperator(room.clone()),
        RoomRefusal::MayNotSpeak(room.clone()),
        RoomRefusal::NotThere(text("Nadie"), room.clone()),
        RoomRefusal::NotBanned(juan.clone(), room.clone()),
        RoomRefusal::Yourself,
        RoomRefusal::WrongKey(room.clone()),
        RoomRefusal::BannedOnArrival(room.clone()),
        RoomRefusal::Everybodys(room.clone()),
    ] {
        events.push(Event::RoomRefused(refusal));
    }
    for words in [Wording::Topic, Wording::Key, Wording::Reason] {
        events.push(Event::Trouble(Trouble::Exceeds(words)));
    }
    events
}

fn is_prompt(event: &Event) -> bool {
    matches!(event, Event::NamePrompt | Event::PasswordPrompt(..))
}

fn encode(event: &Event, language: Language, crlf: bool) -> String {
    let mut encoder = Encoder::default();
    let encoding = encoder.encode(event, Format::Line { language, crlf }, true);
    assert_eq!(encoding.is_prompt, is_prompt(event), "{event:?}");
    String::from_utf8(encoding.bytes.to_vec()).unwrap()
}

#[test]
fn events_are_whole_lines_of_words() {
    let events = events();
    assert_eq!(events.iter().map(kind_of).collect::<HashSet<_>>().len(), KINDS, "there is one of each kind");
    for event in &events {
        for language in [Spanish, English] {
            let lines = encode(event, language, false);
            assert!(!lines.trim().is_empty(), "{event:?}");
            assert!(!lines.contains(|c: char| c.is_control() && c != '\n'), "{lines:?}");
            assert_eq!(lines.ends_with('\n'), !is_prompt(event), "{lines:?}");
            if !is_prompt(event) {
                assert!(lines.lines().all(|line| line.trim_end() == line), "spaces at the end of {lines:?}");
            }
            assert_eq!(encode(event, language, true), lines.replace('\n', "\r\n"));
        }
    }
}

#[test]
fn words_of_the_server_are_in_both_languages() {
    for event in events() {
        let same = encode(&event, Spanish, false) == encode(&event, English, false);
        let words_of_people = match &event {
            Event::Message { .. } | Event::Missed { .. } | Event::Motd(_) => true,
            Event::Recalled { lines, .. } => !lines.is_empty(),
            _ => false,
        };
        assert_eq!(same, words_of_people, "{event:?}");
    }
}

#[test]
fn names_and_words_and_numbers_are_in_the_line() {
    for event in events() {
        for language in [Spanish, English] {
            let line = encode(&event, language, false);
            let parts: &[&str] = match &event {
                Event::Welcome { others: Some(NameList { total: 12_345, .. }), .. } => {
                    &["Juan", "Ana", "12", "344"]
                }
                Event::Welcome { .. } => &["Juan", "/"],
                Event::Resumed { .. } => &["Juan"],
                Event::Renamed { .. } => &["Juan", "Ana"],
                Event::Entered { .. } | Event::Left { .. } | Event::Rooms { .. } => &["#cocina"],
                Event::Topic { .. } | Event::Bans { .. } | Event::Speaking(Some(_)) => &["#cocina"],
                Event::PutOut { cause: PutOut::Person, .. } => &["#cocina"],
                Event::PutOut { .. } => &["Juan", "#cocina"],
                Event::RenamedAndOut { .. } => &["Juan", "Ana", "#cocina"],
                Event::Invited { .. } => &["Juan", "#cocina"],
                Event::Decided { decision: Decision::Topic(_), .. } => &["Juan", "#cocina"],
                Event::Decided { decision: Decision::Keyed(_) | Decision::Moderated(_), .. } => {
                    &["Juan", "#cocina"]
                }
                Event::Decided { .. } => &["Juan", "#cocina", "Ana"],
                Event::Private { .. } => &["Juan", "hola"],
                Event::PrivateSent { .. } => &["Ana", "hola"],
                Event::RoomRefused(RoomRefusal::NoSuchRoom(_)) => &["'Nadie'"],
                Event::RoomRefused(RoomRefusal::NotThere(..)) => &["'Nadie'", "#cocina"],
                Event::RoomRefused(RoomRefusal::TooMany) => &["20"],
                Event::RoomRefused(RoomRefusal::NoneLeft) => &["10", "000"],
                Event::RoomRefused(
                    RoomRefusal::Malformed
                    | RoomRefusal::Nowhere
                    | RoomRefusal::Yourself
                    | RoomRefusal::OverShare,
                ) => &[],
                Event::RoomRefused(RoomRefusal::NotBanned(..)) => &["'Juan'", "#cocina"],
                Event::RoomRefused(_) => &["#cocina"],
                Event::AwaySet(_) => &["café"],
                Event::Ignoring(_) | Event::NoLongerIgnoring(_) => &["Ana"],
                Event::NoSuchPerson(_) => &["Nadie"],
                Event::IgnoreListFull(_) => &["100"],
                Event::Place(PlaceNews::Full(_)) => &["1000"],
                Event::Trouble(Trouble::TooLong) => &["4096"],
                Event::Trouble(Trouble::Exceeds(Wording::Topic)) => &["400"],
                Event::Trouble(Trouble::Exceeds(Wording::Key)) => &["100"],
                Event::Trouble(Trouble::Exceeds(Wording::Reason)) => &["300"],
                Event::Skipped(312) => &["[… 312 "],
                Event::NameRefused(NameRefusal::Malformed) => &["20"],
                Event::NameRefused(NameRefusal::Reserved(_)) => &["'Tú'"],
                Event::NameRefused(NameRefusal::MixedScripts(_)) => &["'Ju\u{430}n'"],
                _ => &[],
            };
            assert!(parts.iter().all(|part| line.contains(part)), "{parts:?} in {line:?}");
        }
    }
}

#[test]
fn numbers_have_their_thousands_apart() {
    for (number, spanish, english) in [
        (1, "1", "1"),
        (4096, "4096", "4096"),
        (10_000, "10 000", "10,000"),
        (123_456, "123 456", "123,456"),
        (1_234_567, "1 234 567", "1,234,567"),
    ] {
        assert_eq!(locale::number(number, Spanish), spanish);
        assert_eq!(locale::number(number, English), english);
    }
    let full = Event::Place(PlaceNews::Full(20_000));
    assert!(encode(&full, Spanish, false).contains("(20 000 personas)"));
    assert!(encode(&full, English, false).contains("(20,000 people)"));
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
        (&["Ana"], 6, ">>> Ana y 6 más se unieron al chat", ">>> Ana and 6 more joined the chat"),
        (&[], 9, ">>> 9 personas se unieron al chat", ">>> 9 people joined the chat"),
        (&[], 1, ">>> 1 persona se unió al chat", ">>> 1 person joined the chat"),
    ] {
        let came = Event::Arrived { crowd: crowd(names, more), room: None };
        assert_eq!(encode(&came, Spanish, false), format!("{spanish}\n"));
        assert_eq!(encode(&came, English, false), format!("{english}\n"));
        let left =
            spanish.replace(">>>", "<<<").replace("unieron al", "#").replace("se unió al", "salió del");
        let left = left.replace("se #", "salieron del");
        let gone = Event::ManyDeparted { crowd: crowd(names, more), room: None };
        assert_eq!(encode(&gone, Spanish, false), format!("{left}\n"));
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
        let people = vec![person(seconds, None, false)];
        let event = Event::Present { room: name("general"), people, total: 1 };
        let spanish = encode(&event, Spanish, false);
        assert!(spanish.contains(&format!("Ana (hace {span})\n")), "{spanish}");
        let english = encode(&event, English, false);
        assert!(english.contains(&format!("Ana ({span} ago)\n")), "{english}");
    }
}

#[test]
fn encoder_forgets_the_event_and_the_format_before() {
    let mut encoder = Encoder::default();
    let lf = Format::Line { language: Spanish, crlf: false };
    let crlf = Format::Line { language: English, crlf: true };
    for (event, format, expected) in [
        (Event::Skipped(2), lf, encode(&Event::Skipped(2), Spanish, false)),
        (Event::Skipped(2), crlf, encode(&Event::Skipped(2), English, true)),
        (Event::Stopping, lf, encode(&Event::Stopping, Spanish, false)),
        (Event::ThatIsYou, crlf, encode(&Event::ThatIsYou, English, true)),
    ] {
        assert_eq!(encoder.encode(&event, format, true).bytes, expected.as_bytes());
    }
}
