//! What the administrator does in the chat: speaks as the server, puts people out, sees who is there.

use std::time::Duration;

use super::{Chat, NOTHING, SECOND, Shell, ignore, join, message, name, text};
use tertulia::chat::{
    AdminOrder, AdminRefusal, AdminReply, CloseReason, Effect, Event, Input, LogEntry, ServerNews,
};

fn said(room: Option<&str>, words: &str) -> Event {
    Event::Server(ServerNews::Said { room: room.map(name), text: text(words) })
}

#[test]
fn server_words_reach_everybody_once_wherever_they_are() {
    let (mut chat, [juan, ana, luis]) = Chat::of(["Juan", "Ana", "Luis"]);
    let newcomer = chat.connects();
    chat.does(ana, join("cocina"));
    chat.does(ana, join("taller"));
    chat.does(luis, super::leave("general"));
    chat.does(juan, ignore("Ana"));
    chat.hush();
    assert_eq!(chat.orders(AdminOrder::Say { room: None, text: text("a las seis") }), AdminReply::Done);
    for id in [juan, ana, luis] {
        assert_eq!(chat.events(id), [said(None, "a las seis")]);
    }
    assert_eq!(chat.hears(newcomer), NOTHING, "who has no name yet is answering a question");
    assert_eq!(chat.notes, [LogEntry::ServerSaid(None, text("a las seis"))]);
}

#[test]
fn server_words_for_a_room_stay_there_and_are_no_part_of_its_history() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, join("cocina"));
    chat.says(ana, "hola");
    chat.hush();
    let order = |room, words| AdminOrder::Say { room: Some(text(room)), text: text(words) };
    let effects = chat.decides(Input::Admin(7, order("#Cocina", "fuego")));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Keep(_))), "{effects:?}");
    assert!(effects.contains(&Effect::AdminReply(7, AdminReply::Done)), "{effects:?}");
    chat.perform(effects);
    assert_eq!(chat.orders(order("nada", "x")), AdminReply::Refused(AdminRefusal::NoSuchRoom));
    assert_eq!(chat.events(ana), [said(Some("cocina"), "fuego")]);
    assert_eq!(chat.hears(juan), NOTHING);
}

#[test]
fn kick_closes_the_connection_with_the_reason_and_the_name_is_free() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    let reason = || Some(text("cierra el aula"));
    let kick = |whom| AdminOrder::Kick { whom: text(whom), room: None, reason: reason() };
    assert_eq!(chat.orders(kick("juan")), AdminReply::Done);
    assert_eq!(chat.orders(kick("Juan")), AdminReply::Refused(AdminRefusal::NoSuchPerson));
    assert_eq!(chat.events(juan), [Event::Server(ServerNews::Disconnected(reason()))]);
    assert_eq!(chat.hears(ana), ["<<< Juan kicked cierra el aula"]);
    assert_eq!(chat.closed, [(juan, CloseReason::Kicked)]);
    let noted = [
        LogEntry::ServerKicked(name("Juan"), None, reason()),
        LogEntry::Left(name("Juan"), CloseReason::Kicked),
    ];
    assert_eq!(chat.notes, noted);
    let again = chat.enters("Juan");
    assert!(chat.is_here(again), "and may come back");
}

#[test]
fn kick_from_a_room_leaves_the_rest() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, join("cocina"));
    chat.hush();
    let kick = |chat: &mut Chat, whom: &str, room: &str| {
        chat.orders(AdminOrder::Kick { whom: text(whom), room: Some(text(room)), reason: None })
    };
    assert_eq!(kick(&mut chat, "Juan", "cocina"), AdminReply::Refused(AdminRefusal::NotThere));
    assert_eq!(kick(&mut chat, "Juan", "nada"), AdminReply::Refused(AdminRefusal::NoSuchRoom));
    assert_eq!(kick(&mut chat, "Nadie", "cocina"), AdminReply::Refused(AdminRefusal::NoSuchPerson));
    assert_eq!(kick(&mut chat, "Ana", "general"), AdminReply::Done);
    assert_eq!(
        chat.hears(juan),
        ["general servidor: kicked Ana"].map(|line| line.replace("general", "#general"))
    );
    assert!(chat.is_here(ana));
    chat.hush();
    chat.does(juan, message("Ana", "hola"));
    assert_eq!(chat.hears(ana).len(), 1, "still in the chat");
}

#[test]
fn description_shows_the_rooms_with_the_current_one_first() {
    let (mut chat, [juan]) = Chat::of(["Juan"]);
    let newcomer = chat.connects();
    chat.does(juan, join("cocina"));
    chat.waits(3 * SECOND);
    let shown = chat.hub.describe(juan, chat.now).expect("is here");
    assert_eq!(shown.name, Some(name("Juan")));
    assert_eq!(shown.rooms, [name("cocina"), name("general")]);
    assert_eq!(shown.idle, Duration::from_secs(3));
    let shown = chat.hub.describe(newcomer, chat.now).expect("is here");
    assert_eq!((shown.name, shown.rooms), (None, Vec::new()));
}
