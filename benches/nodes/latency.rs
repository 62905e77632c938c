//! How long a line takes from who says it at one node to who hears it at another, at more and more messages a second; and what of it the
//! Redis takes.
//!
//! Two and two are in rooms of their own, so that each line has one hearer, and what is measured is the way and no fan-out. All chats stand there all
//! the time, and at each rate it is each one's turn.

use std::time::Duration;

use super::house::{House, Run};
use super::support::chart::{Chart, Plot, Series};
use super::support::progress::Progress;
use super::support::redis::RedisServer;
use super::support::table::{Table, Target, figure};
use super::support::{Failure, median};

/// Beyond this p99, in milliseconds, a rate is more than a chat can bear.
const MOST_MS: f64 = 5.0;

/// Beyond this one a chat does not keep up at all, and is not asked for more.
const HOPELESS_MS: f64 = 500.0;

/// A share of its processor beyond which the load may be what limits a figure.
const BUSY: f64 = 0.9;

/// Of one processor, what other programs may have before a run counts as disturbed.
const DISTURBED: f64 = 0.1;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// People of each chat.
    pub(crate) people: usize,
    pub(crate) rates: &'static [Rate],
    pub(crate) length: Duration,
    pub(crate) full: bool,
}

/// Messages a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) per_second: u32,
    /// How often they are said.
    pub(crate) rounds: usize,
    /// The p99 that several nodes are to keep, in milliseconds; none: the rate is only for the curve.
    pub(crate) most: Option<f64>,
    /// Whether it is for those only who bear the rate before it.
    pub(crate) is_climbed: bool,
}

/// A chat, and the rates that were asked of it, with what they took.
struct Ladder {
    house: House,
    rates: Vec<(u32, Middle)>,
}

impl Ladder {
    fn goes_on(&self, rate: Rate) -> bool {
        self.rates.last().is_none_or(|(_, last)| match rate.is_climbed {
            true => last.is_borne(),
            false => last.least_p99 <= HOPELESS_MS && last.heard >= 1.0,
        })
    }
}

/// The middle of all rounds.
#[derive(Clone, Copy, Debug)]
struct Middle {
    p50: f64,
    p99: f64,
    /// Of the best round: what other programs do makes it longer, and never shorter.
    least_p99: f64,
    /// Microseconds of processor time for a message, of all servers and of the Redis.
    servers: f64,
    redis: f64,
    held: f64,
    packed: f64,
    heard: f64,
    /// Processors that the servers, the Redis and the load had together.
    own: f64,
}

impl Middle {
    fn of(runs: &[Run]) -> Middle {
        let middle =
            |of: &dyn Fn(&Run) -> f64| median(runs.iter().map(of).filter(|it| it.is_finite()).collect());
        Middle {
            p50: middle(&|run| run.steady.p50),
            p99: middle(&|run| run.steady.p99),
            least_p99: runs.iter().map(|run| run.steady.p99).fold(f64::INFINITY, f64::min),
            servers: middle(&|run| run.each(run.servers)),
            redis: middle(&|run| run.each(run.redis)),
            held: middle(&|run| run.held),
            packed: middle(&|run| run.packed),
            heard: middle(&|run| run.steady.heard as f64 / run.steady.asked as f64),
            own: middle(&|run| run.own_share),
        }
    }

    fn is_borne(&self) -> bool {
        self.least_p99 <= MOST_MS && self.heard >= 1.0
    }
}

/// Measures all, and gives the curves.
pub(crate) fn measure(scale: &Scale, redis: &RedisServer, table: &mut Table) -> Result<Chart, Failure> {
    let progress = Progress::start("chats of one server, 1, 2 and 3 nodes");
    let mut ladders = open(scale, redis)?;
    progress.done(&format!("{} people in each", scale.people));
    let mut noise = Noise::default();
    for (at, rate) in scale.rates.iter().enumerate() {
        climb(&mut ladders, redis, (at, *rate), scale.length, &mut noise)?;
        if rate.most.is_some() {
            add_rows(&ladders, *rate, scale.full, table);
        }
    }
    for ladder in &ladders {
        let most = ladder.rates.iter().filter(|(_, middle)| middle.is_borne()).map(|(rate, _)| *rate).max();
        let what = format!("{}: the most messages/s with a p99 of {MOST_MS} ms at most", ladder.house.name);
        table.add(what, most.map_or(f64::NAN, f64::from), "messages/s");
    }
    noise.remark(table);
    Ok(draw(&ladders))
}

fn open(scale: &Scale, redis: &RedisServer) -> Result<Vec<Ladder>, Failure> {
    let mut houses = vec![House::alone(scale.people, None)?];
    for nodes in 1..=3 {
        houses.push(House::of_nodes(redis, &format!("of{nodes}"), (nodes, scale.people), None)?);
    }
    for house in &mut houses {
        house.load.begin("pair")?;
    }
    for house in &mut houses {
        house.load.result()?;
    }
    houses.push(House::of_channels(redis, scale.people)?);
    Ok(houses.into_iter().map(|house| Ladder { house, rates: Vec::new() }).collect())
}

