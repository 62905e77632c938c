//! What is kept of people's words is bounded in bytes: the words themselves, and the answers made of them.

use tertulia::chat::{ChatConfig, ClientId, Command, Event, RoomKey, RoomRecord, Text};
use tertulia::limits::{
    ANSWER_MAX_BYTES, DECISIONS_MAX, DECISIONS_PER_ROOM, IGNORED_ALWAYS, IGNORED_BEYOND_MAX, IGNORED_MAX,
    KEY_MAX_BYTES, REASON_MAX_BYTES, ROOMS_LISTED, TOPIC_MAX_BYTES, WHO_MAX_PEOPLE,
};

use super::{Book, Chat, NOTHING, away, ignore, join, leave, name, text, topic};

/// What makes a command of words.
type Order = fn(&str) -> Command;

/// `bytes` bytes of words, in letters of two bytes.
fn long(bytes: usize) -> String {
    "ñ".repeat(bytes / 2) + &"n".repeat(bytes % 2)
}

#[test]
fn words_that_are_kept_are_refused_as_a_whole_when_they_are_too_long() {
    let (mut chat, [olga, ana]) = Chat::of(["Olga", "Ana"]);
    chat.does(olga, join("sala"));
    chat.does(ana, join("sala"));
    chat.hush();
    let kick = |reason: &str| Command::Kick { room: None, whom: text("Ana"), reason: Some(text(reason)) };
    let key = |words: &str| Command::Key { room: None, key: Some(text(words)) };
    let cases: [(&str, Order, usize); 4] = [
        ("Topic", topic, TOPIC_MAX_BYTES),
        ("Key", key, KEY_MAX_BYTES),
        ("Reason", away, REASON_MAX_BYTES),
        ("Reason", kick, REASON_MAX_BYTES),
    ];
    for (what, command, most) in cases {
        chat.hears(ana);
        chat.changes.clear();
        chat.does(olga, command(&long(most + 1)));
        assert_eq!(chat.hears(olga), [format!("Trouble(Exceeds({what}))")]);
        assert_eq!(chat.hears(ana), NOTHING, "{what}: nothing was done");
        assert_eq!(chat.changes, []);
        chat.does(olga, command(&long(most)));
        assert!(chat.hears(olga)[0].contains(if what == "Key" { "locked" } else { "ñ" }), "{what}");
    }
}

#[test]
fn key_from_before_its_bound_opens_as_it_did() {
    let rooms = vec![RoomRecord {
        lock: Some(text(&long(4_000)).cut(KEY_MAX_BYTES)),
        ..RoomRecord::new(RoomKey(7), name("cueva"))
    }];
    let mut chat = Chat::with(ChatConfig { rooms, next_key: 8, ..ChatConfig::default() }, Book::default());
    let ana = chat.enters("Ana");
    let enter = |key: &str| Command::Join { room: text("cueva"), key: Some(text(key)) };
    chat.hush();
    chat.does(ana, enter("otra"));
    chat.does(ana, enter(&long(4_000)));
    assert_eq!(chat.hears(ana), ["#cueva has another key", "in #cueva: 1"]);
}

