//! Messages at a fixed rate, each with the time it was due in it, and when it was written: how many arrive, how late,
//! and how long the server kept them.
//!
//! Invariants: a message is as old as its due time, whoever kept it from leaving on time; nothing is left out of the
//! count. The server has a message from its write until the system has it for the reader: neither the load's waiting for
//! a processor nor its reading is in that. Of messages that are read together all count as the last of them.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Failure;
use super::crowd::{Crowd, NAME_BYTES, name};
use super::fanout::Manner;
use super::latency::Latencies;

/// When nothing has come for this long, nothing will.
const QUIET: Duration = Duration::from_secs(2);

/// How long after its last message a run is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest sleep while messages are still to be sent.
const NAP: Duration = Duration::from_millis(1);

/// Digits of a due time, and of when a message was written, in nanoseconds.
const STAMP_DIGITS: usize = 12;

/// What [`STAMP_DIGITS`] can hold, in nanoseconds: times by the wall clock are taken modulo this.
const STAMP_RANGE: u128 = 1_000_000_000_000;

/// What is said, and how fast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) senders: usize,
    /// Messages a second, of all of them together.
    pub(crate) per_second: u32,
    pub(crate) length: Duration,
}

impl Pace {
    pub(crate) fn messages(self) -> usize {
        (f64::from(self.per_second) * self.length.as_secs_f64()).round() as usize
    }

    pub(crate) fn due(self, message: usize) -> Duration {
        Duration::from_secs_f64(message as f64 / f64::from(self.per_second))
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steady {
    /// Deliveries that should have been made.
    pub(crate) asked: u64,
    /// Deliveries that were.
    pub(crate) heard: u64,
    /// From the first of them to the last, in seconds.
    pub(crate) seconds: f64,
    /// Latencies, in milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    /// How long the server kept them, in milliseconds.
    pub(crate) kept_p99: f64,
}

impl Display for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Steady { asked, heard, seconds, p50, p99, p999, kept_p99 } = self;
        write!(f, "{asked} {heard} {seconds} {p50} {p99} {p999} {kept_p99}")
    }
}

impl FromStr for Steady {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Steady, Failure> {
        let numbers: Vec<f64> = text.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [asked, heard, seconds, p50, p99, p999, kept_p99] = numbers[..] else {
            return Err(format!("not what a load says: {text:?}").into());
        };
        Ok(Steady { asked: asked as u64, heard: heard as u64, seconds, p50, p99, p999, kept_p99 })
    }
}

/// Lets people of `crowd` who read say messages at this pace, and everybody who reads hear them.
pub(crate) fn run(crowd: &mut Crowd, manner: Manner, round: usize, pace: Pace) -> Result<Steady, Failure> {
    let readers = crowd.readers();
    let speakers = (0..pace.senders).map(|nth| nth * readers / pace.senders).collect();
    let talk = Talk { speakers, hearers: readers - 1, sleeps: false };
    talk.go_on(crowd, manner, round, pace)
}

/// Lets one of each two who are [together](super::crowd::name_of_partner) say messages at this pace, and the other one hear them. They are said on time by
/// a load that sleeps until then: where there are more servers than processors, it shall take none that it does not need.
pub(crate) fn in_pairs(
    crowd: &mut Crowd,
    manner: Manner,
    round: usize,
    pace: Pace,
) -> Result<Steady, Failure> {
    // One time the first of them, one time the other: of two servers, each has as many who speak.
    let speakers = (0..pace.senders).map(|pair| 2 * pair + pair % 2).collect();
    Talk { speakers, hearers: 1, sleeps: true }.go_on(crowd, manner, round, pace)
}

/// Who speaks, in turn.
struct Talk {
    speakers: Vec<usize>,
    /// How many hear each message.
    hearers: usize,
    /// Whether the load sleeps until the next message is due, or looks at the clock over and over.
    sleeps: bool,
}

