//! What the server answers to the request that opens a WebSocket.

use base64ct::{Base64, Encoding};
use sha1::{Digest, Sha1};

/// RFC 6455 §1.3.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Bytes that a client's key stands for.
const KEY_BYTES: usize = 16;

/// The `Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key` (RFC 6455 §4.2.2). None: the key is not 16 bytes in base64.
pub fn accept_key(key: &str) -> Option<String> {
    let mut bytes = [0; KEY_BYTES];
    let decoded = Base64::decode(key, &mut bytes).ok()?;
    if decoded.len() != KEY_BYTES {
        return None;
    }
    Some(Base64::encode_string(&Sha1::new().chain_update(key).chain_update(GUID).finalize()))
}
