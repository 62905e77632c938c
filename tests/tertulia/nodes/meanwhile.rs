//! What was said while members were outside, whose node was held for dead and was not.

use tertulia::chat::{
    ClientId, CloseReason, Command, Effect, Event, Found, Input, Look, Message, MessageId, Reach, Reply,
    Request, ResumedRoom, RoomKey, Text, UnixMillis,
};

use super::late::{A, B, Nodes, ana};
use super::servers::{SECOND, World};
use crate::hub::address;

type Client = (usize, usize);

/// Ana is on one server and Luis on the other, both in the general room and in the kitchen, where Luis decides.
fn in_the_kitchen() -> (World, Client, Client) {
    let mut world = World::new();
    let luis = world.connects(1, "Luis");
    world.says(luis, "/entrar cocina\n");
    let ana = world.connects(0, "Ana");
    world.says(ana, "/entrar cocina\n");
    world.passes(3 * SECOND);
    (world, ana, luis)
}

/// Ana's server stands still until she is gone for the others. Then Luis does this, and her server goes on.
fn sleeps_while(world: &mut World, luis: Client, input: &str) {
    world.asleep[0] = true;
    (0..12).for_each(|_| world.passes(SECOND));
    assert_eq!(world.houses[1].server.hub().people(), 1, "she is gone for the others");
    world.says(luis, input);
    world.asleep[0] = false;
    world.passes(SECOND);
    world.passes(3 * SECOND);
}

#[test]
fn what_was_said_while_a_member_was_outside_is_shown_to_it_once_and_in_order() {
    let (mut world, ana, luis) = in_the_kitchen();
    world.says(luis, "antes\n");
    world.heard(ana);
    sleeps_while(&mut world, luis, "uno\n/yo espera\n/entrar sala\nuna sala\n/entrar general\ndos\n");
    world.says(luis, "después\n");
    let heard = world.heard(ana);
    let lines: Vec<&str> = heard.lines().filter(|line| line.contains("Luis")).collect();
    assert_eq!(
        lines,
        ["Luis: uno", "* Luis espera", "#general Luis: dos", "#general Luis: después"],
        "{heard}"
    );
}

#[test]
fn who_was_banned_meanwhile_is_not_shown_what_was_said_there() {
    let (mut world, ana, luis) = in_the_kitchen();
    world.heard(ana);
    sleeps_while(&mut world, luis, "/vetar Ana\nsecreto\n/entrar general\nhola\n");
    let heard = world.heard(ana);
    assert!(heard.contains("Luis: hola") && !heard.contains("secreto"), "{heard}");
}

#[test]
fn ban_and_silence_follow_a_connection_that_has_another_name_behind_the_death_of_its_node() {
    let (mut world, ana, luis) = in_the_kitchen();
    world.says(luis, "/silenciar Ana\n");
    world.says(ana, "/nick Bea\n/entrar sala\n");
    sleeps_while(&mut world, luis, "hola\n");
    world.heard(luis);
    world.says(ana, "/entrar cocina\ncallada\n");
    assert!(!world.heard(luis).contains("callada"));
    world.says(luis, "/vetar Bea\n");
    world.says(ana, "/nick Carmen\n");
    sleeps_while(&mut world, luis, "hola\n");
    world.heard(luis);
    world.says(ana, "/entrar cocina\nfuera\n");
    assert!(!world.heard(luis).contains("fuera"));
    world.says(luis, "/perdonar Bea\n");
    world.says(ana, "/entrar cocina\n");
    world.says(luis, "/silenciar Carmen\n");
    world.says(ana, "dentro\n");
    let heard = world.heard(luis);
    assert!(heard.contains("Carmen: dentro"), "{heard}");
}

#[test]
fn who_hides_somebody_is_not_shown_what_they_said_meanwhile() {
    let (mut world, ana, luis) = in_the_kitchen();
    world.says(ana, "/ignorar Luis\n");
    world.heard(ana);
    sleeps_while(&mut world, luis, "uno\n");
    let heard = world.heard(ana);
    assert!(!heard.contains("uno"), "{heard}");
}

fn luis() -> ClientId {
    ClientId::new(0, 2)
}

fn says(words: &str) -> Command {
    Command::Say { room: None, text: Text::clean(words) }
}

/// The question for what was said meanwhile that Ana's node has.
fn question(nodes: &Nodes) -> (Vec<RoomKey>, MessageId) {
    let question = |effect: &Effect| match effect {
        Effect::Request(id, Request::Look(Look::Missed(rooms, after))) if *id == ana() => {
            Some((rooms.clone(), *after))
        }
        _ => None,
    };
    nodes.effects[A].iter().rev().find_map(question).unwrap_or_else(|| panic!("{:?}", nodes.effects[A]))
}

