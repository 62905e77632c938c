//! What an order gives, and how the administrator is told of it.

use std::io::{self, Write};

use super::error::AdminError;

/// What an order gives.
pub(super) type AdminResult = Result<(), AdminError>;

/// Tells one line.
pub(super) fn say(line: &str) -> AdminResult {
    Ok(writeln!(io::stdout(), "{line}")?)
}
