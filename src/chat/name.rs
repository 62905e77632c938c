//! What people are called, and when two names are the same to the eye.
//!
//! Invariant: a [`Name`] can be read, typed and told from others: it is made by [`Name::new`], and by its like for names that
//! are there already ([`Name::known`]) or come from the administrator ([`Name::given`]).

mod reserved;
mod skeleton;

use std::fmt;

use arcstr::{ArcStr, literal};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, MixedScript};

use super::text::is_mark;
use crate::limits::{NAME_MAX_CHARS, NAME_MAX_MARKS};
use reserved::Reservation;
pub use skeleton::Skeleton;
use skeleton::fold;

/// Ordinary vowels (Thai and Lao AM) that TR 39 restricts only because compatibility normalisation splits them; their
/// skeletons are split likewise, so they cannot deceive.
const SPLIT_VOWELS: [char; 2] = ['\u{E33}', '\u{EB3}'];

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
        match reserved::reservation(&name.0) {
            None | Some(Reservation::Office) => Ok(name),
            Some(Reservation::Own | Reservation::Question) => Err(NameError::Reserved),
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
        reserved::is_operators(&self.0)
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
        reserved::reservation(&self.0).is_some()
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
