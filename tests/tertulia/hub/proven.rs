//! Who has given the password of an account and goes by another name is still the person of that account: what operators
//! decide about one is about the other.

use tertulia::chat::{AccountKey, ChatConfig, ClientId, CloseReason, Command};
use tertulia::limits::{ACCOUNTS_PER_CONNECTION, LINE_MAX_STEPS, NAMES_PER_DECISION, ROOMS_PER_PERSON};

use super::{Book, Chat, join, nick, text};

const ACCOUNTS: [(&str, &str); 3] = [("María", "girasoles"), ("Juan", "tres tigres"), ("Olga", "un armario")];

fn ban(whom: &str) -> Command {
    Command::Ban { room: None, whom: text(whom) }
}

fn mute(whom: &str) -> Command {
    Command::Mute { room: None, whom: Some(text(whom)) }
}

/// A chat in which Nora made a room, and in which Olga is the server's operator when she logs in.
fn club() -> (Chat, ClientId) {
    let book = Book::of(&ACCOUNTS);
    let operators: Vec<AccountKey> = vec![book.key("Olga")];
    let config = ChatConfig { accounts: Some(book.accounts()), operators, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let nora = chat.enters("Nora");
    chat.does(nora, join("club"));
    chat.hush();
    (chat, nora)
}

/// María, who has given her password, under another name.
fn disguised(chat: &mut Chat, called: &str) -> ClientId {
    let maria = chat.logs_in("María", "girasoles");
    chat.does(maria, nick(called));
    chat.hush();
    maria
}

fn logs_in_here(chat: &mut Chat, id: ClientId, called: &str, password: &str) {
    chat.does(id, Command::Login(text(called)));
    chat.types_secret(id, password);
}

/// What comes of entering the room.
fn enters_club(chat: &mut Chat, id: ClientId) -> String {
    chat.hush();
    chat.does(id, join("club"));
    chat.hears(id).remove(0)
}

#[test]
fn ban_under_another_name_is_about_the_account_too() {
    let (mut chat, nora) = club();
    let maria = chat.logs_in("María", "girasoles");
    chat.does(maria, join("club"));
    chat.does(nora, Command::Op { room: None, whom: text("María") });
    chat.does(maria, nick("Tapada"));
    chat.does(nora, ban("Tapada"));
    logs_in_here(&mut chat, maria, "María", "girasoles");
    assert_eq!(enters_club(&mut chat, maria), "banned from #club", "an operator no longer");
    chat.quits(maria);
    let again = chat.logs_in("María", "girasoles");
    assert_eq!(enters_club(&mut chat, again), "banned from #club");
    // Lifting it under one name lifts all of it.
    chat.does(nora, Command::Unban { room: None, whom: text("Tapada") });
    assert!(!enters_club(&mut chat, again).contains("banned"), "lifted");
}

#[test]
fn ban_before_the_password_takes_the_office_of_the_account() {
    let (mut chat, nora) = club();
    let maria = chat.logs_in("María", "girasoles");
    chat.does(maria, join("club"));
    chat.does(nora, Command::Op { room: None, whom: text("María") });
    chat.quits(maria);
    let guest = chat.enters("Tapada");
    chat.does(nora, ban("Tapada"));
    logs_in_here(&mut chat, guest, "María", "girasoles");
    assert_eq!(enters_club(&mut chat, guest), "banned from #club");
}

#[test]
fn banned_account_is_banned_under_another_name_on_its_connection() {
    let (mut chat, nora) = club();
    chat.does(nora, ban("María"));
    let maria = disguised(&mut chat, "Tercera");
    assert_eq!(enters_club(&mut chat, maria), "banned from #club");
    logs_in_here(&mut chat, maria, "Juan", "tres tigres");
    assert_eq!(enters_club(&mut chat, maria), "banned from #club");
}

#[test]
fn mute_under_another_name_is_about_the_account_too() {
    let (mut chat, nora) = club();
    let maria = disguised(&mut chat, "Tapada");
    chat.does(maria, join("club"));
    chat.does(nora, mute("Tapada"));
    chat.quits(maria);
    let again = chat.logs_in("María", "girasoles");
    chat.does(again, nick("Otra"));
    chat.does(again, join("club"));
    chat.hush();
    chat.says(again, "hola");
    assert_eq!(chat.hears(again), ["silent in #club"]);
}

#[test]
fn expulsion_is_about_the_account_whatever_its_owner_is_called() {
    for whom in ["María", "Tapada"] {
        let (mut chat, _) = club();
        let olga = chat.logs_in("Olga", "un armario");
        let maria = disguised(&mut chat, "Tapada");
        chat.does(olga, Command::Expel { whom: text(whom), minutes: None, reason: None });
        assert!(chat.closed.contains(&(maria, CloseReason::Expelled)), "{whom}");
        chat.hush();
        let again = chat.connects();
        chat.says(again, "María");
        assert_eq!(chat.hears(again), ["name?", "expelled: María", "name?"], "{whom}");
        chat.does(olga, Command::Readmit(text(whom)));
        chat.logs_in("María", "girasoles");
    }
}

#[test]
fn operator_of_the_server_is_not_expelled_under_another_name() {
    let (mut chat, _) = club();
    let olga = chat.logs_in("Olga", "un armario");
    chat.does(olga, nick("Tapada"));
    let other = chat.logs_in("Olga", "un armario");
    chat.does(other, Command::Expel { whom: text("Tapada"), minutes: None, reason: None });
    assert!(chat.is_here(olga) && chat.closed.is_empty());
}

#[test]
fn banned_person_with_many_names_pushes_out_nobody_else() {
    let names: Vec<String> = (0..=ACCOUNTS_PER_CONNECTION).map(|number| format!("Cuenta{number}")).collect();
    let accounts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "contraseña")).collect();
    let mut chat = Chat::with_accounts(&accounts);
    let nora = chat.enters("Nora");
    chat.does(nora, join("club"));
    chat.does(nora, ban("Vetado"));
    let guest = chat.enters("Malo");
    chat.does(nora, ban("Malo"));
    for name in &names[..ACCOUNTS_PER_CONNECTION] {
        logs_in_here(&mut chat, guest, name, "contraseña");
    }
    chat.hush();
    logs_in_here(&mut chat, guest, &names[ACCOUNTS_PER_CONNECTION], "contraseña");
    assert_eq!(chat.hears(guest)[0], "many on this connection");
    let oldest = ACCOUNTS_PER_CONNECTION + 1 - NAMES_PER_DECISION;
    let kept: Vec<&str> = names[oldest..ACCOUNTS_PER_CONNECTION].iter().map(String::as_str).collect();
    chat.does(nora, Command::Bans { room: None });
    let listed = format!("#club bans [{}, Malo, Vetado], mutes []", kept.join(", "));
    assert_eq!(chat.hears(nora), [listed]);
}

#[test]
fn rename_works_out_the_names_of_a_person_once_for_all_rooms() {
    let names: Vec<String> = (0..ACCOUNTS_PER_CONNECTION).map(|number| format!("Cuenta{number}")).collect();
    let accounts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "contraseña")).collect();
    let mut chat = Chat::with_accounts(&accounts);
    let nora = chat.enters("Nora");
    let guest = chat.enters("Malo");
    for number in 1..ROOMS_PER_PERSON {
        let room = format!("club{number}");
        chat.does(nora, join(&room));
        chat.does(nora, ban("Vetado"));
        chat.does(guest, join(&room));
    }
    for name in &names {
        logs_in_here(&mut chat, guest, name, "contraseña");
    }
    let before = chat.hub.work();
    chat.does(guest, nick("Ñandú"));
    let steps = (chat.hub.work() - before).steps;
    assert!(steps <= LINE_MAX_STEPS / 4, "{steps} steps");
}
