//! History in memory: the last lines of each room, until the server stops.
//!
//! Invariants: a room holds a bounded number of lines and all rooms a bounded number of bytes; the oldest line of all gives
//! way first, whichever room it is in. No call does more than a bounded part of what can take long: searches go on
//! where they stopped, and what is forgotten is freed bit by bit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::words::{WantedWords, fold};
use crate::chat::{Found, Look, Message, MessageId, Reach, RoomKey};
use crate::limits::{
    ANSWER_MAX_BYTES, HISTORY_FREED_PER_TURN, HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES,
    MISSED_LINES_PER_ROOM, SEARCH_LINE_WORK, SEARCH_MAX_WORK, SEARCH_WORD_WORK,
};

/// What a line costs beside its words, roughly: its place in a queue, a name, what the allocator adds. With twice as much the
/// shortest lines, each under another long name, are paid for.
const LINE_OVERHEAD_BYTES: usize = 160;

/// What a line costs an answer beside its words, roughly.
const ROW_OVERHEAD_BYTES: usize = 128;

/// Lines for which a room may have a place without having them.
const FEW_LINES: usize = 8;

/// The lines of all rooms.
#[derive(Debug, Default)]
pub struct Memory {
    /// None of them is empty.
    rooms: BTreeMap<RoomKey, VecDeque<Kept>>,
    /// The rooms, by their oldest lines.
    oldest: BTreeMap<MessageId, RoomKey>,
    /// Of rooms that are gone, to be freed.
    gone: Vec<VecDeque<Kept>>,
    /// Behind the last message that was kept.
    next: MessageId,
    lines: usize,
    bytes: usize,
    /// Whether searches are made elsewhere.
    unsearched: bool,
}

#[derive(Debug)]
struct Kept {
    line: Message,
    /// What it is found by.
    words: Box<str>,
}

/// A search that is under way, from the newest line to the oldest.
#[derive(Debug)]
pub(super) struct Search {
    rooms: Vec<RoomKey>,
    wanted: WantedWords,
    count: usize,
    /// Only lines before this one have not been looked at.
    before: MessageId,
    /// What was found, newest first: rooms and numbers, so that no line is kept by a search.
    found: Vec<(RoomKey, MessageId)>,
    /// What was found takes so much of an answer.
    bytes: usize,
    /// What was looked at, in bytes.
    pub(super) work: usize,
    reach: Reach,
}

impl Kept {
    fn bytes(&self) -> usize {
        self.line.text.as_str().len() + self.words.len() + LINE_OVERHEAD_BYTES
    }
}

impl Memory {
    /// A memory for what was said last, in which nothing is searched for.
    pub(super) fn unsearched() -> Memory {
        Memory { unsearched: true, ..Memory::default() }
    }

    /// Remembers a message, which has a higher number than those before.
    pub fn keep(&mut self, line: Message) {
        let room = line.room;
        let words = if self.unsearched { Box::default() } else { fold(line.text.as_str()).into() };
        let kept = Kept { words, line };
        self.next = kept.line.id.next();
        self.lines += 1;
        self.bytes += kept.bytes();
        let lines = self.rooms.entry(room).or_default();
        if lines.is_empty() {
            self.oldest.insert(kept.line.id, room);
        }
        lines.push_back(kept);
        if lines.len() > HISTORY_LINES_PER_ROOM {
            let oldest = lines[0].line.id;
            self.forget_line(oldest, room);
        }
        while self.bytes > HISTORY_MAX_BYTES {
            if !self.gone.is_empty() {
                self.free();
            } else if let Some((&oldest, &room)) = self.oldest.first_key_value() {
                self.forget_line(oldest, room);
            }
        }
    }

    /// Forgets a room. What it held is freed later, bit by bit.
    pub fn forget(&mut self, room: RoomKey) {
        if let Some(gone) = self.rooms.remove(&room) {
            self.oldest.remove(&gone[0].line.id);
            self.lines -= gone.len();
            self.gone.push(gone);
        }
    }

