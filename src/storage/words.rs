//! Words as they are searched for: without case, accents and punctuation; and what a search wants of a line.
//!
//! Chinese, Japanese, Thai and others write without spaces between words. What they write is a *run*, in which every
//! letter may begin a word: `今天天气很好` is found by `天气`.

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use crate::limits::{SEARCH_PREFIX_CHARS, SEARCH_WORD_MAX_CHARS, SEARCH_WORDS_MAX};

/// Stands before each word of folded text.
const WORD: char = ' ';

/// Stands before each run of folded text.
const RUN: char = '\n';

/// Scripts without spaces between words: those of which UAX 14 says that lines break at any letter (ID, CJ) or where a
/// dictionary says so (SA).
const UNSPACED: [Script; 14] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Bopomofo,
    Script::Yi,
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Tai_Le,
    Script::New_Tai_Lue,
    Script::Tai_Tham,
    Script::Tai_Viet,
    Script::Ahom,
];

/// Scripts whose marks people leave out, or whose words are the same words without them. Elsewhere, as in Thai and
/// Hindi, most marks are vowels.
const UNMARKED: [Script; 9] = [
    Script::Inherited,
    Script::Common,
    Script::Latin,
    Script::Greek,
    Script::Cyrillic,
    Script::Coptic,
    Script::Hebrew,
    Script::Arabic,
    Script::Syriac,
];

/// The words of `text`, each behind a space, and its runs, each behind a line end: `" hola maria"` of `¡Hola, María!`,
/// `"\n今天 10\n度"` of `今天10度`. What begins a word is found by comparing behind each space; what is in a run, at
/// each of its letters.
pub fn fold(text: &str) -> String {
    let mut folded = Folded { words: String::with_capacity(text.len() + 1), open: None };
    let mut rest = text;
    while !rest.is_empty() {
        // What is known of ASCII need not be looked up. Marks never change an ASCII letter before them, for they are
        // taken away.
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        folded.push_ascii(&rest[..plain]);
        rest = &rest[plain..];
        let other = rest.bytes().position(|byte| byte.is_ascii()).unwrap_or(rest.len());
        let letters = rest[..other].nfd().filter(|&c| !is_accent(c)).default_case_fold();
        letters.for_each(|c| folded.push(c));
        rest = &rest[other..];
    }
    folded.words
}

/// What the index of a file is told of folded text: its words, and of its runs what begins at each letter, as far as
/// the index knows beginnings.
pub(super) fn indexed(folded: &str) -> Cow<'_, str> {
    if !folded.contains(RUN) {
        return Cow::Borrowed(folded);
    }
    let mut words = String::with_capacity(4 * folded.len());
    for piece in pieces(folded) {
        let all = if is_run(piece) { usize::MAX } else { 1 };
        let starts = piece.char_indices().filter(|&(_, c)| all == 1 || !is_combining_mark(c));
        for (start, _) in starts.take(all) {
            words.push(WORD);
            words.push_str(if all == 1 { piece } else { beginning(&piece[start..]) });
        }
    }
    Cow::Owned(words)
}

/// As much of a word as the index knows beginnings of.
pub(super) fn beginning(word: &str) -> &str {
    first_chars(word, SEARCH_PREFIX_CHARS)
}

/// Whether a piece of folded text is a run, or part of one.
pub(super) fn is_run(piece: &str) -> bool {
    piece.chars().next().is_some_and(is_unspaced)
}

/// The words that a line must have to be found: each of them begins a word of it, or is part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WantedWords {
    /// In order, and none begins another: of all that begin what is at one place of a line, there is only one.
    words: Vec<Box<str>>,
    shortened: bool,
}

