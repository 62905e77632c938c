//! What the operators of a room decide about people: out, silent, back, operator too.

use super::{Chat, NOTHING, act, ignore, join, leave, message, nick, text, topic};
use tertulia::chat::{ClientId, CloseReason, Command, Event};
use tertulia::limits::{DECISIONS_PER_ROOM, LINE_MAX_STEPS};

fn kick(whom: &str) -> Command {
    Command::Kick { room: None, whom: text(whom), reason: None }
}

fn ban(whom: &str) -> Command {
    Command::Ban { room: None, whom: text(whom) }
}

fn unban(whom: &str) -> Command {
    Command::Unban { room: None, whom: text(whom) }
}

fn mute(whom: &str) -> Command {
    Command::Mute { room: None, whom: Some(text(whom)) }
}

fn op(whom: &str) -> Command {
    Command::Op { room: None, whom: text(whom) }
}

/// Olga has made #sala; Ana and Luis are there too.
fn sala() -> (Chat, [ClientId; 3]) {
    let (mut chat, ids) = Chat::of(["Olga", "Ana", "Luis"]);
    ids.iter().for_each(|&id| chat.does(id, join("sala")));
    chat.hush();
    (chat, ids)
}

#[test]
fn decisions_are_for_operators_only() {
    let (mut chat, [olga, ana, luis]) = sala();
    let orders = || {
        let key = Command::Key { room: None, key: Some(text("x")) };
        let invite = Command::Invite { room: None, whom: text("Luis") };
        [
            key,
            Command::Key { room: None, key: None },
            invite,
            kick("Luis"),
            ban("Luis"),
            unban("Luis"),
            mute("Luis"),
            op("Ana"),
        ]
    };
    for order in
        orders().into_iter().chain([Command::Mute { room: None, whom: None }, kick("Olga"), kick("Nadie")])
    {
        chat.does(ana, order);
        assert_eq!(chat.hears(ana), ["no operator of #sala"]);
    }
    for id in [olga, ana, luis] {
        chat.does(id, join("general"));
        for order in orders() {
            chat.hears(id);
            chat.does(id, order);
            assert_eq!(chat.hears(id), ["no operator of #general"], "the first room has none");
        }
    }
    assert_eq!(chat.hears(luis), NOTHING);
}

#[test]
fn kick_is_heard_once_by_its_target_and_the_room() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(olga, Command::Kick { room: None, whom: text("luis"), reason: Some(text("por pesado")) });
    assert_eq!(chat.hears(olga), ["#sala Olga: kicked Luis (por pesado)"]);
    assert_eq!(chat.hears(ana), ["#sala Olga: kicked Luis (por pesado)"]);
    let told = ["out of #sala: Olga kicked (por pesado)", "in #general now"];
    assert_eq!(chat.hears(luis), told, "and where their words go now");
    chat.says(olga, "ya");
    assert_eq!(chat.hears(luis), NOTHING);
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["in #sala: 3"], "they may come back");
    chat.does(luis, join("general"));
    chat.hush();
    chat.does(olga, kick("Luis"));
    assert_eq!(chat.hears(luis), ["out of #sala: Olga kicked"], "where they speak has not changed");
}

#[test]
fn kick_reaches_members_of_the_room_only() {
    let (mut chat, [olga, _, luis]) = sala();
    chat.does(luis, Command::Leave(None));
    chat.hush();
    for whom in ["Luis", "Nadie", "no es un nombre"] {
        for order in [kick(whom), op(whom)] {
            chat.does(olga, order);
            assert_eq!(chat.hears(olga), [format!("nobody in #sala: {whom}")]);
        }
    }
    for order in [ban("no es un nombre"), unban("2"), mute("a b")] {
        chat.does(olga, order);
        assert!(chat.hears(olga)[0].starts_with("nobody in #sala: "));
    }
    chat.does(olga, Command::Invite { room: None, whom: text("Nadie") });
    assert_eq!(chat.hears(olga), ["nobody: Nadie"]);
}

#[test]
fn operator_cannot_put_themselves_out() {
    let (mut chat, [olga, ana, _]) = sala();
    for order in [kick("Olga"), ban("olga")] {
        chat.does(olga, order);
        assert_eq!(chat.hears(olga), ["not yourself"]);
        assert_eq!(chat.hears(ana), NOTHING);
    }
}

