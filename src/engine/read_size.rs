//! How many lines one read of the log asks for: the engine counts lines and not bytes, and lines can be very long.

use crate::cluster::LogLine;
use crate::limits::{LOG_READ_BYTES, LOG_READ_LINES, LOG_READ_LINES_FIRST};

/// What the next read asks for: of lines like those of the last one so many that they are some [`LOG_READ_BYTES`]; no more than twice as
/// many as that one asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadSize(usize);

impl Default for ReadSize {
    fn default() -> ReadSize {
        ReadSize(LOG_READ_LINES_FIRST)
    }
}

impl ReadSize {
    /// Lines.
    pub(super) fn lines(self) -> usize {
        self.0
    }

    /// These lines came.
    pub(super) fn note<C>(&mut self, lines: &[LogLine<C>]) {
        self.fit(lines.len(), lines.iter().map(|line| line.bytes).sum());
    }

    /// So many lines came, which had so many bytes together.
    fn fit(&mut self, lines: usize, bytes: usize) {
        let fitting = lines.saturating_mul(LOG_READ_BYTES).checked_div(bytes).unwrap_or(LOG_READ_LINES);
        self.0 = fitting.min(2 * self.0).clamp(1, LOG_READ_LINES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_asks_for_as_many_lines_as_fit_by_the_last_ones() {
        let mut size = ReadSize::default();
        (0..10).for_each(|_| size.fit(size.lines(), 100 * size.lines()));
        assert_eq!(size.lines(), LOG_READ_LINES, "of short lines as many as may be");
        size.fit(LOG_READ_LINES, LOG_READ_LINES * LOG_READ_BYTES);
        assert_eq!(size.lines(), 1, "a line is read, however long it is");
        size.fit(1, LOG_READ_BYTES / 8);
        assert_eq!(size.lines(), 2, "and then no more than twice as many");
        size.fit(2, LOG_READ_BYTES / 4);
        size.fit(4, LOG_READ_BYTES / 2);
        size.fit(8, LOG_READ_BYTES);
        assert_eq!(size.lines(), 8);
        size.fit(0, 0);
        assert_eq!(size.lines(), 16, "where nothing came nothing is known");
    }
}
