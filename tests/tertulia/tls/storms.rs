//! Many handshakes at once: one address costs the others a turn at most, and who wants to come in does.

use std::time::Duration;

use tertulia::config::{Config, Door};
use tertulia::limits::{HANDSHAKE_TIMEOUT, HANDSHAKES_MAX, HANDSHAKES_PER_TURN};

use super::client::Client;
use super::{NEAR, comes, house, house_with, person};
use crate::turns::house::House;

/// Where the storm does not come from.
const ELSEWHERE: [u8; 4] = [203, 0, 113, 7];

/// Comes through this door from there, and has sent this, which the server has not looked at.
fn knocks(house: &mut House, door: Door, address: [u8; 4], bytes: &[u8]) -> usize {
    let who = house.connect_through(door, address);
    house.listen(who);
    house.send(who, bytes);
    who
}

/// The same, with the first message of a handshake of their own.
fn client_knocks(house: &mut House, address: [u8; 4]) -> Client {
    let who = house.connect_through(Door::Tls, address);
    house.listen(who);
    let mut client = Client::new(who);
    let hello = client.sends();
    house.send(who, &hello);
    client
}

/// One first message, which many send again.
fn replayed() -> Vec<u8> {
    Client::new(0).sends()
}

#[test]
fn storm_of_one_address_delays_others_by_no_turn_and_closes_no_door() {
    let mut house = house();
    let hello = replayed();
    for turn in 0..10 {
        for nth in 0..200 {
            assert!(house.server.accepts(house.now), "turn {turn}, {nth}");
            knocks(&mut house, Door::Tls, NEAR, &hello);
        }
        let tls = knocks(&mut house, Door::Tls, ELSEWHERE, &hello);
        let seen = knocks(&mut house, Door::Any, ELSEWHERE, &hello);
        let lines = knocks(&mut house, Door::Line, ELSEWHERE, b"");
        let guest = knocks(&mut house, Door::Any, ELSEWHERE, format!("Ana{turn}\n").as_bytes());
        let before: usize = (0..house.clients()).filter(|&who| house.taken(who) > 0).count();
        house.turn();
        let answered: usize = (0..house.clients()).filter(|&who| house.taken(who) > 0).count();
        assert_eq!(answered - before, HANDSHAKES_PER_TURN + 2, "with those who talk");
        assert!(house.taken(tls) > 0 && house.taken(seen) > 0, "turn {turn}: handshakes from elsewhere");
        assert_eq!(house.heard(lines), "Ingresa tu nombre: ");
        assert!(house.heard(guest).contains("Bienvenido"), "turn {turn}");
    }
}

/// Many addresses take turns: each waits for one handshake of each other.
#[test]
fn handshakes_of_many_addresses_take_turns() {
    let mut house = house();
    let hello = replayed();
    let (first, second) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let storm = |house: &mut House, address| -> Vec<usize> {
        (0..100).map(|_| knocks(house, Door::Tls, address, &hello)).collect()
    };
    let storms = [storm(&mut house, first), storm(&mut house, second)];
    for turn in 1..=3 {
        house.turn();
        let answered =
            storms.each_ref().map(|storm| storm.iter().filter(|&&who| house.taken(who) > 0).count());
        assert_eq!(answered, [turn * HANDSHAKES_PER_TURN / 2; 2]);
    }
}

/// A class behind one router, or all members of a server that was upgraded: they wait, and all come in.
#[test]
fn two_thousand_handshakes_at_once_all_come_in() {
    const CROWD: usize = 2_000;
    let mut house = house();
    let mut clients: Vec<Client> = (0..CROWD).map(|_| client_knocks(&mut house, NEAR)).collect();
    assert!(house.server.accepts(house.now));
    let mut turns = 0;
    // On a slow network: nobody answers before all have been answered.
    while house.server.has_work() {
        house.turn();
        turns += 1;
    }
    assert_eq!(turns, CROWD / HANDSHAKES_PER_TURN);
    for client in &mut clients {
        let heard = house.heard_bytes(client.who);
        client.takes(&heard).expect("what a server sends");
        let last = client.sends();
        house.send(client.who, &last);
    }
    house.settle();
    assert!(clients.iter().all(|client| !client.tls.is_handshaking() && !house.is_closed(client.who)));
    assert_eq!(house.server.figures().handshakes.completed as usize, CROWD);
    house.waits(Duration::from_secs(1));
    assert_eq!(house.server.hub().clients(), CROWD, "all are greeted");
}

/// Who has waited for the server has as long as others to go on.
#[test]
fn handshake_that_waited_for_its_turn_is_not_late() {
    let mut house = house();
    let mut clients: Vec<Client> =
        (0..2 * HANDSHAKES_PER_TURN).map(|_| client_knocks(&mut house, NEAR)).collect();
    for _ in 0..2 {
        house.now = house.now + HANDSHAKE_TIMEOUT;
        house.turn();
    }
    house.waits(HANDSHAKE_TIMEOUT / 2);
    for client in &mut clients[HANDSHAKES_PER_TURN..] {
        client.pump(&mut house);
        assert!(!client.tls.is_handshaking());
    }
    house.waits(HANDSHAKE_TIMEOUT / 2);
    assert!(clients[..HANDSHAKES_PER_TURN].iter().all(|client| house.is_over(client.who)), "they are");
}

