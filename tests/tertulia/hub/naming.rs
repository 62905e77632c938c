//! Getting a name, and changing it.

use super::{Chat, NOTHING, SECOND, act, away, ignore, nick};
use tertulia::chat::{CloseReason, Command, Language, LogEntry, Trouble, Verb};
use tertulia::limits::NAME_MAX_CHARS;

#[test]
fn name_lets_in_and_the_others_hear_of_it() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    let juan = chat.connects();
    assert_eq!(chat.hears(juan), ["name?"]);
    assert_eq!(chat.hub.people(), 1, "who has no name is not in the chat");
    assert_eq!(chat.hears(ana), NOTHING);
    chat.says(juan, "Juan");
    assert_eq!(chat.hears(juan), ["welcome Juan"]);
    assert_eq!(chat.hears(ana), [">>> Juan"]);
    assert_eq!(chat.hub.people(), 2);
    assert_eq!(chat.notes, [LogEntry::Arrived(juan, chat.hub.name(juan).unwrap().clone())]);
}

#[test]
fn spaces_around_a_name_are_not_part_of_it() {
    let mut chat = Chat::new();
    let juan = chat.connects();
    chat.says(juan, " \t Juan  ");
    assert_eq!(chat.hears(juan), ["name?", "welcome Juan"]);
}

#[test]
fn name_that_cannot_be_had_is_asked_for_again() {
    let (mut chat, [_bob, _carmen]) = Chat::of(["Bob", "Carmen"]);
    let juan = chat.connects();
    chat.hears(juan);
    let too_long = "a".repeat(NAME_MAX_CHARS + 1);
    for (name, refusal) in [
        ("", "malformed"),
        ("   ", "malformed"),
        ("2juan", "malformed"),
        ("Juan Carlos", "spaced"),
        ("Juan!", "malformed"),
        (&too_long, "malformed"),
        ("Bob", "in use: Bob"),
        ("BOB", "in use: BOB"),
        ("B0b", "in use: B0b"),
        ("Carrnen", "in use: Carrnen"),
        ("Tú", "reserved: Tú"),
        ("you", "reserved: you"),
        ("Servidor", "reserved: Servidor"),
        ("server", "reserved: server"),
    ] {
        chat.says(juan, name);
        assert_eq!(chat.hears(juan), [refusal, "name?"], "{name:?}");
        assert_eq!(chat.hub.name(juan), None);
    }
    chat.says(juan, "Juan");
    assert_eq!(chat.hears(juan), ["welcome Juan"], "one may try as often as one likes");
}

#[test]
fn newcomer_can_ask_for_help_and_a_language_and_leave() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    let juan = chat.connects();
    chat.hears(juan);
    for command in [act("saluda"), Command::Who(None), away("café"), ignore("Ana")] {
        chat.does(juan, command);
        assert_eq!(chat.hears(juan), ["name first", "name?"]);
    }
    chat.does(juan, Command::Help(Some(Verb::Quit)));
    assert_eq!(chat.hears(juan), ["Help(Some(Quit))", "name?"]);
    chat.does(juan, Command::Language(Some(Language::English)));
    assert_eq!(chat.hears(juan), ["LanguageSet", "name?"]);
    assert_eq!(chat.spoken, [(juan, Language::English)]);
    chat.does(juan, Command::Language(None));
    assert_eq!(chat.hears(juan), ["LanguageIs", "name?"]);
    chat.does(juan, Command::Unclear(Trouble::TooLong));
    assert_eq!(chat.hears(juan), ["Trouble(TooLong)", "name?"]);
    chat.does(juan, Command::Unclear(Trouble::NotUtf8));
    assert_eq!(chat.hears(juan), ["Trouble(NotUtf8)"], "the line it is about asks again");
    chat.quits(juan);
    assert_eq!(chat.hears(ana), NOTHING, "who never had a name comes and goes unseen");
    assert!(chat.notes.is_empty());
}

#[test]
fn nick_gives_the_first_name_too() {
    let mut chat = Chat::new();
    let juan = chat.connects();
    chat.does(juan, nick("Juan"));
    assert_eq!(chat.hears(juan), ["name?", "welcome Juan"]);
}

#[test]
fn name_is_free_when_its_owner_has_left() {
    let mut chat = Chat::new();
    let juan = chat.enters("Juan");
    chat.quits(juan);
    let juan = chat.enters("JUAN");
    chat.ends(juan, CloseReason::Lost);
    let juan = chat.enters("juan");
    chat.does(juan, nick("Pedro"));
    chat.enters("Juan");
    assert_eq!(chat.hub.people(), 2);
}