/// One rate, for all who have borne the one before, in turns.
fn climb(
    ladders: &mut [Ladder],
    redis: &RedisServer,
    (at, rate): (usize, Rate),
    length: Duration,
    noise: &mut Noise,
) -> Result<(), Failure> {
    let mut runs = vec![Vec::new(); ladders.len()];
    for round in 0..rate.rounds {
        for (ladder, runs) in ladders.iter_mut().zip(&mut runs).filter(|(ladder, _)| ladder.goes_on(rate)) {
            let what = format!("{} messages/s, {}", figure(rate.per_second.into()), ladder.house.name);
            let progress = Progress::start(what.clone());
            let run = ladder.house.talk(redis, 100 * at + round, (rate.per_second, length))?;
            progress.done(&format!("p50 {:.3} ms, p99 {:.3} ms", run.steady.p50, run.steady.p99));
            noise.note(what, &run);
            runs.push(run);
        }
    }
    for (ladder, runs) in ladders.iter_mut().zip(runs).filter(|(_, runs)| !runs.is_empty()) {
        ladder.rates.push((rate.per_second, Middle::of(&runs)));
    }
    Ok(())
}

/// The figures of a rate: each chat's, beside the server alone.
fn add_rows(ladders: &[Ladder], rate: Rate, full: bool, table: &mut Table) {
    let at =
        |ladder: &Ladder| ladder.rates.iter().find(|(asked, _)| *asked == rate.per_second).map(|it| it.1);
    let alone = at(&ladders[0]);
    for ladder in ladders {
        let what = format!("{} messages/s, {}", figure(rate.per_second.into()), ladder.house.name);
        let Some(middle) = at(ladder) else {
            table.remark(format!("{what}: not measured, for it could not bear less."));
            continue;
        };
        let others = alone.filter(|_| ladder.house.name != ladders[0].house.name);
        let mut add = |figure: &str, unit, of: fn(&Middle) -> f64| {
            table.add(format!("{what}: {figure}"), of(&middle), unit);
            if let Some(alone) = others {
                table.floor(of(&alone), of(&middle) / of(&alone));
            }
        };
        add("p50", "ms", |middle| middle.p50);
        add("p99, best round", "ms", |middle| middle.least_p99);
        add("p99", "ms", |middle| middle.p99);
        if let Some(most) = rate.most.filter(|_| full && ladder.house.has_log()) {
            table.target(Target::AtMost(most));
        }
        let nodes = ladder.house.servers.len();
        if nodes > 0 {
            let each = middle.servers / nodes as f64;
            table.add(format!("{what}: processor time of each server for a message"), each, "µs");
            if let Some(alone) = others {
                table.floor(alone.servers, each / alone.servers);
            }
        }
        table.add(format!("{what}: servers, Redis and load together"), middle.own, "processors");
        if nodes == 0 || ladder.house.has_log() {
            table.add(format!("{what}: Redis's processor time for 1,000 messages"), middle.redis, "ms");
        }
        if ladder.house.has_log() {
            table.add(format!("{what}: Redis's memory for a message"), middle.held, "B");
            table.add(format!("{what}: messages in an entry"), middle.packed, "");
        }
    }
}

/// What speaks against the figures.
#[derive(Default)]
struct Noise {
    /// What other programs had in each run, of one processor.
    others: Vec<f64>,
    /// Runs in which the load was busy for nearly all of the time.
    busy: Vec<String>,
}

impl Noise {
    fn note(&mut self, what: String, run: &Run) {
        self.others.push(run.others_share);
        if run.load_share > BUSY {
            self.busy.push(what);
        }
    }

    fn remark(self, table: &mut Table) {
        if !self.busy.is_empty() {
            table.remark(format!("The load was busy for 90 % of the time: {}.", self.busy.join("; ")));
        }
        let disturbed = self.others.iter().filter(|share| **share > DISTURBED).count();
        if disturbed > 0 {
            table.remark(format!(
                "In {disturbed} of {} runs other programs had more than {:.0} % of a processor; in the middle of all runs {:.0} %.",
                self.others.len(),
                DISTURBED * 100.0,
                median(self.others) * 100.0,
            ));
        }
    }
}

fn draw(ladders: &[Ladder]) -> Chart {
    let plot = |title: &str, target, of: fn(&Middle) -> f64| {
        let series = ladders.iter().enumerate().map(|(nth, ladder)| Series {
            name: ladder.house.name.clone(),
            colour: nth,
            dashed: ladder.house.servers.is_empty(),
            points: ladder.rates.iter().map(|(rate, middle)| (f64::from(*rate), of(middle))).collect(),
        });
        Plot { title: title.into(), series: series.collect(), target }
    };
    Chart {
        title: "A line from one node to another".into(),
        across: "messages a second, each to one person".into(),
        plots: vec![
            plot("99 of 100 lines have arrived after, in milliseconds", Some(MOST_MS), |middle| {
                middle.least_p99
            }),
            plot("processor time of all servers and the Redis for a line, in microseconds", None, |middle| {
                middle.servers + middle.redis
            }),
        ],
        notes: vec!["The best round of each. Servers, Redis and load together on two processors.".into()],
    }
}
