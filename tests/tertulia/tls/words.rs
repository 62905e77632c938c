//! What is said in TLS: the same as without, however it is cut, and only what the peer has sealed.

use std::io::Write;

use proptest::prelude::*;
use serde_json::json;
use tertulia::chat::Language;
use tertulia::config::{Config, Door};
use tertulia::limits::{LINE_MAX_BYTES, OPENING_WAIT, QUEUE_MAX_BYTES, TLS_RECORD_MAX_BYTES};

use super::client::Client;
use super::{comes, house, house_with, person};
use crate::turns::house::House;
use crate::web::{UPGRADE, frame, frames, objects};

/// A client in the chat, in TLS.
fn sealed_person(house: &mut House, name: &str) -> Client {
    let mut client = Client::comes(house, Door::Any);
    client.says(house, format!("{name}\n"));
    assert!(client.heard(house).0.contains("Bienvenido"), "{name}");
    client
}

#[test]
fn silent_client_is_greeted_a_moment_after_the_handshake_in_every_version() {
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let mut house = house();
        let who = comes(&mut house, Door::Any);
        house.waits(OPENING_WAIT / 2);
        let mut client = Client::with(who, versions);
        client.pump(&mut house);
        assert!(!client.tls.is_handshaking());
        assert_eq!(client.tls.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert_eq!(client.tls.tls13_tickets_received(), 0, "nothing is kept for later");
        house.waits(OPENING_WAIT - std::time::Duration::from_millis(1));
        assert_eq!((client.heard(&mut house), house.server.hub().clients()), ((String::new(), false), 0));
        house.waits(std::time::Duration::from_millis(1));
        assert_eq!(client.heard(&mut house), ("Ingresa tu nombre: ".into(), false));
        client.says(&mut house, "Ana\n");
        assert!(client.heard(&mut house).0.starts_with("\nBienvenido al chat, Ana!"));
    }
}

