//! What the others notice of those who do not read, those who never stop writing, and those who are elsewhere.

use std::time::Duration;

use crate::support::fanout::Manner;
use crate::support::load::Load;
use crate::support::place::{self, Place, Run};
use crate::support::process::Server;
use crate::support::progress::Progress;
use crate::support::steady::Pace;
use crate::support::table::{Table, Target, figure};
use crate::support::{Failure, median};
use crate::{Scale, doubt};

/// Nobody is hurried: neither in speaking nor in giving a name.
const UNHURRIED: [&str; 4] = ["--rate-limit", "0", "--login-timeout", "0"];

/// Messages at once, few enough that they hardly wait in the server.
const FEW: usize = 16;

/// Bytes that a reader who has stopped may be sent until nothing takes any more: what the server keeps, what the system
/// keeps on both sides, and as much again.
const FILL_BYTES: usize = 400 * 1024;

/// A talk that a room of a thousand follows with time left.
const TALK: Pace = Pace { senders: 10, per_second: 50, length: Duration::from_secs(2) };

/// What the others say while somebody floods: as much as the usual limit allows ten people.
const WITNESS: Pace = Pace { senders: 10, per_second: 100, length: Duration::from_secs(2) };

/// The beginning of a flood, when the burst that everybody has is used up.
const ONSET: Pace = Pace { length: Duration::from_secs(1), ..WITNESS };

/// Half of a room does not read; the other half hears as it would without them.
pub(super) fn stalled(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let half = scale.half;
    let what = format!("half of {} never read", figure(2.0 * half as f64));
    let mut progress = Progress::start(&what);
    let mut alone = Place::chat(half, &UNHURRIED)?;
    let mut place = Place::chat(2 * half, &UNHURRIED)?;
    place.pass(0, FEW)?;
    let before = place.server.memory()?.resident;
    place.deafen(half)?;
    let rounds = FILL_BYTES / (FEW * crate::support::fanout::LINE_BYTES);
    for round in 0..rounds {
        place.pass(round, FEW)?;
        progress.at(round, rounds);
    }
    let held = (place.server.memory()?.resident - before) / half as f64;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..scale.pairs {
        with.push(place.steady(round, TALK)?);
        without.push(alone.steady(round, TALK)?);
        progress.at(round, scale.pairs);
    }
    let middle = |runs: &[Run], of: fn(&Run) -> f64| median(runs.iter().map(of).collect());
    let ratios = with.iter().zip(&without).map(|(with, without)| with.steady.p99 / without.steady.p99);
    let ratio = median(ratios.collect());
    progress.done(&format!("p99 {ratio:.2} of what it is without them"));

    table.add(format!("{what}: the others' p99"), middle(&with, |run| run.steady.p99), "ms");
    table.add(format!("{what}: p99 without them"), middle(&without, |run| run.steady.p99), "ms");
    table.add(format!("{what}: p99 with / without"), ratio, "");
    if scale.full {
        table.target(Target::AtMost(1.2));
    }
    table.add(format!("{what}: the others heard"), middle(&with, |run| run.heard() * 100.0), "%");
    table.add(format!("{what}: held for each"), held / 1024.0, "KiB");
    if scale.full {
        table.target(Target::AtMost(64.0));
    }
    // One stands for all.
    if let Some(run) = with.iter().chain(&without).find(|run| run.doubt().is_some()) {
        doubt(table, &what, run);
    }
    Ok(())
}

/// Some write as fast as the server takes it; the others talk as before.
pub(super) fn flood(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    nobody_floods(scale, table)?;
    for flooders in scale.flooders {
        let many = flooders > 1;
        let who = if many { format!("{flooders} flooders") } else { "one flooder".into() };
        let floor = under(&format!("{who}, the floor"), Server::floor()?, Manner::Floor, scale, flooders)?;
        for (limit, options) in [("the usual limit", &[][..]), ("no limit", &["--rate-limit", "0"])] {
            let what = format!("{who}, {limit}");
            let ours = under(&what, Server::chat(Manner::Chat, options)?, Manner::Chat, scale, flooders)?;
            let after = if many && options.is_empty() { 5.0 } else { allowed(many) };
            waited(&what, &ours, after, scale, table);
            table.add(format!("{what}: the others heard"), ours[1].heard() * 100.0, "%");
            // The floor loses what does not leave at once: how late the little is that it does not lose, says nothing.
            table.floor(floor[1].heard() * 100.0, ours[1].heard() / floor[1].heard());
            doubt(table, &what, &ours[1]);
        }
        let what = format!("{who} in another room, no limit");
        let ours = beside(&what, scale, flooders)?;
        waited(&what, &ours, allowed(many), scale, table);
        doubt(table, &what, &ours[1]);
    }
    Ok(())
}

/// Milliseconds that flooders may keep the others waiting.
fn allowed(many: bool) -> f64 {
    if many { 20.0 } else { 2.0 }
}

/// How long the others waited, in the first second and after it: for the server, and until their own process, which shares
/// its processor with the flooders', had looked at the line.
fn waited(what: &str, [onset, run]: &[Run; 2], after: f64, scale: &Scale, table: &mut Table) {
    let many = after > allowed(false);
    for (when, run, most) in [("in the first second", onset, allowed(many)), ("after that", run, after)] {
        table.add(format!("{what}: the server's p99 {when}"), run.steady.kept_p99, "ms");
        if scale.full {
            table.target(Target::AtMost(most));
        }
        table.add(format!("{what}: the others' p99 {when}"), run.steady.p99, "ms");
    }
}

