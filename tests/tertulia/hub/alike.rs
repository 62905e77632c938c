//! Names that differ in marks or case alone are one name; accounts and rooms from before that was so are all reached.

use tertulia::chat::{AccountKey, ChatConfig, CloseReason, Command, Input, RoomKey, RoomRecord, Text};

use super::{Book, Chat, NOTHING, ignore, join, message, nick, text, topic};

/// Two who registered when that was possible.
const BOTH: [(&str, &str); 2] = [("María", "girasol"), ("Maria", "margarita")];

fn login(name: &str) -> Command {
    Command::Login(text(name))
}

#[test]
fn name_that_differs_in_marks_alone_is_in_use() {
    let mut chat = Chat::new();
    let jose = chat.enters("José");
    let newcomer = chat.connects();
    chat.hush();
    for alike in ["Jose", "JOSÉ", "jose", "Jósé"] {
        chat.says(newcomer, alike);
        assert_eq!(chat.hears(newcomer), [format!("in use: {alike}"), "name?".to_owned()]);
    }
    chat.says(newcomer, "Josefa");
    chat.hush();
    chat.does(newcomer, nick("jose"));
    assert_eq!(chat.hears(newcomer), ["in use: jose"]);
    // One may write one's own name otherwise.
    chat.does(jose, nick("Jose"));
    assert_eq!(chat.hub.name(jose).map(|name| name.as_str()), Some("Jose"));
}

#[test]
fn name_typed_without_its_marks_is_found() {
    let (mut chat, [maria, luis]) = Chat::of(["María", "Luis"]);
    chat.does(luis, message("maria", "hola"));
    assert_eq!(chat.hears(maria), ["[Luis] hola"]);
    assert_eq!(chat.hears(luis), ["[to María] hola"]);
    chat.does(luis, ignore("MARIA"));
    assert_eq!(chat.hears(luis), ["hidden: María"]);
    chat.does(maria, ignore("maria"));
    assert_eq!(chat.hears(maria), ["ThatIsYou"]);
}

#[test]
fn room_typed_without_its_marks_is_found() {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    chat.does(ana, join("café"));
    chat.hush();
    chat.does(luis, join("cafe"));
    assert_eq!(chat.hears(ana), [">>> Luis #café"]);
    chat.does(luis, Command::Leave(Some(text("#CAFE"))));
    assert_eq!(chat.hears(ana), ["<<< Luis #café"]);
    chat.hush();
    chat.does(luis, join("géneral"));
    chat.does(luis, Command::Rooms);
    assert_eq!(chat.hears(luis), ["in #general: 2", "2 rooms: #café 1, #general* 2"]);
}

#[test]
fn accounts_that_clash_are_each_reached_by_their_exact_names() {
    let mut chat = Chat::with_accounts(&BOTH);
    let (marked, plain) = (chat.logs_in("María", "girasol"), chat.logs_in("Maria", "margarita"));
    assert!(chat.closed.is_empty(), "neither gives way to the other");
    let luis = chat.enters("Luis");
    chat.hush();
    for (typed, whom, other) in [
        ("María", marked, plain),
        ("Maria", plain, marked),
        ("maria", plain, marked),
        ("MARÍA", marked, plain),
    ] {
        chat.does(luis, message(typed, "hola"));
        assert_eq!(chat.hears(whom), ["[Luis] hola"], "{typed}");
        assert_eq!(chat.hears(other), NOTHING, "{typed}");
        chat.hush();
    }
    chat.does(luis, message("Mária", "hola"));
    assert_eq!(chat.hears(luis), ["nobody: Mária"], "it could be either");
    chat.does(marked, message("Maria", "hola"));
    assert_eq!(chat.hears(plain), ["[María] hola"]);
    chat.does(marked, ignore("Maria"));
    assert_eq!(chat.hears(marked), ["[to Maria] hola", "hidden: Maria"]);
}

/// Words for one who is not there do not go to the other who is.
#[test]
fn letter_goes_to_the_account_that_was_named() {
    let mut chat = Chat::with_accounts(&BOTH);
    let (marked, luis) = (chat.logs_in("María", "girasol"), chat.enters("Luis"));
    chat.hush();
    for typed in ["Maria", "maria", "MARIA"] {
        chat.does(luis, message(typed, "para Maria"));
        assert_eq!(chat.hears(luis), ["[to Maria] para Maria", "kept"], "{typed}");
    }
    chat.does(luis, message("Mária", "hola"));
    assert_eq!(chat.hears(luis), ["nobody: Mária"]);
    chat.does(luis, ignore("Maria"));
    assert_eq!(chat.hears(luis), ["nobody: Maria"]);
    assert_eq!(chat.hears(marked), NOTHING);
    chat.does(luis, message("MARÍA", "hola"));
    assert_eq!(chat.hears(marked), ["[Luis] hola"]);
}

