//! Handshakes that are cut, late, too many, or none.

use tertulia::config::Door;
use tertulia::limits::{HANDSHAKE_TIMEOUT, HANDSHAKES_PER_TURN, OPENING_MAX, RSA_HANDSHAKE_STEPS};
use tertulia::tls::{IdentitySource, Tls};

use super::client::Client;
use super::{comes, house, person, rsa};
use crate::support::dir::Dir;
use crate::support::process::has;
use crate::turns::house::House;

/// The type of an alert's record, and a fatal one's level.
const ALERT: u8 = 0x15;
const FATAL: u8 = 2;

#[test]
fn handshake_is_the_same_cut_at_every_byte() {
    let mut house = house();
    let length = Client::new(0).sends().len();
    for cut in 0..length {
        let who = comes(&mut house, Door::Any);
        let mut client = Client::new(who);
        let hello = client.sends();
        house.says(who, &hello[..cut]);
        assert_eq!(house.heard_bytes(who), b"", "cut at {cut}");
        house.says(who, &hello[cut..]);
        client.pump(&mut house);
        assert!(!client.tls.is_handshaking(), "cut at {cut}");
        house.breaks(who);
    }
    assert_eq!(house.server.connections(), 0);
    assert_eq!(house.server.input_bytes(), 0);
}

#[test]
fn handshake_that_ends_at_any_byte_leaves_nothing() {
    let mut house = house();
    let mut whole = Vec::new();
    for cut in 0.. {
        let who = comes(&mut house, Door::Tls);
        let mut client = Client::new(who);
        let hello = client.sends();
        house.says(who, &hello);
        let heard = house.heard_bytes(who);
        client.takes(&heard).expect("what a server sends");
        let last = client.sends();
        whole.push(cut >= last.len());
        house.says(who, &last[..cut.min(last.len())]);
        house.ends(who);
        assert!(house.is_closed(who), "cut at {cut}");
        if cut >= last.len() {
            break;
        }
    }
    assert_eq!(whole.iter().filter(|&&whole| whole).count(), 1);
    assert_eq!((house.server.connections(), house.server.input_bytes()), (0, 0));
}

#[test]
fn figures_count_handshakes_and_what_is_spoken_in_tls() {
    let mut house = house();
    let mut ana = Client::comes(&mut house, Door::Any);
    ana.says(&mut house, "Ana\n");
    person(&mut house, "Eva");
    let who = comes(&mut house, Door::Any);
    let hello = Client::new(who).sends();
    house.says(who, &hello[..hello.len() / 2]);
    let figures = house.server.figures();
    assert_eq!(figures.connections, [[0, 1, 0, 0], [1, 1, 0, 0]], "plain ones, and those in TLS");
    assert_eq!((figures.handshakes.completed, figures.handshakes.failed), (1, 0));
    house.breaks(who);
    house.settle();
    let figures = house.server.figures();
    assert_eq!(figures.connections, [[0, 1, 0, 0], [0, 1, 0, 0]]);
    assert_eq!((figures.handshakes.completed, figures.handshakes.failed), (1, 1));
}

#[test]
fn late_handshake_ends_and_the_chat_hears_nothing_of_it() {
    for door in [Door::Any, Door::Tls, Door::Https] {
        let mut house = house();
        let who = comes(&mut house, door);
        let hello = Client::new(who).sends();
        house.says(who, &hello[..hello.len() / 2]);
        house.waits(HANDSHAKE_TIMEOUT - std::time::Duration::from_millis(1));
        assert!(!house.is_over(who), "{door:?}");
        house.waits(std::time::Duration::from_millis(1));
        assert!(house.is_over(who), "{door:?}");
        assert_eq!((house.heard_bytes(who), house.server.hub().work().heard), (Vec::new(), 0));
    }
}

