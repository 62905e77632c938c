//! Limits of the door for the metrics.

use std::time::Duration;

/// Connections to the door for the metrics at once; more wait to be let in. They take no place in the chat.
pub const METRICS_CONNECTIONS: usize = 4;

/// How long one of them may take to send its request, and to read what is left of the answer.
pub const METRICS_PATIENCE: Duration = Duration::from_secs(5);

/// The same while all are taken, and others may wait: who is slow gives way sooner.
pub const METRICS_CROWDED_PATIENCE: Duration = Duration::from_millis(500);