#[test]
fn accounts_that_clash_log_in_and_take_over_each_its_own() {
    let mut chat = Chat::with_accounts(&BOTH);
    let (marked, plain) = (chat.logs_in("María", "girasol"), chat.logs_in("Maria", "margarita"));
    let again = chat.logs_in("Maria", "margarita");
    assert_eq!(chat.closed, [(plain, CloseReason::Replaced)]);
    let luis = chat.enters("Luis");
    chat.does(luis, login("María"));
    chat.types_secret(luis, "girasol");
    assert_eq!(chat.closed, [(plain, CloseReason::Replaced), (marked, CloseReason::Replaced)]);
    assert_eq!(chat.hub.name(luis).map(|name| name.as_str()), Some("María"));
    assert_eq!(chat.hub.name(again).map(|name| name.as_str()), Some("Maria"));
    // A password is good for its own account only.
    let wrong = chat.connects();
    chat.says(wrong, "María");
    chat.types_secret(wrong, "margarita");
    assert_eq!(chat.hears(wrong), ["name?", "password?", "wrong", "or back", "password?"]);
}

#[test]
fn third_name_that_clashes_is_nobodys() {
    let mut chat = Chat::with_accounts(&BOTH);
    let newcomer = chat.connects();
    chat.hush();
    chat.says(newcomer, "Mária");
    assert_eq!(chat.hears(newcomer), ["in use: Mária", "name?"], "it could be either, and is neither's");
    chat.says(newcomer, "MARIA");
    assert_eq!(chat.hears(newcomer), ["password?"], "the one from which it differs in case alone");
}

/// A guest has the name of an account, written otherwise, since before it was registered.
#[test]
fn guest_of_a_clashing_name_gives_way_to_the_owner() {
    let mut chat = Chat::with_accounts(&[("Ana", "x")]);
    let guest = chat.enters("Maria");
    let before = chat.book.accounts();
    chat.book.add("María", "girasol");
    let added = chat.book.changes_since(&before);
    chat.apply(Input::AccountsChanged(added));
    chat.hush();
    chat.does(guest, Command::Register);
    assert_eq!(chat.hears(guest), ["somebody else's: Maria"], "by one that looks the same");
    let owner = chat.logs_in("María", "girasol");
    assert_eq!(chat.closed, [(guest, CloseReason::Replaced)]);
    assert_eq!(chat.hub.name(owner).map(|name| name.as_str()), Some("María"));
}

#[test]
fn reserved_name_stays_its_owners() {
    let mut chat = Chat::with_accounts(&[("Contraseña", "girasol"), ("Admin", "margarita")]);
    let admin = chat.logs_in("Admin", "margarita");
    let newcomer = chat.connects();
    chat.hush();
    for reserved in ["Password", "Sistema", "Servidor"] {
        chat.says(newcomer, reserved);
        assert_eq!(chat.hears(newcomer), [format!("reserved: {reserved}"), "name?".to_owned()]);
    }
    chat.says(newcomer, "contraseña");
    chat.types_secret(newcomer, "girasol");
    assert_eq!(chat.hub.name(newcomer).map(|name| name.as_str()), Some("Contraseña"));
    chat.hush();
    chat.does(newcomer, message("admin", "hola"));
    assert_eq!(chat.hears(admin), ["[Contraseña] hola"]);
    chat.does(admin, login("Contraseña"));
    assert_eq!(chat.hears(admin), ["password?"]);
}

#[test]
fn rooms_that_clash_are_each_reached_by_their_exact_names() {
    let owner = AccountKey(std::num::NonZeroU32::MIN);
    let room = |key, name: &str| RoomRecord {
        key: RoomKey(key),
        name: super::name(name),
        topic: Some(Text::clean(name)),
        lock: None,
        moderated: false,
        owners: vec![owner],
        banned: vec![],
        muted: vec![],
    };
    let config = ChatConfig { rooms: vec![room(1, "café"), room(2, "cafe")], ..ChatConfig::default() };
    let mut chat = Chat::with(config, Book::default());
    let (ana, luis) = (chat.enters("Ana"), chat.enters("Luis"));
    chat.does(ana, join("café"));
    chat.does(luis, join("CAFE"));
    chat.hush();
    chat.says(ana, "hola");
    assert_eq!(chat.hears(luis), NOTHING, "they are in two rooms");
    chat.does(luis, join("cáfe"));
    assert_eq!(chat.hears(luis), ["no room: cáfe"], "it could be either, and no third is made");
    chat.does(luis, join("cafe"));
    assert_eq!(chat.hears(luis), ["in #cafe: 1 (cafe)"]);
}

