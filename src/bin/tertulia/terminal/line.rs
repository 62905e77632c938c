//! The line being typed: its text, its cursor, the lines typed before, and what each key does to them.
//!
//! Invariant: pure; the cursor always stands between two clusters (what a reader takes for one character).

use unicode_segmentation::UnicodeSegmentation;

use super::keys::Key;

/// Longest line that is being typed, in bytes. The server takes 4,096; more is there to be cut.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// Lines typed before that are remembered.
const HISTORY_MAX: usize = 500;

/// What a key asks of the program.
#[derive(Debug, PartialEq)]
pub(crate) enum KeyAction {
    /// Nothing that is not done.
    Nothing,
    /// The line is complete.
    Send,
    /// Complete the word before the cursor.
    Complete,
    /// Ctrl-C on an empty line.
    Interrupt,
    /// Ctrl-D on an empty line.
    End,
    /// Draw everything anew.
    Redraw,
    /// Ctrl-Z.
    Suspend,
}

/// See the top of the file.
#[derive(Default)]
pub(crate) struct Line {
    text: String,
    /// In bytes.
    cursor: usize,
    history: Vec<String>,
    /// The line of the history that is shown, and what was being typed before.
    recalled: Option<(usize, String)>,
    /// What was cut out last.
    cut: String,
    search: Option<Search>,
}

/// Looking for a line typed before (Ctrl-R).
#[derive(Default)]
struct Search {
    words: String,
    found: Option<usize>,
    /// What was being typed.
    before: String,
}

impl Line {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// What stands in front of the line while the history is searched.
    pub(crate) fn search_prompt(&self) -> Option<String> {
        self.search.as_ref().map(|search| format!("(reverse-i-search)`{}': ", search.words))
    }

