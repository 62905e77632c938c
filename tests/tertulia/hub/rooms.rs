//! Rooms: entering and leaving them, in which one speaks, and which there are.

use super::{Chat, NOTHING, act, ignore, join, leave, nick, text, topic};
use tertulia::chat::{ClientId, CloseReason, Command};
use tertulia::limits::{ROOMS_LISTED, ROOMS_PER_PERSON};

/// A quiet chat of Juan, Ana and Eva, where Juan has made #cocina and Ana is there too; Eva is not.
fn kitchen() -> (Chat, [ClientId; 3]) {
    let (mut chat, ids) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(ids[0], join("cocina"));
    chat.does(ids[1], join("cocina"));
    chat.hush();
    (chat, ids)
}

#[test]
fn room_is_made_by_the_first_who_enters() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(juan, join("cocina"));
    assert_eq!(chat.hears(juan), ["made #cocina"]);
    assert_eq!(chat.hears(ana), NOTHING, "nobody is there to hear it");
    chat.does(ana, join("cocina"));
    assert_eq!(chat.hears(ana), ["in #cocina: 2"]);
    assert_eq!(chat.hears(juan), [">>> Ana #cocina"]);
    assert_eq!(chat.hears(eva), NOTHING, "#general does not hear who enters another room");
}

#[test]
fn words_go_to_the_current_room_only() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.says(juan, "ya está el café");
    chat.does(juan, act("sirve"));
    assert_eq!(chat.hears(ana), ["#cocina Juan: ya está el café", "#cocina * Juan sirve"]);
    assert_eq!(chat.hears(eva), NOTHING);
    assert_eq!(chat.logged(), ["#cocina Juan: ya está el café", "#cocina * Juan sirve"]);
    chat.says(eva, "¿dónde estáis?");
    assert_eq!(chat.hears(juan), ["Eva: ¿dónde estáis?"], "one hears all rooms one is in");
}

#[test]
fn entering_a_room_again_makes_it_the_current_one() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(juan, join("#general"));
    assert_eq!(chat.hears(juan), ["in #general: 3"]);
    chat.says(juan, "hola");
    assert_eq!(chat.hears(eva), ["Juan: hola"]);
    assert_eq!(chat.hears(ana), ["Juan: hola"], "nobody is told that he changed rooms");
    chat.does(juan, join("COCINA"));
    chat.does(juan, join(" #cocina "));
    assert_eq!(chat.hears(juan), ["in #cocina: 2", "in #cocina: 2"]);
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn leave_is_about_the_current_room_or_the_one_named() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(ana, Command::Leave(None));
    assert_eq!(chat.hears(ana), ["left #cocina, in #general now"]);
    assert_eq!(chat.hears(juan), ["<<< Ana #cocina"]);
    assert_eq!(chat.hears(eva), NOTHING);
    chat.does(ana, leave("cocina"));
    chat.does(ana, leave("salón"));
    chat.does(ana, leave("2"));
    assert_eq!(chat.hears(ana), ["not in #cocina", "no room: salón", "no name for a room"]);
    chat.does(juan, leave("#General"));
    assert_eq!(chat.hears(juan), ["left #general, in #cocina now"], "the current one stays");
    assert_eq!(chat.hears(eva), ["<<< Juan #general"]);
    chat.says(eva, "hola");
    assert_eq!(chat.hears(juan), NOTHING);
}

#[test]
fn member_of_no_room_is_told_so() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, Command::Leave(None));
    assert_eq!(chat.hears(juan), ["left #general, nowhere now"]);
    assert_eq!(chat.hears(ana), ["<<< Juan #general"]);
    for command in [
        Command::Say { room: None, text: text("hola") },
        act("saluda"),
        Command::Who(None),
        Command::Leave(None),
    ] {
        chat.does(juan, command);
        assert_eq!(chat.hears(juan), ["nowhere"]);
    }
    for command in [
        topic("x"),
        Command::Topic { room: None, topic: None },
        Command::Key { room: None, key: None },
        Command::Ban { room: None, whom: text("Ana") },
    ] {
        chat.does(juan, command);
        assert_eq!(chat.hears(juan), ["nowhere"]);
    }
    chat.says(juan, "  ");
    assert_eq!(chat.hears(juan), NOTHING, "a blank line is nothing there too");
    chat.does(juan, nick("Juancho"));
    assert_eq!(chat.hears(juan), ["--- Juan is Juancho"], "told to oneself all the same");
    chat.quits(juan);
    assert_eq!(chat.hears(ana), NOTHING);
    let pepe = chat.enters("Pepe");
    chat.does(pepe, Command::Leave(None));
    chat.does(pepe, join("general"));
    chat.hush();
    chat.says(pepe, "he vuelto");
    assert_eq!(chat.hears(ana), ["Pepe: he vuelto"]);
}