#[test]
fn what_is_no_handshake_gets_an_alert() {
    let hello = Client::new(0).sends();
    let mut long = hello.clone();
    long[3..5].copy_from_slice(&[0xff, 0xff]);
    let mut empty = hello[..5].to_vec();
    empty[3..5].copy_from_slice(&[0, 0]);
    for (door, input) in [
        (Door::Tls, &b"Ana\nhola a todos\n"[..]),
        (Door::Https, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        (Door::Tls, &[0x80, 0x2e, 1, 3, 1, 0, 0, 0]),
        (Door::Any, &[0x16, 3, 1, 0, 5, 99, 0, 0, 1, 0]),
        (Door::Any, &long),
        (Door::Any, &empty),
    ] {
        let mut house = house();
        let luis = person(&mut house, "Luis");
        house.heard(luis);
        let who = comes(&mut house, door);
        house.says(who, input);
        let heard = house.heard_bytes(who);
        assert_eq!((heard.first(), heard.get(5)), (Some(&ALERT), Some(&FATAL)), "{input:?}: {heard:?}");
        assert!(house.is_over(who), "{input:?}");
        assert_eq!((house.heard(luis).as_str(), house.server.hub().clients()), ("", 1), "{input:?}");
    }
}

#[test]
fn garbage_never_does_more_than_end_its_connection() {
    let mut house = house();
    let mut random = 1_u32;
    for length in 0..300 {
        let who = comes(&mut house, if length % 2 == 0 { Door::Any } else { Door::Tls });
        let mut bytes = vec![0x16, 3];
        bytes.extend((0..length).map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 24) as u8
        }));
        house.says(who, bytes);
        house.ends(who);
        assert_eq!(house.server.hub().clients(), 0);
    }
    house.waits(HANDSHAKE_TIMEOUT);
    assert_eq!((house.server.connections(), house.server.input_bytes()), (0, 0));
}

/// A handshake of which one byte is another one, cut anywhere: whatever the library makes of it, it is not the end of the server.
#[test]
fn changed_handshake_never_does_more_than_end_its_connection() {
    let mut house = house();
    let hello = Client::new(0).sends();
    for at in 0..hello.len() {
        for change in [0x80, 0xff] {
            let who = comes(&mut house, Door::Tls);
            let mut bytes = hello.clone();
            bytes[at] ^= change;
            // In two records, as some do.
            let (first, second) = bytes[5..].split_at(at.max(6) - 5);
            let record = |part: &[u8]| [&[0x16, 3, 1], &(part.len() as u16).to_be_bytes()[..], part].concat();
            if change == 0xff {
                bytes = [record(first), record(second)].concat();
            }
            house.says(who, &bytes[..at]);
            house.says(who, &bytes[at..]);
            house.says(who, b"more");
            house.ends(who);
        }
    }
    assert_eq!((house.server.connections(), house.server.input_bytes()), (0, 0));
    assert_eq!(house.server.hub().clients(), 0);
}

/// So many clients that have sent what begins a handshake, which the server has not looked at.
fn knocking(house: &mut House, count: usize) -> Vec<Client> {
    let come = |_| {
        let who = house.connect_through(Door::Tls, super::NEAR);
        house.listen(who);
        let mut client = Client::new(who);
        let hello = client.sends();
        house.send(who, &hello);
        client
    };
    (0..count).map(come).collect()
}

#[test]
fn handshakes_take_turns_behind_those_who_talk() {
    let mut house = house();
    let (luis, ana) = (person(&mut house, "Luis"), person(&mut house, "Ana"));
    house.heard(luis);
    let clients = knocking(&mut house, 3 * HANDSHAKES_PER_TURN);
    assert!(house.server.accepts(house.now));
    for turn in 1..=3 {
        house.send(ana, b"hola\n");
        house.turn();
        assert_eq!(house.heard(luis), "Ana: hola\n", "heard in the same turn");
        let answered = clients.iter().filter(|client| house.taken(client.who) > 0).count();
        assert_eq!(answered, turn * HANDSHAKES_PER_TURN);
    }
    assert!(!house.server.has_work());
}