#[test]
fn new_name_is_told_to_all() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    let newcomer = chat.connects();
    chat.hears(newcomer);
    chat.does(juan, nick(" Juancho "));
    assert_eq!(chat.hears(juan), ["--- Juan is Juancho"]);
    assert_eq!(chat.hears(ana), ["--- Juan is Juancho"]);
    assert_eq!(chat.hears(newcomer), NOTHING);
    chat.says(juan, "hola");
    assert_eq!(chat.hears(ana), ["Juancho: hola"]);
    chat.says(newcomer, "Juancho");
    assert_eq!(chat.hears(newcomer), ["in use: Juancho", "name?"]);
    chat.says(newcomer, "Juan");
    assert_eq!(chat.hears(newcomer), ["welcome Juan"]);
    let renamed = chat.notes.iter().filter(|note| matches!(note, LogEntry::Renamed(..))).count();
    assert_eq!(renamed, 1, "the console shows it");
}

#[test]
fn new_name_obeys_the_rules_for_names() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    for (name, answer) in [
        ("Ana", "in use: Ana"),
        ("ANA", "in use: ANA"),
        ("2", "malformed"),
        ("servidor", "reserved: servidor"),
        ("Juan", "yours: Juan"),
    ] {
        chat.does(juan, nick(name));
        assert_eq!(chat.hears(juan), [answer]);
        assert_eq!(chat.hears(ana), NOTHING);
    }
    chat.says(juan, "sigo siendo yo");
    assert_eq!(chat.hears(ana), ["Juan: sigo siendo yo"]);
}

#[test]
fn ones_own_name_may_change_its_capitals() {
    let (mut chat, [juan, ana]) = Chat::of(["juan", "Ana"]);
    chat.does(juan, nick("Juan"));
    assert_eq!(chat.hears(ana), ["--- juan is Juan"]);
    let other = chat.connects();
    chat.says(other, "juan");
    assert_eq!(chat.hears(other), ["name?", "in use: juan", "name?"]);
}

#[test]
fn names_can_be_exchanged_through_a_third() {
    let (mut chat, [a, b]) = Chat::of(["Ana", "Luis"]);
    for (who, name) in [(a, "Eva"), (b, "Ana"), (a, "Luis")] {
        chat.does(who, nick(name));
    }
    chat.hush();
    chat.says(a, "yo era Ana");
    assert_eq!(chat.hears(b), ["Luis: yo era Ana"]);
    chat.says(b, "y yo Luis");
    assert_eq!(chat.hears(a), ["Ana: y yo Luis"]);
    chat.waits(SECOND);
}

#[test]
fn names_of_a_crowd_are_each_in_use_until_they_leave() {
    const PEOPLE: usize = 600;
    let name = |number: usize| format!("Zoé-{}", number * 7919 % 10_007);
    let alike = |number: usize| format!("ZOE-{}", number * 7919 % 10_007);
    let mut chat = Chat::new();
    let ids: Vec<_> = (0..PEOPLE).map(|number| chat.enters(&name(number))).collect();
    let newcomer = chat.connects();
    chat.hush();
    // In an order of their own, every second one leaves, then the others.
    let order = (0..PEOPLE).map(|at| at * 263 % PEOPLE);
    let (even, odd): (Vec<_>, Vec<_>) = order.partition(|number| number % 2 == 0);
    let mut gone = [false; PEOPLE];
    for leaving in [&even, &odd] {
        for (number, &is_gone) in gone.iter().enumerate() {
            let refused = [format!("in use: {}", alike(number)), "name?".into()];
            let had = [format!("welcome {}", alike(number))];
            match is_gone {
                false => {
                    chat.says(newcomer, &alike(number));
                    assert_eq!(chat.hears(newcomer), refused);
                }
                true => {
                    let another = chat.connects();
                    chat.says(another, &alike(number));
                    assert_eq!(chat.hears(another)[1..], had);
                    chat.quits(another);
                }
            }
        }
        for &number in leaving {
            chat.quits(ids[number]);
            gone[number] = true;
        }
        chat.hush();
    }
    chat.says(newcomer, &alike(0));
    assert_eq!(chat.hears(newcomer), [format!("welcome {}", alike(0))]);
}
