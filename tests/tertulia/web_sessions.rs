//! Programs over WebSockets that lose their connection and go on under another one.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tertulia::chat::{ChatConfig, TokenKey};
use tertulia::config::Config;
use tertulia::limits::{LEFT_SESSION_WAIT, LOST_SESSION_WAIT, STALL_TIMEOUT};
use tungstenite::{Message, WebSocket};

use super::support::peer::Peer;
use super::support::server::Server;
use super::web::{NEAR, UPGRADE, comes, frame, frames, hears, objects, person, sends};
use crate::turns::house::House;

/// A house in which sessions can be taken up again.
fn keyed_house() -> House {
    let chat = ChatConfig { token_key: Some(TokenKey([7; 32])), ..ChatConfig::default() };
    House::new(Config { rate_limit: 0, chat, ..Config::default() })
}

/// A program without a name yet.
fn program_comes(house: &mut House) -> usize {
    let who = comes(house, NEAR);
    house.says(who, UPGRADE);
    house.heard_bytes(who);
    who
}

/// A program in the chat, and its token.
fn program_with_token(house: &mut House, name: &str) -> (usize, Value) {
    let who = program_comes(house);
    sends(house, who, &json!({"type": "name", "name": name}));
    let welcome = hears(house, who).swap_remove(0);
    assert!(welcome["token"].as_str().is_some_and(|token| token.len() == 32), "{welcome}");
    (who, welcome["token"].clone())
}

#[test]
fn session_goes_on_under_another_connection() {
    let mut house = keyed_house();
    let luis = person(&mut house, "Luis");
    let (ana, token) = program_with_token(&mut house, "Ana");
    house.heard(luis);
    house.says(luis, "uno\n");
    let first = hears(&house, ana).swap_remove(0);
    house.breaks(ana);
    house.says(luis, "dos\n");
    // Their place among the connections is somebody else's by then.
    let eva = person(&mut house, "Eva");
    house.waits(LOST_SESSION_WAIT - Duration::from_secs(1));
    let heard = house.heard(luis);
    assert_eq!(heard, ">>> Eva se unió al chat\n");
    let back = program_comes(&mut house);
    let resume = json!({"type": "resume", "token": token, "after": first["id"], "ref": 5});
    sends(&mut house, back, &resume);
    let told = hears(&house, back);
    assert_eq!(told.len(), 2, "{told:?}");
    let resumed = &told[0];
    assert_eq!((&resumed["type"], &resumed["ref"]), (&json!("resumed"), &json!(5)));
    assert_eq!((&resumed["name"], &resumed["room"]), (&json!("Ana"), &json!("general")));
    assert_eq!(resumed["rooms"], json!([{"room": "general", "names": ["Luis", "Eva", "Ana"]}]));
    assert_ne!(resumed["token"], token);
    let said = |object: &Value| (object["type"].clone(), object["text"].clone(), object["ref"].clone());
    assert_eq!(said(&told[1]), (json!("said"), json!("dos"), Value::Null));
    house.says(eva, "tres\n");
    assert_eq!(hears(&house, back)[0]["text"], "tres");
    house.waits(LOST_SESSION_WAIT * 2);
    assert_eq!(house.heard(luis), "Eva: tres\n");
}

#[test]
fn token_that_is_none_gets_an_error_and_a_name_is_waited_for() {
    let mut house = keyed_house();
    let (ana, token) = program_with_token(&mut house, "Ana");
    sends(&mut house, ana, &json!({"type": "quit"}));
    let who = program_comes(&mut house);
    for wrong in [token, json!(""), json!("x"), json!("A".repeat(32)), json!("ñ".repeat(4_000))] {
        sends(&mut house, who, &json!({"type": "resume", "token": wrong, "ref": "r"}));
        let told = hears(&house, who);
        let answer = |object: &Value| (object["type"].clone(), object["code"].clone(), object["ref"].clone());
        assert_eq!(answer(&told[0]), (json!("error"), json!("no_session"), json!("r")), "{told:?}");
        assert_eq!(told[1..], [json!({"type": "name"})]);
    }
    sends(&mut house, who, &json!({"type": "resume", "token": "", "after": "ayer"}));
    assert_eq!(hears(&house, who)[0]["code"], "bad_message");
    sends(&mut house, who, &json!({"type": "name", "name": "Ana"}));
    assert_eq!(hears(&house, who)[0]["type"], "welcome");
}

#[test]
fn connection_that_is_not_known_to_be_lost_is_replaced() {
    let mut house = keyed_house();
    let (ana, token) = program_with_token(&mut house, "Ana");
    let back = program_comes(&mut house);
    sends(&mut house, back, &json!({"type": "resume", "token": token}));
    assert_eq!(hears(&house, back)[0]["type"], "resumed");
    let heard = house.heard_bytes(ana);
    let told = objects(&heard).pop().expect("a farewell");
    assert_eq!((&told["type"], &told["reason"]), (&json!("bye"), &json!("replaced")));
    assert_eq!(frames(&heard).pop(), Some((0x8, vec![0x03, 0xe8])), "1000");
    assert_eq!(house.server.hub().clients(), 1);
}

