//! Lines that go out behind others of the same person: two hubs, whose changes the test puts in order.

use tertulia::chat::{
    AdminOrder, ClientId, CloseReason, Command, Effect, Event, Input, MessageId, NameRefusal, Proposal,
    RoomRefusal, Text, Turn,
};
use tertulia::limits::{CHANGES_UNDER_WAY_MAX, LINES_PIPELINED, LINES_PIPELINED_OF_ALL};

use super::late::{A, B, NAMES, Nodes, ana, name};
use super::resuming::goes_on_elsewhere;
use crate::hub::address;

fn luis() -> ClientId {
    ClientId::new(0, 2)
}

fn line(words: &str) -> Command {
    Command::Say { room: None, text: Text::clean(words) }
}

/// Ana, who is at the first node, says something; gives what her node proposes.
#[track_caller]
fn says(nodes: &mut Nodes, words: &str) -> Vec<Proposal> {
    assert!(!nodes.hubs[A].has_to_wait(ana(), &line(words)), "{words}");
    nodes.apply(A, Input::Command(ana(), line(words)))
}

/// The same of several lines, which are under way together.
#[track_caller]
fn says_all(nodes: &mut Nodes, lines: &[&str]) -> Vec<Proposal> {
    lines.iter().flat_map(|words| says(nodes, words)).collect()
}

/// What was said in rooms, in its order.
fn said(nodes: &Nodes) -> Vec<String> {
    let kept = |effect: &Effect| match effect {
        Effect::Keep(message) => Some(message.text.as_str().to_owned()),
        _ => None,
    };
    nodes.effects[B].iter().filter_map(kept).collect()
}

fn begun() -> Nodes {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.enters(B, luis(), "Luis");
    nodes
}

#[test]
fn only_what_is_said_goes_out_behind_what_is_said() {
    let mut nodes = begun();
    let text = || Text::clean("x");
    let to = |name| Command::Message { to: Text::clean(name), text: text() };
    let others = [
        Command::Quit(None),
        Command::Nick(text()),
        Command::Join { room: text(), key: None },
        Command::Leave(None),
        Command::Topic { room: None, topic: None },
        Command::Who(None),
        Command::Ping,
        to("Nadie"),
        Command::Reply(text()),
    ];
    for command in &others {
        assert!(!nodes.hubs[A].has_to_wait(ana(), command), "nothing is under way: {command:?}");
    }
    let under_way = says(&mut nodes, "hola");
    for command in &others {
        assert!(nodes.hubs[A].has_to_wait(ana(), command), "{command:?}");
    }
    for command in [line("y"), Command::Act { room: None, text: text() }, to("Luis")] {
        assert!(!nodes.hubs[A].has_to_wait(ana(), &command), "{command:?}");
    }
    nodes.order(A, under_way);
    let joins = nodes.apply(A, Input::Command(ana(), Command::Join { room: text(), key: None }));
    assert!(nodes.hubs[A].has_to_wait(ana(), &line("y")), "it may be meant for the room that she enters");
    nodes.order(A, joins);
    assert!(!nodes.hubs[A].is_awaited(ana()));
}

#[test]
fn so_many_lines_of_one_person_are_under_way_and_no_more() {
    let mut nodes = begun();
    let mut under_way: Vec<Proposal> = (0..LINES_PIPELINED).flat_map(|_| says(&mut nodes, "hola")).collect();
    assert!(nodes.hubs[A].has_to_wait(ana(), &line("otra")));
    let rest = under_way.split_off(1);
    nodes.order(A, under_way);
    let one_more = says(&mut nodes, "otra");
    assert!(nodes.hubs[A].has_to_wait(ana(), &line("otra")));
    nodes.order(A, rest.into_iter().chain(one_more).collect());
    assert_eq!(said(&nodes).len(), LINES_PIPELINED + 1);
}

#[test]
fn so_many_changes_of_a_node_are_under_way_and_then_one_line_of_each_person() {
    let mut nodes = begun();
    let mut under_way = Vec::new();
    while under_way.len() < LINES_PIPELINED_OF_ALL {
        let words = AdminOrder::Say { room: None, text: Text::clean("aviso") };
        under_way.extend(nodes.apply(A, Input::Admin(0, words)));
    }
    under_way.extend(says(&mut nodes, "hola"));
    assert!(nodes.hubs[A].has_to_wait(ana(), &line("otra")));
    nodes.order(A, under_way);
    assert!(!nodes.hubs[A].has_to_wait(ana(), &line("otra")));
}

