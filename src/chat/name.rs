//! What people are called, and when two names are the same to the eye.
//!
//! Invariant: a [`Name`] can be read, typed and told from others: it is made by [`Name::new`], and by its like for names that
//! are there already ([`Name::known`]) or come from the administrator ([`Name::given`]).

mod reserved;

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use arcstr::{ArcStr, literal};
use caseless::Caseless;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

use super::text::is_mark;
use crate::limits::{NAME_MAX_CHARS, NAME_MAX_MARKS};
use reserved::Kept;

/// Ordinary vowels (Thai and Lao AM) that TR 39 restricts only because compatibility normalisation splits them; their
/// skeletons are split likewise, so they cannot deceive.
const SPLIT_VOWELS: [char; 2] = ['\u{E33}', '\u{EB3}'];

const GRAVE: char = '\u{300}';
const ACUTE: char = '\u{301}';
const TILDE: char = '\u{303}';

/// A person's name, in NFC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(ArcStr);

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Not of the form that names have.
    Malformed,
    /// It would be one, but for a blank in it.
    Spaced,
    /// It would be one, but its letters are of two scripts: some may be looked at for others.
    MixedScripts,
    /// Kept for the server itself.
    Reserved,
}

impl Name {
    /// Takes `raw` for the name that a client wants: 1 to [`NAME_MAX_CHARS`] letters, digits, `-` and `_`, first one a
    /// letter, the letters of one script with its usual companions, and all that Unicode TR 39 allows in identifiers.
    ///
    /// # Errors
    ///
    /// It is no name, or one that would be taken for the server's own.
    pub fn new(raw: &str) -> Result<Name, NameError> {
        let name = Name::of(raw)?;
        if name.is_reserved() { Err(NameError::Reserved) } else { Ok(name) }
    }

    /// Takes `raw` for a name that the administrator gives to a person, who may be called after their office:
    /// `Admin`.
    ///
    /// # Errors
    ///
    /// It is no name, or one that would be taken for a question of the server.
    pub fn given(raw: &str) -> Result<Name, NameError> {
        let name = Name::of(raw)?;
        match reserved::kept(&name) {
            None | Some(Kept::Office) => Ok(name),
            Some(Kept::Own | Kept::Question) => Err(NameError::Reserved),
        }
    }

    /// Takes `raw` for a name that a person may have already, also if it could not be had today.
    ///
    /// # Errors
    ///
    /// It is no name, or the server's.
    pub fn known(raw: &str) -> Result<Name, NameError> {
        let name = Name::of(raw)?;
        if reserved::is_servers(&name.0) { Err(NameError::Reserved) } else { Ok(name) }
    }

    fn of(raw: &str) -> Result<Name, NameError> {
        // No character comes apart into more than four (UAX 15), and marks are sorted, however many follow one another.
        if raw.chars().nth(4 * NAME_MAX_CHARS).is_some() {
            return Err(NameError::Malformed);
        }
        // One more than allowed is enough to know that there are too many.
        let composed: String = raw.nfc().take(NAME_MAX_CHARS + 1).collect();
        if !is_well_formed(&composed) || repeats_a_mark(&composed) {
            return Err(if is_spaced(&composed) { NameError::Spaced } else { NameError::Malformed });
        }
        if !composed.is_single_script() {
            return Err(NameError::MixedScripts);
        }
        Ok(Name(composed.into()))
    }

    /// What the server calls itself, and nobody else can be called.
    pub fn server() -> Name {
        Name(literal!("servidor"))
    }

    /// What the room is called that everybody enters.
    pub fn general() -> Name {
        Name(literal!("general"))
    }

    /// Whether this is what the operator of the server is called when a member logs in by the operator's password.
    pub fn is_operators(&self) -> bool {
        reserved::is_operators(self)
    }

    /// The name as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like, to compare it with others.
    pub fn skeleton(&self) -> Skeleton {
        Skeleton::of(&self.0)
    }

    /// Whether nobody can take it who comes now.
    pub fn is_reserved(&self) -> bool {
        reserved::kept(self).is_some()
    }

    /// Who is meant by this: of `alike`, all whose names clash with it, the one who is called exactly so,
    /// else the only one from whom it differs in case alone, else the only one. There is more than one only where names
    /// were taken before their likes clashed. None also if it could be two.
    pub fn meant<'a, T: Copy + PartialEq>(&self, alike: impl Iterator<Item = (T, &'a Name)>) -> Option<T> {
        let distance = |name: &Name| match name {
            _ if name == self => 0,
            _ if fold(&name.0) == fold(&self.0) => 1,
            _ => 2,
        };
        let alike: Vec<_> = alike.map(|(who, name)| (distance(name), who)).collect();
        let nearest = alike.iter().map(|&(distance, _)| distance).min()?;
        let mut meant = alike.iter().filter(|&&(distance, _)| distance == nearest).map(|&(_, who)| who);
        let first = meant.next()?;
        meant.all(|who| who == first).then_some(first)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Takes what a person may have been called, and what the server calls itself.
impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        let raw = String::deserialize(deserializer)?;
        let server = Some(Name::server()).filter(|server| *server.0 == *raw);
        let name = server.or_else(|| Name::known(&raw).ok());
        name.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&raw), &"a name"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a name looks like to the eye: the skeleton of Unicode TR 39, without regard to case and to marks on Latin and
/// Greek letters.
///
/// In both orders, for each loses something: folded first, `I` is an `i` and no longer an `l`; drawn first, `m` is an
/// `rn` and no longer an `M`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    folded: String,
    drawn: String,
    hashes: [u64; 2],
}

impl Skeleton {
    /// The skeleton of `composed`, which is in NFC.
    fn of(composed: &str) -> Skeleton {
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
    // Marks on, under and around the letter before that it may still take; nothing else takes any.
    let mut marks_left = 0;
    for c in composed.chars() {
        match Kind::of(c) {
            Some(Kind::Letter) => marks_left = NAME_MAX_MARKS,
            Some(Kind::Mark) if marks_left > 0 => marks_left -= usize::from(is_mark(c)),
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

/// Whether only blanks between its words keep `composed` from being well-formed.
fn is_spaced(composed: &str) -> bool {
    composed.trim() == composed
        && composed.contains(char::is_whitespace)
        && is_well_formed(&composed.replace(char::is_whitespace, "_"))
}

/// Whether a mark stands on itself: drawn one over the other, the two look like one (TR 39 §5.4).
fn repeats_a_mark(composed: &str) -> bool {
    composed.nfd().zip(composed.nfd().skip(1)).any(|(a, b)| a == b && is_combining_mark(a))
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
fn fold(text: &str) -> String {
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
