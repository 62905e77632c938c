//! What a registered name may do for good: operators of the server, operators of rooms, and rooms that stay.

use tertulia::chat::{AccountKey, ChatConfig, CloseReason, Command, Input, RoomKey, RoomRecord};

use super::{Book, Chat, join, leave, name, nick, text, topic};

const ACCOUNTS: [(&str, &str); 2] = [("María", "girasol"), ("Juan", "tres tristes tigres")];

fn operated(operator: &str) -> Chat {
    let book = Book::of(&ACCOUNTS);
    let operators: Vec<AccountKey> = vec![book.key(operator)];
    Chat::with(ChatConfig { accounts: Some(book.accounts()), operators, ..ChatConfig::default() }, book)
}

#[test]
fn operator_of_the_server_may_do_everything_everywhere() {
    let mut chat = operated("María");
    let (ana, maria) = (chat.enters("Ana"), chat.logs_in("María", "girasol"));
    chat.does(ana, join("cocina"));
    chat.does(ana, Command::Key { room: None, key: Some(text("sal")) });
    chat.does(ana, Command::Ban { room: None, whom: text("María") });
    chat.hush();
    chat.does(maria, Command::Kick { room: None, whom: text("Ana"), reason: None });
    assert_eq!(chat.hears(maria), ["#general María: kicked Ana"]);
    chat.does(maria, join("cocina"));
    assert_eq!(chat.hears(maria), ["in #cocina: 2"], "neither key nor ban keeps her out");
    chat.does(maria, Command::Mute { room: None, whom: None });
    chat.says(maria, "silencio");
    assert_eq!(chat.hears(maria), ["#cocina María: hushed"]);
    chat.does(maria, nick("Otra"));
    assert_eq!(
        chat.hears(maria),
        ["--- María is Otra", "out of #cocina: banned", "in #general now"],
        "it is the name that may"
    );
}

#[test]
fn hub_with_a_room_from_before_is_not_empty() {
    let book = Book::of(&ACCOUNTS);
    let record = RoomRecord {
        owners: vec![book.key("María")],
        topic: Some(text("recetas")),
        ..RoomRecord::new(RoomKey(1), name("cocina"))
    };
    let config = ChatConfig { accounts: Some(book.accounts()), rooms: vec![record], ..ChatConfig::default() };
    assert!(!Chat::with(config, book).hub.is_empty());
}

#[test]
fn room_of_a_registered_person_stays() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (maria, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    chat.does(maria, join("vacía"));
    chat.does(maria, leave("vacía"));
    chat.does(maria, join("cocina"));
    chat.does(maria, topic("recetas"));
    chat.does(maria, Command::Ban { room: None, whom: text("Ana") });
    chat.does(ana, join("de-paso"));
    chat.says(ana, "hola");
    chat.does(ana, leave("de-paso"));
    chat.quits(maria);
    chat.hush();
    let kept: Vec<&str> = chat.records.values().map(|record| record.name.as_str()).collect();
    assert_eq!(kept, ["cocina"], "there is something to come back to");
    chat.does(ana, join("cocina"));
    assert_eq!(chat.hears(ana), ["banned from #cocina"]);
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, join("cocina"));
    chat.does(maria, Command::Unban { room: None, whom: text("Ana") });
    assert_eq!(chat.hears(maria), ["in #cocina: 1 (recetas)", "#cocina María: unbanned Ana"]);
}

