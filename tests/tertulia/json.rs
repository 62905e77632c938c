//! JSON over a WebSocket: the facts that programs are told, and what they can ask for.

mod codes;
mod conversation;
mod page;

use serde_json::{Value, json};
use tertulia::chat::{ChatConfig, Language, Name, Question, Verb};
use tertulia::config::Config;
use tertulia::limits::{
    HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES, LINE_MAX_STEPS, MESSAGE_MAX_BYTES, NAMES_ASKED,
    NAMES_TOLD_MAX, SEARCH_WORDS_MAX,
};
use tertulia::net::Server;
use tertulia::protocol::json::read;
use tertulia::storage::SimulatedHelpers;

use crate::support::file;
use crate::transcripts::command;
use crate::transcripts::commands::VERBS;
use crate::turns::house::House;
use crate::web::{NEAR, UPGRADE, comes, frame, frames, hears, house, person, program, program_from, sends};

/// What comes of one message.
fn answers(house: &mut House, who: usize, message: &Value) -> Vec<Value> {
    sends(house, who, message);
    hears(house, who)
}

/// The only thing that comes of one message.
#[track_caller]
fn answer(house: &mut House, who: usize, message: &Value) -> Value {
    let mut told = answers(house, who, message);
    assert_eq!(told.len(), 1, "{message}: {told:?}");
    told.remove(0)
}

/// These fields of an object.
fn fields(object: &Value, names: &[&str]) -> Value {
    let field = |name: &&str| Some((name.to_string(), object.get(*name)?.clone()));
    Value::Object(names.iter().filter_map(field).collect())
}

/// The words of the lines of a history, and a number for each that it has.
fn lines(object: &Value) -> Vec<(u64, String)> {
    let lines = object["lines"].as_array().expect("lines").iter();
    let id = |line: &Value| line["id"].as_str().and_then(|id| id.parse().ok()).expect("a number");
    lines.map(|line| (id(line), line["text"].as_str().expect("words").to_owned())).collect()
}

/// A house with a storage, where Ana is registered; and its helpers.
pub(crate) fn registered_house() -> (House, SimulatedHelpers) {
    let accounts = vec![(Name::given("Ana").expect("a name"), SimulatedHelpers::hash("girasol1"))];
    let (storage, helpers) = SimulatedHelpers::new(accounts, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
    let config = Config { rate_limit: 0, ..Config::default() };
    (House::of(Server::remembering(config, storage)), helpers)
}

/// The helpers do what there is to do, and the server hears of it.
pub(crate) fn help(house: &mut House, helpers: &mut SimulatedHelpers) {
    for _ in 0..8 {
        helpers.write();
        while helpers.answer() || helpers.compute() {}
        house.server.storage_ready(house.now);
        house.settle();
    }
}

/// Comes in as Ana by her password; gives what she is told.
fn logs_in(house: &mut House, helpers: &mut SimulatedHelpers) -> (usize, Vec<Value>) {
    let who = comes(house, NEAR);
    house.says(who, UPGRADE);
    house.heard_bytes(who);
    let asked = answers(house, who, &json!({"type": "name", "name": "Ana"}));
    assert_eq!(fields(&asked[0], &["type", "question"]), json!({"type": "password", "question": "login"}));
    sends(house, who, &json!({"type": "password", "password": "girasol1"}));
    help(house, helpers);
    let told = hears(house, who);
    (who, told)
}

#[test]
fn history_goes_back_by_ids_until_there_is_no_more() {
    let mut house = house();
    let (luis, ana) = (person(&mut house, "Luis"), program(&mut house, "Ana"));
    (0..25).for_each(|number| house.says(luis, format!("línea {number}\n")));
    hears(&house, ana);
    let mut request = json!({"type": "history", "limit": 10, "ref": 1});
    let mut all = Vec::new();
    for more in [true, true, false] {
        let told = answer(&mut house, ana, &request);
        assert_eq!(
            fields(&told, &["type", "room", "more", "entering", "ref", "text"]),
            json!({"type": "history", "room": "general", "more": more, "entering": false, "ref": 1})
        );
        let before = lines(&told);
        request["before"] = told["lines"][0]["id"].clone();
        all.splice(0..0, before);
    }
    let expected: Vec<String> = (0..25).map(|number| format!("línea {number}")).collect();
    assert_eq!(all.iter().map(|(_, words)| words.clone()).collect::<Vec<_>>(), expected);
    assert!(all.is_sorted(), "ids rise");
    // Any number will do: one more than that of a line shows the line and what stands before it.
    let before = (all[7].0 + 1).to_string();
    let told = answer(&mut house, ana, &json!({"type": "history", "limit": 3, "before": before}));
    assert_eq!(lines(&told), all[5..=7]);
    for before in [json!("0"), json!("1"), json!("18446744073709551615")] {
        let told = answer(&mut house, ana, &json!({"type": "history", "limit": 1, "before": before}));
        let last = if before.as_str().is_some_and(|id| id.len() > 1) { &all[24..] } else { &[] };
        assert_eq!((lines(&told), &told["more"]), (last.to_vec(), &json!(!last.is_empty())));
    }
    for before in [json!("x"), json!(""), json!("-1"), json!("18446744073709551616"), json!(7)] {
        let told = answer(&mut house, ana, &json!({"type": "history", "before": before}));
        assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!("bad_message")), "{before}");
    }
}