#[test]
fn kick_by_a_hidden_operator_works() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(luis, ignore("Olga"));
    chat.does(ana, ignore("Olga"));
    chat.hush();
    chat.does(olga, kick("Luis"));
    assert_eq!(chat.hears(luis), ["out of #sala: Olga kicked", "in #general now"]);
    assert_eq!(chat.hears(ana), ["#sala Olga: kicked Luis"]);
}

#[test]
fn banned_member_does_not_come_back() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(olga, ban("Luis"));
    assert_eq!(chat.hears(ana), ["#sala Olga: banned Luis"]);
    assert_eq!(chat.hears(luis), ["out of #sala: Olga banned", "in #general now"]);
    chat.does(luis, join("sala"));
    chat.does(luis, nick("Pepe"));
    chat.does(luis, join("sala"));
    assert_eq!(
        chat.hears(luis),
        ["banned from #sala", "--- Luis is Pepe", "banned from #sala"],
        "under a new name neither"
    );
    chat.quits(luis);
    let luis = chat.enters("LUIS");
    chat.hush();
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["banned from #sala"], "nor on another connection");
    chat.does(olga, ban("luis"));
    assert_eq!(chat.hears(olga), ["#sala Olga: banned LUIS"], "who is not there hears nothing");
    assert_eq!(chat.hears(luis), NOTHING);
    chat.does(luis, nick("Otro"));
    chat.hush();
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["banned from #sala"], "banned again, as they came back");
}

#[test]
fn absent_name_can_be_banned_and_let_back() {
    let (mut chat, [olga, ana, _]) = sala();
    chat.does(olga, unban("Eva"));
    chat.does(olga, ban("Eva"));
    assert_eq!(chat.hears(olga), ["no ban in #sala: Eva", "#sala Olga: banned Eva"]);
    assert_eq!(chat.hears(ana), NOTHING, "a name that nobody has is the operator's business");
    let eva = chat.enters("eva");
    chat.hush();
    chat.does(eva, join("sala"));
    chat.does(olga, unban("EVA"));
    assert_eq!(chat.hears(olga), ["#sala Olga: unbanned eva"]);
    chat.does(eva, join("sala"));
    assert_eq!(chat.hears(eva), ["banned from #sala", "in #sala: 4"]);
}

#[test]
fn ban_is_lifted_under_either_name() {
    for lifted in ["Luis", "Pepe"] {
        let (mut chat, [olga, _, luis]) = sala();
        chat.does(olga, ban("Luis"));
        chat.does(luis, nick("Pepe"));
        chat.does(olga, unban(lifted));
        chat.hush();
        chat.does(luis, join("sala"));
        assert_eq!(chat.hears(luis), ["in #sala: 3"]);
    }
    let (mut chat, [olga, _, luis]) = sala();
    chat.does(olga, ban("Luis"));
    chat.does(olga, Command::Invite { room: None, whom: text("Luis") });
    chat.hush();
    chat.does(luis, join("sala"));
    assert_eq!(chat.hears(luis), ["in #sala: 3"], "an invitation lifts it too");
}

#[test]
fn invitation_does_not_outlive_its_guest_being_put_out() {
    let invite = || Command::Invite { room: None, whom: text("Luis") };
    let put_out = [vec![invite(), kick("Luis")], vec![invite(), ban("Luis"), unban("Luis")]];
    for orders in put_out {
        let (mut chat, [olga, ana, luis]) = sala();
        chat.does(olga, Command::Key { room: None, key: Some(text("sésamo")) });
        chat.hush();
        orders.into_iter().for_each(|order| chat.does(olga, order));
        assert_eq!(chat.hears(ana)[0], "#sala Olga: invited Luis", "who is inside can be invited");
        chat.hears(luis);
        chat.does(luis, join("sala"));
        assert_eq!(chat.hears(luis), ["#sala is closed"], "and has no invitation any more");
    }
}

