//! What a chat of many nodes costs each of them: memory and time for people who are on another node. The core alone, without a socket,
//! a log or a thread: one node's copy of the chat, which hears of the others by their entries.

mod copy;
mod replica;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use clap::Parser;

use support::Failure;
use support::table::Form;

/// People on other nodes, unless told otherwise.
const PEOPLE: u32 = 20_000;

/// One node's copy of a chat with many people on other nodes.
#[derive(Debug, Parser)]
#[command(name = "nodes")]
struct Options {
    /// People on other nodes, all in the first room.
    #[arg(long, value_name = "N", default_value_t = PEOPLE, value_parser = clap::value_parser!(u32).range(1000..=4_000_000))]
    people: u32,

    /// Nodes that have them, each as many; one more has half as many.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=200))]
    nodes: u32,

    /// How many of them are in each further room, over all nodes.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..))]
    room: u32,

    #[command(flatten)]
    form: Form,

    /// A quick run, which only shows that everything works: without targets.
    #[arg(long, visible_alias = "test")]
    quick: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Whether the figures say something.
    fn is_full(&self) -> bool {
        self.bench && !self.quick
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nnodes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let &Options { people, nodes, room, .. } = options;
    let table = copy::measure(&copy::Scale { people, nodes, room, full: options.is_full() })?;
    table.publish(&format!("One copy of a chat with {people} people on {nodes} nodes"), &options.form)
}
