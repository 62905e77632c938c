//! Connections that are being closed, where descriptors are short or a flood keeps the door busy.

use tertulia::chat::ChatConfig;
use tertulia::config::Config;
use tertulia::limits::{CLOSING_MAX, LINGER_TIMEOUT, REFUSED_AT_ONCE, REFUSED_LINGER};

use crate::turns::house::House;

const FLOODER: [u8; 4] = [192, 0, 2, 1];

/// Connects one who speaks another protocol, is told so, and stays on the line.
fn turned_away(house: &mut House) -> usize {
    let who = house.connect_from(FLOODER);
    house.listen(who);
    house.says(who, "GET / HTTP/1.1\r\n\r\n");
    assert!(house.heard(who).contains("HTTP/1.1 400 "));
    who
}

/// Connects one, who is asked for a name at once.
fn comes(house: &mut House) -> usize {
    assert!(house.server.accepts(house.now));
    let who = house.connect();
    house.listen(who);
    house.settle();
    assert!(house.heard(who).ends_with("Ingresa tu nombre: "));
    who
}

fn one_place() -> Config {
    Config { chat: ChatConfig { places: Some(1), ..ChatConfig::default() }, ..Config::default() }
}

fn closed(house: &House, those: &[usize]) -> Vec<usize> {
    those.iter().copied().filter(|&who| house.is_closed(who)).collect()
}

#[test]
fn closing_connections_give_their_descriptors_to_who_comes_oldest_first() {
    let mut house = House::new(Config { connections_max: 10, ..Config::default() });
    comes(&mut house);
    let flood: Vec<_> = (0..9).map(|_| turned_away(&mut house)).collect();
    assert!(closed(&house, &flood).is_empty(), "while there are descriptors nobody ends early");
    house.arrives_untold(flood[0], "Host: chat\r\n");
    for number in 1..=9 {
        comes(&mut house);
        assert_eq!(closed(&house, &flood), flood[..number]);
        assert_eq!(house.server.connections(), 10);
    }
    assert_eq!(house.unread(flood[0]), 0, "what nobody has read would undo what was written");
    assert!(!house.server.accepts(house.now), "nobody who is here gives up anything");
    house.says(0, "Ana\nsalir\n");
    comes(&mut house);
    assert!(house.is_closed(0));
}

#[test]
fn closing_connections_that_have_not_been_told_all_are_the_last_to_end() {
    let mut house = House::new(Config { connections_max: 4, ..Config::default() });
    let unread = house.connect();
    house.says(unread, "Ana\n");
    house.deafen(unread);
    house.says(unread, "/ayuda\nsalir\n");
    let flood: Vec<_> = (0..3).map(|_| turned_away(&mut house)).collect();
    for _ in 0..3 {
        comes(&mut house);
    }
    assert_eq!(closed(&house, &flood), flood);
    assert!(!house.is_closed(unread));
    comes(&mut house);
    assert!(house.is_closed(unread));
}

#[test]
fn closing_connections_are_bounded_while_others_come() {
    let mut house = House::new(Config::default());
    let flood: Vec<_> = (0..CLOSING_MAX + 50).map(|_| turned_away(&mut house)).collect();
    assert_eq!(closed(&house, &flood), flood[..50]);
    assert_eq!(house.server.connections(), CLOSING_MAX);
    house.waits(LINGER_TIMEOUT);
    assert_eq!(closed(&house, &flood), flood);
}

#[test]
fn refused_connections_of_one_address_do_not_keep_another_waiting() {
    let mut house = House::new(one_place());
    comes(&mut house);
    let refused = |house: &mut House, number: u8| {
        assert!(house.server.accepts(house.now));
        let who = house.connect_from([10, 0, 0, number]);
        house.listen(who);
        house.settle();
        assert!(house.heard(who).starts_with("El chat está lleno"));
        who
    };
    let flood: Vec<_> = (0..3 * REFUSED_AT_ONCE).map(|_| refused(&mut house, 1)).collect();
    assert_eq!(closed(&house, &flood), flood[..2 * REFUSED_AT_ONCE], "each has been told");
    let others: Vec<_> = (2..=REFUSED_AT_ONCE).map(|number| refused(&mut house, number as u8)).collect();
    let last = flood.len() - 1;
    assert_eq!(closed(&house, &flood), flood[..last], "an address with one of them keeps it");
    assert!(closed(&house, &others).is_empty());
    assert!(!house.server.accepts(house.now), "sixteen addresses have one each");
    house.waits(REFUSED_LINGER);
    refused(&mut house, 99);
}

#[test]
fn refused_connections_are_told_why_before_they_give_way() {
    let mut house = House::new(one_place());
    comes(&mut house);
    // All in one turn, which has written to none of them yet.
    let flood: Vec<_> = (0..REFUSED_AT_ONCE).map(|_| house.connect_from(FLOODER)).collect();
    assert!(!house.server.accepts(house.now));
    house.settle();
    assert!(flood.iter().all(|&who| house.taken(who) > 0 && !house.is_closed(who)));
    assert!(house.server.accepts(house.now));
}
