//! Going on in another program: what one server hands over to the next, and how.

mod error;

pub use error::HandoverError;