#[test]
fn half_open_handshakes_of_one_address_take_the_place_of_their_own() {
    let mut house = house();
    let whole = comes(&mut house, Door::Tls);
    let mut first = Client::new(whole);
    let hello = first.sends();
    house.says(whole, &hello);
    let half = comes_from_elsewhere(&mut house);
    house.says(half, &hello[..hello.len() / 2]);
    // Nobody has the last word in these.
    let storm: Vec<usize> = (0..HANDSHAKES_MAX)
        .map(|_| {
            let who = knocks(&mut house, Door::Tls, [192, 0, 2, 9], &hello[..7]);
            house.settle();
            who
        })
        .collect();
    let given_up: Vec<bool> = storm.iter().map(|&who| house.is_closed(who)).collect();
    assert_eq!(given_up, [vec![true; 2], vec![false; HANDSHAKES_MAX - 2]].concat(), "the oldest of them");
    first.pump(&mut house);
    assert!(!first.tls.is_handshaking());
    assert!(!house.is_closed(half));
}

fn comes_from_elsewhere(house: &mut House) -> usize {
    let who = knocks(house, Door::Any, ELSEWHERE, b"");
    house.settle();
    who
}

/// The newest waiting one gives way: if it were the oldest, none of an address would ever come to its turn.
#[test]
fn line_that_is_too_long_keeps_those_who_stand_in_front() {
    let mut house = house();
    let hello = replayed();
    let storm: Vec<usize> =
        (0..HANDSHAKES_MAX + 10).map(|_| knocks(&mut house, Door::Tls, NEAR, &hello)).collect();
    let mut other = client_knocks(&mut house, ELSEWHERE);
    house.turn();
    let answered = storm.iter().take_while(|&&who| house.taken(who) > 0).count();
    assert_eq!(answered, HANDSHAKES_PER_TURN - 1, "and that from elsewhere");
    let (kept, given_up): (Vec<usize>, Vec<usize>) = storm.iter().partition(|&&who| !house.is_closed(who));
    assert_eq!((kept.len(), given_up.len()), (HANDSHAKES_MAX - 1, 11));
    assert_eq!(given_up.first(), Some(&storm[HANDSHAKES_MAX - 1]), "they are the newest but one");
    other.pump(&mut house);
    assert!(!other.tls.is_handshaking());
}

#[test]
fn handshakes_of_one_address_do_not_take_all_descriptors() {
    const MOST: usize = 20;
    let mut house = house_with(Config { connections_max: MOST, rate_limit: 0, ..Config::default() });
    let hello = replayed();
    let alone = knocks(&mut house, Door::Tls, ELSEWHERE, &hello);
    let storm: Vec<usize> = (1..MOST).map(|_| knocks(&mut house, Door::Tls, NEAR, &hello)).collect();
    house.settle();
    assert!(house.server.accepts(house.now));
    let guest = knocks(&mut house, Door::Any, [192, 0, 2, 9], b"Ana\n");
    house.settle();
    assert!(house.heard(guest).contains("Bienvenido"));
    assert_eq!(house.server.connections(), MOST);
    assert!(house.is_closed(storm[0]) && !house.is_closed(storm[1]) && !house.is_closed(alone));
}

/// Newcomers have said a line as soon as they have shaken hands. Each is one who had their share of the turn; but they do not go on, so
/// that nobody has to be kept from them by shorter turns.
#[test]
fn line_to_a_room_is_written_in_one_turn_while_many_shake_hands() {
    const ROOM: usize = 100;
    let mut house = house();
    let members: Vec<usize> = (0..ROOM).map(|nth| person(&mut house, &format!("p{nth}"))).collect();
    house.waits(Duration::from_secs(20));
    let mut clients: Vec<Client> =
        (0..10 * HANDSHAKES_PER_TURN).map(|_| client_knocks(&mut house, ELSEWHERE)).collect();
    for turn in 0.. {
        if !house.server.has_work() {
            assert!(turn > 15, "{turn} turns");
            break;
        }
        house.send(members[turn % ROOM], b"hola\n");
        members.iter().for_each(|&who| drop(house.heard_bytes(who)));
        house.turn();
        let heard = members.iter().filter(|&&who| house.heard(who).contains(": hola\n")).count();
        assert_eq!(heard, ROOM - 1, "turn {turn}");
        for client in &mut clients {
            let heard = house.heard_bytes(client.who);
            if client.tls.is_handshaking() && !heard.is_empty() {
                client.takes(&heard).expect("what a server sends");
                let last = [client.sends(), client.sealed("\n")].concat();
                house.send(client.who, &last);
            }
        }
    }
    assert_eq!(house.server.figures().handshakes.completed as usize, clients.len());
}
