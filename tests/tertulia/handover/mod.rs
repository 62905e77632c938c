//! A server that is written down and goes on from that as another one, with the same connections: nobody notices.
//!
//! The simulation does the same in the middle of everything; here each thing that a connection can be in the middle of has its turn.

mod refused;

use std::mem;
use std::time::Duration;

use tertulia::config::{Config, Door};
use tertulia::limits::{LINE_MAX_BYTES, OPENING_MAX, QUEUE_MAX_BYTES};
use tertulia::net::{Server, ServerState};

use crate::turns::house::House;
use crate::web::{NEAR, UPGRADE, frame};

/// Trusts proxies at the address from which all come here.
fn config() -> Config {
    Config { rate_limit: 0, proxies: vec!["192.168.1.20".parse().expect("a network")], ..Config::default() }
}

/// The server is written down, and another one goes on.
fn hand_over(house: &mut House) {
    hand_over_with(house, config);
}

/// The same, of a server with other options.
fn hand_over_with(house: &mut House, config: fn() -> Config) {
    let server = mem::replace(&mut house.server, Server::new(config()));
    let text = serde_json::to_string(&server.state()).expect("a state is a text");
    let (streams, history) = server.into_parts();
    let state: ServerState = serde_json::from_str(&text).expect("a state");
    house.server = Server::restore(config(), history, state, streams).expect("a sound state");
}

/// What two clients hear of what the first of them sends in two pieces, with something in between.
fn heard(door: Door, sample: &[u8], cut: usize, between: impl FnOnce(&mut House)) -> [Vec<u8>; 2] {
    let mut house = House::new(config());
    let witness = house.connect_from([10, 0, 0, 1]);
    house.listen(witness);
    house.says(witness, "Eva\n");
    let speaker = house.connect_through(door, NEAR);
    house.listen(speaker);
    house.says(speaker, &sample[..cut]);
    between(&mut house);
    house.says(speaker, &sample[cut..]);
    house.waits(Duration::from_secs(2));
    [house.heard_bytes(speaker), house.heard_bytes(witness)]
}

/// What is sent, through which door, and with what it has an effect.
fn samples() -> Vec<(Door, Vec<u8>)> {
    let lines =
        "PROXY TCP4 203.0.113.7 10.0.0.1 5000 65434\r\nAna\r\nhola\r\n/entrar sala\r\n\u{ff}qu\u{e9} tal";
    let mut telnet =
        b"\xff\xfd\x01\xff\xfa\x18\x00\xff\xf0Ana\r\nhola\r\0\xff\xf6/name Eva\r\n/qu\xff\xf7i\xc3\xb1\r\n"
            .to_vec();
    telnet.extend(b"\xff\xf4");
    let mut programs = UPGRADE.as_bytes().to_vec();
    programs.extend(frame(0x81, br#"{"type":"name","name":"Ana","ref":1}"#));
    programs.extend(frame(0x01, br#"{"type":"say","te"#));
    programs.extend(frame(0x89, b"still there?"));
    programs.extend(frame(0x80, "xt\":\"qué tal\",\"ref\":\"dos\"}".as_bytes()));
    programs.extend(frame(0x81, br#"{"type":"names"}"#));
    programs.extend(frame(0x88, &1000_u16.to_be_bytes()));
    let page = b"GET / HTTP/1.1\r\nHost: localhost:65434\r\nAccept-Encoding: br\r\n\r\n".to_vec();
    vec![
        (Door::Any, lines.as_bytes().to_vec()),
        (Door::Any, telnet),
        (Door::Any, programs),
        (Door::Http, page),
        (Door::Line, "Ana\nhola\n/salir hasta luego\n".into()),
    ]
}

#[test]
fn handover_changes_nothing_wherever_what_is_sent_is_cut() {
    for (door, sample) in samples() {
        // Within the head of a request one cut is like another.
        let near_the_end = |cut: &usize| sample.len() - cut < 200 || cut.is_multiple_of(11);
        for cut in (0..=sample.len()).filter(near_the_end) {
            let before = heard(door, &sample, cut, |_| {});
            assert!(before.iter().all(|heard| !heard.is_empty()), "something is heard");
            assert_eq!(heard(door, &sample, cut, hand_over), before, "{door:?} cut at {cut}");
        }
    }
}

#[test]
fn handover_in_a_line_that_is_too_long_drops_the_rest_of_it() {
    let mut sample = b"Ana\n".to_vec();
    sample.extend([b'x'; LINE_MAX_BYTES + 10]);
    sample.extend(b"\nhola\n");
    for cut in [
        10,
        LINE_MAX_BYTES - 1,
        LINE_MAX_BYTES + 3,
        LINE_MAX_BYTES + 4,
        LINE_MAX_BYTES + 5,
        LINE_MAX_BYTES + 13,
    ] {
        let before = heard(Door::Line, &sample, cut, |_| {});
        assert_eq!(heard(Door::Line, &sample, cut, hand_over), before, "cut at {cut}");
        assert!(before[1].ends_with(b"Ana: hola\n"));
    }
}

#[test]
fn handover_keeps_what_waits_for_a_reader_and_how_much_passed_by() {
    let run = |between: fn(&mut House)| {
        let mut house = House::new(config());
        let [reader, speaker] = [0, 1].map(|_| house.connect());
        house.says(reader, "Eva\n");
        house.says(speaker, "Ana\n");
        house.listen(reader);
        house.deafen(reader);
        let line = format!("{}\n", "x".repeat(900));
        for number in 0..QUEUE_MAX_BYTES / 500 {
            house.says(speaker, format!("{number}{line}"));
        }
        between(&mut house);
        house.reads_again(reader);
        house.settle();
        house.heard(reader)
    };
    let before = run(|_| {});
    assert!(before.contains("mensajes omitidos"), "some passed by");
    assert_eq!(run(hand_over), before);
}

#[test]
fn handover_keeps_the_rate_at_which_each_one_is_heard() {
    let slow: fn() -> Config = || Config { rate_limit: 1, ..Config::default() };
    let run = |hands_over: bool| {
        let mut house = House::new(slow());
        let speaker = house.connect();
        house.listen(speaker);
        house.says(speaker, format!("Ana\n{}", "/quien\n".repeat(60)));
        if hands_over {
            hand_over_with(&mut house, slow);
        }
        house.waits(Duration::from_secs(5));
        house.heard(speaker)
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn handover_keeps_from_where_those_come_that_have_not_shown_what_they_speak() {
    let mut house = House::new(config());
    let opens = |house: &mut House, address: &str| {
        let who = house.connect_through(Door::Any, NEAR);
        house.listen(who);
        house.says(who, format!("PROXY TCP4 {address} 10.0.0.1 1 2\r\n"));
        who
    };
    let alone = opens(&mut house, "203.0.113.7");
    let crowd: Vec<usize> = (1..OPENING_MAX).map(|_| opens(&mut house, "203.0.113.8")).collect();
    hand_over(&mut house);
    opens(&mut house, "203.0.113.8");
    assert_eq!(house.heard(alone), "", "however old");
    assert_eq!(house.heard(crowd[0]), "Ingresa tu nombre: ", "the oldest of the address that has most");
    assert_eq!(house.heard(crowd[1]), "");
}
