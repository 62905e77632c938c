//! An entry that no node can apply is taken out of the log.

use std::thread;

use tertulia::cluster::EntryId;
use tertulia::engine::{EngineCause, EngineConfig, EngineError, skip};

use super::nodes::{self, Nodes};
use super::server::{RedisServer, StreamEntries};

/// The entry of a change.
#[track_caller]
fn entry_of(server: &RedisServer, token: u64) -> EntryId {
    let log: StreamEntries = server.ask("XRANGE t:log - +");
    let mark = format!("\"token\":{token},");
    let (id, _) = log.iter().find(|(_, fields)| fields[1].contains(&mark)).expect("it is there");
    id.parse().expect("an id")
}

/// What comes of skipping it while nodes go on.
#[track_caller]
fn skip_beside(nodes: &mut Nodes, config: &EngineConfig, id: EntryId) -> Result<(), EngineError> {
    let config = config.clone();
    let skipping = thread::spawn(move || skip(&config, id));
    nodes.until("it is refused or done", |_| skipping.is_finished());
    skipping.join().expect("it does not panic")
}

#[test]
fn entry_is_skipped_when_no_node_is_there() {
    let Some(server) = RedisServer::start() else { return };
    let config = server.config();
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 2);
    // The first one is written soon behind the founding; the next one is not due before the end.
    nodes.snapshot_is_known();
    let (before, bad) = (nodes.say(0).expect("it is open"), nodes.say(0).expect("it is open"));
    let (behind, other) = (nodes.say(0).expect("it is open"), nodes.say(1).expect("it is open"));
    nodes.settle();
    let id = entry_of(&server, bad);
    let refused = skip_beside(&mut nodes, &config, id).expect_err("nodes are there");
    assert!(matches!(refused.cause, EngineCause::Running), "{refused}");
    nodes.stop();
    let missing = EntryId { number: 99, ..id };
    let refused = skip(&config, missing).expect_err("there is none");
    assert!(matches!(refused.cause, EngineCause::NoEntry(id) if id == missing), "{refused}");
    skip(&config, id).unwrap_or_else(|error| panic!("{error}"));
    let mut nodes = Nodes::there(&config, 2);
    nodes.settle();
    nodes.agree();
    let tokens: Vec<u64> = nodes.members[0].room.deeds.iter().map(|(token, _)| *token).collect();
    // What its node has written behind it lacks a number.
    assert!(tokens.contains(&before) && tokens.contains(&other), "{tokens:?}");
    assert!(!tokens.contains(&bad) && !tokens.contains(&behind), "{tokens:?}");
    nodes.stop();
}

#[test]
fn entry_that_a_snapshot_is_behind_is_not_skipped() {
    let Some(server) = RedisServer::start() else { return };
    let config = server.config();
    nodes::found(&config);
    let refused = skip(&config, EntryId::FOUNDING).expect_err("it begins the log");
    assert!(matches!(refused.cause, EngineCause::Applied(EntryId::FOUNDING)), "{refused}");
    server.run("DEL t:log t:snap");
    let refused = skip(&config, EntryId::FOUNDING).expect_err("there is no log");
    assert!(matches!(refused.cause, EngineCause::NotFounded(_)), "{refused}");
}
