//! Numbered messages at a fixed rate: whether all hear each of them, once and in order, and how long nobody hears anything.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::{Duration, Instant};

use super::Failure;
use super::crowd::{Crowd, name};
use super::fanout::Manner;
use super::steady::Pace;

/// How long after its last message a run is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest sleep of the load.
const NAP: Duration = Duration::from_millis(1);

/// What came of it: all heard all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series {
    pub(crate) messages: usize,
    /// The longest time in which one of them heard nothing, in milliseconds.
    pub(crate) silence: f64,
}

impl Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.messages, self.silence)
    }
}

impl FromStr for Series {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Series, Failure> {
        let (messages, silence) = text.split_once(' ').ok_or("not what a load says")?;
        Ok(Series { messages: messages.parse()?, silence: silence.parse()? })
    }
}

/// Lets people of `crowd` say numbered messages at this pace. An error if one of the others does not hear one, or not when it is its turn.
pub(crate) fn run(crowd: &mut Crowd, manner: Manner, pace: Pace) -> Result<Series, Failure> {
    let (people, messages) = (crowd.len(), pace.messages());
    let speakers: Vec<usize> = (0..pace.senders).map(|nth| nth * people / pace.senders).collect();
    let mut waiting = vec![Vec::new(); pace.senders];
    let mut ears = Ears::new(people, pace.senders);
    let (asked, mut sent) = (messages * (people - 1), 0);
    while ears.heard < asked {
        let now = ears.begun.elapsed();
        while sent < messages && pace.due(sent) <= now {
            let nth = sent % pace.senders;
            let line = format!("{}: ={nth}={}\n", name(speakers[nth]), sent / pace.senders);
            waiting[nth].extend_from_slice(&crowd.words(speakers[nth], manner, &line));
            sent += 1;
        }
        for (&who, waiting) in speakers.iter().zip(&mut waiting) {
            let taken = crowd.offer(who, waiting)?;
            waiting.drain(..taken);
        }
        crowd.turn(NAP, &mut |who, line| ears.hear(who, line))?;
        if let Some(wrong) = ears.wrong.take() {
            return Err(wrong.into());
        }
        if now > pace.length + PATIENCE {
            return Err(format!("{} of {asked} deliveries were made", ears.heard).into());
        }
    }
    Ok(Series { messages, silence: ears.silence.as_secs_f64() * 1e3 })
}

/// What everybody has heard.
struct Ears {
    begun: Instant,
    speakers: usize,
    /// For each listener the number that is next, of each speaker.
    next: Vec<usize>,
    /// When each listener has heard something.
    last: Vec<Option<Duration>>,
    /// When, and by whom, something was heard last.
    now: Duration,
    listener: usize,
    heard: usize,
    silence: Duration,
    wrong: Option<String>,
}

impl Ears {
    fn new(people: usize, speakers: usize) -> Ears {
        Ears {
            begun: Instant::now(),
            speakers,
            next: vec![0; people * speakers],
            last: vec![None; people],
            now: Duration::ZERO,
            listener: usize::MAX,
            heard: 0,
            silence: Duration::ZERO,
            wrong: None,
        }
    }

    fn hear(&mut self, who: usize, line: &[u8]) {
        let Some((speaker, number)) = numbers(line) else { return };
        // One look at the clock for all that one listener reads at once.
        if self.listener != who {
            (self.listener, self.now) = (who, self.begun.elapsed());
            let last = self.last[who].replace(self.now).unwrap_or(self.now);
            self.silence = self.silence.max(self.now - last);
        }
        let next = &mut self.next[who * self.speakers + speaker];
        if number != *next {
            self.wrong.get_or_insert_with(|| format!("{who} heard {number} of {speaker} in place of {next}"));
        }
        *next = number + 1;
        self.heard += 1;
    }
}

/// Which speaker has said it, and the number: `name: =3=1234`.
fn numbers(line: &[u8]) -> Option<(usize, usize)> {
    let said = line.trim_ascii_end().rsplit(|&byte| byte == b' ').next()?;
    let (speaker, number) = std::str::from_utf8(said).ok()?.strip_prefix('=')?.split_once('=')?;
    Some((speaker.parse().ok()?, number.parse().ok()?))
}
