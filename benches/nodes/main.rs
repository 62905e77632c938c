//! What a chat of several nodes costs. Between real servers and a real Redis: how long a line takes from one node to another, and what
//! a node takes to pass it on. And memory and time for people who are on other nodes: the core alone, without a socket, a log or a thread, as one node's
//! copy of the chat, which hears of the others by their entries.

mod copy;
mod house;
mod latency;
mod replica;
mod spread;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use latency::Rate;
use support::chart::Chart;
use support::load::Role;
use support::redis::RedisServer;
use support::table::{Form, Table};
use support::{Failure, process, table};

/// People on other nodes, unless told otherwise.
const PEOPLE: u32 = 20_000;

/// The picture: name.json and name.svg.
const PICTURE: &str = "nodes-latency";

const RATES: [Rate; 9] = [
    aimed(1000, 5, 1.0),
    asked(2000),
    asked(5000),
    asked(10_000),
    aimed(20_000, 5, 5.0),
    climbed(30_000),
    climbed(40_000),
    climbed(60_000),
    climbed(80_000),
];

const QUICK_RATES: [Rate; 2] = [aimed(200, 1, 1.0), aimed(1000, 1, 5.0)];

const fn aimed(per_second: u32, rounds: usize, most: f64) -> Rate {
    Rate { per_second, rounds, most: Some(most), is_climbed: false }
}

const fn asked(per_second: u32) -> Rate {
    Rate { per_second, rounds: 2, most: None, is_climbed: false }
}

const fn climbed(per_second: u32) -> Rate {
    Rate { is_climbed: true, ..asked(per_second) }
}

/// Several servers that are one chat, beside a server alone; and one node's copy of a chat with many people on other nodes.
#[derive(Debug, Parser)]
#[command(name = "nodes")]
struct Options {
    /// Measure only these.
    #[arg(long, value_name = "PART", value_enum, value_delimiter = ',')]
    only: Vec<Part>,

    /// People on other nodes for the copy, all in the first room.
    #[arg(long, value_name = "N", default_value_t = PEOPLE, value_parser = clap::value_parser!(u32).range(1000..=4_000_000))]
    people: u32,

    /// Nodes that have them, each as many; one more has half as many.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=200))]
    nodes: u32,

    /// How many of them are in each further room, over all nodes.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..))]
    room: u32,

    /// Where nodes-latency goes, .json and .svg [default: docs/performance; target/nodes unless run by cargo bench].
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    #[command(flatten)]
    form: Form,

    /// Few people for a short time, to see that everything works; without targets [default unless run by cargo bench].
    #[arg(long, visible_alias = "test")]
    quick: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(flatten)]
    role: Role,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A line from one node to another, at more and more messages a second. Wants a redis-server.
    Latency,
    /// A room that is spread over three nodes. Wants a redis-server.
    Fanout,
    /// One node's copy of the chat: the core alone.
    Copy,
}

impl Options {
    /// Whether the figures say something.
    fn is_full(&self) -> bool {
        self.bench && !self.quick
    }

    fn measures(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn folder(&self) -> PathBuf {
        let usual = if self.is_full() { "docs/performance" } else { "target/nodes" };
        self.folder.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(usual))
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.role.play().unwrap_or_else(|| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nnodes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let mut tables = Vec::new();
    if options.measures(Part::Latency) || options.measures(Part::Fanout) {
        tables.push(("Several servers over one Redis".to_owned(), over_redis(options)?));
    }
    if options.measures(Part::Copy) {
        let &Options { people, nodes, room, .. } = options;
        let scale = copy::Scale { people, nodes, room, full: options.is_full() };
        let title = format!("One copy of a chat with {people} people on {nodes} nodes");
        tables.push((title, copy::measure(&scale)?));
    }
    table::publish_all(&tables, &options.form)
}

/// Servers in processes of their own, and one Redis for all of them.
fn over_redis(options: &Options) -> Result<Table, Failure> {
    let full = options.is_full();
    process::raise_descriptor_limit()?;
    let redis = RedisServer::start("nodes")?;
    let mut table = Table::beside(["one server alone", "ratio"]);
    if options.measures(Part::Latency) {
        let scale = match full {
            true => latency::Scale { people: 400, rates: &RATES, length: Duration::from_secs(2), full },
            false => latency::Scale { people: 40, rates: &QUICK_RATES, length: Duration::from_secs(1), full },
        };
        let chart = latency::measure(&scale, &redis, &mut table)?;
        chart.save(&options.folder(), PICTURE)?;
        Chart::draw(&options.folder(), PICTURE)?;
        eprintln!("{} is drawn", options.folder().join(PICTURE).with_extension("svg").display());
    }
    if options.measures(Part::Fanout) {
        // Servers on one processor, and on the other one the load, and what they do not count.
        process::pin_load()?;
        redis.pin(1)?;
        let (room, rounds) = if full { (1000, 120) } else { (100, 10) };
        spread::measure(&spread::Scale { room, rounds, full }, &redis, &mut table)?;
    }
    Ok(table)
}
