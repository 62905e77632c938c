//! What names look like to the eye.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

const GRAVE: char = '\u{300}';
const ACUTE: char = '\u{301}';
pub(super) const TILDE: char = '\u{303}';

/// What a name looks like to the eye: the skeleton of Unicode TR 39, without regard to case and to marks on Latin and
/// Greek letters.
///
/// In both orders, for each loses something: folded first, `I` is an `i` and no longer an `l`; drawn first, `m` is an
/// `rn` and no longer an `M`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    pub(super) folded: String,
    pub(super) drawn: String,
    hashes: [u64; 2],
}

impl Skeleton {
    /// The skeleton of `composed`, which is in NFC.
    pub(super) fn of(composed: &str) -> Skeleton {
        let plain = without_marks(composed);
        let (folded, drawn) = if plain.is_ascii() {
            let looks = plain.bytes().map(|letter| &ASCII[usize::from(letter)]);
            (looks.clone().map(|[folded, _]| &**folded).collect(), looks.map(|[_, drawn]| &**drawn).collect())
        } else {
            looks(&plain).into()
        };
        let hashes = [hash(&folded), hash(&drawn)];
        Skeleton { folded, drawn, hashes }
    }

    /// Whether the two would be taken for each other.
    pub fn clashes(&self, other: &Skeleton) -> bool {
        self.folded == other.folded || self.drawn == other.drawn
    }

    /// Two numbers, the same in every run; names that clash share the first or the second.
    pub fn hashes(&self) -> [u64; 2] {
        self.hashes
    }
}

/// What each letter of ASCII looks like; together they look like each by itself. Most names are made of these alone when their
/// marks are gone, and to find it out anew takes ten times as long.
static ASCII: LazyLock<Vec<[String; 2]>> =
    LazyLock::new(|| (0..=127).map(|letter| looks(&char::from(letter).to_string())).collect());

/// `plain` folded, and drawn.
fn looks(plain: &str) -> [String; 2] {
    [settle(fold(plain)), settle(skeleton(plain).collect())]
}

/// `composed` without the marks that do not make another letter: in Latin and Greek all of them, but the tilde of the ñ;
/// in Cyrillic those for stress, which no letter has in it. A stroke (ø, ł, đ) is part of its letter.
fn without_marks(composed: &str) -> String {
    let mut plain = String::with_capacity(composed.len());
    // The letter before, without its marks.
    let mut base = ' ';
    let mut keep = |c: char, base: char| match base {
        'n' | 'N' if c == TILDE => plain.push(c),
        _ if is_latin_or_greek(base) && is_combining_mark(c) => {}
        '\u{400}'..='\u{52F}' if matches!(c, GRAVE | ACUTE) => {}
        _ => plain.push(c),
    };
    for c in composed.chars() {
        if c.is_ascii() {
            base = c;
            keep(c, base);
        } else if is_latin_or_greek(c) {
            for part in c.nfd() {
                if !is_combining_mark(part) {
                    base = part;
                }
                keep(part, base);
            }
        } else {
            if !is_combining_mark(c) {
                base = c;
            }
            keep(c, base);
        }
    }
    plain
}

/// Whether `c` is a letter of these scripts, or stands among them in Unicode's blocks.
fn is_latin_or_greek(c: char) -> bool {
    matches!(
        c,
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{250}'..='\u{2AF}' | '\u{370}'..='\u{3FF}'
            | '\u{1E00}'..='\u{1FFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}'
    )
}

/// `text` without regard to case: full folding, `ß` as `ss`.
pub(super) fn fold(text: &str) -> String {
    text.chars().default_case_fold().collect()
}

/// Folds and draws `text` until nothing changes any more: `0` is drawn as `O`, which folds to `o`.
fn settle(mut text: String) -> String {
    // Every allowed character is at rest after two rounds, and a third sees it; more is for the Unicode of other years.
    for _ in 0..8 {
        let next: String = skeleton(&fold(&text)).collect();
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// A hash with fixed keys: a run that is replayed sees the same numbers.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
