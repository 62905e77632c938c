//! Words that many sentences share, in English.

use crate::chat::Language;
use crate::locale;
use crate::protocol::phrases::Phrases;

pub(super) const WORDS: Phrases = Phrases {
    and: |_| "and",
    more: "more",
    number,
    people: persons,
    you: "you",
    ago: |span| format!("{span} ago"),
    away: "away",
    private: "private",
    operator: "operator",
    server_operator: "server operator",
    missing,
};

/// A number with its thousands apart.
pub(super) fn number(number: usize) -> String {
    locale::number(number as u64, Language::English)
}

/// What stands where history has a gap.
fn missing(lines: u64) -> String {
    match lines {
        // Nobody knows how many.
        0 => "messages are missing".into(),
        1 => "1 message is missing".into(),
        _ => format!("{} messages are missing", locale::number(lines, Language::English)),
    }
}

pub(super) fn persons(people: usize) -> String {
    format!("{} {}", number(people), if people == 1 { "person" } else { "people" })
}
