//! One message at a time: somebody speaks, and the next one waits until everybody else has heard it once.

use std::time::{Duration, Instant};

use super::crowd::{Crowd, name};
use super::floor::FloorCrowd;
use super::process::Server;
use super::progress::Progress;
use super::{Failure, median};

/// Bytes of a line as it is heard, its ending included.
pub(crate) const LINE_BYTES: usize = 100;

/// How long a message may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is left of a server's turn when the last has heard the message, and then some.
const AFTERMATH: Duration = Duration::from_millis(10);

/// How the server passes words on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With the speaker's name before them.
    Chat,
    /// As they came.
    Floor,
}

/// Medians of some rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fanout {
    /// Server processor time for one line to one reader, in microseconds.
    pub(crate) cost_us: f64,
    /// From the speaker's write until the last reader has it, in milliseconds.
    pub(crate) last_ms: f64,
}

impl Fanout {
    /// Deliveries for a second of server processor time.
    pub(crate) fn per_second(self) -> f64 {
        1e6 / self.cost_us
    }
}

/// The chat and the floor beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub(crate) chat: Fanout,
    pub(crate) floor: Fanout,
    /// Deliveries of the chat for one of the floor, at the same processor time: the median of all rounds' ratios.
    pub(crate) ratio: f64,
}

/// What rounds took.
#[derive(Default)]
struct Series {
    costs: Vec<f64>,
    lasts: Vec<f64>,
}

impl Series {
    /// Measures one `pass` to so many listeners.
    fn add(
        &mut self,
        server: &Server,
        listeners: usize,
        pass: impl FnOnce() -> Result<Duration, Failure>,
    ) -> Result<(), Failure> {
        let before = server.processor()?;
        let last = pass()?;
        let cost = server.processor()?.since(before).total;
        self.costs.push(cost.as_secs_f64() * 1e6 / listeners as f64);
        self.lasts.push(last.as_secs_f64() * 1e3);
        Ok(())
    }

    fn medians(&self) -> Fanout {
        Fanout { cost_us: median(self.costs.clone()), last_ms: median(self.lasts.clone()) }
    }
}

/// Lets `rounds` messages pass through the chat and as many through the floor, in turns: whatever else the machine is
/// doing, it does to both. An error unless everybody but the speaker hears each message once.
pub(crate) fn compare(
    server: &Server,
    crowd: &mut Crowd,
    floor: &mut FloorCrowd,
    rounds: usize,
    progress: &mut Progress,
) -> Result<Compared, Failure> {
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    let listeners = crowd.len() - 1;
    for round in 0..=rounds {
        if round == 1 {
            // The first round was for the caches.
            (ours, theirs) = Default::default();
        }
        for chat in [round % 2 == 0, round % 2 == 1] {
            if chat {
                ours.add(server, listeners, || pass(crowd, Manner::Chat, round))?;
            } else {
                let FloorCrowd { server, load } = &mut *floor;
                theirs.add(server, listeners, || load.pass(round))?;
            }
        }
        progress.at(round, rounds);
    }
    let ratios = theirs.costs.iter().zip(&ours.costs).map(|(theirs, ours)| theirs / ours);
    Ok(Compared { ratio: median(ratios.collect()), chat: ours.medians(), floor: theirs.medians() })
}

/// Who has heard the message of a round.
struct Tally<'a> {
    line: &'a [u8],
    heard: &'a mut [u32],
    reached: usize,
    /// Other lines.
    stray: usize,
}

impl Tally<'_> {
    fn count(&mut self, who: usize, what: &[u8]) {
        if what == self.line {
            self.heard[who] += 1;
            self.reached += 1;
        } else {
            self.stray += 1;
        }
    }
}

/// Lets one message pass, and gives the time until the last has it.
pub(crate) fn pass(crowd: &mut Crowd, manner: Manner, round: usize) -> Result<Duration, Failure> {
    let listeners = crowd.len() - 1;
    // Somebody else each time, from all over the room.
    let speaker = round * 7919 % crowd.len();
    let prefix = format!("{}: ", name(speaker));
    let words = format!("{:x<width$}", format!("mensaje {round} "), width = LINE_BYTES - prefix.len() - 1);
    let line = format!("{prefix}{words}\n");
    let heard = &mut vec![0; crowd.len()];
    let mut tally = Tally { line: line.as_bytes(), heard, reached: 0, stray: 0 };
    let said = if manner == Manner::Chat { &line.as_bytes()[prefix.len()..] } else { line.as_bytes() };
    let begun = Instant::now();
    crowd.say(speaker, said)?;
    while tally.reached < listeners && begun.elapsed() < PATIENCE {
        crowd.turn(AFTERMATH, &mut |who, what| tally.count(who, what))?;
    }
    let last = begun.elapsed();
    while let Some(left) = (last + AFTERMATH).checked_sub(begun.elapsed()) {
        crowd.turn(left, &mut |who, what| tally.count(who, what))?;
    }
    let Tally { reached, stray, .. } = tally;
    let twice = heard.iter().filter(|&&times| times > 1).count();
    if reached != listeners || twice > 0 || heard[speaker] > 0 || stray > 0 {
        let what = format!("{reached} hearings for {listeners} people, {twice} of whom more than once");
        return Err(format!("message {round}: {what}; {stray} other lines").into());
    }
    Ok(last)
}
