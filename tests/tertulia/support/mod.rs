//! What several tests stand on.

pub mod book;
pub mod dir;
pub(crate) mod fake_server;
pub mod greeting;
pub mod owned;
pub mod peer;
#[cfg(target_os = "linux")]
pub mod proc;
pub mod process;
// Without the editor nobody looks at everything that a terminal shows.
#[cfg_attr(not(feature = "prompt"), allow(dead_code))]
pub(crate) mod pty;
pub mod records;
pub mod series;
pub mod server;
pub mod shell;
#[cfg(feature = "tls")]
pub(crate) mod tls_front;
pub mod twin;

use std::time::Duration;

/// How long anything may take that should happen at once, on a machine that is busy with something else: a test that waits it
/// out has failed.
pub const DEADLINE: Duration = Duration::from_secs(30);
