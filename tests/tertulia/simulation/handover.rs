//! Another program goes on with the same connections, in the middle of everything.

use std::mem;

use serde_json::Value;
use tertulia::net::{Server, ServerState};

use super::pipe::ServerEnd;
use super::world::World;

impl World {
    /// The server is written down, and another one goes on from that text and the sockets. Its history and its helpers stay: they are
    /// files and questions, not connections.
    pub fn hand_over(&mut self) {
        let server = mem::replace(&mut self.server, Server::new(self.config.clone()));
        let text = serde_json::to_string(&server.state()).expect("a state is a text");
        let buffered: usize = server.buffers().map(|(_, waiting, _)| waiting).sum();
        let (streams, history) = server.into_parts();
        // The next one learns of each socket how it is now.
        streams.iter().for_each(ServerEnd::is_watched_anew);
        let state: ServerState = serde_json::from_str(&text).expect("a state");
        let restored = Server::restore(self.config.clone(), history, state, streams);
        self.server = restored.expect("a sound state");
        let kept: usize = self.server.buffers().map(|(_, waiting, _)| waiting).sum();
        assert_eq!(buffered, kept, "nothing is lost");
        let again = serde_json::to_string(&self.server.state()).expect("a state is a text");
        let different = difference(&in_order(&text), &in_order(&again), "");
        assert_eq!(different, None, "the next one knows the same");
    }
}

/// Where two states differ first.
fn difference(one: &Value, other: &Value, place: &str) -> Option<String> {
    let within = |key: &str, one: &Value, other: Option<&Value>| {
        let place = format!("{place}/{key}");
        other.map_or_else(|| Some(place.clone()), |other| difference(one, other, &place))
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            one.iter().find_map(|(key, value)| within(key, value, other.get(key)))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().enumerate().find_map(|(at, value)| within(&at.to_string(), value, other.get(at)))
        }
        _ => (one != other).then(|| format!("{place}: {one} {other}")),
    }
}

/// A state as a value; what is in no order has none.
fn in_order(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).expect("a state");
    let sources = value["sources"].as_array_mut().expect("a list");
    sources.sort_by_key(|source| source[0].as_u64());
    value
}
