//! What the server says about the nodes of the chat, in English.

use std::fmt::{Result, Write};

use super::words::{number, persons};
use crate::chat::NodeListing;
use crate::limits::NODE_BEHIND_TOLD;
use crate::protocol::phrases::span;

pub(super) fn list(nodes: &[NodeListing], out: &mut String) -> Result {
    if nodes.is_empty() {
        return writeln!(out, "The chat is this server alone, without nodes.");
    }
    writeln!(out, "{} {}:", number(nodes.len()), if nodes.len() == 1 { "node" } else { "nodes" })?;
    nodes.iter().try_for_each(|node| writeln!(out, "  {}", row(node)))
}

fn row(NodeListing { name, people, heard, behind, own }: &NodeListing) -> String {
    let own = if *own { " (yours)" } else { "" };
    let heard = format!("last heard {} ago", span(*heard));
    match people.map(persons) {
        None => format!("{name}{own}, not there, {heard}"),
        Some(people) if *behind < NODE_BEHIND_TOLD => format!("{name}{own}, {people}, {heard}, up to date"),
        Some(people) => format!("{name}{own}, {people}, {heard}, {} behind", span(*behind)),
    }
}
