//! A log of one node, in which each change comes back at once: what holds for a hub alone holds for one behind it.
//!
//! `TERTULIA_ORDER=log` has the hubs of the tests be such nodes.

use tertulia::chat::{
    ChatConfig, ChatSnapshot, Hub, Input, Letter, MessageId, NodeName, Ordered, Proposal, Proposed, Time,
    Turn,
};

use super::book::Book;

/// The name of the variable that says so, and its value.
pub const ORDER: (&str, &str) = ("TERTULIA_ORDER", "log");

fn is_on() -> bool {
    std::env::var(ORDER.0).is_ok_and(|order| order == ORDER.1)
}

fn name() -> NodeName {
    "a".parse().expect("a name")
}

/// A hub of these options: alone, or a node that is there.
pub fn hub(config: ChatConfig, at: Time) -> Hub {
    if !is_on() {
        return Hub::new(config);
    }
    let chat = ChatSnapshot::from(Hub::new(config.clone()).snapshot());
    let mut hub = Hub::of_node(chat, config).expect("a sound chat");
    hub.apply(at, joined(at));
    hub.apply(at, Input::Living(MessageId::default()));
    hub
}

/// The letters that a chat of several nodes begins with.
pub fn letters(book: &Book) -> Vec<Letter> {
    if is_on() { book.letters() } else { Vec::new() }
}

/// The node is there.
pub fn joined(at: Time) -> Input {
    Input::Ordered(Ordered { at: at.wall, turn: Turn::Joined(name()) })
}

/// A change comes back as what was written down.
pub fn comes_back(proposed: Proposed, at: Time) -> Input {
    let text = serde_json::to_string(&proposed.proposal).expect("a change is a text");
    let proposal: Proposal = serde_json::from_str(&text).expect("a change");
    assert_eq!(proposal, proposed.proposal);
    Input::Ordered(Ordered { at: at.wall, turn: Turn::Change { node: name(), own: true, proposal } })
}

/// An entry that says nothing but that time passes; none: the hub is alone.
pub fn passes(at: Time) -> Option<Input> {
    is_on().then(|| Input::Ordered(Ordered { at: at.wall, turn: Turn::Over }))
}
