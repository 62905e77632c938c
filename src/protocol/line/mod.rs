//! The line dialect: lines in telnet's or a terminal's manner, and what is typed in them.

mod codec;
mod line_buffer;
mod parse;
mod slip;
mod telnet;
pub(super) mod verbs;

pub use codec::Codec;
pub use line_buffer::{Framed, LineBuffer, LineEnding};
pub(super) use parse::{clean, parse, unless_secret};
