//! History in memory: the last lines of each room, until the server stops.
//!
//! Law: a room holds a bounded number of lines and all rooms a bounded number of bytes; the oldest line of all gives
//! way first, whichever room it is in.

use std::collections::{BTreeMap, VecDeque};

use super::words::fold;
use crate::chat::{Found, Line, Look, RoomKey};
use crate::limits::{ANSWER_MAX_BYTES, HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES};

/// What a line costs beside its words, roughly: two names, two headers, its place in two queues.
const LINE_OVERHEAD_BYTES: usize = 128;

/// The lines of all rooms.
#[derive(Debug, Default)]
pub struct Memory {
    rooms: BTreeMap<RoomKey, VecDeque<Kept>>,
    /// The rooms of all lines, oldest line first; a line that is gone already is passed over.
    order: VecDeque<(RoomKey, u64)>,
    next: u64,
    lines: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    number: u64,
    line: Line,
    /// What it is found by.
    words: Box<str>,
}

impl Kept {
    fn bytes(&self) -> usize {
        self.line.text.as_str().len() + self.words.len() + LINE_OVERHEAD_BYTES
    }
}

impl Memory {
    /// Remembers a line.
    pub fn keep(&mut self, line: Line) {
        let room = line.room;
        let kept = Kept { number: self.next, words: fold(line.text.as_str()).into(), line };
        self.next += 1;
        self.lines += 1;
        self.bytes += kept.bytes();
        self.order.push_back((room, kept.number));
        let lines = self.rooms.entry(room).or_default();
        lines.push_back(kept);
        if lines.len() > HISTORY_LINES_PER_ROOM
            && let Some(oldest) = lines.pop_front()
        {
            self.lines -= 1;
            self.bytes -= oldest.bytes();
        }
        self.make_way();
    }

    /// Forgets a room.
    pub fn forget(&mut self, room: RoomKey) {
        let gone = self.rooms.remove(&room).unwrap_or_default();
        self.lines -= gone.len();
        self.bytes -= gone.iter().map(Kept::bytes).sum::<usize>();
        self.tidy();
    }

    /// Finds what is looked for, at most so much of it as one answer bears.
    pub fn look(&self, look: Look) -> Found {
        let mut lines = match &look {
            Look::Entering(room, count) | Look::Last(room, count) => {
                let newest = self.rooms.get(room).into_iter().flatten().rev();
                fitting(newest.take(*count))
            }
            Look::Search(rooms, words, count) => {
                let words = fold(words.as_str());
                let words: Vec<String> = words.split_whitespace().map(|word| format!(" {word}")).collect();
                let all = rooms.iter().filter_map(|room| self.rooms.get(room)).flatten();
                let says =
                    |kept: &&Kept| !words.is_empty() && words.iter().all(|word| kept.words.contains(word));
                let mut found: Vec<&Kept> = all.filter(says).collect();
                found.sort_unstable_by_key(|kept| std::cmp::Reverse(kept.number));
                fitting(found.into_iter().take(*count))
            }
        };
        lines.reverse();
        Found { look, lines }
    }

    /// How many lines are remembered.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Lets the oldest lines go until what is left may stay.
    fn make_way(&mut self) {
        while self.bytes > HISTORY_MAX_BYTES
            && let Some((room, number)) = self.order.pop_front()
        {
            let Some(lines) = self.rooms.get_mut(&room) else { continue };
            if lines.front().is_some_and(|oldest| oldest.number == number)
                && let Some(oldest) = lines.pop_front()
            {
                self.lines -= 1;
                self.bytes -= oldest.bytes();
            }
        }
        self.tidy();
    }

    /// Shortens the order when most of it speaks of lines that are gone.
    fn tidy(&mut self) {
        if self.order.len() > 2 * self.lines + HISTORY_LINES_PER_ROOM {
            let rooms = &self.rooms;
            self.order.retain(|(room, number)| {
                let oldest = rooms.get(room).and_then(|lines| lines.front());
                oldest.is_some_and(|oldest| oldest.number <= *number)
            });
        }
    }
}

/// As many lines, newest first, as fit one answer.
fn fitting<'a>(newest: impl Iterator<Item = &'a Kept>) -> Vec<Line> {
    let mut bytes = 0;
    let fits = |kept: &&Kept| {
        bytes += kept.line.text.as_str().len() + LINE_OVERHEAD_BYTES;
        bytes <= ANSWER_MAX_BYTES
    };
    newest.take_while(fits).map(|kept| kept.line.clone()).collect()
}
