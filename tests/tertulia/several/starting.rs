//! How a log is founded, and what keeps a node from starting.

use std::fs;

use super::{Several, order, refused};
use crate::engine::server::RedisServer;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;

/// Why a node does not start with that engine.
#[track_caller]
fn unstarted(url: &str) -> String {
    refused(&order(&["--listen", "127.0.0.1:0", "--cluster", url, "--node", "a"]))
}

#[test]
fn node_without_its_engine_or_log_does_not_start_and_says_why() {
    let nowhere = unstarted("redis://localhost:1/");
    assert!(nowhere.contains("redis://localhost:1"), "{nowhere}");
    let Some(redis) = RedisServer::start() else { return };
    let unfounded = unstarted(&redis.url());
    assert!(unfounded.contains("cluster init"), "{unfounded}");
    redis.run("SET tertulia:log x");
    let other = unstarted(&redis.url());
    assert!(other.contains("--cluster-prefix"), "{other}");
    redis.run("CONFIG SET requirepass secreta");
    let locked = unstarted(&redis.url());
    assert!(locked.contains("contraseña"), "{locked}");
}

#[test]
fn engine_that_forgets_is_refused_unless_that_is_wanted() {
    let Some(redis) = RedisServer::with(&[]) else { return };
    let url = redis.url();
    let why = refused(&order(&["cluster", "init", "--cluster", &url, "--lang", "en"]));
    assert!(why.contains("appendonly"), "{why}");
    let founded = order(&["cluster", "init", "--cluster", &url, "--cluster-unsafe"]);
    assert!(founded.status.success(), "{founded:?}");
    let node = Server::start(&["--cluster", &url, "--node", "a", "--cluster-unsafe"]);
    node.console_find(|line| line.contains("[WARN]") && line.contains("appendonly"));
    Peer::join(&node, "Ana");
}

#[test]
fn log_is_founded_once_for_each_prefix() {
    let Some(several) = Several::founded() else { return };
    let url = several.redis.url();
    let again = refused(&order(&["cluster", "init", "--cluster", &url]));
    assert!(again.contains("tertulia:log"), "{again}");
    let other = ["--cluster", &url, "--cluster-prefix", "otro"];
    assert!(order(&[["cluster", "init"].as_slice(), &other].concat()).status.success());
    let a = several.node("a");
    let b = Server::start(&[&other[..], &["--node", "a"]].concat());
    let (mut ana, mut other) = (Peer::join(&a, "Ana"), Peer::join(&b, "Ana"));
    ana.say("/quien");
    ana.until("Ana (tú)");
    other.say("/quien");
    other.until("Ana (tú)");
}

#[test]
fn address_may_stand_in_a_file_and_is_repeated_nowhere() {
    let Some(redis) = RedisServer::start() else { return };
    redis.allow_documented("tertulia", "clavedelnodo");
    let dir = Dir::new();
    let file = dir.path().join("engine");
    fs::write(&file, redis.url_of("tertulia", "clavedelnodo") + "\n").expect("a file");
    let file = file.to_str().expect("a plain path");
    let founded = order(&["cluster", "init", "--cluster-file", file]);
    assert!(founded.status.success(), "{founded:?}");
    assert!(!String::from_utf8_lossy(&founded.stdout).contains("clavedelnodo"));
    let node = Server::start(&["--cluster-file", file, "--node", "a", "-vv"]);
    Peer::join(&node, "Ana");
    let told = node.complaints();
    assert!(!told.contains("clavedelnodo"), "{told}");
    for lang in ["es", "en"] {
        let wrong = ["--cluster", "redis:/ana:clavedelnodo@x", "--node", "a", "--lang", lang];
        let said = order(&wrong);
        assert_eq!(said.status.code(), Some(2));
        let words = String::from_utf8_lossy(&said.stderr);
        assert!(words.contains("--cluster") && !words.contains("clavedelnodo"), "{words}");
    }
}

#[test]
fn log_without_its_snapshots_is_told_apart_from_none() {
    let Some(several) = Several::founded() else { return };
    several.redis.run("DEL tertulia:snap");
    let why = unstarted(&several.redis.url());
    assert!(why.contains("falta tertulia:snap") && why.contains("docs/nodes.md"), "{why}");
}

#[test]
fn directory_that_is_not_there_is_named_by_its_file() {
    let dir = Dir::new();
    let data = dir.path().to_str().expect("a plain path");
    let why = refused(&order(&["cluster", "leave", "--data", data]));
    assert!(why.contains(&format!("{data}/tertulia.db: no existe")), "{why}");
}

#[test]
fn skipping_an_entry_that_is_not_there_is_refused() {
    let Some(several) = Several::founded() else { return };
    let url = several.redis.url();
    let why = refused(&order(&["cluster", "skip", "5-5", "--cluster", &url]));
    assert!(why.contains("5-5"), "{why}");
}
