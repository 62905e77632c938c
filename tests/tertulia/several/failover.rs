//! A Redis takes the place of another one behind HAProxy, as docs/nodes.md says, without the last of what was said.

use std::thread;
use std::time::{Duration, Instant};

use tertulia::cluster::EntryId;

use super::{THERE, order};
use crate::engine::server::{RawEntries, RedisServer};
use crate::proxies::real::{Proxy, with};
use crate::support::peer::Peer;
use crate::support::port::free_port;
use crate::support::process::has;
use crate::support::server::Server;
use crate::support::{self, DEADLINE};

const PASSWORD: &str = "clavedelnodo";
const GAP: &str = "--- El registro ha perdido lo último que se dijo: puede que otros no lo hayan oído.";

/// A Redis at that port, with the users that the docs name.
fn redis(port: u16) -> Option<RedisServer> {
    let server = RedisServer::with(&["--appendonly", "yes", "--port", &port.to_string()])?;
    server.allow_documented("tertulia", PASSWORD);
    let docs = support::file("docs/nodes.md");
    let (_, rest) = docs.split_once("`ACL SETUSER haproxy ").expect("the docs say how");
    let rules = with(rest.split_once('`').expect("an end").0, "PASSWORD", PASSWORD);
    server.run(&format!("ACL SETUSER haproxy {rules}"));
    Some(server)
}

/// HAProxy in front of two of them.
fn haproxy(port: u16, ports: [u16; 2]) -> Proxy {
    let config = support::snippet("docs/nodes.md", "haproxy", "role:master");
    let config = with(&config, "127.0.0.1:6380", &format!("127.0.0.1:{port}"));
    let config = with(&config, "    server three 10.0.0.3:6379\n", "");
    let config = with(&config, "PASSWORD", PASSWORD);
    let at = |config: String, server: &str, port: u16| with(&config, server, &format!("127.0.0.1:{port}"));
    let config = at(at(config, "10.0.0.1:6379", ports[0]), "10.0.0.2:6379", ports[1]);
    Proxy::start("haproxy", &["-db", "-f"], &config, port)
}

/// The last entry that a Redis has.
fn last_entry(redis: &RedisServer) -> EntryId {
    let entries: RawEntries = redis.ask("XREVRANGE tertulia:log + - COUNT 1");
    entries.first().map_or(EntryId::ZERO, |(id, _)| id.parse().expect("an id"))
}

/// Waits until a replica has that entry, which it does not say by itself.
#[track_caller]
fn wait_for_replica(replica: &RedisServer, entry: EntryId) {
    let begun = Instant::now();
    while last_entry(replica) < entry {
        assert!(begun.elapsed() < DEADLINE, "it does not follow");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn replica_behind_haproxy_takes_over_and_people_are_told_what_it_lacks() {
    if !has("haproxy") {
        return;
    }
    let (port, ports) = (free_port(), [free_port(), free_port()]);
    let Some(mut first) = redis(ports[0]) else { return };
    let second = redis(ports[1]).expect("there was one");
    second.run(&format!("REPLICAOF 127.0.0.1 {}", ports[0]));
    let proxy = haproxy(port, ports);
    // Before it has asked each of them it takes both for primaries.
    while !proxy.process.stderr.next().expect("it goes on").contains("redis/two is DOWN") {}
    let url = format!("redis://tertulia:{PASSWORD}@127.0.0.1:{port}/");
    let founded = order(&["cluster", "init", "--cluster", &url]);
    assert!(founded.status.success(), "{founded:?}");
    let nodes = ["a", "b"].map(|name| Server::start(&["--cluster", &url, "--node", name]));
    let is_there = |node: &Server| drop(node.console_find(|line| line.contains(THERE)));
    nodes.iter().for_each(is_there);
    let [mut ana, mut luis] =
        [(&nodes[0], "Ana"), (&nodes[1], "Luis")].map(|(node, name)| Peer::enter(node, name));
    ana.say("uno");
    luis.until("Ana: uno");
    wait_for_replica(&second, last_entry(&first));
    // It follows no more.
    second.run("REPLICAOF 127.0.0.1 1");
    ana.say("dos");
    luis.until("Ana: dos");
    first.kill();
    second.run("REPLICAOF NO ONE");
    for peer in [&mut ana, &mut luis] {
        peer.until(GAP);
    }
    nodes.iter().for_each(is_there);
    // From then on they are answered once they are in the chat again, and hear what is said.
    for (peer, name) in [(&mut ana, "Ana"), (&mut luis, "Luis")] {
        peer.say("/quien");
        peer.until(&format!("{name} (tú)"));
    }
    luis.say("tres");
    ana.until("Luis: tres");
    ana.say("cuatro");
    luis.until("Ana: cuatro");
}
