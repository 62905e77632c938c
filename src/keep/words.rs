//! Words as they are searched for: without case, accents and punctuation; and what a search wants of a line.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::limits::{SEARCH_PREFIX_CHARS, SEARCH_WORD_MAX_CHARS, SEARCH_WORDS_MAX};

/// The words of `text`, each behind a space: `" hola maria"` of `¡Hola, María!`. What begins a word of the text is then
/// found by looking for it with a space in front.
pub fn fold(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 1);
    let mut between = true;
    for c in text.nfd().filter(|&c| !is_combining_mark(c)).default_case_fold() {
        if !c.is_alphanumeric() {
            between = true;
            continue;
        }
        if std::mem::take(&mut between) {
            words.push(' ');
        }
        words.push(c);
    }
    words
}

/// As much of a word as the index of a file knows beginnings of.
pub(super) fn beginning(word: &str) -> &str {
    first_chars(word, SEARCH_PREFIX_CHARS)
}

/// The words that a line must have to be found: each of them begins a word of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// In order, and none begins another: of all that begin what is at one place of a line, there is only one.
    words: Vec<Box<str>>,
    shortened: bool,
}

impl Wanted {
    /// The words of what somebody typed, without those that follow from others; the first [`SEARCH_WORDS_MAX`] count.
    pub(super) fn of(typed: &str) -> Wanted {
        let folded = fold(typed);
        let typed = folded.split_whitespace().map(|word| first_chars(word, SEARCH_WORD_MAX_CHARS));
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
        Wanted { words: kept.into_iter().map(|(word, _)| word.into()).collect(), shortened }
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
        for (at, _) in folded.bytes().enumerate().filter(|&(_, byte)| byte == b' ') {
            let rest = &folded.as_bytes()[at + 1..];
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

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}
