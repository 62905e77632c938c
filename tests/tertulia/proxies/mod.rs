//! Behind a proxy: whose word about addresses counts, and that each person has their own address then.

pub mod real;

use std::time::Duration;

use serde_json::json;
use tertulia::chat::{AdminOrder, ChatConfig, Language, Name, Text};
use tertulia::config::{Config, Door};
use tertulia::limits::{
    HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES, OPENING_MAX, OPENING_WAIT, OPENING_WAIT_FAR, PROXY_SILENCE,
    REQUEST_TIMEOUT,
};
use tertulia::net::Server;
use tertulia::protocol::proxy::{HEADER_MAX_BYTES, Header, read};
use tertulia::storage::SimulatedHelpers;

use crate::json::help;
use crate::turns::house::House;
use crate::web::{hears, sends};

const PROXY: [u8; 4] = [10, 0, 0, 1];
const FAR: [u8; 4] = [203, 0, 113, 7];

/// Version 1, of a client far away.
const TEXT: &[u8] = b"PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n";

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of version 2.
fn binary(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let length = u16::try_from(addresses.len()).expect("short").to_be_bytes();
    [SIGNATURE, &[command, family], &length, addresses].concat()
}

/// Version 2, of the same client, with what HAProxy adds to it.
fn binary_far() -> Vec<u8> {
    let addresses = [&FAR[..], &PROXY, &56324_u16.to_be_bytes(), &443_u16.to_be_bytes()].concat();
    binary(0x21, 0x11, &[&addresses[..], &[0x20, 0, 5, 7, 0, 0, 0, 0]].concat())
}

fn binary_v6() -> Vec<u8> {
    let v6 = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    binary(0x21, 0x21, &[&v6(7)[..], &v6(1), &[0xdc, 4, 1, 187]].concat())
}

#[test]
fn header_is_read_however_it_is_cut() {
    let unix = binary(0x21, 0x31, &[b'x'; 216]);
    for (header, source) in [
        (TEXT.to_vec(), Some("203.0.113.7:56324")),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n".to_vec(), Some("[2001:db8::7]:56324")),
        (
            b"PROXY TCP6 ffff:f:f:ffff:ffff:ffff:ffff:ffff ::1 65535 0\r\n".to_vec(),
            Some("[ffff:f:f:ffff:ffff:ffff:ffff:ffff]:65535"),
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), None),
        (b"PROXY UNKNOWN ffff::1 what ever\r\n".to_vec(), None),
        (binary_far(), Some("203.0.113.7:56324")),
        (binary_v6(), Some("[2001:db8::7]:56324")),
        (binary(0x20, 0x00, &[]), None),
        (binary(0x20, 0x11, &[]), None),
        (binary(0x20, 0xff, &[1, 2, 3]), None),
        (binary(0x21, 0x00, &[]), None),
        (unix, None),
        (binary(0x20, 0x00, &[0; HEADER_MAX_BYTES - 16]), None),
    ] {
        let source = source.map(|source| source.parse().expect("an address"));
        for end in 0..header.len() {
            assert!(matches!(read(&header[..end]), Header::Incomplete { .. }), "{:?}", &header[..end]);
        }
        for behind in [&b""[..], b"Ana\n", TEXT, SIGNATURE] {
            let bytes = [&header, behind].concat();
            assert_eq!(read(&bytes), Header::Whole(source, header.len()), "{bytes:?}");
        }
    }
}

#[test]
fn beginning_of_a_header_is_told_from_other_bytes() {
    for (bytes, begun) in [(&b"P"[..], false), (b"PROXY", false), (b"PROXY ", true), (b"PROXY x", true)] {
        assert_eq!(read(bytes), Header::Incomplete { begun }, "{bytes:?}");
    }
    assert_eq!(read(&SIGNATURE[..11]), Header::Incomplete { begun: false });
    assert_eq!(read(SIGNATURE), Header::Incomplete { begun: true });
    for bytes in
        [&b"Pedro\n"[..], b"PUT / HTTP/1.1", b"proxy tcp4", b"PROXY\n", b"\r\n\r\nAna", b"\n", b"\x16\x03"]
    {
        assert_eq!(read(bytes), Header::Nothing, "{bytes:?}");
    }
}