#[test]
fn request_and_websocket_are_answered_in_tls() {
    let mut house = house();
    let mut client = Client::comes(&mut house, Door::Any);
    client.says(&mut house, "GET /salud HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (heard, ended) = client.heard(&mut house);
    assert!(heard.starts_with("HTTP/1.1 200 OK\r\n") && heard.ends_with("\r\n\r\nok\n"), "{heard}");
    assert!(ended && house.is_over(client.who), "the end is sealed as well");

    let mut client = Client::comes(&mut house, Door::Https);
    // A page that came by https.
    client.says(&mut house, UPGRADE.replace("http://", "https://"));
    let answer = client.heard_bytes(&mut house);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    assert!(answer.starts_with(b"HTTP/1.1 101 "));
    assert_eq!(objects(&answer[end..]), [json!({"type": "name"})]);
    client.says(&mut house, frame(0x81, br#"{"type":"name","name":"Ana"}"#));
    assert_eq!(objects(&client.heard_bytes(&mut house))[0]["name"], "Ana");
    client.says(&mut house, frame(0x81, br#"{"type":"quit"}"#));
    assert_eq!(frames(&client.heard_bytes(&mut house)).last().map(|(opcode, _)| *opcode), Some(8));
}

#[test]
fn tls_in_tls_is_refused() {
    let mut house = house();
    let mut client = Client::comes(&mut house, Door::Any);
    let hello = Client::new(client.who).sends();
    client.says(&mut house, hello);
    assert_eq!(client.heard_bytes(&mut house), [0x15, 3, 1, 0, 2, 2, 40]);
    assert_eq!(house.server.hub().clients(), 0);
}

#[test]
fn both_sides_end_in_order() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let mut ana = sealed_person(&mut house, "Ana");
    house.heard(luis);
    // Ending one's side is not hanging up: what was asked is answered first.
    let asked = [ana.sealed("/idioma\n"), {
        ana.tls.send_close_notify();
        ana.sends()
    }]
    .concat();
    house.says(ana.who, asked);
    let (heard, ended) = ana.heard(&mut house);
    assert!(heard.starts_with("Te hablo en español") && ended, "{heard}");
    assert_eq!(house.heard(luis), "<<< Ana salió del chat\n");
    assert!(house.is_over(ana.who));
    // And the server's own.
    let mut eva = sealed_person(&mut house, "Eva");
    eva.says(&mut house, "/salir\n");
    assert!(eva.heard(&mut house).1 && house.is_over(eva.who));
}

/// A client in a pipe has all to say at once, the last of its handshake in front.
#[test]
fn end_of_the_handshake_words_and_the_end_in_one_read_are_answered_in_every_version() {
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let house = &mut house();
        let luis = person(house, "Luis");
        for (words, answers) in [("Ana\nhola\nsalir\n", true), ("Ana\nhola\n", true), ("", false)] {
            let who = comes(house, Door::Any);
            let mut client = Client::with(who, versions);
            while client.tls.is_handshaking() {
                let sent = client.sends();
                house.says(who, sent);
                let heard = house.heard_bytes(who);
                client.takes(&heard).expect("what a server sends");
            }
            client.tls.writer().write_all(words.as_bytes()).expect("memory");
            client.tls.send_close_notify();
            let sent = client.sends();
            house.says(who, sent);
            let (heard, ended) = client.heard(house);
            assert!(ended && house.is_over(who), "{words:?}: {heard}");
            assert_eq!(heard.contains("Bienvenido al chat, Ana!"), answers, "{heard}");
            assert_eq!(house.heard(luis).contains("Ana: hola"), answers);
        }
    }
}

#[test]
fn end_that_is_not_sealed_is_a_lost_connection_and_a_cut_line_is_none() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    for half_a_record in [false, true] {
        let mut ana = sealed_person(&mut house, "Ana");
        house.heard(luis);
        ana.says(&mut house, "hola\nno digas esto a Lu");
        if half_a_record {
            let record = ana.sealed("is\nni esto\n");
            house.says(ana.who, &record[..record.len() - 1]);
        }
        house.ends(ana.who);
        assert_eq!(house.heard(luis), "Ana: hola\n<<< Ana salió del chat (conexión perdida)\n");
        assert!(house.is_closed(ana.who));
    }
}

#[test]
fn changed_record_ends_the_connection_with_an_alert() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let mut ana = sealed_person(&mut house, "Ana");
    house.heard(luis);
    let good = ana.sealed("hola\n");
    let mut bad = ana.sealed("paga a Luis\n");
    let last = bad.len() - 1;
    bad[last] ^= 1;
    house.says(ana.who, [good, bad].concat());
    assert_eq!(house.heard(luis), "Ana: hola\n<<< Ana salió del chat (conexión perdida)\n");
    let heard = house.heard_bytes(ana.who);
    let told = ana.takes(&heard);
    assert_eq!(told, Err(rustls::Error::AlertReceived(rustls::AlertDescription::BadRecordMac)));
    assert!(house.is_over(ana.who), "and nothing behind it");
}

#[test]
fn new_keys_of_the_client_change_nothing() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let mut ana = sealed_person(&mut house, "Ana");
    house.heard(luis);
    for _ in 0..3 {
        ana.tls.refresh_traffic_keys().expect("TLS 1.3");
        ana.says(&mut house, "hola\n");
        assert_eq!(house.heard(luis), "Ana: hola\n");
        house.says(luis, "qué tal\n");
        assert_eq!(ana.heard(&mut house), ("Luis: qué tal\n".into(), false));
    }
}

