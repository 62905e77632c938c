//! Who is here, since when they are quiet, and who is away.

use std::time::Duration;

use super::{Chat, NOTHING, SECOND, act, away};
use tertulia::chat::{Command, Event, Person};
use tertulia::limits::WHO_MAX_PEOPLE;

#[test]
fn who_lists_people_by_name_with_their_idle_time() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["juan", "Eva", "Ana"]);
    let start = chat.now;
    for who in [juan, ana, eva] {
        chat.says(who, "hola");
    }
    chat.waits(100 * SECOND);
    chat.does(ana, act("bosteza"));
    chat.waits(23 * SECOND);
    chat.events(juan);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["3 here: Ana 123s, Eva 23s, juan* 0s"]);
    assert_eq!(chat.now.since(start), 123 * SECOND);
}

#[test]
fn who_lists_a_member_who_is_alone() {
    let (mut chat, [juan]) = Chat::of(["Juan"]);
    let newcomer = chat.connects();
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["1 here: Juan* 0s"], "a newcomer is not in the room");
    chat.says(newcomer, "Eva");
    chat.does(newcomer, Command::Who(None));
    assert_eq!(chat.hears(newcomer).last().unwrap(), "2 here: Eva* 0s, Juan 0s");
}

#[test]
fn idle_time_ends_with_whatever_is_sent() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    for command in [
        Command::Help(None),
        Command::Say { room: None, text: super::text("") },
        away("x"),
        super::ignore("Juan"),
    ] {
        chat.waits(60 * SECOND);
        chat.does(ana, command);
        chat.events(juan);
        chat.does(juan, Command::Who(None));
        assert!(chat.hears(juan)[0].contains("Ana 0s"));
    }
}

#[test]
fn away_is_shown_until_one_comes_back() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, away("café"));
    assert_eq!(chat.hears(ana), ["away: café"]);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Ana 0s (café), Juan* 0s"], "the others find it when they ask");
    chat.does(ana, away("comiendo"));
    chat.says(ana, "un segundo");
    chat.hears(juan);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Ana 0s (comiendo), Juan* 0s"], "speaking is not coming back");
    chat.does(ana, Command::Away(None));
    assert_eq!(chat.hears(ana), ["away: comiendo", "back"]);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Ana 0s, Juan* 0s"]);
    chat.does(ana, Command::Away(None));
    assert_eq!(chat.hears(ana), ["not away"]);
}

#[test]
fn away_goes_with_its_person() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, away("café"));
    chat.does(ana, super::nick("Anita"));
    chat.hears(juan);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Anita 0s (café), Juan* 0s"]);
    chat.quits(ana);
    chat.enters("Anita");
    chat.hears(juan);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Anita 0s, Juan* 0s"], "a new session is not away");
}

/// People listed for `who` asking, and how many there are in all.
fn present(chat: &mut Chat, who: tertulia::chat::ClientId) -> (Vec<Person>, usize) {
    chat.events(who);
    chat.does(who, Command::Who(None));
    match chat.events(who).pop() {
        Some(Event::Present { people, total, .. }) => (people, total),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_lists_the_liveliest_of_very_many() {
    let mut chat = Chat::new();
    let ids: Vec<_> = (0..WHO_MAX_PEOPLE + 50)
        .map(|i| {
            chat.waits(Duration::from_millis(10));
            chat.enters(&format!("p{i}"))
        })
        .collect();
    chat.waits(60 * SECOND);
    chat.says(ids[3], "hola");
    let (people, total) = present(&mut chat, ids[7]);
    assert_eq!((people.len(), total), (WHO_MAX_PEOPLE, WHO_MAX_PEOPLE + 50));
    let listed = |i: usize| people.iter().any(|person| person.name.as_str() == format!("p{i}"));
    assert!(listed(3) && listed(7), "who has just written is listed");
    assert!(listed(WHO_MAX_PEOPLE + 49) && !listed(0) && !listed(20), "who came first is idle longest");
    assert_eq!(people.iter().filter(|person| person.you).count(), 1);
    let names: Vec<_> = people.iter().map(|person| person.name.as_str().to_lowercase()).collect();
    assert!(names.is_sorted(), "by name all the same");
}

#[test]
fn exactly_as_many_as_fit_are_all_listed() {
    let mut chat = Chat::new();
    let ids: Vec<_> = (0..WHO_MAX_PEOPLE).map(|i| chat.enters(&format!("p{i}"))).collect();
    assert_eq!(present(&mut chat, ids[0]).0.len(), WHO_MAX_PEOPLE);
}

#[test]
fn who_lists_its_sender_however_many_are_as_lively() {
    let mut chat = Chat::new();
    let ids: Vec<_> = (0..WHO_MAX_PEOPLE + 100).map(|i| chat.enters(&format!("p{i}"))).collect();
    for &id in &ids {
        let (people, _) = present(&mut chat, id);
        assert!(people.iter().any(|person| person.you), "{id:?} does not find themselves");
    }
    assert_eq!(chat.hears(ids[0]), NOTHING);
}
