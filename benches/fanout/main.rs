//! What one line to many readers costs, one at a time and many at once; who else pays for those who do not read and
//! for those who never stop writing; and how far from the floor that is.

mod fairness;
mod speed;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use speed::Speed;
use support::fanout::Protocol;
use support::load::Role;
use support::process;
use support::table::{Form, Table};
use support::{Failure, place::Run};

/// A real server passes lines on to many, beside the least that any server must do.
#[derive(Debug, Parser)]
#[command(name = "fanout")]
struct Options {
    /// Measure only these.
    #[arg(long, value_name = "ROW", value_enum, value_delimiter = ',')]
    only: Vec<Row>,

    /// What the people speak. Over WebSocket, the first three are measured: beside a floor that sends as much for each message, or, with
    /// half of a room on lines, beside a room that is all on lines. In TLS, many at once beside a room without, and handshakes.
    #[arg(long, value_name = "PROTOCOL", value_enum, default_value_t)]
    protocol: Protocol,

    /// Measure this as well, at the same work.
    #[arg(long, value_name = "SERVER", value_enum)]
    beside: Option<Beside>,

    #[command(flatten)]
    form: Form,

    /// Small rooms for a short time, to see that everything works; without targets [default unless run by cargo
    /// bench].
    #[arg(long, visible_alias = "test")]
    quick: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(flatten)]
    role: Role,
}

/// Another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Beside {
    /// nats-server: one subject, to which all subscribe over its own WebSocket.
    Nats,
    /// stunnel in front of the chat without TLS, for people in TLS.
    Stunnel,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Row {
    /// One message at a time, in rooms of 100, 1,000 and 10,000.
    One,
    /// 256 messages under way at once, in a room of 1,000.
    Many,
    /// 20 people say 4,000 messages a second together, in a room of 1,000.
    Rate,
    /// Half of a room of 2,000 never reads.
    Stalled,
    /// One flooder at line rate, and 100 of them, in a room of 100.
    Flood,
    /// A message to 1,000 while 18,000 others are elsewhere.
    Elsewhere,
    /// 2,000 handshakes of TLS at once while a room of 100 talks.
    Handshakes,
}

impl Row {
    /// Whether it is measured where the people speak this, and perhaps another server stands beside it.
    fn fits(self, protocol: Protocol, beside: Option<Beside>) -> bool {
        match protocol {
            Protocol::Tls => matches!(self, Row::Many | Row::Handshakes),
            Protocol::Line if beside.is_none() => self != Row::Handshakes,
            Protocol::Line | Protocol::Web | Protocol::Both => {
                matches!(self, Row::One | Row::Many | Row::Rate)
            }
        }
    }
}

/// How large everything is.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// Rooms for one message at a time, and how many messages.
    rooms: &'static [(usize, usize)],
    room: usize,
    rounds: usize,
    at_once: usize,
    senders: usize,
    per_second: u32,
    length: Duration,
    /// Of those who read while as many do not.
    half: usize,
    pairs: usize,
    flooders: [usize; 2],
    witnesses: usize,
    elsewhere: usize,
    handshakes: u32,
    /// Whether these are the sizes that the targets are for.
    full: bool,
}

const FULL: Scale = Scale {
    rooms: &[(100, 200), (1000, 120), (10_000, 30)],
    room: 1000,
    rounds: 40,
    at_once: 256,
    senders: 20,
    per_second: 4000,
    length: Duration::from_secs(4),
    half: 1000,
    pairs: 4,
    flooders: [1, 100],
    witnesses: 100,
    elsewhere: 18_000,
    handshakes: 2_000,
    full: true,
};

const QUICK: Scale = Scale {
    rooms: &[(10, 5), (50, 5)],
    room: 50,
    rounds: 3,
    at_once: 64,
    senders: 5,
    per_second: 200,
    length: Duration::from_millis(500),
    half: 20,
    pairs: 1,
    flooders: [1, 5],
    witnesses: 20,
    elsewhere: 100,
    handshakes: 100,
    full: false,
};

fn main() -> ExitCode {
    let options = Options::parse();
    match options.role.play().unwrap_or_else(|| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nfanout: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let scale = if options.quick || !options.bench { QUICK } else { FULL };
    let needed = scale.elsewhere + scale.room + process::BESIDE;
    let files = process::raise_descriptor_limit()?;
    if files < needed as u64 {
        return Err(format!("{needed} open files are needed, and {files} may be").into());
    }
    let stunnel = options.beside.map(|beside| beside == Beside::Stunnel);
    if stunnel.is_some_and(|stunnel| stunnel != (options.protocol == Protocol::Tls)) {
        return Err("stunnel stands beside --protocol tls, and nats-server beside the others".into());
    }
    process::pin_load()?;
    let mut table = match options.protocol {
        Protocol::Both => Table::beside(["all on lines", "ratio"]),
        Protocol::Tls => Table::beside(["without TLS", "ratio"]),
        Protocol::Line | Protocol::Web => Table::default(),
    };
    let speed = Speed { scale, protocol: options.protocol, beside: options.beside };
    for row in Row::value_variants() {
        if row.fits(options.protocol, options.beside)
            && (options.only.is_empty() || options.only.contains(row))
        {
            match row {
                Row::One => speed.one(&mut table)?,
                Row::Many => speed.many(&mut table)?,
                Row::Rate => speed.rate(&mut table)?,
                Row::Stalled => fairness::stalled(&scale, &mut table)?,
                Row::Flood => fairness::flood(&scale, &mut table)?,
                Row::Elsewhere => fairness::elsewhere(&scale, &mut table)?,
                Row::Handshakes => fairness::handshakes(&scale, &mut table)?,
            }
        }
    }
    let what = match options.protocol {
        Protocol::Line => "fanout",
        Protocol::Web => "fanout over WebSocket",
        Protocol::Both => "fanout, half of the people over WebSocket",
        Protocol::Tls => "fanout in TLS",
    };
    let quick = if scale.full { "" } else { ", a quick run" };
    table.publish(&format!("{what}{quick}"), &options.form)
}

/// Says below the table what speaks against a run.
fn doubt(table: &mut Table, what: &str, run: &Run) {
    if let Some(doubt) = run.doubt() {
        table.remark(format!("{what}: {doubt}."));
    }
}
