//! Bytes as text, for what is written down: base64 takes a third more than bytes, a list of numbers four times as much.

use std::borrow::Cow;

use base64ct::{Base64Unpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Writes bytes down.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Base64Unpadded::encode_string(bytes))
}

/// Reads bytes.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    Base64Unpadded::decode_vec(&text).map_err(de::Error::custom)
}

/// Bytes that may be missing.
pub(crate) mod optional {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Stored(#[serde(with = "super")] Vec<u8>);

    /// Writes them down.
    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| Stored(bytes.clone())).serialize(serializer)
    }

    /// Reads them.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Stored>::deserialize(deserializer)?.map(|Stored(bytes)| bytes))
    }
}
