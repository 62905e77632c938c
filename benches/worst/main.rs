//! What a single line can cost the loop at most: each command in its dearest form, in the worst state that the limits
//! allow, beside the law of 1 ms and 100 ns for each who hears it.

mod house;
mod registered;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod taken;
mod web;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use support::progress::Progress;
use support::table::{Form, Table, Target};
use support::{Failure, median};

use house::House;
use registered::Registered;
use state::{Case, Ears, FULL, SEARCH, Scale, TALKER, cases, room};
use taken::Taken;
use web::{MESSAGES, Message, Program, Resuming};

/// A whole server in memory is brought into the worst state, and hears one line at a time.
#[derive(Debug, Parser)]
#[command(name = "worst")]
struct Options {
    /// Measure only lines whose description contains this.
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,

    #[command(flatten)]
    form: Form,

    /// How often each line is sent.
    #[arg(long, default_value_t = 9)]
    rounds: usize,

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

const SMALL: Scale = Scale {
    people: 300,
    crowded: 4,
    rooms: 100,
    hidden: 5,
    decisions: 20,
    expelled: 20,
    remembered: (50, 1_000),
};

/// More than a processor keeps at hand.
const OTHER_WORK_BYTES: usize = 64 * 1024 * 1024;

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
    let (scale, rounds) = if full { (FULL, options.rounds) } else { (SMALL, 2) };
    let only = options.only.as_deref().unwrap_or("");
    let mut bench = Bench {
        scale,
        rounds,
        only,
        full,
        table: Table::beside(["median", "hearers"]),
        covered: BTreeSet::new(),
    };
    let mut house = built("the state", |say| Ok(state::build(&scale, say)))?;
    for (nth, case) in cases(&scale, 0).iter().enumerate() {
        bench.measure(case.what, case.command, |round| {
            Ok(one_line(&mut house, &scale, &cases(&scale, round)[nth]))
        })?;
    }
    let program = Program::enter(&mut house, &scale);
    for message in &MESSAGES {
        bench.measure(message.what, "", |_| Ok(one_message(&mut house, &scale, &program, message)))?;
    }
    bench.measure(Resuming::WHAT, "", |round| Ok(one_resume(&mut house, &scale, round)))?;
    bench.behind_other_work(&mut house);
    for (what, command, measure) in COMINGS_AND_GOINGS {
        bench.measure(what, command, |round| Ok(measure(&mut house, &scale, round)))?;
    }
    bench.registered()?;
    every_command_has_a_case(&mut house, &bench.covered)?;
    if "a turn".contains(only) {
        bench.turns(&mut house);
    }
    bench.table.remark(
        "Each figure is the longest of all rounds, in processor time of the loop's thread; \"hearers\" are those who hear it \
         and the sender.",
    );
    bench.table.publish(if full { "worst" } else { "worst, a quick run" }, &options.form)
}

/// Builds something that takes a while, and says how far it is.
fn built<T>(
    what: &str,
    build: impl FnOnce(&mut dyn FnMut(&str)) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let progress = Progress::start(what);
    let begun = Instant::now();
    let built = build(&mut |part| eprint!("  {part}, {:.1} s;", begun.elapsed().as_secs_f64()))?;
    progress.done(&format!("built in {:.1} s", begun.elapsed().as_secs_f64()));
    Ok(built)
}

/// What one line took, and how many heard it or of it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    took: Duration,
    hearers: u64,
}

/// The measurements.
struct Bench<'a> {
    scale: Scale,
    rounds: usize,
    only: &'a str,
    full: bool,
    table: Table,
    /// Commands that there is a line for.
    covered: BTreeSet<&'static str>,
}

