//! Text that is safe on another person's screen.
//!
//! Law: the only way to a [`Text`] is [`Text::clean`], so nothing unsafe can reach a screen or a log.

use std::fmt;

/// One line of words for people: no control characters, no terminal sequences, nothing invisible or reordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Box<str>);

impl Text {
    /// Makes `raw` safe.
    pub fn clean(raw: &str) -> Text {
        Text(raw.chars().filter(|c| !c.is_control()).collect())
    }

    /// Whether nothing would be seen of it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
