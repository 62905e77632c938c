//! Finding words in the file.
//!
//! Law: what is found is what [`Memory`](crate::keep::Memory) would find: the newest lines in which each word begins a
//! word; where it is looked for only changes how long that takes.

use rusqlite::{Result, params};

use super::writer::Writer;
use crate::chat::Reach;
use crate::keep::job::Sought;
use crate::keep::words::{Wanted, beginning, fold};
use crate::limits::SEARCH_NEAR_ROWS;

const NEWEST: &str =
    "SELECT id, line.room, at, kind, who, line.text FROM words JOIN line ON line.id = words.rowid
                      WHERE words MATCH ?1 ORDER BY words.rowid DESC LIMIT ?2";

impl Writer {
    /// The newest `count` lines of these rooms with these words, newest last.
    ///
    /// The index gives lines with a beginning of up to [`SEARCH_PREFIX_CHARS`](crate::limits::SEARCH_PREFIX_CHARS) one by one. For a longer one it gathers
    /// all lines first, which takes some 50 ms where a million have it. So long words are looked for by their beginnings
    /// among the newest first, where common ones are; then the longest, which is the rarest mostly, by all of it and the
    /// others by their beginnings; and only then is the index asked to gather the lines of each.
    pub(super) fn search(&self, rooms: &[u64], typed: &str, count: usize) -> Result<Sought> {
        let wanted = Wanted::of(typed);
        let reach = if wanted.is_shortened() { Reach::FirstWords } else { Reach::All };
        let mut sought = Sought { reach, ..Sought::default() };
        let words: Vec<&str> = wanted.words().iter().map(|word| &**word).collect();
        if words.is_empty() || rooms.is_empty() {
            return Ok(sought);
        }
        let mut beginnings: Vec<&str> = words.iter().map(|word| beginning(word)).collect();
        let longest = (0..words.len()).max_by_key(|&at| words[at].len()).unwrap_or(0);
        for _ in 0..2 {
            if beginnings == words {
                break;
            }
            if self.search_near(rooms, &beginnings, &wanted, count, &mut sought)? {
                return Ok(sought);
            }
            beginnings[longest] = words[longest];
        }
        let mut statement = self.cached(NEWEST)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let newest = statement.query_and_then(params![expression(rooms, &words), count], Writer::row)?;
        sought.rows = Writer::fitting(newest)?.into_iter().map(|(_, row)| row).collect();
        sought.looked_at += sought.rows.len() as u64;
        Ok(sought)
    }

    /// Looks among the newest lines that have these beginnings; says whether what was found there is all.
    fn search_near(
        &self,
        rooms: &[u64],
        beginnings: &[&str],
        wanted: &Wanted,
        count: usize,
        sought: &mut Sought,
    ) -> Result<bool> {
        let mut statement = self.cached(NEWEST)?;
        let mut newest = statement.query(params![expression(rooms, beginnings), SEARCH_NEAR_ROWS])?;
        let (mut looked_at, mut found) = (0, Vec::new());
        while found.len() < count
            && let Some(row) = newest.next()?
        {
            looked_at += 1;
            if wanted.all_in(&fold(row.get_ref(5)?.as_str()?)).0 {
                found.push(Writer::row(row)?);
            }
        }
        sought.looked_at += looked_at as u64;
        let all = found.len() == count || looked_at < SEARCH_NEAR_ROWS;
        if all {
            let found = Writer::fitting(found.into_iter().map(Ok))?;
            sought.rows = found.into_iter().map(|(_, row)| row).collect();
        }
        Ok(all)
    }
}

/// What to ask the index for: lines of one of these rooms in which each of these words begins a word. Quoted words of
/// letters and digits only: nothing that anybody types is part of the language of FTS5.
fn expression(rooms: &[u64], words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("text : \"{word}\" *")).collect();
    let rooms: Vec<String> =
        rooms.iter().map(|&room| format!("room : {}", super::writer::room_word(room))).collect();
    format!("({}) AND {}", rooms.join(" OR "), words.join(" AND "))
}
