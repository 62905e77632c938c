//! tertulia: a chat server on one event loop.

pub mod chat;
pub mod cli;
pub mod limits;
pub mod logging;
pub mod net;
pub mod proto;
