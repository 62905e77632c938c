//! What travels between the chat and the helper thread: plain values, for the core's words cannot leave its thread.

use std::collections::BTreeMap;
use std::time::Duration;

use super::affair::{Affair, Outcome};
use super::expulsions::ExpulsionRow;
use super::rooms::{Fact, RoomRow};
use super::sqlite::FileNews;
use crate::chat::{Found, Line, Look, Name, Reach, RoomKey, Text, UnixMillis};
use crate::limits::ROOMS_MAX;
use crate::locale::FileFault;

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

/// Something for the helper thread to do.
#[derive(Debug)]
pub(super) enum Job {
    Keep(Row),
    Change(Change),
    /// A question, by its ticket.
    Look(u64, Query),
    Affair(Affair),
}

/// Something that must not get lost, and of which only the last word counts.
#[derive(Debug)]
pub(super) enum Change {
    /// Something is different in a room.
    Fact { room: u64, what: Fact },
    /// A room is there, and this is all that there is to know of it.
    Room(Box<RoomRow>),
    /// A room is no more.
    RoomGone { key: u64 },
    /// Somebody is expelled.
    Expelled(Box<ExpulsionRow>),
    /// Nobody is any more by the expulsion of that number.
    Readmitted { number: u64 },
    /// The letters of an account were handed over, up to this one.
    Ack { account: u32, up_to: u64 },
}

impl Job {
    /// Bytes of memory that it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let words = match self {
            Job::Keep(row) => row.bytes(),
            Job::Change(change) => change.bytes(),
            Job::Look(_, Query::Search(rooms, words, _)) => size_of_val(rooms.as_slice()) + words.len(),
            Job::Look(..) => 0,
            Job::Affair(affair) => affair.bytes(),
        };
        JOB_BYTES + words
    }

    pub(super) fn is_change(&self) -> bool {
        matches!(self, Job::Change(_))
    }
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

/// What a job takes beside its words: two allocations of a line, and what the allocator adds, are in it.
pub(super) const JOB_BYTES: usize = size_of::<Job>() + 32;

/// What is looked for in the file.
#[derive(Clone, Debug)]
pub(super) enum Query {
    Last(u64, usize),
    Search(Vec<u64>, String, usize),
}

/// What was found in the file.
#[derive(Debug, Default)]
pub(super) struct Sought {
    /// Oldest first.
    pub(super) rows: Vec<Row>,
    pub(super) reach: Reach,
    /// Lines that were looked at for it.
    pub(super) looked_at: u64,
}

/// Something that the helper thread has to say.
#[derive(Debug)]
pub(super) enum Word {
    /// What came of a question.
    Found { ticket: u64, query: Query, sought: Sought, cost: Duration },
    /// It could not be read, and why.
    Unreadable { ticket: u64, query: Query, why: FileFault },
    /// So many lines could not be written, and why if the file said so. No line: something else could not.
    Lost(u64, Option<FileFault>),
    /// At the end: changes are left that could not be written.
    Unwritten,
    /// The queue has room again.
    Room,
    /// What came of an affair.
    Outcome(Outcome),
    /// What happened to a file of the directory.
    File(FileNews),
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

    /// The line that it was. None: somebody else wrote it into the file, and it is no line of ours.
    pub(super) fn into_line(self) -> Option<Line> {
        let (room, at) = (RoomKey(self.room), UnixMillis(self.at));
        if self.kind == LineKind::Gap {
            return Some(Line::gap(room, at, self.text.parse().ok()?));
        }
        let from = Name::known(&self.who).ok()?;
        Some(Line { room, at, from, acted: self.kind == LineKind::Acted, text: Text::clean(&self.text) })
    }
}

impl Query {
    /// What has to be read from the file; what is shown on entering comes from memory.
    pub(super) fn of(look: &Look) -> Option<Query> {
        match look {
            Look::Entering(..) => None,
            Look::Last(room, count) => Some(Query::Last(room.0, *count)),
            Look::Search(rooms, words, count) => {
                let rooms = rooms.iter().map(|room| room.0).collect();
                Some(Query::Search(rooms, words.as_str().to_owned(), *count))
            }
        }
    }

    pub(super) fn is_search(&self) -> bool {
        matches!(self, Query::Search(..))
    }

    /// What was found, for the core.
    pub(super) fn found(self, sought: Sought) -> Found {
        let look = match self {
            Query::Last(room, count) => Look::Last(RoomKey(room), count),
            Query::Search(rooms, words, count) => {
                Look::Search(rooms.into_iter().map(RoomKey).collect(), Text::clean(&words), count)
            }
        };
        let lines = sought.rows.into_iter().filter_map(Row::into_line).collect();
        Found { look, lines, reach: sought.reach }
    }
}
