//! Words and actions: the others hear them, in one order, and nobody else does.

use super::{Chat, NOTHING, act};
use crate::support::book::Book;
use tertulia::chat::{
    ChatConfig, ClientId, CloseReason, Command, Event, Input, Language, LogEntry, MessageId, MessageKind,
    Trouble, Verb,
};

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
    assert_eq!(chat.logged(), ["#general Juan: Hola a todos!"]);
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
fn spaces_of_words_are_theirs() {
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
    assert_eq!(chat.logged(), ["#general * Juan saluda"]);
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
        Command::Topic { room: None, topic: None },
        Command::Reply(super::text("hola")),
        Command::Key { room: None, key: None },
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
fn input_that_comes_late_from_a_client_that_left_reaches_nobody() {
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

#[test]
fn message_is_the_same_for_those_who_hear_it_for_the_history_and_for_the_log() {
    let config = ChatConfig { next_message: MessageId(41), ..ChatConfig::default() };
    let mut chat = Chat::with(config, Book::default());
    let [juan, ana] = ["Juan", "Ana"].map(|name| chat.enters(name));
    chat.hears(ana);
    chat.says(juan, "hola");
    chat.does(ana, act("saluda"));
    chat.says(juan, "");
    chat.says(juan, "adiós");
    let kept: Vec<_> =
        chat.kept.iter().map(|message| (message.id, message.kind, message.text.as_str())).collect();
    let (said, acted) = (MessageKind::Said, MessageKind::Acted);
    let expected =
        [(MessageId(41), said, "hola"), (MessageId(42), acted, "saluda"), (MessageId(43), said, "adiós")];
    assert_eq!(kept, expected, "ids rise from the one that was given, and none is left out");
    let logged = chat.notes.iter().filter_map(|note| match note {
        LogEntry::Message(_, message) => Some(message),
        _ => None,
    });
    assert!(logged.eq(&chat.kept), "{:?}", chat.notes);
    let heard = chat.events(ana).into_iter().filter_map(|event| match event {
        Event::Message { message, .. } => Some(message),
        _ => None,
    });
    assert!(heard.eq([chat.kept[0].clone(), chat.kept[2].clone()]), "those of others");
}