    /// Takes the line out.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        (self.recalled, self.search) = (None, None);
        std::mem::take(&mut self.text)
    }

    /// Puts a line there, with the cursor at its end.
    pub(crate) fn set(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// Remembers a line that was sent.
    pub(crate) fn remember(&mut self, line: &str) {
        if line.trim().is_empty() || self.history.last().is_some_and(|last| last == line) {
            return;
        }
        if self.history.len() == HISTORY_MAX {
            self.history.remove(0);
        }
        self.history.push(line.to_string());
    }

    /// Puts text where the cursor is; says whether the line is not too long for it. If it is, nothing changes.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() <= LINE_MAX_BYTES;
        if fits {
            self.text.insert_str(self.cursor, text);
            self.cursor += text.len();
        }
        fits
    }

    /// Puts `text` in the place of what stands between `from` and the cursor.
    pub(crate) fn replace_before(&mut self, from: usize, text: &str) {
        self.text.replace_range(from..self.cursor, "");
        self.cursor = from;
        self.insert(text);
    }

    /// Takes a key of a password: nothing of it is remembered, and nothing that is remembered comes into it.
    pub(crate) fn press_hidden(&mut self, key: &Key) -> KeyAction {
        if matches!(key, Key::Up | Key::Down | Key::Control('p' | 'n' | 'r' | 'y')) {
            return KeyAction::Nothing;
        }
        let cut = self.cut.clone();
        let asked = self.press(key);
        self.cut = cut;
        asked
    }

    /// Takes a key.
    pub(crate) fn press(&mut self, key: &Key) -> KeyAction {
        if self.search.is_some()
            && let Some(asked) = self.press_searching(key)
        {
            return asked;
        }
        match key {
            Key::Char(c) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
            }
            Key::Enter => return KeyAction::Send,
            Key::Tab => return KeyAction::Complete,
            Key::Control('c') if self.text.is_empty() => return KeyAction::Interrupt,
            Key::Control('c') => drop(self.take()),
            Key::Control('d') if self.text.is_empty() => return KeyAction::End,
            Key::Control('d') | Key::Delete => self.delete_to(self.after()),
            Key::Control('l') => return KeyAction::Redraw,
            Key::Control('z') => return KeyAction::Suspend,
            Key::Control('r') => {
                self.search = Some(Search { before: self.text.clone(), ..Search::default() })
            }
            Key::Backspace => self.delete_to(self.before()),
            Key::Left | Key::Control('b') => self.cursor = self.before(),
            Key::Right | Key::Control('f') => self.cursor = self.after(),
            Key::Home | Key::Control('a') => self.cursor = 0,
            Key::End | Key::Control('e') => self.cursor = self.text.len(),
            Key::WordLeft | Key::Alt('b') => self.cursor = self.word_before(),
            Key::WordRight | Key::Alt('f') => self.cursor = self.word_after(),
            Key::Up | Key::Control('p') => self.recall(-1),
            Key::Down | Key::Control('n') => self.recall(1),
            Key::Control('u') => self.cut_to(0),
            Key::Control('k') => self.cut_to(self.text.len()),
            Key::Control('w') | Key::DeleteWord => self.cut_to(self.word_before()),
            Key::Alt('d') => self.cut_to(self.word_after()),
            Key::Control('y') => {
                self.insert(&self.cut.clone());
            }
            Key::Control('t') => self.swap(),
            Key::Control(_) | Key::Alt(_) | Key::Paste(_) => {}
        }
        KeyAction::Nothing
    }

    /// A key while the history is searched; `None` if it ends the search and means what it always means.
    fn press_searching(&mut self, key: &Key) -> Option<KeyAction> {
        let search = self.search.as_mut()?;
        match key {
            Key::Char(c) => search.words.push(*c),
            Key::Backspace => drop(search.words.pop()),
            Key::Control('r') => {}
            Key::Control('c' | 'g') => {
                let before = self.search.take()?.before;
                self.set(before);
                return Some(KeyAction::Nothing);
            }
            _ => {
                self.search = None;
                return None;
            }
        }
        // Again: before the one that was found. Otherwise from the newest one.
        let upto = match (key, search.found) {
            (Key::Control('r'), Some(found)) => found,
            _ => self.history.len(),
        };
        let found = self.history[..upto].iter().rposition(|line| line.contains(&search.words));
        if let Some(at) = found {
            search.found = found;
            let line = self.history[at].clone();
            self.set(line);
        }
        Some(KeyAction::Nothing)
    }

    fn recall(&mut self, step: isize) {
        let newest = self.history.len();
        let at = self.recalled.as_ref().map_or(newest, |(at, _)| *at);
        let Some(next) = at.checked_add_signed(step).filter(|next| *next <= newest) else { return };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => self.text.clone(),
        };
        if next == newest {
            return self.set(typed);
        }
        let line = self.history[next].clone();
        self.set(line);
        self.recalled = Some((next, typed));
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.cursor + self.text[self.cursor..].graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let words = self.text[..self.cursor].trim_end();
        words
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + words[at..].chars().next().map_or(0, char::len_utf8))
    }

    fn word_after(&self) -> usize {
        let rest = &self.text[self.cursor..];
        let blank = rest.len() - rest.trim_start().len();
        self.cursor + rest[blank..].find(char::is_whitespace).map_or(rest.len(), |at| blank + at)
    }

    fn delete_to(&mut self, to: usize) {
        let (from, to) = (self.cursor.min(to), self.cursor.max(to));
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn cut_to(&mut self, to: usize) {
        let (from, to) = (self.cursor.min(to), self.cursor.max(to));
        if from < to {
            self.cut = self.text[from..to].to_string();
        }
        self.delete_to(if self.cursor == from { to } else { from });
    }

    /// Swaps the two clusters around the cursor.
    fn swap(&mut self) {
        let (first, last) = (self.before(), self.after());
        if first < self.cursor && self.cursor < last {
            let swapped = format!("{}{}", &self.text[self.cursor..last], &self.text[first..self.cursor]);
            self.text.replace_range(first..last, &swapped);
            self.cursor = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[Key]) -> Line {
        let mut line = Line::default();
        for key in keys {
            line.press(key);
        }
        line
    }

    fn letters(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    #[test]
    fn clusters_move_and_go_as_one() {
        for cluster in ["é", "e\u{301}", "👩‍👩‍👧", "🇪🇸", "天"] {
            let mut line = typed(&letters(&format!("a{cluster}b")));
            line.press(&Key::Left);
            line.press(&Key::Left);
            assert_eq!(line.cursor(), 1, "{cluster}");
            line.press(&Key::Delete);
            assert_eq!(line.text(), "ab", "{cluster}");
        }
    }

    #[test]
    fn words_are_cut_and_put_back() {
        let mut line = typed(&letters("hola a todos "));
        line.press(&Key::Control('w'));
        assert_eq!((line.text(), line.cursor()), ("hola a ", 7));
        line.press(&Key::Home);
        line.press(&Key::Control('y'));
        assert_eq!(line.text(), "todos hola a ");
        line.press(&Key::WordRight);
        line.press(&Key::Control('k'));
        assert_eq!(line.text(), "todos hola");
        line.press(&Key::Control('u'));
        assert_eq!((line.text(), line.cursor()), ("", 0));
    }

    #[test]
    fn control_c_clears_first_and_then_leaves() {
        let mut line = typed(&letters("hola"));
        assert_eq!((line.press(&Key::Control('c')), line.text()), (KeyAction::Nothing, ""));
        assert_eq!(line.press(&Key::Control('c')), KeyAction::Interrupt);
        assert_eq!(line.press(&Key::Control('d')), KeyAction::End);
    }

    #[test]
    fn history_gives_back_what_was_being_typed() {
        let mut line = Line::default();
        ["uno", "dos", "dos"].iter().for_each(|text| line.remember(text));
        for key in letters("a medias") {
            line.press(&key);
        }
        for (key, shown) in [
            (Key::Up, "dos"),
            (Key::Up, "uno"),
            (Key::Up, "uno"),
            (Key::Down, "dos"),
            (Key::Down, "a medias"),
        ] {
            line.press(&key);
            assert_eq!(line.text(), shown);
        }
        line.press(&Key::Control('r'));
        line.press(&Key::Char('n'));
        assert_eq!((line.text(), line.search_prompt().as_deref()), ("uno", Some("(reverse-i-search)`n': ")));
        line.press(&Key::Control('g'));
        assert_eq!(line.text(), "a medias");
    }
}
