//! A log that is sealed: what its engine shows, and what is made of what somebody without the key has written.

use tertulia::cluster::{Body, Entry, EntryId, Hello, News, SharedOptions};
use tertulia::engine::{EngineCause, EngineConfig, EngineTrouble, LogKey, LogKeyError};

use super::nodes::{self, Nodes};
use super::server::{RawEntries, RedisServer};
use crate::cluster::founded::VERSION;
use crate::cluster::simulation::room::Deed;

/// A key of which each byte is this one.
fn key(byte: u8) -> LogKey {
    format!("{byte:02x}").repeat(32).parse().expect("64 digits")
}

/// The engine with a key.
fn sealed(server: &RedisServer) -> EngineConfig {
    EngineConfig { key: Some(key(7)), ..server.config() }
}

/// The values of a stream.
fn values(server: &RedisServer, stream: &str) -> Vec<Vec<u8>> {
    let entries: RawEntries = server.ask(&format!("XRANGE {stream} - +"));
    entries.into_iter().map(|(_, mut fields)| fields.remove(1)).collect()
}

fn holds(value: &[u8], word: &str) -> bool {
    value.windows(word.len()).any(|part| part == word.as_bytes())
}

#[test]
fn sealed_log_shows_nothing_of_what_is_said() {
    let Some(server) = RedisServer::start() else { return };
    let config = sealed(&server);
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 2);
    nodes.talk(60);
    nodes.snapshot_is_known();
    nodes.join();
    nodes.talk(10);
    nodes.agree();
    assert_eq!(nodes.members[2].room.deeds.len(), 2 * 60 + 3 * 10);
    let all = [values(&server, "t:log"), values(&server, "t:snap")].concat();
    assert!(all.len() > 100, "{}", all.len());
    for value in &all {
        assert!(value[0] == 1 && !holds(value, "token") && !holds(value, "ana"), "{value:?}");
    }
    let quiet = |news: &News| !matches!(news, News::Garbage(_));
    assert!(nodes.members.iter().all(|it| it.troubles.is_empty() && it.news.iter().all(quiet)));
    nodes.stop();
}

#[test]
fn node_with_another_key_than_its_log_does_not_begin_and_says_so() {
    let Some(server) = RedisServer::start() else { return };
    let (plain, sealed) = (server.config(), sealed(&server));
    let other = EngineConfig { key: Some(key(8)), ..plain.clone() };
    nodes::found(&sealed);
    for (config, words) in [(&plain, "no key was given"), (&other, "another key")] {
        let refusal = nodes::refusal(config);
        assert!(refusal.contains(words) && refusal.contains("--cluster-key-file"), "{refusal}");
        let skipped = tertulia::engine::skip(config, EntryId::FOUNDING).expect_err("of another key");
        assert!(matches!(skipped.cause, EngineCause::Sealing(_)), "{skipped}");
    }
    server.run("DEL t:log t:snap");
    nodes::found(&plain);
    let refusal = nodes::refusal(&sealed);
    assert!(refusal.contains("not sealed") && refusal.contains("cluster init"), "{refusal}");
}

#[test]
fn what_was_not_sealed_as_an_entry_of_the_log_is_passed_over() {
    let Some(server) = RedisServer::start() else { return };
    let config = sealed(&server);
    nodes::found(&config);
    let elsewhere = EngineConfig { prefix: "u".into(), ..config.clone() };
    nodes::found(&elsewhere);
    let mut nodes = Nodes::there(&config, 2);
    nodes.talk(5);
    let hello = Hello {
        node: "intruder".parse().expect("a name"),
        instance: 1,
        greeting: 1,
        replaces: None,
        first: 1,
        applies: (VERSION, VERSION),
        reached: EntryId::FOUNDING,
        options: SharedOptions::new(),
    };
    let plain = Entry::<Deed> { version: VERSION, body: Body::Hello(hello) }.to_bytes();
    let whole = values(&server, "t:log").pop().expect("some");
    let mut damaged = whole.clone();
    *damaged.last_mut().expect("a tag") ^= 1;
    let forged = [
        plain,
        damaged,
        whole[..40].to_vec(),
        whole[..8].to_vec(),
        values(&server, "t:snap").remove(0),
        values(&server, "u:log").remove(0),
    ];
    let told: Vec<News> =
        forged.iter().map(|value| News::Garbage(server.add("t:log", "*", "e", value))).collect();
    nodes.until("it is told", |nodes| told.iter().all(|news| nodes.all_told(news)));
    nodes.talk(5);
    nodes.agree();
    nodes.stop();
}

#[test]
fn sealed_entry_that_is_written_once_more_does_not_count() {
    let Some(server) = RedisServer::start() else { return };
    let config = sealed(&server);
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 2);
    nodes.talk(5);
    for value in values(&server, "t:log") {
        server.add("t:log", "*", "e", &value);
    }
    nodes.talk(5);
    nodes.agree();
    assert_eq!(nodes.members[0].room.deeds.len(), 2 * 5 * 2);
    assert!(nodes.members.iter().all(|it| it.stopped.is_none()));
    nodes.stop();
}

#[test]
fn what_was_not_sealed_as_a_snapshot_of_its_place_is_passed_over() {
    let Some(server) = RedisServer::start() else { return };
    let config = sealed(&server);
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 1);
    // The first one is written soon behind the founding; the next one is not due before the end.
    nodes.snapshot_is_known();
    nodes.talk(5);
    let (entry, old) = (values(&server, "t:log").remove(0), values(&server, "t:snap").remove(0));
    let at = nodes.members[0].place().expect("it has read").0;
    let forged = [(entry, 1), (old, 2)].map(|(value, further)| {
        let id = EntryId { number: at.number + further, ..at };
        server.add("t:snap", &id.to_string(), "s", &value)
    });
    nodes.join();
    nodes.talk(5);
    nodes.agree();
    let unreadable = |trouble: &EngineTrouble| match trouble {
        EngineTrouble::Unreadable(id) => *id,
        other => panic!("{other:?}"),
    };
    let told: Vec<EntryId> = nodes.members[1].troubles.iter().map(unreadable).collect();
    assert_eq!(told, [forged[1], forged[0]]);
    nodes.stop();
}

#[test]
fn key_is_64_hexadecimal_digits_and_is_told_nowhere() {
    let digits = "0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdef0123";
    assert_eq!(format!("{:?}", digits.parse::<LogKey>()), "Ok(LogKey)");
    for wrong in ["", &digits[1..], &format!("{digits}0"), &digits.replace('0', "g"), &"é".repeat(32)] {
        assert_eq!(wrong.parse::<LogKey>().expect_err(wrong), LogKeyError);
    }
    assert!(!LogKeyError.to_string().contains(digits));
}