impl Talk {
    fn go_on(&self, crowd: &mut Crowd, manner: Manner, round: usize, pace: Pace) -> Result<Steady, Failure> {
        let messages = pace.messages();
        let asked = (messages * self.hearers) as u64;
        let mark = mark(round);
        crowd.stamp()?;
        let mut speakers: Vec<Speaker> =
            self.speakers.iter().map(|&who| Speaker { who, waiting: Vec::new() }).collect();
        let mut ears = Ears::new(mark.as_bytes());
        let mut sent = 0;
        while ears.latencies.total() < asked {
            let now = ears.begun.elapsed();
            while sent < messages && pace.due(sent) <= now {
                let speaker = &mut speakers[sent % self.speakers.len()];
                speaker.add(crowd, manner, &mark, pace.due(sent));
                sent += 1;
            }
            let mut waiting = false;
            for speaker in &mut speakers {
                waiting |= !speaker.speak(crowd)?;
            }
            let patience = match sent < messages {
                true if self.sleeps => {
                    crowd.wake_after(pace.due(sent).saturating_sub(ears.begun.elapsed()))?;
                    NAP
                }
                // A poll waits for whole milliseconds: the last part of one is spent awake, or the figures had it in them.
                true => whole_millis(pace.due(sent).saturating_sub(ears.begun.elapsed()).min(NAP)),
                false => NAP,
            };
            ears.listener = usize::MAX;
            crowd.turn_stamped(if waiting { Duration::ZERO } else { patience }, &mut |who, line, had| {
                ears.hear(who, line, had);
            })?;
            let since = ears.begun.elapsed().saturating_sub(pace.length);
            if sent == messages
                && (since > PATIENCE || since > QUIET && ears.begun.elapsed() > ears.now + QUIET)
            {
                break;
            }
        }
        Ok(ears.sum_up(asked))
    }
}

fn whole_millis(span: Duration) -> Duration {
    Duration::from_millis(span.as_millis() as u64)
}

/// Behind the speaker's name, the beginning of each line of this round.
fn mark(round: usize) -> String {
    format!(": #{:04} ", round % 10_000)
}

/// Somebody who speaks, and what of it has not left.
struct Speaker {
    who: usize,
    waiting: Vec<u8>,
}

impl Speaker {
    fn add(&mut self, crowd: &Crowd, manner: Manner, mark: &str, due: Duration) {
        let (due, written) = (due.as_nanos(), wall_stamp(wall_clock()));
        let start = format!("{}{mark}{due:0STAMP_DIGITS$} {written:0STAMP_DIGITS$} ", name(self.who));
        let line = format!("{start:x<width$}\n", width = manner.line_bytes() - 1);
        self.waiting.extend_from_slice(&crowd.words(self.who, manner, &line));
    }

    /// Says whether everything has left.
    fn speak(&mut self, crowd: &mut Crowd) -> Result<bool, Failure> {
        if !self.waiting.is_empty() {
            let taken = crowd.offer(self.who, &self.waiting)?;
            self.waiting.drain(..taken);
        }
        Ok(self.waiting.is_empty())
    }
}

/// What everybody has heard.
struct Ears<'a> {
    mark: &'a [u8],
    begun: Instant,
    first: Option<Duration>,
    /// When the last was heard.
    now: Duration,
    /// By whom, in this turn.
    listener: usize,
    latencies: Latencies,
    kept: Latencies,
}

impl Ears<'_> {
    fn new(mark: &[u8]) -> Ears<'_> {
        Ears {
            mark,
            begun: Instant::now(),
            first: None,
            now: Duration::ZERO,
            listener: usize::MAX,
            latencies: Latencies::default(),
            kept: Latencies::default(),
        }
    }

    fn hear(&mut self, who: usize, line: &[u8], had: Option<Duration>) {
        // Lines of earlier rounds, of flooders, of the server: none of ours.
        let Some(stamp) = line.get(NAME_BYTES..).and_then(|rest| rest.strip_prefix(self.mark)) else {
            return;
        };
        let Some(due) = stamp.get(..STAMP_DIGITS).and_then(number) else { return };
        // One look at the clock for all that one reader reads at once.
        if self.listener != who {
            self.listener = who;
            self.now = self.begun.elapsed();
        }
        self.first.get_or_insert(self.now);
        self.latencies.add(self.now.saturating_sub(Duration::from_nanos(due)));
        let written = stamp.get(STAMP_DIGITS + 1..2 * STAMP_DIGITS + 1).and_then(number);
        if let (Some(written), Some(had)) = (written, had) {
            let kept = (wall_stamp(had) + STAMP_RANGE as u64 - written) % STAMP_RANGE as u64;
            // A clock that was set back meanwhile makes it longer than any run.
            self.kept.add(Duration::from_nanos(kept));
        }
    }

    fn sum_up(&self, asked: u64) -> Steady {
        let within = |latencies: &Latencies, share| match latencies.total() {
            0 => f64::NAN,
            _ => latencies.within(share).as_secs_f64() * 1e3,
        };
        let milliseconds = |share| within(&self.latencies, share);
        Steady {
            asked,
            heard: self.latencies.total(),
            seconds: self.now.saturating_sub(self.first.unwrap_or_default()).as_secs_f64(),
            p50: milliseconds(0.5),
            p99: milliseconds(0.99),
            p999: milliseconds(0.999),
            kept_p99: within(&self.kept, 0.99),
        }
    }
}

/// What the wall clock says.
fn wall_clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn wall_stamp(time: Duration) -> u64 {
    (time.as_nanos() % STAMP_RANGE) as u64
}

fn number(digits: &[u8]) -> Option<u64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}
