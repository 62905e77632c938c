//! Records: those that never come whole, and those that hold next to nothing.

use std::time::Duration;

use rustls::SupportedProtocolVersion;
use tertulia::config::{Config, Door, Share};
use tertulia::limits::{
    HANDSHAKE_MAX_BYTES, HANDSHAKE_STEPS, READ_BYTES, RECORD_STEPS, RECORDS_MAX_BYTES, TLS_RECORD_MAX_BYTES,
    TLS_SESSION_MAX_BYTES,
};
use tertulia::tls::{Session, Tls};

use super::client::Client;
use super::{comes, house, house_with, identity};
use crate::support::tls_client::connection;
use crate::turns::house::House;

/// So many clients that have shaken hands, from many addresses.
fn clients(house: &mut House, count: usize) -> Vec<Client> {
    let come = |nth: usize| {
        let [.., net, host] = (nth as u32 / 100).to_be_bytes();
        let who = house.connect_through(Door::Tls, [10, net, host, 1]);
        house.listen(who);
        Client::connected(house, who)
    };
    (0..count).map(come).collect()
}

/// A record of words, as long as they may be, all but the last byte.
fn unfinished() -> Vec<u8> {
    let mut record = vec![0; TLS_RECORD_MAX_BYTES - 1];
    record[..3].copy_from_slice(&[0x17, 3, 3]);
    record[3..5].copy_from_slice(&(TLS_RECORD_MAX_BYTES as u16 - 5).to_be_bytes());
    record
}

#[test]
fn records_that_never_come_whole_are_bounded_and_those_go_who_hold_them_back_for_longest() {
    let mut house = house();
    let fit = RECORDS_MAX_BYTES / (TLS_RECORD_MAX_BYTES - 1);
    let mut clients = clients(&mut house, fit + 1);
    let mut late = clients.pop().expect("the last one");
    // It has its time from when it began.
    let words = late.sealed("Ana\n".repeat(1_000));
    let (begun, rest) = words.split_at(words.len() - 1);
    for client in &clients[..fit - 1] {
        house.says(client.who, unfinished());
        house.now = house.now + Duration::from_micros(1);
    }
    house.says(late.who, begun);
    assert!(!house.is_closed(clients[0].who) && house.server.input_bytes() > RECORDS_MAX_BYTES * 3 / 4);
    house.says(clients[fit - 1].who, unfinished());
    let held = house.server.input_bytes();
    assert!(held <= RECORDS_MAX_BYTES && held > RECORDS_MAX_BYTES * 3 / 4, "{held}");
    let gone = clients.iter().take_while(|client| house.is_closed(client.who)).count();
    assert!((fit / 8..fit / 4).contains(&gone), "{gone} of {fit}");
    assert!(clients[gone..].iter().all(|client| !house.is_closed(client.who)), "the oldest");
    house.says(late.who, rest);
    assert!(late.heard(&mut house).0.contains("Bienvenido al chat, Ana!"));
}

/// Of those a read may bring hundreds: whoever sends them shares the turn as if each were more than a byte.
#[test]
fn records_of_one_byte_count_as_work_and_many_of_them_share_a_turn() {
    const RECORDS: u64 = 600;
    let share = Share { steps: 3 * RECORDS * RECORD_STEPS, ..Share::default() };
    let mut house = house_with(Config { rate_limit: 0, share, ..Config::default() });
    let mut clients = clients(&mut house, 20);
    let tiny = |client: &mut Client| (0..RECORDS).flat_map(|_| client.sealed("x")).collect::<Vec<u8>>();
    let before = house.server.work().total();
    let records = tiny(&mut clients[0]);
    assert!(records.len() < READ_BYTES, "one read");
    house.says(clients[0].who, records);
    assert!(house.server.work().total() - before >= RECORDS * RECORD_STEPS);
    for client in &mut clients[1..] {
        let records = tiny(client);
        house.send(client.who, &records);
    }
    house.turn();
    let read = clients[1..].iter().filter(|client| house.unread(client.who) == 0).count();
    assert_eq!(read, 3, "of {}", clients.len() - 1);
    house.settle();
    assert!(clients.iter().all(|client| house.unread(client.who) == 0));
}

