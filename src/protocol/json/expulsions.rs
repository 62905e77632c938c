//! Expulsions as objects.

use std::time::Duration;

use serde::Serialize;

use super::object::Object;
use crate::chat::{Expelled, Expulsion, Name, Origin, Text};

/// A person or an address is expelled; so many others are connected from the address, which was spared for their sake.
pub(super) fn expelled<'a>(
    expulsion: &Expulsion,
    spared: Option<(Origin, usize)>,
    out: &'a mut String,
) -> Object<'a> {
    let mut object = one("expelled", expulsion, out);
    if let Some((origin, others)) = spared {
        object.put("spared", origin.to_string()).put("others", others);
    }
    object
}

/// A person or an address may come back.
pub(super) fn readmitted<'a>(expulsion: &Expulsion, out: &'a mut String) -> Object<'a> {
    one("readmitted", expulsion, out)
}

/// The expulsions, of which there are so many.
pub(super) fn list<'a>(listed: &[Expulsion], total: usize, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("expulsions", out);
    object.put("expulsions", listed.iter().map(Row::of).collect::<Vec<_>>()).put("total", total);
    object
}

/// The fields of what a client is told that may not be in the chat.
pub(super) fn terms(expelled: &Expelled, object: &mut Object<'_>) {
    object.maybe("wait", expelled.rest.map(seconds));
    object.maybe("words", expelled.reason.as_ref().map(Text::as_str));
}

/// As many seconds as it takes: not fewer.
pub(super) fn seconds(rest: Duration) -> u64 {
    rest.as_millis().div_ceil(1000) as u64
}

fn one<'a>(what: &str, expulsion: &Expulsion, out: &'a mut String) -> Object<'a> {
    let Row { name, address, until, words, by, at } = Row::of(expulsion);
    let mut object = Object::new("expulsion", out);
    object.put("what", what).maybe("name", name).maybe("address", address).maybe("until", until);
    object.maybe("words", words).put("by", by).put("at", at);
    object
}

/// One of the list.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
    by: &'a str,
    at: i64,
}

impl<'a> Row<'a> {
    fn of(expulsion: &'a Expulsion) -> Row<'a> {
        Row {
            name: expulsion.name.as_ref().map(Name::as_str),
            address: expulsion.origin.map(|origin| origin.to_string()),
            until: expulsion.until.map(|until| until.0),
            words: expulsion.reason.as_ref().map(Text::as_str),
            by: expulsion.by.as_str(),
            at: expulsion.at.0,
        }
    }
}
