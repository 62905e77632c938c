//! The server's log: date, time, level and words, on the console and in a file.
//!
//! Law: a log that nobody reads (a stopped terminal, a full pipe, a full disk) never stops the chat.

mod clock;
mod lines;
mod queue;

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use log::{Level, LevelFilter, Log, Record};
use simplelog::{CombinedLogger, Config, ConfigBuilder, SharedLogger, WriteLogger};

pub use clock::LogClock;
use lines::Lines;
pub use queue::LogQueue;

use crate::chat::Language;
use crate::clock::{Zone, wall_clock};
use crate::limits;

/// What the log is to be like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How much is logged.
    pub level: LevelFilter,
    /// A file that gets the log as well.
    pub file: Option<PathBuf>,
    /// Whether the console is coloured; the file never is.
    pub color: Color,
    /// The language in which lost lines are told.
    pub language: Language,
}

/// When to colour the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// At a terminal that can, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The running log, to wait for at the end.
pub struct Guard {
    queues: Vec<LogQueue>,
}

impl Guard {
    /// Waits until all that was logged is written, at most for `patience`: a stopped terminal does not stop the exit
    /// either. Says whether all was written or given up.
    pub fn flush(&self, patience: Duration) -> bool {
        // One that does not make it has used up the time, which was the others' time too.
        let deadline = Instant::now() + patience;
        let left = || deadline.saturating_duration_since(Instant::now());
        self.queues.iter().all(|queue| queue.flush(left()))
    }
}

/// Starts the log, whose lines have the time of `zone`. To be called once.
///
/// # Errors
///
/// The file cannot be opened (the error names it), a thread cannot be had, or there is a log already.
pub fn start(settings: &Settings, zone: Zone) -> io::Result<Guard> {
    let clock = LogClock::new(zone, wall_clock);
    // A descriptor of our own for the same terminal. `io::stderr` has a lock, and whoever else wanted to write there
    // (a panic, say) would wait for the thread that is stuck in it. Never made non-blocking: the shell shares it.
    let console = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    let mut queues = vec![queue(console, &clock, settings.language, painted(settings.color))?];
    let mut loggers: Vec<Box<dyn SharedLogger>> =
        vec![recorder(&queues[0], &clock, settings.level, painted(settings.color))];
    if let Some(path) = &settings.file {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file =
            file.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let queue = queue(file, &clock, settings.language, false)?;
        loggers.push(recorder(&queue, &clock, settings.level, false));
        queues.push(queue);
    }
    CombinedLogger::init(loggers).map_err(io::Error::other)?;
    Ok(Guard { queues })
}

/// How a line looks behind its date and time: `[INFO] words`. Debugging adds the module, tracing the line of code. The
/// time is not simplelog's, for which the offset from UTC is the same in summer and in winter.
fn config() -> Config {
    let mut builder = ConfigBuilder::new();
    builder.set_time_level(LevelFilter::Off).set_thread_level(LevelFilter::Off);
    builder.build()
}

/// A queue in front of `out` that tells its losses as a line of the log.
pub fn queue<W>(out: W, clock: &LogClock, language: Language, painted: bool) -> io::Result<LogQueue>
where
    W: Write + Send + 'static,
{
    let (sender, told) = mpsc::channel();
    let lines = Lines::new(painted, clock.clone(), move |line: &[u8]| drop(sender.send(line.to_vec())));
    let logger = WriteLogger::new(LevelFilter::Warn, config(), lines);
    LogQueue::start(out, limits::LOG_QUEUE_LINES, move |lost| {
        let words = lost_lines(lost, language);
        logger.log(&Record::builder().level(Level::Warn).args(format_args!("{words}")).build());
        told.try_iter().flatten().collect()
    })
}

/// A logger whose lines go to `queue`.
pub fn recorder(
    queue: &LogQueue,
    clock: &LogClock,
    level: LevelFilter,
    painted: bool,
) -> Box<dyn SharedLogger> {
    let queue = queue.clone();
    let lines = Lines::new(painted, clock.clone(), move |line: &[u8]| queue.push(line));
    WriteLogger::new(level, config(), lines)
}

fn lost_lines(lost: u64, language: Language) -> String {
    match (language, lost) {
        (Language::Spanish, 1) => "Se perdió 1 línea del registro.".into(),
        (Language::Spanish, _) => format!("Se perdieron {lost} líneas del registro."),
        (Language::English, 1) => "1 log line was lost.".into(),
        (Language::English, _) => format!("{lost} log lines were lost."),
    }
}

fn painted(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
            !refused && !dumb && io::stderr().is_terminal()
        }
    }
}
