//! Many who come into rooms or go out of them at once: each room counts for itself.

use super::{Chat, NOTHING, SECOND, join, leave, nick, topic};
use tertulia::chat::{ClientId, CloseReason, Command};
use tertulia::limits::{MOVEMENT_WINDOW, MOVEMENTS_TOLD};

/// Ana in #general, Eva in #sala, Iker in both, and `many` who are in the room or the rooms named.
fn crowd<const N: usize>(many: usize, rooms: [&str; N]) -> (Chat, [ClientId; 3], Vec<ClientId>) {
    let (mut chat, watchers) = Chat::of(["Ana", "Eva", "Iker"]);
    chat.does(watchers[2], join("sala"));
    chat.does(watchers[1], join("sala"));
    chat.does(watchers[1], leave("general"));
    let ids: Vec<ClientId> = (0..many).map(|i| chat.enters(&format!("p{i}"))).collect();
    for &id in &ids {
        rooms.iter().for_each(|room| chat.does(id, join(room)));
        if !rooms.contains(&"general") {
            chat.does(id, leave("general"));
        }
    }
    chat.hush();
    (chat, watchers, ids)
}

fn all(chat: &mut Chat, ids: &[ClientId], command: &Command) {
    ids.iter().for_each(|&id| chat.does(id, command.clone()));
}

#[test]
fn arrivals_in_a_room_beyond_the_first_are_told_together() {
    let (mut chat, [ana, eva, _], ids) = crowd(9, ["general"]);
    all(&mut chat, &ids, &join("sala"));
    assert_eq!(chat.hears(eva), [0, 1, 2, 3, 4].map(|i| format!(">>> p{i} #sala")));
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), [">>> p5, p6 +2 #sala"]);
    all(&mut chat, &ids, &leave("sala"));
    chat.hears(eva);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), ["<<< p5, p6 +2 #sala"]);
    assert_eq!(chat.hears(ana), NOTHING, "elsewhere nobody hears of it");
    assert_eq!(chat.hub.next_due(), None);
}

#[test]
fn room_counts_its_own_arrivals() {
    let (mut chat, [ana, eva, _], ids) = crowd(10, ["general"]);
    all(&mut chat, &ids[..MOVEMENTS_TOLD], &join("sala"));
    all(&mut chat, &ids[MOVEMENTS_TOLD..], &leave("general"));
    assert_eq!(chat.hears(ana).len(), MOVEMENTS_TOLD);
    assert_eq!(chat.hears(eva).len(), MOVEMENTS_TOLD);
    assert_eq!(chat.hub.next_due(), None, "nothing waits");
}

#[test]
fn arrival_in_a_room_is_told_before_its_member_is_heard() {
    for (doing, line) in [
        (Command::Say { room: None, text: super::text("hola") }, "#sala p6: hola"),
        (topic("hola"), "#sala p6: topic hola"),
        (nick("Leo"), "--- p6 is Leo"),
    ] {
        let (mut chat, [_, eva, _], ids) = crowd(8, ["general"]);
        all(&mut chat, &ids, &join("sala"));
        chat.hears(eva);
        chat.does(ids[6], doing);
        assert_eq!(chat.hears(eva), [">>> p5, p6, p7 #sala", line]);
    }
}

#[test]
fn arrival_in_a_room_is_told_before_its_member_is_judged() {
    let about = |whom: &str| super::text(whom);
    for order in [
        Command::Kick { room: None, whom: about("p6"), reason: None },
        Command::Ban { room: None, whom: about("p6") },
        Command::Mute { room: None, whom: Some(about("p6")) },
        Command::Op { room: None, whom: about("p6") },
    ] {
        let (mut chat, [_, eva, iker], ids) = crowd(8, ["general"]);
        all(&mut chat, &ids, &join("sala"));
        chat.hears(eva);
        chat.does(iker, order);
        let heard = chat.hears(eva);
        assert_eq!((heard.len(), heard[0].as_str()), (2, ">>> p5, p6, p7 #sala"), "{heard:?}");
    }
}

#[test]
fn member_who_comes_and_goes_within_the_second_leaves_no_trace() {
    let (mut chat, [_, eva, _], ids) = crowd(6, ["general"]);
    all(&mut chat, &ids, &join("sala"));
    chat.hears(eva);
    chat.does(ids[5], leave("sala"));
    chat.does(ids[5], join("sala"));
    chat.does(ids[5], leave("sala"));
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), NOTHING);
    all(&mut chat, &ids, &join("sala"));
    chat.hush();
    all(&mut chat, &ids, &leave("sala"));
    chat.does(ids[5], join("sala"));
    chat.hears(eva);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), ["<<< p5 #sala", ">>> p5 #sala"], "who was known is missed, and back");
}

