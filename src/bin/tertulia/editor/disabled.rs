//! The client built without its line editor.

use std::sync::Arc;

use crate::link::Link;

/// There is none: the caller goes on without.
pub(crate) fn run(_link: &Arc<Link>) -> Option<u8> {
    None
}
