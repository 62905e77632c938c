//! WebSocket (RFC 6455), the server's side: bytes to messages, messages to frames. No socket and no clock.
//!
//! Absent on purpose: extensions, so that no message is compressed, and messages that are sent in fragments.

mod decoder;
mod frame;
mod handshake;

pub use decoder::{Decoder, Incoming};
pub use frame::{CloseCode, HEAD_MAX_BYTES, close, head, ping, pong, text};
pub use handshake::accept_key;