/// A page that is loaded again says 1001, or nothing; a program that is done says 1000.
#[test]
fn close_that_is_no_normal_end_is_a_lost_connection() {
    for (code, is_waited_for) in [(&[0x03, 0xe9][..], true), (&[], true), (&[0x03, 0xe8], false)] {
        let mut house = keyed_house();
        let luis = person(&mut house, "Luis");
        let (ana, token) = program_with_token(&mut house, "Ana");
        house.heard(luis);
        house.says(ana, frame(0x88, code));
        assert_eq!(frames(&house.heard_bytes(ana)), [(0x8, code.to_vec())]);
        let told = if is_waited_for { "" } else { "<<< Ana salió del chat\n" };
        assert_eq!(house.heard(luis), told, "{code:?}");
        assert_eq!(house.server.hub().clients(), 1);
        let back = program_comes(&mut house);
        sends(&mut house, back, &json!({"type": "resume", "token": token}));
        let answer = if is_waited_for { "resumed" } else { "error" };
        assert_eq!(hears(&house, back)[0]["type"], answer, "{code:?}");
    }
}

#[test]
fn closed_page_is_waited_for_as_long_as_it_takes_to_load_it_again() {
    for (code, wait) in [(&[0x03, 0xe9][..], LEFT_SESSION_WAIT), (&[], LOST_SESSION_WAIT)] {
        let mut house = keyed_house();
        let luis = person(&mut house, "Luis");
        let (ana, _) = program_with_token(&mut house, "Ana");
        house.heard(luis);
        house.says(ana, frame(0x88, code));
        house.waits(wait - Duration::from_secs(1));
        assert_eq!(house.heard(luis), "", "{code:?}");
        house.waits(Duration::from_secs(1));
        assert_eq!(house.heard(luis), "<<< Ana salió del chat\n", "{code:?}");
    }
}

#[test]
fn administrator_sees_the_sessions_that_wait_and_since_when() {
    let mut house = keyed_house();
    let (ana, token) = program_with_token(&mut house, "Ana");
    house.breaks(ana);
    let listed = |house: &House| {
        let mut rows = String::new();
        let next = house.server.list_people(0, usize::MAX, house.now, &mut rows);
        assert_eq!(next, None);
        let fields = rows.lines().map(|row| row.split('\t').skip(1).map(str::to_owned).collect::<Vec<_>>());
        fields.collect::<Vec<_>>()
    };
    house.waits(Duration::from_secs(7));
    assert_eq!(listed(&house), [["Ana", "192.168.1.20", "7", "#general", "7"]]);
    // Somebody else has their place among the connections.
    person(&mut house, "Eva");
    house.waits(Duration::from_secs(3));
    let [eva, ana] = &listed(&house)[..] else { panic!("{:?}", listed(&house)) };
    assert_eq!((eva[0].as_str(), eva.len()), ("Eva", 4));
    assert_eq!(ana[..], ["Ana", "192.168.1.20", "10", "#general", "10"]);
    let back = program_comes(&mut house);
    sends(&mut house, back, &json!({"type": "resume", "token": token}));
    assert!(listed(&house).iter().all(|row| row.len() == 4));
}

#[test]
fn reader_that_takes_nothing_is_waited_for_as_well() {
    let mut house = keyed_house();
    let luis = person(&mut house, "Luis");
    let (ana, token) = program_with_token(&mut house, "Ana");
    house.deafen(ana);
    house.heard(luis);
    house.says(luis, "uno\n");
    house.waits(STALL_TIMEOUT);
    house.says(luis, "dos\n");
    assert_eq!((house.server.connections(), house.heard(luis).as_str()), (1, ""));
    let back = program_comes(&mut house);
    sends(&mut house, back, &json!({"type": "resume", "token": token, "after": "0"}));
    let texts: Vec<Value> = hears(&house, back).iter().map(|object| object["text"].clone()).collect();
    assert_eq!(texts[1..], ["uno", "dos"]);
}

/// A program on a real socket.
struct Socket(WebSocket<TcpStream>);

impl Socket {
    fn connect(server: &Server) -> Socket {
        let stream = TcpStream::connect(server.address).expect("it listens");
        let (socket, _) =
            tungstenite::client(format!("ws://{}/chat", server.shown), stream).expect("a WebSocket");
        Socket(socket)
    }

    fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).expect("it reads");
    }

    /// The next message of that type; those before it are passed over.
    fn hear(&mut self, kind: &str) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().expect("it speaks") {
                let object: Value = serde_json::from_str(text.as_str()).expect("JSON");
                if object["type"] == kind {
                    return object;
                }
            }
        }
    }
}

#[test]
fn real_server_lets_a_program_come_back() {
    let server = Server::start(&["--listen", "127.0.0.1:0"]);
    let mut luis = Peer::join(&server, "Luis");
    let mut ana = Socket::connect(&server);
    ana.send(json!({"type": "name", "name": "Ana"}));
    let token = ana.hear("welcome")["token"].clone();
    luis.lines_until(">>> Ana se unió al chat");
    luis.say("uno");
    let after = ana.hear("said")["id"].clone();
    // Without a word of farewell.
    drop(ana);
    luis.say("dos");
    luis.say("/quien");
    let who = luis.until("Ana");
    assert!(who.iter().all(|line| !line.starts_with("<<<")), "{who:?}");
    let mut back = Socket::connect(&server);
    back.send(json!({"type": "resume", "token": token, "after": after}));
    let resumed = back.hear("resumed");
    assert_eq!(resumed["rooms"][0]["names"], json!(["Luis", "Ana"]));
    assert_ne!(resumed["token"], token);
    assert_eq!(back.hear("said")["text"], "dos");
    back.send(json!({"type": "say", "text": "sigo"}));
    luis.lines_until("Ana: sigo");
    back.send(json!({"type": "quit"}));
    luis.expect_line("<<< Ana salió del chat");
    let mut late = Socket::connect(&server);
    late.send(json!({"type": "resume", "token": resumed["token"]}));
    assert_eq!(late.hear("error")["code"], "no_session");
}
