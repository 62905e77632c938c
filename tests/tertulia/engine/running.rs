//! Nodes over a real Redis that fails in each way that one can.

use std::fs;
use std::os::unix::fs::symlink;

use rustix::process::Signal;
use tertulia::cluster::{EntryId, News, StopReason};
use tertulia::engine::{EngineConfig, EngineFault};

use super::nodes::{self, Fate, Nodes};
use super::server::{RedisServer, StreamEntries, config};
use crate::support::dir::Dir;
use crate::support::port::free_port;

/// Nobody was held for dead, and nothing was refused or lost sight of.
#[track_caller]
fn nothing_is_missing(nodes: &Nodes) {
    nodes.agree();
    for member in &nodes.members {
        assert!(!member.news.contains(&News::HeldForDead), "{:?}", member.news);
        assert_eq!(member.count(Fate::Accepted), member.fates.len(), "{:?}", member.fates);
    }
}

#[test]
fn engine_carries_changes_of_two_nodes_in_one_order() {
    let Some((_server, mut nodes)) = nodes::founded(2) else { return };
    nodes.talk(200);
    nothing_is_missing(&nodes);
    assert_eq!(nodes.members[0].room.deeds.len(), 400);
    nodes.stop();
}

#[test]
fn engine_that_is_killed_under_load_loses_and_doubles_nothing() {
    let Some(mut server) = RedisServer::steady() else { return };
    nodes::found(&server.config());
    let mut nodes = Nodes::there(&server.config(), 2);
    for round in 1..=3 {
        // It is killed while these are under way, and more is said while it is not there.
        nodes.say_all(300);
        server.kill();
        nodes.say_all(100);
        nodes.until("all have lost it", |nodes| nodes.members.iter().all(|it| it.losses >= round));
        server.begin();
        nodes.settle();
    }
    nothing_is_missing(&nodes);
    assert_eq!(nodes.members[0].room.deeds.len(), 2400);
    nodes.stop();
}

#[test]
fn engine_that_stands_still_is_waited_for() {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    nodes.talk(10);
    server.signal(Signal::STOP);
    nodes.say_all(1);
    nodes.until("all have lost it", |nodes| nodes.members.iter().all(|it| it.losses > 0));
    assert!(nodes.members.iter().all(|member| matches!(member.faults[0], EngineFault::Silent)));
    nodes.until("people are told", |nodes| nodes.all_told(&News::Away));
    server.signal(Signal::CONT);
    nodes.until("people are told", |nodes| nodes.all_told(&News::Back));
    nodes.settle();
    nothing_is_missing(&nodes);
    nodes.stop();
}

#[test]
fn program_that_goes_on_as_a_node_loses_and_doubles_nothing() {
    let Some(server) = RedisServer::start() else { return };
    let key = "07".repeat(32).parse().expect("64 digits");
    for (prefix, key) in [("t", None), ("sealed", Some(key))] {
        let config = EngineConfig { prefix: prefix.into(), key, ..server.config() };
        nodes::found(&config);
        let mut nodes = Nodes::there(&config, 2);
        for _ in 0..3 {
            // It is replaced while these are under way, and more is said before it has a connection.
            nodes.say_all(300);
            nodes.upgrade(0);
            nodes.say_all(100);
            nodes.settle();
        }
        nothing_is_missing(&nodes);
        assert_eq!(nodes.members[0].room.deeds.len(), 2400);
        assert_eq!((nodes.members[0].returns, nodes.members[0].losses), (3, 0));
        let came_in = |news: &News| matches!(news, News::Living(_));
        let told: Vec<&News> = nodes.members.iter().flat_map(|member| &member.news).collect();
        assert!(told.len() == 2 && told.into_iter().all(came_in), "nobody notices anything");
        nodes.stop();
    }
}

#[test]
fn program_goes_on_as_a_node_while_the_engine_is_away() {
    let Some(mut server) = RedisServer::steady() else { return };
    nodes::found(&server.config());
    let mut nodes = Nodes::there(&server.config(), 2);
    nodes.talk(10);
    server.kill();
    nodes.until("all have lost it", |nodes| nodes.members.iter().all(|it| it.losses == 1));
    nodes.say_all(10);
    nodes.upgrade(0);
    nodes.say_all(10);
    nodes.until("it is told why", |nodes| nodes.members[0].losses == 2);
    nodes.until("people are told", |nodes| nodes.all_told(&News::Away));
    server.begin();
    nodes.settle();
    nothing_is_missing(&nodes);
    assert_eq!(nodes.members[0].room.deeds.len(), 60);
    let told = |news: &News| nodes.members[0].news.iter().filter(|told| *told == news).count();
    assert_eq!((told(&News::Away), told(&News::Back)), (1, 1));
    nodes.stop();
}

