//! What people notice when another program takes the server's place: for how long nobody is served, and nothing else.

mod support;

use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use support::Failure;
use support::dir::Dir;
use support::fanout::Manner;
use support::load::{Load, Role};
use support::process::{self, BESIDE, Server};
use support::progress::Progress;
use support::series::Series;
use support::table::{Form, Table, Target};

/// People of a full run, unless told otherwise.
const CLIENTS: usize = 19_900;

/// People of a quick run, which only shows that everything works.
const QUICK_CLIENTS: usize = 60;

/// How many talk in the room.
const SPEAKERS: usize = 10;

/// The talk goes on for so long before the upgrade, and behind it.
const TALK: Duration = Duration::from_secs(3);

/// Nothing was said for so long: all are where they belong.
const QUIET: Duration = Duration::from_millis(1500);

/// Another program takes the server's place while a room talks.
#[derive(Debug, Parser)]
#[command(name = "upgrade")]
struct Options {
    /// How many people [default: 19900; 60 unless run by cargo bench].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=19_900))]
    clients: Option<u16>,

    /// How many of them are in the room that talks [default: 1000, or half of all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..))]
    room: Option<u16>,

    /// Messages a second in that room.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,

    #[command(flatten)]
    form: Form,

    /// A quick run with 60 people.
    #[arg(long, conflicts_with = "clients")]
    test: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(flatten)]
    role: Role,
}

impl Options {
    fn clients(&self) -> usize {
        let usual = if self.test || !self.bench { QUICK_CLIENTS } else { CLIENTS };
        self.clients.map_or(usual, usize::from)
    }

    fn room(&self) -> usize {
        let half = self.clients() / 2;
        self.room.map_or(1000, usize::from).min(half)
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let result = options.role.play().unwrap_or_else(|| run(&options));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nupgrade: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let (clients, room) = (options.clients(), options.room());
    let files = process::raise_descriptor_limit()?;
    if files < (clients + BESIDE) as u64 {
        return Err(
            format!("{clients} clients need {} open files, and {files} may be", clients + BESIDE).into()
        );
    }
    process::pin_load()?;
    let dir = Dir::new("upgrade")?;
    let data = dir.path().to_str().ok_or("a directory with a strange name")?;
    let server = Server::chat(Manner::Chat, &["--rate-limit", "0", "--data", data])?;
    let arriving = Progress::start("arriving");
    let mut others = Load::start(server.address, Manner::Chat, clients - room, 0)?;
    let mut talking = Load::start(server.address, Manner::Chat, room, clients - room)?;
    talking.work("join")?;
    others.work(format!("settle {}", QUIET.as_millis()))?;
    talking.work(format!("settle {}", QUIET.as_millis()))?;
    arriving.done(&format!("{clients} people, {room} of them in the room that talks"));

    let upgrading = Progress::start("upgrading");
    let length = 2 * TALK;
    others.begin(format!("listen {}", (2 * length).as_millis()))?;
    talking.begin(format!("series {SPEAKERS} {} {}", options.rate, length.as_millis()))?;
    thread::sleep(TALK);
    let asked = Instant::now();
    let pause = upgrade(data)?;
    let made = asked.elapsed();
    let Series { messages, silence } = talking.result()?.parse()?;
    // Who is let go ends the load.
    others.result()?;
    upgrading.done(&format!("{pause} ms without service"));
    server.stop()?;

    let mut table = Table::default();
    table.aim("nobody is served for", pause, "ms", Target::AtMost(300.0));
    table.aim("the longest silence that one of the room noticed", silence, "ms", Target::AtMost(300.0));
    table.add("from the order until it is made", made.as_secs_f64() * 1e3, "ms");
    table.add("messages that all of the room heard, in order", messages as f64, "");
    table.publish(
        &format!("An upgrade with {clients} people, {room} of them in a room that talks"),
        &options.form,
    )
}

/// Has the server upgraded to itself; gives how many milliseconds nobody was served.
fn upgrade(data: &str) -> Result<f64, Failure> {
    let server = env!("CARGO_BIN_EXE_tertulia-server");
    let told = Command::new(server).args(["upgrade", "--lang", "en", "--data", data]).output()?;
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    let pause = said.trim_end().strip_suffix(" ms").and_then(|said| said.rsplit(' ').next());
    let pause = pause.and_then(|pause| pause.replace(',', "").parse().ok());
    pause.ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&told.stderr)).into())
}
