//! What it costs that many people come, are there, hear a message, and leave; and how far from the floor that is.

mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use support::crowd::{Crowd, Heard};
use support::fanout::{self, Compared, Manner, Protocol};
use support::load::Role;
use support::place::Place;
use support::process::{self, BESIDE, Server};
use support::procfs::Memory;
use support::progress::Progress;
use support::table::{Form, Table, Target};
use support::{Failure, departure};

/// Clients of a full run, unless told otherwise.
const CLIENTS: usize = 10_000;

/// Clients of a quick run, which only shows that everything works.
const QUICK_CLIENTS: usize = 50;

/// With fewer clients than these, whole pages and what the first of them warms up are more than they are.
const FEW: usize = 1000;

/// No word for this long, and nothing will come: a second of arrivals and departures is told at its end.
const QUIET: Duration = Duration::from_millis(1500);

/// Many people come to a real server, are there, hear a message, and leave.
#[derive(Debug, Parser)]
#[command(name = "idle")]
struct Options {
    /// How many people [default: 10000; 50 unless run by cargo bench].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=19_900))]
    clients: Option<u16>,

    /// Seconds in which nobody says anything.
    #[arg(long, value_name = "SECS", default_value_t = 10)]
    idle_secs: u64,

    /// Messages to everybody, one at a time.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,

    /// What the people speak.
    #[arg(long, value_name = "PROTOCOL", value_enum, default_value_t)]
    protocol: Protocol,

    #[command(flatten)]
    form: Form,

    /// A quick run with 50 people.
    #[arg(long, conflicts_with = "clients")]
    test: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(flatten)]
    role: Role,
}

impl Options {
    fn is_quick(&self) -> bool {
        self.test || !self.bench && self.clients.is_none()
    }

    fn clients(&self) -> usize {
        let usual = if self.is_quick() { QUICK_CLIENTS } else { CLIENTS };
        self.clients.map_or(usual, usize::from)
    }

