//! One message at a time, or some at once: somebody speaks, and the next one waits until everybody else has heard it.

use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::crowd::{Crowd, NAME_BYTES, name};
use super::process::Server;
use super::progress::Progress;
use super::web::{self, Peer};
use super::{Failure, median};

/// Bytes of a line as it is heard, its ending included.
pub(crate) const LINE_BYTES: usize = 100;

/// How long a message may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is left of a server's turn when the last has heard the message, and then some.
const AFTERMATH: Duration = Duration::from_millis(10);

/// How people talk to a server, and how it passes their words on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Manner {
    /// In lines to the chat, which puts the speaker's name before them.
    Chat,
    /// Over WebSocket to the chat, which puts them into a message.
    Web,
    /// In lines, in TLS.
    Tls,
    /// Every other one in lines, and the others over WebSocket.
    Half,
    /// As they came.
    Floor,
    /// As they came, and as long as a message over WebSocket.
    LongFloor,
    /// Over nats-server's own WebSocket.
    Nats,
    /// Two and two by a Redis's PUBLISH and SUBSCRIBE.
    PubSub,
}

/// What people speak, as a bench is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Lines.
    #[default]
    Line,
    /// JSON over WebSocket.
    Web,
    /// Half of a room this, half of it that.
    Both,
    /// Lines in TLS.
    Tls,
}

impl Protocol {
    pub(crate) fn manner(self) -> Manner {
        match self {
            Protocol::Line => Manner::Chat,
            Protocol::Web => Manner::Web,
            Protocol::Both => Manner::Half,
            Protocol::Tls => Manner::Tls,
        }
    }
}

impl Manner {
    /// How the person at `index` talks, if not in lines.
    pub(crate) fn peer(self, index: usize) -> Option<Peer> {
        match self {
            Manner::Web => Some(Peer::Chat),
            Manner::Half => (index % 2 == 1).then_some(Peer::Chat),
            Manner::Nats => Some(Peer::Nats),
            Manner::Chat | Manner::Tls | Manner::Floor | Manner::LongFloor | Manner::PubSub => None,
        }
    }

    /// What has to be sent so that `line`, with its speaker's name, is heard, where that is said in lines.
    pub(crate) fn said(self, line: &[u8]) -> &[u8] {
        match self {
            Manner::Floor | Manner::LongFloor | Manner::PubSub => line,
            Manner::Chat | Manner::Tls | Manner::Web | Manner::Half | Manner::Nats => &line[NAME_BYTES + 2..],
        }
    }

    /// Bytes of a line as it is said and heard.
    pub(crate) fn line_bytes(self) -> usize {
        if self == Manner::LongFloor { web::frame_bytes(LINE_BYTES) } else { LINE_BYTES }
    }
}

/// One round, or the median of some.
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

/// Two servers beside each other, the chat and the floor as a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub(crate) chat: Fanout,
    pub(crate) floor: Fanout,
    /// Deliveries of the first for one of the other, at the same processor time: the median of all rounds' ratios.
    pub(crate) ratio: f64,
}

/// Measures one `pass` of so many deliveries through `server`; it gives the time until the last was made.
pub(crate) fn sample(
    server: &Server,
    deliveries: usize,
    pass: impl FnOnce() -> Result<Duration, Failure>,
) -> Result<Fanout, Failure> {
    let before = server.processor()?;
    let last = pass()?;
    let cost = server.processor()?.since(before).total;
    Ok(Fanout { cost_us: cost.as_secs_f64() * 1e6 / deliveries as f64, last_ms: last.as_secs_f64() * 1e3 })
}

/// Takes `rounds` samples of ours and as many of theirs, in turns: whatever else the machine is doing, it does to
/// both.
pub(crate) fn compare(
    rounds: usize,
    progress: &mut Progress,
    ours: &mut dyn FnMut(usize) -> Result<Fanout, Failure>,
    theirs: &mut dyn FnMut(usize) -> Result<Fanout, Failure>,
) -> Result<Compared, Failure> {
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let pair = if round % 2 == 0 {
            let first = ours(round)?;
            (first, theirs(round)?)
        } else {
            let first = theirs(round)?;
            (ours(round)?, first)
        };
        // The first round was for the caches.
        if round > 0 {
            pairs.push(pair);
        }
        progress.at(round, rounds);
    }
    let middle = |of: &dyn Fn(&(Fanout, Fanout)) -> f64| median(pairs.iter().map(of).collect());
    Ok(Compared {
        chat: Fanout { cost_us: middle(&|pair| pair.0.cost_us), last_ms: middle(&|pair| pair.0.last_ms) },
        floor: Fanout { cost_us: middle(&|pair| pair.1.cost_us), last_ms: middle(&|pair| pair.1.last_ms) },
        ratio: middle(&|pair| pair.1.cost_us / pair.0.cost_us),
    })
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

/// Lets somebody say `messages` lines at once, and gives the time until the last reader has the last of them. An error
/// unless everybody else who reads hears each once.
pub(crate) fn pass(
    crowd: &mut Crowd,
    manner: Manner,
    round: usize,
    messages: usize,
) -> Result<Duration, Failure> {
    let deliveries = (crowd.readers() - 1) * messages;
    // Somebody else each time, from all over the room.
    let speaker = round * 7919 % crowd.readers();
    let start = format!("{}: mensaje {round} ", name(speaker));
    let line = format!("{start:x<width$}\n", width = manner.line_bytes() - 1);
    let heard = &mut vec![0; crowd.len()];
    let mut tally = Tally { line: line.as_bytes(), heard, reached: 0, stray: 0 };
    let said = crowd.words(speaker, manner, &line).repeat(messages);
    let begun = Instant::now();
    let mut sent = 0;
    while (tally.reached < deliveries || sent < said.len()) && begun.elapsed() < PATIENCE {
        if sent < said.len() {
            sent += crowd.offer(speaker, &said[sent..])?;
        }
        let patience = if sent < said.len() { Duration::ZERO } else { AFTERMATH };
        crowd.turn(patience, &mut |who, what| tally.count(who, what))?;
    }
    let last = begun.elapsed();
    while let Some(left) = (last + AFTERMATH).checked_sub(begun.elapsed()) {
        crowd.turn(left, &mut |who, what| tally.count(who, what))?;
    }
    let Tally { reached, stray, .. } = tally;
    let more = heard.iter().filter(|&&times| times as usize > messages).count();
    if reached != deliveries || more > 0 || heard[speaker] > 0 || stray > 0 {
        let what = format!("{reached} hearings instead of {deliveries}, {more} people heard too much");
        return Err(format!("round {round}: {what}; {stray} other lines").into());
    }
    Ok(last)
}
