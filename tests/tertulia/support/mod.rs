//! What tests of the real programs stand on.

pub mod peer;
#[cfg(target_os = "linux")]
pub mod proc;
pub mod process;
pub mod server;
