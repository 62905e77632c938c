//! What people are called, and when two names are the same to the eye.
//!
//! Law: the only way to a [`Name`] is [`Name::new`], so a name on a screen can be read, typed and told from others.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

use crate::limits::{NAME_MAX_CHARS, NAME_MAX_MARKS};

/// What the server calls itself and the reader, and what it asks for: `Contraseña: …` of a member would be taken for its
/// question. In capitals too where they draw alike what small letters tell apart: `SERVlDOR` with a small L.
const RESERVED: [&str; 8] =
    ["Tú", "You", "servidor", "SERVIDOR", "server", "Contraseña", "Contrasena", "Password"];

/// Ordinary vowels (Thai and Lao AM) that TR 39 restricts only because compatibility normalisation splits them; their
/// skeletons are split likewise, so they cannot deceive.
const SPLIT_VOWELS: [char; 2] = ['\u{E33}', '\u{EB3}'];

/// A person's name, in NFC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(Rc<str>);

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Not of the form that names have.
    Malformed,
    /// Kept for the server itself.
    Reserved,
}

impl Name {
    /// Takes `raw` for a name: 1 to [`NAME_MAX_CHARS`] letters, digits, `-` and `_`, first one a letter, the letters
    /// of one script with its usual companions, and all that Unicode TR 39 allows in identifiers.
    pub fn new(raw: &str) -> Result<Name, NameError> {
        // No character comes apart into more than four (UAX 15), and marks are sorted, however many follow one another.
        if raw.chars().nth(4 * NAME_MAX_CHARS).is_some() {
            return Err(NameError::Malformed);
        }
        // One more than allowed is enough to know that there are too many.
        let composed: String = raw.nfc().take(NAME_MAX_CHARS + 1).collect();
        if !is_well_formed(&composed) || repeats_a_mark(&composed) || !composed.is_single_script() {
            return Err(NameError::Malformed);
        }
        let name = Name(composed.into());
        if is_reserved(&name.likeness()) { Err(NameError::Reserved) } else { Ok(name) }
    }

    /// What the server calls itself, and nobody else can be called.
    pub fn server() -> Name {
        Name("servidor".into())
    }

    /// The name as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like, to compare it with others.
    pub fn likeness(&self) -> Likeness {
        Likeness::of(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a name looks like to the eye: the skeleton of Unicode TR 39, without regard to case.
///
/// In both orders, for each loses something: folded first, `I` is an `i` and no longer an `l`; drawn first, `m` is an
/// `rn` and no longer an `M`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    folded: String,
    drawn: String,
    hashes: [u64; 2],
}

impl Likeness {
    /// The likeness of `composed`, which is in NFC.
    fn of(composed: &str) -> Likeness {
        let (folded, drawn) = (settle(fold(composed)), settle(skeleton(composed).collect()));
        let hashes = [hash(&folded), hash(&drawn)];
        Likeness { folded, drawn, hashes }
    }

    /// Whether the two would be taken for each other.
    pub fn clashes(&self, other: &Likeness) -> bool {
        self.folded == other.folded || self.drawn == other.drawn
    }

    /// Two numbers, the same in every run; names that clash share the first or the second.
    pub fn hashes(&self) -> [u64; 2] {
        self.hashes
    }
}

/// What a character is to a name.
enum Kind {
    Letter,
    Digit,
    Mark,
    Joint,
}

impl Kind {
    /// None: it has no place in a name.
    fn of(c: char) -> Option<Kind> {
        match c {
            '-' | '_' => Some(Kind::Joint),
            _ if !c.identifier_allowed() && !SPLIT_VOWELS.contains(&c) => None,
            _ if is_combining_mark(c) => Some(Kind::Mark),
            _ => match (c.is_alphabetic(), c.is_numeric()) {
                (true, false) => Some(Kind::Letter),
                (false, true) => Some(Kind::Digit),
                // Punctuation that belongs inside words (·, ’), and 〇, which is both.
                _ => None,
            },
        }
    }
}

/// Whether the characters of `composed` are those of a name, and in their places.
fn is_well_formed(composed: &str) -> bool {
    let mut length = 0;
    let mut digits = None;
    // Marks that the letter before may still take; nothing else takes any.
    let mut marks_left = 0;
    for c in composed.chars() {
        match Kind::of(c) {
            Some(Kind::Letter) => marks_left = NAME_MAX_MARKS,
            Some(Kind::Mark) if marks_left > 0 => marks_left -= 1,
            // Digits of one system (TR 39 §5.3): each fills a row of sixteen, and no row holds two.
            Some(Kind::Digit) if length > 0 && *digits.get_or_insert(c as u32 >> 4) == c as u32 >> 4 => {
                marks_left = 0;
            }
            Some(Kind::Joint) if length > 0 => marks_left = 0,
            _ => return false,
        }
        length += 1;
    }
    (1..=NAME_MAX_CHARS).contains(&length)
}

/// Whether a mark stands on itself: drawn one over the other, the two look like one (TR 39 §5.4).
fn repeats_a_mark(composed: &str) -> bool {
    composed.nfd().zip(composed.nfd().skip(1)).any(|(a, b)| a == b && is_combining_mark(a))
}

/// Whether the name so drawn is the server's.
fn is_reserved(likeness: &Likeness) -> bool {
    static KEPT: LazyLock<Vec<Likeness>> = LazyLock::new(|| RESERVED.map(Likeness::of).into());
    KEPT.iter().any(|kept| kept.clashes(likeness))
}

/// `text` without regard to case: full folding, `ß` as `ss`.
fn fold(text: &str) -> String {
    text.chars().default_case_fold().collect()
}

/// Folds and draws `text` until nothing changes any more: `0` is drawn as `O`, which folds to `o`.
fn settle(mut text: String) -> String {
    // Every allowed character is at rest after two rounds, and a third sees it; more is for the Unicode of other years.
    for _ in 0..8 {
        let next = undot(skeleton(&fold(&text)));
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// Takes away the dot above from `i` and `j`, which have one: folding leaves it on the `i` of `İbrahim`, and a name
/// could add it unseen.
fn undot(drawn: impl Iterator<Item = char>) -> String {
    let mut letter = ' ';
    drawn
        .filter(|&c| {
            if !is_combining_mark(c) {
                letter = c;
            }
            c != '\u{307}' || !matches!(letter, 'i' | 'j')
        })
        .collect()
}

/// A hash with fixed keys: whoever replays a run sees the same numbers.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
