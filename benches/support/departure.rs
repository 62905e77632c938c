//! Everybody leaves at once, and one person who stays watches how the server copes.

use std::time::{Duration, Instant};

use super::Failure;
use super::crowd::Crowd;
use super::process::Server;

/// Sockets dropped between two looks at the witness.
const DROPPED_AT_ONCE: usize = 64;

/// Pause between two questions of the witness.
const PAUSE: Duration = Duration::from_millis(2);

/// Pause between two questions about who is here, which cost more than others.
const COUNT_PAUSE: Duration = Duration::from_millis(25);

/// How long all this may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Departure {
    /// Server processor time, the witness's questions included.
    pub(crate) cost: Duration,
    /// From the first dropped socket until the witness is told to be alone.
    pub(crate) wall: Duration,
    /// The longest that an answer took meanwhile: no turn of the server's loop was much longer.
    pub(crate) longest_answer: Duration,
}

/// Drops the whole of `crowd`, while the one person of `witness` keeps asking.
pub(crate) fn measure(server: &Server, mut crowd: Crowd, witness: &mut Crowd) -> Result<Departure, Failure> {
    let before = server.processor()?;
    let begun = Instant::now();
    let mut watch =
        Watch { present: usize::MAX, asked: None, answered: begun, counted: None, longest: Duration::ZERO };
    while crowd.len() > 0 || watch.present != 1 {
        if begun.elapsed() > PATIENCE {
            return Err(format!("{} people are left after a minute", watch.present).into());
        }
        crowd.leave(DROPPED_AT_ONCE);
        watch.look(witness, if crowd.len() > 0 { Duration::ZERO } else { PAUSE })?;
    }
    let cost = server.processor()?.since(before).total;
    Ok(Departure { cost, wall: begun.elapsed(), longest_answer: watch.longest })
}

/// What the witness knows.
struct Watch {
    /// People in the chat when last counted.
    present: usize,
    asked: Option<Instant>,
    answered: Instant,
    counted: Option<Instant>,
    longest: Duration,
}

impl Watch {
    /// Asks if it is time to, and listens for as long as `patience`.
    fn look(&mut self, witness: &mut Crowd, patience: Duration) -> Result<(), Failure> {
        if self.asked.is_none() && self.answered.elapsed() >= PAUSE {
            let count = self.counted.is_none_or(|counted| counted.elapsed() >= COUNT_PAUSE);
            if count {
                self.counted = Some(Instant::now());
            }
            witness.say(0, if count { b"/quien\n" } else { b"/idioma\n" })?;
            self.asked = Some(Instant::now());
        }
        let (mut present, mut answered) = (None, false);
        witness.turn(patience, &mut |_, line| {
            let line = String::from_utf8_lossy(line);
            if let Some(rest) = line.strip_prefix("En #general, ") {
                present = rest.split(' ').next().and_then(|number| number.parse().ok());
            }
            answered |= present.is_some() || line.starts_with("Te hablo");
        })?;
        self.present = present.unwrap_or(self.present);
        if answered && let Some(asked) = self.asked.take() {
            self.answered = Instant::now();
            self.longest = self.longest.max(asked.elapsed());
        }
        Ok(())
    }
}
