//! How a line from the server looks at a terminal: names in their colours, notices dimmed.
//!
//! Invariant: only escape sequences are added, the text stays as it came.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// SGR codes that are readable on light and dark screens alike; black, white and the two yellows are not.
const PALETTE: [u8; 9] = [31, 32, 34, 35, 36, 91, 92, 94, 95];

/// Longest name, in characters. Anything longer before a colon is a sentence.
const NAME_MAX_CHARS: usize = 20;

/// The line with colours; the reader's own name, if it stands somewhere in it, in reverse.
pub(crate) fn paint(line: &str, own: Option<Range<usize>>) -> String {
    let Some(name) = speaker(line) else {
        return if is_notice(line) { format!("\x1b[2m{line}\x1b[0m") } else { line.to_string() };
    };
    let (before, said) = (&line[..name.start], &line[name.end..]);
    let said = match own.filter(|own| own.start >= name.end) {
        None => said.to_string(),
        Some(own) => {
            let (behind, own) = (&line[own.end..], own);
            format!("{}\x1b[7m{}\x1b[0m{behind}", &line[name.end..own.start], &line[own])
        }
    };
    let name = &line[name];
    format!("{before}\x1b[{}m{name}\x1b[0m{said}", colour(name))
}

/// Where `own` stands in what is said, as a word of its own.
pub(crate) fn mention(line: &str, own: &str) -> Option<Range<usize>> {
    let from = speaker(line)?.end;
    let (said, wanted) = (line[from..].to_lowercase(), own.to_lowercase());
    // Lower case may have other lengths; then it is not marked.
    if said.len() != line.len() - from {
        return None;
    }
    let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    said.match_indices(&wanted).find_map(|(at, found)| {
        let before = said[..at].chars().next_back().is_some_and(joins);
        let behind = said[at + found.len()..].chars().next().is_some_and(joins);
        (!before && !behind).then_some(from + at..from + at + found.len())
    })
}

/// Whether the line is a message for the reader alone.
pub(crate) fn is_private(line: &str) -> bool {
    ["[privado] ", "[private] "].iter().any(|mark| line.starts_with(mark))
}

/// The time of day, for the margin.
pub(crate) fn clock(coloured: bool) -> String {
    let now = TimeZone::system().to_datetime(Timestamp::now());
    let clock = format!("{:02}:{:02}", now.hour(), now.minute());
    if coloured { format!("\x1b[2m{clock}\x1b[0m") } else { clock }
}

/// A name's colour is the same for every reader, always: FNV-1a (32 bits) of its bytes chooses it.
fn colour(name: &str) -> u8 {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    PALETTE[hash as usize % PALETTE.len()]
}

/// Does the line tell of arrivals, departures or new names?
pub(crate) fn is_notice(line: &str) -> bool {
    [">>> ", "<<< ", "--- "].iter().any(|mark| line[body(line)..].starts_with(mark))
}

/// Where the name of the sender stands: `Ana: hola`, `* Ana saluda`, both after `[12:03] ` or `#sala `.
pub(crate) fn speaker(line: &str) -> Option<Range<usize>> {
    let mut start = body(line);
    let end = if let Some(action) = line[start..].strip_prefix("* ") {
        start += 2;
        start + action.find(' ')?
    } else {
        start + line[start..].find(": ")?
    };
    is_name(&line[start..end]).then_some(start..end)
}

/// Where the line begins after its time, its room and its marks in brackets.
pub(crate) fn body(line: &str) -> usize {
    let mut start = 0;
    loop {
        let rest = &line[start..];
        let skip = match rest.chars().next() {
            Some('[') => rest.find("] ").map(|at| at + 2),
            Some('#') => rest.find(' ').map(|at| at + 1),
            _ => None,
        };
        match skip {
            Some(skip) => start += skip,
            None => return start,
        }
    }
}

/// Could this be a member's name? Marks that combine with a letter are not letters, so only ASCII is looked at twice.
pub(crate) fn is_name(word: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && !c.is_whitespace());
    word.chars().next().is_some_and(char::is_alphabetic)
        && word.chars().count() <= NAME_MAX_CHARS
        && word.chars().all(fits)
}