#[test]
fn next_current_room_is_the_one_entered_last() {
    let (mut chat, [juan]) = Chat::of(["Juan"]);
    for room in ["a", "b", "c"] {
        chat.does(juan, join(room));
    }
    chat.does(juan, leave("general"));
    chat.does(juan, join("d"));
    chat.does(juan, join("a"));
    chat.hears(juan);
    for left in ["left #a, in #d now", "left #d, in #c now", "left #c, in #b now", "left #b, nowhere now"] {
        chat.does(juan, Command::Leave(None));
        assert_eq!(chat.hears(juan), [left]);
    }
}

#[test]
fn empty_room_vanishes_with_all_that_it_was() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(juan, topic("recetas"));
    chat.does(juan, Command::Leave(None));
    chat.does(ana, Command::Rooms);
    assert_eq!(chat.hears(ana).last().unwrap(), "2 rooms: #cocina* 1 (recetas), #general* 3");
    chat.ends(ana, CloseReason::Lost);
    chat.hush();
    chat.does(juan, Command::Rooms);
    assert_eq!(chat.hears(juan), ["1 rooms: #general* 2"]);
    for room in ["salón", "cocina"] {
        chat.does(juan, join(room));
        chat.does(juan, Command::Topic { room: None, topic: None });
        assert_eq!(chat.hears(juan), [format!("made #{room}"), format!("#{room} is about nothing")]);
    }
    chat.quits(juan);
    chat.quits(eva);
    chat.hush();
    assert!(chat.hub.is_empty());
}

#[test]
fn first_room_stays_when_all_have_left_it() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, topic("de todo"));
    chat.does(juan, Command::Leave(None));
    chat.does(ana, Command::Leave(None));
    chat.hush();
    chat.does(juan, Command::Rooms);
    chat.does(juan, join("general"));
    assert_eq!(chat.hears(juan), ["1 rooms: #general 0 (de todo)", "in #general: 1 (de todo)"]);
    chat.does(juan, Command::Key { room: None, key: Some(text("x")) });
    assert_eq!(chat.hears(juan), ["no operator of #general"], "whoever finds it empty did not make it");
}

#[test]
fn rooms_are_so_many_and_no_more() {
    let (mut chat, [juan]) = Chat::of(["Juan"]);
    for i in 1..ROOMS_PER_PERSON {
        chat.does(juan, join(&format!("r{i}")));
        assert_eq!(chat.hears(juan), [format!("made #r{i}")]);
    }
    chat.does(juan, join("otra"));
    assert_eq!(chat.hears(juan), ["too many rooms"]);
    chat.does(juan, join("r3"));
    assert_eq!(chat.hears(juan), ["in #r3: 1"], "where one is one may go");
    chat.does(juan, leave("r5"));
    chat.does(juan, join("otra"));
    assert_eq!(chat.hears(juan), ["left #r5, in #r3 now", "made #otra"]);
    chat.quits(juan);
    assert!(chat.hub.is_empty(), "all of them are gone");
}

#[test]
fn rooms_are_called_like_people() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    for bad in ["", "#", "2", "a b", "##cocina", "café!", "servidor", "tú", "a\u{400}"] {
        chat.does(juan, join(bad));
        assert_eq!(chat.hears(juan), ["no name for a room"], "{bad:?}");
    }
    chat.does(juan, join("Carmen"));
    for same in ["carmen", "CARMEN", "Carrnen", "#Carmen"] {
        chat.does(ana, join(same));
        assert_eq!(chat.hears(ana), ["in #Carmen: 2"], "{same}");
        chat.does(ana, Command::Leave(None));
        chat.hears(ana);
    }
    chat.does(ana, join("Juan"));
    assert_eq!(chat.hears(ana), ["made #Juan"], "a room may be called like a person");
    chat.does(ana, join("GENERA1"));
    assert_eq!(chat.hears(ana), ["in #general: 2"]);
}