#[test]
fn departures_from_the_chat_are_heard_once_in_a_storm_too() {
    let (mut chat, [ana, eva, iker], ids) = crowd(9, ["sala", "general"]);
    ids.iter().for_each(|&id| chat.ends(id, CloseReason::Lost));
    let first = [0, 1, 2, 3, 4].map(|i| format!("<<< p{i} lost"));
    for id in [ana, eva, iker] {
        assert_eq!(chat.hears(id), first);
    }
    chat.waits(MOVEMENT_WINDOW);
    for id in [ana, eva, iker] {
        assert_eq!(chat.hears(id), ["<<< p5, p6 +2"], "{id:?}");
    }
}

#[test]
fn member_who_is_not_in_the_first_room_is_missed_where_they_were() {
    let (mut chat, [ana, eva, iker], ids) = crowd(9, ["sala"]);
    ids.iter().for_each(|&id| chat.quits(id));
    chat.hears(eva);
    chat.hears(iker);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), ["<<< p5, p6 +2"]);
    assert_eq!(chat.hears(iker), ["<<< p5, p6 +2"], "though he is in #general too");
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn departure_that_one_room_tells_later_is_heard_once() {
    let (mut chat, [ana, eva, iker], ids) = crowd(7, ["sala", "general"]);
    all(&mut chat, &ids[..5], &leave("general"));
    for id in [ana, eva, iker] {
        chat.hears(id);
    }
    chat.quits(ids[5]);
    assert_eq!(chat.hears(eva), ["<<< p5"], "#sala has room for it, #general has not");
    assert_eq!(chat.hears(iker), NOTHING);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p5"]);
    assert_eq!(chat.hears(iker), ["<<< p5"]);
    assert_eq!(chat.hears(eva), NOTHING);
}

#[test]
fn member_who_was_heard_of_in_a_room_only_is_missed_there() {
    let (mut chat, [ana, eva, iker], _) = crowd(0, ["general"]);
    let ids: Vec<ClientId> = (0..6).map(|i| chat.enters(&format!("q{i}"))).collect();
    chat.does(ids[5], join("sala"));
    chat.hears(ana);
    chat.hears(iker);
    assert_eq!(chat.hears(eva), [">>> q5 #sala"]);
    chat.quits(ids[5]);
    assert_eq!(chat.hears(eva), ["<<< q5"]);
    assert_eq!(chat.hears(iker), ["<<< q5"], "#general has not told of them and will not");
    chat.waits(SECOND);
    assert_eq!(chat.hears(ana), NOTHING, "to her they were never here");
    assert_eq!(chat.hears(iker), NOTHING);
}

#[test]
fn room_that_vanishes_in_a_storm_leaves_nothing_to_tell() {
    let (mut chat, _, ids) = crowd(9, ["general"]);
    all(&mut chat, &ids, &join("cueva"));
    assert!(chat.hub.next_due().is_some());
    all(&mut chat, &ids, &leave("cueva"));
    assert_eq!(chat.hub.next_due(), None);
    let pepe = chat.enters("Pepe");
    chat.hush();
    chat.does(pepe, join("cueva"));
    chat.waits(10 * SECOND);
    assert_eq!(chat.hears(pepe), ["made #cueva"], "the next of that name and number begins anew");
    chat.does(ids[0], join("cueva"));
    assert_eq!(chat.hears(pepe), [">>> p0 #cueva"]);
}

#[test]
fn name_that_changed_hands_is_told_in_that_order() {
    let (mut chat, [ana, _, _], ids) = crowd(7, ["general"]);
    all(&mut chat, &ids[..6], &leave("general"));
    chat.quits(ids[5]);
    chat.enters("p5");
    chat.hears(ana);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p5 #general", ">>> p5"]);
}

/// Storms in very many rooms within the same second: each tick tells some rooms of theirs, and the next one others.
#[test]
fn tick_tells_so_many_rooms_and_the_next_one_the_rest() {
    const ROOMS: usize = 600;
    let (mut chat, [luis, eva]) = Chat::of(["Luis", "Eva"]);
    let mut members = Vec::new();
    for room in 0..ROOMS {
        if room % 19 == 0 {
            members.push(chat.enters(&format!("p{room}")));
        }
        let member = *members.last().expect("one at least");
        chat.does(member, join(&format!("r{room}")));
        // Five movements are told at once; that they both leave waits.
        let name = format!("r{room}");
        chat.does(luis, join(&name));
        chat.does(luis, leave(&name));
        chat.does(luis, join(&name));
        chat.does(eva, join(&name));
        chat.does(luis, leave(&name));
        chat.does(eva, leave(&name));
    }
    members.iter().for_each(|&id| drop(chat.hears(id)));
    chat.now = chat.now + SECOND;
    let (mut told, mut ticks) = (0, 0);
    while chat.hub.next_due().is_some_and(|due| due <= chat.now) {
        chat.tick();
        let lines: usize = members.iter().map(|&id| chat.hears(id).len()).sum();
        assert!((1..=300).contains(&lines), "{lines} lines in one tick");
        (told, ticks) = (told + lines, ticks + 1);
    }
    assert!(told >= ROOMS && ticks > 2, "{told} lines in {ticks} ticks");
}
