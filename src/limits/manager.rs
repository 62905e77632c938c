//! Limits of what passes between the service manager and the server.

use std::time::Duration;

/// How often the service manager is told how many people are connected, at most: a person who looks reads it, and while nobody comes
/// or goes nothing is told.
pub const STATUS_INTERVAL: Duration = Duration::from_secs(10);

/// How long the first message to the service manager may wait for it. The later ones do not wait.
pub const READY_PATIENCE: Duration = Duration::from_secs(5);

/// Sockets that the service manager may pass: each address of a large machine has one.
pub const PASSED_SOCKETS_MAX: usize = 64;
