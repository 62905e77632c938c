//! What contrib/nodes has for three servers behind HAProxy, run here as it stands there, but for addresses.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{kill, order};
use crate::engine::server::RedisServer;
use crate::proxies::real::{Proxy, with};
use crate::support::dir::Dir;
use crate::support::file;
use crate::support::peer::Peer;
use crate::support::port::free_port;
use crate::support::process::{Process, has};
use crate::support::server::Server;

const NODES: [&str; 3] = ["a", "b", "c"];

/// The directory with what `setup` makes.
struct Shared {
    dir: Dir,
    /// The Redis that is configured there.
    _redis: RedisServer,
}

impl Shared {
    /// None where there is no Redis on this machine, and a test may do without.
    fn set_up() -> Option<Shared> {
        let (dir, port) = (Dir::new(), free_port());
        let script = dir.path().join("setup");
        fs::write(&script, file("contrib/nodes/setup")).expect("a script");
        let run = || Command::new("sh").arg(&script).output().expect("a shell");
        let done = run();
        assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
        assert!(!run().status.success(), "what is there is not replaced");
        let shared = |name: &str| dir.path().join(name);
        let url = fs::read_to_string(shared("cluster.url")).expect("an address");
        fs::write(shared("cluster.url"), with(&url, "172.31.65.3:6379", &format!("127.0.0.1:{port}")))
            .expect("it is ours");
        let config = file("contrib/nodes/redis.conf");
        let config = with(&config, "/etc/redis/users.acl", shared("users.acl").to_str().expect("plain"));
        let options = config.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
            let (name, value) = line.split_once(' ').expect("an option");
            std::iter::once(format!("--{name}")).chain(value.split(' ').map(str::to_owned))
        });
        let options: Vec<String> = options.chain(["--port".into(), port.to_string()]).collect();
        let redis = RedisServer::with(&options.iter().map(String::as_str).collect::<Vec<_>>())?;
        Some(Shared { dir, _redis: redis })
    }

    /// The options by which nodes, and who founds their log, know of it.
    fn options(&self) -> [String; 2] {
        let option = |option: &str, name: &str| format!("{option}={}/{name}", self.dir.arg());
        [option("--cluster-file", "cluster.url"), option("--cluster-key-file", "cluster.key")]
    }
}

/// HAProxy in front of them, at two ports, which tells to whom each connection goes.
fn haproxy(nodes: &[Server; 3], ports: [u16; 2]) -> Proxy {
    let mut config = file("contrib/nodes/haproxy.cfg");
    for (node, (name, last)) in nodes.iter().zip(NODES.into_iter().zip(11..)) {
        let (there, here) = (format!("172.31.65.{last}:65434"), node.address.to_string());
        for name in [name.to_owned(), format!("any-{name}")] {
            config = with(&config, &format!("server {name} {there}"), &format!("server {name} {here}"));
        }
    }
    let [bind, other] = ports.map(|port| format!("bind 127.0.0.1:{port}"));
    let config = with(&config, "bind :65434", &format!("{bind}\n    {other}"));
    // With one thread: of two that write at once it drops the line of one.
    let log = "global\n    nbthread 1\n    log stdout format raw local0\ndefaults\n    log global\n    option logasap\n    \
               log-format \"%ci:%fp %s\"\n";
    Proxy::start("haproxy", &["-db", "-f"], &with(&config, "defaults\n", log), ports[0])
}

/// Which node the next connection went to that came from an address to a port of the proxy.
#[track_caller]
fn next_node(proxy: &Proxy, from: &str, port: u16) -> usize {
    let begins = format!("{from}:{port} ");
    loop {
        let line = proxy.process.stdout.next().expect("it goes on");
        if let Some(name) = line.strip_prefix(&begins) {
            return NODES.iter().position(|node| *node == name).expect("one of the nodes");
        }
    }
}

#[test]
fn client_comes_back_through_haproxy_when_its_node_is_killed() {
    if !has("haproxy") || !has("openssl") {
        return;
    }
    let Some(shared) = Shared::set_up() else { return };
    let options = shared.options();
    let founded = order(&[&["cluster", "init"][..], &options.each_ref().map(String::as_str)].concat());
    assert!(founded.status.success(), "{founded:?}");
    let mut nodes = NODES.map(|name| {
        let data = shared.dir.path().join(name);
        let data = data.to_str().expect("a plain path");
        let words = ["--listen", "127.0.0.1:0", "--data", data, "--trust-proxy", "127.0.0.1", "--node", name];
        let node = Server::start(&[&words[..], &options.each_ref().map(String::as_str)].concat());
        node.console_find(|line| line.contains(super::THERE));
        node
    });
    let ports = [free_port(), free_port()];
    let proxy = haproxy(&nodes, ports);
    let mut eva = Peer::from(proxy.connect_from(2)).named("Eva");
    let at = next_node(&proxy, "127.0.0.2", ports[0]);
    nodes[at].console_find(|line| line.starts_with("[INFO] Eva se ha conectado desde 127.0.0.2:"));
    eva.say("salir");
    eva.rest();

    let mut client = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    client
        .arg(format!("127.0.0.1:{}", ports[1]))
        .args(["--name", "María", "--reconnect"])
        .env("LC_ALL", "es");
    let mut client = Process::start(client.stdin(Stdio::piped()).stderr(Stdio::piped()));
    let mut keyboard = client.stdin();
    let at = next_node(&proxy, "127.0.0.1", ports[1]);
    let mut luis = Peer::enter(&nodes[(at + 1) % 3], "Luis");
    writeln!(keyboard, "uno").expect("it reads");
    luis.until("María: uno");
    kill(&mut nodes[at]);
    // She comes in elsewhere, where her name is held until all know that the node is dead.
    luis.until("<<< María");
    luis.until(">>> María");
    writeln!(keyboard, "dos").expect("it reads");
    luis.until("María: dos");
}
