//! From the pieces in which simplelog writes a record to whole lines.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::mpsc::Sender;

use super::clock::LogClock;
use super::queue::LogQueue;

thread_local! {
    /// Whether this thread's lines wait until the log is flushed.
    static HOLDS: Cell<bool> = const { Cell::new(false) };
}

/// From now on this thread's lines wait until the log is flushed.
pub(super) fn hold() {
    HOLDS.set(true);
}

/// Where whole lines go.
pub(super) enum Sink {
    /// To be written.
    Queue(LogQueue),
    /// Back to who made them.
    Maker(Sender<Vec<u8>>),
}

/// Puts whole lines together, with date and time in front: simplelog writes one record in several pieces.
pub(super) struct LineWriter {
    line: Vec<u8>,
    painted: bool,
    clock: LogClock,
    sink: Sink,
}

impl LineWriter {
    /// Hands every line, newline included, to `sink`; its level in colour if `painted`.
    pub(super) fn new(painted: bool, clock: LogClock, sink: Sink) -> LineWriter {
        LineWriter { line: Vec::new(), painted, clock, sink }
    }

    fn hand_on(&mut self) {
        if self.painted {
            paint(&mut self.line);
        }
        match &self.sink {
            Sink::Queue(queue) if HOLDS.get() => queue.hold(&self.line),
            Sink::Queue(queue) => queue.push(&self.line),
            Sink::Maker(maker) => drop(maker.send(self.line.clone())),
        }
        self.line.clear();
    }
}

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            if self.line.is_empty() {
                self.clock.write(&mut self.line);
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.hand_on();
            }
        }
        Ok(bytes.len())
    }

    /// Hands over the lines that were held.
    fn flush(&mut self) -> io::Result<()> {
        if let Sink::Queue(queue) = &self.sink {
            queue.hand_over();
        }
        Ok(())
    }
}

/// Colours the level: simplelog colours only what it writes to the terminal itself, and there it would wait. The first
/// brackets of a line are the level's, for the time before them has none.
fn paint(line: &mut Vec<u8>) {
    let Some(open) = line.iter().position(|&byte| byte == b'[') else { return };
    let Some(close) = line.iter().position(|&byte| byte == b']') else { return };
    let color: &[u8] = match line.get(open + 1..close) {
        Some(b"ERROR") => b"\x1b[31m",
        Some(b"WARN") => b"\x1b[33m",
        Some(b"INFO") => b"\x1b[32m",
        Some(b"DEBUG") => b"\x1b[36m",
        Some(b"TRACE") => b"\x1b[90m",
        _ => return,
    };
    line.splice(close + 1..close + 1, *b"\x1b[0m");
    line.splice(open..open, color.iter().copied());
}
