//! One port for everybody: what first bytes tell, pages, and programs that speak JSON over a WebSocket.

use std::time::Duration;

use serde_json::{Value, json};
use tertulia::chat::MonoTime;
use tertulia::config::{Config, Door};
use tertulia::limits::{
    CLOSING_MAX, LINE_MAX_BYTES, MESSAGE_MAX_BYTES, NAMES_ASKED, OPENING_MAX, OPENING_WAIT, OPENING_WAIT_FAR,
    QUEUE_MAX_BYTES, QUEUES_MAX_BYTES, READ_BYTES, REQUEST_TIMEOUT,
};

use crate::turns::house::House;

pub(crate) const UPGRADE: &str = "GET /chat HTTP/1.1\r\nHost: localhost:65434\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
     Origin: http://localhost:65434\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tertulia.1\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

pub(crate) const NEAR: [u8; 4] = [192, 168, 1, 20];
const FAR: [u8; 4] = [203, 0, 113, 7];

pub(crate) fn house() -> House {
    House::new(Config { rate_limit: 0, ..Config::default() })
}

/// A client that has shown nothing yet.
pub(crate) fn comes(house: &mut House, address: [u8; 4]) -> usize {
    let who = house.connect_through(Door::Any, address);
    house.listen(who);
    house.settle();
    who
}

