//! Where text stands on a screen of so many columns.
//!
//! Invariants: pure; no row is ever wider than the screen, so the terminal itself never wraps. A row that goes on with a
//! line begins with an indent, so that it cannot look like another member's line.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the second and later rows of a line begin with, on screens that are wide enough.
const INDENT: &str = "    ";

/// Columns between two tab stops.
const TAB_COLUMNS: usize = 8;

/// A line that is being typed, in rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Typed {
    pub(crate) rows: Vec<String>,
    /// The row that has the cursor.
    pub(crate) cursor_row: usize,
    /// How many bytes of that row stand before the cursor.
    pub(crate) cursor_at: usize,
}

/// Columns that a cluster may take. Terminals disagree about clusters of several characters (a family is one picture on
/// some, and its members side by side on others): the most is assumed.
fn width(cluster: &str) -> usize {
    cluster.width().max(cluster.chars().filter_map(UnicodeWidthChar::width).sum())
}

/// A cluster as it is shown at this column: a TAB as spaces up to the next stop.
fn shown(cluster: &str, column: usize) -> (String, usize) {
    if cluster == "\t" {
        let columns = TAB_COLUMNS - column % TAB_COLUMNS;
        return (" ".repeat(columns), columns);
    }
    (cluster.to_string(), width(cluster))
}

/// A line as rows, broken between words. Colours (`ESC [ … m`) take no columns.
pub(crate) fn wrap(line: &str, columns: usize) -> Vec<String> {
    let indent = &INDENT[..INDENT.len().min(columns / 4)];
    let mut rows = Vec::new();
    let (mut row, mut used) = (String::new(), 0);
    // Where the row may be broken: behind its last space, in bytes and in columns.
    let mut gap: Option<(usize, usize)> = None;
    let mut skip_spaces = false;
    let mut clusters = line.graphemes(true).peekable();
    while let Some(cluster) = clusters.next() {
        if cluster == "\x1b" {
            row.push_str(cluster);
            for part in clusters.by_ref() {
                row.push_str(part);
                if part == "m" {
                    break;
                }
            }
            continue;
        }
        let blank = cluster == " " || cluster == "\t";
        if blank && skip_spaces {
            continue;
        }
        skip_spaces = false;
        let (text, taken) = shown(cluster, used);
        if blank && used + taken > columns {
            // A space at the end of a row is not seen, nor are those that follow it.
            rows.push(std::mem::replace(&mut row, indent.to_string()).trim_end().to_string());
            (used, gap, skip_spaces) = (indent.len(), None, true);
            continue;
        }
        // Twice at most: what is moved to the next row may fill that one too.
        while used + taken > columns && (used > indent.len() || rows.is_empty() && used > 0) {
            let (end, at) = gap.take().unwrap_or((row.len(), used));
            let rest = format!("{indent}{}", row.split_off(end));
            rows.push(std::mem::replace(&mut row, rest).trim_end().to_string());
            used = indent.len() + used - at;
        }
        row.push_str(&text);
        used += taken;
        if blank && !row.trim().is_empty() {
            gap = Some((row.len(), used));
        }
    }
    rows.push(row);
    rows
}

/// `prompt` and the line being typed behind it, whose cursor stands before byte `cursor`; `hidden` shows blanks instead.
pub(crate) fn typed(prompt: &str, line: &str, cursor: usize, columns: usize, hidden: bool) -> Typed {
    let mut typed = Typed { rows: vec![String::new()], cursor_row: 0, cursor_at: 0 };
    let mut used = 0;
    let mut put = |typed: &mut Typed, text: &str, taken: usize| {
        if used + taken > columns {
            typed.rows.push(String::new());
            used = 0;
        }
        typed.rows.last_mut().expect("there is a row").push_str(text);
        used += taken;
        used
    };
    let mut column = 0;
    for cluster in prompt.graphemes(true) {
        let (text, taken) = shown(cluster, column);
        column = put(&mut typed, &text, taken);
    }
    let mut at = 0;
    for cluster in line.graphemes(true) {
        if at == cursor {
            mark(&mut typed, column, columns);
        }
        let (text, taken) = if hidden { (" ".to_string(), 1) } else { shown(cluster, column) };
        column = put(&mut typed, &text, taken);
        at += cluster.len();
    }
    if at <= cursor {
        mark(&mut typed, column, columns);
        if typed.cursor_row == typed.rows.len() {
            typed.rows.push(String::new());
        }
    }
    typed
}

/// The cursor stands behind what there is of the last row; behind a full one, at the beginning of the next.
fn mark(typed: &mut Typed, column: usize, columns: usize) {
    let last = typed.rows.len() - 1;
    let full = column >= columns;
    typed.cursor_row = if full { last + 1 } else { last };
    typed.cursor_at = if full { 0 } else { typed.rows[last].len() };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_rows_begin_with_an_indent() {
        assert_eq!(wrap("Ana: hola a todos", 80), ["Ana: hola a todos"]);
        assert_eq!(wrap("Ana: hola a todos", 12), ["Ana: hola a", "   todos"]);
        let forged = format!("Luis: hola{}Ana: dame dinero", " ".repeat(70));
        assert_eq!(wrap(&forged, 40), ["Luis: hola", "    Ana: dame dinero"]);
        assert_eq!(wrap("Luis: palabraslarguísimas", 10), ["Luis:", "  palabras", "  larguísi", "  mas"]);
        assert_eq!(wrap("  #sala, 3 personas", 80), ["  #sala, 3 personas"]);
        assert_eq!(wrap("", 80), [""]);
        let words = format!("Luis: {}", "palabra ".repeat(12));
        let first = format!("Luis: {}", "palabra ".repeat(9));
        assert_eq!(wrap(&words, 80), [first.trim_end(), "    palabra palabra palabra "]);
        for columns in 12..100 {
            let joined: String =
                wrap(&words, columns).iter().map(|row| row.trim().to_string() + " ").collect();
            assert_eq!(joined, words, "{columns}");
        }
    }

    #[test]
    fn row_is_never_wider_than_the_screen() {
        let line =
            "\x1b[31mAna\x1b[0m: 今天天气很好 👩‍👩‍👧‍👧👩‍👩‍👧‍👧 ñandú\tcafé\u{301}\u{301} xxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        for columns in 2..60 {
            for row in wrap(line, columns) {
                let plain = row.replace("\x1b[31m", "").replace("\x1b[0m", "");
                let columns_used: usize = plain.graphemes(true).map(width).sum();
                // A picture that is wider than the whole screen stands alone.
                let alone = plain.trim().graphemes(true).count() == 1;
                assert!(columns_used <= columns || alone, "{columns}: {row:?}");
            }
        }
    }

    #[test]
    fn cursor_is_where_the_next_letter_goes() {
        let end = typed("Tú: ", "hola", 4, 80, false);
        assert_eq!(end, Typed { rows: vec!["Tú: hola".into()], cursor_row: 0, cursor_at: 9 });
        let middle = typed("Tú: ", "hola", 2, 80, false);
        assert_eq!((middle.cursor_row, middle.cursor_at), (0, 7));
        let full = typed("Tú: ", "hola", 4, 8, false);
        assert_eq!((full.rows.len(), full.cursor_row, full.cursor_at), (2, 1, 0));
        let wide = typed("> ", "今天天气", 12, 5, false);
        assert_eq!(wide.rows, ["> 今", "天天", "气"]);
        let hidden = typed("C: ", "secreto", 7, 80, true);
        assert_eq!(hidden.rows, ["C:        "]);
    }
}
