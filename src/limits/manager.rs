//! Limits of what passes between the service manager and the server.

use std::time::Duration;

/// How often the service manager is told how many people are connected, at most: a person who looks reads it, and while nobody comes
/// or goes nothing is told.
pub const STATUS_INTERVAL: Duration = Duration::from_secs(10);

/// When a service manager that has no room for it is told again that the server is ready; each time is twice as long as the one before.
pub const READY_RETRY: Duration = Duration::from_millis(100);

/// Sockets that the service manager may pass: each address of a large machine has one.
pub const PASSED_SOCKETS_MAX: usize = 64;