/// What the rows of an answer are at least, written down.
fn bytes(event: &Event) -> (usize, usize, usize) {
    let of = |text: &Option<Text>| text.as_ref().map_or(0, |text| text.as_str().len());
    match event {
        Event::Present { people, total, .. } => {
            let bytes = people.iter().map(|person| person.name.as_str().len() + of(&person.away)).sum();
            (people.len(), *total, bytes)
        }
        Event::Rooms { rooms, total } => {
            let bytes = rooms.iter().map(|row| row.name.as_str().len() + of(&row.topic)).sum();
            (rooms.len(), *total, bytes)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn answer_about_many_people_and_rooms_fits_and_says_how_many_there_are() {
    let mut chat = Chat::new();
    let ids: Vec<ClientId> = (0..WHO_MAX_PEOPLE).map(|number| chat.enters(&format!("p{number}"))).collect();
    for (number, &id) in ids.iter().enumerate() {
        chat.does(id, away(&long(REASON_MAX_BYTES)));
        chat.does(id, join(&format!("s{number}")));
        chat.does(id, topic(&long(TOPIC_MAX_BYTES)));
    }
    chat.hush();
    let asker = ids[WHO_MAX_PEOPLE / 2];
    chat.does(asker, Command::Who(Some(text("general"))));
    chat.does(asker, Command::Rooms);
    let events = chat.events(asker);
    for (event, most, there) in
        [(&events[0], WHO_MAX_PEOPLE, WHO_MAX_PEOPLE), (&events[1], ROOMS_LISTED, WHO_MAX_PEOPLE + 1)]
    {
        let (rows, total, bytes) = bytes(event);
        assert_eq!(total, there);
        assert!(rows < most && rows * 450 > ANSWER_MAX_BYTES * 3 / 4, "{rows} rows of {most}");
        assert!(bytes <= ANSWER_MAX_BYTES, "{bytes} bytes");
    }
    let Event::Present { people, .. } = &events[0] else { panic!("who is here") };
    assert!(people.iter().any(|person| person.you), "who asks is among them");
    let Event::Rooms { rooms, .. } = &events[1] else { panic!("the rooms") };
    assert_eq!(rooms[0].name, name("general"), "and the room with most people among those");
}

#[test]
fn decisions_of_all_rooms_are_bounded_and_the_room_with_most_gives_way() {
    let names =
        |letter: char| (0..DECISIONS_PER_ROOM).map(|n| name(&format!("{letter}{n}"))).collect::<Vec<_>>();
    let (banned, muted) = (names('b'), names('m'));
    let full = |key: usize| {
        let (banned, muted) = (banned.clone(), muted.clone());
        RoomRecord { banned, muted, ..RoomRecord::new(RoomKey(key as u64), name(&format!("s{key}"))) }
    };
    let rooms = DECISIONS_MAX / (2 * DECISIONS_PER_ROOM);
    let config =
        ChatConfig { rooms: (1..=rooms).map(full).collect(), next_key: 1_000, ..ChatConfig::default() };
    let mut chat = Chat::with(config, Book::default());
    let olga = chat.enters("Olga");
    chat.does(olga, join("chica"));
    for whom in ["Pedro", "Luis", "Eva"] {
        chat.does(olga, Command::Ban { room: None, whom: text(whom) });
    }
    let records = || (1..=1_000).filter_map(|key| chat.hub.room_record(RoomKey(key)));
    let all: usize = records().map(|record| record.banned.len() + record.muted.len()).sum();
    assert_eq!(all, DECISIONS_MAX);
    let small = records().last().expect("her room");
    assert_eq!(small.banned, ["Pedro", "Luis", "Eva"].map(name), "a room with few keeps them");
    // What was forgotten is forgotten in the file too.
    for record in chat.records.values() {
        let room = chat.hub.room_record(record.key).expect("it is there");
        assert_eq!((&record.banned, &record.muted), (&room.banned, &room.muted));
    }
}

#[test]
fn people_hidden_by_all_are_bounded_and_everybody_may_hide_a_few() {
    let people = IGNORED_BEYOND_MAX / (IGNORED_MAX - IGNORED_ALWAYS) + 2;
    let mut chat = Chat::new();
    let ids: Vec<ClientId> =
        (0..people.max(IGNORED_MAX + 1)).map(|n| chat.enters(&format!("p{n}"))).collect();
    chat.hush();
    let mut refused = 0;
    for (own, &id) in ids.iter().enumerate().take(people) {
        for whom in (0..=IGNORED_MAX).filter(|&whom| whom != own).take(IGNORED_MAX) {
            chat.does(id, ignore(&format!("p{whom}")));
        }
        refused = chat.hears(id).iter().filter(|line| line.starts_with("IgnoreListFull")).count();
    }
    assert_eq!(refused, IGNORED_MAX - IGNORED_ALWAYS, "the last one hides those whom everybody may hide");
}

#[test]
fn coming_and_going_within_a_second_leaves_nothing() {
    let (mut chat, [olga, ana]) = Chat::of(["Olga", "Ana"]);
    chat.does(olga, join("sala"));
    chat.hush();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        for _ in 0..1_000 {
            chat.does(ana, join("sala"));
            chat.does(ana, leave("sala"));
        }
        chat.hears(olga);
        sizes.push(format!("{:?}", chat.hub).len());
    }
    assert!(sizes[2] <= sizes[0] + 16, "what the hub holds grows: {sizes:?}");
    chat.waits(super::SECOND);
    assert_eq!(chat.hears(olga), ["<<< Ana #sala"], "she was known to be there");
    chat.does(ana, join("sala"));
    assert_eq!(chat.hears(olga), [">>> Ana #sala"], "and is heard of as ever");
}
