//! One entry of the log, and how it is written down: JSON, so that whoever runs the engine can read what is in it.
//!
//! Invariant: an entry is made once and kept as bytes, so that it is the same whenever it is sent again.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::entry_id::EntryId;
use crate::chat::NodeName;

/// Options that decide, as they are typed: all living nodes have the same.
pub type SharedOptions = BTreeMap<String, String>;

/// One entry; `C` is a change of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<C> {
    /// The version in which it is written; every one that counts is the one agreed on, or the one before it.
    #[serde(rename = "v")]
    pub version: u32,
    /// What it says.
    pub body: Body<C>,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body<C> {
    /// The log begins.
    Founding(LogFounding),
    /// A node comes in, or back.
    Hello(Hello),
    /// A node that is there says something.
    Of {
        /// Its name.
        node: NodeName,
        /// The entry by which it came in.
        epoch: EntryId,
        /// One more than that of its entry before.
        number: u64,
        /// What it says.
        what: What<C>,
    },
}

/// The first entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFounding {
    /// Tells this log from every other, also from one that was founded later in its place.
    pub incarnation: u64,
}

/// A node comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Its name.
    pub node: NodeName,
    /// Tells one process from every other that has the same name.
    pub instance: u64,
    /// Which of the greetings of that process this is.
    pub greeting: u32,
    /// The last epoch of its name, living or dead; none: it never had one. It counts only if that is so.
    pub replaces: Option<EntryId>,
    /// The number of the first entry that it will write. It goes on counting over all its epochs.
    pub first: u64,
    /// The least and the greatest version that it can apply.
    pub applies: (u32, u32),
    /// The entry up to which it has read the log.
    pub reached: EntryId,
    /// Its options that decide.
    pub options: SharedOptions,
}

/// What a node says that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What<C> {
    /// These changes, which were made in one turn of its loop.
    Do(Vec<C>),
    /// It is alive.
    Beat(Beat),
    /// All nodes write in this version from now on.
    Raise(u32),
    /// It leaves, and its people with it.
    Leave,
}

/// A sign of life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// The entry up to which the node has applied the log.
    pub reached: EntryId,
    /// What it has made of the log up to the last place where that is compared: that entry, and the hash.
    pub hash: Option<(EntryId, u64)>,
    /// The newest snapshot that it has written.
    pub snapshot: Option<EntryId>,
}

impl<C: Serialize> Entry<C> {
    /// Its bytes.
    ///
    /// # Panics
    ///
    /// A change cannot be written as JSON: a mistake in its type.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an entry can be written")
    }
}

/// What bytes of the log are that make no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEntry {
    /// One of a version that this release does not know.
    Later(u32),
    /// Nothing that a node has written.
    Garbage,
}

impl<C: DeserializeOwned> Entry<C> {
    /// The entry of these bytes; `newest` is the newest version known.
    ///
    /// # Errors
    ///
    /// They are none. All releases that know a version say the same of its entries.
    pub fn from_bytes(bytes: &[u8], newest: u32) -> Result<Entry<C>, NoEntry> {
        #[derive(Deserialize)]
        struct VersionField {
            v: u32,
        }
        match serde_json::from_slice::<Entry<C>>(bytes) {
            Ok(entry) if entry.version <= newest => Ok(entry),
            _ => match serde_json::from_slice::<VersionField>(bytes) {
                Ok(VersionField { v }) if v > newest => Err(NoEntry::Later(v)),
                _ => Err(NoEntry::Garbage),
            },
        }
    }
}
