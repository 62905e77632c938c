//! Lists of who and what there is as objects.

use serde::Serialize;

use super::object::Object;
use crate::chat::{Name, NodeListing, Office, Person, RoomListing, Text};

/// Who is in a room, of `total` people.
pub(super) fn people<'a>(room: &Name, people: &[Person], total: usize, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("people", out);
    object.put("room", room.as_str()).put("people", people.iter().map(PersonRow::of).collect::<Vec<_>>());
    object.put("total", total);
    object
}

/// The rooms, of which there are `total`.
pub(super) fn rooms<'a>(rooms: &[RoomListing], total: usize, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("rooms", out);
    object.put("rooms", rooms.iter().map(RoomRow::of).collect::<Vec<_>>()).put("total", total);
    object
}

/// The nodes; none: there is one server alone.
pub(super) fn nodes<'a>(nodes: &[NodeListing], out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("nodes", out);
    object.put("nodes", nodes.iter().map(NodeRow::of).collect::<Vec<_>>());
    object
}

/// A row of the list of people.
#[derive(Serialize)]
struct PersonRow<'a> {
    name: &'a str,
    idle: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    away: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    you: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'static str>,
}

impl<'a> PersonRow<'a> {
    fn of(person: &'a Person) -> PersonRow<'a> {
        PersonRow {
            name: person.name.as_str(),
            idle: person.idle.as_secs(),
            away: person.away.as_ref().map(Text::as_str),
            you: person.you,
            operator: person.office.map(|office| match office {
                Office::Room => "room",
                Office::Server => "server",
            }),
        }
    }
}

/// A row of the list of rooms.
#[derive(Serialize)]
struct RoomRow<'a> {
    room: &'a str,
    people: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    inside: bool,
}

impl<'a> RoomRow<'a> {
    fn of(row: &'a RoomListing) -> RoomRow<'a> {
        RoomRow {
            room: row.name.as_str(),
            people: row.people,
            topic: row.topic.as_ref().map(Text::as_str),
            closed: row.keyed,
            inside: row.member,
        }
    }
}

/// A row of the list of nodes.
#[derive(Serialize)]
struct NodeRow<'a> {
    node: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<usize>,
    heard: u64,
    behind: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
}

impl<'a> NodeRow<'a> {
    fn of(NodeListing { name, people, heard, behind, own }: &'a NodeListing) -> NodeRow<'a> {
        NodeRow {
            node: name.as_str(),
            people: *people,
            heard: heard.as_secs(),
            behind: behind.as_secs(),
            own: *own,
        }
    }
}
