//! JSON over a WebSocket, `tertulia.1`: one object a message. docs/protocol.md describes it.
//!
//! What is told are facts that a program can read. What is no plain talk carries one sentence in the session's language as well, so
//! that a program can show what it does not know.

mod expulsions;
mod listing;
mod object;
mod read;
mod session;
mod write;

pub use object::Reference;
pub use read::{JsonMessage, read};
pub use write::{answers, farewell, ok, write};
