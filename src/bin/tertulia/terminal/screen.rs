//! What is on the terminal: lines that stay, and below them the line being typed.
//!
//! Invariants: only this writes to the terminal while it is ours, and everything that changes at once goes out in one
//! write. Lines that stay are drawn once; after a change of size the whole screen is drawn anew from those that are
//! remembered, since every terminal moves what it shows in its own way.

use std::collections::VecDeque;
use std::io::{self, Write};

use super::layout::{self, Typed};

/// Lines remembered for drawing the screen anew: more than any screen has rows.
const LINES_KEPT: usize = 500;

/// What is shown below the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Below {
    pub(crate) prompt: String,
    pub(crate) line: String,
    /// In bytes of the line.
    pub(crate) cursor: usize,
    /// A password: its letters are shown as blanks.
    pub(crate) hidden: bool,
}

/// See the top of the file.
pub(crate) struct Screen {
    columns: usize,
    rows: usize,
    lines: VecDeque<String>,
    /// Lines that were not drawn yet.
    fresh: usize,
    /// What is drawn below, and in which of its rows the cursor stands.
    drawn: Option<Below>,
    cursor_row: usize,
}

impl Screen {
    pub(crate) fn new((columns, rows): (usize, usize)) -> Screen {
        let (columns, rows) = (columns.max(2), rows.max(2));
        Screen { columns, rows, lines: VecDeque::new(), fresh: 0, drawn: None, cursor_row: 0 }
    }

    /// Adds a line that stays; it is drawn the next time.
    pub(crate) fn add(&mut self, line: String) {
        self.lines.push_back(line);
        self.fresh += 1;
        if self.lines.len() > LINES_KEPT.max(self.fresh) {
            self.lines.pop_front();
        }
    }

    /// Draws what is new.
    pub(crate) fn draw(&mut self, below: Option<Below>) {
        if self.fresh == 0 && self.drawn == below {
            return;
        }
        let mut out = self.back_to_start();
        for line in self.lines.range(self.lines.len() - self.fresh..) {
            for row in layout::wrap(line, self.columns) {
                out.push_str(&row);
                out.push_str("\r\n");
            }
        }
        self.fresh = 0;
        self.draw_below(below, &mut out);
        write(&out);
    }

    /// Draws everything anew on a terminal of this size.
    pub(crate) fn redraw(&mut self, (columns, rows): (usize, usize), below: Option<Below>) {
        (self.columns, self.rows) = (columns.max(2), rows.max(2));
        self.fresh = 0;
        let typed = below.as_ref().map_or(0, |below| self.typed(below).rows.len().min(self.rows));
        let mut room = self.rows.saturating_sub(typed.max(1));
        let mut shown: Vec<Vec<String>> = Vec::new();
        for line in self.lines.iter().rev() {
            let rows = layout::wrap(line, self.columns);
            if rows.len() > room {
                break;
            }
            room -= rows.len();
            shown.push(rows);
        }
        let mut out = "\x1b[H\x1b[2J".to_string();
        for row in shown.iter().rev().flatten() {
            out.push_str(row);
            out.push_str("\r\n");
        }
        self.cursor_row = 0;
        self.draw_below(below, &mut out);
        write(&out);
    }

    /// Rings.
    pub(crate) fn ring(&self) {
        write("\x07");
    }

    /// Leaves the terminal: what is new is drawn, nothing is below.
    pub(crate) fn leave(&mut self) {
        self.drawn.get_or_insert_default();
        self.draw(None);
    }

    /// Back to the first row of what is drawn below, which is cleared.
    fn back_to_start(&self) -> String {
        let up = if self.cursor_row > 0 { format!("\x1b[{}A", self.cursor_row) } else { String::new() };
        if self.drawn.is_some() { format!("{up}\r\x1b[J") } else { String::new() }
    }

    fn typed(&self, below: &Below) -> Typed {
        layout::typed(&below.prompt, &below.line, below.cursor, self.columns, below.hidden)
    }

    fn draw_below(&mut self, below: Option<Below>, out: &mut String) {
        self.cursor_row = 0;
        if let Some(below) = &below {
            let Typed { rows, cursor_row, cursor_at } = self.typed(below);
            // Of a line that does not fit the screen, the rows around the cursor.
            let first = (cursor_row + 1).saturating_sub(self.rows).min(rows.len().saturating_sub(self.rows));
            let shown = &rows[first..rows.len().min(first + self.rows)];
            out.push_str(&shown.join("\r\n"));
            self.cursor_row = cursor_row - first;
            let up = shown.len() - 1 - self.cursor_row;
            if up > 0 {
                out.push_str(&format!("\x1b[{up}A"));
            }
            // Written again up to the cursor, it stands where the terminal itself thinks that this ends.
            out.push('\r');
            out.push_str(&shown[self.cursor_row][..cursor_at]);
        }
        self.drawn = below;
    }
}

/// A terminal that is gone takes nothing any more, and the keyboard will tell.
fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
