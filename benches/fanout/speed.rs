//! How many deliveries a second of processor time makes, and how many a second of the clock.

use crate::support::Failure;
use crate::support::fanout::{Compared, Protocol};
use crate::support::place::{self, Place, Run};
use crate::support::progress::Progress;
use crate::support::steady::Pace;
use crate::support::table::{Table, Target, figure};
use crate::{Beside, Scale, doubt};

/// People may say as much as they like.
const UNLIMITED: [&str; 2] = ["--rate-limit", "0"];

const PER_CPU: &str = "deliveries/CPU s";

/// The size of a room for which half of the people over WebSocket have a target.
const HALF_ROOM: usize = 1000;

/// Measures one room beside another.
pub(super) struct Speed {
    pub(super) scale: Scale,
    pub(super) protocol: Protocol,
    pub(super) beside: Option<Beside>,
}

impl Speed {
    /// The chat with so many people.
    fn ours(&self, people: usize) -> Result<Place, Failure> {
        Place::talking(self.protocol.manner(), people, &UNLIMITED)
    }

    /// What stands beside it: the floor, or the chat on lines.
    fn theirs(&self, people: usize) -> Result<Place, Failure> {
        match self.protocol {
            Protocol::Both | Protocol::Tls => Place::chat(people, &UNLIMITED),
            Protocol::Line | Protocol::Web => Place::floor_of(self.protocol.manner(), people),
        }
    }

    fn their_name(&self) -> &'static str {
        match self.protocol {
            Protocol::Both => "all on lines",
            Protocol::Tls => "what it is without TLS",
            Protocol::Line | Protocol::Web => "the floor",
        }
    }

    /// One message at a time: each waits until the last has reached everybody.
    pub(super) fn one(&self, table: &mut Table) -> Result<(), Failure> {
        for &(room, rounds) in self.scale.rooms {
            let what = format!("one at a time, room of {}", figure(room as f64));
            let compared = self.compare(&what, room, rounds, 1, table)?;
            match self.protocol {
                _ if !self.scale.full => {}
                Protocol::Line | Protocol::Web => table.target(Target::OfFloor(0.95)),
                Protocol::Both if room == HALF_ROOM => table.target(Target::OfOther(0.95)),
                Protocol::Both | Protocol::Tls => {}
            }
            let Compared { chat: ours, floor: theirs, .. } = compared;
            table.add(format!("{what}: until the last has it"), ours.last_ms, "ms");
            table.floor(theirs.last_ms, ours.last_ms / theirs.last_ms);
            self.also(&what, room, rounds, 1, table)?;
        }
        Ok(())
    }

    /// Many messages under way at once.
    pub(super) fn many(&self, table: &mut Table) -> Result<(), Failure> {
        let Scale { room, rounds, at_once, .. } = self.scale;
        let what = format!("{at_once} at once, room of {}", figure(room as f64));
        self.compare(&what, room, rounds, at_once, table)?;
        match self.protocol {
            Protocol::Line if self.scale.full => table.target(Target::AtLeast(12e6)),
            Protocol::Both if self.scale.full => table.target(Target::OfOther(0.95)),
            Protocol::Tls if self.scale.full => table.target(Target::OfOther(0.5)),
            _ => {}
        }
        self.also(&what, room, rounds, at_once, table)
    }

    /// Adds how ours does beside the other.
    fn compare(
        &self,
        what: &str,
        room: usize,
        rounds: usize,
        at_once: usize,
        table: &mut Table,
    ) -> Result<Compared, Failure> {
        let mut progress = Progress::start(what.to_owned());
        let (mut ours, mut theirs) = (self.ours(room)?, self.theirs(room)?);
        let compared = place::compare(&mut ours, &mut theirs, rounds, at_once, &mut progress)?;
        progress.done(&format!("{:.3} of {}", compared.ratio, self.their_name()));
        table.add(what, compared.chat.per_second(), PER_CPU);
        table.floor(compared.floor.per_second(), compared.ratio);
        ours.server.stop()?;
        Ok(compared)
    }

    /// Adds how the other server does that has to be measured as well, beside ours.
    fn also(
        &self,
        what: &str,
        room: usize,
        rounds: usize,
        at_once: usize,
        table: &mut Table,
    ) -> Result<(), Failure> {
        let (name, mut theirs) = match self.beside {
            None => return Ok(()),
            Some(Beside::Nats) => ("nats-server", Place::nats(room)?),
            Some(Beside::Stunnel) => ("stunnel", Place::stunnel(room, &UNLIMITED)?),
        };
        let mut progress = Progress::start(format!("{what}, {name}"));
        let mut ours = self.ours(room)?;
        let compared = place::compare(&mut theirs, &mut ours, rounds, at_once, &mut progress)?;
        progress.done(&format!("{:.3} of ours", compared.ratio));
        table.add(format!("{what}: {name}"), compared.chat.per_second(), PER_CPU);
        table.add(format!("{what}: {name} / ours"), compared.ratio, "");
        if self.scale.full && self.protocol == Protocol::Tls {
            table.target(Target::AtMost(1.0));
        }
        table.add(format!("{what}: until the last has it, {name}"), compared.chat.last_ms, "ms");
        ours.server.stop()
    }

    /// Messages at a fixed rate, more than one write each could carry.
    pub(super) fn rate(&self, table: &mut Table) -> Result<(), Failure> {
        let Scale { room, senders, per_second, length, full, .. } = self.scale;
        let pace = Pace { senders, per_second, length };
        let what = format!("{} messages/s, room of {}", figure(per_second.into()), figure(room as f64));
        let progress = Progress::start(what.clone());
        let mut run = |mut place: Place, name: &str| -> Result<(Run, f64), Failure> {
            let run = place.steady(1, pace)?;
            doubt(table, &format!("{what}, {name}"), &run);
            Ok((run, place.server.peak()?))
        };
        let (ours, peak) = run(self.ours(room)?, "ours")?;
        let (theirs, floor_peak) = run(self.theirs(room)?, self.their_name())?;
        let nats = match self.beside {
            Some(Beside::Nats) => Some(run(Place::nats(room)?, "nats-server")?),
            _ => None,
        };
        progress.done(&format!("{} deliveries/s, p99 {:.1} ms", figure(ours.per_second()), ours.steady.p99));

        let asked = ours.steady.asked as f64 / length.as_secs_f64();
        let mut add = |figure: &str, of: &dyn Fn(&Run) -> f64, unit, target: Option<Target>| {
            table.add(format!("{what}: {figure}"), of(&ours), unit);
            table.floor(of(&theirs), of(&ours) / of(&theirs));
            if let Some(target) = target.filter(|_| full && self.protocol == Protocol::Line) {
                table.target(target);
            }
            if let Some((nats, _)) = &nats {
                table.add(format!("{what}: {figure}, nats-server"), of(nats), unit);
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
        if full && self.protocol == Protocol::Line {
            table.target(Target::AtMost(64.0));
        }
        if let Some((_, peak)) = nats {
            table.add(format!("{what}: most memory, nats-server"), mebibytes(peak), "MiB");
        }
        Ok(())
    }
}
