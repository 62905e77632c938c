//! The wall clock of the simulated machine, which is set at any time, and the law of what it stamps.

use super::dice::Dice;
use super::world::World;
use tertulia::chat::{MonoTime, UnixMillis};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// 2026-11-23, 12:03 and some seconds.
const NOON: i64 = 1_795_435_385_000;

/// What the wall clock says, and what it said when.
pub struct WallClock {
    /// What it said, or would have said, at the start.
    start: i64,
    /// What it said in each turn, and how much the witness had read behind it.
    turns: Vec<(i64, usize)>,
    /// The turn before which each message was typed.
    said: Vec<usize>,
}

impl WallClock {
    /// Often one without a battery.
    pub fn new(dice: &mut Dice) -> WallClock {
        WallClock { start: [0, -MINUTE, NOON][dice.below(3)], turns: Vec::new(), said: Vec::new() }
    }

    pub fn reads(&self, now: MonoTime) -> UnixMillis {
        UnixMillis(self.start.saturating_add(now.micros() as i64 / 1000))
    }

    /// It is corrected a little or a lot, forwards or backwards.
    pub fn is_set(&mut self, dice: &mut Dice) {
        let jump = [MINUTE, 61 * MINUTE, DAY, NOON][dice.below(4)];
        self.start += if dice.one_in(2) { jump } else { -jump };
    }

    /// The next message is typed.
    pub fn message(&mut self) {
        self.said.push(self.turns.len());
    }

    /// A turn at `now` is over, behind which the witness has read so many bytes.
    pub fn turn(&mut self, now: MonoTime, witnessed: usize) {
        self.turns.push((self.reads(now).0, witnessed));
    }

    /// What it said when message `number` may have been heard, which the witness had read after so many bytes.
    fn when_heard(&self, number: u64, read: usize) -> impl Iterator<Item = i64> {
        let last = self.turns.partition_point(|&(_, witnessed)| witnessed < read);
        self.turns[self.said[number as usize]..=last].iter().map(|&(wall, _)| wall)
    }
}

/// Whoever asks what was said before sees each line with the clock as it was when it was said. To be called when
/// nobody is there.
pub fn history_has_the_clock_of_each_line(world: &mut World) {
    let heard = messages(&world.people[0].received);
    world.connect("archivero".to_owned(), Some(200));
    let reader = world.people.len() - 1;
    for line in ["archivero\n", "/historial 1000\n"] {
        world.people[reader].say(line.as_bytes(), None);
        world.people[reader].push(&mut world.dice, true);
        world.settle();
    }
    let now = world.clock.reads(world.now).0;
    let lines = world.people[reader].lines();
    let shown = lines.iter().filter_map(|line| line.strip_prefix('[')?.split_once("] "));
    let mut last = None;
    for (time, words) in shown {
        let Some(number) = message(words) else { continue };
        last = Some(number);
        let Some(&(_, read)) = heard.iter().find(|&&(witnessed, _)| witnessed == number) else { continue };
        let mut clocks = world.clock.when_heard(number, read);
        assert!(clocks.any(|wall| brief(wall, now) == time), "m{number} was not said at {time}");
    }
    // The disk may have lost the last ones.
    if world.disk.is_none() {
        assert_eq!(last, heard.last().map(|&(number, _)| number), "{lines:?}");
    }
    world.everybody_leaves();
}

/// The messages in what was read, each with the bytes up to its end.
fn messages(received: &[u8]) -> Vec<(u64, usize)> {
    let mut read = 0;
    let lines = received.split_inclusive(|&byte| byte == b'\n');
    let found = lines.filter_map(|line| {
        read += line.len();
        Some((message(std::str::from_utf8(line).ok()?.trim_end())?, read))
    });
    found.collect()
}

/// The number of the message that somebody said or did.
fn message(words: &str) -> Option<u64> {
    let said = words.split_once(": m").filter(|(name, _)| !name.contains(' ')).map(|(_, rest)| rest);
    let did = || words.strip_prefix("* ").and_then(|rest| rest.split_once(" m")).map(|(_, rest)| rest);
    said.or_else(did)?.split(' ').next()?.parse().ok()
}

/// `12:03`, with the date in front on another day than that of `now`: UTC, by the rules of the calendar.
fn brief(wall: i64, now: i64) -> String {
    let minutes = wall.rem_euclid(DAY) / MINUTE;
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if wall.div_euclid(DAY) == now.div_euclid(DAY) {
        return time;
    }
    let (mut year, mut day) = (1970, wall.div_euclid(DAY));
    let leap = |year: i64| year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let days = |year: i64| 365 + i64::from(leap(year));
    while day < 0 {
        year -= 1;
        day += days(year);
    }
    while day >= days(year) {
        day -= days(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02} {time}", day + 1)
}