/// A frame of a client.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(long).expect("short enough").to_be_bytes());
        }
    }
    let mask = [1, 2, 3, 4];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// The frames that a server has sent: opcode and payload.
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [first, second, rest @ ..] = bytes {
        assert_eq!(first & 0xf0, 0x80, "whole, and without reserved bits");
        let (length, rest) = match second {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            short => (usize::from(*short), rest),
        };
        frames.push((first & 0x0f, rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    frames
}

/// A program in the chat, under this name.
pub(crate) fn program(house: &mut House, name: &str) -> usize {
    program_from(house, NEAR, name)
}

/// The same from that address.
pub(crate) fn program_from(house: &mut House, address: [u8; 4], name: &str) -> usize {
    let who = comes(house, address);
    house.says(who, UPGRADE);
    let answer = house.heard_bytes(who);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(objects(&answer[end..]), [json!({"type": "name"})]);
    sends(house, who, &json!({"type": "name", "name": name}));
    let welcome = &hears(house, who)[0];
    assert_eq!((&welcome["type"], &welcome["name"]), (&json!("welcome"), &json!(name)));
    who
}

pub(crate) fn sends(house: &mut House, who: usize, message: &Value) {
    house.says(who, frame(0x81, message.to_string().as_bytes()));
}

pub(crate) fn objects(bytes: &[u8]) -> Vec<Value> {
    let texts = frames(bytes).into_iter().filter(|(opcode, _)| *opcode == 1);
    texts.map(|(_, payload)| serde_json::from_slice(&payload).expect("JSON")).collect()
}

pub(crate) fn hears(house: &House, who: usize) -> Vec<Value> {
    objects(&house.heard_bytes(who))
}

/// A person with `nc`, in the chat.
pub(crate) fn person(house: &mut House, name: &str) -> usize {
    let who = comes(house, NEAR);
    house.says(who, format!("{name}\n"));
    assert!(house.heard(who).contains("Bienvenido"), "{name}");
    who
}

#[test]
fn silent_client_is_greeted_after_a_moment_and_later_from_afar() {
    for (address, wait) in [(NEAR, OPENING_WAIT), ([127, 0, 0, 1], OPENING_WAIT), (FAR, OPENING_WAIT_FAR)] {
        let mut house = house();
        let who = comes(&mut house, address);
        house.waits(wait - Duration::from_millis(1));
        assert_eq!((house.heard(who).as_str(), house.server.hub().clients()), ("", 0));
        house.waits(Duration::from_millis(1));
        assert_eq!((house.heard(who).as_str(), house.server.hub().clients()), ("Ingresa tu nombre: ", 1));
        house.says(who, "Ana\n");
        assert!(house.heard(who).starts_with("\nBienvenido"));
    }
}

#[test]
fn client_that_sends_first_does_not_wait_however_it_is_cut() {
    for input in ["Ana\n", "Pedro\n", "Gerardo\r\n", "Ñandú\n"] {
        for cut in 0..input.len() {
            let mut house = house();
            let who = comes(&mut house, NEAR);
            house.says(who, &input.as_bytes()[..cut]);
            house.says(who, &input.as_bytes()[cut..]);
            let heard = house.heard(who);
            assert!(
                heard.starts_with("Ingresa tu nombre: ") && heard.contains("Bienvenid"),
                "{input:?} {cut}: {heard}"
            );
        }
    }
}

/// What our client sends first where nobody asks it anything.
#[test]
fn client_that_announces_itself_is_asked_at_once_and_everything_else_is_the_same() {
    let heard = |announced: bool| {
        let (mut house, _helpers) = crate::json::registered_house();
        let who = comes(&mut house, FAR);
        let begun = house.now;
        if announced {
            house.says(who, [0]);
            assert_eq!(
                (house.heard(who).as_str(), house.now),
                ("Ingresa tu nombre: ", begun),
                "no time passes"
            );
        } else {
            house.waits(OPENING_WAIT_FAR);
            house.heard(who);
        }
        // Ana has a password, which is asked for, and given up.
        for line in ["Ana\n", "\n", "/login Ana\n", "\n", "Luis\n", "/quien\n", "ñ\n", "salir\n"] {
            house.says(who, line);
        }
        house.heard_bytes(who)
    };
    let told = heard(true);
    assert!(String::from_utf8_lossy(&told).contains("Contraseña: "));
    assert_eq!(String::from_utf8_lossy(&told), String::from_utf8_lossy(&heard(false)));
    assert!(!told.contains(&0xff), "it is not taken for a telnet");
}

#[test]
fn connection_that_only_comes_and_goes_is_unknown_to_the_chat() {
    let mut house = house();
    let seen = person(&mut house, "Ana");
    let who = comes(&mut house, NEAR);
    house.breaks(who);
    assert_eq!((house.server.hub().clients(), house.server.connections()), (1, 1));
    assert_eq!(house.heard(seen), "");
}

#[test]
fn request_never_becomes_a_name_also_behind_the_prompt() {
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Line: hola\r\n\r\n";
    for cut in 0..request.len() {
        let mut house = house();
        let who = comes(&mut house, NEAR);
        house.says(who, &request[..cut]);
        house.says(who, &request[cut..]);
        let heard = house.heard(who);
        assert!(
            heard.starts_with("HTTP/1.1 200 OK\r\n") && heard.contains("<!doctype html>"),
            "{cut}: {heard}"
        );
        assert_eq!(house.server.hub().clients(), 0, "{cut}");
    }
    let mut house = house();
    let who = comes(&mut house, NEAR);
    house.waits(OPENING_WAIT);
    house.says(who, request);
    let heard = house.heard(who);
    assert!(heard.contains("HTTP/1.1 400 ") && !heard.contains("Bienvenid"), "{heard}");
}

#[test]
fn tls_gets_an_alert_and_nothing_before_it() {
    let hello = [&[0x16, 3, 1, 0, 5][..], b"hello"].concat();
    for cut in 0..hello.len() {
        let mut house = house();
        let who = comes(&mut house, NEAR);
        house.says(who, &hello[..cut]);
        house.says(who, &hello[cut..]);
        assert_eq!(house.heard_bytes(who), [0x15, 3, 1, 0, 2, 2, 40], "{cut}");
        assert_eq!(house.server.hub().clients(), 0, "{cut}");
    }
}

#[test]
fn head_that_does_not_come_to_its_end_is_answered_in_time() {
    let mut house = house();
    let who = comes(&mut house, NEAR);
    house.says(who, "GET / HTTP/1.1\r\n");
    house.waits(REQUEST_TIMEOUT / 2);
    house.says(who, "Host: localhost\r\n");
    house.waits(REQUEST_TIMEOUT / 2 - Duration::from_millis(1));
    assert_eq!(house.heard(who), "");
    house.waits(Duration::from_millis(1));
    assert!(house.heard(who).starts_with("HTTP/1.1 408 "));
    assert!(house.server.input_bytes() < 100, "{} bytes of it are kept", house.server.input_bytes());
}

#[test]
fn only_so_many_are_waited_for() {
    let mut house = house();
    let silent = comes(&mut house, NEAR);
    let slow = comes(&mut house, NEAR);
    house.says(slow, "GET / HTTP/1.1\r\n");
    let others: Vec<usize> = (0..OPENING_MAX).map(|_| comes(&mut house, NEAR)).collect();
    assert_eq!(house.heard(silent), "Ingresa tu nombre: ", "the oldest speaks lines");
    assert!(house.heard(slow).starts_with("HTTP/1.1 408 "), "or has been too slow");
    assert!(others.iter().all(|&who| house.heard(who).is_empty()), "the others are waited for");
}

#[test]
fn those_of_the_address_with_most_are_waited_for_no_longer() {
    let mut house = house();
    let far = comes(&mut house, [203, 0, 113, 7]);
    let near: Vec<usize> = (0..OPENING_MAX).map(|_| comes(&mut house, NEAR)).collect();
    assert_eq!(house.heard(far), "", "one of another address is waited for, however old");
    assert_eq!(house.heard(near[0]), "Ingresa tu nombre: ");
    assert_eq!(house.heard(near[1]), "");
    // What has shown what it speaks counts no more.
    house.says(near[1], "Ana\n");
    comes(&mut house, NEAR);
    assert_eq!(house.heard(near[2]), "");
}

#[test]
fn doors_for_one_protocol_do_not_wait() {
    let mut house = house();
    let lines = house.connect_through(Door::Line, NEAR);
    house.settle();
    assert_eq!(house.taken(lines), "Ingresa tu nombre: ".len());
    let pages = house.connect_through(Door::Http, NEAR);
    house.listen(pages);
    house.waits(OPENING_WAIT_FAR);
    assert_eq!(house.heard(pages), "");
    house.says(pages, "hola\r\n\r\n");
    assert!(house.heard(pages).starts_with("HTTP/1.1 400 "));
    assert_eq!(Door::split("LINE://[::1]:7"), (Door::Line, "[::1]:7"));
    assert_eq!(Door::split("http://aula:7"), (Door::Http, "aula:7"));
    assert_eq!(Door::split("ñ://aula:7"), (Door::Any, "ñ://aula:7"));
}

#[test]
fn program_and_person_talk_with_each_other() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let ana = program(&mut house, "Ana");
    house.heard(luis);
    sends(&mut house, ana, &json!({"type": "say", "text": "hola \"ñandú\" \u{2028}", "ref": 7}));
    assert_eq!(house.heard(luis), "Ana: hola \"ñandú\"\n");
    let said = &hears(&house, ana)[0];
    assert_eq!((&said["type"], &said["from"], &said["ref"]), (&json!("said"), &json!("Ana"), &json!(7)));
    assert_eq!((&said["room"], &said["text"]), (&json!("general"), &json!("hola \"ñandú\"")));
    house.says(luis, "¿qué tal?\n");
    let heard = hears(&house, ana);
    assert_eq!(
        (&heard[0]["from"], &heard[0]["text"], &heard[0]["ref"]),
        (&json!("Luis"), &json!("¿qué tal?"), &Value::Null)
    );
    let number =
        |value: &Value| value["id"].as_str().and_then(|id| id.parse::<u64>().ok()).expect("a number");
    assert!(number(&heard[0]) > number(said), "later lines have larger ids");
    house.says(luis, "/salir\n");
    assert_eq!(
        hears(&house, ana),
        [json!({"type": "left", "names": ["Luis"], "chat": true, "reason": "quit"})]
    );
}

#[test]
fn programs_hear_the_same_bytes_once_encoded() {
    let mut house = house();
    let programs: Vec<usize> = ["Ana", "Eva", "Pau"].map(|name| program(&mut house, name)).into();
    programs.iter().for_each(|&who| drop(house.heard_bytes(who)));
    sends(&mut house, programs[0], &json!({"type": "say", "text": "hola"}));
    assert_eq!(house.heard_bytes(programs[1]), house.heard_bytes(programs[2]));
}

#[test]
fn command_with_nothing_to_tell_is_acknowledged() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    sends(&mut house, ana, &json!({"type": "ping", "ref": "uno"}));
    assert_eq!(hears(&house, ana), [json!({"type": "ok", "ref": "uno"})]);
    sends(&mut house, ana, &json!({"type": "ping"}));
    assert_eq!(hears(&house, ana), [] as [Value; 0], "nobody wants to know");
}

