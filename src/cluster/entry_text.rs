//! The bytes of an entry where they are written down: they are JSON, so they are a text.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serializer, ser};

/// Writes them down.
pub(super) fn serialize<S: Serializer>(bytes: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(std::str::from_utf8(bytes).map_err(ser::Error::custom)?)
}

/// Reads them.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    Ok(String::deserialize(deserializer)?.into_bytes().into())
}