#[test]
fn room_is_again_what_was_remembered_of_it() {
    let book = Book::of(&ACCOUNTS);
    let record = |key, raw: &str| RoomRecord {
        key: RoomKey(key),
        name: name(raw),
        topic: Some(text("recetas")),
        lock: None,
        moderated: false,
        owners: vec![book.key("María")],
        banned: vec![],
        muted: vec![],
    };
    let general = RoomRecord { owners: vec![], ..record(0, "general") };
    let locked = RoomRecord {
        lock: Some(text("sal")),
        banned: vec![name("Ana")],
        muted: vec![name("Eva")],
        moderated: true,
        ..record(7, "cocina")
    };
    let rooms = vec![general.clone(), locked.clone()];
    let config = ChatConfig { accounts: Some(book.accounts()), rooms, next_key: 9, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let [ana, eva] = ["Ana", "Eva"].map(|name| chat.enters(name));
    chat.hush();
    chat.does(ana, Command::Topic { room: None, topic: None });
    assert_eq!(chat.hears(ana), ["#general is about recetas"]);
    let enter = |key: Option<&str>| Command::Join { room: text("cocina"), key: key.map(text) };
    chat.does(ana, enter(Some("sal")));
    assert_eq!(chat.hears(ana), ["banned from #cocina"]);
    chat.does(eva, enter(None));
    chat.does(eva, enter(Some("sal")));
    chat.says(eva, "hola");
    assert_eq!(chat.hears(eva), ["#cocina is closed", "in #cocina: 1 (recetas)", "silent in #cocina"]);
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, enter(None));
    chat.does(maria, Command::Mute { room: None, whom: None });
    assert_eq!(chat.hears(maria), ["in #cocina: 2 (recetas)", "#cocina María: unhushed"]);
    assert_eq!(chat.records[&RoomKey(7)], RoomRecord { moderated: false, ..locked });
    chat.does(ana, join("nueva"));
    assert!(chat.records.contains_key(&RoomKey(9)), "no room gets a number that another had");
}

#[test]
fn rooms_of_a_member_who_registers_stay_theirs() {
    let mut chat = Chat::with_accounts(&[]);
    let ana = chat.enters("Ana");
    chat.does(ana, join("cocina"));
    chat.does(ana, Command::Register);
    chat.types_secret(ana, "uno o más");
    chat.types_secret(ana, "uno o más");
    chat.says(ana, "es mía");
    chat.quits(ana);
    let owners = chat.records.values().map(|record| record.owners.clone());
    assert_eq!(owners.collect::<Vec<_>>(), [vec![chat.book.key("Ana")]]);
}

#[test]
fn ban_ends_the_operator_s_office() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (maria, juan) = (chat.logs_in("María", "girasol"), chat.logs_in("Juan", "tres tristes tigres"));
    chat.does(maria, join("cocina"));
    chat.does(juan, join("cocina"));
    chat.does(maria, Command::Op { room: None, whom: text("Juan") });
    chat.hush();
    chat.does(maria, Command::Ban { room: None, whom: text("Juan") });
    chat.does(juan, join("cocina"));
    assert_eq!(chat.hears(juan).last().map(String::as_str), Some("banned from #cocina"));
}

#[test]
fn account_that_was_removed_is_nobody_s() {
    let mut chat = operated("María");
    let (maria, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    chat.hush();
    let gone = Book::default().changes_since(&chat.book.accounts());
    chat.apply(Input::AccountsChanged(gone));
    assert_eq!(chat.hears(maria), ["no longer registered: María"]);
    assert_eq!(chat.closed, [(maria, CloseReason::Revoked)]);
    assert_eq!(chat.hears(ana), ["<<< María"]);
    let maria = chat.enters("María");
    chat.hush();
    chat.does(maria, Command::Kick { room: None, whom: text("Ana"), reason: None });
    chat.does(maria, Command::ChangePassword);
    assert_eq!(chat.hears(maria), ["no operator of #general", "not registered: María"]);
}

#[test]
fn room_of_an_account_that_was_removed_is_gone_when_nobody_is_there() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (maria, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    for room in ["vacía", "cocina"] {
        chat.does(maria, join(room));
        chat.does(maria, topic("recetas"));
    }
    chat.does(ana, join("cocina"));
    chat.does(maria, leave("vacía"));
    let gone = Book::default().changes_since(&chat.book.accounts());
    chat.apply(Input::AccountsChanged(gone));
    let kept: Vec<&str> = chat.records.values().map(|record| record.name.as_str()).collect();
    assert_eq!(kept, ["cocina"], "there is somebody in it");
    chat.hush();
    chat.does(ana, join("vacía"));
    assert_eq!(chat.hears(ana), ["made #vacía"], "nobody could have opened it");
    chat.does(ana, leave("cocina"));
    assert_eq!(chat.records.len(), 1, "the other one goes like any other");
}