#[test]
fn ban_takes_an_invitation_back() {
    for name in ["Luis", "Pepe"] {
        let (mut chat, [olga, _, luis]) = sala();
        chat.does(luis, leave("sala"));
        for order in [
            Command::Key { room: None, key: Some(text("sésamo")) },
            Command::Invite { room: None, whom: text("Luis") },
        ] {
            chat.does(olga, order);
        }
        chat.does(luis, nick(name));
        [ban(name), unban(name)].into_iter().for_each(|order| chat.does(olga, order));
        chat.hush();
        chat.does(luis, join("sala"));
        assert_eq!(chat.hears(luis), ["#sala is closed"], "under whatever name");
        chat.does(olga, Command::Invite { room: None, whom: text(name) });
        chat.hush();
        chat.does(luis, join("sala"));
        assert_eq!(chat.hears(luis), ["in #sala: 3"], "another one counts again");
    }
}

#[test]
fn operator_can_be_banned_too() {
    let (mut chat, [olga, ana, _]) = sala();
    chat.does(olga, op("Ana"));
    chat.hush();
    chat.does(ana, ban("Olga"));
    assert_eq!(chat.hears(olga), ["out of #sala: Ana banned", "in #general now"]);
    chat.does(olga, unban("Olga"));
    chat.does(olga, join("sala"));
    assert_eq!(chat.hears(olga), ["no operator of #general", "banned from #sala"]);
}

#[test]
fn bans_beyond_the_limit_make_the_oldest_forgotten() {
    let (mut chat, [olga, _, _]) = sala();
    for i in 0..=DECISIONS_PER_ROOM {
        chat.does(olga, ban(&format!("p{i}")));
    }
    for (name, answer) in [("p0", "in #sala: 4"), ("p1", "banned from #sala"), ("p1000", "banned from #sala")]
    {
        let id = chat.enters(name);
        chat.hush();
        chat.does(id, join("sala"));
        assert_eq!(chat.hears(id), [answer], "{name}");
    }
}

#[test]
fn muted_member_hears_and_does_not_speak() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(olga, mute("Luis"));
    assert_eq!(chat.hears(luis), ["#sala Olga: muted Luis"]);
    for command in [Command::Say { room: None, text: text("hola") }, act("salta"), topic("gritos")] {
        chat.does(luis, command);
        assert_eq!(chat.hears(luis), ["silent in #sala"]);
    }
    chat.does(luis, Command::Say { room: None, text: text(" ") });
    chat.does(luis, nick("Pepe"));
    chat.says(luis, "soy otro");
    chat.does(luis, Command::Leave(None));
    chat.does(luis, join("sala"));
    chat.says(luis, "he vuelto");
    assert_eq!(
        chat.hears(luis),
        [
            "--- Luis is Pepe",
            "silent in #sala",
            "left #sala, in #general now",
            "in #sala: 3",
            "silent in #sala"
        ]
    );
    assert_eq!(
        chat.hears(ana),
        ["#sala Olga: muted Luis", "--- Luis is Pepe", "<<< Pepe #sala", ">>> Pepe #sala"]
    );
    chat.does(luis, message("Ana", "en voz baja"));
    assert_eq!(chat.hears(ana), ["[Pepe] en voz baja"]);
    chat.does(luis, join("general"));
    chat.says(luis, "aquí sí");
    assert_eq!(chat.hears(ana), ["Pepe: aquí sí"]);
    chat.does(luis, join("sala"));
    chat.does(olga, mute("Pepe"));
    chat.hush();
    chat.says(luis, "por fin");
    assert_eq!(chat.hears(ana), ["#sala Pepe: por fin"]);
}

#[test]
fn silence_lasts_beyond_the_connection() {
    let (mut chat, [olga, _, luis]) = sala();
    chat.does(olga, mute("Luis"));
    chat.ends(luis, CloseReason::Lost);
    let luis = chat.enters("Luis");
    chat.does(luis, join("sala"));
    chat.hush();
    chat.says(luis, "he vuelto");
    assert_eq!(chat.hears(luis), ["silent in #sala"]);
    chat.ends(luis, CloseReason::Lost);
    chat.hush();
    chat.does(olga, mute("Luis"));
    assert_eq!(chat.hears(olga), ["#sala Olga: unmuted Luis"], "though nobody is called so now");
}

