//! Rooms that are closed by a key, and those who are let in.

use super::{Chat, NOTHING, ignore, join, text, topic};
use tertulia::chat::{ClientId, Command};
use tertulia::limits::DECISIONS_PER_ROOM;

fn key(key: &str) -> Command {
    Command::Key(Some(text(key)))
}

fn invite(whom: &str) -> Command {
    Command::Invite(text(whom))
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
fn one_has_to_know_the_key() {
    let (mut chat, [olga, ana, luis, _]) = closed();
    for refused in [join("sala"), join_with("sesamo"), join_with("SÉSAMO"), join_with("sésamo ábrete")] {
        chat.does(luis, refused);
        assert_eq!(chat.hears(luis), ["#sala is closed"]);
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
    assert_eq!(chat.hears(luis), ["#sala is closed", "in #sala: 3 (secretos)"]);
    chat.does(olga, Command::Key(None));
    assert_eq!(chat.hears(ana), ["#sala Olga: locked", ">>> Luis #sala", "#sala Olga: unlocked"]);
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["in #sala: 4 (secretos)"]);
}

#[test]
fn from_outside_little_is_seen_of_a_closed_room() {
    let (mut chat, [olga, _, luis, _]) = closed();
    chat.does(luis, Command::Rooms);
    chat.does(luis, Command::Who(Some(text("sala"))));
    assert_eq!(chat.hears(luis), ["2 rooms: #general* 4, #sala 2 closed", "#sala is closed"]);
    chat.does(olga, Command::Rooms);
    assert_eq!(chat.hears(olga), ["2 rooms: #general* 4, #sala* 2 closed (secretos)"]);
    chat.does(olga, Command::Who(None));
    assert_eq!(chat.hears(olga), ["2 here: Ana 3s, Olga* 0s"]);
}

#[test]
fn an_invitation_lets_in_who_is_invited_once() {
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
fn one_person_invited_often_is_invited_once() {
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
fn who_hides_an_operator_is_not_bothered_by_invitations() {
    let (mut chat, [olga, _, luis, _]) = closed();
    chat.does(luis, ignore("Olga"));
    chat.hears(luis);
    chat.does(olga, invite("Luis"));
    assert_eq!(chat.hears(luis), NOTHING);
    assert_eq!(chat.hears(olga), ["#sala Olga: invited Luis"], "who invites does not learn it");
}
