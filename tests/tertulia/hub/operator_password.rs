//! The password of the server's operator: who gave it decides everywhere, under any name, until they leave.

use tertulia::chat::{ChatConfig, Command, Event, LogEntry, Office, Password};

use super::{Book, Chat, NOTHING, SECOND, address, name, nick, text};

const PASSWORD: &str = "quien manda aquí";

/// A chat without accounts whose operator has a password.
fn operated() -> Chat {
    with(ChatConfig { operator_password: true, ..ChatConfig::default() }, Book::default())
}

fn with(config: ChatConfig, mut book: Book) -> Chat {
    book.operator = Password::new(PASSWORD).ok();
    Chat::with(config, book)
}

fn login(whom: &str) -> Command {
    Command::Login(text(whom))
}

fn kick(whom: &str) -> Command {
    Command::Kick { room: None, whom: text(whom), reason: None }
}

fn expel(whom: &str) -> Command {
    Command::Expel { whom: text(whom), minutes: None, reason: None }
}

#[test]
fn operator_password_makes_a_member_an_operator_in_either_language() {
    for word in ["operador", "operator", "Operador", "OPERATOR"] {
        let mut chat = operated();
        let (ana, luis) = (chat.enters("Ana"), chat.enters("Luis"));
        chat.hush();
        chat.does(ana, kick("Luis"));
        assert_eq!(chat.hears(ana), ["no operator of #general"]);
        chat.does(ana, login(word));
        chat.types_secret(ana, PASSWORD);
        assert_eq!(chat.hears(ana), ["password?", "operator of the server"]);
        assert_eq!(chat.hears(luis), NOTHING);
        assert_eq!(chat.notes, [LogEntry::BecameOperator(name("Ana"))]);
        chat.does(ana, login(word));
        assert_eq!(chat.hears(ana), ["operator of the server"], "without being asked again");
        chat.does(ana, kick("Luis"));
        assert_eq!(chat.hears(ana), ["#general Ana: kicked Luis"]);
        chat.does(ana, Command::Who(None));
        let present = chat.events(ana);
        let [Event::Present { people, .. }] = &present[..] else { panic!("{present:?}") };
        assert_eq!(people[0].office, Some(Office::Server));
    }
}

#[test]
fn operator_password_counts_for_the_connection_whatever_its_name() {
    let mut chat = operated();
    let ana = chat.enters("Ana");
    chat.enters("Luis");
    chat.does(ana, login("operador"));
    chat.types_secret(ana, PASSWORD);
    chat.does(ana, nick("Eva"));
    chat.hush();
    chat.does(ana, kick("Luis"));
    assert_eq!(chat.hears(ana), ["#general Eva: kicked Luis"]);
    chat.quits(ana);
    let eva = chat.enters("Eva");
    chat.hush();
    chat.does(eva, kick("Luis"));
    assert_eq!(chat.hears(eva), ["no operator of #general"], "the name alone is nothing");
    chat.quits(eva);
    chat.quits(chat.id_of("Luis"));
    chat.waits(3 * SECOND);
    assert!(chat.hub.is_empty());
}

#[test]
fn operator_password_that_is_wrong_makes_nobody_anything() {
    let mut chat = operated();
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, login("operador"));
    chat.types_secret(ana, "quien no manda aquí");
    assert_eq!(chat.hears(ana), ["password?", "not the operator's password"]);
    chat.does(ana, Command::Expelled);
    assert_eq!(chat.hears(ana).last().map(String::as_str), Some("refused: NotOperator"));
}

#[test]
fn operator_password_is_given_under_a_name() {
    let mut chat = operated();
    let id = chat.connects();
    chat.does(id, login("operador"));
    assert_eq!(chat.hears(id), ["name?", "name first", "name?"]);
    chat.says(id, "operador");
    assert_eq!(chat.hears(id), ["reserved: operador", "name?"]);
}

#[test]
fn operator_password_is_asked_for_only_where_there_is_one() {
    let mut chat = Chat::new();
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, login("operador"));
    assert_eq!(chat.hears(ana), ["no accounts"]);
    let mut chat = operated();
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, login("Luis"));
    assert_eq!(chat.hears(ana), ["no accounts"], "it makes no accounts");
}

#[test]
fn operator_by_password_cannot_be_expelled_nor_give_way() {
    let book = Book::of(&[("María", "tres tristes tigres")]);
    let config = ChatConfig {
        accounts: Some(book.accounts()),
        operators: vec![book.key("María")],
        operator_password: true,
        places: Some(3),
        ..ChatConfig::default()
    };
    let mut chat = with(config, book);
    let ana = chat.enters_from(address(1), "Ana");
    chat.does(ana, login("operador"));
    chat.types_secret(ana, PASSWORD);
    let luis = chat.enters_from(address(2), "Luis");
    let eva = chat.enters_from(address(3), "Eva");
    chat.hush();
    chat.does(luis, login("operador"));
    chat.types_secret(luis, PASSWORD);
    for whom in ["Ana", "10.0.0.1"] {
        chat.hush();
        chat.does(luis, expel(whom));
        let refused = chat.hears(luis);
        assert!(refused.len() == 1 && refused[0].contains("Operator"), "{refused:?}");
        assert!(chat.is_here(ana));
    }
    // All places are taken; who is registered gets that of the only guest.
    chat.waits(60 * SECOND);
    chat.logs_in_from(address(4), "María", "tres tristes tigres");
    assert!(chat.is_here(ana) && chat.is_here(luis) && !chat.is_here(eva));
}

#[test]
fn operator_by_password_goes_on_on_the_connection_that_takes_over() {
    let book = Book::of(&[("María", "tres tristes tigres")]);
    let config =
        ChatConfig { accounts: Some(book.accounts()), operator_password: true, ..ChatConfig::default() };
    let mut chat = with(config, book);
    let old = chat.logs_in("María", "tres tristes tigres");
    chat.does(old, login("operador"));
    chat.types_secret(old, PASSWORD);
    let id = chat.logs_in("María", "tres tristes tigres");
    chat.enters("Luis");
    chat.hush();
    chat.does(id, kick("Luis"));
    assert_eq!(chat.hears(id), ["#general María: kicked Luis"]);
}