#[test]
fn history_is_that_of_the_room_that_was_asked_about() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    sends(&mut house, ana, &json!({"type": "say", "text": "hola, sala"}));
    sends(&mut house, ana, &json!({"type": "join", "room": "cocina"}));
    sends(&mut house, ana, &json!({"type": "say", "text": "hola, cocina"}));
    hears(&house, ana);
    let told = answer(&mut house, ana, &json!({"type": "history", "room": "general"}));
    assert_eq!(told["room"], "general");
    assert_eq!(lines(&told)[0].1, "hola, sala");
    let told = answer(&mut house, ana, &json!({"type": "search", "words": "hola"}));
    assert_eq!((&told["type"], told.get("text")), (&json!("found"), None));
    let found = told["lines"].as_array().expect("lines");
    let rooms: Vec<&Value> = found.iter().map(|line| &line["room"]).collect();
    assert_eq!(rooms, ["general", "cocina"], "each line has its room, also the current one");
    assert!(found.iter().all(|line| line["id"].is_string() && line["at"].is_i64()), "{found:?}");
}

#[test]
fn search_of_too_many_words_says_so_in_a_sentence() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    let words: Vec<String> = ('a'..).take(SEARCH_WORDS_MAX + 1).map(|c| format!("{c}z")).collect();
    let words = words.join(" ");
    sends(&mut house, ana, &json!({"type": "say", "text": words}));
    hears(&house, ana);
    let told = answer(&mut house, ana, &json!({"type": "search", "words": words}));
    assert_eq!(lines(&told).len(), 1);
    let sentence = format!("[… de lo que buscas solo cuentan las {SEARCH_WORDS_MAX} primeras palabras]");
    assert_eq!(told["text"], sentence);
}

#[test]
fn room_is_entered_with_all_names_its_topic_and_oneself() {
    let mut house = house();
    let (luis, eva) = (person(&mut house, "Luis"), person(&mut house, "Eva"));
    house.says(luis, "/tema de todo\n");
    let ana = comes(&mut house, NEAR);
    house.says(ana, UPGRADE.replace("/chat", "/chat?lang=en"));
    house.heard_bytes(ana);
    let welcome = answer(&mut house, ana, &json!({"type": "name", "name": "Ana", "ref": 1}));
    assert_eq!(
        fields(&welcome, &["type", "name", "room", "names", "more", "topic", "lang", "version", "ref"]),
        json!({"type": "welcome", "name": "Ana", "room": "general", "names": ["Luis", "Eva", "Ana"],
               "topic": "de todo", "lang": "en", "version": env!("CARGO_PKG_VERSION"), "ref": 1})
    );
    house.says(eva, "/entrar cocina\n");
    let entered = answer(&mut house, ana, &json!({"type": "join", "room": "#cocina", "ref": 2}));
    assert_eq!(
        fields(&entered, &["type", "room", "names", "more", "topic", "created", "ref"]),
        json!({"type": "entered", "room": "cocina", "names": ["Eva", "Ana"], "created": false, "ref": 2})
    );
    let entered = answer(&mut house, ana, &json!({"type": "join", "room": "azotea"}));
    assert_eq!(fields(&entered, &["names", "created"]), json!({"names": ["Ana"], "created": true}));
}

