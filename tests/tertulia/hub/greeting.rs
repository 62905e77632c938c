//! What a newcomer is told of who is here.

use tertulia::chat::{ChatConfig, ClientId, Command, Event, NameList};

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
fn greeting_has_the_names_of_a_few_and_counts_all() {
    let mut chat = Chat::new();
    let mut told = Vec::new();
    let names = ["Ana", "Eva", "Luis", "Pedro", "Juan", "Sara", "Iker"];
    for person in names.into_iter().chain(["María"]) {
        let id = chat.enters(person);
        told.push(others(&mut chat, id));
    }
    let expected: Vec<_> = (0..=7).map(|total| list(&names[..total.min(6)], total)).collect();
    assert_eq!(told, expected);
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
