//! What several tests stand on.

pub(crate) mod fake_server;
// Without the editor nobody looks at everything that a terminal shows.
#[cfg_attr(not(feature = "prompt"), allow(dead_code))]
pub(crate) mod pty;

use std::time::Duration;

/// How long anything may take that should happen at once, on a machine that is busy with something else.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