    /// Whether something is left to be freed.
    pub(super) fn has_gone(&self) -> bool {
        !self.gone.is_empty()
    }

    /// Frees some of what was forgotten.
    pub(super) fn free(&mut self) {
        for _ in 0..HISTORY_FREED_PER_TURN {
            let Some(lines) = self.gone.last_mut() else { return };
            match lines.pop_back() {
                Some(line) => self.bytes -= line.bytes(),
                None => drop(self.gone.pop()),
            }
        }
    }

    /// Finds what is looked for, at most so much of it as one answer bears.
    pub fn look(&self, look: Look) -> Found {
        match look {
            Look::Entering(room, count) | Look::Last(room, count) => {
                let (lines, more) = self.last(room, count, self.next);
                Found { look, lines, more, reach: Reach::All }
            }
            Look::Before(room, count, before) => {
                let (lines, more) = self.last(room, count, before);
                Found { look, lines, more, reach: Reach::All }
            }
            Look::Missed(rooms, after) => {
                let lines = self.missed(&rooms, after);
                Found { look: Look::Missed(rooms, after), lines, more: false, reach: Reach::All }
            }
            Look::Search(rooms, words, count) => {
                let mut search = self.begin(rooms.clone(), WantedWords::of(words.as_str()), count);
                while !self.go_on(&mut search, SEARCH_MAX_WORK) {}
                self.end(search, Look::Search(rooms, words, count))
            }
        }
    }

    /// The last lines of a room before that message, as far as one answer bears them, oldest first; and whether there are older
    /// ones.
    fn last(&self, room: RoomKey, count: usize, before: MessageId) -> (Vec<Message>, bool) {
        let Some(kept) = self.rooms.get(&room) else { return (Vec::new(), false) };
        let end = kept.partition_point(|kept| kept.line.id < before);
        let mut bytes = 0;
        let newest = kept.range(..end).rev().take(count).take_while(|kept| fits(&kept.line, &mut bytes));
        let mut lines: Vec<Message> = newest.map(|kept| kept.line.clone()).collect();
        lines.reverse();
        let more = lines.len() < end;
        (lines, more)
    }