    fn idle(&self) -> Duration {
        Duration::from_secs(if self.is_quick() { self.idle_secs.min(1) } else { self.idle_secs })
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let result = options.role.play().unwrap_or_else(|| run(&options));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nidle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let clients = options.clients();
    let files = process::raise_descriptor_limit()?;
    if files < (clients + BESIDE) as u64 {
        return Err(
            format!("{clients} clients need {} open files, and {files} may be", clients + BESIDE).into()
        );
    }
    process::pin_load()?;
    let mut table = Table::default();
    measure(options, clients, &mut table)?;
    let over = match options.protocol {
        Protocol::Line => "",
        Protocol::Web | Protocol::Both => ", over WebSocket or half of them",
        Protocol::Tls => ", in TLS",
    };
    table.publish(&format!("{clients} people{over}"), &options.form)
}

/// Takes the real server through the life of a crowd.
fn measure(options: &Options, clients: usize, table: &mut Table) -> Result<(), Failure> {
    let manner = options.protocol.manner();
    let server = Server::chat(manner, &["--rate-limit", "0"])?;
    let empty = server.memory()?;
    table.add("resident, nobody there", empty.resident / 1024.0, "KiB");
    let empty = served_once(&server, clients, manner)?;
    table.add("resident, the first has come and gone", empty.resident / 1024.0, "KiB");
    let mut crowd = Crowd::new(server.address, 0, manner)?;
    arrive(&server, &mut crowd, (manner, clients), table)?;
    hold(&server, clients, (empty, options.protocol), table)?;
    rest(&server, &mut crowd, options.idle(), table)?;
    speak(&server, &mut crowd, (manner, usize::from(options.rounds)), table)?;
    let talked = server.memory()?.resident - empty.resident;
    table.add("resident for each connection, after that", talked / clients as f64, "bytes");
    leave(&server, crowd, (manner, clients), table)?;
    server.stop()
}

/// What the server holds when somebody has been there: the pages of the program that serve people are read from its file for the first
/// of them, and are nothing that one more connection costs.
fn served_once(server: &Server, clients: usize, manner: Manner) -> Result<Memory, Failure> {
    let mut progress = Progress::start("the first");
    let mut first = Crowd::new(server.address, clients, manner)?;
    first.arrive(1, &mut progress)?;
    first.settle(QUIET)?;
    progress.done("come and gone");
    drop(first);
    std::thread::sleep(QUIET);
    server.memory()
}

/// They connect and give their names, all at once.
fn arrive(
    server: &Server,
    crowd: &mut Crowd,
    (manner, clients): (Manner, usize),
    table: &mut Table,
) -> Result<(), Failure> {
    let mut progress = Progress::start("arriving");
    let (before, begun) = (server.processor()?, Instant::now());
    crowd.arrive(clients, &mut progress)?;
    let wall = begun.elapsed();
    crowd.settle(QUIET)?;
    let cost = server.processor()?.since(before);
    progress.done(&format!("{:.2} s", wall.as_secs_f64()));

    let Heard { bytes, notices, notice_bytes } = crowd.heard;
    let people = clients as f64;
    // Five told at once and one line for the rest, in each second that was begun.
    let seconds = wall.as_secs_f64().ceil() + 1.0;
    table.add("arriving: server processor time", cost.total.as_secs_f64(), "s");
    if manner != Manner::Tls {
        table.target(Target::AtMost(3.0));
    }
    table.add("arriving: of it in the program", cost.user.as_secs_f64(), "s");
    table.add("arriving: of it in the system", cost.system.as_secs_f64(), "s");
    table.add("arriving: each", cost.total.as_secs_f64() * 1e6 / people, "µs");
    table.add("arriving: until the last is in", wall.as_secs_f64(), "s");
    table.aim("arriving: notices a person", notices as f64 / people, "lines", Target::AtMost(6.0 * seconds));
    table.add("arriving: notices a person", notice_bytes as f64 / people, "bytes");
    table.add("arriving: everything that is read", bytes as f64 / 1024.0, "KiB");
    Ok(())
}

/// They are there.
fn hold(
    server: &Server,
    clients: usize,
    (empty, protocol): (Memory, Protocol),
    table: &mut Table,
) -> Result<(), Failure> {
    let most = match protocol {
        Protocol::Line => 256.0,
        Protocol::Web | Protocol::Both => 320.0,
        Protocol::Tls => 4.5 * 1024.0,
    };
    let memory = server.memory()?;
    let each = |now: f64, then: f64| (now - then) / clients as f64;
    table.add("resident, all there", memory.resident / 1024.0, "KiB");
    let own = each(memory.resident, empty.resident);
    match clients {
        FEW.. => table.aim("resident for each connection", own, "bytes", Target::AtMost(most)),
        _ => table.add("resident for each connection", own, "bytes"),
    }
    table.add("of it not the program's own pages", each(memory.anonymous, empty.anonymous), "bytes");
    Ok(())
}

/// Nobody says anything.
fn rest(server: &Server, crowd: &mut Crowd, idle: Duration, table: &mut Table) -> Result<(), Failure> {
    let progress = Progress::start(format!("idle for {} s", idle.as_secs()));
    let (wakeups, before, heard) = (server.wakeups()?, server.processor()?, crowd.heard.bytes);
    std::thread::sleep(idle);
    let wakeups = server.wakeups()? - wakeups;
    let cost = server.processor()?.since(before).total;
    crowd.turn(Duration::ZERO, &mut |_, _| {})?;
    if crowd.heard.bytes > heard {
        return Err("somebody was told something while nothing happened".into());
    }
    progress.done(&format!("{wakeups} wake-ups"));
    table.aim("idle: wake-ups", wakeups as f64, "", Target::AtMost(0.0));
    table.aim("idle: server processor time", cost.as_secs_f64() * 1e6, "µs", Target::AtMost(0.0));
    Ok(())
}

/// One of them says something, then another; the floor's crowd does the same.
fn speak(
    server: &Server,
    crowd: &mut Crowd,
    (manner, rounds): (Manner, usize),
    table: &mut Table,
) -> Result<(), Failure> {
    let mut progress = Progress::start("one message at a time");
    let mut floor = Place::floor_of(manner, crowd.len())?;
    let listeners = crowd.len() - 1;
    let mut ours = |round| fanout::sample(server, listeners, || fanout::pass(crowd, manner, round, 1));
    let compared = fanout::compare(rounds, &mut progress, &mut ours, &mut |round| floor.pass(round, 1))?;
    let Compared { chat, floor, ratio } = compared;
    progress.done(&format!("{ratio:.3} of the floor"));
    table.add("one message at a time", chat.per_second(), "deliveries/CPU s");
    table.floor(floor.per_second(), ratio);
    if manner != Manner::Tls {
        table.target(Target::OfFloor(0.95));
    }
    table.add("one message at a time: each", chat.cost_us, "µs");
    table.add("one message: until the last has it", chat.last_ms, "ms");
    table.floor(floor.last_ms, chat.last_ms / floor.last_ms);
    Ok(())
}

/// They leave, all at once.
fn leave(
    server: &Server,
    crowd: Crowd,
    (manner, clients): (Manner, usize),
    table: &mut Table,
) -> Result<(), Failure> {
    let mut progress = Progress::start("leaving");
    let manner = if manner == Manner::Tls { Manner::Tls } else { Manner::Chat };
    let mut witness = Crowd::new(server.address, clients, manner)?;
    witness.arrive(1, &mut progress)?;
    witness.settle(QUIET)?;
    let departure = departure::measure(server, crowd, &mut witness)?;
    drop(witness);
    std::thread::sleep(QUIET);
    let memory = server.memory()?;
    progress.done(&format!("{:.2} s", departure.wall.as_secs_f64()));
    table.add("leaving: server processor time", departure.cost.as_secs_f64(), "s");
    table.add("leaving: until nobody is left", departure.wall.as_secs_f64(), "s");
    let longest = departure.longest_answer.as_secs_f64() * 1e3;
    table.aim("leaving: longest answer meanwhile", longest, "ms", Target::AtMost(50.0));
    table.add("resident, all gone", memory.resident / 1024.0, "KiB");
    Ok(())
}
