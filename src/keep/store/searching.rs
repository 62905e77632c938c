//! Finding words in the file.
//!
//! Law: what is found is what [`Memory`](crate::keep::Memory) would find: the newest lines in which each word begins a
//! word; where it is looked for only changes how long that takes.

use rusqlite::{Result, params};

use super::writer::Writer;
use crate::keep::job::Row;
use crate::keep::words::fold;
use crate::limits::{SEARCH_NEAR_ROWS, SEARCH_PREFIX_CHARS};

const NEWEST: &str =
    "SELECT id, line.room, at, kind, who, line.text FROM words JOIN line ON line.id = words.rowid
                      WHERE words MATCH ?1 ORDER BY words.rowid DESC LIMIT ?2";

impl Writer {
    /// The newest `count` lines of these rooms with these words, newest last, each with its number.
    ///
    /// The index gives lines with a beginning of up to [`SEARCH_PREFIX_CHARS`] one by one. For a longer one it gathers
    /// all lines first, which takes some 50 ms where a million have it. So long words are looked for by their beginnings
    /// among the newest first, where common ones are; then the longest, which is the rarest mostly, by all of it and the
    /// others by their beginnings; and only then is the index asked to gather the lines of each.
    pub(super) fn search(&self, rooms: &[u64], words: &str, count: usize) -> Result<Vec<(i64, Row)>> {
        let folded = fold(words);
        let words: Vec<&str> = folded.split_whitespace().collect();
        if words.is_empty() || rooms.is_empty() {
            return Ok(Vec::new());
        }
        let mut beginnings: Vec<&str> = words.iter().map(|word| beginning(word)).collect();
        let longest = (0..words.len()).max_by_key(|&at| words[at].len()).unwrap_or(0);
        for _ in 0..2 {
            if beginnings == words {
                break;
            }
            if let Some(found) = self.search_near(rooms, &beginnings, &words, count)? {
                return Ok(found);
            }
            beginnings[longest] = words[longest];
        }
        self.newest(NEWEST, &expression(rooms, &words), count)
    }

    /// Looks among the newest lines that have these beginnings; none if what was found there may not be all.
    fn search_near(
        &self,
        rooms: &[u64],
        beginnings: &[&str],
        words: &[&str],
        count: usize,
    ) -> Result<Option<Vec<(i64, Row)>>> {
        let words: Vec<String> = words.iter().map(|word| format!(" {word}")).collect();
        let mut statement = self.cached(NEWEST)?;
        let mut newest = statement.query(params![expression(rooms, beginnings), SEARCH_NEAR_ROWS])?;
        let (mut looked_at, mut found) = (0, Vec::new());
        while found.len() < count
            && let Some(row) = newest.next()?
        {
            looked_at += 1;
            let text = fold(row.get_ref(5)?.as_str()?);
            if words.iter().all(|word| text.contains(word)) {
                found.push(Writer::row(row)?);
            }
        }
        let all = found.len() == count || looked_at < SEARCH_NEAR_ROWS;
        all.then(|| Writer::fitting(found.into_iter().map(Ok))).transpose()
    }
}

/// As much of a word as the index knows beginnings of.
fn beginning(word: &str) -> &str {
    word.char_indices().nth(SEARCH_PREFIX_CHARS).map_or(word, |(end, _)| &word[..end])
}

/// What to ask the index for: lines of one of these rooms in which each of these words begins a word. Quoted words of
/// letters and digits only: nothing that anybody types is part of the language of FTS5.
fn expression(rooms: &[u64], words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("text : \"{word}\" *")).collect();
    let rooms: Vec<String> =
        rooms.iter().map(|&room| format!("room : {}", super::writer::room_word(room))).collect();
    format!("({}) AND {}", rooms.join(" OR "), words.join(" AND "))
}
