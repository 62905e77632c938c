//! From the pieces in which simplelog writes a record to whole lines.

use std::io::{self, Write};

use super::clock::LogClock;

/// Puts whole lines together, with date and time in front: simplelog writes one record in several pieces.
pub(super) struct Lines<F> {
    line: Vec<u8>,
    painted: bool,
    clock: LogClock,
    take: F,
}

impl<F: FnMut(&[u8])> Lines<F> {
    /// Hands every line, newline included, to `take`; its level in colour if `painted`.
    pub(super) fn new(painted: bool, clock: LogClock, take: F) -> Lines<F> {
        Lines { line: Vec::new(), painted, clock, take }
    }
}

impl<F: FnMut(&[u8])> Write for Lines<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            if self.line.is_empty() {
                self.clock.write(&mut self.line);
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                if self.painted {
                    paint(&mut self.line);
                }
                (self.take)(&self.line);
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
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