#[test]
fn topic_is_set_by_any_member_of_the_room() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(ana, topic("recetas"));
    assert_eq!(chat.hears(ana), ["#cocina Ana: topic recetas"]);
    assert_eq!(chat.hears(juan), ["#cocina Ana: topic recetas"]);
    chat.does(eva, Command::Topic { room: None, topic: None });
    assert_eq!(chat.hears(eva), ["#general is about nothing"], "each room has its own");
    chat.does(eva, join("cocina"));
    assert_eq!(chat.hears(eva), ["in #cocina: 3 (recetas)"]);
    chat.does(juan, topic("-"));
    assert_eq!(chat.hears(eva), ["#cocina Juan: topic cleared"]);
    chat.does(eva, Command::Topic { room: None, topic: None });
    assert_eq!(chat.hears(eva), ["#cocina is about nothing"]);
}

#[test]
fn topic_of_a_hidden_person_is_not_told() {
    let (mut chat, [juan, ana, _]) = kitchen();
    chat.does(ana, ignore("Juan"));
    chat.hears(ana);
    chat.does(juan, topic("no me calla nadie"));
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn list_of_rooms_is_by_name() {
    let (mut chat, [juan, _ana, eva]) = kitchen();
    chat.does(juan, topic("recetas"));
    chat.does(eva, join("Azotea"));
    chat.hears(eva);
    chat.does(eva, Command::Rooms);
    assert_eq!(chat.hears(eva), ["3 rooms: #Azotea* 1, #cocina 2 (recetas), #general* 3"]);
}

#[test]
fn list_of_very_many_rooms_has_the_fullest() {
    let (mut chat, [juan]) = Chat::of(["Juan"]);
    for i in 0..ROOMS_LISTED + 5 {
        let id = chat.enters(&format!("p{i}"));
        chat.does(id, join(&format!("r{i}")));
    }
    chat.does(juan, join("r0"));
    chat.hush();
    chat.does(juan, Command::Rooms);
    let list = chat.hears(juan).remove(0);
    assert!(list.starts_with(&format!("{} rooms: #general* ", ROOMS_LISTED + 6)), "{list}");
    assert_eq!(list.matches('#').count(), ROOMS_LISTED);
    assert!(list.contains("#r0* 2,"), "{list}");
}

#[test]
fn list_of_people_in_another_room_can_be_asked_for() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(eva, Command::Who(Some(text("#cocina"))));
    assert_eq!(chat.hears(eva), ["2 here: Ana 3s, Juan@ 3s"]);
    chat.does(juan, Command::Who(None));
    assert_eq!(chat.hears(juan), ["2 here: Ana 3s, Juan*@ 0s"], "the current one");
    chat.does(ana, Command::Who(Some(text("general"))));
    assert_eq!(chat.hears(ana), ["3 here: Ana* 0s, Eva 0s, Juan 0s"]);
    chat.does(ana, Command::Who(Some(text("salón"))));
    assert_eq!(chat.hears(ana), ["no room: salón"]);
}

#[test]
fn departure_is_heard_once_by_those_who_share_rooms() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    for id in [juan, ana] {
        chat.does(id, join("azotea"));
    }
    chat.hush();
    chat.does(juan, Command::Quit(Some(text("chao"))));
    assert_eq!(chat.hears(ana), ["<<< Juan (chao)"]);
    assert_eq!(chat.hears(eva), ["<<< Juan (chao)"]);
    for (rooms, gone) in [(vec!["general"], "<<< Luis"), (vec!["general", "cocina"], "<<< Luis")] {
        let luis = chat.enters("Luis");
        chat.does(luis, join("cocina"));
        chat.does(luis, join("azotea"));
        rooms.iter().for_each(|room| chat.does(luis, leave(room)));
        chat.hush();
        chat.quits(luis);
        assert_eq!(chat.hears(ana), [gone], "in the rooms that are left of {rooms:?}");
        assert_eq!(chat.hears(eva), NOTHING, "she shared none with him");
    }
}

#[test]
fn new_name_is_heard_once_by_those_who_share_rooms() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    let luis = chat.enters("Luis");
    chat.does(luis, leave("general"));
    chat.hush();
    chat.does(juan, nick("Juancho"));
    for id in [juan, ana, eva] {
        assert_eq!(chat.hears(id), ["--- Juan is Juancho"]);
    }
    assert_eq!(chat.hears(luis), NOTHING, "who shares no room does not hear it");
    chat.says(juan, "hola");
    assert_eq!(chat.hears(ana), ["#cocina Juancho: hola"]);
}

