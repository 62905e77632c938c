//! What a newcomer is told of who is here.

use tertulia::chat::{ChatConfig, ClientId, Command, Event, NameList};
use tertulia::limits::{NAMES_ASKED, NAMES_TOLD_MAX};

use super::{Book, Chat, SECOND, ignore, join, name, text};

/// Who else is there, as the greeting of `id` says.
#[track_caller]
fn others(chat: &mut Chat, id: ClientId) -> Option<NameList> {
    let greeting = chat.events(id).into_iter().find_map(|event| match event {
        Event::Welcome { others, .. } => Some(others),
        _ => None,
    });
    greeting.expect("a greeting")
}

fn list(names: &[&str], total: usize) -> Option<NameList> {
    Some(NameList { names: names.iter().map(|raw| name(raw)).collect(), total })
}

#[test]
fn greeting_has_all_names_of_a_few() {
    let mut chat = Chat::new();
    let mut told = Vec::new();
    let names = ["Ana", "Eva", "Luis", "Pedro", "Juan", "Sara", "Iker"];
    for person in names.into_iter().chain(["María"]) {
        let id = chat.enters(person);
        told.push(others(&mut chat, id));
    }
    let expected: Vec<_> = (0..=7).map(|total| list(&names[..total], total)).collect();
    assert_eq!(told, expected);
}

#[test]
fn names_are_complete_up_to_a_bound_and_the_first_few_beyond() {
    let mut chat = Chat::new();
    let names: Vec<String> = (0..=NAMES_TOLD_MAX).map(|number| format!("p{number}")).collect();
    let ids: Vec<ClientId> = names.iter().map(|name| chat.enters(name)).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(others(&mut chat, ids[NAMES_TOLD_MAX]), list(&all[..NAMES_TOLD_MAX], NAMES_TOLD_MAX));
    let id = chat.enters("Eva");
    assert_eq!(others(&mut chat, id), list(&all[..NAMES_ASKED], NAMES_TOLD_MAX + 1));
    // The same of a room that is entered later, with oneself at the end.
    let last = ids[NAMES_TOLD_MAX];
    ids.iter().for_each(|&id| chat.does(id, join("cocina")));
    let expected = NameList { names: all.iter().map(|raw| name(raw)).collect(), total: all.len() };
    assert_eq!(people(&mut chat, last), expected);
    chat.does(id, join("cocina"));
    let expected = list(&[&all[..NAMES_ASKED], &["Eva"]].concat(), NAMES_TOLD_MAX + 2);
    assert_eq!(Some(people(&mut chat, id)), expected);
}

/// Who is in the room that `id` has entered last, as they were told.
#[track_caller]
fn people(chat: &mut Chat, id: ClientId) -> NameList {
    let told = chat.events(id).into_iter().rev().find_map(|event| match event {
        Event::Entered { people, .. } => Some(people),
        _ => None,
    });
    told.expect("they entered")
}

#[test]
fn greeting_looks_at_few_of_a_thousand() {
    let mut chat = Chat::new();
    let spent = |chat: &mut Chat, name: &str| {
        chat.waits(3 * SECOND);
        let before = chat.hub.work();
        chat.enters(name);
        chat.hub.work().steps - before.steps
    };
    let alone = spent(&mut chat, "Ana");
    for number in 0..1000 {
        chat.enters(&format!("p{number}"));
    }
    assert_eq!(spent(&mut chat, "Eva"), alone);
}

#[test]
fn greeting_of_a_return_is_about_the_room_and_spares_who_is_hidden() {
    let mut chat = Chat::with_accounts(&[("María", "girasol")]);
    let (old, ana, eva) = (chat.logs_in("María", "girasol"), chat.enters("Ana"), chat.enters("Eva"));
    chat.enters("Luis");
    for id in [old, ana, eva] {
        chat.does(id, join("cocina"));
    }
    chat.does(old, ignore("Ana"));
    chat.hush();
    let id = chat.logs_in("María", "girasol");
    assert_eq!(others(&mut chat, id), list(&["Eva"], 2), "Ana is only counted, and Luis is elsewhere");
}

#[test]
fn greeting_of_who_is_banned_tells_nobody() {
    let book = Book::of(&[("María", "girasol")]);
    let operators = vec![book.key("María")];
    let config = ChatConfig { accounts: Some(book.accounts()), operators, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let maria = chat.logs_in("María", "girasol");
    chat.does(maria, Command::Ban { room: None, whom: text("Pedro") });
    let pedro = chat.enters("Pedro");
    assert_eq!(others(&mut chat, pedro), None);
}
