//! The client built without its line editor.

use std::sync::Arc;

use crate::args::Options;
use crate::connection::Connection;

/// There is none: the caller goes on without.
pub(crate) fn run(_connection: &Arc<Connection>, _options: &Options) -> Option<u8> {
    None
}
