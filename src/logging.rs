//! The server's log: date, time, level and words, on the console and in a file.
//!
//! Invariant: a log that nobody reads (a stopped terminal, a full pipe, a full disk) never stops the chat.

mod clock;
mod error;
mod file;
mod lines;
mod queue;
mod words;

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use log::{Level, LevelFilter, Log, Record, warn};
use simplelog::{CombinedLogger, Config, ConfigBuilder, SharedLogger, WriteLogger};

pub use clock::LogClock;
pub use error::LogError;
use file::LogFile;
use lines::{LineWriter, Sink};
pub use queue::LogQueue;

use crate::chat::Language;
use crate::clock::{Zone, wall_clock};
use crate::limits;

/// What the log is to be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// How much is logged.
    pub level: LevelFilter,
    /// A file that gets the log as well.
    pub file: Option<PathBuf>,
    /// Whether the console is coloured; the file never is.
    pub color: Color,
}

impl Default for LogSettings {
    fn default() -> LogSettings {
        LogSettings { level: LevelFilter::Info, file: None, color: Color::Auto }
    }
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

/// The running log. Its end waits until all that was logged is written, for [`limits::LOG_FLUSH_TIMEOUT`] at most: a
/// stopped terminal does not stop the exit either.
pub struct Guard {
    queues: Vec<LogQueue>,
    clock: LogClock,
    reopen: Option<Arc<AtomicBool>>,
}

impl Guard {
    /// From now on what this thread logs waits until the log is flushed ([`Log::flush`]), as the loop does before it
    /// sleeps. What other threads log is handed over at once, behind it.
    pub fn hold(&self) {
        lines::hold();
    }

    /// Waits until all that was logged is written, for `patience` at most.
    pub fn settle(&self, patience: Duration) {
        // Each writes while the other is waited for.
        self.queues.iter().for_each(LogQueue::hand_over);
        let deadline = Instant::now() + patience;
        for queue in &self.queues {
            queue.flush(deadline.saturating_duration_since(Instant::now()));
        }
    }

    /// From now on lines have the time of `zone`.
    pub fn set_zone(&self, zone: Zone) {
        self.clock.set_zone(zone);
    }

    /// Has the file opened again, for it may have been renamed; by its own thread, soon. If that fails the log goes on
    /// in the one that is open, and says so.
    pub fn reopen(&self) {
        if let Some(reopen) = &self.reopen {
            reopen.store(true, Ordering::Release);
            self.queues.iter().for_each(LogQueue::call);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.settle(limits::LOG_FLUSH_TIMEOUT);
    }
}

/// Starts the log, whose lines have the time of `zone`, and which tells in `language` what happens to itself. To be called once.
///
/// # Errors
///
/// The file cannot be opened, a thread cannot be had, or there is a log already.
pub fn start(settings: &LogSettings, language: Language, zone: Zone) -> Result<Guard, LogError> {
    let file = match &settings.file {
        None => None,
        Some(path) => {
            Some(LogFile::open(path, language).map_err(|error| LogError::File(path.clone(), error))?)
        }
    };
    let open_to_all = file.as_ref().and_then(LogFile::open_to_all);
    let guard = begin(settings, file, language, LogClock::new(zone, wall_clock))?;
    if let (Some(path), Some(mode)) = (&settings.file, open_to_all) {
        warn!("{}", words::open_to_all(path, mode, language));
    }
    Ok(guard)
}

/// The same for a server that goes on with people who are there already: nobody is let go because there is no log, or waits for it. Its
/// thread opens the file, and tries that again if it fails.
pub fn start_anyway(settings: &LogSettings, language: Language, zone: Zone) -> Guard {
    let file = settings.file.as_ref().map(|path| LogFile::later(path, language));
    let clock = LogClock::new(zone, wall_clock);
    let guard = begin(settings, file, language, clock.clone());
    // Without a console or a thread there is nobody to tell.
    guard.unwrap_or(Guard { queues: Vec::new(), clock, reopen: None })
}

fn begin(
    settings: &LogSettings,
    file: Option<LogFile>,
    language: Language,
    clock: LogClock,
) -> Result<Guard, LogError> {
    // A descriptor of our own for the same terminal. `io::stderr` has a lock, and another thread that wanted to write there
    // (a panic, say) would wait for the thread that is stuck in it. Never made non-blocking: the shell shares it.
    let console = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    let painted = painted(settings.color);
    let mut queues = vec![queue(console, &clock, language, painted)?];
    let mut loggers: Vec<Box<dyn SharedLogger>> = vec![recorder(&queues[0], &clock, settings.level, painted)];
    let mut reopen = None;
    if let Some(file) = file {
        reopen = Some(file.asked());
        let queue = queue(file, &clock, language, false)?;
        loggers.push(recorder(&queue, &clock, settings.level, false));
        queues.push(queue);
    }
    CombinedLogger::init(loggers)?;
    Ok(Guard { queues, clock, reopen })
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
    let lines = LineWriter::new(painted, clock.clone(), Sink::Maker(sender));
    let logger = WriteLogger::new(LevelFilter::Warn, config(), lines);
    LogQueue::start(out, limits::LOG_QUEUE_LINES, move |lost| {
        let words = words::lost_lines(lost, language);
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
    let lines = LineWriter::new(painted, clock.clone(), Sink::Queue(queue.clone()));
    WriteLogger::new(level, config(), lines)
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
