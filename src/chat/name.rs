//! What people are called, and when two names are the same to the eye.

use std::fmt;
use std::rc::Rc;

/// A person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Takes `raw` for a name.
    pub fn new(raw: &str) -> Result<Name, NameError> {
        Ok(Name(raw.into()))
    }

    /// The name as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like, to compare it with others.
    pub fn likeness(&self) -> Likeness {
        Likeness { folded: self.0.to_lowercase(), drawn: self.0.to_lowercase() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a name looks like to the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    folded: String,
    drawn: String,
}

impl Likeness {
    /// Whether the two would be taken for each other.
    pub fn clashes(&self, other: &Likeness) -> bool {
        self.folded == other.folded || self.drawn == other.drawn
    }

    /// Two numbers; names that clash share at least one of them.
    pub fn hashes(&self) -> [u64; 2] {
        [0, 0]
    }
}
