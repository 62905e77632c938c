//! Sessions that go on under another connection while others talk: two hubs, whose changes the test puts in order.

use tertulia::chat::{ClientId, CloseReason, Command, Effect, Event, Input, Proposal, Text};

use super::late::{A, B, Nodes, ana};
use crate::hub::address;

/// Ana's session goes on under another client of the first node; gives that, and what the node proposes from the loss of her connection on.
pub(super) fn goes_on_elsewhere(nodes: &mut Nodes) -> (ClientId, Vec<Proposal>) {
    let (again, token) = (ClientId::new(5, 9), nodes.token());
    let inputs = [
        Input::Disconnected(ana(), CloseReason::Lost),
        Input::Connected(again, address(1)),
        Input::Program(again),
        Input::Command(again, Command::Resume { token, after: None }),
    ];
    let proposals = inputs.into_iter().flat_map(|input| nodes.apply(A, input)).collect();
    assert!(nodes.hubs[A].name(again).is_some(), "she goes on");
    (again, proposals)
}

#[test]
fn session_that_goes_on_hears_what_is_said_before_the_chat_knows_it() {
    let mut nodes = Nodes::new();
    let luis = ClientId::new(0, 2);
    nodes.enters(A, ana(), "Eva");
    nodes.enters(B, luis, "Luis");
    let (again, mut proposals) = goes_on_elsewhere(&mut nodes);
    let goes_on = proposals.split_off(1);
    nodes.order(A, proposals);
    nodes.does(B, Input::Command(luis, Command::Say { room: None, text: Text::clean("hola") }));
    let to = nodes.effects[A].iter().rev().find_map(|effect| match effect {
        Effect::Deliver { to, event: Event::Message { .. } } => Some(to),
        _ => None,
    });
    let mut ears = Vec::new();
    nodes.hubs[A].audience(to.expect("it is told"), |id, _| ears.push(id));
    assert_eq!(ears, [again]);
    nodes.order(A, goes_on);
    assert!(!nodes.hubs[A].is_awaited(again));
}

#[test]
fn session_that_goes_on_is_not_refused_when_its_node_was_held_for_dead_meanwhile() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    let (again, _) = goes_on_elsewhere(&mut nodes);
    nodes.is_gone(A);
    nodes.joins(A);
    assert!(nodes.hubs[A].name(again).is_some() && !nodes.hubs[A].is_awaited(again));
    let refused = nodes.told(again).find(|event| matches!(event, Event::NameRefused(_)));
    assert_eq!(refused, None);
}
