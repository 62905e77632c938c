//! How many files and sockets this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limits;

/// Raises the soft limit of open descriptors to the hard one and returns what may be open now, at most
/// [`limits::DESCRIPTORS_MAX`].
pub fn descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current.unwrap_or(limits::DESCRIPTORS_MAX).min(limits::DESCRIPTORS_MAX);
    let most = limit.maximum.unwrap_or(limits::DESCRIPTORS_MAX).min(limits::DESCRIPTORS_MAX);
    // Never lowered: a soft limit above ours is wanted so.
    if now < most && setrlimit(Resource::Nofile, Rlimit { current: Some(most), ..limit }).is_ok() {
        return most;
    }
    now
}
