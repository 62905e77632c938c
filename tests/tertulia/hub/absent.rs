//! Private words for somebody who is not there.

use tertulia::chat::{AuthResult, ChatConfig, CloseReason, Command, Effect, Input, Reply};

use super::{Chat, NOTHING, SECOND, Shell, message, text};

const ACCOUNTS: [(&str, &str); 1] = [("María", "girasol")];

#[test]
fn offline_messages_wait_for_a_registered_name() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let [juan, ana] = ["Juan", "Ana"].map(|name| chat.enters(name));
    chat.hush();
    chat.does(juan, message("maría", "nos vemos luego"));
    chat.does(ana, message("María", "llámame"));
    chat.does(juan, message("Nadie", "hola"));
    assert_eq!(chat.hears(juan), ["[to María] nos vemos luego", "kept", "nobody: Nadie"]);
    assert!(chat.notes.is_empty(), "the console shows none of it");
    let maria = chat.logs_in("María", "girasol");
    assert_eq!(
        chat.hears(maria),
        ["name?", "password?", "welcome María", "letters: [Juan] nos vemos luego, [Ana] llámame"]
    );
    chat.does(maria, Command::Reply(text("ahora no")));
    assert_eq!(chat.hears(ana).last().map(String::as_str), Some("[María] ahora no"));
}

#[test]
fn offline_messages_are_gone_when_they_have_been_seen() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let juan = chat.enters("Juan");
    chat.does(juan, message("María", "nos vemos luego"));
    // Lost before she did anything: who knows whether she saw it.
    for end in [CloseReason::Lost, CloseReason::Stalled, CloseReason::EndOfInput] {
        let maria = chat.logs_in("María", "girasol");
        assert_eq!(chat.hears(maria).len(), 4, "{end:?}");
        chat.ends(maria, end);
    }
    let maria = chat.logs_in("María", "girasol");
    assert_eq!(chat.hears(maria), ["name?", "password?", "welcome María"]);
    chat.quits(maria);
    chat.does(juan, message("María", "otra cosa"));
    let maria = chat.logs_in("María", "girasol");
    chat.says(maria, "hola");
    chat.ends(maria, CloseReason::Lost);
    let maria = chat.logs_in("María", "girasol");
    assert_eq!(chat.hears(maria), ["name?", "password?", "welcome María"]);
}

#[test]
fn offline_messages_are_given_at_once_to_an_owner_who_is_there() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (juan, maria) = (chat.enters("Juan"), chat.logs_in("María", "girasol"));
    chat.hush();
    chat.does(juan, message("María", "hola"));
    assert_eq!(chat.hears(maria), ["[Juan] hola"]);
    assert_eq!(chat.hears(juan), ["[to María] hola"]);
    assert!(chat.book.fetch(chat.book.key("María")).is_empty());
}

#[test]
fn offline_messages_are_for_the_account_and_not_for_the_name() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let juan = chat.enters("Juan");
    chat.does(juan, message("María", "secreto"));
    let id = chat.connects();
    chat.says(id, "María");
    chat.types_secret(id, "margarita");
    chat.says(id, "Mario");
    chat.hush();
    chat.does(id, Command::History { room: None, lines: None, before: None });
    assert_eq!(chat.hears(id), NOTHING);
}

#[test]
fn offline_messages_of_one_account_are_not_seen_with_those_of_another() {
    let mut chat = Chat::with_accounts(&[("María", "girasol"), ("Juan", "tres tristes tigres")]);
    let ana = chat.enters("Ana");
    for to in ["Juan", "María"] {
        chat.does(ana, message(to, "hola"));
    }
    let id = chat.connects();
    chat.says(id, "María");
    chat.slow = true;
    chat.types_secret(id, "girasol");
    let [maria, juan] = ["María", "Juan"].map(|name| chat.book.key(name));
    let (_, asked) = chat.auth_requests.pop().expect("they gave a password");
    let mut out = Vec::new();
    // The letters of María come late, when Juan's password is asked for; those of Juan have not come yet.
    out.extend(chat.decides(Input::Reply(id, Reply::AuthResult(asked.matter(), AuthResult::Granted(maria)))));
    out.extend(chat.decides(Input::Command(id, Command::Login(text("Juan")))));
    let messages = chat.book.fetch(maria);
    out.extend(chat.decides(Input::Reply(id, Reply::OfflineMessages(maria, messages))));
    chat.types_secret(id, "tres tristes tigres");
    let (_, asked) = chat.auth_requests.pop().expect("they gave another one");
    out.extend(chat.decides(Input::Reply(id, Reply::AuthResult(asked.matter(), AuthResult::Granted(juan)))));
    out.extend(chat.decides(Input::Command(id, Command::Say { room: None, text: text("ya soy Juan") })));
    let seen = out.iter().find(|effect| matches!(effect, Effect::Ack(..)));
    assert_eq!(seen, None, "Juan has seen nothing");
}