#[test]
fn header_that_is_wrong_is_not_guessed_at() {
    for line in [
        "PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 56324\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 56324 443 \r\n",
        "PROXY TCP4  203.0.113.7 10.0.0.1 56324 443\r\n",
        "PROXY TCP4 203.0.113.07 10.0.0.1 56324 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 056324 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 +56324 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 65536 443\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 56324 443\r\n",
        "PROXY TCP6 203.0.113.7 10.0.0.1 56324 443\r\n",
        "PROXY TCP5 203.0.113.7 10.0.0.1 56324 443\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY \r\n",
        "PROXY \u{ff}\r\n",
    ] {
        assert_eq!(read(line.as_bytes()), Header::Malformed, "{line:?}");
    }
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107 - 16));
    assert_eq!(read(longest.as_bytes()), Header::Whole(None, 107));
    let longer = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107 - 15));
    assert_eq!(read(&longer.as_bytes()[..106]), Header::Incomplete { begun: true });
    assert_eq!(read(&longer.as_bytes()[..107]), Header::Malformed);

    let inet = [0; 12];
    for header in [
        binary(0x11, 0x11, &inet),
        binary(0x22, 0x11, &inet),
        binary(0x31, 0x11, &inet),
        binary(0x21, 0x12, &inet),
        binary(0x21, 0x10, &inet),
        binary(0x21, 0x41, &inet),
        binary(0x21, 0x11, &inet[..11]),
        binary(0x21, 0x21, &[0; 35]),
        binary(0x21, 0x31, &[0; 215]),
        binary(0x20, 0x00, &[0; HEADER_MAX_BYTES - 15]),
    ] {
        assert_eq!(read(&header), Header::Malformed, "{header:?}");
    }
    // It is not waited for what was promised.
    assert_eq!(read(&[SIGNATURE, &[0x21, 0x11, 0xff, 0xff]].concat()), Header::Malformed);
}

fn config() -> Config {
    Config { rate_limit: 0, proxies: vec!["10.0.0.0/8".parse().expect("a network")], ..Config::default() }
}

fn comes(house: &mut House, door: Door, address: [u8; 4]) -> usize {
    let who = house.connect_through(door, address);
    house.listen(who);
    house.settle();
    who
}

