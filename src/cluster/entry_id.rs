//! The place of an entry in the log, and the time of what is in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The id of an entry, as the engine gives it: `1764214800000-3`. Ids only grow, also where the engine's clock is set back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Milliseconds since 1970-01-01, UTC: when the engine took it, and the time of all that is in it.
    pub millis: u64,
    /// Which of that millisecond.
    pub number: u64,
}

impl EntryId {
    /// Before every entry.
    pub const ZERO: EntryId = EntryId { millis: 0, number: 0 };
    /// That of the founding, which can be the first one only.
    pub const FOUNDING: EntryId = EntryId { millis: 0, number: 1 };
}

/// What is no id of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no id of an entry")]
pub struct NoEntryId;

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.millis, self.number)
    }
}

impl FromStr for EntryId {
    type Err = NoEntryId;

    fn from_str(typed: &str) -> Result<EntryId, NoEntryId> {
        let (millis, number) = typed.split_once('-').ok_or(NoEntryId)?;
        let part = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain).ok_or(NoEntryId)
        };
        Ok(EntryId { millis: part(millis)?, number: part(number)? })
    }
}

impl Serialize for EntryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EntryId, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = EntryId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id like 1764214800000-3")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<EntryId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
