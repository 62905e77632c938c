//! What the server logs while the simulation runs it, caught in the thread that runs it.

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};

thread_local! {
    /// None: nobody listens in this thread.
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

struct Caught;

impl Log for Caught {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LINES.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = record.args().to_string();
            LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|lines| lines.push(line.clone())));
        }
    }

    fn flush(&self) {}
}

/// Listens in this thread, or does so no more.
pub fn listen(listens: bool) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Caught).expect("no test of this process logs");
        log::set_max_level(LevelFilter::Trace);
    });
    LINES.set(listens.then(Vec::new));
}

/// What was logged in this thread since this was asked last.
pub fn take() -> Vec<String> {
    LINES.with_borrow_mut(|lines| lines.as_mut().map(std::mem::take).unwrap_or_default())
}