#[test]
fn room_of_very_many_is_entered_with_the_first_names_and_how_many_more() {
    let mut house = house();
    for number in 0..=NAMES_TOLD_MAX {
        let who = house.connect();
        house.says(who, format!("p{number}\n"));
    }
    let ana = comes(&mut house, NEAR);
    house.says(ana, UPGRADE);
    house.heard_bytes(ana);
    let welcome = answers(&mut house, ana, &json!({"type": "name", "name": "Ana"})).remove(0);
    let names = welcome["names"].as_array().expect("names");
    assert_eq!((names.len(), &names[NAMES_ASKED]), (NAMES_ASKED + 1, &json!("Ana")));
    assert_eq!(welcome["more"], NAMES_TOLD_MAX + 1 - NAMES_ASKED, "of whom `who` tells");
}

#[test]
fn private_words_have_both_names_and_a_time_on_both_sides() {
    let mut house = house();
    let (luis, ana) = (program(&mut house, "Luis"), program(&mut house, "Ana"));
    sends(&mut house, luis, &json!({"type": "away", "reason": "café"}));
    hears(&house, luis);
    let sent = answer(&mut house, ana, &json!({"type": "message", "to": "luis", "text": "hola", "ref": 9}));
    let heard = hears(&house, luis).remove(0);
    let what = ["type", "from", "to", "text", "away", "absent", "ref"];
    let expected = json!({"type": "private", "from": "Ana", "to": "Luis", "text": "hola"});
    assert_eq!(fields(&heard, &what), expected);
    let mut expected = expected;
    (expected["away"], expected["ref"]) = (json!("café"), json!(9));
    assert_eq!(fields(&sent, &what), expected);
    assert!(sent["at"].is_i64() && sent["at"] == heard["at"]);
    let sent = answer(&mut house, luis, &json!({"type": "reply", "text": "qué tal"}));
    assert_eq!(fields(&sent, &["from", "to"]), json!({"from": "Luis", "to": "Ana"}));
}

#[test]
fn words_for_the_absent_say_so_and_come_as_a_list_of_facts() {
    let (mut house, mut helpers) = registered_house();
    let luis = program(&mut house, "Luis");
    let told =
        answers(&mut house, luis, &json!({"type": "message", "to": "Ana", "text": "te espero", "ref": 3}));
    assert_eq!(
        fields(&told[0], &["type", "from", "to", "absent", "ref"]),
        json!({"type": "private", "from": "Luis", "to": "Ana", "absent": true, "ref": 3})
    );
    help(&mut house, &mut helpers);
    let kept = hears(&house, luis).remove(0);
    assert_eq!(fields(&kept, &["type", "code", "ref"]), json!({"type": "notice", "code": "kept", "ref": 3}));
    let (_, told) = logs_in(&mut house, &mut helpers);
    let offline = told.iter().find(|object| object["type"] == "offline").expect("it was kept");
    assert_eq!(fields(&offline["lines"][0], &["from", "text"]), json!({"from": "Luis", "text": "te espero"}));
    assert!(offline["lines"][0]["at"].is_i64() && offline.get("text").is_none(), "{offline}");
}

#[test]
fn return_is_welcomed_to_the_room_where_it_was() {
    let (mut house, mut helpers) = registered_house();
    let (first, welcome) = logs_in(&mut house, &mut helpers);
    assert_eq!(welcome[0]["room"], "general");
    sends(&mut house, first, &json!({"type": "join", "room": "cocina"}));
    sends(&mut house, first, &json!({"type": "topic", "topic": "recetas"}));
    hears(&house, first);
    let (second, told) = logs_in(&mut house, &mut helpers);
    assert_eq!(
        fields(&told[0], &["type", "room", "topic", "names"]),
        json!({"type": "welcome", "room": "cocina", "topic": "recetas", "names": ["Ana"]})
    );
    let bye = hears(&house, first).pop().expect("a farewell");
    assert_eq!(
        bye,
        json!({"type": "bye", "reason": "replaced", "text": "Tu nombre sigue en otra conexión."})
    );
    for room in ["cocina", "general"] {
        sends(&mut house, second, &json!({"type": "leave", "room": room}));
    }
    hears(&house, second);
    let (_, told) = logs_in(&mut house, &mut helpers);
    assert_eq!(fields(&told[0], &["type", "room", "names"]), json!({"type": "welcome", "room": null}));
}