#[test]
fn moderated_room_lets_only_operators_speak() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(olga, op("Ana"));
    chat.does(olga, Command::Mute { room: None, whom: None });
    assert_eq!(chat.hears(luis), ["#sala Olga: opped Ana", "#sala Olga: hushed"]);
    chat.says(luis, "hola");
    chat.does(luis, topic("hola"));
    assert_eq!(chat.hears(luis), ["silent in #sala", "silent in #sala"]);
    chat.says(olga, "orden");
    chat.says(ana, "sí");
    assert_eq!(chat.hears(luis), ["#sala Olga: orden", "#sala Ana: sí"]);
    chat.does(olga, mute("Ana"));
    chat.hush();
    chat.says(ana, "hablo igual");
    assert_eq!(chat.hears(olga), ["#sala Ana: hablo igual"], "an operator always may");
    chat.does(ana, Command::Mute { room: None, whom: None });
    chat.hush();
    chat.says(luis, "por fin");
    assert_eq!(chat.hears(ana), ["#sala Luis: por fin"]);
}

#[test]
fn operators_make_operators() {
    let (mut chat, [olga, ana, luis]) = sala();
    chat.does(olga, op("ANA"));
    chat.does(olga, op("Ana"));
    assert_eq!(chat.hears(luis), ["#sala Olga: opped Ana", "#sala Olga: opped Ana"]);
    chat.does(ana, nick("Anita"));
    chat.hush();
    chat.does(ana, kick("Luis"));
    assert_eq!(chat.hears(olga), ["#sala Anita: kicked Luis"]);
}

#[test]
fn operator_who_leaves_is_none_any_more() {
    for by_leaving in [true, false] {
        let (mut chat, [mut olga, ana, _]) = sala();
        if by_leaving {
            chat.does(olga, Command::Leave(None));
        } else {
            chat.ends(olga, CloseReason::Lost);
            olga = chat.enters("Olga");
        }
        chat.does(olga, join("sala"));
        chat.hush();
        chat.does(olga, kick("Ana"));
        assert_eq!(chat.hears(olga), ["no operator of #sala"]);
        assert_eq!(chat.hears(ana), NOTHING);
    }
}

#[test]
fn decisions_go_with_their_room() {
    let (mut chat, [olga, ana, luis]) = sala();
    for order in [
        ban("Luis"),
        mute("Ana"),
        Command::Key { room: None, key: Some(text("x")) },
        Command::Mute { room: None, whom: None },
    ] {
        chat.does(olga, order);
    }
    chat.does(olga, Command::Leave(None));
    chat.does(ana, Command::Leave(None));
    chat.hush();
    for (id, told) in [(luis, "made #sala"), (ana, "in #sala: 2")] {
        chat.does(id, join("sala"));
        chat.says(id, "otra vez");
        assert_eq!(chat.hears(id), [told], "a room of that name is another one");
    }
}

/// What it takes to take back all that was decided about Pepe, who was banned so many times, of a full list.
fn steps_to_pardon(times: usize) -> u64 {
    let (mut chat, [olga, ..]) = sala();
    for number in 0..DECISIONS_PER_ROOM - times {
        chat.does(olga, ban(&format!("p{number}")));
    }
    // Each time on another connection, which is known by itself.
    for _ in 0..times {
        let pepe = chat.enters("Pepe");
        chat.does(olga, ban("Pepe"));
        chat.ends(pepe, CloseReason::Lost);
        chat.tick();
    }
    chat.hush();
    let before = chat.hub.work();
    chat.does(olga, unban("Pepe"));
    let steps = chat.hub.work().steps - before.steps;
    let pepe = chat.enters("Pepe");
    chat.does(pepe, join("sala"));
    let refused = chat.events(pepe).into_iter().any(|event| matches!(event, Event::RoomRefused(_)));
    assert!(!refused, "all of it is taken back");
    steps
}

#[test]
fn pardon_of_very_many_who_look_alike_counts_each_of_them() {
    let (one, all) = (steps_to_pardon(1), steps_to_pardon(DECISIONS_PER_ROOM));
    assert!(all >= one + 20 * (DECISIONS_PER_ROOM as u64 - 1), "{one} and {all} steps");
    assert!(all <= LINE_MAX_STEPS, "{all} steps");
}
