//! The client built without its line editor.

use std::sync::Arc;

use crate::connection::Connection;

/// There is none: the caller goes on without.
pub(crate) fn run(_link: &Arc<Connection>) -> Option<u8> {
    None
}