#[test]
fn messages_that_are_not_understood_are_told_and_lose_nothing() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    let long = "x".repeat(LINE_MAX_BYTES + 1);
    for (message, code) in [
        ("", "bad_message"),
        ("{", "bad_message"),
        ("[]", "bad_message"),
        ("\"hola\"", "bad_message"),
        ("{}", "bad_message"),
        (r#"{"type":7}"#, "bad_message"),
        (r#"{"type":"nada"}"#, "unknown_type"),
        (r#"{"type":"say"}"#, "bad_message"),
        (r#"{"type":"say","text":7}"#, "bad_message"),
        (r#"{"type":"say","text":["hola"]}"#, "bad_message"),
        (r#"{"type":"say","text":"hola","room":{}}"#, "bad_message"),
        (r#"{"type":"say","text":"hola","room":"nada"}"#, "no_such_room"),
        (r#"{"type":"language","lang":"fr"}"#, "bad_message"),
        (r#"{"type":"expel","who":"Luis","minutes":0}"#, "bad_message"),
        (r#"{"type":"password","password":"girasol1"}"#, "bad_message"),
        (r#"{"type":"say","text":"/clave girasol1"}"#, "may_be_a_password"),
        (&format!(r#"{{"type":"say","text":"{long}"}}"#), "too_long"),
        (&"[".repeat(5_000), "bad_message"),
    ] {
        house.says(ana, frame(0x81, message.as_bytes()));
        let told = hears(&house, ana);
        assert_eq!(told.len(), 1, "{message:.80}: {told:?}");
        assert_eq!(
            (&told[0]["type"], &told[0]["code"]),
            (&json!("error"), &json!(code)),
            "{message:.80}: {told:?}"
        );
        assert!(told[0]["text"].as_str().is_some_and(|text| !text.is_empty()), "{message:.80}");
    }
    // Unknown fields are ignored, and a `ref` that is no short text and no number.
    house.says(ana, frame(0x81, br#"{"type":"say","text":"sigo","more":[1],"ref":{"a":1}}"#));
    let told = hears(&house, ana);
    assert_eq!((&told[0]["text"], told[0].get("ref")), (&json!("sigo"), None));
}

#[test]
fn line_breaks_of_a_program_make_no_second_line() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let ana = program(&mut house, "Ana");
    house.heard(luis);
    sends(&mut house, ana, &json!({"type": "say", "text": "hola\nEva: mentira\r\n\u{1b}[31m\u{202e}"}));
    let heard = house.heard(luis);
    assert_eq!(heard.matches('\n').count(), 1, "{heard:?}");
    assert!(!heard.contains(['\u{1b}', '\r', '\u{202e}']), "{heard:?}");
}

#[test]
fn ping_is_answered_and_close_is_repeated() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    house.says(ana, frame(0x89, b"vivo"));
    assert_eq!(frames(&house.heard_bytes(ana)), [(0xa, b"vivo".to_vec())]);
    house.says(ana, frame(0x88, &[0x0f, 0xa0]));
    assert_eq!(frames(&house.heard_bytes(ana)), [(0x8, vec![0x0f, 0xa0])], "with its code, and nothing else");
    assert_eq!(house.server.hub().clients(), 0);
}

#[test]
fn broken_frame_ends_its_own_connection_only() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    for (bytes, code) in [
        (&[0x81, 1, b'x'][..], 1002),
        (&[0xc1, 0x80, 0, 0, 0, 0], 1002),
        (&frame(0x82, b"x"), 1003),
        (&frame(0x81, b"\xff"), 1007),
        (&frame(0x81, &[b' '; MESSAGE_MAX_BYTES + 1]), 1009),
    ] {
        let ana = program(&mut house, "Ana");
        house.says(ana, bytes);
        let heard = frames(&house.heard_bytes(ana));
        let last = heard.last().expect("a close");
        assert_eq!((last.0, &last.1[..2]), (0x8, &u16::to_be_bytes(code)[..]), "{code}");
        assert_eq!(house.server.hub().clients(), 1, "{code}");
    }
    house.says(luis, "sigo\n");
    assert!(house.heard(luis).ends_with("<<< Ana salió del chat\n"));
}

#[test]
fn stop_says_goodbye_to_programs_and_to_those_who_have_not_begun() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    let silent = comes(&mut house, NEAR);
    house.server.stop(house.now);
    house.settle();
    let heard = house.heard_bytes(ana);
    let last = frames(&heard).pop().expect("a close");
    assert_eq!(last, (0x8, vec![0x03, 0xf4]), "1012");
    let told = objects(&heard);
    assert_eq!(
        told[told.len() - 1],
        json!({"type": "bye", "reason": "stopping", "text": "El servidor se detiene."})
    );
    assert_eq!(house.heard(silent), "");
    house.waits(Duration::from_secs(30));
    assert_eq!(house.server.connections(), 0);
}

#[test]
fn program_that_does_not_read_is_skipped_and_told() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let ana = program(&mut house, "Ana");
    house.deafen(ana);
    let line = "x".repeat(1_000) + "\n";
    house.says(luis, line.repeat(2 * QUEUE_MAX_BYTES / line.len()));
    house.heard_bytes(ana);
    house.reads_again(ana);
    house.settle();
    let told = hears(&house, ana);
    let skipped = told.iter().find(|object| object["type"] == "skipped").expect("some were");
    let heard = told.iter().filter(|object| object["type"] == "said").count() as u64;
    assert_eq!(
        skipped["lines"].as_u64().map(|lines| lines + heard),
        Some(2 * QUEUE_MAX_BYTES as u64 / line.len() as u64)
    );
}

#[test]
fn pings_of_a_program_that_does_not_read_are_bounded() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    house.deafen(ana);
    let pings = frame(0x89, &[b'x'; 125]).repeat(10_000);
    house.says(ana, &pings);
    let queued = house.server.queued_bytes();
    // A read's worth of answers may come behind the last look at the queue; what grows by doubling counts twice.
    assert!(queued <= 2 * (QUEUE_MAX_BYTES + READ_BYTES), "{queued} bytes wait");
    assert!(house.unread(ana) > pings.len() / 2, "the rest waits with the system");
    house.reads_again(ana);
    house.settle();
    let answered = frames(&house.heard_bytes(ana)).len();
    assert_eq!((answered, house.unread(ana)), (10_000, 0), "and nothing is lost");
}

#[test]
fn pages_that_nobody_takes_are_bounded_together() {
    let mut house = house();
    let luis = person(&mut house, "Luis");
    let ana = person(&mut house, "Ana");
    let request = "GET /chat.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut most = 0;
    for _ in 0..4_000 {
        let who = house.connect_through(Door::Any, FAR);
        house.deafen(who);
        house.says(who, request);
        most = most.max(house.server.queued_bytes());
    }
    // So many are being closed at once and no more; whoever comes then ends the oldest of them.
    assert!(house.server.connections() <= CLOSING_MAX + 3, "{} connections", house.server.connections());
    assert!(most <= QUEUES_MAX_BYTES, "{most} bytes wait");
    assert!(most > CLOSING_MAX * 10_000, "{most} bytes: the pages were taken");
    house.heard(ana);
    house.says(luis, "sigo\n");
    assert_eq!(house.heard(ana), "Luis: sigo\n", "the others are still here");
}

/// Of a crowd it is not known who hides whom: only the first are asked about.
#[test]
fn crowd_is_told_to_programs_by_its_first_names_and_how_many_more() {
    const COME: usize = 40;
    let mut house = house();
    let ana = program(&mut house, "Ana");
    let come: Vec<usize> = (0..COME).map(|_| house.connect_through(Door::Line, NEAR)).collect();
    for (number, who) in come.into_iter().enumerate() {
        house.send(who, format!("p{number}\n").as_bytes());
    }
    house.settle();
    house.waits(Duration::from_secs(2));
    let told = hears(&house, ana);
    let joined: Vec<&Value> = told.iter().filter(|object| object["type"] == "joined").collect();
    let names = |object: &Value| object["names"].as_array().map_or(0, Vec::len);
    assert!(joined.iter().all(|object| names(object) <= NAMES_ASKED), "{joined:?}");
    let all: usize =
        joined.iter().map(|object| names(object) + object["more"].as_u64().unwrap_or(0) as usize).sum();
    assert_eq!(all, COME, "{joined:?}");
}

#[test]
fn language_of_the_sentences_is_asked_for_and_changed() {
    let mut house = house();
    let who = comes(&mut house, NEAR);
    house.says(who, UPGRADE.replace("/chat", "/chat?lang=en"));
    house.heard_bytes(who);
    sends(&mut house, who, &json!({"type": "name", "name": "x y"}));
    assert_eq!(hears(&house, who)[0]["text"], "A name holds no space: put '-' or '_' in its place.");
    sends(&mut house, who, &json!({"type": "language", "lang": "es"}));
    sends(&mut house, who, &json!({"type": "name", "name": "x y"}));
    let told = hears(&house, who);
    let last = told.iter().rfind(|object| object["code"] == "name_bad").expect("an error");
    assert_eq!(last["text"], "Un nombre no lleva espacios: pon '-' o '_' en su lugar.");
}

/// Whatever comes, in whatever pieces: never a panic, and the others talk on.
#[test]
fn any_bytes_on_any_protocol_trouble_nobody_else() {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(200), |(
        opening in prop_oneof![Just(""), Just("GET "), Just(UPGRADE), Just("\u{16}\u{3}"), Just("POST / HTTP/1.1\r\n")],
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        cut in 1..40usize,
    )| {
        let mut house = house();
        let luis = person(&mut house, "Luis");
        let ana = person(&mut house, "Ana");
        let wild = comes(&mut house, FAR);
        house.says(wild, opening);
        bytes.chunks(cut).for_each(|piece| house.says(wild, piece));
        house.waits(REQUEST_TIMEOUT);
        house.heard(ana);
        house.says(luis, "sigo\n");
        prop_assert!(house.heard(ana).contains("Luis: sigo\n"));
        prop_assert!(house.now > MonoTime::START);
    });
}

/// A program that others have written and a person with a socket, through one port of the real server.
#[test]
fn real_server_speaks_lines_pages_and_websockets_on_one_port() {
    use std::net::TcpStream;

    use tungstenite::Message;

    let server = crate::support::server::Server::start(&["--listen", "127.0.0.1:0"]);
    let address = server.shown.clone();
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let shown = crate::support::peer::answer(server.address, request);
    assert!(shown.starts_with("HTTP/1.1 200 OK\r\n") && shown.trim_end().ends_with("</html>"), "{shown}");

    let mut luis = crate::support::peer::Peer::join(&server, "Luis");
    let stream = TcpStream::connect(&address).expect("it listens");
    let (mut ana, _) = tungstenite::client(format!("ws://{address}/chat"), stream).expect("a WebSocket");
    let mut hear = |kind: &str, send: Option<Value>| loop {
        if let Some(message) = &send
            && kind.is_empty()
        {
            ana.send(Message::text(message.to_string())).expect("it reads");
            return Value::Null;
        }
        let message = ana.read().expect("it speaks");
        if let Message::Text(text) = message {
            let object: Value = serde_json::from_str(text.as_str()).expect("JSON");
            if object["type"] == kind {
                return object;
            }
        }
    };
    hear("", Some(json!({"type": "name", "name": "Ana"})));
    assert_eq!(hear("welcome", None)["names"], json!(["Luis", "Ana"]));
    hear("", Some(json!({"type": "say", "text": "hola Luis"})));
    luis.lines_until("Ana: hola Luis");
    luis.say("hola Ana");
    while hear("said", None)["text"] != "hola Ana" {}
}
