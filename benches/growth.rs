//! How costs grow: with the people in a room, and with the messages of a second. Curves, the floor's beside ours.

mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use support::chart::{Chart, Plot, Series};
use support::fanout::Manner;
use support::load::Role;
use support::place::{self, Place};
use support::process::{self, BESIDE, Server};
use support::progress::Progress;
use support::steady::Pace;
use support::table::{Form, Table, figure};
use support::{Failure, place::Run};

/// People, and how many messages are measured with so many.
const CLIENTS: [(usize, usize); 6] =
    [(100, 200), (300, 150), (1000, 100), (3000, 50), (10_000, 25), (19_900, 15)];

/// Messages a second.
const RATES: [u32; 5] = [100, 300, 1000, 3000, 10_000];

/// Who say them.
const SENDERS: usize = 20;

/// Draws how the costs of a real server grow, beside those of the least that any server must do.
#[derive(Debug, Parser)]
#[command(name = "growth")]
struct Options {
    /// Measure and draw only these.
    #[arg(long, value_name = "CURVES", value_enum, value_delimiter = ',')]
    only: Vec<Curves>,

    /// Most people in a room.
    #[arg(long, value_name = "N", default_value_t = 19_900, value_parser = clap::value_parser!(u16).range(100..=19_900))]
    clients: u16,

    /// Sizes of the rooms in which there are more and more messages.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [200, 1000], value_parser = clap::value_parser!(u16).range(20..=19_900))]
    rooms: Vec<u16>,

    /// Seconds for each number of messages a second.
    #[arg(long, value_name = "SECS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=60))]
    secs: u16,

    /// Where growth-clients and growth-rate go, .json and .svg each [default: docs/performance; target/growth unless run
    /// by cargo bench].
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    #[command(flatten)]
    form: Form,

    /// Measure nothing: draw the .json that is there.
    #[arg(long)]
    draw: bool,

    /// Small rooms for a short time, to see that everything works [default unless run by cargo bench].
    #[arg(long, visible_alias = "test")]
    quick: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(flatten)]
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Curves {
    /// With the people in a room.
    Clients,
    /// With the messages of a second.
    Rate,
}

impl Options {
    fn is_quick(&self) -> bool {
        self.quick || !self.bench
    }