#[test]
fn lists_are_facts_without_a_sentence() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    sends(&mut house, ana, &json!({"type": "say", "text": "hola"}));
    hears(&house, ana);
    for kind in ["who", "rooms", "history"] {
        let told = answer(&mut house, ana, &json!({"type": kind}));
        assert_eq!(told.get("text"), None, "{told}");
    }
}

#[test]
fn key_that_is_missing_or_wrong_has_a_code_of_its_own() {
    let mut house = house();
    let (luis, ana) = (person(&mut house, "Luis"), program(&mut house, "Ana"));
    house.says(luis, "/entrar cocina\n/llave sésamo\n");
    for (key, code) in [(None, "closed"), (Some("otra"), "wrong_key")] {
        let told = answer(&mut house, ana, &json!({"type": "join", "room": "cocina", "key": key}));
        assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!(code)));
    }
    let told = answer(&mut house, ana, &json!({"type": "join", "room": "cocina", "key": "sésamo"}));
    assert_eq!(told["type"], "entered");
}

#[test]
fn decision_tells_its_reason_and_who_is_put_out_by_whom() {
    let mut house = house();
    let (luis, ana, eva) =
        (person(&mut house, "Luis"), program(&mut house, "Ana"), program(&mut house, "Eva"));
    house.says(luis, "/entrar cocina\n");
    for who in [ana, eva] {
        sends(&mut house, who, &json!({"type": "join", "room": "cocina"}));
    }
    [ana, eva].iter().for_each(|&who| drop(hears(&house, who)));
    house.says(luis, "/echar Ana por pesada\n");
    let out = &hears(&house, ana)[0];
    assert_eq!(
        fields(out, &["type", "room", "reason", "by", "words"]),
        json!({"type": "out", "room": "cocina", "reason": "kicked", "by": "Luis", "words": "por pesada"})
    );
    let decided = &hears(&house, eva)[0];
    assert_eq!(
        fields(decided, &["type", "room", "by", "what", "name", "words"]),
        json!({"type": "decided", "room": "cocina", "by": "Luis", "what": "kicked", "name": "Ana", "words": "por pesada"})
    );
}

#[test]
fn question_for_a_password_says_whose() {
    let (mut house, mut helpers) = registered_house();
    let ana = program(&mut house, "Luis");
    hears(&house, ana);
    let asked = answer(&mut house, ana, &json!({"type": "login", "name": "ana"}));
    assert_eq!(
        fields(&asked, &["type", "question", "for"]),
        json!({"type": "password", "question": "login", "for": "ana"})
    );
    sends(&mut house, ana, &json!({"type": "password", "password": "girasol1"}));
    help(&mut house, &mut helpers);
    hears(&house, ana);
    // Of its own password the account says whose it is, under whichever name it is.
    let asked = answer(&mut house, ana, &json!({"type": "change_password"}));
    assert_eq!(fields(&asked, &["question", "for"]), json!({"question": "current", "for": "Ana"}));
}