#[test]
fn people_who_come_and_go_while_nothing_comes_back_are_forgotten_beyond_a_limit() {
    let mut nodes = begun();
    let mut under_way = Vec::new();
    for generation in 2.. {
        let newcomer = ClientId::new(9, generation);
        nodes.apply(A, Input::Connected(newcomer, address(9)));
        let name = line(&format!("p{generation}"));
        if nodes.hubs[A].has_to_wait(newcomer, &name) {
            break;
        }
        under_way.extend(nodes.apply(A, Input::Command(newcomer, name)));
        under_way.extend(nodes.apply(A, Input::Disconnected(newcomer, CloseReason::Lost)));
        assert!(under_way.len() <= CHANGES_UNDER_WAY_MAX);
    }
    assert_eq!(under_way.len(), CHANGES_UNDER_WAY_MAX);
    assert!(nodes.hubs[A].has_to_wait(ana(), &Command::Who(None)), "and so has everybody");
    nodes.order(A, under_way);
    assert!(!nodes.hubs[A].has_to_wait(ana(), &Command::Who(None)));
}

#[test]
fn lines_that_were_under_way_are_handled_anew_in_their_order() {
    let mut nodes = begun();
    let mut under_way = says_all(&mut nodes, &["uno", "dos", "tres", "cuatro"]);
    under_way.truncate(1);
    nodes.order(A, under_way);
    nodes.is_gone(A);
    assert!(nodes.hubs[A].has_to_wait(ana(), &line("cinco")), "she is outside");
    nodes.joins(A);
    let five = says(&mut nodes, "cinco");
    nodes.order(A, five);
    assert_eq!(said(&nodes), ["uno", "dos", "tres", "cuatro", "cinco"]);
}

#[test]
fn lines_that_were_handled_anew_are_when_the_node_is_gone_again() {
    let mut nodes = begun();
    says_all(&mut nodes, &["uno", "dos"]);
    nodes.is_gone(A);
    // She is back in, and what she said is under way again.
    nodes.turn(|_| Turn::Joined(name(NAMES[A])));
    let back = nodes.apply(A, Input::Living(MessageId::default()));
    assert_eq!(back.len(), 1);
    let proposal = &back[0];
    let under_way =
        nodes.turn(|node| Turn::Change { node: name(NAMES[A]), own: node == A, proposal: proposal.clone() });
    assert_eq!(under_way.len(), 2, "both");
    nodes.is_gone(A);
    nodes.joins(A);
    assert_eq!(said(&nodes), ["uno", "dos"]);
}

#[test]
fn each_line_that_is_refused_is_answered() {
    let mut nodes = begun();
    let under_way = says_all(&mut nodes, &["uno", "dos", "tres"]);
    let room = Some(Text::clean("general"));
    nodes.does(B, Input::Admin(0, AdminOrder::Kick { whom: Text::clean("Eva"), room, reason: None }));
    nodes.order(A, under_way);
    let refused = nodes.told(ana()).filter(|event| matches!(event, Event::RoomRefused(RoomRefusal::Nowhere)));
    assert_eq!(refused.count(), 3);
    assert!(said(&nodes).is_empty());
    assert!(!nodes.hubs[A].is_awaited(ana()));
}

#[test]
fn each_line_of_a_member_that_cannot_be_back_is_answered_and_none_is_a_name() {
    let mut nodes = begun();
    says_all(&mut nodes, &["uno", "dos", "tres"]);
    nodes.is_gone(A);
    nodes.enters(B, ClientId::new(1, 3), "Eva");
    nodes.joins(A);
    let missing = |event: &&Event| matches!(event, Event::NameRefused(NameRefusal::Missing));
    assert_eq!(nodes.told(ana()).filter(missing).count(), 3);
    assert_eq!(nodes.told(ana()).next_back(), Some(&Event::NamePrompt));
    assert_eq!(nodes.hubs[A].name(ana()), None);
    assert!(said(&nodes).is_empty() && !nodes.hubs[A].is_awaited(ana()));
}

#[test]
fn lines_of_a_session_that_lost_its_connection_are_handled_anew() {
    let mut nodes = begun();
    says_all(&mut nodes, &["uno", "dos"]);
    nodes.apply(A, Input::Disconnected(ana(), CloseReason::Lost));
    nodes.is_gone(A);
    nodes.joins(A);
    assert_eq!(said(&nodes), ["uno", "dos"]);
    assert_eq!(nodes.hubs[A].lost_sessions(), 1);
}

#[test]
fn lines_of_a_session_are_those_of_the_connection_that_takes_it_up() {
    let mut nodes = begun();
    says_all(&mut nodes, &["uno", "dos"]);
    let (again, _) = goes_on_elsewhere(&mut nodes);
    nodes.is_gone(A);
    nodes.joins(A);
    assert_eq!(said(&nodes), ["uno", "dos"]);
    assert!(!nodes.hubs[A].is_awaited(again) && !nodes.hubs[A].is_awaited(ana()));
}