#[test]
fn room_is_not_called_like_a_question() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    chat.does(ana, join("contraseñas"));
    assert_eq!(chat.hears(ana), ["no name for a room"]);
    chat.does(ana, join("sistema"));
    assert_eq!(chat.hears(ana), ["made #sistema"]);
}

fn ban(whom: &str) -> Command {
    Command::Ban { room: None, whom: text(whom) }
}

fn mute(whom: &str) -> Command {
    Command::Mute { room: None, whom: Some(text(whom)) }
}

/// What is decided about one of two accounts whose names look alike is not about the other: said while they are here, and
/// while they are not; and after a restart as well.
#[test]
fn decision_about_an_account_is_not_about_the_other_that_looks_like_it() {
    for here in [true, false] {
        for again in [true, false] {
            let mut chat = Chat::with_accounts(&[BOTH[0], BOTH[1], ("Olga", "petunias")]);
            let olga = chat.logs_in("Olga", "petunias");
            chat.does(olga, join("sala"));
            chat.does(olga, topic("flores"));
            if here {
                for (name, password) in BOTH {
                    chat.logs_in(name, password);
                }
            }
            [ban("María"), mute("Maria")].into_iter().for_each(|order| chat.does(olga, order));
            if again {
                let (book, rooms) = (chat.book, chat.records.into_values().collect());
                let config = ChatConfig {
                    accounts: Some(book.accounts()),
                    rooms,
                    next_key: 9,
                    ..ChatConfig::default()
                };
                chat = Chat::with(config, book);
            }
            let (marked, plain) = (chat.logs_in("María", "girasol"), chat.logs_in("Maria", "margarita"));
            chat.hush();
            chat.does(marked, join("sala"));
            chat.does(plain, join("sala"));
            let what = format!("here: {here}, again: {again}");
            assert_eq!(chat.hears(marked), ["banned from #sala"], "{what}");
            assert!(chat.hears(plain)[0].starts_with("in #sala: "), "{what}");
            chat.says(plain, "hola");
            assert_eq!(chat.hears(plain), ["silent in #sala"], "{what}");
            // Each is lifted by itself, and the second ban is one, too.
            let olga = chat.logs_in("Olga", "petunias");
            chat.does(olga, join("sala"));
            chat.does(olga, ban("Maria"));
            chat.does(olga, Command::Unban { room: None, whom: text("María") });
            chat.hush();
            chat.does(marked, join("sala"));
            chat.does(plain, join("sala"));
            assert!(chat.hears(marked)[0].starts_with("in #sala: "), "{what}");
            assert_eq!(chat.hears(plain), ["banned from #sala"], "{what}");
        }
    }
}

/// Of the name of an account that is gone a ban is about whoever has it.
#[test]
fn ban_stays_with_the_name_when_its_account_is_gone() {
    let mut chat = Chat::with_accounts(&[BOTH[0], ("Olga", "petunias")]);
    let olga = chat.logs_in("Olga", "petunias");
    chat.does(olga, join("sala"));
    chat.does(olga, ban("María"));
    let before = chat.book.accounts();
    chat.book.remove("María");
    let gone = chat.book.changes_since(&before);
    chat.apply(Input::AccountsChanged(gone));
    let guest = chat.enters("Maria");
    chat.hush();
    chat.does(guest, join("sala"));
    assert_eq!(chat.hears(guest), ["banned from #sala"]);
}

#[test]
fn expulsion_of_an_account_is_not_of_the_other_that_looks_like_it() {
    let book = Book::of(&[BOTH[0], BOTH[1], ("Olga", "petunias")]);
    let operators = vec![book.key("Olga")];
    let config = ChatConfig { accounts: Some(book.accounts()), operators, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let (olga, plain) = (chat.logs_in("Olga", "petunias"), chat.logs_in("Maria", "margarita"));
    let expel = |whom| Command::Expel { whom: text(whom), minutes: None, reason: None };
    chat.does(olga, expel("María"));
    assert!(chat.is_here(plain));
    chat.quits(plain);
    let plain = chat.logs_in("Maria", "margarita");
    let marked = chat.connects();
    chat.hush();
    chat.says(marked, "María");
    assert_eq!(chat.hears(marked), ["expelled: María", "name?"]);
    chat.does(olga, Command::Readmit(text("Maria")));
    chat.says(marked, "María");
    assert_eq!(chat.hears(marked), ["expelled: María", "name?"], "the other one was not expelled");
    chat.does(olga, expel("Maria"));
    assert!(!chat.is_here(plain));
    chat.does(olga, Command::Readmit(text("María")));
    chat.says(marked, "María");
    assert_eq!(chat.hears(marked), ["password?"]);
    let plain = chat.connects();
    chat.says(plain, "Maria");
    assert_eq!(chat.hears(plain), ["name?", "expelled: Maria", "name?"]);
}
