//! Rooms that are closed by a key, and those who are let in.

use std::time::Duration;

use super::{Book, Chat, NOTHING, address, ignore, join, text, topic};
use tertulia::chat::{ChatConfig, ClientId, Command, LogEntry};
use tertulia::limits::{DECISIONS_PER_ROOM, FREE_FAILURES, KEY_ADDRESSES, KEY_ALARM_INTERVAL};

fn key(key: &str) -> Command {
    Command::Key { room: None, key: Some(text(key)) }
}

fn invite(whom: &str) -> Command {
    Command::Invite { room: None, whom: text(whom) }
}

fn join_with(key: &str) -> Command {
    Command::Join { room: text("sala"), key: Some(text(key)) }
}

/// Olga has made #sala and closed it with the key `sésamo`; Ana is there, Luis and Eva are not.
fn closed() -> (Chat, [ClientId; 4]) {
    let (mut chat, ids) = Chat::of(["Olga", "Ana", "Luis", "Eva"]);
    chat.does(ids[0], join("sala"));
    chat.does(ids[1], join("sala"));
    chat.does(ids[0], key("sésamo"));
    chat.does(ids[0], topic("secretos"));
    chat.hush();
    (chat, ids)
}

#[test]
fn key_has_to_be_known_to_enter() {
    let (mut chat, [olga, ana, luis, _]) = closed();
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["#sala is closed"]);
    for wrong in ["sesamo", "SÉSAMO", "sésamo ábrete"] {
        chat.does(luis, join_with(wrong));
        assert_eq!(chat.hears(luis), ["#sala has another key"]);
    }
    assert_eq!(chat.hears(olga), NOTHING, "nobody hears that somebody tried");
    chat.does(luis, join_with("sésamo"));
    assert_eq!(chat.hears(luis), ["in #sala: 3 (secretos)"]);
    chat.does(ana, join("sala"));
    assert_eq!(chat.hears(ana).last().unwrap(), "in #sala: 3 (secretos)", "who is there needs no key");
}

#[test]
fn closing_and_opening_are_told_without_the_key() {
    let (mut chat, [olga, ana, luis, eva]) = closed();
    chat.does(olga, key("otra"));
    chat.does(luis, join_with("sésamo"));
    chat.does(luis, join_with("otra"));
    assert_eq!(chat.hears(luis), ["#sala has another key", "in #sala: 3 (secretos)"]);
    chat.does(olga, Command::Key { room: None, key: None });
    assert_eq!(chat.hears(ana), ["#sala Olga: locked", ">>> Luis #sala", "#sala Olga: unlocked"]);
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["in #sala: 4 (secretos)"]);
}

#[test]
fn closed_room_shows_little_outside() {
    let (mut chat, [olga, _, luis, _]) = closed();
    chat.does(luis, Command::Rooms);
    chat.does(luis, Command::Who(Some(text("sala"))));
    assert_eq!(chat.hears(luis), ["2 rooms: #general* 4, #sala 2 closed", "#sala is closed"]);
    chat.does(olga, Command::Rooms);
    assert_eq!(chat.hears(olga), ["2 rooms: #general* 4, #sala* 2 closed (secretos)"]);
    chat.does(olga, Command::Who(None));
    assert_eq!(chat.hears(olga), ["2 here: Ana 3s, Olga*@ 0s"]);
}

#[test]
fn invitation_lets_in_who_is_invited_once() {
    let (mut chat, [olga, ana, luis, eva]) = closed();
    chat.does(olga, invite("luis"));
    assert_eq!(chat.hears(luis), ["Olga invites to #sala"]);
    assert_eq!(chat.hears(ana), ["#sala Olga: invited Luis"], "the room knows");
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["#sala is closed"], "it is for nobody else");
    chat.does(luis, join("sala"));
    chat.does(luis, Command::Leave(None));
    chat.does(luis, join("sala"));
    assert_eq!(
        chat.hears(luis),
        ["in #sala: 3 (secretos)", "left #sala, in #general now", "#sala is closed"]
    );
    chat.does(olga, invite("Luis"));
    chat.quits(luis);
    let luis = chat.enters("Luis");
    chat.hush();
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["#sala is closed"], "nor for another of that name");
}

#[test]
fn person_invited_often_is_invited_once() {
    let (mut chat, [olga, _, luis, eva]) = closed();
    chat.does(olga, invite("Luis"));
    for _ in 0..DECISIONS_PER_ROOM {
        chat.does(olga, invite("Eva"));
    }
    chat.hush();
    chat.does(luis, join("sala"));
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["in #sala: 4 (secretos)"]);
    chat.does(eva, Command::Leave(None));
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["left #sala, in #general now", "#sala is closed"]);
}

#[test]
fn invitation_does_not_reach_a_member_who_hides_its_sender() {
    let (mut chat, [olga, _, luis, _]) = closed();
    chat.does(luis, ignore("Olga"));
    chat.hears(luis);
    chat.does(olga, invite("Luis"));
    assert_eq!(chat.hears(luis), NOTHING);
    assert_eq!(chat.hears(olga), ["#sala Olga: invited Luis"], "who invites does not learn it");
}