/// The server starts again: accounts and letters are there.
fn starts_again(chat: Chat) -> Chat {
    let book = chat.book;
    let (accounts, next_message) = (Some(book.accounts()), book.next_message());
    Chat::with(ChatConfig { accounts, next_message, ..ChatConfig::default() }, book)
}

#[test]
fn answer_after_a_restart_goes_to_the_account_that_wrote() {
    const BOTH: [(&str, &str); 2] = [("María", "girasol"), ("Juan", "tres tristes tigres")];
    let mut chat = Chat::with_accounts(&BOTH);
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    chat.does(juan, message("María", "¿vienes?"));
    let mut chat = starts_again(chat);
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, Command::Reply(text("voy")));
    assert_eq!(chat.hears(maria), ["[to Juan] voy", "kept"]);
    // The name is another account's by then.
    chat.does(juan, message("María", "¿vienes?"));
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    chat.quits(maria);
    chat.does(juan, message("María", "¿y ahora?"));
    chat.book.remove("Juan");
    chat.book.add("Juan", "otro distinto");
    let mut chat = starts_again(chat);
    let (heir, maria) = (chat.logs_in("Juan", "otro distinto"), chat.logs_in("María", "girasol"));
    chat.hush();
    chat.does(maria, Command::Reply(text("voy")));
    assert_eq!(chat.hears(maria), ["Juan has left"]);
    assert_eq!(chat.hears(heir), NOTHING);
}

#[test]
fn answer_after_a_restart_does_not_go_to_whoever_registered_a_guests_name() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let pepe = chat.enters("Pepe");
    chat.does(pepe, message("María", "soy Pepe"));
    chat.book.add("Pepe", "soy otro");
    let mut chat = starts_again(chat);
    let (heir, maria) = (chat.logs_in("Pepe", "soy otro"), chat.logs_in("María", "girasol"));
    chat.hush();
    chat.does(maria, Command::Reply(text("hola, Pepe")));
    assert_eq!(chat.hears(maria), ["Pepe has left"]);
    assert_eq!(chat.hears(heir), NOTHING);
}

/// Two letters of one moment, as when the clock is set back: the one that was not kept is nobody's.
#[test]
fn answer_goes_to_the_writer_of_the_letter_whatever_the_clock_said() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (juan, ana) = (chat.enters("Juan"), chat.enters("Ana"));
    chat.hush();
    chat.does(juan, message("María", "nos vemos"));
    chat.book.full = true;
    chat.does(ana, message("María", "no cabe"));
    chat.waits(SECOND);
    chat.wall_offset -= 1_000;
    chat.book.full = false;
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, Command::Reply(text("allí estaré")));
    assert_eq!((chat.hears(juan), chat.hears(ana)), (vec!["[María] allí estaré".to_owned()], vec![]));
}

#[test]
fn letter_is_numbered_in_one_row_with_what_is_said() {
    let mut chat = Chat::with_accounts(&[("María", "girasol")]);
    let ana = chat.enters("Ana");
    chat.says(ana, "una");
    chat.does(ana, message("María", "dos"));
    chat.says(ana, "tres");
    let letter = chat.book.fetch(chat.book.key("María"))[0].id;
    assert_eq!([chat.kept[0].id.next(), letter.next()], [letter, chat.kept[1].id]);
}
