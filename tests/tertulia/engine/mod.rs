//! Nodes and a real Redis, which each test starts for itself.

mod nodes;
mod pace;
mod running;
mod sealing;
pub mod server;
mod skipping;
mod snapshots;
mod starting;
#[cfg(feature = "tls")]
mod tls;
