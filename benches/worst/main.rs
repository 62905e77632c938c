//! What a single line can cost the loop at most: each command in its dearest form, in the worst state that the limits
//! allow, beside the law of 1 ms and 100 ns for each who hears it.

mod house;
mod state;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use support::progress::Progress;
use support::table::{Form, Table, Target};
use support::{Failure, median};

use house::House;
use state::{Case, FULL, Scale, TALKER, cases, room};

/// A whole server in memory is brought into the worst state, and hears one line at a time.
#[derive(Debug, Parser)]
#[command(name = "worst")]
struct Options {
    /// Measure only lines whose description contains this.
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,

    #[command(flatten)]
    form: Form,

    /// A small state, to see that everything works; without targets [default unless run by cargo bench].
    #[arg(long, visible_alias = "test")]
    quick: bool,

    /// Passed by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The law: what one line may take, and what is added for each who hears it.
const LINE: Duration = Duration::from_millis(1);
const HEARER: Duration = Duration::from_nanos(100);

/// What a turn may take that no line is the reason of.
const TURN: Duration = Duration::from_millis(20);

/// Lets movements that wait be told.
const A_WHILE: Duration = Duration::from_secs(3);

const ROUNDS: usize = 7;

const SMALL: Scale = Scale { people: 300, crowded: 4, rooms: 100, hidden: 5, decisions: 20, remembered: 2 };

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nworst: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let full = options.bench && !options.quick;
    let (scale, rounds) = if full { (FULL, ROUNDS) } else { (SMALL, 2) };
    let mut table = Table::beside(["median", "hearers"]);
    let progress = Progress::start("the state");
    let begun = Instant::now();
    let mut house = state::build(&scale, |part| eprint!("  {part}, {:.1} s;", begun.elapsed().as_secs_f64()));
    progress.done(&format!("built in {:.1} s", begun.elapsed().as_secs_f64()));
    every_command_has_a_case(&mut house)?;
    let wanted = |what: &str| options.only.as_ref().is_none_or(|only| what.contains(only.as_str()));
    let count = cases(0).len();
    for nth in 0..count {
        let what = cases(0)[nth].what;
        if wanted(what) {
            let samples = (0..rounds).map(|round| one_line(&mut house, &cases(round)[nth])).collect();
            add(&mut table, what, samples, full);
        }
    }
    for (what, measure) in COMINGS_AND_GOINGS {
        if wanted(what) {
            add(
                &mut table,
                what,
                (0..rounds).map(|round| measure(&mut house, &scale, round)).collect(),
                full,
            );
        }
    }
    if wanted("a turn") {
        turns(&mut house, &scale, &mut table, full);
    }
    table.publish(if full { "worst" } else { "worst, a quick run" }, &options.form)
}

/// What one line took, and how many heard it or of it.
struct Sample {
    took: Duration,
    hearers: u64,
}

/// Sends a line and lets the server do all that comes of it.
fn one_line(house: &mut House, case: &Case) -> Sample {
    house.says(case.who, &case.before);
    house.waits(A_WHILE);
    let sample = timed(house, |house| {
        house.send(case.who, &case.line);
        house.settle();
    });
    house.says(case.who, &case.after);
    house.waits(A_WHILE);
    sample
}

fn timed(house: &mut House, doing: impl FnOnce(&mut House)) -> Sample {
    let before = house.server.work();
    let begun = Instant::now();
    doing(house);
    let took = begun.elapsed();
    Sample { took, hearers: (house.server.work() - before).heard + 1 }
}

fn add(table: &mut Table, what: &str, samples: Vec<Sample>, full: bool) {
    let millis = |sample: &Sample| sample.took.as_secs_f64() * 1e3;
    let longest = samples.iter().map(millis).fold(0.0, f64::max);
    let hearers = samples.iter().map(|sample| sample.hearers).min().unwrap_or(0);
    table.add(what, longest, "ms");
    table.floor(median(samples.iter().map(millis).collect()), hearers as f64);
    if full {
        let law = LINE + HEARER * u32::try_from(hearers).unwrap_or(u32::MAX);
        table.target(Target::AtMost(law.as_secs_f64() * 1e3));
    }
}

