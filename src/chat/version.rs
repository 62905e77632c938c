//! The version in front of a state that is written down.

use serde::{Deserialize, Serialize};

/// Refuses to be anything but `KNOWN`: what stands behind another version is not looked at.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(crate) struct Version<const KNOWN: u32>;

impl<const KNOWN: u32> TryFrom<u32> for Version<KNOWN> {
    type Error = String;

    fn try_from(version: u32) -> Result<Version<KNOWN>, String> {
        if version == KNOWN {
            return Ok(Version);
        }
        Err(format!("the state has version {version}, and only version {KNOWN} is known here"))
    }
}

impl<const KNOWN: u32> From<Version<KNOWN>> for u32 {
    fn from(_: Version<KNOWN>) -> u32 {
        KNOWN
    }
}
