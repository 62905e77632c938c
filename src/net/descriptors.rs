//! How many files and sockets this process may have open.

use log::debug;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::stdio::stdin;

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

/// Has the system make its table of this process's descriptors as large as it may have to be, for [`limits::DESCRIPTORS_READY`] of them at
/// most. To be called before there is a thread: where several share the table, Linux makes it larger, each time for twice as many, only
/// when all processors have forgotten the old one, and the accept that needs it waits for that.
pub fn make_room_for_descriptors() {
    let most = descriptor_limit().min(limits::DESCRIPTORS_READY);
    let last = i32::try_from(most.saturating_sub(1)).unwrap_or(i32::MAX);
    // The table stays as it is when that is closed again. Without it people are let in all the same.
    if let Err(error) = fcntl_dupfd_cloexec(stdin(), last) {
        debug!("descriptors: {error}");
    }
}
