//! Words and actions: the others hear them, in one order, and nobody else does.

use super::{Chat, NOTHING, act};
use tertulia::chat::{ClientId, CloseReason, Command, Input, Language, LogEntry, Trouble, Verb};

#[test]
fn words_reach_the_others() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    let newcomer = chat.connects();
    chat.hears(newcomer);
    chat.says(juan, "Hola a todos!");
    assert_eq!(chat.hears(ana), ["Juan: Hola a todos!"]);
    assert_eq!(chat.hears(eva), ["Juan: Hola a todos!"]);
    assert_eq!(chat.hears(juan), NOTHING, "who speaks knows what they said");
    assert_eq!(chat.hears(newcomer), NOTHING, "who has no name is not in the room");
    let name = chat.hub.name(juan).unwrap().clone();
    assert_eq!(chat.notes, [LogEntry::Said(super::name("general"), name, super::text("Hola a todos!"))]);
}

#[test]
fn blank_lines_are_nothing() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    for blank in ["", " ", "\t  ", "\u{A0}", "\u{3000}", "\u{200D}", "\u{2800}"] {
        chat.says(juan, blank);
        assert_eq!(chat.hears(ana), NOTHING, "{}", blank.escape_unicode());
        assert_eq!(chat.hears(juan), NOTHING);
    }
    assert!(chat.notes.is_empty());
}

#[test]
fn the_spaces_of_words_are_theirs() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.says(juan, "   def f():\treturn 1  ");
    assert_eq!(chat.hears(ana), ["Juan:    def f():\treturn 1  "]);
}

#[test]
fn actions_are_told_in_the_third_person() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, act("saluda"));
    assert_eq!(chat.hears(ana), ["* Juan saluda"]);
    assert_eq!(chat.hears(juan), NOTHING);
    let name = chat.hub.name(juan).unwrap().clone();
    assert_eq!(chat.notes, [LogEntry::Acted(super::name("general"), name, super::text("saluda"))]);
}

#[test]
fn everyone_hears_the_room_in_one_order() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    for (who, words) in [(juan, "1"), (ana, "2"), (juan, "3"), (juan, "4"), (ana, "5")] {
        chat.says(who, words);
    }
    assert_eq!(chat.hears(eva), ["Juan: 1", "Ana: 2", "Juan: 3", "Juan: 4", "Ana: 5"]);
    assert_eq!(chat.hears(juan), ["Ana: 2", "Ana: 5"]);
}

#[test]
fn answers_go_to_who_asked() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    let unclear = Trouble::NoSuchCommand { word: super::text("x"), nearest: None };
    for command in [
        Command::Who(None),
        Command::Rooms,
        Command::Topic(None),
        Command::Reply(super::text("hola")),
        Command::Key(None),
        Command::Away(None),
        Command::Ignore(None),
        Command::Help(None),
        Command::Help(Some(Verb::Who)),
        Command::Language(None),
        Command::Language(Some(Language::English)),
        Command::Unclear(unclear),
        Command::Unclear(Trouble::TooLong),
        Command::Unclear(Trouble::Usage(Verb::Me)),
    ] {
        chat.does(juan, command.clone());
        assert_eq!(chat.hears(juan).len(), 1, "{command:?}");
        assert_eq!(chat.hears(ana), NOTHING, "{command:?}");
    }
    assert_eq!(chat.spoken, [(juan, Language::English)]);
    assert!(chat.notes.is_empty(), "the console shows none of it");
}

#[test]
fn what_comes_late_from_who_left_reaches_nobody() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.quits(juan);
    let eva = chat.enters("Eva");
    assert_eq!(eva.slot(), juan.slot(), "the place is taken again");
    chat.hush();
    for stale in [juan, ClientId::new(77, 1)] {
        chat.says(stale, "hola");
        chat.does(stale, Command::Quit(None));
        chat.apply(Input::Disconnected(stale, CloseReason::Lost));
    }
    assert_eq!(chat.hears(ana), NOTHING);
    assert_eq!(chat.hears(eva), NOTHING);
    assert_eq!((chat.hub.people(), chat.closed.len()), (2, 0));
}