/// It signs for a millisecond, and those who talk wait as long as behind other keys.
#[test]
fn handshakes_with_an_rsa_key_are_fewer_a_turn() {
    if !has("openssl") {
        return;
    }
    let dir = Dir::new();
    let (cert, key) = rsa(&dir, 2048);
    let mut house = house();
    house.server.set_tls(Tls::open(&IdentitySource::Files { cert, key }).expect("a key"));
    let mut clients = knocking(&mut house, 9);
    for turn in 1..=3 {
        house.turn();
        let answered = clients.iter().filter(|client| house.taken(client.who) > 0).count();
        assert_eq!(answered, 3 * turn, "of {HANDSHAKES_PER_TURN} with another key");
    }
    let before = house.server.work().total();
    clients.iter_mut().for_each(|client| client.pump(&mut house));
    assert!(clients.iter().all(|client| !client.tls.is_handshaking()));
    let each = (house.server.work().total() - before) / clients.len() as u64;
    assert!(each < RSA_HANDSHAKE_STEPS / 2, "{each} steps for the rest, in which nothing is signed");
}

/// They cost their sender hardly anything, and the server no more.
#[test]
fn handshakes_that_come_in_pieces_keep_no_others_waiting_and_nobody_out() {
    let mut house = house();
    let pieces: Vec<(usize, Vec<u8>)> = (0..16 * HANDSHAKES_PER_TURN)
        .map(|_| {
            let who = comes(&mut house, Door::Any);
            (who, Client::new(who).sends())
        })
        .collect();
    pieces.iter().for_each(|(who, hello)| house.says(*who, &hello[..9]));
    for at in 9..29 {
        pieces.iter().for_each(|(who, hello)| house.send(*who, &hello[at..=at]));
        assert!(house.server.accepts(house.now), "piece {at}");
        let whole = knocking(&mut house, 1);
        house.turn();
        assert!(house.taken(whole[0].who) > 0, "answered in the same turn, behind piece {at}");
    }
}

#[test]
fn handshake_is_not_given_up_for_those_who_are_in() {
    let mut house = house();
    let who = comes(&mut house, Door::Any);
    let mut client = Client::new(who);
    let hello = client.sends();
    house.says(who, hello);
    for _ in 0..OPENING_MAX {
        // They are greeted as soon as they have shaken hands.
        let next = comes(&mut house, Door::Tls);
        Client::connected(&mut house, next);
    }
    assert!(!house.is_over(who));
    client.pump(&mut house);
    assert!(!client.tls.is_handshaking());
}

#[test]
fn those_that_have_shaken_hands_are_newcomers_like_others() {
    let mut house = house();
    let mut first = Client::comes(&mut house, Door::Any);
    let mut others: Vec<Client> = (1..OPENING_MAX).map(|_| Client::comes(&mut house, Door::Any)).collect();
    assert_eq!(first.heard(&mut house), (String::new(), false), "it is waited for");
    others.push(Client::comes(&mut house, Door::Any));
    assert_eq!(
        first.heard(&mut house),
        ("Ingresa tu nombre: ".into(), false),
        "no longer than for so many others"
    );
    assert_eq!(house.server.hub().clients(), 1);
}

#[test]
fn without_a_key_a_handshake_gets_an_alert() {
    let mut house = House::new(tertulia::config::Config::default());
    let who = comes(&mut house, Door::Any);
    let hello = Client::new(who).sends();
    house.says(who, hello);
    assert_eq!(house.heard_bytes(who), [ALERT, 3, 1, 0, 2, FATAL, 40]);
    // And where lines are spoken only.
    let mut house = super::house();
    let who = comes(&mut house, Door::Line);
    house.heard(who);
    let hello = Client::new(who).sends();
    house.says(who, hello);
    assert!(house.heard_bytes(who).ends_with(&[ALERT, 3, 1, 0, 2, FATAL, 40]));
}
