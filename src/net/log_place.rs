//! Where the log of several nodes is, as far as another program has to know that it is the same one.

use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(feature = "cluster")]
use crate::engine::EngineConfig;

/// The place of a log. There is no password in it, so that one can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// The engine's, without user and password.
    address: String,
    /// What its keys begin with there.
    prefix: String,
    /// By what the key is known with which it is sealed, if it is.
    pub(super) key: Option<String>,
}

impl LogPlace {
    /// That of a log.
    #[cfg(feature = "cluster")]
    pub fn of(EngineConfig { address, prefix, key, .. }: &EngineConfig) -> LogPlace {
        let key = key.as_ref().map(|key| key.fingerprint());
        LogPlace { address: address.to_string(), prefix: prefix.clone(), key }
    }

    /// Whether the log is at that place, whatever its key.
    pub(super) fn is_at(&self, LogPlace { address, prefix, key: _ }: &LogPlace) -> bool {
        (&self.address, &self.prefix) == (address, prefix)
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:log", self.address, self.prefix)
    }
}
