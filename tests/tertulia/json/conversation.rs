//! The examples in `docs/json.md`: the conversation is held, and the programs run.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tertulia::chat::{ChatConfig, TokenKey};
use tertulia::config::Config;
use tertulia::limits::{HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES};
use tertulia::net::Server;
use tertulia::storage::SimulatedHelpers;

use super::{documented, help};
use crate::support::peer::Peer;
use crate::support::process::{Process, python_with};
use crate::support::{file, snippet};
use crate::turns::house::House;
use crate::web::{NEAR, UPGRADE, comes, hears, objects, person, sends};

/// A house in which the documented conversation is held: Ana is a program, the others type lines.
struct Talk {
    house: House,
    helpers: SimulatedHelpers,
    ana: usize,
    others: BTreeMap<String, usize>,
    /// What the server has sent to Ana, and is not in the docs yet.
    heard: Vec<Value>,
    /// The last token that it has sent: that of the docs is an example.
    token: Value,
}

impl Talk {
    fn new() -> Talk {
        let (storage, helpers) =
            SimulatedHelpers::new(Vec::new(), HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
        let storage = storage.with_operator(SimulatedHelpers::hash("girasoles"));
        let token_key = Some(TokenKey([7; 32]));
        let chat = ChatConfig { operator_password: true, token_key, ..ChatConfig::default() };
        let config = Config { rate_limit: 0, chat, ..Config::default() };
        let mut house = House::of(Server::remembering(config, storage));
        let ana = comes(&mut house, NEAR);
        Talk { house, helpers, ana, others: BTreeMap::new(), heard: Vec::new(), token: Value::Null }
    }

    /// One line of the docs that is not what Ana hears.
    fn plays(&mut self, line: &str) {
        if let Some(message) = line.strip_prefix("> ") {
            let mut message: Value = serde_json::from_str(message).expect(message);
            if message["type"] == "resume" {
                message["token"] = self.token.clone();
            }
            sends(&mut self.house, self.ana, &message);
        } else if line == "(Ana connects)" {
            self.ana = comes(&mut self.house, NEAR);
            self.house.says(self.ana, UPGRADE);
            let answer = self.house.heard_bytes(self.ana);
            let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
            self.heard.extend(objects(&answer[end..]));
        } else if line == "(Ana's connection is lost)" {
            self.house.breaks(self.ana);
        } else if line == "(Ana reads nothing for a while, and Luis says a lot)" {
            self.house.deafen(self.ana);
            self.house.says(self.others["Luis"], format!("{}\n", "x".repeat(1_000)).repeat(100));
            hears(&self.house, self.ana);
            self.house.reads_again(self.ana);
            self.house.settle();
        } else if let Some(name) = line.strip_suffix(" comes in)") {
            let name = name.trim_start_matches('(');
            let who = person(&mut self.house, name);
            self.others.insert(name.to_owned(), who);
        } else {
            let (name, words) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            self.house.says(self.others[name], format!("{words}\n"));
        }
        help(&mut self.house, &mut self.helpers);
        self.heard.extend(hears(&self.house, self.ana));
        let given = self.heard.iter().rev().find_map(|object| object.get("token"));
        self.token = given.unwrap_or(&self.token).clone();
    }
}

/// The same object without what is different each time. How many lines are skipped is a matter of bytes.
fn lasting(object: &Value) -> Value {
    match object {
        Value::Object(fields) if object["type"] == "skipped" => {
            assert!(fields["lines"].is_u64() && fields["text"].is_string(), "{object}");
            json!("skipped")
        }
        Value::Object(fields) => {
            let always = |(name, value): (&String, &Value)| match name.as_str() {
                "at" | "until" => (name.clone(), json!(value.is_i64())),
                "version" | "token" => (name.clone(), json!(value.is_string())),
                _ => (name.clone(), lasting(value)),
            };
            Value::Object(fields.iter().map(always).collect())
        }
        Value::Array(values) => values.iter().map(lasting).collect(),
        value => value.clone(),
    }
}

#[test]
fn documented_conversation_is_held_word_for_word() {
    let docs = file("docs/json.md");
    let conversation = snippet("docs/json.md", "text", "");
    let (mut talk, mut held, mut same) = (Talk::new(), String::new(), true);
    for line in conversation.lines() {
        match line.strip_prefix("< ") {
            None if line == "…" => {
                // Whatever comes until the next one that is written down.
                let after = &conversation[conversation.find("\n…\n< ").expect("one is") + "\n…\n< ".len()..];
                let next: Value = serde_json::from_str(after.lines().next().expect("a line")).expect(line);
                let at = talk.heard.iter().position(|told| told["type"] == next["type"]);
                talk.heard.drain(..at.unwrap_or(talk.heard.len()));
                held += "…\n";
            }
            None => {
                for told in talk.heard.drain(..) {
                    held += &format!("< {told}\n");
                    same = false;
                }
                talk.plays(line);
                held += &format!("{line}\n");
            }
            Some(expected) => {
                let expected: Value = serde_json::from_str(expected).expect(expected);
                let told = if talk.heard.is_empty() { Value::Null } else { talk.heard.remove(0) };
                if lasting(&expected) == lasting(&told) {
                    held += &format!("{line}\n");
                } else {
                    held += &format!("< {told}\n");
                    same = false;
                }
            }
        }
    }
    assert!(same && talk.heard.is_empty(), "it was held so:\n{held}{:?}", talk.heard);
    let types = |sign: &str| -> Vec<String> {
        let objects = conversation.lines().filter_map(|line| line.strip_prefix(sign));
        let objects = objects.map(|object| serde_json::from_str::<Value>(object).expect(object));
        objects.map(|object| object["type"].as_str().expect("a type").to_owned()).collect()
    };
    for (sign, title) in [("> ", "## What a client sends"), ("< ", "## What the server sends")] {
        let shown = types(sign);
        for kind in documented(&docs, title) {
            assert!(shown.contains(&kind), "{kind} has no example");
        }
    }
}

#[test]
fn example_in_python_answers_what_it_hears() {
    let Some(python) = python_with("websockets") else { return };
    let server = crate::support::server::Server::start(&["--listen", "127.0.0.1:0"]);
    let program = snippet("docs/json.md", "python", "");
    assert!(program.contains("localhost:65434"));
    let program = program.replace("localhost:65434", &server.shown);
    let mut luis = Peer::join(&server, "Luis");
    let echo = Process::start(Command::new(python).args(["-c", &program]).stdin(Stdio::null()));
    luis.expect_line(">>> eco se unió al chat");
    luis.say("¿qué tal?");
    luis.expect_line("eco: ¿qué tal?");
    drop(echo);
}
