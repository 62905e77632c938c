//! The dialects: bytes to commands, events to bytes. No socket and no clock.

pub mod console;
mod detect;
mod english;
mod foreign;
mod format;
pub mod http;
pub mod json;
mod line;
pub mod metrics;
mod opening;
mod phrases;
pub mod proxy;
mod spanish;
mod spoken;
pub(crate) mod stored_bytes;
mod web;
pub mod websocket;

pub use foreign::{ForeignProtocol, HEADER_TWICE};
pub use format::{Encoder, Encoding, Format};
pub use line::{Codec, Framed, LineBuffer, LineEnding};
pub use opening::{Front, OpeningDeadlines};
pub use spoken::{Family, Granted, Protocol};
pub use web::Answering;
