//! A line on stderr that says how far the work is.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// How often the line changes at a terminal.
const REFRESH: Duration = Duration::from_millis(100);

/// One piece of work under way. At a terminal its line grows; elsewhere there is one line when it is done.
pub(crate) struct Progress {
    what: String,
    shown: Option<Instant>,
    live: bool,
}

impl Progress {
    pub(crate) fn start(what: impl Into<String>) -> Progress {
        let mut progress = Progress { what: what.into(), shown: None, live: stderr().is_terminal() };
        progress.show("");
        progress
    }

    /// Nobody needs to know.
    pub(crate) fn silent() -> Progress {
        Progress { what: String::new(), shown: None, live: false }
    }

    /// Says how much of the whole is done.
    pub(crate) fn at(&mut self, done: usize, whole: usize) {
        if self.live && self.shown.is_none_or(|shown| shown.elapsed() >= REFRESH) {
            self.show(&format!("{done} / {whole}"));
        }
    }

    /// The work is done; `result` stays to be read.
    pub(crate) fn done(self, result: &str) {
        eprintln!("{}{} … {result}", if self.live { "\r\x1b[K" } else { "" }, self.what);
    }

    fn show(&mut self, state: &str) {
        if self.live {
            eprint!("\r\x1b[K{} … {state}", self.what);
            self.shown = Some(Instant::now());
        }
    }
}
