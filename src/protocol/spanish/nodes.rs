//! What the server says about the nodes of the chat, in Spanish.

use std::fmt::{Result, Write};

use super::words::{number, persons};
use crate::chat::NodeListing;
use crate::limits::NODE_BEHIND_TOLD;
use crate::protocol::phrases::span;

pub(super) fn list(nodes: &[NodeListing], out: &mut String) -> Result {
    if nodes.is_empty() {
        return writeln!(out, "El chat es este servidor solo, sin nodos.");
    }
    writeln!(out, "{} {}:", number(nodes.len()), if nodes.len() == 1 { "nodo" } else { "nodos" })?;
    nodes.iter().try_for_each(|node| writeln!(out, "  {}", row(node)))
}

fn row(NodeListing { name, people, heard, behind, own }: &NodeListing) -> String {
    let own = if *own { " (el tuyo)" } else { "" };
    let heard = format!("última señal hace {}", span(*heard));
    match people.map(persons) {
        None => format!("{name}{own}, no está, {heard}"),
        Some(people) if *behind < NODE_BEHIND_TOLD => format!("{name}{own}, {people}, {heard}, al día"),
        Some(people) => format!("{name}{own}, {people}, {heard}, {} por detrás", span(*behind)),
    }
}
