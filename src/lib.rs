//! tertulia: a chat server on one event loop.

pub mod chat;
pub mod limits;
pub mod logging;