#[test]
fn member_that_goes_on_from_another_state_is_told_that_messages_are_missing() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.enters(B, luis(), "Luis");
    nodes.does(B, Input::Command(luis(), says("uno")));
    nodes.goes_on_anew();
    nodes.is_gone(A);
    nodes.does(B, Input::Command(luis(), says("dos")));
    nodes.joins(A);
    let (rooms, after) = question(&nodes);
    assert_eq!((&rooms[..], after), (&[RoomKey(0)][..], MessageId(1)), "behind what she has heard");
    let mark = Message::gap(after.next(), RoomKey(0), UnixMillis(0), 0);
    let look = Look::Missed(rooms, after);
    let found = Found { look, lines: vec![mark], more: false, reach: Reach::All };
    nodes.does(A, Input::Reply(ana(), Reply::Found(found)));
    assert!(matches!(nodes.told(ana()).next_back(), Some(Event::Skipped(0))));
}

#[test]
fn letters_that_came_meanwhile_are_handed_over_and_others_not_again() {
    let mut nodes = Nodes::new();
    nodes.enters(B, luis(), "Luis");
    let write = |nodes: &mut Nodes, words: &str| {
        let (to, text) = (Text::clean("Ana"), Text::clean(words));
        nodes.does(B, Input::Command(luis(), Command::Message { to, text }));
    };
    write(&mut nodes, "uno");
    nodes.ana_enters_through(A);
    nodes.is_gone(A);
    write(&mut nodes, "dos");
    nodes.joins(A);
    let handed = |event: &Event| match event {
        Event::OfflineMessages { messages, .. } => {
            Some(messages.iter().map(|message| message.text.as_str().to_owned()).collect::<Vec<_>>())
        }
        _ => None,
    };
    let handed: Vec<Vec<String>> = nodes.told(ana()).filter_map(handed).collect();
    assert_eq!(handed, [["uno"], ["dos"]]);
}

/// Where a client was told that its member is: each room, with all who are there.
fn places(nodes: &Nodes, id: ClientId) -> Vec<(String, Vec<String>)> {
    let resumed = nodes.told(id).find_map(|event| match event {
        Event::Resumed { rooms, .. } => Some(rooms),
        _ => None,
    });
    let sorted = |room: &ResumedRoom| {
        let mut names: Vec<String> = room.names.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), room.people);
        names.sort();
        (room.room.to_string(), names)
    };
    resumed.into_iter().flatten().map(sorted).collect()
}

#[test]
fn program_that_was_outside_is_told_who_is_where_by_then() {
    for anew in [false, true] {
        let mut nodes = Nodes::new();
        let pepe = ClientId::new(1, 2);
        nodes.enters(A, ana(), "Eva");
        nodes.enters(B, luis(), "Luis");
        if anew {
            nodes.goes_on_anew();
        }
        nodes.is_gone(A);
        nodes.does(B, Input::Disconnected(luis(), CloseReason::Quit));
        nodes.enters(B, pepe, "Pepe");
        nodes.joins(A);
        let there = vec!["Eva".to_owned(), "Pepe".to_owned()];
        assert_eq!(places(&nodes, ana()), [("general".to_owned(), there)], "{anew}");
    }
}

#[test]
fn person_at_lines_who_was_outside_is_told_nothing_of_who_is_where() {
    let mut nodes = Nodes::new();
    nodes.does(A, Input::Connected(ana(), address(1)));
    nodes.does(A, Input::Command(ana(), says("Eva")));
    nodes.is_gone(A);
    nodes.effects[A].clear();
    nodes.joins(A);
    assert_eq!(nodes.hubs[B].people(), 1);
    assert_eq!(nodes.told(ana()).count(), 0, "{:?}", nodes.effects[A]);
}

#[test]
fn member_who_comes_back_in_comes_into_the_chat_once_and_into_its_other_rooms() {
    for parted in [false, true] {
        let (mut world, ana, luis) = in_the_kitchen();
        if parted {
            world.says(ana, "/dejar general\n");
            world.passes(3 * SECOND);
        }
        sleeps_while(&mut world, luis, "hola\n");
        let heard = world.heard(luis);
        let (_, back) = heard.split_once("<<< Ana salió").expect("she was gone");
        let arrivals: Vec<&str> = back.lines().filter(|line| line.starts_with(">>> Ana")).collect();
        let expected: &[&str] = match parted {
            false => &[">>> Ana se unió al chat", ">>> Ana entró en #cocina"],
            true => &[">>> Ana se unió al chat"],
        };
        assert_eq!(arrivals, expected, "{heard}");
    }
}