/// While the engine is so, nodes have lost it, and are not told that it is back, however often they try.
#[track_caller]
fn is_away(begin: &str, end: &str, is_that: fn(&EngineFault) -> bool) {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    server.run(begin);
    nodes.say_all(1);
    nodes.until(begin, |nodes| nodes.members.iter().all(|it| it.faults.iter().any(is_that)));
    let losses: Vec<usize> = nodes.members.iter().map(|member| member.losses).collect();
    let refused = || -> u64 {
        let stats: String = server.ask("INFO commandstats");
        let line = stats.lines().find(|line| line.starts_with("cmdstat_xadd:")).expect("some");
        let (_, count) = line.split_once("rejected_calls=").expect("a count");
        count.split(',').next().expect("a count").parse().expect("a number")
    };
    let before = refused();
    nodes.until("it is tried again and again", |_| refused() >= before + 8);
    assert_eq!(nodes.members.iter().map(|member| member.losses).collect::<Vec<_>>(), losses);
    server.run(end);
    nodes.settle();
    nothing_is_missing(&nodes);
    nodes.stop();
}

#[test]
fn engine_that_becomes_a_replica_is_away() {
    is_away("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", |it| matches!(it, EngineFault::ReadOnly));
}

#[test]
fn engine_without_memory_is_away() {
    is_away("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", |it| matches!(it, EngineFault::Memory));
}

#[test]
fn log_that_is_gone_ends_all_nodes() {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    nodes.talk(5);
    server.run("FLUSHALL");
    nodes.until("they stop", |nodes| nodes.members.iter().all(|it| it.stopped == Some(StopReason::NoLog)));
    nodes.stop();
}

#[test]
fn log_that_lacks_its_beginning_ends_who_needs_it() {
    let Some((server, mut nodes)) = nodes::founded(1) else { return };
    nodes.talk(5);
    server.run("XTRIM t:log MINID 1");
    nodes.talk(5);
    nothing_is_missing(&nodes);
    nodes.begin();
    nodes.until("it stops", |nodes| nodes.members[1].stopped == Some(StopReason::NoLog));
    assert_eq!(nodes.members[0].stopped, None);
    nodes.stop();
}

/// Nodes find out that the log has gone back to what it was before the last lines, and go on there.
fn goes_back<B>(keep: impl FnOnce(&RedisServer) -> B, go_back: impl FnOnce(&mut RedisServer, B)) {
    let Some(mut server) = RedisServer::steady() else { return };
    nodes::found(&server.config());
    let mut nodes = Nodes::there(&server.config(), 2);
    nodes.talk(20);
    let kept = keep(&server);
    nodes.talk(20);
    go_back(&mut server, kept);
    nodes.until("both know", |nodes| nodes.all_told(&News::Gap));
    nodes.settle();
    nodes.talk(20);
    nodes.agree();
    assert_eq!(nodes.members[0].room.deeds.len(), 80, "what was lost is not sent again");
    nodes.stop();
}

#[test]
fn log_of_an_older_file_is_found_out() {
    goes_back(RedisServer::back_up, |server, backup| {
        server.kill();
        server.restore(&backup);
        server.begin();
    });
}

#[test]
fn log_that_goes_back_under_a_connection_is_found_out() {
    // As where a replica takes over under the same name. What waits for lines of it is not woken.
    let keep = |server: &RedisServer| server.run("COPY t:log before");
    goes_back(keep, |server, ()| server.run("COPY before t:log REPLACE"));
}

#[test]
fn replica_that_takes_over_without_the_last_lines_is_found_out() {
    let port = free_port().to_string();
    let Some(mut first) = RedisServer::with(&["--appendonly", "yes", "--port", &port]) else { return };
    let second = RedisServer::start().expect("there was one");
    let (dir, name) = (Dir::new(), "redis.sock");
    let lead_to = |server: &RedisServer| symlink(server.socket(), dir.path().join(name)).expect("a link");
    lead_to(&first);
    let config = config(&format!("unix://{}", dir.path().join(name).display()));
    nodes::found(&config);
    second.run(&format!("REPLICAOF 127.0.0.1 {port}"));
    let mut nodes = Nodes::there(&config, 2);
    nodes.talk(20);
    let place = nodes.members[0].place().expect("it has read").0;
    nodes.until("the replica has all", |_| {
        second
            .ask::<StreamEntries>("XREVRANGE t:log + - COUNT 1")
            .first()
            .is_some_and(|(id, _)| id.parse::<EntryId>().expect("an id") >= place)
    });
    second.run("REPLICAOF NO ONE");
    nodes.talk(20);
    first.kill();
    fs::remove_file(dir.path().join(name)).expect("the link");
    lead_to(&second);
    nodes.until("both know", |nodes| nodes.all_told(&News::Gap));
    nodes.settle();
    nodes.talk(20);
    nodes.agree();
    assert_eq!(nodes.members[0].room.deeds.len(), 80, "what was lost is not sent again");
    nodes.stop();
}

#[test]
fn garbage_in_the_log_is_told_and_passed_over() {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    nodes.talk(5);
    let garbage = ["XADD t:log * x y", "XADD t:log * e {}", "XADD t:log * e 1 e 2"];
    let garbage: Vec<News> =
        garbage.map(|typed| News::Garbage(server.ask::<String>(typed).parse().expect("an id"))).into();
    nodes.until("it is told", |nodes| garbage.iter().all(|news| nodes.all_told(news)));
    nodes.talk(5);
    nothing_is_missing(&nodes);
    nodes.stop();
}
