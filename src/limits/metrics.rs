//! Limits of the door for the metrics.

use std::time::Duration;

/// Connections to the door for the metrics at once. They take no place in the chat. When one more comes, one of them ends: of each the
/// request is looked at as it is let in, and mostly it has come by then, so a few are enough.
pub const METRICS_CONNECTIONS: usize = 16;

/// Connections that one turn of the loop lets in at that door, some 30 µs each, the page not counted.
pub const METRICS_ACCEPTS_PER_TURN: usize = METRICS_CONNECTIONS;

/// How long one of them may take to send its request, and to read what is left of the answer.
pub const METRICS_PATIENCE: Duration = Duration::from_secs(5);

/// How long one that has its answer is read (and ignored), until it ends its side: scrapers do so at once.
pub const METRICS_LINGER: Duration = Duration::from_millis(500);
