//! Codes and numbers that programs go by.

use std::time::Duration;

use serde_json::Value;
use tertulia::chat::{Event, Expelled, Language, MessageFault, Name, NameRefusal, Text, Trouble};
use tertulia::clock::Zone;
use tertulia::protocol::json::write;

use super::sorted;
use crate::support::file;
use crate::transcripts::every_event;

/// What a program is told of an event.
fn written(event: &Event) -> Value {
    let mut words = String::new();
    write(event, Language::Spanish, &Zone::default(), None, &mut words);
    serde_json::from_str(&words).expect("an object")
}

/// The words in quotation marks in a function of that name.
pub(super) fn quoted(source: &str, function: &str) -> Vec<String> {
    let (_, body) = source.split_once(&format!("\nfn {function}(")).expect("the function");
    let (_, body) = body.split_once("{\n").expect("its body");
    let body = body.split("\n}\n").next().unwrap_or_default();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The codes that the documentation lists behind this title.
fn codes(docs: &str, title: &str) -> Vec<String> {
    let (_, listed) = docs.split_once(title).expect(title);
    let listed = listed.split("\n\n").next().unwrap_or_default();
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_code_is_documented_and_no_other() {
    let (docs, source) = (file("docs/json.md"), file("src/protocol/json/write.rs"));
    for (title, function) in
        [("Codes of errors:", "error"), ("Codes of notices:", "notice"), ("Reasons of `bye`:", "ending")]
    {
        assert_eq!(sorted(codes(&docs, title)), sorted(quoted(&source, function)), "{title}");
    }
}

#[test]
fn every_code_is_that_of_an_event() {
    let faults = [MessageFault::UnknownType(Text::clean("x")), MessageFault::PasswordAsked];
    let faults = faults.map(|fault| Event::Trouble(Trouble::Message(fault)));
    let objects: Vec<Value> = every_event::events().iter().chain(&faults).map(written).collect();
    // `other` is for events to come.
    for (title, kind, of_none) in
        [("Codes of notices:", "notice", Some("other")), ("Codes of errors:", "error", None)]
    {
        let told = objects.iter().filter(|object| object["type"] == kind);
        let told = told.map(|object| object["code"].as_str().expect("each has one")).chain(of_none);
        let told = told.map(str::to_owned).collect();
        assert_eq!(sorted(told), sorted(codes(&file("docs/json.md"), title)), "{title}");
    }
}

#[test]
fn time_to_wait_is_in_whole_seconds_and_never_too_short() {
    let ana = Name::new("Ana").unwrap();
    for (millis, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (86_400_000, 86_400)] {
        let expelled = Expelled { rest: Some(Duration::from_millis(millis)), reason: None };
        let refused = Event::NameRefused(NameRefusal::Expelled(ana.clone(), expelled));
        assert_eq!(written(&refused)["wait"], seconds, "{millis} ms");
    }
}