#[test]
fn reader_who_stalls_is_bounded_and_told_what_passed_by() {
    let mut house = house_with(Config { rate_limit: 0, language: Language::Spanish, ..Config::default() });
    let luis = person(&mut house, "Luis");
    let mut ana = sealed_person(&mut house, "Ana");
    house.deafen(ana.who);
    let line = format!("{}\n", "z".repeat(LINE_MAX_BYTES / 2));
    let lines = 4 * QUEUE_MAX_BYTES / line.len();
    for _ in 0..lines {
        house.says(luis, &line);
    }
    let (_, waiting, held) = house.server.buffers().max_by_key(|(_, waiting, _)| *waiting).expect("Ana");
    assert!(waiting <= QUEUE_MAX_BYTES && waiting > QUEUE_MAX_BYTES / 2, "{waiting} bytes wait");
    assert!(held <= QUEUE_MAX_BYTES + TLS_RECORD_MAX_BYTES, "{held} bytes are held");
    house.reads_again(ana.who);
    house.settle();
    let (heard, _) = ana.heard(&mut house);
    let got = heard.matches("Luis: z").count();
    let told = format!("[… {} mensajes omitidos; /historial para verlos]\n", lines - got);
    assert!(got > 0 && heard.ends_with(&told), "{got} lines, {told}");
    // And as before.
    house.says(luis, "hola\n");
    assert_eq!(ana.heard(&mut house).0, "Luis: hola\n");
}

#[test]
fn reader_who_takes_a_few_bytes_at_a_time_gets_all_of_it() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let mut ana = sealed_person(&mut house, "Ana");
    house.takes(ana.who, 3);
    for line in ["uno\n", "dos\n", "tres\n"] {
        house.says(luis, line);
    }
    // An answer of TLS itself gets between what is sealed and what is not.
    ana.tls.refresh_traffic_keys().expect("TLS 1.3");
    let asked = ana.sealed("/idioma\n");
    house.says(ana.who, asked);
    let mut heard = Vec::new();
    for _ in 0..400 {
        house.takes(ana.who, 7);
        house.settle();
        heard.extend(house.heard_bytes(ana.who));
    }
    ana.takes(&heard).expect("what a server sends");
    let (heard, _) = ana.heard(&mut house);
    assert!(heard.starts_with("Luis: uno\nLuis: dos\nLuis: tres\nTe hablo en español"), "{heard}");
    assert_eq!(house.server.queued_bytes(), 0);
}

/// What somebody and a neighbour hear of this, said in these pieces after a name.
fn heard_of(pieces: &[Vec<u8>], cuts: Option<&[usize]>) -> (Vec<u8>, String) {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let who = comes(&mut house, Door::Any);
    let Some(cuts) = cuts else {
        house.says(who, "Ana\n");
        pieces.iter().for_each(|piece| house.says(who, piece));
        return (house.heard_bytes(who), house.heard(luis));
    };
    let mut cuts = cuts.iter().cycle();
    let mut in_pieces = |house: &mut House, bytes: Vec<u8>| {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(*cuts.next().expect("for ever")));
            house.says(who, piece);
            rest = behind;
        }
    };
    let mut client = Client::new(who);
    while client.tls.is_handshaking() || client.tls.wants_write() {
        let bytes = client.sends();
        in_pieces(&mut house, bytes);
        let heard = house.heard_bytes(who);
        client.takes(&heard).expect("what a server sends");
    }
    for piece in [b"Ana\n".to_vec()].iter().chain(pieces) {
        let bytes = client.sealed(piece);
        in_pieces(&mut house, bytes);
    }
    (client.heard_bytes(&mut house), house.heard(luis))
}

/// What people send, good and bad.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-zñ ]{0,12}\r?\n".prop_map(String::into_bytes),
        Just(b"/quien\n".to_vec()),
        Just(b"/entrar #sala\n".to_vec()),
        Just(b"/msg Luis hola\n".to_vec()),
        Just(b"/lang en\n".to_vec()),
        Just(b"\xff\xfb\x01\xff\xf6".to_vec()),
        Just(b"qu\xc3".to_vec()),
        Just(b"\xa9 tal\n".to_vec()),
        Just([b"x".repeat(LINE_MAX_BYTES + 1), b"\n".to_vec()].concat()),
        Just(b"y\n".repeat(3_000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn same_bytes_say_the_same_in_tls_however_the_records_are_cut(
        pieces in proptest::collection::vec(piece(), 1..8),
        cuts in proptest::collection::vec(prop_oneof![1..40_usize, 40..20_000_usize], 1..8),
    ) {
        prop_assert_eq!(heard_of(&pieces, Some(&cuts)), heard_of(&pieces, None));
    }
}
