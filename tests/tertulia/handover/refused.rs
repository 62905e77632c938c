//! A state that cannot be is refused whole, whatever is wrong about it.

use serde_json::{Value, json};
use tertulia::config::Door;
use tertulia::net::{HandoverError, Server, ServerState};

use super::config;
use crate::turns::house::House;
use crate::web::{NEAR, UPGRADE, frame};

/// Three people: one in the middle of a line, one in the middle of a frame, one who has shown nothing.
fn house() -> House {
    let mut house = House::new(config());
    let ana = house.connect();
    house.says(ana, "Ana\nho");
    let program = house.connect_through(Door::Any, [10, 0, 0, 7]);
    house.says(program, UPGRADE);
    house.says(program, frame(0x81, br#"{"type":"name","name":"Luis"}"#));
    house.says(program, &frame(0x81, br#"{"type":"say","text":"hola"}"#)[..12]);
    house.connect_through(Door::Any, NEAR);
    house
}

fn refusal(change: impl FnOnce(&mut Value)) -> Option<String> {
    let house = house();
    let mut value = serde_json::to_value(house.server.state()).expect("a state is a value");
    change(&mut value);
    let state: ServerState = match serde_json::from_value(value) {
        Ok(state) => state,
        Err(error) => return Some(error.to_string()),
    };
    let (streams, history) = house.server.into_parts();
    Server::restore(config(), history, state, streams).err().map(|error| error.to_string())
}

#[test]
fn state_is_taken_as_it_is() {
    assert_eq!(refusal(|_| {}), None);
}

#[test]
fn state_that_contradicts_itself_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 10] = [
        ("a slot twice", |value| value["connections"]["slots"][1][0] = json!(0)),
        ("slots in no order", |value| value["connections"]["slots"][0][0] = json!(9)),
        ("a slot far away", |value| value["connections"]["slots"][2][0] = json!(u32::MAX)),
        ("no generation", |value| value["connections"]["slots"][2][1]["generation"] = json!(0)),
        ("one whom the hub does not know", |value| {
            value["connections"]["slots"][2][1]["standing"] = json!("InChat");
        }),
        ("one whom only the hub knows", |value| {
            value["connections"]["slots"][0][1]["standing"] = json!("Unknown");
        }),
        ("a line that begins behind its end", |value| {
            value["connections"]["slots"][0][1]["protocol"]["Line"]["input"]["lines"]["start"] = json!(3);
        }),
        ("bytes that are none", |value| {
            value["connections"]["slots"][0][1]["protocol"]["Line"]["input"]["lines"]["bytes"] = json!("!");
        }),
        ("a frame that is behind its mask", |value| {
            value["connections"]["slots"][1][1]["protocol"]["WebSocket"]["state"]["decoder"]["frame"]["phase"] =
                json!(4);
        }),
        ("another version of the core", |value| value["hub"]["version"] = json!(99)),
    ];
    for (what, change) in changes {
        assert!(refusal(change).is_some(), "{what}");
    }
}

#[test]
fn state_without_one_of_its_sockets_is_refused() {
    let house = house();
    let state = house.server.state();
    let (mut streams, history) = house.server.into_parts();
    streams.pop();
    let refused = Server::restore(config(), history, state, streams);
    assert_eq!(refused.err(), Some(HandoverError::Sockets { expected: 3, found: 2 }));
}

#[test]
fn state_that_is_cut_off_is_none() {
    let text = serde_json::to_string(&house().server.state()).expect("a state is a text");
    for length in (0..text.len()).step_by(13) {
        assert!(serde_json::from_str::<ServerState>(&text[..length]).is_err(), "cut at {length}");
    }
}
