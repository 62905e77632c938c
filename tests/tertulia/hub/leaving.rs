//! Leaving: by one's own will, by a lost connection, or because the server stops.

use super::{Chat, NOTHING, SECOND, text};
use tertulia::chat::{CloseReason, Command, Input, LogEntry, MonoTime};
use tertulia::limits::WRITES_PER_TURN;

#[test]
fn others_hear_how_somebody_left() {
    for (leave, heard) in [
        (None, "<<< Juan"),
        (Some(CloseReason::EndOfInput), "<<< Juan"),
        (Some(CloseReason::Lost), "<<< Juan lost"),
        (Some(CloseReason::Stalled), "<<< Juan lost"),
    ] {
        let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
        let name = chat.hub.name(juan).unwrap().clone();
        match leave {
            None => chat.quits(juan),
            Some(reason) => chat.ends(juan, reason),
        }
        assert_eq!(chat.hears(ana), [heard]);
        assert_eq!(chat.hears(juan), NOTHING, "who leaves needs no telling");
        assert_eq!(chat.notes, [LogEntry::Left(name, leave.unwrap_or(CloseReason::Quit))]);
        assert_eq!((chat.hub.people(), chat.hub.name(juan)), (1, None));
    }
}

#[test]
fn last_words_are_heard() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, Command::Quit(Some(text("me voy a cenar"))));
    assert_eq!(chat.closed, [(juan, CloseReason::Quit)]);
    assert_eq!(chat.hears(ana), ["<<< Juan (me voy a cenar)"]);
}

#[test]
fn members_who_stay_still_hear_each_other() {
    let (mut chat, [a, b, c, d]) = Chat::of(["Ana", "Luis", "Eva", "Iker"]);
    chat.quits(a);
    chat.quits(c);
    chat.hush();
    chat.says(b, "quedamos dos");
    assert_eq!(chat.hears(d), ["Luis: quedamos dos"]);
    chat.says(d, "sí");
    assert_eq!(chat.hears(b), ["Iker: sí"]);
    chat.quits(d);
    chat.quits(b);
    chat.hush();
    assert!(chat.hub.is_empty());
}

#[test]
fn newcomer_who_leaves_leaves_nothing() {
    let mut chat = Chat::new();
    for reason in [CloseReason::Lost, CloseReason::EndOfInput] {
        let id = chat.connects();
        assert!(!chat.hub.is_empty());
        chat.ends(id, reason);
        assert!(chat.hub.is_empty());
        assert_eq!(chat.hub.next_due(), None);
    }
    assert!(chat.notes.is_empty());
}

#[test]
fn stop_tells_everybody_and_lets_all_go() {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    let newcomer = chat.connects();
    for i in 0..10 {
        chat.enters(&format!("p{i}"));
    }
    chat.hears(ana);
    chat.hears(newcomer);
    chat.apply(Input::Stop(Vec::new()));
    for id in [ana, luis, newcomer] {
        assert_eq!(chat.hears(id).last().unwrap(), "Stopping");
        assert_eq!(chat.closed.iter().filter(|closed| **closed == (id, CloseReason::ServerStops)).count(), 1);
    }
    assert_eq!(chat.closed.len(), 13);
    assert!(chat.hub.is_empty());
    assert_eq!(chat.hub.next_due(), None, "nobody is left to be told of the storm");
    chat.says(ana, "¿hay alguien?");
    chat.waits(100 * SECOND);
    assert_eq!(chat.hears(luis), NOTHING);
}

#[test]
fn stop_of_a_full_chat_goes_over_several_turns_in_which_nobody_is_heard() {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    let all = 2 * WRITES_PER_TURN + 1;
    while chat.slots.len() < all {
        chat.connects();
    }
    let last = chat.enters("Última");
    chat.hush();
    chat.apply(Input::Stop(Vec::new()));
    assert_eq!(chat.closed.len(), WRITES_PER_TURN);
    assert_eq!((chat.hears(ana), chat.is_here(last)), (vec!["Stopping".to_owned()], true));
    chat.says(last, "¿me oye alguien?");
    assert_eq!(chat.hub.next_due(), Some(MonoTime::START), "there is more to be done at once");
    chat.tick();
    assert_eq!(chat.closed.len(), 2 * WRITES_PER_TURN);
    chat.tick();
    assert_eq!((chat.closed.len(), chat.hub.next_due()), (all + 1, None));
    assert_eq!(chat.hears(last), ["Stopping"]);
    assert_eq!(chat.hears(luis), ["Stopping"]);
    assert!(chat.hub.is_empty());
}
