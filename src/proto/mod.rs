//! The dialects: bytes to commands, events to bytes. No socket and no clock.

mod codec;
pub mod console;
mod detect;
mod encode;
mod english;
mod foreign;
mod line;
mod line_buffer;
mod phrases;
mod slip;
mod spanish;
mod telnet;
mod verbs;

pub use codec::Codec;
pub use encode::{Encodings, Kind};
pub use foreign::Protocol;
pub use line_buffer::{Ending, Framed, LineBuffer};