impl Bench<'_> {
    /// Measures a line so many times, unless it is none of those that are wanted.
    fn measure(
        &mut self,
        what: &'static str,
        command: &'static str,
        one: impl FnMut(usize) -> Result<Sample, Failure>,
    ) -> Result<(), Failure> {
        self.covered.insert(command);
        // Those that are not wanted happen as well: others go on where they end.
        let samples: Vec<Sample> = (0..self.rounds).map(one).collect::<Result<_, _>>()?;
        if !what.contains(self.only) {
            return Ok(());
        }
        let hearers = samples.iter().map(|sample| sample.hearers).min().unwrap_or(0);
        let took: Vec<Duration> = samples.iter().map(|sample| sample.took).collect();
        self.add(what, &took, LINE + HEARER * u32::try_from(hearers).unwrap_or(u32::MAX));
        self.table.floor(median(took.iter().copied().map(millis).collect()), hearers as f64);
        Ok(())
    }

    /// What all hear when the processor's caches hold nothing of the server, as after a while of silence. No target: it is
    /// the memory's time.
    fn behind_other_work(&mut self, house: &mut House) {
        let what = "words to all, with cold caches";
        if !what.contains(self.only) {
            return;
        }
        let mut other = vec![0_u8; OTHER_WORK_BYTES];
        let mut took = Vec::new();
        for round in 0..self.rounds {
            other.iter_mut().step_by(64).for_each(|byte| *byte = round as u8);
            std::hint::black_box(&other);
            house.send(TALKER, b"hola\n");
            took.push(settled(house).0.all);
        }
        let longest = took.iter().copied().max().unwrap_or_default();
        self.table.add(what, millis(longest), "ms");
        self.table.floor(median(took.into_iter().map(millis).collect()), self.scale.people as f64 - 1.0);
    }

    /// Adds the longest of these.
    fn add(&mut self, what: &str, took: &[Duration], most: Duration) {
        let longest = took.iter().copied().max().unwrap_or_default();
        self.table.add(what, millis(longest), "ms");
        if self.full {
            self.table.target(Target::AtMost(millis(most)));
        }
    }

    /// Lines about registered names, and what becomes of all of them.
    fn registered(&mut self) -> Result<(), Failure> {
        let wanted = registered::CASES.iter().any(|case| case.what.contains(self.only))
            || registered::TURNS.iter().any(|(what, _)| what.contains(self.only));
        self.covered.extend(registered::CASES.iter().map(|case| case.command));
        if !wanted {
            return Ok(());
        }
        let (scale, rounds) = (self.scale, self.rounds);
        let mut registered = built("registered names", |say| Registered::build(&scale, rounds, say))?;
        for case in &registered::CASES {
            self.measure(case.what, case.command, |round| registered.line(case, round))?;
        }
        for (what, doing) in registered::TURNS {
            if what.contains(self.only) {
                let took: Vec<Duration> =
                    (0..rounds).map(|round| doing(&mut registered, round)).collect::<Result<_, _>>()?;
                self.add(what, &took, TURN);
            }
        }
        Ok(())
    }

    /// Turns in which very much has come due.
    fn turns(&mut self, house: &mut House) {
        for (what, bring_about) in
            [(web::ENDING, web::lose as state::BringAbout)].into_iter().chain(state::TURNS)
        {
            let mut taken = Taken::default();
            if what == state::STOPPING {
                taken.add(|| bring_about(house, &self.scale));
            } else {
                bring_about(house, &self.scale);
            }
            taken.settle(house);
            self.add(what, &[taken.turn], TURN);
        }
    }
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Sends a line and lets the server do all that comes of it.
fn one_line(house: &mut House, scale: &Scale, case: &Case) -> Sample {
    case.prepare(house);
    house.send(case.who, &case.line);
    let (taken, heard) = settled(house);
    case.conclude(house, heard, scale);
    Sample { took: if case.what == SEARCH { taken.turn } else { taken.all }, hearers: heard + 1 }
}

/// The same for a message of a program.
fn one_message(house: &mut House, scale: &Scale, program: &Program, message: &Message) -> Sample {
    program.send(house, message);
    let (taken, heard) = settled(house);
    program.conclude(house, message, heard, scale);
    Sample { took: taken.all, hearers: heard + 1 }
}

/// The same for who comes back after a lost connection.
fn one_resume(house: &mut House, scale: &Scale, round: usize) -> Sample {
    let resuming = Resuming::prepare(house, scale, round);
    resuming.send(house);
    let (taken, heard) = settled(house);
    resuming.conclude(house, heard);
    Sample { took: taken.all, hearers: heard + 1 }
}

/// Lets the server do all that is to be done; gives what it took, and how often somebody heard something.
fn settled(house: &mut House) -> (Taken, u64) {
    let before = house.server.work();
    let mut taken = Taken::default();
    taken.settle(house);
    (taken, (house.server.work() - before).heard)
}

/// The same for what all hear.
fn settled_before_all(house: &mut House, scale: &Scale) -> Sample {
    let (taken, heard) = settled(house);
    assert!(Ears::All.are(heard, scale), "{heard} heard it");
    Sample { took: taken.all, hearers: heard + 1 }
}

type Measure = fn(&mut House, &Scale, usize) -> Sample;

/// Lines after which somebody is there who was not, or the other way round.
const COMINGS_AND_GOINGS: [(&str, &str, Measure); 4] = [
    ("a name at the prompt", "", |house, scale, round| {
        let newcomer = house.connect();
        house.settle();
        house.send(newcomer, format!("Nuevo-Ñandú-{round:05}\n").as_bytes());
        let sample = settled_before_all(house, scale);
        house.says(newcomer, "salir\n");
        house.waits(A_WHILE);
        sample
    }),
    ("/salir, from rooms where all are", "salir", |house, scale, round| {
        let leaver = everywhere(house, scale, round);
        house.send(leaver, state::longest("/salir ", "¡ñandú! ").as_bytes());
        settled_before_all(house, scale)
    }),
    (state::HIDER_LEAVES, "salir", |house, scale, round| {
        let leaver = state::hider(house, scale, round);
        house.send(leaver, b"/salir\n");
        settled_before_all(house, scale)
    }),
    ("a lost connection, in rooms where all are", "", |house, scale, round| {
        let leaver = everywhere(house, scale, round);
        house.breaks_unseen(leaver);
        settled_before_all(house, scale)
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

/// An error if somebody has added a command that nothing here stands for.
fn every_command_has_a_case(house: &mut House, covered: &BTreeSet<&str>) -> Result<(), Failure> {
    house.listen(TALKER);
    house.says(TALKER, "/ayuda\n");
    let help = house.heard(TALKER);
    house.stops_listening(TALKER);
    let commands = help.lines().filter_map(|line| line.strip_prefix("  /")?.split(' ').next());
    let missing: Vec<&str> = commands.filter(|command| !covered.contains(command)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no line for {missing:?}").into()) }
}