#[test]
fn hidden_person_is_hidden_in_every_room() {
    let (mut chat, [juan, ana, eva]) = kitchen();
    chat.does(ana, ignore("Juan"));
    chat.hears(ana);
    chat.says(juan, "hola");
    chat.does(juan, Command::Leave(None));
    chat.does(juan, join("cocina"));
    chat.does(juan, join("general"));
    chat.quits(juan);
    assert_eq!(chat.hears(ana), NOTHING);
    assert_eq!(chat.hears(eva), ["<<< Juan"]);
}

/// Olga, who has made #cocina and #salón and speaks in the second, and Ana, who is in both and speaks in #general.
fn two_rooms() -> (Chat, [ClientId; 2]) {
    let (mut chat, [olga, ana]) = Chat::of(["Olga", "Ana"]);
    for room in ["cocina", "salón"] {
        [olga, ana].into_iter().for_each(|id| chat.does(id, join(room)));
    }
    chat.does(ana, join("general"));
    chat.hush();
    (chat, [olga, ana])
}

#[test]
fn target_room_of_words_need_not_be_the_current_one() {
    let (mut chat, [olga, ana]) = two_rooms();
    let room = || Some(text("#cocina"));
    chat.does(ana, Command::Say { room: room(), text: text("hola") });
    chat.does(ana, Command::Act { room: room(), text: text("saluda") });
    assert_eq!(chat.hears(olga), ["#cocina Ana: hola", "#cocina * Ana saluda"]);
    assert_eq!(chat.logged(), ["#cocina Ana: hola", "#cocina * Ana saluda"]);
    assert_eq!(chat.kept[0].room, chat.kept[1].room);
    chat.says(ana, "aquí");
    assert_ne!(chat.kept[2].room, chat.kept[0].room, "her words go where they went before");
}

#[test]
fn target_room_of_orders_need_not_be_the_current_one() {
    let (mut chat, [olga, ana]) = two_rooms();
    let room = || Some(text("cocina"));
    chat.does(olga, Command::Topic { room: room(), topic: Some(text("recetas")) });
    chat.does(olga, Command::Mute { room: room(), whom: Some(text("Ana")) });
    chat.does(olga, Command::Key { room: room(), key: Some(text("sal")) });
    chat.does(olga, Command::Ban { room: room(), whom: text("Pedro") });
    chat.does(olga, Command::Kick { room: room(), whom: text("Ana"), reason: None });
    chat.does(olga, Command::Invite { room: room(), whom: text("Ana") });
    let heard = [
        "#cocina Olga: topic recetas",
        "#cocina Olga: muted Ana",
        "#cocina Olga: locked",
        "out of #cocina: Olga kicked",
        "Olga invites to #cocina",
    ];
    assert_eq!(chat.hears(ana), heard);
    chat.hears(olga);
    chat.does(olga, Command::Topic { room: room(), topic: None });
    chat.does(olga, Command::Bans { room: room() });
    assert_eq!(chat.hears(olga), ["#cocina is about recetas", "#cocina bans [Pedro], mutes [Ana]"]);
    chat.does(olga, Command::Topic { room: None, topic: None });
    assert_eq!(chat.hears(olga), ["#salón is about nothing"], "the current one is as it was");
}

#[test]
fn target_room_is_one_that_the_client_is_in() {
    let (mut chat, [olga, ana]) = two_rooms();
    let iker = chat.enters("Iker");
    chat.hush();
    chat.changes.clear();
    let (room, whom) = (|| Some(text("cocina")), || text("Ana"));
    let commands = [
        Command::Say { room: room(), text: text("hola") },
        Command::Act { room: room(), text: text("salta") },
        Command::History { room: room(), lines: None, before: None },
        Command::Topic { room: room(), topic: None },
        Command::Topic { room: room(), topic: Some(text("gritos")) },
        Command::Key { room: room(), key: None },
        Command::Invite { room: room(), whom: whom() },
        Command::Kick { room: room(), whom: whom(), reason: None },
        Command::Ban { room: room(), whom: whom() },
        Command::Unban { room: room(), whom: whom() },
        Command::Bans { room: room() },
        Command::Mute { room: room(), whom: None },
        Command::Op { room: room(), whom: whom() },
    ];
    for command in commands {
        chat.does(iker, command.clone());
        assert_eq!(chat.hears(iker), ["not in #cocina"], "{command:?}");
        assert_eq!([chat.hears(olga), chat.hears(ana)], [NOTHING, NOTHING], "{command:?}");
    }
    assert!(chat.kept.is_empty() && chat.changes.is_empty(), "nothing came of it");
    chat.does(iker, Command::Say { room: Some(text("desván")), text: text("hola") });
    assert_eq!(chat.hears(iker), ["no room: desván"]);
}
