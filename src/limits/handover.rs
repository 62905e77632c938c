//! What an upgrade of the running server may take.

use std::time::Duration;

/// How long the new program may take to look at the state, while the old one goes on: reading that of 20,000 people takes it some
/// 0.2 s, and a machine may be busy.
pub const UPGRADE_CHECK_PATIENCE: Duration = Duration::from_secs(20);

/// How long an upgrade waits, all in all, for the disk to have what was said: 10 ms of a disk at rest, and nobody is served meanwhile.
/// While a disk takes longer there is no upgrade.
pub const UPGRADE_DISK_PATIENCE: Duration = Duration::from_secs(3);

/// How long an upgrade waits for a console or a file to take what was logged; what is left is lost.
pub const UPGRADE_LOG_PATIENCE: Duration = Duration::from_millis(50);

/// Bytes of the state that is handed over, as text; of a server with more there is no upgrade. With 3,000 people and all queues full it
/// was 76 MiB; everything at its bound, a history in memory too, is some 260.
pub const UPGRADE_STATE_MAX_BYTES: usize = 384 * 1024 * 1024;

/// Turns of writing before an upgrade: what is left then is handed over.
pub const UPGRADE_TURNS: usize = 64;