#[test]
fn operators_are_told_of_expulsions_by_facts() {
    let (storage, mut helpers) =
        SimulatedHelpers::new(Vec::new(), HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
    let storage = storage.with_operator(SimulatedHelpers::hash("girasoles"));
    let chat = ChatConfig { operator_password: true, ..ChatConfig::default() };
    let mut house =
        House::of(Server::remembering(Config { rate_limit: 0, chat, ..Config::default() }, storage));
    let ana = program(&mut house, "Ana");
    let asked = answers(&mut house, ana, &json!({"type": "login", "name": "operator"}));
    let asked = asked.last().expect("a question");
    assert_eq!(fields(asked, &["question", "for"]), json!({"question": "operator"}));
    sends(&mut house, ana, &json!({"type": "password", "password": "girasoles"}));
    help(&mut house, &mut helpers);
    hears(&house, ana);
    // Two guests from one address: it is spared for the sake of the other.
    let [eva, _leo] = ["Eva", "Leo"].map(|name| program_from(&mut house, [203, 0, 113, 7], name));
    hears(&house, ana);
    let mut told = answers(&mut house, ana, &json!({"type": "expel", "who": "Eva", "reason": "spam"}));
    let told = told.pop().expect("an answer");
    assert_eq!(
        fields(&told, &["type", "what", "name", "address", "until", "words", "by", "spared", "others"]),
        json!({"type": "expulsion", "what": "expelled", "name": "Eva", "words": "spam", "by": "Ana",
               "spared": "203.0.113.7", "others": 1})
    );
    assert!(told["at"].is_i64() && told["text"].is_string(), "{told}");
    let out = hears(&house, eva);
    let out = out.iter().find(|object| object["type"] == "error").expect("why");
    assert_eq!(fields(out, &["code", "wait", "words"]), json!({"code": "expelled", "words": "spam"}));
    let told = answers(&mut house, ana, &json!({"type": "expel", "who": "203.0.113.7", "minutes": 10}));
    let told = told.iter().find(|object| object["type"] == "expulsion").expect("an answer");
    assert_eq!(
        fields(told, &["what", "name", "address"]),
        json!({"what": "expelled", "address": "203.0.113.7"})
    );
    assert_eq!(told["until"].as_i64(), told["at"].as_i64().map(|at| at + 600_000));
    let list = answer(&mut house, ana, &json!({"type": "expelled"}));
    let rows = list["expulsions"].as_array().expect("rows").iter();
    let rows: Vec<Value> = rows.map(|row| fields(row, &["name", "address", "words", "by"])).collect();
    let address = json!({"address": "203.0.113.7", "by": "Ana"});
    assert_eq!(rows, [address, json!({"name": "Eva", "words": "spam", "by": "Ana"})]);
    assert_eq!((&list["type"], &list["total"]), (&json!("expulsions"), &json!(2)));
    let told = answer(&mut house, ana, &json!({"type": "readmit", "who": "203.0.113.7"}));
    assert_eq!(
        fields(&told, &["type", "what", "name", "address"]),
        json!({"type": "expulsion", "what": "readmitted", "address": "203.0.113.7"})
    );
}

#[test]
fn words_of_a_program_without_a_name_are_not_its_name() {
    let mut house = house();
    let _luis = person(&mut house, "Luis");
    let ana = comes(&mut house, NEAR);
    house.says(ana, UPGRADE);
    house.heard_bytes(ana);
    // All at once, as if the name were free.
    sends(&mut house, ana, &json!({"type": "name", "name": "Luis"}));
    sends(&mut house, ana, &json!({"type": "say", "text": "hola", "ref": 2}));
    let told = hears(&house, ana);
    let codes: Vec<&Value> = told.iter().map(|object| &object["code"]).collect();
    assert_eq!(codes, [&json!("name_in_use"), &Value::Null, &json!("name_missing"), &Value::Null]);
    assert_eq!((&told[2]["ref"], &told[3]["type"]), (&json!(2), &json!("name")));
}

/// Messages of 8 KiB that are the most work to read, each in its way.
fn longest_messages() -> Vec<String> {
    let filled = |head: &str, piece: &str, tail: &str| {
        let pieces = (MESSAGE_MAX_BYTES - head.len() - tail.len()) / piece.len();
        format!("{head}{}{tail}", piece.repeat(pieces))
    };
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let mut messages = vec![
        filled(r#"{"type":"say","text":""#, r"\u00f1", r#""}"#),
        filled(r#"{"type":"say","text":""#, r#"\""#, r#""}"#),
        filled(r#"{"type":""#, r"\ud83d\ude00", r#""}"#),
        filled(r#"{"type":"say","text":"hola","ref":""#, "x", r#""}"#),
        filled(r#"{"type":"say","text":"hola","ref":["#, r#"{"":0},"#, "0]}"),
        filled(r#"{"type":"say","text":"hola","action":""#, "x", r#""}"#),
        filled(r#"{"type":"say","text":"hola","x":["#, r#"{"":0},"#, "0]}"),
        filled(r#"{"type":"say","text":"hola","x":["#, &format!("{deep},"), "0]}"),
        filled(r#"{"type":"say","text":"hola","x":["#, "0,", "0]}"),
        "[".repeat(MESSAGE_MAX_BYTES),
        filled("", r#"{"":"#, ""),
        filled(r#"{"type":"message","to":""#, "ñ", r#"","text":"hola"}"#),
        filled(r#"{"type":"history","before":""#, "9", r#""}"#),
        filled(r#"{"type":"help","command":""#, "e\u{301}", r#""}"#),
    ];
    messages.extend((0..8).map(|at| format!(r#"{{"type":"who","{}":0}}"#, "y".repeat(1_000 * at))));
    messages
}

/// The law is that of lines: see `worst.rs`.
#[test]
fn longest_messages_take_no_more_than_a_line_may() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    for message in longest_messages() {
        assert!(message.len() <= MESSAGE_MAX_BYTES);
        let sent = frame(0x81, message.as_bytes());
        let before = house.server.work();
        house.send(ana, &sent);
        let spent = allocation_counter::measure(|| house.settle());
        let steps = (house.server.work() - before).steps;
        assert!(steps <= LINE_MAX_STEPS, "{message:.60}: {steps} steps");
        assert!(spent.count_total <= 5_000, "{message:.60}: {} allocations", spent.count_total);
        assert!(spent.bytes_total <= 2 * 1024 * 1024, "{message:.60}: {} bytes", spent.bytes_total);
        assert_eq!(frames(&house.heard_bytes(ana)).len(), 1, "{message:.60}: one answer");
    }
}

#[test]
fn arrivals_name_the_room_also_into_the_chat() {
    let mut house = house();
    let ana = program(&mut house, "Ana");
    let luis = person(&mut house, "Luis");
    assert_eq!(
        hears(&house, ana),
        [json!({"type": "joined", "room": "general", "names": ["Luis"], "chat": true})]
    );
    sends(&mut house, ana, &json!({"type": "join", "room": "cocina"}));
    hears(&house, ana);
    house.says(luis, "/entrar cocina\n");
    assert_eq!(
        hears(&house, ana),
        [json!({"type": "joined", "room": "cocina", "names": ["Luis"], "chat": false})]
    );
}

/// Each command of the line protocol as it is typed, and the message that asks for the same.
fn same(verb: Verb) -> (&'static str, Value) {
    match verb {
        Verb::Help => ("/help who", json!({"type": "help", "command": "who"})),
        Verb::Who => ("/who cocina", json!({"type": "who", "room": "cocina"})),
        Verb::Rooms => ("/rooms", json!({"type": "rooms"})),
        Verb::Join => ("/join cocina sésamo", json!({"type": "join", "room": "cocina", "key": "sésamo"})),
        Verb::Leave => ("/leave cocina", json!({"type": "leave", "room": "cocina"})),
        Verb::Topic => ("/topic recetas de hoy", json!({"type": "topic", "topic": "recetas de hoy"})),
        Verb::Message => ("/msg Luis qué tal", json!({"type": "message", "to": "Luis", "text": "qué tal"})),
        Verb::Reply => ("/reply qué tal", json!({"type": "reply", "text": "qué tal"})),
        Verb::History => ("/history 7", json!({"type": "history", "limit": 7})),
        Verb::Search => ("/search qué tal", json!({"type": "search", "words": "qué tal"})),
        Verb::Register => ("/register", json!({"type": "register"})),
        Verb::Login => ("/login Ana", json!({"type": "login", "name": "Ana"})),
        Verb::Password => ("/password", json!({"type": "change_password"})),
        Verb::Key => ("/key sésamo", json!({"type": "key", "key": "sésamo"})),
        Verb::Invite => ("/invite Luis", json!({"type": "invite", "name": "Luis"})),
        Verb::Kick => ("/kick Luis por qué", json!({"type": "kick", "name": "Luis", "reason": "por qué"})),
        Verb::Ban => ("/ban Luis", json!({"type": "ban", "name": "Luis"})),
        Verb::Unban => ("/unban Luis", json!({"type": "unban", "name": "Luis"})),
        Verb::Bans => ("/bans", json!({"type": "bans"})),
        Verb::Mute => ("/mute", json!({"type": "mute"})),
        Verb::Op => ("/op Luis", json!({"type": "op", "name": "Luis"})),
        Verb::Nick => ("/nick Eva", json!({"type": "nick", "name": "Eva"})),
        Verb::Me => ("/me saluda", json!({"type": "say", "text": "saluda", "action": true})),
        Verb::Away => ("/away café", json!({"type": "away", "reason": "café"})),
        Verb::Ignore => ("/ignore Luis", json!({"type": "ignore", "name": "Luis"})),
        Verb::Lang => ("/lang en", json!({"type": "language", "lang": "en"})),
        Verb::Expel => (
            "/expel 203.0.113.7 60 por qué",
            json!({"type": "expel", "who": "203.0.113.7", "minutes": 60, "reason": "por qué"}),
        ),
        Verb::Readmit => ("/readmit Luis", json!({"type": "readmit", "who": "Luis"})),
        Verb::Expelled => ("/expelled", json!({"type": "expelled"})),
        Verb::Nodes => ("/nodes", json!({"type": "nodes"})),
        Verb::Quit => ("/quit hasta luego", json!({"type": "quit", "text": "hasta luego"})),
    }
}

#[test]
fn every_command_of_the_line_protocol_can_be_asked_for_in_json() {
    for (verb, _, english) in VERBS {
        let (line, message) = same(verb);
        assert!(line.split(' ').next() == Some(&format!("/{english}")), "{line} is no {verb:?}");
        let received = read(&message.to_string(), None);
        assert_eq!(received.command, command(line, Language::English), "{message}");
    }
}

/// The names of the variants of the type that is read, as they are written in JSON.
fn read_types(source: &str) -> Vec<String> {
    let (_, variants) = source.split_once("enum Wire {\n").expect("the messages");
    let (variants, _) = variants.split_once("\n}\n").expect("their end");
    let names = variants.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix('{'));
    let names =
        names.chain(variants.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix("{},")));
    let snake = |name: &str| {
        let words = name.trim().char_indices().flat_map(|(at, c)| {
            (at > 0 && c.is_uppercase()).then_some('_').into_iter().chain(c.to_lowercase())
        });
        words.collect::<String>()
    };
    names.map(snake).collect()
}

/// The types that stand in the first column of a table, in the section that begins with this title.
fn documented(docs: &str, title: &str) -> Vec<String> {
    let (_, section) = docs.split_once(title).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells.flat_map(|cell| cell.split('`')).filter(|word| !word.trim().is_empty()).map(str::to_owned).collect()
}

fn sorted(mut types: Vec<String>) -> Vec<String> {
    types.sort();
    types.dedup();
    types
}

#[test]
fn every_type_of_message_is_documented_and_no_other() {
    let docs = file("docs/json.md");
    let sent = documented(&docs, "## What a client sends");
    assert_eq!(sorted(sent.clone()), sorted(read_types(&file("src/protocol/json/read.rs"))));
    for kind in sent {
        let received = format!("{:?}", read(&json!({"type": kind}).to_string(), Some(Question::New)));
        assert!(!received.contains("UnknownType"), "{kind}: {received}");
    }
    let received = format!("{:?}", read(r#"{"type":"unknown"}"#, None));
    assert!(received.contains("UnknownType"), "{received}");
    let source =
        ["write", "expulsions", "listing"].map(|name| file(&format!("src/protocol/json/{name}.rs"))).concat();
    let written =
        source.split("Object::new(").skip(1).map(|rest| rest.split(", out)").next().unwrap_or_default());
    let written = written.flat_map(|kind| kind.split('"').skip(1).step_by(2)).map(str::to_owned);
    let written = written.chain(["error", "notice"].map(str::to_owned));
    assert_eq!(sorted(documented(&docs, "## What the server sends")), sorted(written.collect()));
}
