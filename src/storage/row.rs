//! Lines and accounts as the file has them.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::chat::{AccountKey, Line, Name, Origin, RoomKey, Text, UnixMillis};
use crate::limits::ROOMS_MAX;

/// A line of history as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) room: u64,
    pub(super) at: i64,
    pub(super) kind: LineKind,
    /// Empty for a gap.
    pub(super) who: String,
    /// How many lines are missing, for a gap.
    pub(super) text: String,
}

/// What a row of history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Said = 0,
    Acted = 1,
    Gap = 2,
}

/// An account as the file has it.
#[derive(Clone, Debug)]
pub(super) struct AccountRow {
    pub(super) key: AccountKey,
    pub(super) name: Name,
    /// A PHC string.
    pub(super) password: String,
    /// From where it was made, if in the chat.
    pub(super) made_from: Option<Origin>,
    /// From where its owner has logged in, the last one first.
    pub(super) trusted: Vec<Origin>,
}

impl Row {
    pub(super) fn of(line: &Line) -> Row {
        let kind = if line.acted { LineKind::Acted } else { LineKind::Said };
        let (who, text) = (line.from.as_str().to_owned(), line.text.as_str().to_owned());
        Row { room: line.room.0, at: line.at.0, kind, who, text }
    }

    /// Bytes of its words.
    pub(super) fn bytes(&self) -> usize {
        self.who.len() + self.text.len()
    }

    /// How many lines it stands for: itself, or those that are missing.
    pub(super) fn lines(&self) -> u64 {
        if self.kind == LineKind::Gap { self.text.parse().unwrap_or(0) } else { 1 }
    }

    pub(super) fn gap(room: u64, at: i64, lines: u64) -> Row {
        Row { room, at, kind: LineKind::Gap, who: String::new(), text: lines.to_string() }
    }

    /// The line that it was. None: another program wrote it into the file, and it is no line of ours.
    pub(super) fn into_line(self) -> Option<Line> {
        let (room, at) = (RoomKey(self.room), UnixMillis(self.at));
        if self.kind == LineKind::Gap {
            return Some(Line::gap(room, at, self.text.parse().ok()?));
        }
        let from = Name::known(&self.who).ok()?;
        Some(Line { room, at, from, acted: self.kind == LineKind::Acted, text: Text::clean(&self.text) })
    }
}

/// An account's number as the core has it. None: it is none of ours.
pub(super) fn account_key(number: u32) -> Option<AccountKey> {
    NonZeroU32::new(number).map(AccountKey)
}

/// Counts a line that is missing. Of very many rooms the oldest is forgotten, which is gone: it was told when it arose.
pub(super) fn miss<K: Ord + Copy>(gaps: &mut BTreeMap<K, (u64, i64)>, room: K, at: i64, lines: u64) {
    gaps.entry(room).or_insert((0, at)).0 += lines;
    if gaps.len() > ROOMS_MAX
        // The first is the one of everybody.
        && let Some(oldest) = gaps.keys().nth(1).copied()
    {
        gaps.remove(&oldest);
    }
}
