//! How many deliveries a second of processor time makes, and how many a second of the clock.

use crate::support::Failure;
use crate::support::fanout::Compared;
use crate::support::place::{self, Place, Run};
use crate::support::progress::Progress;
use crate::support::steady::Pace;
use crate::support::table::{Table, Target, figure};
use crate::{Scale, doubt};

/// People may say as much as they like.
const UNLIMITED: [&str; 2] = ["--rate-limit", "0"];

const PER_CPU: &str = "deliveries/CPU s";

/// One message at a time: each waits until the last has reached everybody.
pub(super) fn one(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    for &(room, rounds) in scale.rooms {
        let what = format!("one at a time, room of {}", figure(room as f64));
        let mut progress = Progress::start(&what);
        let (mut chat, mut floor) = (Place::chat(room, &UNLIMITED)?, Place::floor(room)?);
        let Compared { chat: ours, floor: theirs, ratio } =
            place::compare(&mut chat, &mut floor, rounds, 1, &mut progress)?;
        progress.done(&format!("{ratio:.3} of the floor"));
        table.add(&what, ours.per_second(), PER_CPU);
        table.floor(theirs.per_second(), ratio);
        if scale.full {
            table.target(Target::OfFloor(0.95));
        }
        table.add(format!("{what}: until the last has it"), ours.last_ms, "ms");
        table.floor(theirs.last_ms, ours.last_ms / theirs.last_ms);
        chat.server.stop()?;
    }
    Ok(())
}

/// Many messages under way at once.
pub(super) fn many(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let what = format!("{} at once, room of {}", scale.at_once, figure(scale.room as f64));
    let mut progress = Progress::start(&what);
    let (mut chat, mut floor) = (Place::chat(scale.room, &UNLIMITED)?, Place::floor(scale.room)?);
    let Compared { chat: ours, floor: theirs, ratio } =
        place::compare(&mut chat, &mut floor, scale.rounds, scale.at_once, &mut progress)?;
    progress.done(&format!("{} {PER_CPU}", figure(ours.per_second())));
    table.add(&what, ours.per_second(), PER_CPU);
    table.floor(theirs.per_second(), ratio);
    if scale.full {
        table.target(Target::AtLeast(12e6));
    }
    chat.server.stop()
}

/// Messages at a fixed rate, more than one write each could carry.
pub(super) fn rate(scale: &Scale, table: &mut Table) -> Result<(), Failure> {
    let Scale { senders, per_second, length, .. } = *scale;
    let pace = Pace { senders, per_second, length };
    let what = format!("{} messages/s, room of {}", figure(per_second.into()), figure(scale.room as f64));
    let progress = Progress::start(&what);
    let mut run = |mut place: Place, name: &str| -> Result<(Run, f64), Failure> {
        let run = place.steady(1, pace)?;
        doubt(table, &format!("{what}, {name}"), &run);
        Ok((run, place.server.peak()?))
    };
    let (ours, peak) = run(Place::chat(scale.room, &UNLIMITED)?, "ours")?;
    let (theirs, floor_peak) = run(Place::floor(scale.room)?, "the floor")?;
    progress.done(&format!("{} deliveries/s, p99 {:.1} ms", figure(ours.per_second()), ours.steady.p99));

    let asked = ours.steady.asked as f64 / length.as_secs_f64();
    let mut add = |figure: &str, of: &dyn Fn(&Run) -> f64, unit, target: Option<Target>| {
        table.add(format!("{what}: {figure}"), of(&ours), unit);
        table.floor(of(&theirs), of(&ours) / of(&theirs));
        if let Some(target) = target.filter(|_| scale.full) {
            table.target(target);
        }
    };
    // The last messages are under way when the time is over: within a percent is all of it.
    add("reached", &Run::per_second, "deliveries/s", Some(Target::AtLeast((asked * 0.99).floor())));
    let missed = |run: &Run| (run.steady.asked - run.steady.heard) as f64;
    add("not delivered", &missed, "deliveries", Some(Target::AtMost(0.0)));
    add("p50", &|run| run.steady.p50, "ms", None);
    add("p99", &|run| run.steady.p99, "ms", Some(Target::AtMost(100.0)));
    add("p99.9", &|run| run.steady.p999, "ms", None);
    add("server's processor share", &|run| run.server_share * 100.0, "%", None);
    add("load's processor share", &|run| run.load_share * 100.0, "%", None);
    let mebibytes = |bytes: f64| bytes / 1024.0 / 1024.0;
    table.add(format!("{what}: most memory"), mebibytes(peak), "MiB");
    table.floor(mebibytes(floor_peak), peak / floor_peak);
    if scale.full {
        table.target(Target::AtMost(64.0));
    }
    Ok(())
}