/// What the same people see of one another while nobody floods: what is more than that is the flooders' doing.
fn nobody_floods(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let what = "nobody floods";
    let mut place = Place::chat(scale.witnesses, &["--rate-limit", "0"])?;
    let progress = Progress::start(what);
    place.settle()?;
    let run = place.steady(1, WITNESS)?;
    progress.done(&format!("the others' p99 is {} ms", figure(run.steady.p99)));
    table.add(format!("{what}: the server's p99"), run.steady.kept_p99, "ms");
    table.add(format!("{what}: the others' p99"), run.steady.p99, "ms");
    doubt(table, what, &run);
    Ok(())
}

/// The same where those who measure hear nothing of the flood, so that reading it is not in their figures: what is left is
/// how long the server keeps them waiting.
fn beside(what: &str, scale: &Scale, flooders: usize) -> Result<[Run; 2], Failure> {
    let mut place = Place::chat(scale.witnesses, &["--rate-limit", "0"])?;
    place.load.work("join")?;
    let address = place.server.address;
    let flood = Load::background(address, Manner::Chat, flooders, scale.witnesses)?;
    let readers = Load::background(address, Manner::Chat, scale.witnesses, scale.witnesses + flooders)?;
    flooded(what, place, flood, Some(readers))
}

/// The same in their room.
fn under(
    what: &str,
    server: Server,
    manner: Manner,
    scale: &Scale,
    flooders: usize,
) -> Result<[Run; 2], Failure> {
    let place = Place::open(server, manner, scale.witnesses)?;
    let flood = Load::background(place.server.address, manner, flooders, scale.witnesses)?;
    flooded(what, place, flood, None)
}

/// The first second of a flood, and what follows. `readers` hear it as well.
fn flooded(
    what: &str,
    mut place: Place,
    mut flood: Load,
    mut readers: Option<Load>,
) -> Result<[Run; 2], Failure> {
    let progress = Progress::start(what);
    place.settle()?;
    let length = (ONSET.length + WITNESS.length + Duration::from_secs(5)).as_millis();
    if let Some(readers) = &mut readers {
        readers.begin(format_args!("listen {length}"))?;
    }
    flood.begin(format_args!("flood {length}"))?;
    let onset = place.steady(1, ONSET)?;
    let run = place.steady(2, WITNESS)?;
    progress.done(&format!("the others' p99 is {} ms", figure(run.steady.p99)));
    Ok([onset, run])
}

/// A message to a room costs the same while many others are connected who do not hear it: without a name, and in
/// another room if the server has more than one.
pub(super) fn elsewhere(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let (room, others) = (scale.room, scale.elsewhere);
    let mut alone = Place::chat(room, &UNHURRIED)?;
    let mut cost = |what: &str, mut place: Place| -> Result<(), Failure> {
        let mut progress = Progress::start(what);
        place.settle()?;
        let compared = place::compare(&mut place, &mut alone, 3 * scale.rounds, 1, &mut progress)?;
        progress.done(&format!("{:.3} of the cost without them", 1.0 / compared.ratio));
        table.add(format!("{what}: a message's cost with / without"), 1.0 / compared.ratio, "");
        if scale.full {
            table.target(Target::AtMost(1.01));
        }
        Ok(())
    };
    let what = format!("{} without a name beside a room of {}", figure(others as f64), figure(room as f64));
    let place = Place::chat(room, &UNHURRIED)?;
    let crowd = Load::nameless(place.server.address, others, room)?;
    cost(&what, place)?;
    drop(crowd);

    let what = format!("{} in another room beside a room of {}", figure(others as f64), figure(room as f64));
    let place = Place::chat(room, &UNHURRIED)?;
    let mut probe = Load::start(place.server.address, Manner::Chat, 1, room)?;
    if probe.work("join")? == "no" {
        table.remark(format!("{what}: skipped, the server has one room."));
        return Ok(());
    }
    drop(probe);
    let mut crowd = Load::start(place.server.address, Manner::Chat, others, room)?;
    crowd.work("join")?;
    cost(&what, place)
}

/// Many shake hands at once, while a room talks without TLS.
pub(super) fn handshakes(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let what = format!("{} handshakes at once", figure(scale.handshakes.into()));
    let progress = Progress::start(what.clone());
    let mut place = Place::open(Server::chat_for_all(&UNHURRIED)?, Manner::Chat, scale.witnesses)?;
    let mut storm = Load::background(place.server.address, Manner::Tls, 0, scale.witnesses)?;
    let quiet = place.steady(1, WITNESS)?;
    storm.begin(format_args!("shake {}", scale.handshakes))?;
    let run = place.steady(2, WITNESS)?;
    let result = storm.result()?;
    let (took, lost) = result.split_once(' ').ok_or("not what a load says")?;
    let (took, lost) = (Duration::from_nanos(took.parse()?), lost.parse::<f64>()?);
    progress.done(&format!("the others' p99 is {} ms", figure(run.steady.p99)));
    table.add(format!("{what}: until the last is done"), took.as_secs_f64() * 1e3, "ms");
    table.add(format!("{what}: let go"), lost, "");
    if scale.full {
        table.target(Target::AtMost(0.0));
    }
    table.add(format!("{what}: the server's p99"), run.steady.kept_p99, "ms");
    table.add(format!("{what}: the others' p99"), run.steady.p99, "ms");
    if scale.full {
        table.target(Target::AtMost(10.0));
    }
    table.add(format!("{what}: the others' p99 before"), quiet.steady.p99, "ms");
    table.add(format!("{what}: the others heard"), run.heard() * 100.0, "%");
    doubt(table, &what, &run);
    Ok(())
}
