//! Expulsions: who is put out of the chat, at which doors they are refused, and who cannot be put out.

use std::time::Duration;

use tertulia::chat::{
    AccountKey, AdminOrder, AdminReply, ChatConfig, ClientId, CloseReason, Command, Event, Expulsion,
    ExpulsionNews, LogEntry, Origin,
};
use tertulia::limits::{EXPELLED_PER_TURN, EXPULSIONS_LISTED, EXPULSIONS_MAX};

use super::{Book, Chat, NOTHING, SECOND, address, name, nick, text};

const ACCOUNTS: [(&str, &str); 3] = [("María", "girasol"), ("Juan", "tres tigres"), ("Olga", "armario")];
const HOME: u8 = 1;
const LAB: u8 = 7;

/// A chat whose operators are María, who is in at her address, and Olga, who is not.
fn operated() -> (Chat, ClientId) {
    with(Vec::new())
}

fn with(expulsions: Vec<Expulsion>) -> (Chat, ClientId) {
    let book = Book::of(&ACCOUNTS);
    let operators: Vec<AccountKey> = vec![book.key("María"), book.key("Olga")];
    let config =
        ChatConfig { accounts: Some(book.accounts()), operators, expulsions, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let maria = chat.logs_in_from(address(HOME), "María", "girasol");
    chat.hush();
    (chat, maria)
}

fn expel(whom: &str) -> Command {
    Command::Expel { whom: text(whom), minutes: None, reason: None }
}

fn expel_for(whom: &str, minutes: u32) -> Command {
    Command::Expel { whom: text(whom), minutes: Some(minutes), reason: Some(text("insultos")) }
}

fn readmit(whom: &str) -> Command {
    Command::Readmit(text(whom))
}

#[test]
fn expelled_guest_goes_and_is_known_by_name_and_address() {
    let (mut chat, maria) = operated();
    let (pepe, ana) = (chat.enters_from(address(LAB), "Pepe"), chat.enters_from(address(2), "Ana"));
    chat.hush();
    chat.does(maria, expel_for("pepe", 30));
    assert_eq!(chat.hears(maria), ["<<< Pepe expelled", "expelled Pepe+10.0.0.7"]);
    assert_eq!(chat.hears(ana), ["<<< Pepe expelled"]);
    assert_eq!(chat.hears(pepe), ["you are expelled 1800s"]);
    assert_eq!(chat.closed, [(pepe, CloseReason::Expelled)]);
    assert!(chat.notes.iter().any(|note| matches!(note, LogEntry::Expelled(_))));
    // Each door asks, and says how long it lasts still.
    chat.waits(60 * SECOND);
    let there = chat.connects_from(address(LAB));
    assert_eq!(chat.hears(there), ["you are expelled 1740s"]);
    let elsewhere = chat.connects_from(address(3));
    chat.says(elsewhere, "PEPE");
    assert_eq!(chat.hears(elsewhere), ["name?", "expelled: PEPE", "name?"]);
    chat.says(elsewhere, "Luis");
    chat.does(elsewhere, nick("pepe"));
    assert_eq!(chat.hears(elsewhere), ["welcome Luis", "expelled: pepe"]);
    // And not a second longer.
    chat.waits(1740 * SECOND);
    let back = chat.enters_from(address(LAB), "Pepe");
    chat.does(maria, Command::Expelled);
    assert_eq!(chat.hears(maria).last().unwrap(), "0 expelled: ");
    assert!(chat.is_here(back) && chat.expulsions.is_empty());
}

#[test]
fn expelled_account_cannot_log_in_from_anywhere() {
    let (mut chat, maria) = operated();
    let juan = chat.logs_in_from(address(LAB), "Juan", "tres tigres");
    chat.hush();
    chat.does(maria, expel("Juan"));
    assert_eq!(chat.hears(juan), ["you are expelled"]);
    assert_eq!(chat.hears(maria), ["<<< Juan expelled", "expelled Juan"], "the account is enough");
    let guest = chat.enters_from(address(LAB), "Luis");
    chat.does(guest, Command::Login(text("Juan")));
    chat.does(guest, nick("Juan"));
    let new = chat.connects_from(address(4));
    chat.says(new, "juan");
    assert_eq!(chat.hears(new), ["name?", "expelled: juan", "name?"], "before a password is asked for");
    assert_eq!(chat.hears(guest)[1..], ["welcome Luis", "expelled: Juan", "expelled: Juan"]);
    chat.does(maria, readmit("juan"));
    assert_eq!(chat.hears(maria).last().unwrap(), "readmitted Juan");
    chat.logs_in_from(address(4), "Juan", "tres tigres");
}

#[test]
fn password_that_is_being_checked_does_not_come_in_behind_an_expulsion() {
    let (mut chat, maria) = operated();
    chat.slow = true;
    let guest = chat.enters_from(address(LAB), "Luis");
    let new = chat.connects_from(address(4));
    for id in [guest, new] {
        chat.does(id, Command::Login(text("Juan")));
        chat.types_secret(id, "tres tigres");
    }
    chat.does(maria, expel("Juan"));
    chat.settles();
    assert_eq!(chat.hears(guest).last().unwrap(), "expelled: Juan");
    assert_eq!(chat.hears(new)[2..], ["expelled: Juan", "name?"]);
    assert_eq!(chat.hub.name(guest), Some(&name("Luis")));
    assert_eq!(chat.hub.name(new), None);
}

#[test]
fn name_of_somebody_who_is_not_there_is_expelled_too() {
    let (mut chat, maria) = operated();
    chat.does(maria, expel("Pepe"));
    chat.does(maria, expel("juan"));
    assert_eq!(chat.hears(maria), ["expelled Pepe", "expelled Juan"]);
    let id = chat.connects();
    for wanted in ["Pepe", "P3pe", "JUAN"] {
        chat.says(id, wanted);
    }
    assert_eq!(chat.hears(id), ["name?", "expelled: Pepe", "name?", "welcome P3pe"]);
}

#[test]
fn expelled_address_takes_all_who_are_there() {
    let (mut chat, maria) = operated();
    let lab = Origin::parse("2001:db8:0:7::/64").unwrap();
    let (pepe, juan) = (chat.enters_from(lab, "Pepe"), chat.logs_in_from(lab, "Juan", "tres tigres"));
    let (silent, ana) = (chat.connects_from(lab), chat.enters_from(address(2), "Ana"));
    chat.hush();
    chat.does(maria, expel("2001:db8:0:7::1234"));
    for id in [pepe, juan, silent] {
        assert_eq!(chat.hears(id).last().unwrap(), "you are expelled");
        assert!(!chat.is_here(id));
    }
    assert!(chat.is_here(ana));
    let again = chat.connects_from(lab);
    assert_eq!(chat.hears(again), ["you are expelled"]);
    let juan = chat.logs_in_from(address(3), "Juan", "tres tigres");
    assert!(chat.is_here(juan), "from elsewhere they are welcome");
    chat.does(maria, readmit("2001:db8:0:7::/64"));
    chat.enters_from(lab, "Pepe");
}

#[test]
fn neighbours_of_an_expelled_guest_stay() {
    let (mut chat, maria) = operated();
    let class: Vec<_> = (0..5).map(|n| chat.enters_from(address(LAB), &format!("p{n}"))).collect();
    chat.hush();
    chat.does(maria, expel("p2"));
    assert_eq!(chat.hears(maria).last().unwrap(), "expelled p2, 4 others at 10.0.0.7");
    let here: Vec<bool> = class.iter().map(|&id| chat.is_here(id)).collect();
    assert_eq!(here, [true, true, false, true, true]);
    let back = chat.connects_from(address(LAB));
    chat.says(back, "p2");
    assert_eq!(chat.hears(back), ["name?", "expelled: p2", "name?"]);
}

#[test]
fn operators_and_where_anybody_may_be_are_safe() {
    let (mut chat, maria) = operated();
    let tunnel = Origin::parse("127.0.0.1").unwrap();
    let pepe = chat.enters_from(tunnel, "Pepe");
    chat.enters_from(tunnel, "Ana");
    let olga = chat.logs_in_from(address(LAB), "Olga", "armario");
    chat.hush();
    for (whom, refusal) in [
        ("María", "refused: Yourself"),
        ("olga", "refused: Operator(Name(\"Olga\"))"),
        ("127.0.0.1", "Everybodys"),
        ("127.3.2.1", "Everybodys"),
        ("::1", "Everybodys"),
        ("fe80::1", "Everybodys"),
        ("10.0.0.1", "OwnAddress"),
        ("10.0.0.7", "OperatorsAddress"),
        ("10.0.0.0/24", "Malformed"),
        ("¿qué?", "Malformed"),
    ] {
        chat.does(maria, expel(whom));
        let heard = chat.hears(maria).pop().unwrap();
        assert!(heard.contains(refusal), "{whom}: {heard}");
    }
    chat.quits(olga);
    chat.hush();
    chat.does(maria, expel("Olga"));
    assert_eq!(chat.hears(maria), ["refused: Operator(Name(\"Olga\"))"], "not while she is away either");
    // Through a tunnel, a guest is known by the name alone.
    chat.does(maria, expel("Pepe"));
    assert_eq!(chat.hears(maria), ["<<< Pepe expelled", "expelled Pepe"]);
    assert!(!chat.is_here(pepe));
    chat.enters_from(tunnel, "Luis");
    assert!(chat.is_here(maria));
}

#[test]
fn expulsion_is_refused_to_others() {
    let (mut chat, _) = operated();
    let (juan, ana) = (chat.logs_in("Juan", "tres tigres"), chat.enters("Ana"));
    chat.hush();
    for command in [expel("Ana"), readmit("Ana"), Command::Expelled] {
        chat.does(juan, command.clone());
        assert_eq!(chat.hears(juan), ["refused: NotOperator"]);
        let newcomer = chat.connects();
        chat.does(newcomer, command);
        assert_eq!(chat.hears(newcomer), ["name?", "name first", "name?"]);
    }
    assert!(chat.is_here(ana) && chat.expulsions.is_empty());
}

#[test]
fn expulsion_of_the_same_person_replaces_the_one_before() {
    let (mut chat, maria) = operated();
    chat.does(maria, expel("Pepe"));
    chat.does(maria, expel_for("PEPE", 5));
    chat.does(maria, expel("10.0.0.9"));
    chat.does(maria, expel_for("10.0.0.9", 1));
    chat.does(maria, Command::Expelled);
    assert_eq!(chat.hears(maria).last().unwrap(), "2 expelled: 10.0.0.9, PEPE");
    assert_eq!(chat.expulsions.len(), 2);
    chat.does(maria, readmit("pepe"));
    chat.does(maria, readmit("pepe"));
    assert_eq!(chat.hears(maria), ["readmitted PEPE", "refused: NotExpelled(Text(\"pepe\"))"]);
    chat.does(maria, readmit("10.0.0.9"));
    assert!(chat.expulsions.is_empty());
}

#[test]
fn expulsions_hold_after_a_restart_and_while_the_clock_says_so() {
    let (mut chat, maria) = operated();
    chat.enters_from(address(LAB), "Pepe");
    for command in [expel_for("Pepe", 30), expel("Juan"), expel_for("10.0.0.9", 1)] {
        chat.does(maria, command);
    }
    let kept: Vec<Expulsion> = chat.expulsions.values().cloned().collect();
    let decided = chat.now.micros() as i64 / 1000;
    let (mut chat, maria) = with(kept);
    // Twenty minutes later, by the wall clock; the other one began anew.
    chat.wall_offset = decided + 20 * 60_000 - chat.now.micros() as i64 / 1000;
    let there = chat.connects_from(address(LAB));
    assert_eq!(chat.hears(there), ["you are expelled 600s"]);
    let id = chat.connects_from(address(9));
    for wanted in ["Pepe", "Juan"] {
        chat.says(id, wanted);
    }
    assert_eq!(chat.hears(id), ["name?", "expelled: Pepe", "name?", "expelled: Juan", "name?"]);
    chat.does(maria, Command::Expelled);
    assert_eq!(chat.hears(maria), ["2 expelled: Juan, Pepe+10.0.0.7"], "one is over");
    chat.does(maria, expel("Luis"));
    assert_eq!(chat.expulsions.keys().copied().collect::<Vec<_>>(), [4], "with a number of its own");
}

#[test]
fn expulsions_are_bounded_and_so_is_their_list() {
    let (mut chat, maria) = operated();
    for n in 0..EXPULSIONS_MAX {
        chat.does(maria, expel_for(&format!("p{n}"), 1 + (n % 2) as u32));
    }
    chat.hears(maria);
    chat.does(maria, expel("Pepe"));
    assert_eq!(chat.hears(maria), ["refused: TooMany"]);
    chat.does(maria, expel_for("p0", 7));
    assert_eq!(chat.hears(maria), ["expelled p0"], "one that replaces another");
    chat.does(maria, Command::Expelled);
    let Some(Event::Expulsion(ExpulsionNews::List { listed, total, .. })) = chat.events(maria).pop() else {
        panic!("a list")
    };
    assert_eq!((listed.len(), total), (EXPULSIONS_LISTED, EXPULSIONS_MAX));
    chat.waits(Duration::from_secs(60));
    chat.does(maria, expel("Pepe"));
    assert_eq!(chat.hears(maria), ["expelled Pepe"], "half of them are over");
    assert_eq!(chat.expulsions.len(), EXPULSIONS_MAX / 2 + 2);
}

#[test]
fn expulsion_that_finds_no_room_takes_no_other_back() {
    let book = Book::of(&[("María", "girasol"), ("Pedro", "tambor"), ("Juan", "tres tigres")]);
    let operators = vec![book.key("María")];
    let config = ChatConfig { accounts: Some(book.accounts()), operators, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let maria = chat.logs_in_from(address(HOME), "María", "girasol");
    // More sessions of Juan, under other names, than go in one turn; the last is Pedro's as well.
    let sessions: Vec<_> = (0..=EXPELLED_PER_TURN)
        .map(|n| {
            let id = chat.logs_in_from(address(LAB), "Juan", "tres tigres");
            chat.does(id, nick(&format!("gato{n}")));
            id
        })
        .collect();
    let last = sessions[EXPELLED_PER_TURN];
    chat.does(last, Command::Login(text("Pedro")));
    chat.types_secret(last, "tambor");
    chat.does(last, nick("perro"));
    (1..EXPULSIONS_MAX).for_each(|n| chat.does(maria, expel(&format!("p{n}"))));
    chat.hush();
    chat.does(maria, expel("Juan"));
    assert!(chat.is_here(last), "it goes in the next turn");
    let before = chat.expulsions.clone();
    assert_eq!(before.len(), EXPULSIONS_MAX);
    // It would be about both accounts, in the place of the one about Juan's.
    chat.does(maria, expel("perro"));
    assert_eq!(chat.hears(maria).pop().unwrap(), "refused: TooMany");
    assert_eq!(chat.expulsions, before);
    chat.tick();
    assert!(!chat.is_here(last));
    let back = chat.connects();
    chat.says(back, "Juan");
    assert_eq!(chat.hears(back), ["name?", "expelled: Juan", "name?"]);
}

#[test]
fn long_reason_is_kept_in_part() {
    let (mut chat, maria) = operated();
    let reason = Some(text(&"ñ".repeat(1_500)));
    chat.does(maria, Command::Expel { whom: text("Pepe"), minutes: None, reason });
    let kept = chat.expulsions[&1].reason.as_ref().map(|reason| reason.as_str().chars().count());
    assert_eq!(kept, Some(120));
}

#[test]
fn crowd_of_an_expelled_address_goes_some_in_each_turn() {
    let (mut chat, maria) = operated();
    let crowd: Vec<_> =
        (0..3 * EXPELLED_PER_TURN).map(|n| chat.enters_from(address(LAB), &format!("p{n}"))).collect();
    chat.hush();
    let here = |chat: &Chat| crowd.iter().filter(|&&id| chat.is_here(id)).count();
    chat.does(maria, expel("10.0.0.7"));
    assert_eq!(here(&chat), 2 * EXPELLED_PER_TURN);
    assert!(chat.hub.next_due().is_some_and(|due| due <= chat.now));
    chat.tick();
    // One of those who are still here is let in again before it comes to them.
    chat.does(maria, readmit("10.0.0.7"));
    chat.tick();
    assert_eq!(here(&chat), EXPELLED_PER_TURN);
    assert!(chat.hub.next_due().is_none_or(|due| due > chat.now), "nothing is left to be done");
}

#[test]
fn expelled_person_does_nothing_while_they_wait_for_their_end() {
    let (mut chat, maria) = operated();
    let crowd: Vec<_> =
        (0..2 * EXPELLED_PER_TURN).map(|n| chat.enters_from(address(LAB), &format!("p{n}"))).collect();
    chat.hush();
    let last = crowd[crowd.len() - 1];
    chat.does(maria, expel("10.0.0.7"));
    assert!(chat.is_here(last), "they wait");
    chat.says(last, "hola");
    assert_eq!(chat.closed.last(), Some(&(last, CloseReason::Expelled)));
    assert!(!chat.hears(maria).iter().any(|line| line.contains("hola")));
    chat.tick();
    assert!(crowd.iter().all(|&id| !chat.is_here(id)));
}

#[test]
fn console_may_expel_where_no_operator_is() {
    let (mut chat, _) = operated();
    let pepe = chat.enters_from(address(LAB), "Pepe");
    let reply = chat.orders(AdminOrder::Expel { whom: text("Pepe"), minutes: Some(5), reason: None });
    assert!(matches!(reply, AdminReply::Expulsion(ExpulsionNews::Done(_, None))));
    assert_eq!(chat.hears(pepe).last().unwrap(), "you are expelled 300s");
    let reply = chat.orders(AdminOrder::Readmit(text("10.0.0.7")));
    assert!(matches!(reply, AdminReply::Expulsion(ExpulsionNews::Refused(_))), "it was about Pepe");
    let reply = chat.orders(AdminOrder::Readmit(text("pepe")));
    assert!(matches!(reply, AdminReply::Expulsion(ExpulsionNews::Readmitted(_))));
    assert_eq!(NOTHING.len(), chat.expulsions.len());
}