type Measure = fn(&mut House, &Scale, usize) -> Sample;

/// Lines after which somebody is there who was not, or the other way round.
const COMINGS_AND_GOINGS: [(&str, Measure); 3] = [
    ("a name at the prompt", |house, _, round| {
        let newcomer = house.connect();
        house.settle();
        let sample = timed(house, |house| house.says(newcomer, format!("Nuevo-Ñandú-{round}\n")));
        house.says(newcomer, "salir\n");
        house.waits(A_WHILE);
        sample
    }),
    ("/salir, from rooms where all are", |house, scale, round| {
        let leaver = everywhere(house, scale, round);
        let farewell = state::longest("/salir ", "¡ñandú! ");
        timed(house, |house| house.says(leaver, &farewell))
    }),
    ("a lost connection, in rooms where all are", |house, scale, round| {
        let leaver = everywhere(house, scale, round);
        timed(house, |house| house.breaks(leaver))
    }),
];

/// Somebody new in all the rooms where all are.
fn everywhere(house: &mut House, scale: &Scale, round: usize) -> usize {
    let who = house.connect();
    house.says(who, format!("Viajera-Ñandú-{round}\n"));
    house.waits(A_WHILE);
    for number in 1..scale.crowded {
        house.says(who, format!("/entrar {}\n", room(number)));
        house.waits(A_WHILE);
    }
    who
}

/// Turns in which very much has come due.
fn turns(house: &mut House, scale: &Scale, table: &mut Table, full: bool) {
    let mut add_turn = |what: &str, longest: Duration| {
        table.add(what, longest.as_secs_f64() * 1e3, "ms");
        if full {
            table.target(Target::AtMost(TURN.as_secs_f64() * 1e3));
        }
    };
    // Each goes and comes in their own room, so often that the last time is told later, everywhere in the same second.
    for person in state::ACTORS..scale.people {
        let own = state::own_room(scale, person);
        house.send(person, format!("/dejar {own}\n/entrar {own}\n").repeat(4).as_bytes());
    }
    add_turn("a turn of a flood of all", longest_turn(house));
    house.now = house.now + A_WHILE;
    house.turn();
    add_turn("a turn of storms in all rooms", longest_turn(house));
    let half = scale.people / 2;
    (half..scale.people).for_each(|person| house.breaks_unseen(person));
    add_turn("a turn of half of all leaving", longest_turn(house));
    house.now = house.now + A_WHILE;
    house.turn();
    add_turn("a turn of telling who left", longest_turn(house));
    let begun = Instant::now();
    house.server.stop(house.now);
    let stopped = begun.elapsed();
    add_turn("a turn of stopping", stopped.max(longest_turn(house)));
}

/// Turns until there is nothing to do; gives what the longest took.
fn longest_turn(house: &mut House) -> Duration {
    let mut longest = Duration::ZERO;
    while house.server.has_work() || house.server.next_due().is_some_and(|due| due <= house.now) {
        let begun = Instant::now();
        house.turn();
        longest = longest.max(begun.elapsed());
    }
    longest
}

/// An error if somebody has added a command that nothing here stands for.
fn every_command_has_a_case(house: &mut House) -> Result<(), Failure> {
    let covered: BTreeSet<&str> = cases(0).iter().map(|case| case.command).chain(["salir"]).collect();
    house.listen(TALKER);
    house.says(TALKER, "/ayuda\n");
    let help = house.heard(TALKER);
    let commands = help.lines().filter_map(|line| line.strip_prefix("  /")?.split(' ').next());
    let missing: Vec<&str> = commands.filter(|command| !covered.contains(command)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no line for {missing:?}").into()) }
}