/// Name and address of all who are in the chat.
fn people(house: &House) -> Vec<String> {
    let mut rows = String::new();
    house.server.list_people(0, usize::MAX, house.now, &mut rows);
    rows.lines().map(|row| row.split('\t').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

const CHAIN: &str = "X-Forwarded-For: 203.0.113.7";

/// What a proxy passes on of a browser that wants a WebSocket, with these lines about where it comes from.
fn upgrade(lines: &str) -> String {
    format!(
        "GET /chat HTTP/1.1\r\nHost: localhost\r\n{lines}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

#[test]
fn header_of_a_trusted_proxy_tells_where_its_client_is_at_every_cut() {
    for header in [TEXT.to_vec(), binary_far()] {
        let input = [&header, &b"Ana\n"[..]].concat();
        for door in [Door::Any, Door::Line] {
            for cut in 0..input.len() {
                let mut house = House::new(config());
                let who = comes(&mut house, door, PROXY);
                house.says(who, &input[..cut]);
                house.says(who, &input[cut..]);
                assert_eq!(people(&house), ["Ana 203.0.113.7"], "{door:?} {cut}");
                let heard = house.heard(who);
                assert!(
                    heard.starts_with("Ingresa tu nombre: ") && heard.contains("Bienvenido"),
                    "{cut}: {heard}"
                );
                assert_eq!(house.server.input_bytes(), 0, "nothing of it is kept");
            }
        }
        for door in [Door::Any, Door::Http] {
            let input = [&header, upgrade("X-Forwarded-For: 198.51.100.1").as_bytes()].concat();
            for cut in [0, 1, 11, header.len() - 1, header.len(), header.len() + 1] {
                let mut house = House::new(config());
                let who = comes(&mut house, door, PROXY);
                house.says(who, &input[..cut]);
                house.says(who, &input[cut..]);
                // That client is no proxy: what it says of itself does not count.
                assert_eq!(people(&house), ["- 203.0.113.7"], "{door:?} {cut}");
            }
        }
    }
    let mut house = House::new(config());
    let who = comes(&mut house, Door::Any, PROXY);
    house.says(who, [&binary_v6()[..], b"Ana\n"].concat());
    assert_eq!(people(&house), ["Ana 2001:db8::/64"]);
    // The client of another proxy in front of this one, and one whose address is written as one of IPv6.
    let who = comes(&mut house, Door::Any, PROXY);
    house.says(who, format!("PROXY TCP4 10.9.9.9 10.0.0.1 1 2\r\n{}", upgrade(CHAIN)));
    let who_mapped = comes(&mut house, Door::Any, PROXY);
    house.says(who_mapped, "PROXY TCP6 ::ffff:198.51.100.1 ::1 1 2\r\nEva\n");
    assert_eq!(people(&house)[1..], ["- 203.0.113.7", "Eva 198.51.100.1"]);
    assert!(house.heard_bytes(who).starts_with(b"HTTP/1.1 101 "));
}

#[test]
fn silent_client_behind_a_proxy_waits_as_long_as_its_own_address_does() {
    for (header, wait) in [
        (TEXT, OPENING_WAIT_FAR),
        (b"PROXY TCP4 192.168.1.20 10.0.0.1 1 2\r\n", OPENING_WAIT),
        (b"", OPENING_WAIT),
    ] {
        let mut house = House::new(config());
        let who = comes(&mut house, Door::Any, PROXY);
        house.says(who, header);
        house.waits(wait - Duration::from_millis(1));
        assert_eq!(house.heard(who), "", "{wait:?}");
        house.waits(Duration::from_millis(1));
        house.waits(Duration::ZERO);
        assert_eq!(house.heard(who), "Ingresa tu nombre: ", "{wait:?}");
    }
}

#[test]
fn own_address_of_a_proxy_counts_where_it_tells_none() {
    for input in [
        b"Ana\n".to_vec(),
        b"Pedro\n".to_vec(),
        b"PROXY UNKNOWN\r\nAna\n".to_vec(),
        [binary(0x20, 0, &[]), b"Ana\n".to_vec()].concat(),
        [binary(0x21, 0x31, &[0; 216]), b"Ana\n".to_vec()].concat(),
    ] {
        let mut house = House::new(config());
        let who = comes(&mut house, Door::Any, PROXY);
        house.says(who, &input);
        assert!(people(&house)[0].ends_with(" 10.0.0.1"), "{input:?}: {:?}", people(&house));
    }
    let mut house = House::new(config());
    // Whether it is well, as balancers ask: a connection that says nothing and ends, and a request.
    let silent = comes(&mut house, Door::Line, PROXY);
    assert_eq!(house.heard(silent), "");
    let asks = comes(&mut house, Door::Any, PROXY);
    house.says(asks, "GET /salud HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(house.heard(asks).ends_with("\r\n\r\nok\n"));
    let page = comes(&mut house, Door::Any, PROXY);
    house.says(page, upgrade("X: y"));
    assert_eq!(people(&house), ["- 10.0.0.1"]);
}

#[test]
fn nobody_else_is_believed() {
    let mut house = House::new(config());
    for header in [TEXT.to_vec(), binary_far(), b"PROXY UNKNOWN\r\n".to_vec(), binary(0x20, 0, &[])] {
        let input = [&header, &b"Ana\nhola\n"[..]].concat();
        for door in [Door::Any, Door::Line] {
            for cut in 0..input.len() {
                let who = comes(&mut house, door, FAR);
                house.says(who, &input[..cut]);
                house.says(who, &input[cut..]);
                let heard = house.heard(who);
                assert!(heard.ends_with("it takes --trust-proxy.\r\n"), "{door:?} {cut} {header:?}: {heard}");
                assert_eq!(people(&house), [""; 0]);
            }
        }
        let who = comes(&mut house, Door::Http, FAR);
        house.says(who, &input);
        house.waits(REQUEST_TIMEOUT);
        assert!(house.heard(who).starts_with("HTTP/1.1 "), "{header:?}");
    }
    let who = comes(&mut house, Door::Any, FAR);
    house.says(who, upgrade("X-Forwarded-For: 198.51.100.1"));
    assert_eq!(people(&house), ["- 203.0.113.7"]);
    // Without the option nobody is, wherever they are.
    let mut house = House::new(Config::default());
    let who = comes(&mut house, Door::Any, [127, 0, 0, 1]);
    house.says(who, upgrade("X-Forwarded-For: 198.51.100.1"));
    assert_eq!(people(&house), ["- 127.0.0.1"]);
    // A person who is in may say so.
    let who = comes(&mut house, Door::Any, FAR);
    house.says(who, "Ana\nPROXY TCP4 no es un nombre\n");
    assert!(!house.heard(who).contains("--trust-proxy") && !house.is_closed(who));
}

#[test]
fn header_that_is_none_or_stalls_is_closed_without_a_word() {
    let mut house = House::new(config());
    for door in [Door::Any, Door::Line, Door::Http] {
        for header in [&b"PROXY TCP4 203.0.113.7\r\nAna\nhola\n"[..], &binary(0x21, 0x12, &[0; 12])] {
            let who = comes(&mut house, door, PROXY);
            house.says(who, header);
            assert_eq!((house.heard(who).as_str(), people(&house).len()), ("", 0), "{door:?}");
        }
        for begun in [&b"PROXY TCP4 203"[..], SIGNATURE] {
            let who = comes(&mut house, door, PROXY);
            house.says(who, begun);
            house.waits(REQUEST_TIMEOUT - Duration::from_millis(1));
            house.says(who, "");
            assert_eq!((house.heard(who).as_str(), house.is_over(who)), ("", false), "it has that long");
            house.waits(Duration::from_millis(1));
            house.says(who, "9.9.9.9 1.1.1.1 1 2\r\nAna\nhola\n");
            assert_eq!((house.heard(who).as_str(), people(&house).len()), ("", 0), "{door:?}");
        }
    }
    house.waits(Duration::from_secs(30));
    assert_eq!(house.server.connections(), 0, "all are gone");
}

#[test]
fn forwarded_address_counts_and_what_the_client_says_before_it_does_not() {
    for (lines, address) in [
        (CHAIN, "203.0.113.7"),
        ("X-Forwarded-For: 198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For: 203.0.113.7, 10.0.0.3", "203.0.113.7"),
        ("X-Forwarded-For: 2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        // Whatever it is that the client has put there.
        ("X-Forwarded-For: \u{f1}, 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For: <b>, , \u{f1}\r\nX-Forwarded-For: 203.0.113.7", "203.0.113.7"),
        // What no proxy here says is nobody's word.
        ("Forwarded: for=198.51.100.1\r\nX-Real-IP: 198.51.100.1", "10.0.0.1"),
    ] {
        let mut house = House::new(config());
        let who = comes(&mut house, Door::Any, PROXY);
        house.says(who, upgrade(lines));
        assert_eq!(people(&house), [format!("- {address}")], "{lines}");
    }
}

/// All that counts by address counts by the client's.
#[test]
fn people_behind_one_proxy_have_an_address_each() {
    let mut house =
        House::new(Config { chat: ChatConfig { places: Some(100), ..ChatConfig::default() }, ..config() });
    let come = |house: &mut House, address: &str, name: &str| {
        let who = comes(house, Door::Any, PROXY);
        house.says(who, format!("PROXY TCP4 {address} 10.0.0.1 1 2\r\n{name}\n"));
        (who, house.heard(who))
    };
    let (ana, _) = come(&mut house, "203.0.113.7", "Ana");
    let (_, heard) = come(&mut house, "203.0.113.8", "Eva");
    assert!(heard.contains("Bienvenid"), "{heard}");
    let expel = AdminOrder::Expel { whom: Text::clean("203.0.113.7"), minutes: None, reason: None };
    house.server.administer(0, expel, Language::Spanish, house.now);
    assert!(matches!(&house.server.take_chat_replies()[..], [(0, Ok(_))]), "it is an address");
    house.settle();
    assert!(house.heard(ana).contains("expuls"));
    assert_eq!(people(&house), ["Eva 203.0.113.8"]);
    let (_, heard) = come(&mut house, "203.0.113.7", "Luis");
    assert!(heard.contains("expuls") && !heard.contains("Ingresa"), "{heard}");
    let who = comes(&mut house, Door::Any, PROXY);
    house.says(who, upgrade(CHAIN));
    assert_eq!(people(&house), ["Eva 203.0.113.8"], "through no door");
    // One address may not have nearly all places; a proxy may.
    for number in 0..95 {
        let (_, heard) = come(&mut house, &format!("198.51.100.{number}"), &format!("p{number}"));
        assert!(heard.contains("Bienvenid"), "{number}: {heard}");
    }
    let mut house =
        House::new(Config { chat: ChatConfig { places: Some(100), ..ChatConfig::default() }, ..config() });
    let welcome = (0..100)
        .filter(|number| come(&mut house, "203.0.113.7", &format!("p{number}")).1.contains("Bienvenid"))
        .count();
    assert_eq!(welcome, 91, "of one address");
}

#[test]
fn second_header_behind_that_of_a_believed_proxy_is_told_what_is_wrong() {
    for second in [TEXT.to_vec(), binary_far()] {
        let mut house = House::new(config());
        let who = comes(&mut house, Door::Any, PROXY);
        house.says(who, [TEXT, &second, b"Ana\n"].concat());
        let heard = house.heard(who);
        assert!(heard.contains("dos veces") && heard.contains("came twice"), "{heard}");
        assert!(!heard.contains("--trust-proxy") && people(&house).is_empty(), "{heard}");
    }
    // Whose proxy is not believed is told so still.
    let mut house = House::new(config());
    let who = comes(&mut house, Door::Any, FAR);
    house.says(who, TEXT);
    assert!(house.heard(who).contains("--trust-proxy"));
}

/// A way to come through the proxy from that address under that name, and to type a line.
type Way = (fn(&mut House, &str, &str) -> usize, fn(&mut House, usize, &str) -> String);

/// As lines behind version 1, and as JSON behind a request with `X-Forwarded-For`.
const WAYS: [Way; 2] = [
    (
        |house, address, name| {
            let who = comes(house, Door::Any, PROXY);
            house.says(who, format!("PROXY TCP4 {address} 10.0.0.1 1 2\r\n{name}\n"));
            who
        },
        |house, who, line| {
            house.heard(who);
            house.says(who, format!("{line}\n"));
            house.heard(who)
        },
    ),
    (
        |house, address, name| {
            let who = comes(house, Door::Any, PROXY);
            house.says(who, upgrade(&format!("X-Forwarded-For: {address}")));
            sends(house, who, &json!({"type": "name", "name": name}));
            who
        },
        |house, who, line| {
            house.heard_bytes(who);
            sends(house, who, &json!({"type": "line", "text": line}));
            let heard = hears(house, who);
            heard.iter().filter_map(|object| object["text"].as_str()).collect::<Vec<_>>().join("\n")
        },
    ),
];

#[test]
fn wrong_keys_delay_nobody_else_behind_the_same_proxy() {
    for (comes, types) in WAYS {
        let mut house = House::new(config());
        let luis = comes(&mut house, "198.51.100.1", "Luis");
        types(&mut house, luis, "/entrar cocina");
        types(&mut house, luis, "/llave sal");
        let [ana, eva] = [("203.0.113.7", "Ana"), ("203.0.113.8", "Eva")]
            .map(|(address, name)| comes(&mut house, address, name));
        let told: Vec<String> = (0..20).map(|_| types(&mut house, ana, "/entrar cocina azúcar")).collect();
        let waits =
            |told: &String| told.contains("Prueba dentro de") || told.contains("rueba otra vez dentro de");
        assert!(told.iter().any(waits), "{told:?}");
        assert!(waits(&types(&mut house, ana, "/entrar cocina sal")), "even with the right one");
        let told = types(&mut house, eva, "/entrar cocina sal");
        assert!(told.contains("Estás en #cocina"), "{told}");
    }
}

#[test]
fn wrong_passwords_delay_nobody_else_behind_the_same_proxy() {
    let accounts = vec![(Name::given("Marta").expect("a name"), SimulatedHelpers::hash("girasol1"))];
    let (storage, mut helpers) = SimulatedHelpers::new(accounts, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
    let mut house = House::of(Server::remembering(config(), storage));
    let (comes, types) = WAYS[0];
    let [ana, eva] = [("203.0.113.7", "Ana"), ("203.0.113.8", "Eva")]
        .map(|(address, name)| comes(&mut house, address, name));
    let mut tries = |house: &mut House, who: usize, password: &str| {
        types(house, who, "/identificar Marta");
        house.says(who, format!("{password}\n"));
        help(house, &mut helpers);
        house.heard(who)
    };
    let told: Vec<String> = (0..20).map(|_| tries(&mut house, ana, "margarita")).collect();
    assert!(told.iter().any(|told| told.contains("Prueba dentro de")), "{told:?}");
    let told = tries(&mut house, eva, "girasol1");
    assert!(told.contains("Te has identificado como Marta"), "{told}");
}

/// More at once than are waited for: what has come of a header counts.
#[test]
fn crowd_behind_a_proxy_keeps_its_addresses() {
    let mut house = House::new(config());
    for number in 0..OPENING_MAX + 50 {
        let who = house.connect_through(Door::Any, PROXY);
        house.send(
            who,
            format!("PROXY TCP4 100.64.{}.{} 10.0.0.1 1 2\r\n", number / 256, number % 256).as_bytes(),
        );
    }
    house.settle();
    house.waits(OPENING_WAIT_FAR);
    house.waits(Duration::ZERO);
    let mut addresses = people(&house);
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), OPENING_MAX + 50, "{:?}", &addresses[..3]);
}

/// Each counts at the address that the proxy has told, before it has shown what it speaks.
#[test]
fn crowd_of_one_address_behind_a_proxy_is_waited_for_no_longer_before_others() {
    let mut house = House::new(config());
    let mut opens = |address: &str| {
        let who = house.connect_through(Door::Any, PROXY);
        house.listen(who);
        house.says(who, format!("PROXY TCP4 {address} 10.0.0.1 1 2\r\n"));
        who
    };
    let alone = opens("203.0.113.7");
    let crowd: Vec<usize> = (0..OPENING_MAX).map(|_| opens("203.0.113.8")).collect();
    assert_eq!(house.heard(alone), "");
    assert_eq!(house.heard(crowd[0]), "Ingresa tu nombre: ");
    assert_eq!(house.heard(crowd[1]), "");
}

/// A frame without a payload, as clients send it.
fn empty_frame(opcode: u8) -> [u8; 6] {
    [0x80 | opcode, 0x80, 1, 2, 3, 4]
}

#[test]
fn websocket_behind_a_proxy_is_pinged_when_it_is_silent() {
    const PING: &[u8] = &[0x89, 0];
    for (address, lines) in [(PROXY, CHAIN), (PROXY, "X: y")] {
        let mut house = House::new(config());
        let who = comes(&mut house, Door::Any, address);
        house.says(who, upgrade(lines));
        house.heard_bytes(who);
        let almost = PROXY_SILENCE - Duration::from_millis(1);
        house.waits(almost);
        assert_eq!(house.heard_bytes(who), b"");
        house.waits(Duration::from_millis(1));
        assert_eq!(house.heard_bytes(who), PING, "{lines}");
        // Its answer breaks the silence, and so does all else that it sends.
        house.waits(Duration::from_secs(1));
        house.says(who, empty_frame(0xa));
        for frame in [empty_frame(0x1), empty_frame(0xa)] {
            house.waits(almost);
            house.says(who, frame);
            assert!(house.server.input_bytes() <= 64, "{} bytes", house.server.input_bytes());
        }
        house.heard_bytes(who);
        house.waits(almost);
        assert_eq!(house.heard_bytes(who), b"");
        house.waits(Duration::from_millis(1));
        assert_eq!(house.heard_bytes(who), PING);
        // Whether or not it answers.
        house.waits(PROXY_SILENCE);
        assert_eq!(house.heard_bytes(who), PING);
        assert_eq!(house.server.next_due(), Some(house.now + PROXY_SILENCE), "nothing else is due");
    }
}

#[test]
fn websocket_that_came_by_itself_is_left_in_peace() {
    let mut house = House::new(config());
    let who = comes(&mut house, Door::Any, FAR);
    house.says(who, upgrade(CHAIN));
    house.heard_bytes(who);
    assert_eq!(house.server.next_due(), None, "a server at rest sleeps");
    let lines = comes(&mut house, Door::Any, PROXY);
    house.says(lines, [TEXT, b"Ana\n"].concat());
    house.waits(Duration::from_secs(5));
    assert_eq!(house.server.next_due(), None, "nor are lines pinged");
}
