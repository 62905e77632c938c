//! Private messages for people who are not there, or are not there any more when the message comes out of the log.

use tertulia::chat::{ClientId, Command, Effect, Input, Proposal, Text};

use super::late::{A, B, Nodes, ana};

fn luis() -> ClientId {
    ClientId::new(0, 2)
}

/// Luis, who is at the first node, writes to Ana; gives what his node proposes.
fn writes(nodes: &mut Nodes) -> Vec<Proposal> {
    let (to, text) = (Text::clean("Ana"), Text::clean("hasta luego"));
    nodes.apply(A, Input::Command(luis(), Command::Message { to, text }))
}

fn letters(nodes: &Nodes) -> Option<usize> {
    nodes.state()["chat"]["letters"].as_array().map(Vec::len)
}

#[test]
fn letter_outlives_the_node_of_its_writer() {
    let mut nodes = Nodes::new();
    nodes.enters(A, luis(), "Luis");
    let written = writes(&mut nodes);
    nodes.order(A, written);
    assert_eq!(letters(&nodes), Some(1), "it waits at each node");
    nodes.is_gone(A);
    assert_eq!(letters(&nodes), Some(1));
}

#[test]
fn message_for_somebody_registered_who_has_left_meanwhile_is_a_letter() {
    let mut nodes = Nodes::new();
    nodes.ana_enters_through(B);
    nodes.enters(A, luis(), "Luis");
    let written = writes(&mut nodes);
    nodes.does(B, Input::Command(ana(), Command::Quit(None)));
    nodes.order(A, written);
    assert_eq!(letters(&nodes), Some(1));
    let kept = nodes.effects[B].iter().any(|effect| matches!(effect, Effect::Letter(_)));
    assert!(kept, "{:?}", nodes.effects[B]);
}
