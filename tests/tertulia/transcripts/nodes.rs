//! What is told of several nodes, and of there being one server alone, in both languages.

use std::time::Duration;

use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{Event, LogNews, NodeListing};
use tertulia::limits::NODE_BEHIND_TOLD;
use tertulia::protocol::{Encoder, Format};

use super::Wire;

fn node(name: &str, people: Option<usize>, (heard, behind): (u64, Duration), own: bool) -> NodeListing {
    let name = name.parse().expect("a good name");
    NodeListing { name, people, heard: Duration::from_secs(heard), behind, own }
}

/// Nodes of each kind.
fn several() -> Vec<NodeListing> {
    let almost = NODE_BEHIND_TOLD.saturating_sub(Duration::from_millis(1));
    vec![
        node("a", Some(12_345), (0, almost), true),
        node("b", Some(1), (1, NODE_BEHIND_TOLD), false),
        node("c", None, (300, Duration::ZERO), false),
    ]
}

/// Each kind of event about nodes and their log.
pub fn events() -> Vec<Event> {
    let news = [LogNews::Away, LogNews::Back, LogNews::Gap, LogNews::Unsaid].map(Event::Log);
    let lists = [several(), vec![node("a", Some(0), (0, Duration::ZERO), true)], Vec::new()];
    news.into_iter().chain(lists.map(Event::Nodes)).collect()
}

#[test]
fn nodes_are_listed_with_their_people_and_how_they_follow_the_log() {
    for (language, expected) in [
        (
            Spanish,
            "3 nodos:\n  a (el tuyo), 12 345 personas, última señal hace 0 s, al día\n  \
             b, 1 persona, última señal hace 1 s, 3 s por detrás\n  c, no está, última señal hace 5 min\n",
        ),
        (
            English,
            "3 nodes:\n  a (yours), 12,345 people, last heard 0 s ago, up to date\n  \
             b, 1 person, last heard 1 s ago, 3 s behind\n  c, not there, last heard 5 min ago\n",
        ),
    ] {
        let format = Format::Line { language, crlf: false };
        let encoded = Encoder::default().encode(&Event::Nodes(several()), format, true).bytes.to_vec();
        assert_eq!(String::from_utf8_lossy(&encoded), expected);
    }
}

#[test]
fn nodes_are_told_to_operators_of_the_server_only() {
    for (language, refused) in [
        (Spanish, "Eso solo lo pueden hacer los operadores del servidor.\n"),
        (English, "Only the operators of the server can do that.\n"),
    ] {
        let (mut wire, [ana]) = Wire::of(language, "\n", ["Ana"]);
        wire.types(ana, "/nodos\n");
        assert_eq!(wire.reads(ana), refused);
    }
}