/// One in which each byte is a record of its own is as good as any, and none of them is counted twice.
#[test]
fn records_of_a_handshake_count_as_work_once_however_they_come() {
    let mut house = house();
    let who = comes(&mut house, Door::Tls);
    let mut client = Client::new(who);
    let hello = client.sends();
    let records: Vec<Vec<u8>> = hello[5..].iter().map(|byte| vec![0x16, 3, 1, 0, 1, *byte]).collect();
    let (last, others) = records.split_last().expect("a hello");
    let mut cost = |bytes: &[u8]| {
        let before = house.server.work().total();
        house.says(who, bytes);
        (house.server.work().total() - before) / RECORD_STEPS
    };
    let most = others.len() as u64;
    let begun = cost(&others.concat());
    assert!((most..most + 10).contains(&begun), "{begun} for {most}");
    for byte in &last[..5] {
        assert!(cost(&[*byte]) < 10, "a read, in which nothing came whole");
    }
    assert!(cost(&last[5..]) >= HANDSHAKE_STEPS / RECORD_STEPS);
    client.pump(&mut house);
    assert!(!client.tls.is_handshaking());
}

/// Words that were not sealed yet cannot be any more, but the peer is still told why, and may end its side.
#[test]
fn record_that_is_no_record_ends_a_connection_in_order_whatever_waits_there() {
    let mut house = house();
    let mut client = clients(&mut house, 1).remove(0);
    client.says(&mut house, "Ana\n");
    house.deafen(client.who);
    for _ in 0..3 {
        let asked = client.sealed("/ayuda\n");
        house.says(client.who, asked);
    }
    let mut garbage = vec![0; 64];
    garbage[..5].copy_from_slice(&[0x17, 3, 3, 0, 59]);
    house.says(client.who, garbage);
    assert!(!house.is_over(client.who) && !house.is_closed(client.who), "the alert waits");
    house.reads_again(client.who);
    house.settle();
    let heard = house.heard_bytes(client.who);
    let told = client.takes(&heard).unwrap_err();
    assert!(matches!(told, rustls::Error::AlertReceived(_)), "{told:?}");
    assert!(house.is_over(client.who) && !house.is_closed(client.who));
    house.ends(client.who);
    assert!(house.is_closed(client.who));
}

/// Has shaken hands, without a server around it.
fn shaken(tls: &Tls, versions: &[&'static SupportedProtocolVersion]) -> Session {
    let (mut session, mut client) = (tls.session().expect("randomness"), connection(versions));
    while client.is_handshaking() || client.wants_write() {
        let (mut sent, mut reply) = (Vec::new(), Vec::new());
        while client.wants_write() {
            client.write_tls(&mut sent).expect("memory");
        }
        session.receive(&mut sent, |_| {}, &mut reply);
        let mut rest = &reply[..];
        while !rest.is_empty() {
            client.read_tls(&mut rest).expect("memory");
            client.process_new_packets().expect("what a server sends");
        }
    }
    assert!(!session.is_handshaking());
    session
}

/// Of one that has been answered, whose client has the next word; a connection has less than a kilobyte beside.
#[test]
fn size_of_a_handshake_is_within_its_limit() {
    let tls = identity();
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let (mut session, mut client) = (tls.session().expect("randomness"), connection(versions));
        let (mut sent, mut reply) = (Vec::new(), Vec::new());
        client.write_tls(&mut sent).expect("memory");
        session.receive(&mut sent, |_| {}, &mut reply);
        assert!(!reply.is_empty() && session.is_handshaking());
        let itself = size_of_val(&session);
        let freed = allocation_counter::measure(|| drop(session));
        let held = itself as i64 - freed.bytes_current - 16 * freed.count_current;
        assert!(held + 1024 <= HANDSHAKE_MAX_BYTES as i64, "{held} bytes, of them {itself} by itself");
        assert!(held + 1024 > HANDSHAKE_MAX_BYTES as i64 / 2, "{held} bytes: the limit is far from it");
    }
}

#[test]
fn size_of_the_tls_of_a_connection_is_within_its_limit() {
    let tls = identity();
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let session = shaken(&tls, versions);
        let itself = size_of_val(&session);
        let freed = allocation_counter::measure(|| drop(session));
        let held = itself as i64 - freed.bytes_current - 16 * freed.count_current;
        assert!(held <= TLS_SESSION_MAX_BYTES as i64, "{held} bytes, of them {itself} by itself");
        assert!(held > TLS_SESSION_MAX_BYTES as i64 / 2, "{held} bytes: the limit is far from it");
    }
}