impl WantedWords {
    /// The words of what a user typed, without those that follow from others; the first [`SEARCH_WORDS_MAX`] count.
    pub(super) fn of(typed: &str) -> WantedWords {
        let folded = fold(typed);
        let typed = pieces(&folded).map(|word| first_chars(word, SEARCH_WORD_MAX_CHARS));
        let mut words: Vec<(&str, usize)> = typed.enumerate().map(|(at, word)| (word, at)).collect();
        words.sort_unstable();
        // What begins with a word stands right behind it.
        let mut kept: Vec<(&str, usize)> = Vec::new();
        for (word, at) in words.into_iter().rev() {
            match kept.last_mut() {
                Some((last, first)) if *last == word => *first = at,
                Some((last, _)) if last.starts_with(word) => {}
                _ => kept.push((word, at)),
            }
        }
        let shortened = kept.len() > SEARCH_WORDS_MAX;
        kept.sort_unstable_by_key(|&(_, at)| at);
        kept.truncate(SEARCH_WORDS_MAX);
        kept.sort_unstable();
        WantedWords { words: kept.into_iter().map(|(word, _)| word.into()).collect(), shortened }
    }

    /// The words, in the order of their letters.
    pub(super) fn words(&self) -> &[Box<str>] {
        &self.words
    }

    /// Whether more words were typed than count.
    pub(super) fn is_shortened(&self) -> bool {
        self.shortened
    }

    /// Whether all of them are in folded text, which is gone through once, however many they are; and how many words
    /// of it were compared. Of no words, none are in it.
    pub(super) fn all_in(&self, folded: &str) -> (bool, usize) {
        let mut missing = self.words.len();
        let mut found = [false; SEARCH_WORDS_MAX];
        let mut compared = 0;
        let mut in_run = false;
        for (at, byte) in folded.bytes().enumerate() {
            if byte == b' ' || byte == b'\n' {
                in_run = byte == b'\n';
            }
            let start = match byte {
                b' ' => at + 1,
                b'\n' => continue,
                _ if in_run && folded.is_char_boundary(at) => at,
                _ => continue,
            };
            let rest = &folded.as_bytes()[start..];
            compared += 1;
            let behind = self.words.partition_point(|word| word.as_bytes() <= rest);
            if let Some(candidate) = behind.checked_sub(1)
                && !found[candidate]
                && rest.starts_with(self.words[candidate].as_bytes())
            {
                found[candidate] = true;
                missing -= 1;
                if missing == 0 {
                    return (true, compared);
                }
            }
        }
        (false, compared)
    }
}

/// Folded text while it is made.
struct Folded {
    words: String,
    /// What the last letter belongs to.
    open: Option<char>,
}

impl Folded {
    /// Does what [`push`](Self::push) does with each small letter: word by word, for each line that is said is folded.
    fn push_ascii(&mut self, text: &str) {
        for (nth, word) in text.split(|c: char| !c.is_ascii_alphanumeric()).enumerate() {
            if nth > 0 {
                self.open = None;
            }
            if word.is_empty() {
                continue;
            }
            if self.open.replace(WORD) != Some(WORD) {
                self.words.push(WORD);
            }
            let start = self.words.len();
            self.words.push_str(word);
            self.words[start..].make_ascii_lowercase();
        }
    }

    fn push(&mut self, c: char) {
        let kind = match self.open {
            // Whatever it says of itself, it belongs to the letter before it.
            Some(open) if !c.is_ascii() && is_combining_mark(c) => open,
            None if !c.is_ascii() && is_combining_mark(c) => return,
            _ if !c.is_alphanumeric() => {
                self.open = None;
                return;
            }
            _ if is_unspaced(c) => RUN,
            _ => WORD,
        };
        if self.open.replace(kind) != Some(kind) {
            self.words.push(kind);
        }
        self.words.push(c);
    }
}

fn pieces(folded: &str) -> impl Iterator<Item = &str> {
    folded.split([WORD, RUN]).filter(|piece| !piece.is_empty())
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// Whether a letter may begin a word wherever it stands.
fn is_unspaced(c: char) -> bool {
    if c < '\u{e00}' {
        return false;
    }
    match c.script() {
        // `ー` is of two scripts; digits and most symbols are of all.
        Script::Common => {
            let scripts = c.script_extension();
            !scripts.is_common() && UNSPACED.iter().any(|&script| scripts.contains_script(script))
        }
        script => UNSPACED.contains(&script),
    }
}

/// Whether a word is the same without this. `が` and `か` are two letters.
fn is_accent(c: char) -> bool {
    is_combining_mark(c) && !matches!(c, '\u{3099}' | '\u{309a}') && UNMARKED.contains(&c.script())
}
