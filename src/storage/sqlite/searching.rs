//! Finding words in the file.
//!
//! Invariant: what is found is what [`Memory`](crate::storage::Memory) would find: the newest lines in which each word begins a
//! word; where it is looked for only changes how long that takes.

use rusqlite::{Result, params};
use unicode_normalization::char::is_combining_mark;

use super::reader::{Reader, fitting};
use super::values::message;
use crate::chat::{Reach, RoomKey};
use crate::limits::{SEARCH_NEAR_ROWS, SEARCH_PREFIX_CHARS, SEARCH_WORDS_MAX};
use crate::storage::reply::Sought;
use crate::storage::words::{WantedWords, beginning, fold, is_run};

const NEWEST: &str =
    "SELECT id, line.room, at, kind, who, line.text FROM words JOIN line ON line.id = words.rowid
                      WHERE words MATCH ?1 ORDER BY words.rowid DESC LIMIT ?2";

/// What the index is asked for, and how far.
struct Plan<'a> {
    keys: Vec<&'a str>,
    /// Whether a line with all of these has what is wanted: otherwise its words are looked at.
    exact: bool,
    /// Lines that are looked at.
    most: usize,
}

impl Reader {
    /// The newest `count` lines of these rooms with these words, newest last.
    ///
    /// The index gives lines with a beginning of up to [`SEARCH_PREFIX_CHARS`](crate::limits::SEARCH_PREFIX_CHARS) one by one. For a longer one it gathers
    /// all lines first, which takes some 50 ms where a million have it. So long words are looked for by their beginnings
    /// among the newest first, where common ones are; then the longest, which is the rarest mostly, by all of it and the
    /// others by their beginnings; and only then is the index asked to gather the lines of each.
    pub(super) fn search(
        &self,
        rooms: &[RoomKey],
        typed: &str,
        count: usize,
        sought: &mut Sought,
    ) -> Result<()> {
        let wanted = WantedWords::of(typed);
        if wanted.is_shortened() {
            sought.reach = Reach::FirstWords;
        }
        let words: Vec<&str> = wanted.words().iter().map(|word| &**word).collect();
        if words.is_empty() || rooms.is_empty() {
            return Ok(());
        }
        let long = |word: &&str| beginning(word).len() < word.len();
        let near = keys(&words);
        let longest =
            words.iter().copied().filter(|word| long(word) && !is_run(word)).max_by_key(|word| word.len());
        let mut plans = Vec::new();
        if words.iter().any(long) {
            plans.push(Plan { keys: near.clone(), exact: false, most: SEARCH_NEAR_ROWS });
        }
        if let Some(longest) = longest {
            let mut keys = near.clone();
            if let Some(key) = keys.iter_mut().find(|key| **key == beginning(longest)) {
                *key = longest;
            }
            plans.push(Plan { keys, exact: false, most: SEARCH_NEAR_ROWS });
        }
        // The pieces of a run need not stand in its order, or beside one another.
        let exact = !words.iter().any(|word| long(word) && is_run(word));
        let whole = words.iter().copied().filter(|word| !is_run(word));
        let pieces = near.iter().copied().filter(|key| is_run(key));
        plans.push(Plan { keys: whole.chain(pieces).collect(), exact, most: usize::MAX });
        for plan in plans {
            if self.follow(&plan, rooms, &wanted, count, sought)? {
                break;
            }
        }
        Ok(())
    }

    /// Looks among the newest lines that the index gives; says whether what was found there is all. Also when time is up,
    /// the lines found are the newest ones.
    fn follow(
        &self,
        plan: &Plan<'_>,
        rooms: &[RoomKey],
        wanted: &WantedWords,
        count: usize,
        sought: &mut Sought,
    ) -> Result<bool> {
        let mut statement = self.cached(NEWEST)?;
        let most = i64::try_from(plan.most).unwrap_or(i64::MAX);
        let mut newest = statement.query(params![expression(rooms, &plan.keys), most])?;
        let (mut looked_at, mut found) = (0, Vec::new());
        let ended = loop {
            if found.len() >= count || self.watch().is_over() {
                break Ok(found.len() >= count);
            }
            match newest.next() {
                Err(error) => break Err(error),
                Ok(None) => break Ok(looked_at < plan.most),
                Ok(Some(line)) => {
                    looked_at += 1;
                    if plan.exact || wanted.all_in(&fold(line.get_ref(5)?.as_str()?)).0 {
                        found.extend(message(line)?);
                    }
                }
            }
        };
        sought.looked_at += looked_at as u64;
        if found.len() > sought.lines.len() || matches!(ended, Ok(true)) {
            (sought.lines, _) = fitting(found.into_iter().map(Ok))?;
        }
        if matches!(ended, Ok(false)) && self.watch().is_over() {
            sought.reach = Reach::Newest;
            return Ok(true);
        }
        ended
    }
}

/// What the index is asked for: the beginning of each word; of a run, what it says from its beginning on and in steps
/// behind it. Not more of it than there may be words.
fn keys<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let further = words.iter().filter(|word| is_run(word)).flat_map(|run| {
        let starts = run.char_indices().filter(|&(_, c)| !is_combining_mark(c));
        starts.step_by(SEARCH_PREFIX_CHARS).skip(1).map(|(start, _)| beginning(&run[start..]))
    });
    words.iter().map(|word| beginning(word)).chain(further).take(SEARCH_WORDS_MAX).collect()
}

/// What to ask the index for: lines of one of these rooms in which each of these words begins a word. Quoted words of
/// letters and digits only: nothing that anybody types is part of the language of FTS5.
fn expression(rooms: &[RoomKey], words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("text : \"{word}\" *")).collect();
    let rooms: Vec<String> =
        rooms.iter().map(|room| format!("room : {}", super::database::room_word(*room))).collect();
    format!("({}) AND {}", rooms.join(" OR "), words.join(" AND "))
}