    /// What was said in these rooms behind that message, oldest first: the last lines, and for the others of a room one mark.
    fn missed(&self, rooms: &[RoomKey], after: MessageId) -> Vec<Message> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let mut left: Vec<(&VecDeque<Kept>, usize, usize)> = rooms
            .iter()
            .filter_map(|room| self.rooms.get(room))
            .map(|kept| (kept, kept.partition_point(|kept| kept.line.id <= after), kept.len()))
            .collect();
        let newest = |(kept, from, to): &(&VecDeque<Kept>, usize, usize)| {
            let told = kept.len() - to;
            (to > from && told < MISSED_LINES_PER_ROOM).then(|| kept[to - 1].line.id)
        };
        while let Some((kept, _, to)) =
            left.iter_mut().max_by_key(|room| newest(room)).filter(|room| newest(room).is_some())
        {
            let line = &kept[*to - 1].line;
            if !fits(line, &mut bytes) {
                break;
            }
            *to -= 1;
            lines.push(line.clone());
        }
        for (kept, from, to) in left.into_iter().filter(|(_, from, to)| to > from) {
            let Message { id, room, at, .. } = kept[to - 1].line;
            let count = kept.range(from..to).map(|kept| kept.line.count()).sum();
            lines.push(Message::gap(id, room, at, count));
        }
        lines.sort_unstable_by_key(|line| line.id);
        lines
    }

    /// Begins to search for the newest `count` lines of these rooms that have these words.
    pub(super) fn begin(&self, rooms: Vec<RoomKey>, wanted: WantedWords, count: usize) -> Search {
        let reach = if wanted.is_shortened() { Reach::FirstWords } else { Reach::All };
        Search { rooms, wanted, count, before: self.next, found: Vec::new(), bytes: 0, work: 0, reach }
    }

    /// Goes on with a search, until it has done so much work and a line's more; says whether it is over.
    pub(super) fn go_on(&self, search: &mut Search, work: usize) -> bool {
        let lines_of = |room: &RoomKey| {
            let lines = self.rooms.get(room)?;
            Some((lines, lines.partition_point(|kept| kept.line.id < search.before)))
        };
        let mut rooms: Vec<(&VecDeque<Kept>, usize)> = search.rooms.iter().filter_map(lines_of).collect();
        let until = search.work.saturating_add(work);
        loop {
            let newest = rooms.iter_mut().filter(|(_, left)| *left > 0);
            let newest = newest.max_by_key(|(lines, left)| lines[*left - 1].line.id);
            let Some((lines, left)) = newest else { return true };
            if search.work >= SEARCH_MAX_WORK {
                search.reach = Reach::Newest;
                return true;
            }
            if search.work >= until {
                return false;
            }
            *left -= 1;
            if search.look_at(&lines[*left]) {
                return true;
            }
        }
    }

    /// What a search has found, of what is still remembered.
    pub(super) fn end(&self, search: Search, look: Look) -> Found {
        let line = |(room, id): &(RoomKey, MessageId)| {
            let lines = self.rooms.get(room)?;
            let at = lines.binary_search_by_key(id, |kept| kept.line.id).ok()?;
            Some(lines[at].line.clone())
        };
        let lines = search.found.iter().rev().filter_map(line).collect();
        Found { look, lines, more: false, reach: search.reach }
    }

    /// All lines, in the order of their numbers.
    pub(super) fn all(&self) -> Vec<Message> {
        let mut all: Vec<Message> = self.rooms.values().flatten().map(|kept| kept.line.clone()).collect();
        all.sort_unstable_by_key(|line| line.id);
        all
    }

    /// Forgets what was said in rooms that are not among these.
    pub(super) fn retain(&mut self, rooms: &[RoomKey]) {
        let stay: BTreeSet<RoomKey> = rooms.iter().copied().collect();
        let gone: Vec<RoomKey> = self.rooms.keys().copied().filter(|room| !stay.contains(room)).collect();
        gone.into_iter().for_each(|room| self.forget(room));
    }

    /// How many lines are remembered.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Forgets the oldest line of a room.
    fn forget_line(&mut self, id: MessageId, room: RoomKey) {
        self.oldest.remove(&id);
        let Some(lines) = self.rooms.get_mut(&room) else { return };
        if let Some(line) = lines.pop_front() {
            self.lines -= 1;
            self.bytes -= line.bytes();
        }
        // A room in which much was said once holds no more for it than for what is left.
        if lines.len() < lines.capacity() / 2 && lines.capacity() > FEW_LINES {
            lines.shrink_to((lines.len() + lines.len() / 2).max(FEW_LINES));
        }
        match lines.front() {
            Some(oldest) => drop(self.oldest.insert(oldest.line.id, room)),
            None => drop(self.rooms.remove(&room)),
        }
    }
}

impl Search {
    /// Looks at a line; says whether nothing more is to be looked at.
    fn look_at(&mut self, kept: &Kept) -> bool {
        self.before = kept.line.id;
        let (fit, compared) = self.wanted.all_in(&kept.words);
        self.work += SEARCH_LINE_WORK + kept.words.len() + compared * SEARCH_WORD_WORK;
        if fit {
            if !fits(&kept.line, &mut self.bytes) {
                return true;
            }
            self.found.push((kept.line.room, kept.line.id));
        }
        self.found.len() >= self.count || self.wanted.words().is_empty()
    }
}

/// Whether one more line has its place in an answer that has so many bytes already.
fn fits(line: &Message, bytes: &mut usize) -> bool {
    *bytes += line.text.as_str().len() + ROW_OVERHEAD_BYTES;
    *bytes <= ANSWER_MAX_BYTES
}
