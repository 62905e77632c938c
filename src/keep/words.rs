//! Words as they are searched for: without case, accents and punctuation.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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
