//! Servers that are one chat, the Redis between them, and people who talk.

use std::process::Command;
use std::time::{Duration, Instant};

use super::support::Failure;
use super::support::fanout::Manner;
use super::support::load::Load;
use super::support::process::Server;
use super::support::procfs::{self, Processor};
use super::support::redis::RedisServer;
use super::support::steady::Steady;

/// Nobody is hurried, neither in speaking nor in giving a name.
const UNHURRIED: [&str; 4] = ["--rate-limit", "0", "--login-timeout", "0"];

/// A chat of that many servers, with people who come to them in turns.
pub(crate) struct House {
    /// What it is called in figures.
    pub(crate) name: String,
    pub(crate) servers: Vec<Server>,
    pub(crate) load: Load,
    /// What the keys of its log begin with, if it has one.
    prefix: Option<String>,
}

/// Some seconds of talk, and what they took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) steady: Steady,
    /// Processor time of all servers together, of the Redis and of the load.
    pub(crate) servers: Duration,
    pub(crate) redis: Duration,
    /// Of one processor: what the load had, what all of these had together, and programs that are none of them.
    pub(crate) load_share: f64,
    pub(crate) own_share: f64,
    pub(crate) others_share: f64,
    /// What the Redis holds of each message, in bytes, and the messages of an entry.
    pub(crate) held: f64,
    pub(crate) packed: f64,
}

impl Run {
    /// Microseconds of processor time for a message.
    pub(crate) fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.steady.asked as f64
    }
}

impl House {
    /// A server without a log.
    pub(crate) fn alone(people: usize, processor: Option<usize>) -> Result<House, Failure> {
        let server = Server::one_of_several(&UNHURRIED, processor)?;
        House::open("one server alone".into(), vec![server], people, None)
    }

    /// So many nodes over a log of their own.
    pub(crate) fn of_nodes(
        redis: &RedisServer,
        prefix: &str,
        (nodes, people): (usize, usize),
        processor: Option<usize>,
    ) -> Result<House, Failure> {
        let url = redis.url();
        let at = ["--cluster", &url, "--cluster-prefix", prefix];
        found(&at)?;
        let servers = (0..nodes).map(|nth| {
            let name = format!("n{nth}");
            let options = [&UNHURRIED[..], &at, &["--node", &name]].concat();
            Server::one_of_several(&options, processor)
        });
        let servers = servers.collect::<Result<Vec<_>, _>>()?;
        let name = if nodes == 1 { "1 node".into() } else { format!("{nodes} nodes") };
        House::open(name, servers, people, Some(prefix.into()))
    }

    /// People who talk by the Redis alone, two and two.
    pub(crate) fn of_channels(redis: &RedisServer, people: usize) -> Result<House, Failure> {
        let load = Load::start(redis.address, Manner::PubSub, people, 0)?;
        Ok(House { name: "pub/sub of Redis".into(), servers: Vec::new(), load, prefix: None })
    }

    fn open(
        name: String,
        servers: Vec<Server>,
        people: usize,
        prefix: Option<String>,
    ) -> Result<House, Failure> {
        let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
        let load = Load::spread(&addresses, Manner::Chat, people, 0)?;
        Ok(House { name, servers, load, prefix })
    }

    /// Whether it is of nodes that have a log between them.
    pub(crate) fn has_log(&self) -> bool {
        self.prefix.is_some()
    }

    /// Processor time that each server has taken so far.
    pub(crate) fn processors(&self) -> Result<Vec<Processor>, Failure> {
        self.servers.iter().map(Server::processor).collect()
    }

    /// Lets two and two talk at a fixed rate.
    pub(crate) fn talk(
        &mut self,
        redis: &RedisServer,
        round: usize,
        (per_second, length): (u32, Duration),
    ) -> Result<Run, Failure> {
        let before = self.reading(redis)?;
        let begun = Instant::now();
        let job = format!("talk {round} {per_second} {}", length.as_millis());
        let steady: Steady = self.load.work(job)?.parse()?;
        let wall = begun.elapsed().as_secs_f64();
        let after = self.reading(redis)?;
        let servers = after.servers.saturating_sub(before.servers);
        let took = after.redis.saturating_sub(before.redis);
        let load = after.load.saturating_sub(before.load);
        let own = servers + took + load;
        let others = after.all.saturating_sub(before.all).saturating_sub(own);
        let (messages, entries) = (steady.asked as f64, after.entries - before.entries);
        // A log that was trimmed meanwhile says nothing.
        let grown = entries > 0.0;
        let per = |value: f64, of: f64| if grown { value / of } else { f64::NAN };
        Ok(Run {
            steady,
            servers,
            redis: took,
            load_share: load.as_secs_f64() / wall,
            own_share: own.as_secs_f64() / wall,
            others_share: others.as_secs_f64() / wall,
            held: per(after.dataset - before.dataset, messages),
            packed: per(messages, entries),
        })
    }

    fn reading(&self, redis: &RedisServer) -> Result<Reading, Failure> {
        let entries = match &self.prefix {
            Some(prefix) => redis.entries(prefix)?,
            None => 0.0,
        };
        Ok(Reading {
            servers: self.processors()?.iter().map(|server| server.total).sum(),
            redis: redis.processor()?.total,
            load: self.load.processor()?.total,
            all: procfs::worked()?,
            dataset: redis.dataset()?,
            entries,
        })
    }
}

/// Processor time so far, and what the Redis holds.
struct Reading {
    servers: Duration,
    redis: Duration,
    load: Duration,
    /// Of all programs.
    all: Duration,
    dataset: f64,
    entries: f64,
}

/// Founds a log.
fn found(at: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    let told = command.args(["cluster", "init", "--lang", "en"]).args(at).output()?;
    match told.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&told.stderr).trim().to_owned().into()),
    }
}