    fn folder(&self) -> PathBuf {
        let usual = if self.is_quick() && !self.draw { "target/growth" } else { "docs/performance" };
        self.folder.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(usual))
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.role.play().unwrap_or_else(|| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ngrowth: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let files = process::raise_descriptor_limit()?;
    let most = options.rooms.iter().chain([&options.clients]).max().copied().map_or(0, usize::from);
    if !options.is_quick() && !options.draw && files < (most + BESIDE) as u64 {
        return Err(format!("{} open files are needed, and {files} may be", most + BESIDE).into());
    }
    process::pin_load()?;
    let mut table = Table::default();
    for (curves, name) in [(Curves::Clients, "growth-clients"), (Curves::Rate, "growth-rate")] {
        if !options.only.is_empty() && !options.only.contains(&curves) {
            continue;
        }
        if !options.draw {
            let chart = match curves {
                Curves::Clients => clients(options, &mut table)?,
                Curves::Rate => rates(options, &mut table)?,
            };
            chart.save(&options.folder(), name)?;
        }
        Chart::draw(&options.folder(), name)?;
        eprintln!("{} is drawn", options.folder().join(name).with_extension("svg").display());
    }
    if options.draw { Ok(()) } else { table.publish("growth", &options.form) }
}

/// Ours and the floor's, in this order.
fn pair(names: [String; 2], colours: [usize; 2], dashed: bool) -> Vec<Series> {
    let series = names.into_iter().zip(colours);
    series.map(|(name, colour)| Series { name, colour, dashed, points: Vec::new() }).collect()
}

fn plot(title: &str, series: Vec<Series>, target: Option<f64>) -> Plot {
    Plot { title: title.into(), series, target }
}

/// Puts a figure and the floor's into the last two curves of a plot.
fn push(plot: &mut Plot, across: f64, [ours, theirs]: [f64; 2]) {
    if let [.., first, second] = &mut plot.series[..] {
        first.points.push((across, ours));
        second.points.push((across, theirs));
    }
}

fn clients(options: &Options, table: &mut Table) -> Result<Chart, Failure> {
    let names = || pair(["tertulia".into(), "the floor".into()], [0, 1], false);
    let mut speed = plot("one message at a time: deliveries per CPU second", names(), None);
    let mut memory = plot("resident memory for each idle connection, in bytes", names(), Some(256.0));
    let quick = [(10, 3), (30, 3), (100, 3)];
    let sizes = if options.is_quick() { &quick[..] } else { &CLIENTS };
    for &(people, rounds) in sizes.iter().filter(|(people, _)| *people <= usize::from(options.clients)) {
        let what = format!("{} people", figure(people as f64));
        let mut progress = Progress::start(&what);
        let (mut chat, own) =
            room(Server::chat(Manner::Chat, &["--rate-limit", "0"])?, Manner::Chat, people)?;
        let (mut floor, floors_own) = room(Server::floor()?, Manner::Floor, people)?;
        let compared = place::compare(&mut chat, &mut floor, rounds, 1, &mut progress)?;
        progress.done(&format!("{:.3} of the floor", compared.ratio));
        let (ours, theirs) = (compared.chat.per_second(), compared.floor.per_second());
        push(&mut speed, people as f64, [ours, theirs]);
        push(&mut memory, people as f64, [own, floors_own]);
        table.add(format!("{what}: one message at a time"), ours, "deliveries/CPU s");
        table.floor(theirs, compared.ratio);
        table.add(format!("{what}: resident for each"), own, "bytes");
        table.floor(floors_own, own / floors_own);
    }
    Ok(Chart {
        title: "Growth with the people in a room".into(),
        across: "people in the room".into(),
        plots: vec![speed, memory],
        notes: Vec::new(),
    })
}

/// Opens a room, and says what each of its people costs in memory.
fn room(server: Server, manner: Manner, people: usize) -> Result<(Place, f64), Failure> {
    let empty = server.memory()?.resident;
    let place = Place::open(server, manner, people)?;
    let own = (place.server.memory()?.resident - empty) / people as f64;
    Ok((place, own))
}

fn rates(options: &Options, table: &mut Table) -> Result<Chart, Failure> {
    let mut p99 = plot("99 of 100 lines have arrived after, in milliseconds", Vec::new(), Some(100.0));
    let mut share = plot("server's share of one processor, in percent", Vec::new(), None);
    let (quick_rooms, quick_rates) = ([20], [100, 300]);
    let rooms = if options.is_quick() { &quick_rooms[..] } else { &options.rooms[..] };
    let rates = if options.is_quick() { &quick_rates[..] } else { &RATES };
    let mut notes = vec!["In parentheses: people in the room.".to_string()];
    let mut doubts = Vec::new();
    for (nth, &size) in rooms.iter().enumerate() {
        let size = usize::from(size);
        let mut places = [Place::chat(size, &["--rate-limit", "0"])?, Place::floor(size)?];
        let room = format!("room of {}", figure(size as f64));
        for plot in [&mut p99, &mut share] {
            let names = ["tertulia", "the floor"].map(|who| format!("{who} ({})", figure(size as f64)));
            plot.series.extend(pair(names, [0, 1], nth % 2 == 1));
        }
        for (round, &per_second) in rates.iter().enumerate() {
            let what = format!("{} messages/s, {room}", figure(per_second.into()));
            let progress = Progress::start(&what);
            let length = Duration::from_secs(options.secs.into());
            let pace = Pace { senders: SENDERS.min(size), per_second, length };
            let mut run = |place: usize| -> Result<Run, Failure> { places[place].steady(round, pace) };
            let runs = [run(0)?, run(1)?];
            progress.done(&format!("p99 {:.2} ms", runs[0].steady.p99));
            let mut add = |plot: &mut Plot, figure: &str, unit, of: fn(&Run) -> f64| {
                let figures = [of(&runs[0]), of(&runs[1])];
                push(plot, per_second.into(), figures);
                table.add(format!("{what}: {figure}"), figures[0], unit);
                table.floor(figures[1], figures[0] / figures[1]);
            };
            add(&mut p99, "p99", "ms", |run| run.steady.p99);
            add(&mut share, "server's processor share", "%", |run| run.server_share * 100.0);
            for (run, who) in runs.iter().zip(["", ", the floor"]) {
                if run.heard() < 1.0 {
                    let missed = run.steady.asked - run.steady.heard;
                    let share = missed as f64 * 100.0 / run.steady.asked as f64;
                    notes.push(format!("{what}{who}: {share:.2} % of the lines were skipped."));
                }
                if let Some(doubt) = run.doubt() {
                    doubts.push(format!("{what}{who}: {doubt}"));
                }
            }
        }
    }
    doubts.iter().for_each(|doubt| table.remark(format!("{doubt}.")));
    if !doubts.is_empty() {
        notes.push(format!("Of {} points {} were disturbed.", 2 * rates.len() * rooms.len(), doubts.len()));
    }
    Ok(Chart {
        title: "Growth with the messages of a second".into(),
        across: "messages a second, 20 people together, 100 bytes each".into(),
        plots: vec![p99, share],
        notes,
    })
}