#[test]
fn wrong_keys_cost_time_by_address_and_room() {
    let (mut chat, [olga, ana, luis, _]) = closed();
    chat.does(ana, Command::Join { room: text("otra"), key: None });
    chat.does(ana, key("sol"));
    let guess = chat.enters_from(address(7), "Mallory");
    let (same, other) = (chat.enters_from(address(7), "Iker"), chat.enters_from(address(8), "Rosa"));
    chat.hush();
    for _ in 0..=FREE_FAILURES {
        chat.does(guess, join_with("x"));
        assert_eq!(chat.hears(guess), ["#sala has another key"]);
    }
    chat.does(guess, join_with("sésamo"));
    assert_eq!(chat.hears(guess), ["#sala takes no key for 1s"], "a right one is not looked at either");
    chat.does(same, join_with("sésamo"));
    assert_eq!(chat.hears(same), ["#sala takes no key for 1s"], "nor from the same address");
    chat.does(same, join("sala"));
    assert_eq!(chat.hears(same), ["#sala is closed"], "no key is no guess");
    chat.does(same, Command::Join { room: text("otra"), key: Some(text("sol")) });
    assert_eq!(chat.hears(same), ["in #otra: 2"], "other rooms are open to them");
    for id in [other, luis] {
        chat.does(id, join_with("sésamo"));
        assert!(chat.hears(id)[0].starts_with("in #sala"), "from another address");
    }
    chat.does(olga, invite("Iker"));
    chat.hears(same);
    chat.does(same, join("sala"));
    assert!(chat.hears(same)[0].starts_with("in #sala"), "who is invited needs no key");
    // The waits double, and do not grow by what is tried meanwhile.
    chat.waits(Duration::from_secs(1));
    chat.does(guess, join_with("x"));
    (0..100).for_each(|_| chat.does(guess, join_with("x")));
    assert_eq!(chat.hears(guess).last().unwrap(), "#sala takes no key for 2s");
    chat.waits(Duration::from_secs(2));
    chat.does(guess, join_with("sésamo"));
    assert!(chat.hears(guess)[0].starts_with("in #sala"));
}

#[test]
fn ten_thousand_keys_in_four_seconds_are_few_guesses_and_one_line() {
    let (mut chat, [olga, ana, _, eva]) = closed();
    let mallory = chat.enters_from(address(7), "Mallory");
    chat.hush();
    for tries in 0..10_000 {
        chat.does(mallory, join_with(&format!("{tries}")));
        if tries % 2_500 == 0 {
            chat.waits(Duration::from_secs(1));
        }
    }
    let heard = chat.hears(mallory);
    let taken = heard.iter().filter(|line| *line == "#sala has another key").count();
    assert!(taken <= FREE_FAILURES as usize + 3, "{taken} keys were looked at");
    assert_eq!(chat.hears(olga), ["6 tries at #sala, Mallory last"]);
    assert_eq!((chat.hears(ana), chat.hears(eva)), (vec![], vec![]), "nobody else is told");
    chat.waits(KEY_ALARM_INTERVAL);
    chat.does(mallory, join_with("x"));
    chat.does(mallory, join_with("x"));
    assert_eq!(chat.hears(olga), ["9995 tries at #sala, Mallory last"]);
    let noted = chat.notes.iter().filter(|note| matches!(note, LogEntry::KeysTried(..))).count();
    assert_eq!(noted, 2);
}

#[test]
fn operators_for_good_hear_of_wrong_keys_once() {
    let accounts = [("María", "girasol"), ("Juan", "tres tigres")];
    let book = Book::of(&accounts);
    let mut chat = Chat::with(ChatConfig { accounts: Some(book.accounts()), ..ChatConfig::default() }, book);
    let (maria, juan) = (chat.logs_in("María", "girasol"), chat.logs_in("Juan", "tres tigres"));
    chat.does(maria, join("sala"));
    chat.does(juan, join("sala"));
    chat.does(maria, Command::Op { room: None, whom: text("Juan") });
    chat.does(maria, key("sésamo"));
    chat.does(juan, Command::Leave(None));
    chat.does(juan, join("sala"));
    let eva = chat.enters_from(address(7), "Eva");
    chat.hush();
    (0..20).for_each(|_| chat.does(eva, join_with("x")));
    for id in [maria, juan] {
        assert_eq!(chat.hears(id), ["6 tries at #sala, Eva last"]);
    }
}

#[test]
fn addresses_that_try_keys_are_bounded_and_none_is_forgotten_for_another() {
    let (mut chat, _) = closed();
    let first = chat.enters_from(address(1), "Mallory");
    chat.hush();
    (0..=FREE_FAILURES).for_each(|_| chat.does(first, join_with("x")));
    let mut refused = 0;
    for number in 2..200 {
        let id = chat.enters_from(address(number), &format!("m{number}"));
        chat.events(id);
        chat.does(id, join_with("x"));
        refused += usize::from(chat.hears(id).last().unwrap().contains("takes no key"));
    }
    assert!(
        refused > 199 - 2 - KEY_ADDRESSES - FREE_FAILURES as usize - 2,
        "those beyond wait together: {refused}"
    );
    chat.hears(first);
    chat.does(first, join_with("sésamo"));
    assert!(chat.hears(first)[0].contains("takes no key"), "they have not been forgotten for the others");
    let size = format!("{:?}", chat.hub).len();
    (0..3_000).for_each(|_| chat.does(first, join_with("x")));
    assert!(format!("{:?}", chat.hub).len() < size + 200);
}
