//! Clients that take leave: until their Leave comes out of the log they hear what stands before it.

use std::time::Duration;

use tertulia::chat::{ClientId, CloseReason, Command, Effect, Event, Input, MessageId, Proposal, Text};
use tertulia::limits::DEPARTURE_WAIT;

use super::late::{A, B, Nodes, ana};
use super::servers::World;

/// Eva is at the first node and Luis at the other; she takes leave, which is in no log yet.
fn eva_takes_leave() -> (Nodes, ClientId, Vec<Proposal>) {
    let (mut nodes, luis) = (Nodes::new(), ClientId::new(0, 2));
    nodes.enters(A, ana(), "Eva");
    nodes.enters(B, luis, "Luis");
    nodes.effects[A].clear();
    let leave = nodes.apply(A, Input::Command(ana(), Command::Quit(None)));
    assert_eq!(leave.len(), 1);
    (nodes, luis, leave)
}

/// How often her connection was ended.
fn closes(nodes: &Nodes) -> usize {
    let close = Effect::Close(ana(), CloseReason::Quit);
    nodes.effects[A].iter().filter(|effect| **effect == close).count()
}

fn writes_to_eva(nodes: &mut Nodes, luis: ClientId) {
    let (to, text) = (Text::clean("Eva"), Text::clean("hola"));
    nodes.does(B, Input::Command(luis, Command::Message { to, text }));
}

#[test]
fn private_message_that_stands_in_the_log_before_a_leave_reaches_who_takes_it() {
    let (mut nodes, luis, leave) = eva_takes_leave();
    writes_to_eva(&mut nodes, luis);
    assert_eq!(closes(&nodes), 0);
    let written = nodes.effects[A].iter().find_map(|effect| match effect {
        Effect::Deliver { to, event: Event::Private { .. } } => Some(to),
        _ => None,
    });
    let mut ears = Vec::new();
    nodes.hubs[A].audience(written.expect("it is delivered"), |id, _| ears.push(id));
    assert_eq!(ears, [ana()]);
    nodes.order(A, leave);
    assert_eq!(closes(&nodes), 1);
    assert_eq!((nodes.hubs[A].clients(), nodes.hubs[B].people()), (0, 1));
    assert!(!nodes.hubs[A].is_awaited(ana()));
}

#[test]
fn client_that_takes_leave_is_heard_no_more() {
    let (mut nodes, _, leave) = eva_takes_leave();
    let said = nodes.apply(A, Input::Command(ana(), Command::Say { room: None, text: Text::clean("aún") }));
    assert_eq!(said.len(), 0);
    nodes.order(A, leave);
    assert_eq!(closes(&nodes), 1);
}

#[test]
fn client_that_takes_leave_waits_so_long_for_a_log_that_is_away() {
    let (mut nodes, _, leave) = eva_takes_leave();
    let due = nodes.hubs[A].next_due();
    nodes.waits(DEPARTURE_WAIT - Duration::from_millis(1));
    nodes.apply(A, Input::Tick);
    assert_eq!(closes(&nodes), 0);
    nodes.waits(Duration::from_millis(1));
    assert_eq!(due, Some(nodes.now()));
    nodes.apply(A, Input::Tick);
    assert_eq!((closes(&nodes), nodes.hubs[A].clients()), (1, 0));
    assert_eq!(nodes.hubs[A].next_due(), None);
    nodes.order(A, leave);
    assert_eq!((closes(&nodes), nodes.hubs[B].people()), (1, 1));
}

#[test]
fn connection_that_is_lost_while_its_client_takes_leave_holds_nothing() {
    for reason in [CloseReason::Lost, CloseReason::EndOfInput, CloseReason::GoneAway] {
        let (mut nodes, _, leave) = eva_takes_leave();
        let more = nodes.apply(A, Input::Disconnected(ana(), reason));
        assert_eq!(more.len(), 0, "her leave is under way");
        assert_eq!((nodes.hubs[A].clients(), nodes.hubs[A].lost_sessions()), (0, 0), "{reason:?}");
        nodes.order(A, leave);
        assert_eq!((closes(&nodes), nodes.hubs[B].people()), (0, 1), "{reason:?}");
    }
}

#[test]
fn client_that_takes_leave_when_its_node_is_held_for_dead_is_gone() {
    for anew in [false, true] {
        let (mut nodes, ..) = eva_takes_leave();
        if anew {
            nodes.goes_on_anew();
            nodes.apply(A, Input::Tick);
        }
        nodes.is_gone(A);
        assert_eq!((closes(&nodes), nodes.hubs[A].clients()), (1, 0), "{anew}");
        nodes.joins(A);
        assert_eq!((closes(&nodes), nodes.hubs[B].people()), (1, 1), "{anew}");
    }
}

#[test]
fn state_of_a_node_whose_client_takes_leave_is_sound() {
    let (mut nodes, _, leave) = eva_takes_leave();
    let due = nodes.hubs[A].next_due();
    nodes.is_restored();
    assert_eq!(nodes.hubs[A].next_due(), due);
    nodes.order(A, leave);
    assert_eq!((closes(&nodes), nodes.hubs[A].clients()), (1, 0));
}

#[test]
fn session_of_a_client_that_takes_leave_is_taken_up_by_nobody() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    let (token, other) = (nodes.token(), ClientId::new(1, 2));
    let leave = nodes.apply(A, Input::Command(ana(), Command::Quit(None)));
    nodes.comes(A, other);
    nodes.does(A, Input::Command(other, Command::Resume { token, after: Some(MessageId::default()) }));
    assert!(!nodes.told(other).any(|event| matches!(event, Event::Resumed { .. })));
    nodes.order(A, leave);
    assert_eq!((closes(&nodes), nodes.hubs[B].people()), (1, 0));
}

#[test]
fn who_types_salir_reads_what_was_written_to_them_before_they_were_gone() {
    let mut world = World::new();
    let (ana, luis) = (world.connects(0, "Ana"), world.connects(1, "Luis"));
    world.heard(ana);
    // Both are on their way at the same time, and his words come first.
    world.houses[0].send(ana.1, b"/salir\n");
    world.houses[0].turn();
    world.houses[1].send(luis.1, "/privado Ana ¿ya?\n".as_bytes());
    world.houses[1].turn();
    world.writes(1);
    world.settles();
    assert!(world.heard(luis).contains("[privado a Ana] ¿ya?"));
    let heard = world.heard(ana);
    assert_eq!(heard, "[privado] Luis: ¿ya?\n");
    assert!(world.houses[0].is_over(ana.1));
}
